//! What a session needs of the earlier ones of its court.

use std::collections::HashMap;

use rusqlite::types::FromSqlError;
use rusqlite::{OptionalExtension, Row, params};

use super::error::StoreError;
use super::open::Store;
use crate::bout::{Bout, BoutId, Facts, KnownBout, MAX_BREAK, SessionId};
use crate::court::{Resume, Snapshot};
use crate::telemetry::messages;
use crate::time::Time;

impl Store {
    /// The latest replay of each session that was replayed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn replays(&self) -> Result<HashMap<SessionId, SessionId>, StoreError> {
        let replays = || -> rusqlite::Result<_> {
            let sql = "SELECT replay_of, uuid FROM sessions WHERE replay_of IS NOT NULL ORDER BY id";
            let id = |row: &Row<'_>, column| -> rusqlite::Result<SessionId> {
                Ok(row.get_ref(column)?.as_str()?.parse().map_err(FromSqlError::other)?)
            };
            self.connection.prepare(sql)?.query_map([], |row| Ok((id(row, 0)?, id(row, 1)?)))?.collect()
        };
        replays().map_err(|reason| StoreError::sqlite(&self.path, reason))
    }

    /// What the live sessions of a court know: the bout that was on last, and the bouts that may go on at `now`. What
    /// cannot be read is left out and logged.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn resume(&self, court: &str, now: Time) -> Result<Resume, StoreError> {
        let failed = |reason| StoreError::sqlite(&self.path, reason);
        let text: Option<String> = self
            .connection
            .query_row("SELECT snapshot FROM snapshots WHERE court = ?1", [court], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        let snapshot = text.and_then(|text| {
            let unreadable = |reason| messages::store_snapshot_unreadable(court, reason);
            serde_json::from_str::<Snapshot>(&text).map_err(unreadable).ok()
        });
        Ok(Resume { snapshot, bouts: self.known_bouts(court, now).map_err(failed)? })
    }

    /// The bouts whose last event was not long ago, with what each of their loads says of them.
    fn known_bouts(&self, court: &str, now: Time) -> rusqlite::Result<Vec<KnownBout>> {
        let mut statement = self.connection.prepare(
            "SELECT uid, bouts.winner IS NOT NULL, state, max(last_at) OVER (PARTITION BY bouts.id) AS last_at
             FROM sessions
             JOIN load_ranges ON load_ranges.session = sessions.id
             JOIN load_bouts ON load_bouts.session = load_ranges.session AND load_bouts.load = load_ranges.load
             JOIN load_states ON load_states.session = load_ranges.session AND load_states.load = load_ranges.load
             JOIN bouts ON bouts.id = load_bouts.bout
             WHERE sessions.court = ?1 AND mode = 'live' AND last_at >= ?2
             ORDER BY bouts.id, load_ranges.session, load_ranges.load",
        )?;
        let mut rows = statement.query(params![court, now - MAX_BREAK])?;
        let mut known: Vec<KnownBout> = Vec::new();
        while let Some(row) = rows.next()? {
            let id: BoutId = row.get_ref(0)?.as_str()?.parse().map_err(FromSqlError::other)?;
            let bout: Bout = match serde_json::from_str(row.get_ref(2)?.as_str()?) {
                Ok(bout) => bout,
                Err(reason) => {
                    messages::store_snapshot_unreadable(court, reason);
                    continue;
                }
            };
            let mut facts = Facts::of(&bout);
            if let Some(before) = known.pop_if(|known| known.id == id) {
                facts.athletes.extend(before.facts.athletes);
                facts.internal_id = facts.internal_id.or(before.facts.internal_id);
            }
            known.push(KnownBout { id, facts, decided: row.get(1)?, last_at: row.get(3)? });
        }
        Ok(known)
    }
}
