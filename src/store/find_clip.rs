//! Which clip is meant: the latest, one by its path, or one that shows an event.

use rusqlite::{OptionalExtension, Row, params};

use super::error::StoreError;
use super::reader::StoreReader;
use crate::bout::SessionId;
use crate::command::FoundClip;
use crate::time::Time;

impl StoreReader {
    /// A clip of a session by its path, or the latest one.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn clip(&self, session: SessionId, path: Option<&str>) -> Result<Option<FoundClip>, StoreError> {
        let sql = "SELECT path, begins_at, instance FROM clips JOIN sessions ON sessions.id = clips.session
                   WHERE uuid = ?1 AND path = coalesce(?2, path) ORDER BY seq DESC LIMIT 1";
        self.query(|connection| connection.query_row(sql, params![session.to_string(), path], clip).optional())
    }

    /// The clip that shows an event of a session, else the recording that does; with the event's instant.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn clip_of_event(&self, session: SessionId, seq: u64) -> Result<Option<(FoundClip, Time)>, StoreError> {
        let sql = "SELECT media.path, media.begins_at, instance, events.at
                   FROM events
                   JOIN sessions ON sessions.id = events.session
                   JOIN (SELECT session, path, begins_at, ends_at, instance, 0 AS is_recording FROM clips
                         UNION ALL
                         SELECT session, path, begins_at, ends_at, instance, 1 FROM recordings) AS media
                       ON media.session = events.session AND events.at BETWEEN media.begins_at AND media.ends_at
                   WHERE uuid = ?1 AND seq = ?2 AND media.path IS NOT NULL
                   ORDER BY is_recording LIMIT 1";
        let found = |row: &Row<'_>| Ok((clip(row)?, row.get(3)?));
        self.query(|connection| connection.query_row(sql, params![session.to_string(), seq], found).optional())
    }
}

fn clip(row: &Row<'_>) -> rusqlite::Result<FoundClip> {
    Ok(FoundClip { path: row.get(0)?, begins_at: row.get(1)?, camera: row.get(2)?, from: None })
}
