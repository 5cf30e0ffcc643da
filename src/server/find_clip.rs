//! Which clip a command means: `last`, a path or file name, or an event by its `seq`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::task;

use super::problem::Problem;
use crate::bout::SessionId;
use crate::command::FoundClip;
use crate::store::{StoreError, StoreReader};

/// How long before an event it is shown from.
const PRE_ROLL: Duration = Duration::from_secs(5);

/// Finds a clip of the court of a session; none if there is none.
pub(super) async fn find(
    database: Option<PathBuf>,
    session: SessionId,
    what: String,
) -> Result<Option<FoundClip>, Problem> {
    let Some(database) = database else {
        let detail = "clips are found in the database: add a sink of `type: sqlite`";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    };
    let found = task::spawn_blocking(move || find_in(&database, session, &what)).await;
    match found {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())),
        Err(error) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

fn find_in(database: &Path, session: SessionId, what: &str) -> Result<Option<FoundClip>, StoreError> {
    let reader = StoreReader::open_read_only(database)?;
    match what.parse::<u64>() {
        Ok(seq) => {
            Ok(reader.clip_of_event(session, seq)?.map(|(clip, at)| FoundClip { from: Some(at - PRE_ROLL), ..clip }))
        }
        Err(_) => reader.clip(session, (what != "last").then_some(what)),
    }
}
