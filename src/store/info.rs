use std::path::PathBuf;

use rusqlite::Row;
use serde::Serialize;

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

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionRow {
    /// Its id in this database.
    pub id: i64,
    /// Its id everywhere.
    pub uuid: String,
    /// Name of the court.
    pub court: String,
    /// `live` or `replay`.
    pub mode: String,
    /// Name of the sports event.
    pub event_name: Option<String>,
    /// The capture that was replayed, or recorded to.
    pub capture: Option<String>,
    /// The vta that wrote it.
    pub vta_version: String,
    /// When it began.
    pub started_at: Time,
    /// When it ended; none while it runs, and when the program was killed.
    pub ended_at: Option<Time>,
    /// Datagrams received; these three are known at the end.
    pub datagrams: Option<u64>,
    /// Datagrams lost before they could be received.
    pub datagrams_lost: Option<u64>,
    /// Entries that the database's queue had no room for.
    pub entries_dropped: Option<u64>,
    /// How many events it has.
    pub events: u64,
    /// Time of its first event.
    pub first_at: Option<Time>,
    /// Time of its last event.
    pub last_at: Option<Time>,
    /// How many bouts it has, without rehearsals.
    pub bouts: u64,
    /// How many of its bouts are rehearsals.
    pub rehearsals: u64,
    /// Actions that were carried out.
    pub actions_done: u64,
    /// Actions that failed.
    pub actions_failed: u64,
    /// Actions whose outcome is not known.
    pub actions_open: u64,
    /// How many clips it has.
    pub clips: u64,
}

impl SessionRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            uuid: row.get("uuid")?,
            court: row.get("court")?,
            mode: row.get("mode")?,
            event_name: row.get("event_name")?,
            capture: row.get("capture")?,
            vta_version: row.get("vta_version")?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
            datagrams: row.get("datagrams")?,
            datagrams_lost: row.get("datagrams_lost")?,
            entries_dropped: row.get("entries_dropped")?,
            events: row.get("events")?,
            first_at: row.get("first_at")?,
            last_at: row.get("last_at")?,
            bouts: row.get("bouts")?,
            rehearsals: row.get("rehearsals")?,
            actions_done: row.get("actions_done")?,
            actions_failed: row.get("actions_failed")?,
            actions_open: row.get("actions_open")?,
            clips: row.get("clips")?,
        })
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
                    .prepare(
                        "SELECT *,
                            (SELECT coalesce(sum(events), 0) FROM load_ranges WHERE session = s.id) AS events,
                            (SELECT at FROM events WHERE session = s.id ORDER BY seq LIMIT 1) AS first_at,
                            (SELECT at FROM events WHERE session = s.id ORDER BY seq DESC LIMIT 1) AS last_at,
                            (SELECT count(DISTINCT bout) FROM load_bouts JOIN bouts ON bouts.id = bout
                             WHERE load_bouts.session = s.id AND rehearsal IS NOT 1) AS bouts,
                            (SELECT count(DISTINCT bout) FROM load_bouts JOIN bouts ON bouts.id = bout
                             WHERE load_bouts.session = s.id AND rehearsal) AS rehearsals,
                            (SELECT count(*) FROM actions WHERE session = s.id AND outcome = 'done') AS actions_done,
                            (SELECT count(*) FROM actions WHERE session = s.id AND outcome = 'failed') AS actions_failed,
                            (SELECT count(*) FROM actions WHERE session = s.id AND outcome IS NULL) AS actions_open,
                            (SELECT count(*) FROM clips WHERE session = s.id) AS clips
                         FROM sessions s ORDER BY id",
                    )?
                    .query_map([], SessionRow::from_row)?
                    .collect()
            })?,
        })
    }
}
