//! Points, hits, scores.

use schemars::JsonSchema;
use serde::Serialize;
use strum::{Display, EnumIter, FromRepr};

use super::Side;

/// The technique that points were given for.
#[derive(Clone, Copy, Debug, Display, EnumIter, FromRepr, PartialEq, Eq, Serialize, JsonSchema)]
#[repr(u8)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Technique {
    /// Punch to the body, 1 point.
    Punch = 1,
    /// Kick to the body, 2 points.
    Body,
    /// Kick to the head, 3 points.
    Head,
    /// Turning kick to the body, 4 points.
    TechnicalBody,
    /// Turning kick to the head, 5 points.
    TechnicalHead,
}

impl Technique {
    /// How many points it is worth, which is also its code.
    pub fn points(self) -> u8 {
        self as u8
    }
}

/// Points given to a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Point {
    /// Who gets them.
    pub side: Side,
    /// The technique.
    pub technique: Technique,
    /// How many.
    pub points: u8,
    /// Strength of the hit that they were given for; only TK-Strike's JSON feed has it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
}

/// A hit that the sensors measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hit {
    /// The side that hit.
    pub side: Side,
    /// Strength, 1 to 100.
    pub level: u8,
}

/// A number of each side; one that was not sent is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pair {
    /// Chung's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blue: Option<u16>,
    /// Hong's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub red: Option<u16>,
}

/// The score of one round; a side that was not sent is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundScore {
    /// Number of the round.
    pub round: u8,
    /// Chung's points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blue: Option<u16>,
    /// Hong's points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub red: Option<u16>,
}

/// The scores of the rounds, in order of the rounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundScores {
    /// One entry a round.
    pub rounds: Vec<RoundScore>,
}

/// Who won each round, in order; none while a round is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundWinners {
    /// One entry a round.
    pub winners: Vec<Option<Side>>,
}
