use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, params};
use serde::Serialize;

use super::handle::Entry;
use super::loads::Loads;
use super::{commands, review_steps};
use crate::action::Action;
use crate::court::{Output, Snapshot};
use crate::event::{Body, ClipSaved, Event, Raw, Recording, Status};
use crate::telemetry::messages;

/// Writes entries as rows; keeps its buffers from one batch to the next, since this is the hot path.
#[derive(Debug, Default)]
pub(super) struct RowBuffers {
    json: Vec<u8>,
    notes: Vec<u8>,
    loads: Loads,
}

impl RowBuffers {
    /// Writes a batch in one transaction; returns how many entries the database refused for good.
    ///
    /// # Errors
    /// When nothing was written and another attempt may succeed.
    pub(super) fn write(&mut self, connection: &mut Connection, batch: &[Entry]) -> rusqlite::Result<usize> {
        // Another attempt begins where this one did.
        let before = self.loads.clone();
        let written = self.write_batch(connection, batch);
        if written.is_err() {
            self.loads = before;
        }
        written
    }

    fn write_batch(&mut self, connection: &mut Connection, batch: &[Entry]) -> rusqlite::Result<usize> {
        let transaction = connection.transaction()?;
        let mut refused = 0;
        {
            let mut statements = Statements::prepare(&transaction)?;
            // Of a state that changed several times, only the last one is needed.
            let last_states: HashMap<_, _> =
                batch.iter().enumerate().filter_map(|(i, e)| Some((state_of(e)?, i))).collect();
            for (place, entry) in batch.iter().enumerate() {
                if state_of(entry).is_some_and(|state| last_states.get(&state) != Some(&place)) {
                    continue;
                }
                match self.write_entry(&transaction, &mut statements, entry) {
                    Err(reason) if is_the_entry_s_fault(&reason) => {
                        if refused == 0 {
                            messages::store_entry_refused(reason, format_args!("{entry:?}"));
                        }
                        refused += 1;
                    }
                    done => done?,
                }
            }
            self.loads.settle(&transaction)?;
        }
        transaction.commit()?;
        Ok(refused)
    }

    fn write_entry(
        &mut self,
        connection: &Connection,
        statements: &mut Statements<'_>,
        entry: &Entry,
    ) -> rusqlite::Result<()> {
        let (session, output) = match entry {
            Entry::Output { session, output } => (*session, output),
            Entry::End { session, at, counters } => {
                let lost = counters.lost_in_kernel.get() + counters.lost_in_queue.get();
                return connection
                    .prepare_cached(
                        "UPDATE sessions SET ended_at = ?2, datagrams = ?3, datagrams_lost = ?4, entries_dropped = ?5
                         WHERE id = ?1",
                    )?
                    .execute(params![session, at, counters.received.get(), lost, counters.entries_dropped.get()])
                    .map(drop);
            }
        };
        match output {
            Output::Event { event, load } => self.write_event(connection, statements, session, event, *load),
            Output::Action { action, load } => self.write_action(statements, session, action, *load),
            Output::Load { load, bout, at } => self.loads.write_bout_of(connection, session, *load, (*bout, *at)),
            Output::Bout { bout, .. } => {
                let state = json_of(&mut self.json, bout)?;
                self.loads.write_state(connection, session, bout, &state)
            }
            Output::Snapshot(snapshot) => self.write_snapshot(connection, session, snapshot),
        }
    }

    fn write_event(
        &mut self,
        connection: &Connection,
        statements: &mut Statements<'_>,
        session: i64,
        event: &Event,
        load: u32,
    ) -> rusqlite::Result<()> {
        let notes = match event.notes.as_slice() {
            [] => None,
            notes => Some(json_of(&mut self.notes, &notes)?),
        };
        let (kind, status): (&str, &str) = (event.kind().into(), event.status.into());
        statements.event.execute(params![
            session,
            event.seq,
            event.at,
            load,
            event.stream.as_deref(),
            kind,
            (event.status != Status::Ok).then_some(status),
            event.cause,
            json_of(&mut self.json, &event.body)?,
            notes,
            event.raw.as_ref().map(raw_value),
        ])?;
        self.loads.add_event(connection, session, load, (event.seq, event.at))?;
        match &event.body {
            Body::ActionDone(done) => {
                let reason: Option<&str> = None;
                statements.outcome.execute(params![session, done.action_seq, "done", reason, done.took_us])?;
            }
            Body::ActionFailed(failed) => {
                let reason = Some(&failed.reason);
                statements.outcome.execute(params![session, failed.action_seq, "failed", reason, failed.took_us])?;
            }
            Body::ClipSaved(clip) => write_clip(connection, session, event, load, clip)?,
            Body::RecordingStopped(recording) => write_recording(connection, session, event, load, recording)?,
            _ => {}
        }
        commands::write(connection, session, event, load)?;
        review_steps::write(connection, session, event, load)
    }

    fn write_action(
        &mut self,
        statements: &mut Statements<'_>,
        session: i64,
        action: &Arc<Action>,
        load: u32,
    ) -> rusqlite::Result<()> {
        let verb = serde_json::to_value(&action.verb).map_err(unserializable)?;
        statements.action.execute(params![
            session,
            action.seq,
            action.at,
            load,
            self.loads.last_seq(session),
            &*action.rule,
            action.cause,
            action.verb.name(),
            json_of(&mut self.json, &verb.get("args"))?,
            (!action.verb.sink().reports()).then_some("done"),
        ])?;
        Ok(())
    }

    /// Only of live sessions: a replay is not what is on at the court.
    fn write_snapshot(&mut self, connection: &Connection, session: i64, snapshot: &Snapshot) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO snapshots (court, session, at, snapshot)
                 SELECT court, id, ?2, ?3 FROM sessions WHERE id = ?1 AND mode = 'live'",
            )?
            .execute(params![session, snapshot.at, json_of(&mut self.json, snapshot)?])
            .map(drop)
    }
}

/// The state that an entry has, of which the last one in a batch counts: of the bout in a load, or the snapshot.
fn state_of(entry: &Entry) -> Option<(i64, Option<u32>)> {
    match entry {
        Entry::Output { session, output: Output::Bout { bout, .. } } => Some((*session, Some(bout.load))),
        Entry::Output { session, output: Output::Snapshot(_) } => Some((*session, None)),
        _ => None,
    }
}

fn write_clip(
    connection: &Connection,
    session: i64,
    event: &Event,
    load: u32,
    clip: &ClipSaved,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO clips (session, seq, at, load, review, instance, path, reason, action_seq, taken_from, begins_at,
                                ends_at, note)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            session,
            event.seq,
            event.at,
            load,
            clip.review,
            clip.instance,
            clip.path,
            clip.reason,
            clip.action_seq,
            clip.from.to_string(),
            clip.begins_at,
            clip.ends_at,
            clip.note,
        ])
        .map(drop)
}

fn write_recording(
    connection: &Connection,
    session: i64,
    event: &Event,
    load: u32,
    recording: &Recording,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO recordings (session, seq, at, load, instance, path, begins_at, ends_at, action_seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            session,
            event.seq,
            event.at,
            load,
            recording.instance,
            recording.path,
            recording.begins_at,
            recording.ends_at,
            recording.action_seq,
        ])
        .map(drop)
}

/// The statements that write most entries.
struct Statements<'connection> {
    event: CachedStatement<'connection>,
    action: CachedStatement<'connection>,
    outcome: CachedStatement<'connection>,
}

impl<'connection> Statements<'connection> {
    fn prepare(connection: &'connection Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            event: connection.prepare_cached(
                "INSERT INTO events (session, seq, at, load, stream, kind, status, cause, fields, notes, raw)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            action: connection.prepare_cached(
                "INSERT INTO actions (session, seq, at, load, after, rule, cause, action, args, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?,
            outcome: connection.prepare_cached(
                "UPDATE actions SET outcome = ?3, reason = ?4, took_us = ?5 WHERE session = ?1 AND seq = ?2",
            )?,
        })
    }
}

/// Whether the database refused the content of an entry: another attempt would fail too.
fn is_the_entry_s_fault(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::ToSqlConversionFailure(_))
        || matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
        )
}

/// The JSON text of a value, in a reused buffer.
fn json_of<'a>(buffer: &'a mut Vec<u8>, value: &impl Serialize) -> rusqlite::Result<ToSqlOutput<'a>> {
    buffer.clear();
    serde_json::to_writer(&mut *buffer, value).map_err(unserializable)?;
    Ok(ToSqlOutput::Borrowed(ValueRef::Text(buffer)))
}

fn unserializable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

fn raw_value(raw: &Raw) -> ToSqlOutput<'_> {
    let bytes = raw.bytes();
    ToSqlOutput::Borrowed(match std::str::from_utf8(bytes) {
        Ok(_) => ValueRef::Text(bytes),
        Err(_) => ValueRef::Blob(bytes),
    })
}
