use rusqlite::types::Value;
use rusqlite::{Row, params};

use super::error::StoreError;
use super::reader::StoreReader;
use crate::time::Time;

/// Which sessions a query covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sessions {
    /// Live sessions, or all if there is none: replays have the same bouts again.
    #[default]
    Live,
    /// All, replays too.
    All,
    /// The one with this id.
    One(i64),
    /// The one that started last.
    Last,
}

/// Which rows a query covers; what is left out does not limit it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Which sessions.
    pub sessions: Sessions,
    /// Name of the court.
    pub court: Option<String>,
    /// Which bouts: those of this number, as in `245.A`, or the one with this id.
    pub bout: Option<String>,
    /// Nothing before this instant.
    pub since: Option<Time>,
    /// Nothing at or after this instant.
    pub until: Option<Time>,
}

/// How much a query found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuerySummary {
    /// Rows that matched.
    pub rows: u64,
    /// Sessions that were searched.
    pub sessions: usize,
    /// Replays that were left out because a query covers live sessions.
    pub replays_left_out: usize,
}

/// A session that a query searches.
#[derive(Debug)]
pub(super) struct SearchedSession {
    pub(super) id: i64,
    pub(super) court: String,
}

/// The sessions that a query searches, in order of their ids.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) sessions: Vec<SearchedSession>,
    pub(super) replays_left_out: usize,
}

impl Selection {
    /// Whether lines need the session's id to be distinguished.
    pub(super) fn is_several(&self) -> bool {
        self.sessions.len() > 1
    }

    pub(super) fn summary(&self, rows: u64) -> QuerySummary {
        QuerySummary { rows, sessions: self.sessions.len(), replays_left_out: self.replays_left_out }
    }
}

impl StoreReader {
    /// The sessions that match a filter.
    pub(super) fn select(&self, filter: &Filter) -> Result<Selection, StoreError> {
        let all = self.query(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, court, mode = 'replay' FROM sessions WHERE ?1 IS NULL OR court = ?1 ORDER BY id",
            )?;
            let session = |row: &Row<'_>| Ok((SearchedSession { id: row.get(0)?, court: row.get(1)? }, row.get(2)?));
            statement.query_map([&filter.court], session)?.collect::<rusqlite::Result<Vec<(SearchedSession, bool)>>>()
        })?;
        let live = all.iter().filter(|(_, replay)| !replay).count();
        let replays_left_out = if filter.sessions == Sessions::Live && live > 0 { all.len() - live } else { 0 };
        let last = all.last().map(|(session, _)| session.id);
        let sessions: Vec<_> = all
            .into_iter()
            .filter(|(session, replay)| match filter.sessions {
                Sessions::Live => live == 0 || !replay,
                Sessions::All => true,
                Sessions::One(id) => session.id == id,
                Sessions::Last => Some(session.id) == last,
            })
            .map(|(session, _)| session)
            .collect();
        match filter.sessions {
            Sessions::One(id) if sessions.is_empty() => Err(StoreError::NoSuchSession { path: self.path.clone(), id }),
            _ => Ok(Selection { sessions, replays_left_out }),
        }
    }

    /// The rows of bouts, or of what belongs to them, that match a filter. Of the statement's parameters, `?1` is a JSON
    /// array of the sessions, `?2` the bout's number or id, `?3` and `?4` the times since and until; each of the last three
    /// may be null.
    pub(super) fn of_bouts<T>(
        &self,
        filter: &Filter,
        sql: &str,
        from_row: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<(Vec<T>, QuerySummary), StoreError> {
        let selection = self.select(filter)?;
        let sessions: Vec<_> = selection.sessions.iter().map(|session| session.id.to_string()).collect();
        let sessions = format!("[{}]", sessions.join(","));
        let rows = self.query(|connection| {
            connection
                .prepare(sql)?
                .query_map(params![sessions, filter.bout, filter.since, filter.until], |row| from_row(row))?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let summary = selection.summary(rows.len() as u64);
        Ok((rows, summary))
    }
}

/// The conditions of a query on one session, and their values.
pub(super) struct Conditions {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// The bouts of a number, or the one with an id; the parameter is twice the same.
const BOUTS: &str = "(SELECT id FROM bouts WHERE number = ? OR uid = ?)";

impl Conditions {
    /// The table to read for a filter, and the conditions.
    pub(super) fn of_events(session: i64, filter: &Filter) -> (&'static str, Self) {
        let mut conditions = Self::new(session, filter);
        let Some(bout) = &filter.bout else { return ("events", conditions) };
        conditions.and(&format!("bout IN {BOUTS}"));
        conditions.values.extend([bout.clone().into(), bout.clone().into()]);
        ("bout_events", conditions)
    }

    /// The conditions of a filter on `actions`.
    pub(super) fn of_actions(session: i64, filter: &Filter) -> Self {
        let mut conditions = Self::new(session, filter);
        if let Some(bout) = &filter.bout {
            conditions.and(&format!("load IN (SELECT load FROM load_bouts WHERE session = ? AND bout IN {BOUTS})"));
            conditions.values.extend([session.into(), bout.clone().into(), bout.clone().into()]);
        }
        conditions
    }

    fn new(session: i64, filter: &Filter) -> Self {
        let mut conditions = Self { sql: "session = ?".into(), values: vec![session.into()] };
        if let Some(since) = filter.since {
            conditions.and("at >= ?");
            conditions.values.push(since.as_micros().into());
        }
        if let Some(until) = filter.until {
            conditions.and("at < ?");
            conditions.values.push(until.as_micros().into());
        }
        conditions
    }

    /// Adds a condition; the caller adds its values in the same order.
    pub(super) fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }
}
