use rusqlite::Row;
use rusqlite::types::FromSqlError;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::filter::{Filter, QuerySummary};
use super::reader::StoreReader;
use crate::event::Side;
use crate::time::Time;

/// A bout as it is stored; what is not known is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoutRow {
    /// Id of its session.
    pub session: i64,
    /// Name of the court.
    pub court: String,
    /// Number within the session, from 1.
    pub ordinal: u32,
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
    fn from_row(row: &Row<'_>, court: &str) -> rusqlite::Result<Self> {
        let rounds: String = row.get("rounds")?;
        Ok(Self {
            session: row.get("session")?,
            court: court.to_owned(),
            ordinal: row.get("ordinal")?,
            number: row.get("number")?,
            phase: row.get("phase")?,
            gender: row.get("gender")?,
            weight_class: row.get("weight_class")?,
            division: row.get("division")?,
            blue: row.get("blue_name")?,
            blue_country: row.get("blue_country")?,
            red: row.get("red_name")?,
            red_country: row.get("red_country")?,
            rounds: serde_json::from_str(&rounds).map_err(FromSqlError::other)?,
            winner: row.get("winner")?,
            result: row.get("result")?,
            decision: row.get("decision")?,
            stage: row.get("stage")?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
            events: row.get("events")?,
            clips: row.get("clips")?,
        })
    }
}

impl StoreReader {
    /// The bouts that match a filter, in order of session and ordinal; times are compared with the bout's start.
    ///
    /// # Errors
    /// When the database cannot be read, or there is no such session.
    pub fn bouts(&self, filter: &Filter) -> Result<(Vec<BoutRow>, QuerySummary), StoreError> {
        let sql = "SELECT *,
                            (SELECT count(*) FROM events e WHERE e.session = b.session AND e.bout = b.ordinal) AS events,
                            (SELECT count(*) FROM clips c WHERE c.session = b.session AND c.bout = b.ordinal) AS clips
                         FROM bouts b
                         WHERE session = ?1 AND (?2 IS NULL OR number = ?2) AND (?3 IS NULL OR ordinal = ?3)
                           AND (?4 IS NULL OR coalesce(started_at, loaded_at) >= ?4)
                           AND (?5 IS NULL OR coalesce(started_at, loaded_at) < ?5)
                         ORDER BY ordinal";
        self.of_bouts(filter, sql, BoutRow::from_row)
    }
}
