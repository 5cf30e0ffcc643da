//! The vocabulary of what happened.
//!
//! Everything that happens is an [`Event`]: a message of the scoring system (PSS), an event derived from the state of
//! the bout, or a report of a sink such as OBS. An event serializes to one flat JSON object; its names are the same in
//! Rhai, JSON and SQL.

mod commanded;
mod derived;
mod fields;
mod loaded;
mod raw;
pub mod reference;
mod reported;
mod scoring;
mod tkstrike;

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use strum::{Display, EnumCount, EnumDiscriminants, EnumIter, EnumProperty, EnumString, IntoStaticStr};

pub use commanded::*;
pub use derived::*;
pub use fields::*;
pub use loaded::*;
pub use raw::Raw;
pub use reported::*;
pub use scoring::*;
pub use tkstrike::*;

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
    /// The `seq` of the event that this one follows from; none on messages and reports.
    pub cause: Option<u64>,
    /// What happened, with the fields of its kind.
    pub body: Body,
    /// Why the status is not `ok`, in plain words.
    pub notes: Vec<Note>,
    /// The PSS message as received; none on derived events and reports.
    pub raw: Option<Raw>,
}

/// A note of the decoder, in plain words.
pub type Note = Cow<'static, str>;

impl Event {
    /// The kind of the event; that of its stream where its values cannot be used.
    pub fn kind(&self) -> Kind {
        match &self.body {
            Body::Unusable(unusable) => unusable.kind,
            body => Kind::from(body),
        }
    }

    /// Whether it was derived from the state of the bout, rather than sent by a PSS or reported by a sink.
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
    /// First field of the message; absent on derived events and reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<&'a str>,
    /// The kind.
    #[schemars(with = "String")]
    kind: Kind,
    /// How far the fields can be trusted.
    status: Status,
    /// Whether it follows from another event.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    derived: bool,
    /// The `seq` of the event that it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<u64>,
    #[serde(flatten)]
    #[schemars(skip)]
    body: &'a Body,
    /// Why the status is not `ok`, in plain words.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [Note],
    /// The message as text; absent on derived events and reports.
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
    /// A defect was corrected; the notes say which fields it affects.
    Recovered,
    /// The stream is not documented.
    Unknown,
    /// The stream is documented, but a value is wrong; no field is guessed.
    Invalid,
}

/// What happened, by kind; serializes to the fields alone. A `heading` begins a section of the rules' reference.
#[derive(Clone, Debug, EnumDiscriminants, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[strum_discriminants(
    name(Kind),
    doc = "The name of what happened, as in `on_<kind>` handlers and the `kind` of an event.",
    derive(Display, EnumCount, EnumIter, EnumProperty, EnumString, Hash, IntoStaticStr, PartialOrd, Ord, Serialize),
    serde(rename_all = "snake_case"),
    strum(serialize_all = "snake_case")
)]
pub enum Body {
    /// A bout was loaded (`pre`).
    #[strum_discriminants(strum(props(heading = "What the scoring system says")))]
    BoutLoaded {},
    /// The loaded bout may start (`rdy`).
    BoutReady {},
    /// The athletes of the bout were sent (`at1`).
    Athletes(Athletes),
    /// The officials of the bout were sent (`ref`).
    Officials(Officials),
    /// The configuration of the bout was sent (`mch`).
    BoutConfig(Box<BoutConfig>),
    /// The number of the current round was sent (`rnd`).
    Round(Round),
    /// The round clock was sent (`clk`): each second of a round, and when it starts or stops.
    Clock(Clock),
    /// The clock of the rest between rounds was sent (`brk`): each second of it.
    Rest(Clock),
    /// An injury (kye-shi) clock was sent (`ij0`, `ij1`, `ij2`): each second of it, and when it is shown or hidden.
    Injury(Injury),
    /// The clock of a time-out in Para taekwondo was sent (`to1`, `to2`).
    Timeout(Timeout),
    /// Points were given (`pt1`, `pt2`).
    Point(Point),
    /// The sensors measured a hit, which may score or not (`hl1`, `hl2`).
    Hit(Hit),
    /// The score of the current round was sent (`sc1`, `sc2`); it begins at 0 in each round.
    Score(Pair),
    /// The gam-jeom of the current round were sent (`wg1`, `wg2`); they begin at 0 in each round.
    Penalties(Pair),
    /// The table with the score of each round was sent (`s11`, `s21` and so on).
    RoundScores(RoundScores),
    /// The winner of each round was sent (`wrd`).
    RoundWinners(RoundWinners),
    /// The winner of the bout was sent (`win`).
    Winner(Winner),
    /// The winner's banner was sent (`wmh`).
    Result(ResultBanner),
    /// A video review (IVR) was requested, answered or closed (`ch0`, `ch1`, `ch2`).
    Review(Review),
    /// The leader of the round was sent (`sup`); when the points are level, superiority decides.
    Leader(Leader),
    /// The counts of a round were sent, after its end (`rst`).
    RoundStatistics(Box<RoundStatistics>),
    /// The athletes' video quota or time was sent (`avt`).
    VideoQuota(VideoQuota),
    /// The hardware test was opened or closed, or a sensor was hit in it (`hwt`); such a hit is no hit of a bout.
    HardwareTest(HardwareTest),
    /// The console sent its own state or a setting (`hel`, `bye`, `rsr`, lights, `Udp Port …`).
    Console(Console),
    /// A message of an undocumented stream was received.
    Unknown(Unknown),
    /// A message of a documented stream without usable values was received. Its event has the `kind` of its stream, as
    /// in exports, but rules receive it in `on_unusable` only, not in `on_clock` and so on.
    Unusable(Unusable),

    /// A judge has pressed a button.
    #[strum_discriminants(strum(props(heading = "What only TK-Strike's JSON feed says")))]
    JudgePress(JudgePress),
    /// A sensor of the body, the head or the fist has measured a hit. There is also a `hit` for it: from the PSS messages,
    /// or where there are none, from this feed.
    SensorHit(SensorHit),
    /// The judges have made a kick a turning kick: it has more points. Its `scored` is of the turning kick, if the bonus came
    /// together with the kick.
    TechnicalBonus(TechnicalBonus),
    /// Points of a technique were taken back; `score_corrected` has the new score.
    PointTakenBack(PointTakenBack),
    /// The operator has corrected how many hits a side had just below the threshold.
    NearMiss(NearMiss),
    /// A kick or the time-out of Para taekwondo was entered.
    Para(Para),
    /// An injury time (kye-shi) has begun; the feed does not say for whom, nor how long it lasts.
    KyeShi {},
    /// The doctor was called, or has left.
    Doctor(Doctor),
    /// A judge wants a meeting.
    Meeting(Meeting),
    /// How many milliseconds of the round were left when what this `stream` names happened; sent with points, gam-jeom,
    /// reviews, and when the clock starts or stops.
    RoundTime(RoundTime),

    /// The bout has begun: its clock runs for the first time.
    #[strum_discriminants(strum(props(heading = "What follows from it")))]
    BoutStarted(BoutStarted),
    /// A round has begun: its clock runs for the first time.
    RoundStarted(Round),
    /// A round is over: its clock has ended, the rest runs, its winner or another round was named, or the bout has a
    /// winner.
    RoundEnded(RoundEnded),
    /// The rest after a round has begun: the first tick of its clock was received.
    RestStarted(RestStarted),
    /// The rest after a round is over: its time has run out, the next round was named or its clock runs, or the bout
    /// has a winner. There is no such event if another bout is loaded during a rest.
    RestEnded(RestEnded),
    /// The bout is over: its winner was named. If that message was lost, and the rounds and the banner show who won, it
    /// is `inferred` ten seconds after them, or when the next bout is loaded.
    BoutEnded(BoutEnded),
    /// Another athlete leads the round than before; level scores in between do not count.
    LeadChanged(LeadChanged),
    /// Points were given; the event has the hit and the score that belong to them.
    Scored(Scored),
    /// A side was given a gam-jeom.
    PenaltyGiven(Penalty),
    /// A gam-jeom was taken back.
    PenaltyTakenBack(Penalty),
    /// The score changed without a point or a gam-jeom that explains it.
    ScoreCorrected(ScoreCorrected),
    /// The lead is wider than any before in this round; the rule chooses which gap matters.
    PointGap(PointGap),
    /// The last ten seconds of a round have begun.
    FinalSeconds(FinalSeconds),
    /// A golden round has begun: one more than were planned.
    GoldenRound(Round),
    /// An injury clock was shown.
    InjuryStarted(InjuryStarted),
    /// An injury clock was hidden, or the fight goes on.
    InjuryEnded(InjuryEnded),
    /// No message was received for some seconds while the round clock runs.
    Silence(Silence),
    /// A video review was requested.
    ReviewOpened(ReviewSide),
    /// A review that is open was requested once more: by the console after an operator, the other way round, or twice by
    /// operators. It stays one review, with its first clip.
    ReviewJoined(ReviewJoined),
    /// The jury have answered a review, or changed their answer.
    ReviewDecided(ReviewDecided),
    /// The jury have not answered a review, and ten seconds or none are left; the times are in `reviews` of the config.
    ReviewDeadline(ReviewDeadline),
    /// The window of a review was closed.
    ReviewClosed(ReviewClosed),
    /// The console and an operator have given different verdicts; the console's counts.
    VerdictsDiffer(VerdictsDiffer),
    /// Two messages contradict each other.
    Contradiction(Contradiction),
    /// A rule failed while it ran; reported the 1st, 10th, 100th … time that it fails at the same place.
    #[strum_discriminants(strum(props(heading = "What becomes of rules")))]
    RuleFailed(Box<RuleFailed>),
    /// Changed rules have replaced the previous ones while the program runs.
    RulesReloaded(RulesReloaded),
    /// Changed rules have errors, so the previous ones stay in use.
    RulesRejected(Box<RulesRejected>),

    /// An operator has sent a command; `command_ended` says what became of it.
    Command(Box<CommandReceived>),
    /// A command of an operator was carried out, has failed, or was refused.
    CommandEnded(Box<CommandEnded>),
    /// An operator has pulled a trigger: a button for rules.
    Trigger(Box<Trigger>),
    /// An operator has paused the rules: they go on hearing events, but what they request is not done.
    RulesPaused {},
    /// Paused rules have been resumed.
    RulesResumed(RulesResumed),
    /// A rehearsal has begun, goes on after a restart, or has ended: the bouts that are loaded in it count nowhere.
    Rehearsal(Rehearsal),

    /// vta was started again, and goes on with the bout that was on before.
    BoutResumed(Box<BoutResumed>),
    /// vta was started again, and the bout that was on before does not go on: the PSS names another, or it was too long
    /// ago.
    ResumeDropped(ResumeDropped),
    /// The computer's clock was set, or the computer slept.
    ClockStep(ClockStep),
    /// Datagrams were lost before they could be read.
    DatagramsLost(DatagramsLost),
    /// A sender sent more datagrams than it may, and some were thrown away. Reported each second.
    DatagramsShed(DatagramsShed),

    /// An OBS instance is connected and can be used.
    #[strum_discriminants(strum(props(heading = "What OBS and the player do, and how actions end")))]
    ObsConnected(ObsConnected),
    /// An OBS instance is no longer connected.
    ObsDisconnected(ObsDisconnected),
    /// Another scene is on program, from a rule or by hand; also when `vta` has connected and finds another scene than
    /// the last one reported.
    SceneChanged(SceneChanged),
    /// OBS's replay buffer was started or stopped.
    ReplayBuffer(ReplayBuffer),
    /// The disk that OBS writes to has less free space than `min_free_mb` of its sink; checked every half minute,
    /// reported once each time that it falls below.
    DiskLow(DiskLow),
    /// A clip is ready: a replay of OBS, or a part of the current recording if OBS cannot save a replay.
    ClipSaved(ClipSaved),
    /// All attempts to save a clip for a review have failed. A file that OBS has not finished, or that breaks off, is no clip.
    ClipMissing(ClipMissing),
    /// OBS has begun a recording, or still makes one that a rule began before vta was started again.
    RecordingStarted(Recording),
    /// OBS has finished a recording: the file is complete and has its name. One that is `interrupted` may break off.
    RecordingStopped(Recording),
    /// A player is running and can be used.
    PlayerConnected(PlayerConnected),
    /// A player was closed, crashed, hung, or does not start.
    PlayerDisconnected(PlayerDisconnected),
    /// The jury see a clip: its first frame is on the screen.
    ClipShown(ClipShown),
    /// An action was carried out.
    ActionDone(ActionDone),
    /// An action failed.
    ActionFailed(ActionFailed),
}
