use rusqlite::Row;
use serde::Serialize;

use super::error::StoreError;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::time::Time;

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
    /// When it was requested.
    pub requested_at: Time,
    /// When its first clip was saved.
    pub saved_at: Option<Time>,
    /// When the clip was on the jury's screen.
    pub shown_at: Option<Time>,
    /// When the jury answered.
    pub decided_at: Option<Time>,
    /// When its window was closed.
    pub closed_at: Option<Time>,
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
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let clips: String = row.get("clips")?;
        let requested_at = row.get("requested_at")?;
        let (saved_at, shown_at, decided_at) = (row.get("saved_at")?, row.get("shown_at")?, row.get("decided_at")?);
        // The nearest millisecond; negative if the computer's clock was set back in the meantime.
        let ms =
            |from: Option<Time>, to: Option<Time>| Some((to? - from?).as_micros().saturating_add(500).div_euclid(1000));
        Ok(Self {
            session: row.get("session")?,
            court: row.get("court")?,
            number: row.get("number")?,
            review: row.get("review")?,
            side: row.get("side")?,
            requested_at,
            saved_at,
            shown_at,
            decided_at,
            closed_at: row.get("closed_at")?,
            state: row.get("state")?,
            verdict: row.get("verdict")?,
            save_ms: ms(Some(requested_at), saved_at),
            show_ms: ms(saved_at, shown_at),
            verdict_ms: ms(shown_at, decided_at),
            took_ms: ms(Some(requested_at), decided_at),
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
        let sql = "SELECT reviews.*, sessions.court, bouts.number,
                          (SELECT json_group_array(path) FROM clips
                           WHERE clips.session = reviews.session AND clips.review = reviews.review) AS clips
                   FROM reviews
                   JOIN sessions ON sessions.id = reviews.session
                   LEFT JOIN load_bouts ON load_bouts.session = reviews.session AND load_bouts.load = reviews.load
                   LEFT JOIN bouts ON bouts.id = load_bouts.bout
                   WHERE reviews.session IN (SELECT value FROM json_each(?1))
                     AND (?2 IS NULL OR number = ?2 OR uid = ?2)
                     AND (?3 IS NULL OR requested_at >= ?3) AND (?4 IS NULL OR requested_at < ?4)
                   ORDER BY reviews.session, review";
        self.of_bouts(filter, sql, ReviewRow::from_row)
    }
}
