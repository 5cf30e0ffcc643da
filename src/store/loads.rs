//! Which events are of which load, which bout a load is of, and what is known of the bout.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, ToSql, params};

use crate::bout::{Bout, BoutId};
use crate::time::Time;

/// How far a session has come.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// The latest load.
    load: u32,
    /// The `seq` of the last event.
    seq: u64,
}

/// What was written of loads, and is not yet in `load_ranges` and `bouts`.
#[derive(Clone, Debug, Default)]
pub(super) struct Loads {
    progress: HashMap<i64, Progress>,
    ranges: BTreeMap<(i64, u32), Range>,
    /// Loads whose bout or state has changed.
    changed: BTreeSet<(i64, u32)>,
    /// See [`copy_state`].
    copy_state: Option<Arc<str>>,
}

/// Events of a load.
#[derive(Clone, Debug)]
struct Range {
    /// The first one, if it was not late.
    first_seq: Option<u64>,
    events: u64,
    last_at: Time,
}

impl Loads {
    /// The `seq` of the last event of a session.
    pub(super) fn last_seq(&self, session: i64) -> u64 {
        self.progress.get(&session).map_or(0, |progress| progress.seq)
    }

    /// Counts an event that was written.
    pub(super) fn add_event(
        &mut self,
        connection: &Connection,
        session: i64,
        load: u32,
        (seq, at): (u64, Time),
    ) -> rusqlite::Result<()> {
        let progress = self.progress.entry(session).or_default();
        let is_late = load < progress.load;
        *progress = Progress { load: load.max(progress.load), seq };
        if is_late {
            connection
                .prepare_cached("INSERT INTO late_events (session, load, seq) VALUES (?1, ?2, ?3)")?
                .execute(params![session, load, seq])?;
        }
        let range = self.ranges.entry((session, load)).or_insert(Range {
            first_seq: (!is_late).then_some(seq),
            events: 0,
            last_at: at,
        });
        range.events += 1;
        range.last_at = at;
        Ok(())
    }

    /// Writes which bout a load is of.
    pub(super) fn write_bout_of(
        &mut self,
        connection: &Connection,
        session: i64,
        load: u32,
        (bout, at): (BoutId, Time),
    ) -> rusqlite::Result<()> {
        let uid = bout.to_string();
        connection
            .prepare_cached("INSERT OR IGNORE INTO bouts (uid, court) SELECT ?2, court FROM sessions WHERE id = ?1")?
            .execute(params![session, uid])?;
        connection
            .prepare_cached(
                "INSERT INTO loads (session, load, bout, at)
                 SELECT ?1, ?2, id, ?4 FROM bouts WHERE uid = ?3",
            )?
            .execute(params![session, load, uid, at])?;
        self.changed.insert((session, load));
        Ok(())
    }

    /// Writes the state of a bout in its present load.
    pub(super) fn write_state(
        &mut self,
        connection: &Connection,
        session: i64,
        bout: &Bout,
        state: &dyn ToSql,
    ) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO load_states (session, load, has_begun, loaded_at, started_at, ended_at, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                session,
                bout.load,
                bout.has_begun(),
                bout.loaded_at,
                bout.started_at,
                bout.ended_at,
                state
            ])?;
        self.changed.insert((session, bout.load));
        Ok(())
    }

    /// Writes the changes of a batch to `load_ranges` and `bouts`.
    pub(super) fn settle(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for ((session, load), Range { first_seq, events, last_at }) in std::mem::take(&mut self.ranges) {
            connection
                .prepare_cached(
                    "INSERT INTO load_ranges (session, load, first_seq, events, last_at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET events = events + excluded.events, last_at = excluded.last_at",
                )?
                .execute(params![session, load, first_seq, events, last_at])?;
        }
        if self.changed.is_empty() {
            return Ok(());
        }
        let copy_state = match &self.copy_state {
            Some(sql) => sql,
            None => self.copy_state.insert(copy_state(connection)?),
        };
        for (session, load) in std::mem::take(&mut self.changed) {
            connection.prepare_cached(copy_state)?.execute(params![session, load])?;
        }
        Ok(())
    }
}

/// The statement that copies what is known to the bouts that a load is or was of: all columns that `load_states` reads from
/// the state. The state of a load that has begun counts before that of a later one that has not: operators load a bout again
/// just to look at it.
fn copy_state(connection: &Connection) -> rusqlite::Result<Arc<str>> {
    let columns: String = connection.query_row(
        // Hidden with 2 is a column that is computed from others.
        "SELECT group_concat(name, ', ') FROM pragma_table_xinfo('load_states') WHERE hidden = 2",
        [],
        |row| row.get(0),
    )?;
    let sql = format!(
        "UPDATE bouts SET
             (session, load, ended_at, {columns}) = (
                 SELECT session, load, ended_at, {columns}
                 FROM load_states WHERE (session, load) = (
                     SELECT session, load FROM load_states JOIN load_bouts USING (session, load)
                     WHERE bout = bouts.id
                     ORDER BY has_begun DESC, session DESC, load DESC LIMIT 1
                 )
             ),
             (loaded_at, started_at) = (
                 SELECT min(loaded_at), min(started_at)
                 FROM load_states JOIN load_bouts USING (session, load)
                 WHERE bout = bouts.id
             )
         WHERE id IN (SELECT bout FROM loads WHERE session = ?1 AND load = ?2)"
    );
    Ok(sql.into())
}
