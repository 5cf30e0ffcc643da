//! The fields of the events that are messages of the PSS, and the words that other events share with them.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantNames};

/// An athlete's side: blue (chung, athlete 1) or red (hong, athlete 2).
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    JsonSchema,
    VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Side {
    /// Chung, athlete 1.
    Blue,
    /// Hong, athlete 2.
    Red,
}

impl Side {
    /// The opponent's side.
    pub fn other(self) -> Self {
        match self {
            Self::Blue => Self::Red,
            Self::Red => Self::Blue,
        }
    }
}

/// A side, or neither.
#[derive(Clone, Copy, Debug, Default, Display, PartialEq, Eq, Deserialize, Serialize, JsonSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MaybeSide {
    /// Neither side.
    #[default]
    None,
    /// Chung.
    Blue,
    /// Hong.
    Red,
}

impl MaybeSide {
    /// The side, if it is one.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::None => None,
            Self::Blue => Some(Side::Blue),
            Self::Red => Some(Side::Red),
        }
    }
}

impl From<Option<Side>> for MaybeSide {
    fn from(side: Option<Side>) -> Self {
        match side {
            None => Self::None,
            Some(Side::Blue) => Self::Blue,
            Some(Side::Red) => Self::Red,
        }
    }
}

/// Who requested a review.
#[derive(
    Clone, Copy, Debug, Deserialize, Display, IntoStaticStr, PartialEq, Eq, Serialize, JsonSchema, VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Requester {
    /// The centre referee.
    Referee,
    /// Blue's coach.
    Blue,
    /// Red's coach.
    Red,
}

impl Requester {
    /// The side of the coach; none for the referee.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Referee => None,
            Self::Blue => Some(Side::Blue),
            Self::Red => Some(Side::Red),
        }
    }
}

/// A round by its number: 1 to 3, or higher in a golden round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Round {
    /// Number of the round.
    pub round: u8,
}

/// What happened to a clock; a plain tick has none.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClockAction {
    /// It was started.
    Start,
    /// It was stopped.
    Stop,
    /// The operator corrected it.
    Correction,
    /// Its time is over, or the operator ended it.
    End,
}

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Clock {
    /// Seconds shown.
    pub seconds: u32,
    /// What happened to it; absent for a tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ClockAction>,
}

/// What happened to the injury clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InjuryAction {
    /// It was shown.
    Show,
    /// It was hidden.
    Hide,
    /// It was reset.
    Reset,
}

/// The injury clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Injury {
    /// The injured athlete's side; `none` for neither.
    pub side: MaybeSide,
    /// Seconds shown.
    pub seconds: u32,
    /// What happened to it; absent for a tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<InjuryAction>,
}

/// A Para taekwondo time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Timeout {
    /// Who took it.
    pub side: Side,
    /// Seconds shown.
    pub seconds: u32,
    /// What happened to it; absent for a tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ClockAction>,
}

/// Who won.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize, JsonSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum BoutWinner {
    /// Chung.
    Blue,
    /// Hong.
    Red,
    /// Neither.
    Tie,
}

impl From<Side> for BoutWinner {
    fn from(side: Side) -> Self {
        match side {
            Side::Blue => Self::Blue,
            Side::Red => Self::Red,
        }
    }
}

/// Who won the bout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Winner {
    /// Who won.
    pub winner: BoutWinner,
}

/// How a bout was decided; the codes of World Taekwondo.
#[derive(Clone, Copy, Debug, Display, EnumString, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[strum(serialize_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the codes are the field's own names")]
pub enum Decision {
    Rsc,
    Ptf,
    Ptg,
    Gdp,
    Sup,
    Wdr,
    Dsq,
    Pun,
    Dqb,
    Pts,
    Irm,
    Csc,
    Bko,
    Hko,
}

impl Decision {
    /// The code in words; none if its meaning is not documented.
    pub fn in_words(self) -> Option<&'static str> {
        Some(match self {
            Self::Rsc => "referee stops contest",
            Self::Ptf => "final score",
            Self::Ptg => "point gap",
            Self::Gdp => "golden point",
            Self::Sup => "superiority",
            Self::Wdr => "withdrawal",
            Self::Dsq => "disqualification",
            Self::Pun => "referee's punitive declaration",
            Self::Dqb => "disqualification for unsportsmanlike behaviour",
            Self::Pts | Self::Irm | Self::Csc | Self::Bko | Self::Hko => return None,
        })
    }
}

/// The winner's banner; what was not sent is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct ResultBanner {
    /// The winner's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Rounds won, such as `2-1`, or other text before the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// How it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// The state of a review.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize, JsonSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ReviewState {
    /// It was requested.
    Requested,
    /// The request was accepted.
    Accepted,
    /// The request was denied.
    Rejected,
    /// The window was closed, which does not change the verdict.
    Closed,
}

/// Whether an accepted review changed the score.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize, JsonSchema, ValueEnum, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Verdict {
    /// The side that requested it was right.
    Won,
    /// It was not.
    Lost,
}

/// A message about a video review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Review {
    /// Who requested it.
    pub side: Requester,
    /// Its new state.
    pub state: ReviewState,
    /// The verdict; absent when the sender does not send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// Who leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Leader {
    /// The side in the lead.
    pub side: MaybeSide,
}

/// One side's counts of a round; one that was not sent is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SideStatistics {
    /// Body scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<u16>,
    /// Head scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<u16>,
    /// Punch scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub punch: Option<u16>,
    /// Two kinds of technical scores; which is which is not known.
    pub technical: [Option<u16>; 2],
    /// Gam-jeom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gam_jeom: Option<u16>,
}

/// Counts after a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundStatistics {
    /// Number of the round.
    pub round: u8,
    /// Chung's.
    pub blue: SideStatistics,
    /// Hong's.
    pub red: SideStatistics,
}

/// The athletes' video quota or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VideoQuota {
    /// The number sent.
    pub value: u32,
}

/// The state of the hardware test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestState {
    /// It was opened.
    Opened,
    /// It was closed.
    Closed,
    /// A sensor was hit.
    Hit,
}

/// Which protector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Trunk protector.
    Body,
    /// Head gear.
    Head,
}

/// A message of the hardware test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HardwareTest {
    /// What happened in it.
    pub state: TestState,
    /// Whose sensor was hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Which sensor was hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// The state or a setting of a console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Console {
    /// It changed its state: `up`, `down`, `connected`, `disconnected`.
    State {
        /// The new state.
        state: &'static str,
    },
    /// It sent a setting, such as the arena's lights.
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its value, if one was sent.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
}

/// A message of an undocumented stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unknown {
    /// The fields after the stream's name.
    pub fields: Vec<String>,
}

/// A message of a documented stream whose values are missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unusable {
    /// The kind of its stream.
    #[serde(skip)]
    pub kind: super::Kind,
    /// The fields after the stream's name, as received.
    pub fields: Vec<String>,
}
