use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use rusqlite::{Row, params_from_iter};

use super::conversions::{text, text_or_null, write_start};
use super::error::StoreError;
use super::filter::{Conditions, Filter, QuerySummary, Selection};
use super::reader::StoreReader;
use crate::event::Kind;
use crate::time::Time;

/// An event as it is stored; JSON is the text as it was written.
#[derive(Clone, Copy, Debug)]
pub struct StoredEvent<'a> {
    /// Id of its session.
    pub session: i64,
    /// Number within the session.
    pub seq: u64,
    /// When it happened.
    pub at: Time,
    /// Name of the court.
    pub court: &'a str,
    /// Its load; 0 before the first.
    pub load: u32,
    /// Number of its bout.
    pub bout_number: Option<&'a str>,
    /// First field of the PSS message.
    pub stream: Option<&'a str>,
    /// What happened.
    pub kind: &'a str,
    /// How far the fields can be trusted.
    pub status: &'a str,
    /// The `seq` of the event that implied this one.
    pub cause: Option<u64>,
    /// The fields of its kind, a JSON object.
    pub fields: &'a str,
    /// Why the status is not `ok`, a JSON array of texts.
    pub notes: Option<&'a str>,
    /// The bytes of the PSS message.
    pub raw: Option<&'a [u8]>,
}

impl<'a> StoredEvent<'a> {
    fn from_row(row: &'a Row<'_>, court: &'a str, numbers: &'a Numbers) -> rusqlite::Result<Self> {
        let load = row.get(3)?;
        Ok(Self {
            session: row.get(0)?,
            seq: row.get(1)?,
            at: row.get(2)?,
            court,
            load,
            bout_number: numbers.get(&load).map(String::as_str),
            stream: text_or_null(row, 4)?,
            kind: text(row, 5)?,
            status: text_or_null(row, 6)?.unwrap_or(OK),
            cause: row.get(7)?,
            fields: text(row, 8)?,
            notes: text_or_null(row, 9)?,
            raw: row.get_ref(10)?.as_bytes_or_null()?,
        })
    }

    /// The message as text; bytes that are not UTF-8 are shown as U+FFFD.
    pub fn raw_text(&self) -> Option<Cow<'a, str>> {
        self.raw.map(String::from_utf8_lossy)
    }

    /// Writes the event's own JSON form, byte for byte; with its session as the first key if requested.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut impl Write, with_session: bool) -> io::Result<()> {
        write_start(out, with_session.then_some(self.session), self.seq, self.at)?;
        out.write_all(b",\"court\":")?;
        serde_json::to_writer(&mut *out, self.court)?;
        if let Some(stream) = self.stream {
            out.write_all(b",\"stream\":")?;
            serde_json::to_writer(&mut *out, stream)?;
        }
        write!(out, ",\"kind\":\"{}\",\"status\":\"{}\"", self.kind, self.status)?;
        if let Some(cause) = self.cause {
            let derived = if self.raw.is_none() { "\"derived\":true," } else { "" };
            write!(out, ",{derived}\"cause\":{cause}")?;
        }
        let fields = self.fields.strip_prefix('{').and_then(|fields| fields.strip_suffix('}')).unwrap_or_default();
        if !fields.is_empty() {
            write!(out, ",{fields}")?;
        }
        if let Some(notes) = self.notes {
            write!(out, ",\"notes\":{notes}")?;
        }
        if let Some(raw) = self.raw_text() {
            out.write_all(b",\"raw\":")?;
            serde_json::to_writer(&mut *out, &*raw)?;
        }
        out.write_all(b"}")
    }
}

/// How the status `ok` is read, which is not written.
const OK: &str = "ok";

/// The numbers of the bouts of a session's loads.
pub(super) type Numbers = HashMap<u32, String>;

impl StoreReader {
    /// Passes the events that match a filter to `sink`, in order of session and seq; all kinds when `kinds` is empty.
    ///
    /// # Errors
    /// When the database cannot be read, when there is no such session, and the errors of `sink`.
    pub fn events(
        &self,
        filter: &Filter,
        kinds: &[Kind],
        sink: impl FnMut(&StoredEvent<'_>) -> io::Result<()>,
    ) -> Result<QuerySummary, StoreError> {
        let selection = self.select(filter)?;
        self.events_of(&selection, filter, kinds, sink)
    }

    pub(super) fn events_of(
        &self,
        selection: &Selection,
        filter: &Filter,
        kinds: &[Kind],
        mut sink: impl FnMut(&StoredEvent<'_>) -> io::Result<()>,
    ) -> Result<QuerySummary, StoreError> {
        let mut count = 0;
        for session in &selection.sessions {
            let (table, mut conditions) = Conditions::of_events(session.id, filter);
            if !kinds.is_empty() {
                conditions.and(&format!("kind IN ({})", vec!["?"; kinds.len()].join(", ")));
                conditions.values.extend(kinds.iter().map(|kind| kind.to_string().into()));
            }
            let failed = |reason| StoreError::sqlite(&self.path, reason);
            let numbers = self.numbers(session.id)?;
            let sql = format!(
                "SELECT session, seq, at, load, stream, kind, status, cause, fields, notes, raw
                 FROM {table} WHERE {} ORDER BY seq",
                conditions.sql
            );
            let mut statement = self.connection.prepare(&sql).map_err(failed)?;
            let mut rows = statement.query(params_from_iter(conditions.values)).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let event = StoredEvent::from_row(row, &session.court, &numbers).map_err(failed)?;
                sink(&event).map_err(StoreError::Output)?;
                count += 1;
            }
        }
        Ok(selection.summary(count))
    }

    pub(super) fn numbers(&self, session: i64) -> Result<Numbers, StoreError> {
        self.query(|connection| {
            connection
                .prepare_cached(
                    "SELECT load_bouts.load, number FROM load_bouts JOIN bouts ON bouts.id = load_bouts.bout
                     WHERE load_bouts.session = ?1 AND number IS NOT NULL",
                )?
                .query_map([session], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }
}
