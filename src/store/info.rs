use std::path::PathBuf;

use serde::Serialize;

use super::conversions::row;
use super::error::StoreError;
use super::reader::StoreReader;
use crate::time::Time;

/// What is in a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The file.
    pub path: PathBuf,
    /// Its size, with that of SQLite's `-wal` file.
    pub bytes: u64,
    /// Version of the tables.
    pub version: u32,
    /// The sessions, in order of their ids.
    pub sessions: Vec<SessionRow>,
}

row! {
    /// A session as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
    pub struct SessionRow {
        /// Its id in this database.
        pub id: i64 = "id",
        /// Its id everywhere.
        pub uuid: String = "uuid",
        /// Name of the court.
        pub court: String = "court",
        /// `live` or `replay`.
        pub mode: String = "mode",
        /// Name of the sports event.
        pub event_name: Option<String> = "event_name",
        /// The capture that was replayed, or recorded to.
        pub capture: Option<String> = "capture",
        /// The vta that wrote it.
        pub vta_version: String = "vta_version",
        /// When it began.
        pub started_at: Time = "started_at",
        /// When it ended; none while it runs, and when the program was killed.
        pub ended_at: Option<Time> = "ended_at",
        /// Datagrams received; these three are known at the end.
        pub datagrams: Option<u64> = "datagrams",
        /// Datagrams lost before they could be received.
        pub datagrams_lost: Option<u64> = "datagrams_lost",
        /// Entries that the database's queue had no room for.
        pub entries_dropped: Option<u64> = "entries_dropped",
        /// How many events it has.
        pub events: u64 = "(SELECT coalesce(sum(events), 0) FROM load_ranges WHERE session = s.id)",
        /// Time of its first event.
        pub first_at: Option<Time> = "(SELECT at FROM events WHERE session = s.id ORDER BY seq LIMIT 1)",
        /// Time of its last event.
        pub last_at: Option<Time> = "(SELECT at FROM events WHERE session = s.id ORDER BY seq DESC LIMIT 1)",
        /// How many bouts it has, without rehearsals.
        pub bouts: u64 = "(SELECT count(DISTINCT bout) FROM load_bouts JOIN bouts ON bouts.id = bout
         WHERE load_bouts.session = s.id AND rehearsal IS NOT 1)",
        /// How many of its bouts are rehearsals.
        pub rehearsals: u64 = "(SELECT count(DISTINCT bout) FROM load_bouts JOIN bouts ON bouts.id = bout
         WHERE load_bouts.session = s.id AND rehearsal)",
        /// Actions that were carried out.
        pub actions_done: u64 = "(SELECT count(*) FROM actions WHERE session = s.id AND outcome = 'done')",
        /// Actions that failed.
        pub actions_failed: u64 = "(SELECT count(*) FROM actions WHERE session = s.id AND outcome = 'failed')",
        /// Actions whose outcome is not known.
        pub actions_open: u64 = "(SELECT count(*) FROM actions WHERE session = s.id AND outcome IS NULL)",
        /// How many clips it has.
        pub clips: u64 = "(SELECT count(*) FROM clips WHERE session = s.id)",
    }
}

impl StoreReader {
    /// What is in the database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn info(&self) -> Result<Info, StoreError> {
        let bytes = |path: &PathBuf| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        Ok(Info {
            path: self.path.clone(),
            bytes: bytes(&self.path) + bytes(&log.into()),
            version: self.query(|connection| connection.query_row("PRAGMA user_version", [], |row| row.get(0)))?,
            sessions: self.query(|connection| {
                connection
                    .prepare(&format!("SELECT {} FROM sessions s ORDER BY id", SessionRow::columns()))?
                    .query_map([], SessionRow::from_row)?
                    .collect()
            })?,
        })
    }
}
