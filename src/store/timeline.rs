use std::fmt;

use rusqlite::Row;
use rusqlite::types::FromSqlError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::bouts::BoutRow;
use super::error::StoreError;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::command::in_words;
use crate::event::Kind;
use crate::time::Time;

/// One bout for people to read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timeline {
    /// The bout.
    pub bout: BoutRow,
    /// Its events, actions and clips, in order.
    pub lines: Vec<TimelineLine>,
}

/// An event, an action or a clip; displays as a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineLine {
    /// When: UTC, RFC 3339 with microseconds.
    pub at: String,
    /// `event`, `clip` or `action`.
    pub what: String,
    /// Number among the session's events, or among its actions.
    pub seq: u64,
    /// Kind of the event, or name of the action.
    pub name: String,
    /// Its fields as `key=value`, or a command as it is typed; with the outcome of an action or a command.
    pub text: String,
    /// Where it can be seen.
    pub sightings: Vec<Sighting>,
}

/// Where an event can be seen; displays as `clip 7 at 12.350 s`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Sighting {
    /// `clip` or `recording`.
    pub media: String,
    /// The `seq` of the event that reported the media file.
    pub media_seq: u64,
    /// Seconds from the beginning of its file.
    pub offset_seconds: f64,
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {:.3} s", self.media, self.media_seq, self.offset_seconds)
    }
}

impl fmt::Display for TimelineLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(&self.at))
    }
}

impl TimelineLine {
    /// The line with its time in local time.
    pub(crate) fn local(&self) -> String {
        // A time that another program has written stays as it is.
        let at = self.at.parse::<Time>().map_or_else(|_| self.at.clone(), |at| at.local_milliseconds().to_string());
        self.line(&at)
    }

    fn line(&self, at: &str) -> String {
        let Self { what, seq, name, text, sightings, .. } = self;
        let mut line = format!("{at}  {what:<6} {seq:>6}  {name:<18} {text}");
        if !sightings.is_empty() {
            let sightings: Vec<_> = sightings.iter().map(Sighting::to_string).collect();
            line.push_str(&format!("  [{}]", sightings.join(", ")));
        }
        line.truncate(line.trim_end().len());
        line
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let detail: String = row.get("detail")?;
        let (what, name): (String, String) = (row.get("what")?, row.get("name")?);
        let is_command = what == "event" && name == <&str>::from(Kind::Command);
        let mut text = if is_command { command(&detail)? } else { key_values(&detail) };
        if is_command || what == "action" {
            text.push_str(&outcome(row)?);
        }
        let text = text.trim_start().to_owned();
        let sightings: Option<String> = row.get("sightings")?;
        let sightings = sightings.map(|list| serde_json::from_str(&list).map_err(FromSqlError::other)).transpose()?;
        let sightings = sightings.unwrap_or_default();
        Ok(Self { at: row.get("at")?, what, seq: row.get("seq")?, name, text, sightings })
    }
}

/// A command as it is typed, with where it came from.
fn command(detail: &str) -> rusqlite::Result<String> {
    #[derive(Deserialize)]
    struct Detail {
        origin: String,
        by: Option<String>,
        command: String,
        args: Value,
    }
    let Detail { origin, by, command, args } = serde_json::from_str(detail).map_err(FromSqlError::other)?;
    let by = by.map(|by| format!(", {by}")).unwrap_or_default();
    Ok(format!("{} ({origin}{by})", in_words(&command, &args)))
}

/// The outcome of an action or a command, written after it.
fn outcome(row: &Row<'_>) -> rusqlite::Result<String> {
    let outcome: Option<String> = row.get("outcome")?;
    let reason: Option<String> = row.get("reason")?;
    let took_us: Option<u64> = row.get("took_us")?;
    let outcome = outcome.as_deref().unwrap_or("no outcome");
    let took = took_us.map(|took_us| format!(" after {} ms", took_us / 1000)).unwrap_or_default();
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    Ok(format!(" -> {outcome}{took}{reason}"))
}

/// A JSON object as text for people.
fn key_values(object: &str) -> String {
    let Ok(fields) = serde_json::from_str::<Map<String, Value>>(object) else {
        return object.to_owned();
    };
    let pair = |(key, value): (String, Value)| match value {
        Value::String(text) => format!("{key}={text}"),
        other => format!("{key}={other}"),
    };
    fields.into_iter().map(pair).collect::<Vec<_>>().join(" ")
}

impl StoreReader {
    /// The timelines of the bouts that match a filter, as in [`StoreReader::bouts`]: ticks of clocks are left out, and
    /// actions and commands have their outcomes. A number that several bouts had gives several timelines.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such session.
    pub fn timelines(&self, filter: &Filter) -> Result<(Vec<Timeline>, QuerySummary), StoreError> {
        let (bouts, summary) = self.bouts(filter)?;
        let timelines = bouts
            .into_iter()
            .map(|bout| Ok(Timeline { lines: self.lines(bout.row)?, bout }))
            .collect::<Result<_, StoreError>>()?;
        Ok((timelines, summary))
    }

    fn lines(&self, bout: i64) -> Result<Vec<TimelineLine>, StoreError> {
        self.query(|connection| {
            connection
                .prepare_cached(
                    "WITH own AS MATERIALIZED (SELECT session, seq, at FROM bout_events WHERE bout = ?1),
                          span AS MATERIALIZED (
                              SELECT session, min(at) AS begins_at, max(at) AS ends_at FROM own GROUP BY session
                          ),
                          files AS MATERIALIZED (
                              SELECT media_files.* FROM span JOIN media_files
                                  ON media_files.session = span.session
                                  AND media_files.begins_at <= span.ends_at AND media_files.ends_at >= span.begins_at
                          ),
                          seen AS MATERIALIZED (
                              SELECT own.session, own.seq, json_group_array(json_object(
                                         'media', media, 'media_seq', media_seq,
                                         'offset_seconds', round((own.at - begins_at) / 1000000.0, 3))) AS sightings
                              FROM own JOIN files ON files.session = own.session
                                  AND own.at BETWEEN begins_at AND ends_at
                              GROUP BY own.session, own.seq
                          )
                     SELECT at, what, seq, name, detail, outcome, reason, took_us,
                            (SELECT sightings FROM seen WHERE NOT is_action
                                 AND seen.session = timeline.session AND seen.seq = timeline.seq) AS sightings
                     FROM timeline
                     WHERE bout = ?1 ORDER BY session, event_seq, is_action, seq",
                )?
                .query_map([bout], TimelineLine::from_row)?
                .collect()
        })
    }
}
