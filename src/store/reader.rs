use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Row, params};

use super::error::StoreError;
use super::filter::{BoutKey, Filter, QuerySummary};
use super::open::{BUSY_TIMEOUT, Identity, Store, identify};

/// A database that is only read; it may be written at the same time.
#[derive(Debug)]
pub struct StoreReader {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl StoreReader {
    /// Opens the database at `path`; never makes or changes it.
    ///
    /// # Errors
    /// When there is none, or the file is something else or made by a newer vta.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if path.is_dir() {
            return Err(StoreError::IsFolder(path.to_owned()));
        }
        if !path.exists() {
            return Err(StoreError::NotFound(path.to_owned()));
        }
        let failed = |reason| StoreError::sqlite(path, reason);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        match identify(&connection, path)? {
            Identity::Ours => Ok(Self { connection, path: path.to_owned() }),
            Identity::Older => {
                drop(connection);
                // Opening it for writing updates its tables.
                drop(Store::open(path)?);
                Self::open_read_only(path)
            }
            Identity::Empty => Err(StoreError::NotOurs(path.to_owned())),
        }
    }

    /// Runs a query, with the path in its error.
    pub(super) fn query<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        run(&self.connection).map_err(|reason| StoreError::sqlite(&self.path, reason))
    }

    /// The rows that match a filter, in order of session. Of the statement's parameters, `?1` is the session, `?2` the
    /// bout's number and `?3` its ordinal, `?4` and `?5` the times since and until; each of the last four may be null.
    pub(super) fn of_bouts<T>(
        &self,
        filter: &Filter,
        sql: &str,
        from_row: impl Fn(&Row<'_>, &str) -> rusqlite::Result<T>,
    ) -> Result<(Vec<T>, QuerySummary), StoreError> {
        let selection = self.select(filter)?;
        let (number, ordinal) = match &filter.bout {
            Some(BoutKey::Number(number)) => (Some(number), None),
            Some(BoutKey::Ordinal(ordinal)) => (None, Some(*ordinal)),
            None => (None, None),
        };
        let since = filter.since.map(|at| at.to_string());
        let until = filter.until.map(|at| at.to_string());
        let mut rows = Vec::new();
        for session in &selection.sessions {
            let more = self.query(|connection| {
                connection
                    .prepare_cached(sql)?
                    .query_map(params![session.id, number, ordinal, since, until], |row| from_row(row, &session.court))?
                    .collect::<rusqlite::Result<Vec<_>>>()
            })?;
            rows.extend(more);
        }
        let summary = selection.summary(rows.len() as u64);
        Ok((rows, summary))
    }
}
