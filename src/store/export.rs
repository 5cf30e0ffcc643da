use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};
use serde::Deserialize;
use strum::{Display, EnumString};

use super::error::StoreError;
use super::events::StoredEvent;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::event::Kind;

/// The format of an export.
#[derive(Clone, Copy, Debug, Display, EnumString, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    /// A table for spreadsheets (RFC 4180), with the fields of each kind as JSON in one cell.
    Csv,
    /// One JSON array.
    Json,
    /// One JSON object per line.
    Ndjson,
}

/// The columns of a table.
const COLUMNS: [&str; 13] =
    ["session", "seq", "at", "court", "bout", "stream", "kind", "status", "cause", "side", "fields", "notes", "raw"];

impl StoreReader {
    /// Exports the events that match a filter, in order of session and seq; all kinds when `kinds` is empty.
    ///
    /// In JSON, each is exactly the event's own form. Only when more than one session is searched, `session` (its id)
    /// comes before it. A table always has a column for it. Lines are written one by one, so `out` should be buffered.
    ///
    /// # Errors
    /// When the database cannot be read, there is no such session, or `out` cannot be written to.
    pub fn export_events(
        &self,
        filter: &Filter,
        kinds: &[Kind],
        format: Format,
        out: &mut dyn Write,
    ) -> Result<QuerySummary, StoreError> {
        let selection = self.select(filter)?;
        let with_session = selection.is_several();
        let mut line = Vec::new();
        match format {
            Format::Ndjson => self.events_of(&selection, filter, kinds, |event| {
                line.clear();
                event.write_json(&mut line, with_session)?;
                line.push(b'\n');
                out.write_all(&line)
            }),
            Format::Json => {
                let mut before: &[u8] = b"[\n";
                let summary = self.events_of(&selection, filter, kinds, |event| {
                    line.clear();
                    line.extend_from_slice(before);
                    before = b",\n";
                    event.write_json(&mut line, with_session)?;
                    out.write_all(&line)
                })?;
                let end: &[u8] = if summary.rows == 0 { b"[]\n" } else { b"\n]\n" };
                out.write_all(end).map_err(StoreError::Output)?;
                Ok(summary)
            }
            Format::Csv => {
                let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
                table.write_record(COLUMNS).map_err(|reason| StoreError::Output(output_error(reason)))?;
                let summary = self.events_of(&selection, filter, kinds, |event| write_record(&mut table, event))?;
                table.flush().map_err(StoreError::Output)?;
                Ok(summary)
            }
        }
    }

    /// Exports the actions that match a filter, one per line, in order of session and seq.
    ///
    /// Each is exactly the action's own JSON, without its outcome, so that a replay can be compared with the live run.
    /// Only when more than one session is searched, `session` (its id) comes before it.
    ///
    /// # Errors
    /// When the database cannot be read, there is no such session, or `out` cannot be written to.
    pub fn export_actions(&self, filter: &Filter, out: &mut dyn Write) -> Result<QuerySummary, StoreError> {
        let selection = self.select(filter)?;
        let with_session = selection.is_several();
        let mut line = Vec::new();
        self.actions_of(&selection, filter, |action| {
            line.clear();
            action.write_json(&mut line, with_session)?;
            line.push(b'\n');
            out.write_all(&line)
        })
    }
}

fn write_record<W: Write>(table: &mut csv::Writer<W>, event: &StoredEvent<'_>) -> io::Result<()> {
    /// The one field that has a column of its own.
    #[derive(Deserialize)]
    struct Sided {
        side: Option<String>,
    }
    let side = serde_json::from_str(event.fields).ok().and_then(|Sided { side }| side);
    table
        .write_record([
            event.session.to_string().as_str(),
            event.seq.to_string().as_str(),
            event.at.to_string().as_str(),
            event.court,
            event.bout_number.unwrap_or_default(),
            event.stream.unwrap_or_default(),
            event.kind,
            event.status,
            event.cause.map(|cause| cause.to_string()).as_deref().unwrap_or_default(),
            side.as_deref().unwrap_or_default(),
            event.fields,
            event.notes.unwrap_or_default(),
            event.raw_text().as_deref().unwrap_or_default(),
        ])
        .map_err(output_error)
}

/// The error of the writer below, so that a closed pipe is recognised.
fn output_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
