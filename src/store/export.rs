use std::borrow::Cow;
use std::io::{self, Write};

use serde::Deserialize;
use strum::{Display, EnumString};

use super::actions::StoredAction;
use super::error::StoreError;
use super::events::StoredEvent;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::event::Kind;
use crate::printable::JsonWriter;
use crate::spreadsheet::{CsvStyle, CsvTable};

/// The format of an export.
#[derive(Clone, Copy, Debug, Display, EnumString, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    /// A table for spreadsheets, with the fields of each kind as JSON in one cell.
    Csv(CsvStyle),
    /// One JSON array.
    Json,
    /// One JSON object per line.
    Ndjson,
}

/// The columns of a table of events.
const EVENT_COLUMNS: [&str; 13] =
    ["session", "seq", "at", "court", "bout", "stream", "kind", "status", "cause", "side", "fields", "notes", "raw"];

/// The columns of a table of actions.
const ACTION_COLUMNS: [&str; 12] =
    ["session", "seq", "at", "court", "bout", "rule", "cause", "action", "args", "outcome", "reason", "took_us"];

impl StoreReader {
    /// Exports the events that match a filter, in order of session and seq; all kinds when `kinds` is empty.
    ///
    /// In JSON, each is the event's own form. Only when more than one session is searched, `session` (its id) comes before
    /// it. A table always has a column for it. Lines are written one by one, so `out` should be buffered.
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
        let mut records = Records::new(format, &EVENT_COLUMNS, out).map_err(StoreError::Output)?;
        let summary = self.events_of(&selection, filter, kinds, |event| {
            records.add(|line| event.write_json(line, with_session), || event_cells(event))
        })?;
        records.end().map_err(StoreError::Output)?;
        Ok(summary)
    }

    /// Exports the actions that match a filter, in order of session and seq.
    ///
    /// In JSON, each is the action's own form, without its outcome, so that a replay can be compared with the live run; a
    /// table has the outcomes. Only when more than one session is searched, `session` (its id) comes before it.
    ///
    /// # Errors
    /// When the database cannot be read, there is no such session, or `out` cannot be written to.
    pub fn export_actions(
        &self,
        filter: &Filter,
        format: Format,
        out: &mut dyn Write,
    ) -> Result<QuerySummary, StoreError> {
        let selection = self.select(filter)?;
        let with_session = selection.is_several();
        let mut records = Records::new(format, &ACTION_COLUMNS, out).map_err(StoreError::Output)?;
        let summary = self.actions_of(&selection, filter, |action| {
            records.add(|line| action.write_json(line, with_session), || action_cells(action))
        })?;
        records.end().map_err(StoreError::Output)?;
        Ok(summary)
    }
}

/// Writes records in a format.
enum Records<'a> {
    Table(Box<CsvTable<&'a mut dyn Write>>),
    Json { out: JsonWriter<&'a mut dyn Write>, line: Vec<u8>, is_array: bool, is_empty: bool },
}

impl<'a> Records<'a> {
    fn new(format: Format, columns: &[&str], out: &'a mut dyn Write) -> io::Result<Self> {
        if let Format::Csv(style) = format {
            let mut table = CsvTable::new(out, style)?;
            table.record(columns)?;
            return Ok(Self::Table(Box::new(table)));
        }
        let is_array = format == Format::Json;
        Ok(Self::Json { out: JsonWriter(out), line: Vec::new(), is_array, is_empty: true })
    }

    fn add<'r, const N: usize>(
        &mut self,
        json: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
        cells: impl FnOnce() -> [Cow<'r, str>; N],
    ) -> io::Result<()> {
        match self {
            Self::Table(table) => table.record(cells()),
            Self::Json { out, line, is_array, is_empty } => {
                line.clear();
                if *is_array {
                    line.extend_from_slice(if *is_empty { b"[\n" } else { b",\n" });
                }
                *is_empty = false;
                json(line)?;
                if !*is_array {
                    line.push(b'\n');
                }
                out.write_all(line)
            }
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Table(mut table) => table.flush(),
            Self::Json { is_array: false, .. } => Ok(()),
            Self::Json { mut out, is_empty, .. } => out.write_all(if is_empty { b"[]\n" } else { b"\n]\n" }),
        }
    }
}

fn event_cells<'a>(event: &StoredEvent<'a>) -> [Cow<'a, str>; EVENT_COLUMNS.len()] {
    /// The one field that has a column of its own.
    #[derive(Deserialize)]
    struct Sided {
        side: Option<String>,
    }
    let side = serde_json::from_str(event.fields).ok().and_then(|Sided { side }| side);
    [
        event.session.to_string().into(),
        event.seq.to_string().into(),
        event.at.to_string().into(),
        event.court.into(),
        event.bout_number.unwrap_or_default().into(),
        event.stream.unwrap_or_default().into(),
        event.kind.into(),
        event.status.into(),
        event.cause.map(|cause| cause.to_string()).unwrap_or_default().into(),
        side.unwrap_or_default().into(),
        event.fields.into(),
        event.notes.unwrap_or_default().into(),
        event.raw_text().unwrap_or_default(),
    ]
}

fn action_cells<'a>(action: &StoredAction<'a>) -> [Cow<'a, str>; ACTION_COLUMNS.len()] {
    [
        action.session.to_string().into(),
        action.seq.to_string().into(),
        action.at.to_string().into(),
        action.court.into(),
        action.bout_number.unwrap_or_default().into(),
        action.rule.into(),
        action.cause.to_string().into(),
        action.action.into(),
        action.args.into(),
        action.outcome.unwrap_or_default().into(),
        action.reason.unwrap_or_default().into(),
        action.took_us.map(|took_us| took_us.to_string()).unwrap_or_default().into(),
    ]
}
