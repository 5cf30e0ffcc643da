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
        let connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(|reason| StoreError::sqlite(path, reason))?;
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

    /// Whether the tables of the database at `path` are of an older vta: opening it brings them up to date, which takes
    /// some seconds for each million events.
    pub fn is_outdated(path: &Path) -> bool {
        let connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        matches!(connection.and_then(|connection| identify(&connection, path)), Ok(Identity::Older))
    }

    /// Looks whether a session can be written to the file at `path`, which is there, and for damage, for two seconds at most;
    /// changes nothing.
    ///
    /// # Errors
    /// Those of opening it for writing, as far as they can be known before.
    pub fn examine(path: &Path) -> Result<(), StoreError> {
        if path.is_dir() {
            return Err(StoreError::IsFolder(path.to_owned()));
        }
        // A connection that only reads leaves its `-wal` and `-shm` behind.
        let connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        identify(&connection, path)?;
        damage::check(&connection, path)
    }

    fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(path, flags).map_err(|reason| StoreError::sqlite(path, reason))
    }

    /// Runs a query, with the path in its error.
    pub(super) fn query<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        run(&self.connection).map_err(|reason| StoreError::sqlite(&self.path, reason))
    }
}
