use serde::{Deserialize, Serialize};

use super::conversions::row;
use super::error::StoreError;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::event::Side;
use crate::time::Time;

row! {
    /// A bout as it is stored; what is not known is absent.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
    pub struct BoutRow {
        /// Its id everywhere: its first load, as `SESSION:LOAD` with the session's UUID.
        pub id: String = "uid",
        /// Its id in this database.
        #[serde(skip)]
        pub(super) row: i64 = "id",
        /// The session of its first load here.
        pub session: i64 = "first_session",
        /// Name of the court.
        pub court: String = "court",
        /// Its number, as in `245.A`.
        pub number: Option<String> = "number",
        /// Phase of the competition.
        pub phase: Option<String> = "phase",
        /// `men` or `women`.
        pub gender: Option<String> = "gender",
        /// Weight class.
        pub weight_class: Option<String> = "weight_class",
        /// Age division.
        pub division: Option<String> = "division",
        /// Chung's full name, or the short one.
        pub blue: Option<String> = "blue_name",
        /// Chung's country.
        pub blue_country: Option<String> = "blue_country",
        /// Hong's full name, or the short one.
        pub red: Option<String> = "red_name",
        /// Hong's country.
        pub red_country: Option<String> = "red_country",
        /// The rounds so far, in order.
        pub rounds: Vec<RoundRow> = json "rounds",
        /// Chung's requests for review that are left.
        pub blue_requests_left: Option<u64> = "blue_requests_left",
        /// Hong's requests for review that are left.
        pub red_requests_left: Option<u64> = "red_requests_left",
        /// `blue`, `red` or `tie`.
        pub winner: Option<String> = "winner",
        /// Rounds won, such as `2-1`.
        pub result: Option<String> = "result",
        /// How it was decided, such as `PTF`.
        pub decision: Option<String> = "decision",
        /// The stage of the bout.
        pub stage: String = "stage",
        /// Whether it is a rehearsal, which counts in no result and no statistic.
        pub rehearsal: bool = "rehearsal",
        /// When it was first loaded.
        pub loaded_at: Option<Time> = "loaded_at",
        /// When its clock first ran.
        pub started_at: Option<Time> = "started_at",
        /// When the winner was announced.
        pub ended_at: Option<Time> = "ended_at",
        /// How many events it has.
        pub events: u64 = "events",
        /// How many clips it has.
        pub clips: u64 = "clips",
    }
}

/// The score of a round.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct RoundRow {
    /// Number of the round.
    pub round: u8,
    /// Chung's points.
    pub blue: u16,
    /// Hong's points.
    pub red: u16,
    /// Chung's gam-jeom; version 0.1.0 did not keep them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue_penalties: Option<u16>,
    /// Hong's gam-jeom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red_penalties: Option<u16>,
    /// Who won it; none while it is open.
    #[serde(default)]
    pub winner: Option<Side>,
}

impl StoreReader {
    /// The bouts that match a filter, each over all its loads, in order of their first ones; times are compared with the
    /// bout's start.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such session.
    pub fn bouts(&self, filter: &Filter) -> Result<(Vec<BoutRow>, QuerySummary), StoreError> {
        let columns = BoutRow::columns();
        let sql = format!(
            "WITH totals AS MATERIALIZED (
                       SELECT bout, min(load_bouts.session) AS first_session, coalesce(sum(events), 0) AS events,
                              sum((SELECT count(*) FROM clips
                                   WHERE clips.session = load_bouts.session AND clips.load = load_bouts.load)) AS clips,
                              max(load_bouts.session IN (SELECT value FROM json_each(?1))) AS is_selected
                       FROM load_bouts
                       LEFT JOIN load_ranges
                           ON load_ranges.session = load_bouts.session AND load_ranges.load = load_bouts.load
                       WHERE ?2 IS NULL OR bout IN (SELECT id FROM bouts WHERE number = ?2 OR uid = ?2)
                       GROUP BY bout
                   )
                   SELECT {columns}
                   FROM totals JOIN bouts ON bouts.id = totals.bout
                   WHERE is_selected AND stage IS NOT NULL
                     AND (?3 IS NULL OR coalesce(started_at, loaded_at) >= ?3)
                     AND (?4 IS NULL OR coalesce(started_at, loaded_at) < ?4)
                   ORDER BY first_session, bouts.id"
        );
        self.of_bouts(filter, &sql, BoutRow::from_row)
    }
}
