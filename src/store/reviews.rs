use rusqlite::Row;
use serde::Serialize;

use super::error::StoreError;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;

/// A review as it is stored, with its times; what did not happen is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReviewRow {
    /// Id of its session.
    pub session: i64,
    /// Name of the court.
    pub court: String,
    /// Number of the bout, as in `245.A`.
    pub number: Option<String>,
    /// The `seq` of its request.
    pub review: u64,
    /// `blue`, `red` or `referee`.
    pub side: String,
    /// When it was requested: UTC, RFC 3339 with microseconds.
    pub requested_at: String,
    /// When its first clip was saved.
    pub saved_at: Option<String>,
    /// When the clip was on the jury's screen.
    pub shown_at: Option<String>,
    /// When the jury answered.
    pub decided_at: Option<String>,
    /// When its window was closed.
    pub closed_at: Option<String>,
    /// `accepted` or `rejected`.
    pub state: Option<String>,
    /// `won` or `lost`, where the sender says so.
    pub verdict: Option<String>,
    /// Milliseconds from the request to the clip.
    pub save_ms: Option<i64>,
    /// Milliseconds from the clip to the jury's screen.
    pub show_ms: Option<i64>,
    /// Milliseconds from the jury's screen to their answer.
    pub verdict_ms: Option<i64>,
    /// Milliseconds from the request to the answer.
    pub took_ms: Option<i64>,
    /// The files of its clips.
    pub clips: Vec<String>,
    /// Why there is no clip.
    pub missing: Option<String>,
}

impl ReviewRow {
    fn from_row(row: &Row<'_>, court: &str) -> rusqlite::Result<Self> {
        let clips: String = row.get("clips")?;
        Ok(Self {
            session: row.get("session")?,
            court: court.to_owned(),
            number: row.get("number")?,
            review: row.get("review")?,
            side: row.get("side")?,
            requested_at: row.get("requested_at")?,
            saved_at: row.get("saved_at")?,
            shown_at: row.get("shown_at")?,
            decided_at: row.get("decided_at")?,
            closed_at: row.get("closed_at")?,
            state: row.get("state")?,
            verdict: row.get("verdict")?,
            save_ms: row.get("save_ms")?,
            show_ms: row.get("show_ms")?,
            verdict_ms: row.get("verdict_ms")?,
            took_ms: row.get("took_ms")?,
            clips: serde_json::from_str(&clips).map_err(rusqlite::types::FromSqlError::other)?,
            missing: row.get("missing")?,
        })
    }
}

impl StoreReader {
    /// The reviews that match a filter, in order of session and time; times are compared with the request.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such session.
    pub fn reviews(&self, filter: &Filter) -> Result<(Vec<ReviewRow>, QuerySummary), StoreError> {
        let sql = "SELECT * FROM reviews
                         WHERE session = ?1 AND (?2 IS NULL OR number = ?2) AND (?3 IS NULL OR bout = ?3)
                           AND (?4 IS NULL OR requested_at >= ?4) AND (?5 IS NULL OR requested_at < ?5)
                         ORDER BY review";
        self.of_bouts(filter, sql, ReviewRow::from_row)
    }
}
