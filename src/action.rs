//! The vocabulary of what is to be done.
//!
//! Rules request an [`Action`]; a sink carries it out and reports its [`Outcome`]. The court takes the [`Report`], and
//! rules hear it as an event.

mod obs;
mod player;
pub mod reference;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantNames};

pub use self::obs::{MediaAction, ObsAction, ObsVerb};
pub use self::player::{Clip, Moment, Play, PlayerVerb};
use crate::event::{
    ClipSource, DatagramsLost, DatagramsShed, DiskLow, ObsConnected, ObsDisconnected, PlayerConnected,
    PlayerDisconnected, Recording, ReplayBuffer, RulesRejected, RulesReloaded, SceneChanged,
};
use crate::time::Time;

/// Something to be done, as one JSON line: `seq`, `at`, `rule`, `cause`, `action`, `args`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Action {
    /// Number among the session's actions, from 1.
    pub seq: u64,
    /// When it was requested.
    pub at: Time,
    /// The rule's file name.
    pub rule: Arc<str>,
    /// The `seq` of the event that the rule answered.
    pub cause: u64,
    /// What to do.
    #[serde(flatten)]
    pub verb: ActionVerb,
}

/// What to do, with what it needs.
#[derive(Clone, Debug, IntoStaticStr, JsonSchema, PartialEq, Serialize, VariantNames)]
#[serde(tag = "action", content = "args")]
pub enum ActionVerb {
    /// Set a bookmark in the timeline.
    #[serde(rename = "mark")]
    #[strum(serialize = "mark")]
    Mark {
        /// What is to be found again.
        text: String,
    },
    /// Write a line to the log.
    #[serde(rename = "log")]
    #[strum(serialize = "log")]
    Log {
        /// How important it is.
        level: LogLevel,
        /// The line.
        text: String,
    },
    /// Something of OBS.
    #[serde(untagged)]
    #[schemars(skip)]
    Obs(ObsAction),
    /// Something that the court's player is to do.
    #[serde(untagged)]
    #[schemars(skip)]
    #[strum(transparent)]
    Player(PlayerVerb),
}

/// Name of an OBS sink; none if the court has no OBS, in which case the action fails with that reason.
pub type Instance = Option<Arc<str>>;

impl ActionVerb {
    /// Its name, such as `obs.save_replay`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Obs(action) => action.verb.name(),
            Self::Player(verb) => verb.into(),
            Self::Mark { .. } | Self::Log { .. } => self.into(),
        }
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        // What is OBS's or the player's has no name of its own.
        let own = Self::VARIANTS.iter().filter(|name| name.starts_with(char::is_lowercase));
        own.chain(ObsVerb::VARIANTS).chain(PlayerVerb::VARIANTS).copied()
    }

    /// What OBS is to do, if it is for OBS.
    pub fn obs(&self) -> Option<&ObsVerb> {
        match self {
            Self::Obs(action) => Some(&action.verb),
            _ => None,
        }
    }

    /// Which sink carries it out.
    pub fn sink(&self) -> ActionSink<'_> {
        match self {
            Self::Obs(action) => ActionSink::Obs(action.instance.as_deref()),
            Self::Player(_) => ActionSink::Player,
            Self::Mark { .. } => ActionSink::Timeline,
            Self::Log { .. } => ActionSink::Log,
        }
    }
}

/// Who carries an action out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionSink<'a> {
    /// The OBS sink of that name.
    Obs(Option<&'a str>),
    /// The court's player.
    Player,
    /// The database, which keeps every action.
    Timeline,
    /// The log.
    Log,
}

impl ActionSink<'_> {
    /// Whether it reports an outcome. For the others an action is done once it is stored and logged.
    pub fn reports(self) -> bool {
        match self {
            Self::Obs(_) | Self::Player => true,
            Self::Timeline | Self::Log => false,
        }
    }
}

/// How important a line of the log is.
#[derive(Clone, Copy, Debug, Deserialize, Display, EnumString, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LogLevel {
    /// For the search for a fault.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warn,
    /// Wrong.
    Error,
}

/// How an action ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// It was not.
    Failed {
        /// Why, in plain words.
        reason: String,
    },
}

/// What a sink reports to a court; captures keep it as a JSON packet.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "report", rename_all = "snake_case", deny_unknown_fields)]
pub enum Report {
    /// An action of this court ended.
    Outcome {
        /// The action's `seq`.
        action_seq: u64,
        /// The action's name.
        action: String,
        /// How it ended.
        outcome: Outcome,
        /// Microseconds from the action to its outcome.
        took_us: u64,
    },
    /// An OBS instance is connected and can be used.
    ObsConnected(ObsConnected),
    /// An OBS instance can no longer be used.
    ObsDisconnected(ObsDisconnected),
    /// OBS shows another scene.
    SceneChanged(SceneChanged),
    /// OBS's replay buffer was started or stopped.
    ReplayBuffer(ReplayBuffer),
    /// Datagrams were lost before the court could take them.
    DatagramsLost(DatagramsLost),
    /// Datagrams of a sender that sent too many were thrown away.
    DatagramsShed(DatagramsShed),
    /// Little is left of the disk that OBS writes to.
    DiskLow(DiskLow),
    /// The clip that an action of this court requested has not come in time, and may come yet.
    ClipAwaited {
        /// The action's `seq`.
        action_seq: u64,
        /// Why.
        reason: String,
    },
    /// A clip is there: OBS's event reported it.
    ClipSaved(ClipReport),
    /// OBS has begun to record.
    RecordingStarted(Recording),
    /// OBS has finished a recording; the file is final.
    RecordingStopped(Recording),
    /// A player runs and can be used.
    PlayerConnected(PlayerConnected),
    /// A player can no longer be used, or could not be started.
    PlayerDisconnected(PlayerDisconnected),
    /// A player has a frame of a clip on the screen.
    ClipShown {
        /// Name of the sink.
        player: String,
        /// The file.
        path: String,
        /// Name of the OBS sink that it comes from.
        camera: Option<String>,
        /// The `seq` of the request for review that it belongs to.
        review: Option<u64>,
        /// The action of this court that requested it; none when it is shown again after the player had ended.
        action_seq: Option<u64>,
        /// Where in the clip the frame is, in microseconds from its beginning.
        position_us: u64,
        /// The instant that the frame is of, where it is known.
        shows: Option<Time>,
        /// Microseconds from the action to the frame.
        took_us: Option<u64>,
    },
    /// Rules were changed while the program runs, and have taken the place of those before.
    RulesReloaded(RulesReloaded),
    /// Rules were changed while the program runs, and are wrong: those before go on.
    RulesRejected(RulesRejected),
}

impl Report {
    /// Whether OBS or a player has sent it.
    pub fn is_of_a_sink(&self) -> bool {
        !matches!(
            self,
            Self::RulesReloaded(_) | Self::RulesRejected(_) | Self::DatagramsLost(_) | Self::DatagramsShed(_)
        )
    }
}

/// A clip that is there.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ClipReport {
    /// Name of the sink.
    pub instance: String,
    /// The file.
    pub path: String,
    /// What it was taken from.
    #[serde(default)]
    pub from: ClipSource,
    /// The instant of the file's first frame, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Time>,
    /// The instant of the clip's last frame, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Time>,
    /// Why it is another than was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The actions of this court that requested it; empty when someone else did.
    pub action_seqs: Vec<u64>,
}
