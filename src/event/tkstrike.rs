//! What only TK-Strike's JSON feed says.

use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use super::{Body, Kind, Side, Technique};

/// A judge has pressed a button. A press gives no points by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JudgePress {
    /// The side that the judge saw score.
    pub side: Side,
    /// The technique of the button.
    pub technique: Technique,
    /// Number of the judge, from 1.
    pub judge: u8,
    /// Whether it was one of the buttons that the console calls special.
    pub special: bool,
    /// Whether the round clock ran.
    pub clock_running: bool,
    /// Milliseconds left of the round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_ms: Option<u32>,
}

/// Which sensor.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Sensor {
    /// Of the trunk protector.
    Body,
    /// Of the head gear.
    Head,
    /// Of the fist.
    Punch,
}

/// A sensor has measured a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SensorHit {
    /// The side that hit.
    pub side: Side,
    /// Which sensor measured it.
    pub sensor: Sensor,
    /// Strength, 1 to 100.
    pub level: u8,
    /// Whether the round clock ran; if not, the hit cannot score.
    pub clock_running: bool,
    /// Milliseconds left of the round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_ms: Option<u32>,
}

/// The technical bonus of a turning kick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechnicalBonus {
    /// Who gets it.
    pub side: Side,
    /// What the kick is with it: `technical_body` or `technical_head`.
    pub technique: Technique,
    /// How many points it adds to those of the kick.
    pub points: u8,
}

/// Points of a technique that were taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PointTakenBack {
    /// Who has lost them.
    pub side: Side,
    /// The technique.
    pub technique: Technique,
}

/// What the operator did with the count of near misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NearMissChange {
    /// One was added.
    Added,
    /// One was removed.
    Removed,
}

/// The count of a side's hits just below the threshold was corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NearMiss {
    /// Whose count.
    pub side: Side,
    /// What was done.
    pub change: NearMissChange,
}

/// Something of Para taekwondo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParaEvent {
    /// A spinning kick was given.
    SpinningKick,
    /// A turning kick was given.
    TurningKick,
    /// The time-out was taken.
    Timeout,
    /// The time-out was given back.
    TimeoutReset,
}

/// A kick or the time-out of Para taekwondo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Para {
    /// Whose it is.
    pub side: Side,
    /// What happened.
    pub what: ParaEvent,
    /// Whether the round clock ran.
    pub clock_running: bool,
}

/// Where the doctor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoctorState {
    /// Called to the court.
    Called,
    /// Has left it.
    Left,
}

/// The doctor was called, or has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Doctor {
    /// Which of them.
    pub state: DoctorState,
}

/// A judge wants a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Meeting {
    /// Number of the judge, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge: Option<u8>,
}

/// The exact time of an object of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundTime {
    /// Milliseconds left of the round.
    pub left_ms: u32,
}

impl Body {
    /// Whether it is of a kind that adds something to the PSS messages, and changes nothing of the bout.
    pub(crate) fn adds_to_pss(&self) -> bool {
        let kind = match self {
            Self::Unusable(unusable) => unusable.kind,
            body => body.into(),
        };
        matches!(
            kind,
            Kind::JudgePress
                | Kind::SensorHit
                | Kind::PointTakenBack
                | Kind::NearMiss
                | Kind::Para
                | Kind::Doctor
                | Kind::Meeting
                | Kind::RoundTime
        )
    }
}
