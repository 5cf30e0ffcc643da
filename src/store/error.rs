use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the database could not be opened, written or read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The path is that of a folder.
    #[error("{} is a folder, not a database; name a file in it", .0.display())]
    IsFolder(PathBuf),
    /// There is no such file, and reading does not create one.
    #[error("there is no database at {}; `vta run` and `vta replay` make one", .0.display())]
    NotFound(PathBuf),
    /// The folder of the database could not be created.
    #[error("cannot make the folder {}: {reason}; choose one that can be written to", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The file is something else.
    #[error("{} is not an SQLite database; name another file", .0.display())]
    NotADatabase(PathBuf),
    /// The database is another program's, or empty.
    #[error("{} is a database, but none that vta made; name another file", .0.display())]
    NotOurs(PathBuf),
    /// The tables are newer than this vta.
    #[error(
        "{} was made by a newer vta (version {found} of the tables, this vta knows {known}); use that vta, or another file",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// The latest version that this vta knows.
        known: i32,
    },
    /// The file or its folder may not be used.
    #[error(
        "cannot use {}: {reason}; check the rights of the file and of its folder, where SQLite writes even to read",
        path.display()
    )]
    NoAccess {
        /// The database.
        path: PathBuf,
        /// SQLite's reason.
        reason: rusqlite::Error,
    },
    /// Another program holds the database.
    #[error("{} is locked by another program; close that program", .0.display())]
    Locked(PathBuf),
    /// The tables could not be created.
    #[error("cannot set up the tables in {}: {reason}", path.display())]
    Migration {
        /// The database.
        path: PathBuf,
        /// What went wrong.
        reason: rusqlite_migration::Error,
    },
    /// No session has this id.
    #[error("there is no session {id} in {}; `vta db info` lists them", path.display())]
    NoSuchSession {
        /// The database.
        path: PathBuf,
        /// The id.
        id: i64,
    },
    /// The file is damaged.
    #[error(
        "the database {} is damaged: {what}; move it away, and vta makes a new one, which the captures can fill again          (`vta replay`)",
        path.display()
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite found.
        what: String,
    },
    /// Any other error of SQLite.
    #[error("database {}: {reason}", path.display())]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// SQLite's reason.
        reason: rusqlite::Error,
    },
    /// The result could not be written.
    #[error("cannot write the result: {0}")]
    Output(io::Error),
    /// The writer's thread could not be started.
    #[error("cannot start the thread that writes the database: {0}")]
    Thread(io::Error),
}

impl StoreError {
    /// An error of SQLite, as the error that says what to do about it.
    pub(super) fn sqlite(path: &Path, reason: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match reason.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(path),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(path),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NoAccess { path, reason }
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, what: reason.to_string() },
            _ => Self::Sqlite { path, reason },
        }
    }
}
