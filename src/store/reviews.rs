use rusqlite::Row;
use rusqlite::types::FromSqlError;
use serde::Serialize;

use super::conversions::text;
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
    /// Who requested it: `console`, `operator` or `both`.
    pub origin: String,
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
    /// Who gave the answer: `console` or `operator`.
    pub decided_by: Option<String>,
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
    /// Whether its bout is a rehearsal, which counts in no result and no statistic.
    pub rehearsal: bool,
}

impl ReviewRow {
    /// Reads the columns that [`COLUMNS`] names.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let requested_at = row.get(5)?;
        let (saved_at, shown_at, decided_at) = (row.get(6)?, row.get(7)?, row.get(8)?);
        // The nearest millisecond; negative if the computer's clock was set back in the meantime.
        let ms =
            |from: Option<Time>, to: Option<Time>| Some((to? - from?).as_micros().saturating_add(500).div_euclid(1000));
        Ok(Self {
            session: row.get(0)?,
            court: row.get(1)?,
            number: row.get(2)?,
            review: row.get(3)?,
            side: row.get(4)?,
            origin: row.get(14)?,
            requested_at,
            saved_at,
            shown_at,
            decided_at,
            closed_at: row.get(9)?,
            state: row.get(10)?,
            verdict: row.get(11)?,
            decided_by: row.get(15)?,
            rehearsal: row.get(16)?,
            save_ms: ms(Some(requested_at), saved_at),
            show_ms: ms(saved_at, shown_at),
            verdict_ms: ms(shown_at, decided_at),
            took_ms: ms(Some(requested_at), decided_at),
            missing: row.get(12)?,
            clips: serde_json::from_str(text(row, 13)?).map_err(FromSqlError::other)?,
        })
    }
}

/// The columns of a review; looking them up by name takes longer than reading them.
const COLUMNS: &str =
    "reviews.session, sessions.court, number, review, side, requested_at, saved_at, shown_at, decided_at,
    closed_at, state, verdict, missing,
    (SELECT json_group_array(path) FROM clips
     WHERE clips.session = reviews.session AND clips.review = reviews.review),
    origin, decided_by, coalesce(bouts.rehearsal, 0)";

impl StoreReader {
    /// The reviews that match a filter, in order of session and time; times are compared with the request.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such session.
    pub fn reviews(&self, filter: &Filter) -> Result<(Vec<ReviewRow>, QuerySummary), StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}
                   FROM reviews
                   JOIN sessions ON sessions.id = reviews.session
                   LEFT JOIN load_bouts ON load_bouts.session = reviews.session AND load_bouts.load = reviews.load
                   LEFT JOIN bouts ON bouts.id = load_bouts.bout
                   WHERE reviews.session IN (SELECT value FROM json_each(?1))
                     AND (?2 IS NULL OR number = ?2 OR uid = ?2)
                     AND (?3 IS NULL OR requested_at >= ?3) AND (?4 IS NULL OR requested_at < ?4)
                   ORDER BY reviews.session, review"
        );
        self.of_bouts(filter, &sql, ReviewRow::from_row)
    }
}
