//! Whether a database is whole.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crossbeam_channel::bounded;
use rusqlite::{Connection, ErrorCode};

use super::error::StoreError;

/// How long the check may take; what it has not found by then is not looked for.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Looks for damage.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let interrupt = connection.get_interrupt_handle();
    let (done, ended) = bounded::<()>(0);
    let timer = thread::Builder::new().name("store check".to_owned()).spawn(move || {
        if ended.recv_timeout(TIMEOUT).is_err_and(|error| error.is_timeout()) {
            interrupt.interrupt();
        }
    });
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    drop(done);
    // An interrupt that came late would stop the next statement.
    let _ended = timer.map_err(StoreError::Thread)?.join();
    let damaged = |what: String| Err(StoreError::Damaged { path: path.to_owned(), what });
    match found {
        Ok(what) if what == "ok" => Ok(()),
        Ok(what) => damaged(what.replace('\n', " ")),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => damaged(error.to_string()),
        Err(error) => Err(StoreError::sqlite(path, error)),
    }
}
