use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::damage;
use super::error::StoreError;
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

    /// Looks for damage, for two seconds at most.
    ///
    /// # Errors
    /// It is damaged.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        damage::check(&self.connection, &self.path)
    }

    /// Whether the tables of the database at `path` are of an older vta: opening it brings them up to date, which takes
    /// some seconds for each million events.
    pub fn is_outdated(path: &Path) -> bool {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(path, flags)
            .is_ok_and(|connection| matches!(identify(&connection, path), Ok(Identity::Older)))
    }

    /// Runs a query, with the path in its error.
    pub(super) fn query<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        run(&self.connection).map_err(|reason| StoreError::sqlite(&self.path, reason))
    }
}
