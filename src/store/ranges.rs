//! Where the events of each load are, counted in memory and written once a batch.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::event::Event;

/// Where the sessions that are written have come to.
#[derive(Clone, Debug, Default)]
pub(super) struct LoadRanges {
    /// By session.
    latest: HashMap<i64, Latest>,
    /// The events of this batch, by session and load.
    batch: HashMap<(i64, u32), Batch>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Latest {
    load: u32,
    seq: u64,
}

#[derive(Clone, Copy, Debug)]
struct Batch {
    /// None when all of them are late.
    first_seq: Option<u64>,
    events: u64,
    last_at: i64,
}

/// Where an event of a load is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before a later load began.
    InOrder,
    /// After that.
    Late,
}

impl LoadRanges {
    /// Begins a batch; gives what to go back to if it fails.
    pub(super) fn begin(&mut self) -> Self {
        self.batch.clear();
        self.clone()
    }

    /// Counts an event.
    pub(super) fn add(&mut self, session: i64, load: u32, event: &Event) -> Place {
        let latest = self.latest.entry(session).or_default();
        latest.seq = event.seq;
        let place = if load < latest.load { Place::Late } else { Place::InOrder };
        latest.load = latest.load.max(load);
        let first_seq = (place == Place::InOrder).then_some(event.seq);
        let batch = self.batch.entry((session, load)).or_insert(Batch { first_seq, events: 0, last_at: 0 });
        batch.events += 1;
        batch.last_at = event.at.as_micros();
        place
    }

    /// The `seq` of a session's last event.
    pub(super) fn last_seq(&self, session: i64) -> u64 {
        self.latest.get(&session).map_or(0, |latest| latest.seq)
    }

    /// Writes what the batch has added.
    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "INSERT INTO load_ranges (session, load, first_seq, events, last_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (session, load) DO UPDATE
             SET first_seq = coalesce(first_seq, excluded.first_seq), events = events + excluded.events,
                 last_at = excluded.last_at",
        )?;
        for ((session, load), Batch { first_seq, events, last_at }) in &self.batch {
            statement.execute(params![session, load, first_seq, events, last_at])?;
        }
        Ok(())
    }
}
