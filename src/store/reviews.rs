use serde::Serialize;

use super::conversions::row;
use super::error::StoreError;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::time::Time;

row! {
    /// A review as it is stored, with its times; what did not happen is absent.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
    pub struct ReviewRow {
        /// Id of its session.
        pub session: i64 = "reviews.session",
        /// Name of the court.
        pub court: String = "sessions.court",
        /// Number of the bout, as in `245.A`.
        pub number: Option<String> = "number",
        /// Chung's full name, or the short one.
        pub blue: Option<String> = "blue_name",
        /// Hong's full name, or the short one.
        pub red: Option<String> = "red_name",
        /// The `seq` of its request.
        pub review: u64 = "review",
        /// `blue`, `red` or `referee`.
        pub side: String = "side",
        /// Who requested it: `console`, `operator` or `both`.
        pub origin: String = "origin",
        /// When it was requested.
        pub requested_at: Time = "requested_at",
        /// When its first clip was saved.
        pub saved_at: Option<Time> = "saved_at",
        /// When the clip was on the jury's screen.
        pub shown_at: Option<Time> = "shown_at",
        /// When the jury answered.
        pub decided_at: Option<Time> = "decided_at",
        /// When its window was closed.
        pub closed_at: Option<Time> = "closed_at",
        /// `accepted` or `rejected`.
        pub state: Option<String> = "state",
        /// `won` or `lost`, where the sender says so.
        pub verdict: Option<String> = "verdict",
        /// Who gave the answer: `console` or `operator`.
        pub decided_by: Option<String> = "decided_by",
        /// Milliseconds from the request to the clip.
        pub save_ms: Option<i64> = "(saved_at - requested_at + 500) / 1000",
        /// Milliseconds from the clip to the jury's screen.
        pub show_ms: Option<i64> = "(shown_at - saved_at + 500) / 1000",
        /// Milliseconds from the jury's screen to their answer.
        pub verdict_ms: Option<i64> = "(decided_at - shown_at + 500) / 1000",
        /// Milliseconds from the request to the answer.
        pub took_ms: Option<i64> = "(decided_at - requested_at + 500) / 1000",
        /// The files of its clips.
        pub clips: Vec<String> = json "(SELECT json_group_array(path) FROM clips
                  WHERE clips.session = reviews.session AND clips.review = reviews.review)",
        /// Why there is no clip.
        pub missing: Option<String> = "missing",
        /// Why its clip was not shown, where showing it failed.
        pub not_shown: Option<String> = "iif(shown_at IS NULL, (SELECT actions.reason FROM clips CROSS JOIN actions
                  ON actions.session = clips.session AND actions.load BETWEEN clips.load AND clips.load + 1
                    AND actions.cause = clips.seq AND actions.outcome = 'failed'
                  WHERE clips.session = reviews.session AND clips.review = reviews.review
                    AND action GLOB 'player.*' ORDER BY actions.seq LIMIT 1), NULL)",
        /// Whether its bout is a rehearsal, which counts in no result and no statistic.
        pub rehearsal: bool = "coalesce(bouts.rehearsal, 0)",
    }
}

impl StoreReader {
    /// The reviews that match a filter, in order of session and time; times are compared with the request.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such session.
    pub fn reviews(&self, filter: &Filter) -> Result<(Vec<ReviewRow>, QuerySummary), StoreError> {
        let columns = ReviewRow::columns();
        let sql = format!(
            "SELECT {columns}
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
