use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};
use strum::{Display, IntoStaticStr};

use super::damage;
use super::error::StoreError;
use super::original::Original;
use crate::bout::SessionId;
use crate::telemetry::messages;
use crate::time::Time;

/// The versions of the tables, oldest first; `user_version` says how many of them a database has had.
const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("schema-1.sql")),
    M::up(include_str!("schema-2.sql")),
    M::up(include_str!("schema-3.sql")),
    M::up(include_str!("schema-4.sql")),
];

/// As in `schema-1.sql`.
const APPLICATION_ID: i32 = 0x7674_6164;

/// More statements than there are.
const MAX_STATEMENTS: usize = 64;

/// How long SQLite waits for another program's lock before it gives up.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// A database that can be written to.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) original: Original,
    pub(super) path: PathBuf,
    /// The sessions that it has begun, with their ids.
    pub(super) sessions: Vec<(i64, NewSession)>,
}

/// Where a session has its datagrams from.
#[derive(Clone, Copy, Debug, Display, IntoStaticStr, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    /// The network.
    Live,
    /// A capture.
    Replay,
}

/// A session that begins.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id everywhere.
    pub id: SessionId,
    /// The session that is replayed, where the capture names it.
    pub replay_of: Option<SessionId>,
    /// Name of the court, as in its events.
    pub court: String,
    /// Where it has its datagrams from.
    pub mode: Mode,
    /// Name of the sports event, such as `Hamburg Open 2026`.
    pub event_name: Option<String>,
    /// The capture that is replayed, or recorded to.
    pub capture: Option<String>,
    /// When it begins.
    pub started_at: Time,
}

impl Store {
    /// Opens the database at `path`; creates it, its folders and its tables where they are missing.
    ///
    /// # Errors
    /// When the path is a folder, the file something else or made by a newer vta, or nothing can be written there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if path.is_dir() {
            return Err(StoreError::IsFolder(path.to_owned()));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|reason| StoreError::Folder { folder: folder.to_owned(), reason })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |reason| StoreError::sqlite(path, reason);
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        // A file that is not ours must not be changed.
        if identify(&connection, path)? == Identity::Older {
            messages::store_updating(path.display());
        }
        damage::check(&connection, path)?;
        let end = Instant::now() + BUSY_TIMEOUT;
        // SQLite does not wait while another program changes the journal mode, as each vta does at its start and end.
        while let Err(error) = set_up(&mut connection, path) {
            match error {
                StoreError::Locked(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(10)),
                error => return Err(error),
            }
        }
        let original = Original::of(path).map_err(|_| StoreError::NotFound(path.to_owned()))?;
        Ok(Self { connection, original, path: path.to_owned(), sessions: Vec::new() })
    }

    /// Begins a session; the id that it returns belongs to each of its entries. An earlier session of the court may be
    /// without an end, which is logged; both are kept.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_session(&mut self, session: &NewSession) -> Result<i64, StoreError> {
        let failed = |reason| StoreError::sqlite(&self.path, reason);
        if session.mode == Mode::Live {
            let open = self.open_session(&session.court).map_err(failed)?;
            if let Some((id, uuid, started_at)) = open {
                messages::store_session_open(&session.court, id, uuid, started_at);
            }
        }
        let id = self.insert_session(session).map_err(failed)?;
        self.sessions.push((id, session.clone()));
        Ok(id)
    }

    /// Adds the row of a session, unless it is there.
    pub(super) fn insert_session(&self, session: &NewSession) -> rusqlite::Result<i64> {
        let mode: &str = session.mode.into();
        let known = self
            .connection
            .query_row("SELECT id FROM sessions WHERE uuid = ?1", [session.id.to_string()], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            return Ok(id);
        }
        self.connection.execute(
            "INSERT INTO sessions (uuid, replay_of, court, mode, event_name, capture, vta_version, started_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                session.id.to_string(),
                session.replay_of.map(|id| id.to_string()),
                session.court,
                mode,
                session.event_name,
                session.capture,
                env!("CARGO_PKG_VERSION"),
                session.started_at,
            ],
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    /// The last live session of a court, if it has no end.
    fn open_session(&self, court: &str) -> rusqlite::Result<Option<(i64, String, Time)>> {
        self.connection
            .query_row(
                "SELECT id, uuid, started_at
                 FROM (SELECT * FROM sessions WHERE court = ?1 AND mode = 'live' ORDER BY id DESC LIMIT 1)
                 WHERE ended_at IS NULL",
                [court],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
    }
}

/// Sets how the file is written, and updates its tables.
fn set_up(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    // In this mode a power cut can lose the last commits, but never damages older ones; commits need no sync.
    connection
        // Each row belongs to a session that `begin_session` created: no need to look it up each time.
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
             PRAGMA foreign_keys = OFF;",
        )
        .map_err(|reason| StoreError::sqlite(path, reason))?;
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    connection.set_prepared_statement_cache_capacity(MAX_STATEMENTS);
    let migrations = Migrations::from_slice(MIGRATIONS);
    migrations
        .to_latest(connection)
        // Another vta may have done it since we read the version; then there is nothing left to do.
        .or_else(|_| migrations.to_latest(connection))
        .map_err(|reason| match reason {
            rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::sqlite(path, err),
            reason => StoreError::Migration { path: path.to_owned(), reason },
        })
}

/// Which program a database belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// One of vta's.
    Ours,
    /// One of an older vta's.
    Older,
    /// A file without any table.
    Empty,
}

/// Checks that a database is not another program's and that its tables are known.
pub(super) fn identify(connection: &Connection, path: &Path) -> Result<Identity, StoreError> {
    // One statement reads one state, even while another vta creates the tables.
    let (application, found, empty): (i32, i32, bool) = connection
        .query_row(
            "SELECT application_id, user_version, (SELECT count(*) = 0 FROM sqlite_schema)
             FROM pragma_application_id, pragma_user_version",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(|reason| StoreError::sqlite(path, reason))?;
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    match application {
        APPLICATION_ID if found > known => Err(StoreError::Newer { path: path.to_owned(), found, known }),
        APPLICATION_ID if found < known => Ok(Identity::Older),
        APPLICATION_ID => Ok(Identity::Ours),
        _ if empty => Ok(Identity::Empty),
        _ => Err(StoreError::NotOurs(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_migrations_are_sound() {
        Migrations::from_slice(MIGRATIONS).validate().unwrap();
    }

    #[test]
    fn missing_folders_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/2026/hamburg.db");
        drop(Store::open(&path).unwrap());
        assert!(path.is_file());
    }

    #[test]
    fn a_folder_is_no_database() {
        let folder = tempfile::tempdir().unwrap();
        let error = Store::open(folder.path()).unwrap_err();
        assert!(matches!(&error, StoreError::IsFolder(path) if path == folder.path()), "{error}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let error = Store::open(&folder.path().join("file/vta.db")).unwrap_err();
        assert!(error.to_string().contains("cannot make the folder"), "{error}");
    }

    #[test]
    fn a_file_of_another_kind_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        let text = "these are notes, and a good deal longer than the header of a database would be ".repeat(10);
        std::fs::write(&path, &text).unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::NotADatabase(_)), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn the_database_of_another_program_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::NotOurs(_)), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn the_database_of_a_newer_vta_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vta.db");
        drop(Store::open(&path).unwrap());
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(error.to_string().contains("newer vta (version 99 of the tables, this vta knows 4)"), "{error}");
    }
}
