use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, params};
use serde::Serialize;

use super::handle::Entry;
use crate::action::{Action, ActionSink};
use crate::bout::Bout;
use crate::court::Output;
use crate::event::{Body, Event, Raw};
use crate::telemetry::messages;
use crate::time::Time;

/// Writes entries as rows; keeps its buffers from one batch to the next, since this is the hot path.
#[derive(Debug, Default)]
pub(super) struct RowBuffers {
    at: String,
    json: Vec<u8>,
    notes: Vec<u8>,
}

impl RowBuffers {
    /// Writes a batch in one transaction; returns how many entries the database refused for good.
    ///
    /// # Errors
    /// When nothing was written and another attempt may succeed.
    pub(super) fn write(&mut self, connection: &mut Connection, batch: &[Entry]) -> rusqlite::Result<usize> {
        let transaction = connection.transaction()?;
        let mut refused = 0;
        {
            let mut statements = Statements::prepare(&transaction)?;
            // Of a bout that changed several times, only the last state is needed.
            let mut last_states = HashMap::new();
            for (place, entry) in batch.iter().enumerate() {
                if let Entry::Output { session, output: Output::Bout { bout, .. } } = entry {
                    last_states.insert((*session, bout.load), place);
                }
            }
            let outdated = |place: usize, entry: &Entry| match entry {
                Entry::Output { session, output: Output::Bout { bout, .. } } => {
                    last_states.get(&(*session, bout.load)) != Some(&place)
                }
                _ => false,
            };
            for (place, entry) in batch.iter().enumerate() {
                if outdated(place, entry) {
                    continue;
                }
                match self.write_entry(&mut statements, entry) {
                    Err(reason) if is_the_entry_s_fault(&reason) => {
                        if refused == 0 {
                            messages::store_entry_refused(reason, format_args!("{entry:?}"));
                        }
                        refused += 1;
                    }
                    done => done?,
                }
            }
        }
        transaction.commit()?;
        Ok(refused)
    }

    fn write_entry(&mut self, statements: &mut Statements<'_>, entry: &Entry) -> rusqlite::Result<()> {
        match entry {
            Entry::Output { session, output: Output::Event { event, load } } => {
                self.write_event(statements, *session, event, *load)
            }
            Entry::Output { session, output: Output::Action { action, load } } => {
                self.write_action(statements, *session, action, *load)
            }
            Entry::Output { session, output: Output::Bout { bout, .. } } => self.write_bout(statements, *session, bout),
            Entry::Output { output: Output::Load { .. } | Output::Snapshot(_), .. } => Ok(()),
            Entry::End { session, at, counters } => {
                let lost = counters.lost_in_kernel.get() + counters.lost_in_queue.get();
                let at = text_of(&mut self.at, *at);
                statements.end.execute(params![
                    session,
                    at,
                    counters.received.get(),
                    lost,
                    counters.entries_dropped.get()
                ])?;
                Ok(())
            }
        }
    }

    fn write_event(
        &mut self,
        statements: &mut Statements<'_>,
        session: i64,
        event: &Event,
        bout: u32,
    ) -> rusqlite::Result<()> {
        let at = text_of(&mut self.at, event.at);
        let notes = match event.notes.as_slice() {
            [] => None,
            notes => Some(json_of(&mut self.notes, &notes)?),
        };
        let (kind, status): (&str, &str) = (event.kind().into(), event.status.into());
        statements.event.execute(params![
            session,
            event.seq,
            at,
            bout,
            event.stream.as_deref(),
            kind,
            status,
            event.cause,
            json_of(&mut self.json, &event.body)?,
            notes,
            event.raw.as_ref().map(raw_value),
        ])?;
        match &event.body {
            Body::ActionDone(done) => {
                let reason: Option<&str> = None;
                statements.outcome.execute(params![session, done.action_seq, "done", reason, done.took_us])?;
            }
            Body::ActionFailed(failed) => {
                statements.outcome.execute(params![
                    session,
                    failed.action_seq,
                    "failed",
                    failed.reason,
                    failed.took_us
                ])?;
            }
            Body::ClipSaved(clip) => {
                statements.clip.execute(params![
                    session,
                    event.seq,
                    at,
                    bout,
                    clip.review,
                    clip.instance,
                    clip.path,
                    clip.reason,
                    clip.action_seq,
                    clip.from.to_string(),
                    clip.begins_at.map(|at| at.to_string()),
                    clip.ends_at.map(|at| at.to_string()),
                    clip.note,
                ])?;
            }
            Body::RecordingStopped(recording) => {
                statements.recording.execute(params![
                    session,
                    event.seq,
                    at,
                    bout,
                    recording.instance,
                    recording.path,
                    recording.begins_at.map(|at| at.to_string()),
                    recording.ends_at.map(|at| at.to_string()),
                    recording.action_seq,
                ])?;
            }
            _ => {}
        }
        Ok(())
    }

    fn write_action(
        &mut self,
        statements: &mut Statements<'_>,
        session: i64,
        action: &Arc<Action>,
        bout: u32,
    ) -> rusqlite::Result<()> {
        let verb = serde_json::to_value(&action.verb).map_err(unserializable)?;
        statements.action.execute(params![
            session,
            action.seq,
            text_of(&mut self.at, action.at),
            bout,
            &*action.rule,
            action.cause,
            action.verb.name(),
            json_of(&mut self.json, &verb.get("args"))?,
            // These are done once they are stored and logged.
            matches!(action.verb.sink(), ActionSink::Timeline | ActionSink::Log).then_some("done"),
        ])?;
        Ok(())
    }

    fn write_bout(&mut self, statements: &mut Statements<'_>, session: i64, bout: &Bout) -> rusqlite::Result<()> {
        statements.bout.execute(params![session, bout.load, json_of(&mut self.json, bout)?])?;
        Ok(())
    }
}

/// The statements that write entries, cached by the connection.
struct Statements<'connection> {
    event: CachedStatement<'connection>,
    action: CachedStatement<'connection>,
    outcome: CachedStatement<'connection>,
    clip: CachedStatement<'connection>,
    recording: CachedStatement<'connection>,
    bout: CachedStatement<'connection>,
    end: CachedStatement<'connection>,
}

impl<'connection> Statements<'connection> {
    fn prepare(connection: &'connection Connection) -> rusqlite::Result<Self> {
        let prepare = |sql| connection.prepare_cached(sql);
        Ok(Self {
            event: prepare(
                "INSERT INTO events (session, seq, at, bout, stream, kind, status, cause, fields, notes, raw)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            action: prepare(
                "INSERT INTO actions (session, seq, at, bout, rule, cause, action, args, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            outcome: prepare(
                "UPDATE actions SET outcome = ?3, reason = ?4, took_us = ?5 WHERE session = ?1 AND seq = ?2",
            )?,
            clip: prepare(
                "INSERT INTO clips (session, seq, at, bout, review, instance, path, reason, action_seq, taken_from,
                                    begins_at, ends_at, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?,
            recording: prepare(
                "INSERT INTO recordings (session, seq, at, bout, instance, path, begins_at, ends_at, action_seq)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            bout: prepare(
                "INSERT INTO bouts (session, ordinal, state) VALUES (?1, ?2, ?3)
                 ON CONFLICT (session, ordinal) DO UPDATE SET state = excluded.state",
            )?,
            end: prepare(
                "UPDATE sessions SET ended_at = ?2, datagrams = ?3, datagrams_lost = ?4, entries_dropped = ?5
                 WHERE id = ?1",
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

fn text_of(buffer: &mut String, at: Time) -> &str {
    buffer.clear();
    // Writing to a string cannot fail.
    let _ = write!(buffer, "{at}");
    buffer
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
