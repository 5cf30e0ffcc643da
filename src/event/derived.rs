//! The fields of the events that are derived from the state of a bout.

use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use super::{BoutWinner, Decision, MaybeSide, Requester, ReviewOrigin, ReviewState, Side, Technique, Verdict};

/// A bout has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BoutStarted {
    /// Number of the bout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// How a round came to its end.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RoundEnd {
    /// Its time ran out.
    Time,
    /// One side had the lead that ends a round.
    PointGap,
    /// One side had as many gam-jeom as lose a round.
    Disqualification,
    /// The operator ended it; the reason is not sent.
    Operator,
}

/// A round is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundEnded {
    /// Number of the round.
    pub round: u8,
    /// How it came to its end.
    pub how: RoundEnd,
    /// Chung's points.
    pub blue: u16,
    /// Hong's points.
    pub red: u16,
}

/// The rest after a round has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RestStarted {
    /// Number of the round before the rest.
    pub round: u8,
    /// Seconds that the clock of the rest shows.
    pub seconds: u32,
}

/// The rest after a round is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RestEnded {
    /// Number of the round before the rest.
    pub round: u8,
    /// Milliseconds that the rest lasted.
    pub took_ms: u64,
}

/// A bout is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BoutEnded {
    /// Number of the bout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Who won.
    pub winner: BoutWinner,
    /// Whether that was inferred from the rounds and the banner, because no message named the winner.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
    /// Rounds won by chung.
    pub blue_rounds: u8,
    /// Rounds won by hong.
    pub red_rounds: u8,
    /// The result on the winner's banner, such as `2-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// How it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// The decision in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_in_words: Option<&'static str>,
}

/// Points were given, with the hit and the score that were received at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Scored {
    /// Who scored.
    pub side: Side,
    /// The technique.
    pub technique: Technique,
    /// How many points.
    pub points: u8,
    /// Strength of the hit; absent when no hit was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Number of the round; 0 when it is not known.
    pub round: u8,
    /// Chung's points after it.
    pub blue: u16,
    /// Hong's points after it.
    pub red: u16,
}

/// A side's gam-jeom changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Penalty {
    /// The side.
    pub side: Side,
    /// How many it now has in this round.
    pub count: u16,
}

/// The score changed without a point or gam-jeom that would explain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScoreCorrected {
    /// Chung's points now.
    pub blue: u16,
    /// Hong's points now.
    pub red: u16,
    /// Chung's points before.
    pub blue_before: u16,
    /// Hong's points before.
    pub red_before: u16,
}

/// The lead is wider than any before in this round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PointGap {
    /// The side in the lead.
    pub side: Side,
    /// By how many points.
    pub gap: u16,
}

/// The last seconds of a round have begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FinalSeconds {
    /// Number of the round; 0 when it is not known.
    pub round: u8,
    /// Seconds that are left.
    pub seconds: u32,
}

/// An injury clock was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InjuryStarted {
    /// The injured athlete's side.
    pub side: MaybeSide,
}

/// An injury clock was hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InjuryEnded {
    /// The injured athlete's side.
    pub side: MaybeSide,
    /// Milliseconds that it was shown.
    pub took_ms: u64,
}

/// No message was received while the round clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Silence {
    /// For how many seconds.
    pub seconds: u64,
}

/// The lead of a round has gone to a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeadChanged {
    /// Who leads now.
    pub side: Side,
    /// Who led before, level scores ignored; `none` if it is the first lead of the round.
    pub previous: MaybeSide,
    /// Chung's points.
    pub blue: u16,
    /// Hong's points.
    pub red: u16,
}

/// Which review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReviewSide {
    /// Who requested it.
    pub side: Requester,
    /// The `seq` of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// Who sent the request: the console or an operator.
    pub origin: ReviewOrigin,
}

/// A review's window was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReviewClosed {
    /// Who requested it.
    pub side: Requester,
    /// The `seq` of the request; absent when none was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// Milliseconds from the request to the closing; absent when no request was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
}

/// The jury's time is running out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReviewDeadline {
    /// Who requested it.
    pub side: Requester,
    /// The `seq` of the request.
    pub review: u64,
    /// Seconds that are left; 0 when the time is over.
    pub seconds_left: u64,
}

/// The answer to a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReviewDecided {
    /// Who requested it.
    pub side: Requester,
    /// The `seq` of the request; absent when none was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// Who sent the answer: the console or an operator.
    pub origin: ReviewOrigin,
    /// `accepted` or `rejected`.
    pub state: ReviewState,
    /// The verdict; absent when the sender does not send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Milliseconds from the request to the answer; absent when no request was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// Requests that the side has left; absent for the referee, whose requests are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_left: Option<u8>,
}

/// Two messages that cannot both be true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Contradiction {
    /// What the two messages say, in plain words.
    pub what: String,
}
