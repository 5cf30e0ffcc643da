use rusqlite::Row;
use rusqlite::types::FromSqlError;
use serde::{Deserialize, Serialize};

use super::conversions::text;
use super::error::StoreError;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::event::Side;
use crate::time::Time;

/// A bout as it is stored; what is not known is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoutRow {
    /// Its id everywhere: its first load, as `SESSION:LOAD` with the session's UUID.
    pub id: String,
    /// Its id in this database.
    #[serde(skip)]
    pub(super) row: i64,
    /// The session of its first load here.
    pub session: i64,
    /// Name of the court.
    pub court: String,
    /// Its number, as in `245.A`.
    pub number: Option<String>,
    /// Phase of the competition.
    pub phase: Option<String>,
    /// `men` or `women`.
    pub gender: Option<String>,
    /// Weight class.
    pub weight_class: Option<String>,
    /// Age division.
    pub division: Option<String>,
    /// Chung's full name, or the short one.
    pub blue: Option<String>,
    /// Chung's country.
    pub blue_country: Option<String>,
    /// Hong's full name, or the short one.
    pub red: Option<String>,
    /// Hong's country.
    pub red_country: Option<String>,
    /// The rounds so far, in order.
    pub rounds: Vec<RoundRow>,
    /// `blue`, `red` or `tie`.
    pub winner: Option<String>,
    /// Rounds won, such as `2-1`.
    pub result: Option<String>,
    /// How it was decided, such as `PTF`.
    pub decision: Option<String>,
    /// The stage of the bout.
    pub stage: String,
    /// Whether it is a rehearsal, which counts in no result and no statistic.
    pub rehearsal: bool,
    /// When its clock first ran.
    pub started_at: Option<Time>,
    /// When the winner was announced.
    pub ended_at: Option<Time>,
    /// How many events it has.
    pub events: u64,
    /// How many clips it has.
    pub clips: u64,
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
    /// Who won it; none while it is open.
    #[serde(default)]
    pub winner: Option<Side>,
}

impl BoutRow {
    /// Reads the columns that [`COLUMNS`] names.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let rounds = serde_json::from_str(text(row, 12)?).map_err(FromSqlError::other)?;
        Ok(Self {
            row: row.get(0)?,
            id: row.get(1)?,
            court: row.get(2)?,
            number: row.get(3)?,
            phase: row.get(4)?,
            gender: row.get(5)?,
            weight_class: row.get(6)?,
            division: row.get(7)?,
            blue: row.get(8)?,
            blue_country: row.get(9)?,
            red: row.get(10)?,
            red_country: row.get(11)?,
            rounds,
            winner: row.get(13)?,
            result: row.get(14)?,
            decision: row.get(15)?,
            stage: row.get(16)?,
            started_at: row.get(17)?,
            ended_at: row.get(18)?,
            session: row.get(19)?,
            events: row.get(20)?,
            clips: row.get(21)?,
            rehearsal: row.get(22)?,
        })
    }
}

/// The columns of a bout; looking them up by name takes longer than reading them.
const COLUMNS: &str =
    "id, uid, court, number, phase, gender, weight_class, division, blue_name, blue_country, red_name,
    red_country, rounds, winner, result, decision, stage, started_at, ended_at, first_session, events, clips,
    rehearsal";

impl StoreReader {
    /// The bouts that match a filter, each over all its loads, in order of their first ones; times are compared with the
    /// bout's start.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such session.
    pub fn bouts(&self, filter: &Filter) -> Result<(Vec<BoutRow>, QuerySummary), StoreError> {
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
                   SELECT {COLUMNS}
                   FROM totals JOIN bouts ON bouts.id = totals.bout
                   WHERE is_selected
                     AND (?3 IS NULL OR coalesce(started_at, loaded_at) >= ?3)
                     AND (?4 IS NULL OR coalesce(started_at, loaded_at) < ?4)
                   ORDER BY first_session, bouts.id"
        );
        self.of_bouts(filter, &sql, BoutRow::from_row)
    }
}
