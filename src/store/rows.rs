use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, params};
use serde::Serialize;

use super::handle::Entry;
use super::ranges::{LoadRanges, Place};
use crate::action::{Action, ActionSink};
use crate::bout::{Bout, BoutId, Stage};
use crate::court::{Output, Snapshot};
use crate::event::{Body, Event, Raw, Requester, Status};
use crate::telemetry::messages;
use crate::time::Time;

/// Writes entries as rows; keeps its buffers from one batch to the next, since this is the hot path.
#[derive(Debug, Default)]
pub(super) struct RowBuffers {
    json: Vec<u8>,
    notes: Vec<u8>,
    ranges: LoadRanges,
}

impl RowBuffers {
    /// Writes a batch in one transaction; returns how many entries the database refused for good.
    ///
    /// # Errors
    /// When nothing was written and another attempt may succeed.
    pub(super) fn write(&mut self, connection: &mut Connection, batch: &[Entry]) -> rusqlite::Result<usize> {
        let transaction = connection.transaction()?;
        let mut refused = 0;
        let ranges = self.ranges.begin();
        {
            let mut statements = Statements::prepare(&transaction)?;
            let last_states = last_states(batch);
            for (place, entry) in batch.iter().enumerate() {
                if state_of(entry).is_some_and(|key| last_states.get(&key) != Some(&place)) {
                    continue;
                }
                match self.write_entry(&mut statements, entry) {
                    Err(reason) if is_the_entry_s_fault(&reason) => {
                        if refused == 0 {
                            messages::store_entry_refused(reason, format_args!("{entry:?}"));
                        }
                        refused += 1;
                    }
                    Ok(()) => {}
                    Err(reason) => {
                        self.ranges = ranges;
                        return Err(reason);
                    }
                }
            }
            if let Err(reason) = self.ranges.write(&transaction) {
                self.ranges = ranges;
                return Err(reason);
            }
        }
        if let Err(reason) = transaction.commit() {
            self.ranges = ranges;
            return Err(reason);
        }
        Ok(refused)
    }

    fn write_entry(&mut self, statements: &mut Statements<'_>, entry: &Entry) -> rusqlite::Result<()> {
        match entry {
            Entry::Output { session, output } => match output {
                Output::Event { event, load } => self.write_event(statements, *session, event, *load),
                Output::Action { action, load } => self.write_action(statements, *session, action, *load),
                Output::Load { load, bout, at } => write_load(statements, *session, *load, *bout, *at),
                Output::Bout { id, bout } => self.write_bout(statements, *session, *id, bout),
                Output::Snapshot(snapshot) => self.write_snapshot(statements, *session, snapshot),
            },
            Entry::End { session, at, counters } => {
                let lost = counters.lost_in_kernel.get() + counters.lost_in_queue.get();
                statements.end.execute(params![
                    session,
                    at.as_micros(),
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
        load: u32,
    ) -> rusqlite::Result<()> {
        let notes = match event.notes.as_slice() {
            [] => None,
            notes => Some(json_of(&mut self.notes, &notes)?),
        };
        let kind: &str = event.kind().into();
        let status: &str = event.status.into();
        statements.event.execute(params![
            session,
            event.seq,
            event.at.as_micros(),
            load,
            event.stream.as_deref(),
            kind,
            (event.status != Status::Ok).then_some(status),
            event.cause,
            json_of(&mut self.json, &event.body)?,
            notes,
            event.raw.as_ref().map(raw_value),
        ])?;
        if self.ranges.add(session, load, event) == Place::Late {
            statements.late.execute(params![session, load, event.seq])?;
        }
        write_consequences(statements, session, event, load)
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
            action.at.as_micros(),
            load,
            self.ranges.last_seq(session),
            &*action.rule,
            action.cause,
            action.verb.name(),
            json_of(&mut self.json, &verb.get("args"))?,
            // These are done once they are stored and logged.
            matches!(action.verb.sink(), ActionSink::Timeline | ActionSink::Log).then_some("done"),
        ])?;
        Ok(())
    }

    fn write_bout(
        &mut self,
        statements: &mut Statements<'_>,
        session: i64,
        id: BoutId,
        bout: &Bout,
    ) -> rusqlite::Result<()> {
        let micros = |at: Option<Time>| at.map(Time::as_micros);
        let has_begun = bout.started_at.is_some() || bout.stage > Stage::Ready;
        statements.bout.execute(params![
            id.to_string(),
            session,
            has_begun,
            json_of(&mut self.json, bout)?,
            micros(bout.loaded_at),
            micros(bout.started_at),
            micros(bout.ended_at),
        ])?;
        Ok(())
    }

    fn write_snapshot(
        &mut self,
        statements: &mut Statements<'_>,
        session: i64,
        snapshot: &Snapshot,
    ) -> rusqlite::Result<()> {
        let json = json_of(&mut self.json, snapshot)?;
        statements.snapshot.execute(params![session, snapshot.at.as_micros(), json])?;
        Ok(())
    }
}

/// What of an entry a later one of the same batch replaces: the state of a bout, or the snapshot of a session.
fn state_of(entry: &Entry) -> Option<(i64, Option<BoutId>)> {
    match entry {
        Entry::Output { session, output: Output::Bout { id, bout } } => {
            // One that has not begun does not replace one that has.
            (bout.started_at.is_some() || bout.stage > Stage::Ready).then_some((*session, Some(*id)))
        }
        Entry::Output { session, output: Output::Snapshot(_) } => Some((*session, None)),
        _ => None,
    }
}

fn last_states(batch: &[Entry]) -> HashMap<(i64, Option<BoutId>), usize> {
    batch.iter().enumerate().filter_map(|(place, entry)| Some((state_of(entry)?, place))).collect()
}

fn write_load(
    statements: &mut Statements<'_>,
    session: i64,
    load: u32,
    bout: BoutId,
    at: Time,
) -> rusqlite::Result<()> {
    let uid = bout.to_string();
    statements.new_bout.execute(params![uid, session])?;
    statements.load.execute(params![session, load, uid, at.as_micros()])?;
    Ok(())
}

/// Writes what an event says of an action, a clip, a recording or a review.
fn write_consequences(statements: &mut Statements<'_>, session: i64, event: &Event, load: u32) -> rusqlite::Result<()> {
    let at = event.at.as_micros();
    match &event.body {
        Body::ActionDone(done) => {
            let reason: Option<&str> = None;
            statements.outcome.execute(params![session, done.action_seq, "done", reason, done.took_us])?;
        }
        Body::ActionFailed(failed) => {
            let outcome = params![session, failed.action_seq, "failed", failed.reason, failed.took_us];
            statements.outcome.execute(outcome)?;
        }
        Body::ClipSaved(clip) => {
            statements.clip.execute(params![
                session,
                event.seq,
                at,
                load,
                clip.review,
                clip.instance,
                clip.path,
                clip.reason,
                clip.action_seq,
                clip.from.to_string(),
                clip.begins_at.map(Time::as_micros),
                clip.ends_at.map(Time::as_micros),
                clip.note,
            ])?;
            statements.review_saved.execute(params![session, clip.review, at])?;
        }
        Body::RecordingStopped(recording) => {
            statements.recording.execute(params![
                session,
                event.seq,
                at,
                load,
                recording.instance,
                recording.path,
                recording.begins_at.map(Time::as_micros),
                recording.ends_at.map(Time::as_micros),
                recording.action_seq,
            ])?;
        }
        Body::ReviewOpened(opened) => {
            let side: &str = opened.side.into();
            statements.review.execute(params![session, opened.review.or(event.cause), load, side, at])?;
        }
        Body::ClipShown(shown) => {
            statements.review_shown.execute(params![session, shown.review, at])?;
        }
        Body::ClipMissing(missing) => {
            statements.review_missing.execute(params![session, missing.review, missing.reason])?;
        }
        Body::ReviewDecided(decided) => {
            let key = review_key(statements, session, load, decided.review, decided.side)?;
            let state = decided.state.to_string();
            let verdict = decided.verdict.map(|verdict| verdict.to_string());
            statements.review_decided.execute(params![key.0, key.1, session, event.cause, at, state, verdict])?;
        }
        Body::ReviewClosed(closed) => {
            let key = review_key(statements, session, load, closed.review, closed.side)?;
            statements.review_closed.execute(params![key.0, key.1, session, event.cause, at])?;
        }
        _ => {}
    }
    Ok(())
}

/// The session and the request of a review. Without a request it was made in an earlier session of the same bout.
fn review_key(
    statements: &mut Statements<'_>,
    session: i64,
    load: u32,
    review: Option<u64>,
    side: Requester,
) -> rusqlite::Result<(i64, Option<i64>)> {
    if let Some(review) = review {
        return Ok((session, i64::try_from(review).ok()));
    }
    let side: &str = side.into();
    let mut rows = statements.open_review.query(params![session, load, side])?;
    match rows.next()? {
        Some(row) => Ok((row.get(0)?, Some(row.get(1)?))),
        None => Ok((session, None)),
    }
}

/// The statements that write entries, cached by the connection.
struct Statements<'connection> {
    event: CachedStatement<'connection>,
    late: CachedStatement<'connection>,
    action: CachedStatement<'connection>,
    outcome: CachedStatement<'connection>,
    clip: CachedStatement<'connection>,
    recording: CachedStatement<'connection>,
    new_bout: CachedStatement<'connection>,
    bout: CachedStatement<'connection>,
    load: CachedStatement<'connection>,
    snapshot: CachedStatement<'connection>,
    review: CachedStatement<'connection>,
    review_saved: CachedStatement<'connection>,
    review_shown: CachedStatement<'connection>,
    review_missing: CachedStatement<'connection>,
    review_decided: CachedStatement<'connection>,
    review_closed: CachedStatement<'connection>,
    open_review: CachedStatement<'connection>,
    end: CachedStatement<'connection>,
}

impl<'connection> Statements<'connection> {
    fn prepare(connection: &'connection Connection) -> rusqlite::Result<Self> {
        let prepare = |sql| connection.prepare_cached(sql);
        Ok(Self {
            event: prepare(
                "INSERT INTO events (session, seq, at, load, stream, kind, status, cause, fields, notes, raw)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            late: prepare("INSERT INTO late_events (session, load, seq) VALUES (?1, ?2, ?3)")?,
            action: prepare(
                "INSERT INTO actions (session, seq, at, load, after, rule, cause, action, args, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?,
            outcome: prepare(
                "UPDATE actions SET outcome = ?3, reason = ?4, took_us = ?5 WHERE session = ?1 AND seq = ?2",
            )?,
            clip: prepare(
                "INSERT INTO clips (session, seq, at, load, review, instance, path, reason, action_seq, taken_from,
                                    begins_at, ends_at, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?,
            recording: prepare(
                "INSERT INTO recordings (session, seq, at, load, instance, path, begins_at, ends_at, action_seq)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            new_bout: prepare(
                "INSERT INTO bouts (uid, session, court, has_begun, state, rounds, stage)
                 SELECT ?1, id, court, 0, '{}', '[]', 'idle' FROM sessions WHERE id = ?2
                 ON CONFLICT (uid) DO NOTHING",
            )?,
            bout: prepare(include_str!("write-bout.sql"))?,
            load: prepare(
                "INSERT INTO loads (session, load, bout, at)
                 SELECT ?1, ?2, id, ?4 FROM bouts WHERE uid = ?3",
            )?,
            // A replay says nothing of what is on.
            snapshot: prepare(
                "INSERT INTO snapshots (court, session, at, snapshot)
                 SELECT court, id, ?2, ?3 FROM sessions WHERE id = ?1 AND mode = 'live'
                 ON CONFLICT (court) DO UPDATE
                 SET session = excluded.session, at = excluded.at, snapshot = excluded.snapshot",
            )?,
            review: prepare(
                "INSERT INTO reviews (session, review, load, side, requested_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (session, review) DO NOTHING",
            )?,
            review_saved: prepare(
                "UPDATE reviews SET saved_at = coalesce(saved_at, ?3), missing = NULL WHERE session = ?1 AND review = ?2",
            )?,
            review_shown: prepare(
                "UPDATE reviews SET shown_at = coalesce(shown_at, ?3) WHERE session = ?1 AND review = ?2",
            )?,
            review_missing: prepare(
                "UPDATE reviews SET missing = ?3 WHERE session = ?1 AND review = ?2 AND saved_at IS NULL",
            )?,
            // Answered and closed it is when the console said so, which is the cause of the derived event.
            review_decided: prepare(
                "UPDATE reviews
                 SET decided_at = coalesce((SELECT at FROM events WHERE session = ?3 AND seq = ?4), ?5),
                     state = ?6, verdict = ?7
                 WHERE session = ?1 AND review = ?2",
            )?,
            review_closed: prepare(
                "UPDATE reviews
                 SET closed_at = coalesce(closed_at, (SELECT at FROM events WHERE session = ?3 AND seq = ?4), ?5)
                 WHERE session = ?1 AND review = ?2",
            )?,
            open_review: prepare(
                "SELECT reviews.session, reviews.review
                 FROM load_bouts AS present
                 JOIN load_bouts AS earlier ON earlier.bout = present.bout
                 JOIN reviews ON reviews.session = earlier.session AND reviews.load = earlier.load
                 WHERE present.session = ?1 AND present.load = ?2 AND reviews.side = ?3 AND reviews.closed_at IS NULL
                 ORDER BY reviews.requested_at DESC LIMIT 1",
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
