use std::io::{self, Write};

use rusqlite::{Row, params_from_iter};

use super::conversions::{text, text_or_null, write_start};
use super::error::StoreError;
use super::events::Numbers;
use super::filter::{Conditions, Filter, QuerySummary, Selection};
use super::reader::StoreReader;
use crate::time::Time;

/// An action as it is stored; JSON is the text as it was written.
#[derive(Clone, Copy, Debug)]
pub struct StoredAction<'a> {
    /// Id of its session.
    pub session: i64,
    /// Number among the session's actions.
    pub seq: u64,
    /// When it was requested.
    pub at: Time,
    /// Name of the court.
    pub court: &'a str,
    /// Number of its bout.
    pub bout_number: Option<&'a str>,
    /// The rule's file name.
    pub rule: &'a str,
    /// The `seq` of the event that the rule answered.
    pub cause: u64,
    /// Its load; 0 before the first.
    pub load: u32,
    /// Its name, such as `obs.scene`.
    pub action: &'a str,
    /// Its arguments, a JSON object.
    pub args: &'a str,
    /// `done` or `failed`; none when no outcome came.
    pub outcome: Option<&'a str>,
    /// Why it failed.
    pub reason: Option<&'a str>,
    /// Microseconds from the action to its outcome.
    pub took_us: Option<u64>,
}

impl<'a> StoredAction<'a> {
    fn from_row(row: &'a Row<'_>, court: &'a str, numbers: &'a Numbers) -> rusqlite::Result<Self> {
        let load = row.get(3)?;
        Ok(Self {
            session: row.get(0)?,
            seq: row.get(1)?,
            at: row.get(2)?,
            court,
            bout_number: numbers.get(&load).map(String::as_str),
            load,
            rule: text(row, 4)?,
            cause: row.get(5)?,
            action: text(row, 6)?,
            args: text(row, 7)?,
            outcome: text_or_null(row, 8)?,
            reason: text_or_null(row, 9)?,
            took_us: row.get(10)?,
        })
    }

    /// Writes the action's own JSON form, byte for byte; with its session as the first key if requested.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut impl Write, with_session: bool) -> io::Result<()> {
        write_start(out, with_session.then_some(self.session), self.seq, self.at)?;
        out.write_all(b",\"rule\":")?;
        serde_json::to_writer(&mut *out, self.rule)?;
        write!(out, ",\"cause\":{},\"action\":\"{}\",\"args\":{}}}", self.cause, self.action, self.args)
    }
}

impl StoreReader {
    /// Passes the actions that match a filter to `sink`, in order of session and seq.
    ///
    /// # Errors
    /// When the database cannot be read, when there is no such session, and the errors of `sink`.
    pub fn actions(
        &self,
        filter: &Filter,
        sink: impl FnMut(&StoredAction<'_>) -> io::Result<()>,
    ) -> Result<QuerySummary, StoreError> {
        let selection = self.select(filter)?;
        self.actions_of(&selection, filter, sink)
    }

    pub(super) fn actions_of(
        &self,
        selection: &Selection,
        filter: &Filter,
        mut sink: impl FnMut(&StoredAction<'_>) -> io::Result<()>,
    ) -> Result<QuerySummary, StoreError> {
        let mut count = 0;
        for session in &selection.sessions {
            let conditions = Conditions::of_actions(session.id, filter);
            let failed = |reason| StoreError::sqlite(&self.path, reason);
            let numbers = self.numbers(session.id)?;
            let sql = format!(
                "SELECT session, seq, at, load, rule, cause, action, args, outcome, reason, took_us
                 FROM actions WHERE {} ORDER BY seq",
                conditions.sql
            );
            let mut statement = self.connection.prepare(&sql).map_err(failed)?;
            let mut rows = statement.query(params_from_iter(conditions.values)).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let action = StoredAction::from_row(row, &session.court, &numbers).map_err(failed)?;
                sink(&action).map_err(StoreError::Output)?;
                count += 1;
            }
        }
        Ok(selection.summary(count))
    }
}
