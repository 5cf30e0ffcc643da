//! The vocabulary of what happened.
//!
//! Whatever happened is an [`Event`], whether the scoring system (PSS) said it, the state of the bout implies it
//! (derived), or a sink such as OBS reported it. An event serializes to one flat JSON object; the same names stand
//! in Rhai, JSON and SQL.

mod derived;
mod fields;
mod loaded;
mod raw;
pub mod reference;
mod reported;
mod scoring;

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use strum::{Display, EnumCount, EnumDiscriminants, EnumIter, EnumString, IntoStaticStr};

pub use derived::*;
pub use fields::*;
pub use loaded::*;
pub use raw::Raw;
pub use reported::*;
pub use scoring::*;

use crate::time::Time;

/// Something that happened on a court.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Number within the session, from 1.
    pub seq: u64,
    /// When it happened.
    pub at: Time,
    /// Name of the court, as in the config.
    pub court: Arc<str>,
    /// First field of the PSS message; none on derived events and reports.
    pub stream: Option<Cow<'static, str>>,
    /// How far the fields can be trusted.
    pub status: Status,
    /// The `seq` of the event that implied this one; none on what was said or reported.
    pub cause: Option<u64>,
    /// What happened, with the fields of its kind.
    pub body: Body,
    /// Why the status is not `ok`, in plain words.
    pub notes: Vec<Note>,
    /// The PSS message as it came; none on derived events and reports.
    pub raw: Option<Raw>,
}

/// A remark of the decoder, in plain words.
pub type Note = Cow<'static, str>;

impl Event {
    /// The kind of the event; that of its stream where its values cannot be used.
    pub fn kind(&self) -> Kind {
        match &self.body {
            Body::Unusable(unusable) => unusable.kind,
            body => Kind::from(body),
        }
    }

    /// Whether the state of the bout implied it, rather than a sender or a sink having said it.
    pub fn is_derived(&self) -> bool {
        self.cause.is_some() && self.raw.is_none()
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Line {
            seq: self.seq,
            at: self.at,
            court: &self.court,
            stream: self.stream.as_deref(),
            kind: self.kind(),
            status: self.status,
            derived: self.is_derived(),
            cause: self.cause,
            body: &self.body,
            notes: &self.notes,
            raw: self.raw.as_ref(),
        }
        .serialize(serializer)
    }
}

/// An event as it is written, in the order of its keys.
#[derive(JsonSchema, Serialize)]
struct Line<'a> {
    /// Its number within the session, from 1.
    seq: u64,
    /// When it happened: UTC, RFC 3339, microseconds.
    at: Time,
    /// Name of the court.
    court: &'a str,
    /// First field of the message; not of events that nobody sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<&'a str>,
    /// The kind.
    #[schemars(with = "String")]
    kind: Kind,
    /// How far the fields can be trusted.
    status: Status,
    /// Whether another event implied this one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    derived: bool,
    /// The `seq` of the event that implied this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<u64>,
    #[serde(flatten)]
    #[schemars(skip)]
    body: &'a Body,
    /// Why the status is not `ok`, in plain words.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [Note],
    /// The message as text; not of events that nobody sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    raw: Option<&'a Raw>,
}

/// How far the fields of an event can be trusted.
#[derive(Clone, Copy, Debug, Display, EnumString, IntoStaticStr, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// As documented.
    Ok,
    /// A defect was mended; the fields can be trusted as far as the notes say.
    Recovered,
    /// The stream is not documented.
    Unknown,
    /// The stream is documented, but its values are not; no field is made up.
    Invalid,
}

/// What happened, by kind; serializes to the fields alone.
#[derive(Clone, Debug, EnumDiscriminants, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[strum_discriminants(
    name(Kind),
    doc = "The name of what happened, as in `on_<kind>` handlers and the `kind` of an event.",
    derive(Display, EnumCount, EnumIter, EnumString, Hash, IntoStaticStr, PartialOrd, Ord, Serialize),
    serde(rename_all = "snake_case"),
    strum(serialize_all = "snake_case")
)]
pub enum Body {
    /// A bout has been loaded (`pre`).
    BoutLoaded {},
    /// The loaded bout may start (`rdy`).
    BoutReady {},
    /// The athletes of the bout (`at1`).
    Athletes(Athletes),
    /// The officials of the bout (`ref`).
    Officials(Officials),
    /// The configuration of the bout (`mch`).
    BoutConfig(Box<BoutConfig>),
    /// The round that is on (`rnd`).
    Round(Round),
    /// The round clock (`clk`): each second of a round, and when it starts or stops.
    Clock(Clock),
    /// The clock of the rest between rounds (`brk`): each second of it.
    Rest(Clock),
    /// The injury (kye-shi) clock (`ij0`, `ij1`, `ij2`).
    Injury(Injury),
    /// The time-out of Para taekwondo (`to1`, `to2`).
    Timeout(Timeout),
    /// Points were given (`pt1`, `pt2`).
    Point(Point),
    /// The sensors felt a hit, scoring or not (`hl1`, `hl2`).
    Hit(Hit),
    /// The score of the round (`sc1`, `sc2`), which begins at 0 in each round.
    Score(Pair),
    /// The gam-jeom of the round (`wg1`, `wg2`), which begin at 0 in each round.
    Penalties(Pair),
    /// The score of each round (`s11` and the like).
    RoundScores(RoundScores),
    /// Who won each round (`wrd`).
    RoundWinners(RoundWinners),
    /// Who won the bout (`win`).
    Winner(Winner),
    /// The winner's banner (`wmh`).
    Result(ResultBanner),
    /// Video review (IVR) (`ch0`, `ch1`, `ch2`).
    Review(Review),
    /// Who leads the round, superiority counted in (`sup`).
    Leader(Leader),
    /// Counts after a round (`rst`).
    RoundStatistics(Box<RoundStatistics>),
    /// The athletes' video quota or time (`avt`).
    VideoQuota(VideoQuota),
    /// The hardware test (`hwt`): hits in it are no hits of a bout.
    HardwareTest(HardwareTest),
    /// What the console says of itself (`hel`, `bye`, `rsr`, lights, `Udp Port …`).
    Console(Console),
    /// A stream that nobody has documented.
    Unknown(Unknown),
    /// A message of a documented stream without usable values. Its event bears the stream's own `kind`, so that exports
    /// have it there, but `on_clock` and the like never hear one.
    Unusable(Unusable),

    /// The clock of a loaded bout ran for the first time.
    BoutStarted(BoutStarted),
    /// The clock of a round ran for the first time.
    RoundStarted(Round),
    /// A round is over.
    RoundEnded(RoundEnded),
    /// The rest after a round has begun: the first tick of its clock was received.
    RestStarted(RestStarted),
    /// The rest after a round is over: its time has run out, the next round was named or its clock runs, or the bout has a
    /// winner. There is no such event if another bout is loaded during a rest.
    RestEnded(RestEnded),
    /// A bout is over.
    BoutEnded(BoutEnded),
    /// The other athlete has taken the lead of the round.
    LeadChanged(LeadChanged),
    /// Points were given, tied to their hit and the score.
    Scored(Scored),
    /// A side was given a gam-jeom.
    PenaltyGiven(Penalty),
    /// A gam-jeom was taken back.
    PenaltyTakenBack(Penalty),
    /// The score changed without a point or a gam-jeom.
    ScoreCorrected(ScoreCorrected),
    /// A side leads by more than it has so far in this round: choose your own gap.
    PointGap(PointGap),
    /// The last ten seconds of a round have begun.
    FinalSeconds(FinalSeconds),
    /// A round beyond those that were planned has begun.
    GoldenRound(Round),
    /// The injury clock came up.
    InjuryStarted(InjuryStarted),
    /// The injury clock went away.
    InjuryEnded(InjuryEnded),
    /// Nothing was heard while a clock runs.
    Silence(Silence),
    /// A video review was asked for.
    ReviewOpened(ReviewSide),
    /// The jury have answered.
    ReviewDecided(ReviewDecided),
    /// The jury have ten seconds left for a review, or none, and have not answered; `reviews` of the config has the times.
    ReviewDeadline(ReviewDeadline),
    /// The review's window was closed.
    ReviewClosed(ReviewClosed),
    /// Two messages that cannot both be true.
    Contradiction(Contradiction),
    /// A rule failed while it ran. Told the first, 10th, 100th … time that it fails at the same place.
    RuleFailed(Box<RuleFailed>),
    /// Rules were changed while the program runs, and have taken the place of those before.
    RulesReloaded(RulesReloaded),
    /// Rules were changed while the program runs, and are wrong: those before go on.
    RulesRejected(Box<RulesRejected>),

    /// An OBS instance is connected and can be used.
    ObsConnected(ObsConnected),
    /// An OBS instance can no longer be used.
    ObsDisconnected(ObsDisconnected),
    /// Another scene is on program, whoever put it there; also once when `vta` has connected, if it is not the one that
    /// was told last.
    SceneChanged(SceneChanged),
    /// OBS's replay buffer was started or stopped.
    ReplayBuffer(ReplayBuffer),
    /// Little is left of the disk that OBS writes to: less than `min_free_mb` of its sink. Told once each time that it
    /// falls below, by an OBS that is asked every half minute.
    DiskLow(DiskLow),
    /// A clip is there: a replay of OBS, or, when OBS cannot save one, the recording that runs.
    ClipSaved(ClipSaved),
    /// Nothing that was asked to save a clip for a review has saved one.
    ClipMissing(ClipMissing),
    /// OBS has begun to record.
    RecordingStarted(Recording),
    /// OBS has finished a recording: the file is final and has its name.
    RecordingStopped(Recording),
    /// A player runs and can be used.
    PlayerConnected(PlayerConnected),
    /// A player was closed, died, hung, or does not start.
    PlayerDisconnected(PlayerDisconnected),
    /// The jury see a clip: its first frame is on the screen.
    ClipShown(ClipShown),
    /// An action was carried out.
    ActionDone(ActionDone),
    /// An action was not carried out.
    ActionFailed(ActionFailed),
}
