//! Which clip is meant: the latest, one by its name, or one that shows an event.

use std::time::Duration;

use rusqlite::{OptionalExtension, Row, params};

use super::error::StoreError;
use super::reader::StoreReader;
use crate::bout::SessionId;
use crate::command::FoundClip;
use crate::time::Time;

/// How far back the latest clip may be.
const DAY: Duration = Duration::from_secs(12 * 60 * 60);

impl StoreReader {
    /// A clip of the court of a session, also of its earlier sessions: by its path or its file name, or the latest one of
    /// the same day.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn clip(&self, session: SessionId, name: Option<&str>) -> Result<Option<FoundClip>, StoreError> {
        let sql = "SELECT path, begins_at, instance
                   FROM sessions AS present
                   JOIN sessions ON sessions.court = present.court AND sessions.mode = 'live'
                   JOIN clips ON clips.session = sessions.id
                   WHERE present.uuid = ?1 AND iif(
                       ?2 IS NULL,
                       clips.at >= present.started_at - ?3,
                       path = ?2 OR substr(path, -length(?2) - 1) IN ('/' || ?2, '\\' || ?2)
                   )
                   ORDER BY sessions.id DESC, seq DESC LIMIT 1";
        let day = i64::try_from(DAY.as_micros()).unwrap_or(i64::MAX);
        let values = params![session.to_string(), name, day];
        self.query(|connection| connection.query_row(sql, values, clip).optional())
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
