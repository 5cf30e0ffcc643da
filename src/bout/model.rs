//! The state of a bout.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr, VariantNames};

use crate::event::{
    Athlete, BoutConfig, BoutWinner, MaybeSide, Requester, ResultBanner, ReviewOrigin, ReviewState, Side, Verdict,
};
use crate::time::Time;

/// The state of a bout at one moment; what is not known is absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Bout {
    /// Number of the load within the session, from 1: each `pre` begins one; 0 before the first.
    pub load: u32,
    /// How many bouts there were in the session, with this one: memory of rules that lasts for a bout ends with it.
    #[serde(skip)]
    pub ordinal: u32,
    /// Whether it is a rehearsal, which counts nowhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
    /// Its stage.
    pub stage: Stage,
    /// Its configuration: number, phase, weight class and so on.
    pub config: Arc<BoutConfig>,
    /// Chung.
    pub blue: Corner,
    /// Hong.
    pub red: Corner,
    /// Number of the current round; 0 before any was named.
    pub round: u8,
    /// Seconds on the round clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<u32>,
    /// The rounds so far, in order.
    pub rounds: Vec<RoundState>,
    /// Who leads the round, according to the PSS; when the points are level, superiority decides.
    pub leader: MaybeSide,
    /// The latest review of each side that requested one; the latest request is last.
    pub reviews: Vec<ReviewProgress>,
    /// Who won, according to the PSS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<BoutWinner>,
    /// Whether that was inferred from its rounds and banner, and the PSS has not named the winner.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub winner_inferred: bool,
    /// The winner's banner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultBanner>,
    /// When it was loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loaded_at: Option<Time>,
    /// When its clock first ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When its winner was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
}

/// The stage of a bout.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Display,
    IntoStaticStr,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    Serialize,
    VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// No bout is loaded.
    #[default]
    Idle,
    /// It is loaded.
    Loaded,
    /// It may start.
    Ready,
    /// The round clock runs.
    Fighting,
    /// The round clock is stopped within a round.
    Stopped,
    /// A round is over and the next one has not begun.
    Rest,
    /// A winner was named.
    Ended,
}

/// One side of a bout.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Corner {
    /// Its athlete.
    pub athlete: Arc<Athlete>,
    /// Points in the current round.
    pub score: u16,
    /// Gam-jeom in the current round.
    pub penalties: u16,
    /// Requests for review that it has left, counted from the verdicts.
    pub requests_left: u8,
    /// Requests that it has lost, which can be more than it had.
    #[serde(skip)]
    pub requests_lost: u8,
}

/// One round of a bout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct RoundState {
    /// Number of the round.
    pub round: u8,
    /// Chung's points.
    pub blue: u16,
    /// Hong's points.
    pub red: u16,
    /// Chung's gam-jeom.
    #[serde(default)]
    pub blue_penalties: u16,
    /// Hong's gam-jeom.
    #[serde(default)]
    pub red_penalties: u16,
    /// Who won it; none while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<Side>,
    /// Whether its clock has run.
    pub started: bool,
    /// Whether it has ended; this stays true if the operator lets it go on.
    pub ended: bool,
}

/// A video review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReviewProgress {
    /// Who requested it.
    pub side: Requester,
    /// Who opened it: the console, an operator, or both.
    #[serde(default)]
    pub origin: ReviewOrigin,
    /// Its state; a verdict stays when the window is closed.
    pub state: ReviewState,
    /// The verdict, if the sender sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Who gave the verdict; none while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<ReviewOrigin>,
    /// Whether it counts in the quota of its side.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub counts: bool,
    /// The `seq` of the request, and when it came; none when only its answer was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<(u64, Time)>,
    /// What became of its clip; none if no rule requested one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<ClipState>,
    /// Whether its window was closed.
    pub closed: bool,
    /// Whether it has cost the side a request.
    pub cost: bool,
}

impl ReviewProgress {
    /// One that nothing has happened to.
    pub(super) fn new(side: Requester, origin: ReviewOrigin, counts: bool) -> Self {
        Self {
            side,
            origin,
            state: ReviewState::Requested,
            verdict: None,
            decided_by: None,
            counts,
            request: None,
            clip: None,
            closed: false,
            cost: false,
        }
    }

    /// Whether it is open, and the console has not answered it.
    pub(super) fn is_unanswered(&self) -> bool {
        !self.closed && (self.state == ReviewState::Requested || self.decided_by == Some(ReviewOrigin::Operator))
    }

    /// The `seq` of the request.
    pub(super) fn request_seq(&self) -> Option<u64> {
        self.request.map(|(seq, _)| seq)
    }

    /// Milliseconds since the request.
    pub(super) fn took_ms(&self, at: Time) -> Option<u64> {
        self.request.map(|(_, requested)| at.milliseconds_since(requested))
    }
}

fn yes() -> bool {
    true
}

fn is_true(flag: &bool) -> bool {
    *flag
}

/// The state of the clip of a review.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClipState {
    /// It is being saved.
    Saving,
    /// All attempts to save it have failed.
    Missing,
    /// Its file is ready.
    Saved,
    /// The jury see it.
    Shown,
}

/// The competition's rules of reviews.
///
/// World Taekwondo's article on instant video replay: a decision within 30 s, one request a side and bout, kept when it
/// was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewRules {
    /// How long the jury may take.
    pub limit: Duration,
    /// How long before that they are reminded.
    pub reminder: Duration,
    /// Requests that each side has in a bout.
    pub requests: u8,
    /// Whether a side keeps the request if it was right.
    pub won_is_kept: bool,
}

impl Default for ReviewRules {
    fn default() -> Self {
        Self { limit: Duration::from_secs(30), reminder: Duration::from_secs(10), requests: 1, won_is_kept: true }
    }
}

impl Bout {
    /// Rounds won by blue and by red.
    pub fn rounds_won(&self) -> (u8, u8) {
        let won = |side| self.rounds.iter().filter(|round| round.winner == Some(side)).count();
        let few = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        (few(won(Side::Blue)), few(won(Side::Red)))
    }

    /// Whether its clock has run, as far as is known.
    pub(crate) fn has_begun(&self) -> bool {
        self.started_at.is_some() || self.stage > Stage::Ready
    }

    /// The latest review that is open.
    pub(super) fn open_review(&self) -> Option<&ReviewProgress> {
        self.reviews.iter().rfind(|review| !review.closed)
    }

    /// The latest review.
    pub fn review(&self) -> Option<&ReviewProgress> {
        self.reviews.last()
    }

    /// The review of a request, which is named by its `seq`, if it is still known.
    pub fn review_of(&self, request: u64) -> Option<&ReviewProgress> {
        self.reviews.iter().find(|review| review.request.is_some_and(|(seq, _)| seq == request))
    }

    /// Whether the round has begun and has not ended.
    pub(super) fn is_round_on(&self) -> bool {
        self.rounds.iter().any(|round| round.round == self.round && round.started && !round.ended)
    }

    /// Whether the round that was named last has ended, and the bout has not.
    pub(super) fn is_between_rounds(&self) -> bool {
        self.stage == Stage::Rest && self.rounds.iter().any(|round| round.round == self.round && round.ended)
    }

    /// The state of a round, created if there is none.
    pub(super) fn round_mut(&mut self, number: u8) -> &mut RoundState {
        let place = self.rounds.partition_point(|round| round.round < number);
        if self.rounds.get(place).is_none_or(|round| round.round != number) {
            let new = RoundState {
                round: number,
                blue: 0,
                red: 0,
                blue_penalties: 0,
                red_penalties: 0,
                winner: None,
                started: false,
                ended: false,
            };
            self.rounds.insert(place, new);
        }
        &mut self.rounds[place]
    }

    pub(super) fn corner_mut(&mut self, side: Side) -> &mut Corner {
        match side {
            Side::Blue => &mut self.blue,
            Side::Red => &mut self.red,
        }
    }

    /// The corner of a side.
    pub fn corner(&self, side: Side) -> &Corner {
        match side {
            Side::Blue => &self.blue,
            Side::Red => &self.red,
        }
    }
}
