//! The vocabulary of what is to be done.
//!
//! Rules ask for an [`Action`]; an edge carries it out and tells its [`Outcome`], which comes back to the court as a
//! [`Report`] and is an event that rules can hear.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantNames};

use crate::time::Time;

/// Something to be done, as one JSON line: `seq`, `at`, `rule`, `cause`, `action`, `args`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Action {
    /// Number among the session's actions, from 1.
    pub seq: u64,
    /// When it was asked for.
    pub at: Time,
    /// The rule's file name.
    pub rule: Arc<str>,
    /// The `seq` of the event that the rule answered.
    pub cause: u64,
    /// What to do.
    #[serde(flatten)]
    pub verb: Verb,
}

/// What to do, with what it needs.
#[derive(Clone, Debug, IntoStaticStr, PartialEq, Serialize, VariantNames)]
#[serde(tag = "action", content = "args")]
pub enum Verb {
    /// Save OBS's replay buffer.
    #[serde(rename = "obs.save_replay")]
    #[strum(serialize = "obs.save_replay")]
    SaveReplay {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
        /// What the clip is for.
        reason: String,
    },
    /// Show a scene on program.
    #[serde(rename = "obs.scene")]
    #[strum(serialize = "obs.scene")]
    Scene {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
        /// Name of the scene.
        scene: String,
    },
    /// Begin to record.
    #[serde(rename = "obs.start_recording")]
    #[strum(serialize = "obs.start_recording")]
    StartRecording {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
        /// Name that the file gets when the recording is finished, without its ending; OBS's own when absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// End the recording.
    #[serde(rename = "obs.stop_recording")]
    #[strum(serialize = "obs.stop_recording")]
    StopRecording {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
    },
    /// Show or hide a source in a scene.
    #[serde(rename = "obs.source_visible")]
    #[strum(serialize = "obs.source_visible")]
    SourceVisible {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
        /// Name of the scene.
        scene: String,
        /// Name of the source.
        source: String,
        /// Whether it is to be seen.
        visible: bool,
    },
    /// Set the text of a text source.
    #[serde(rename = "obs.text")]
    #[strum(serialize = "obs.text")]
    Text {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
        /// Name of the source.
        source: String,
        /// Its text.
        text: String,
    },
    /// Turn a filter on or off.
    #[serde(rename = "obs.filter")]
    #[strum(serialize = "obs.filter")]
    Filter {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
        /// Name of the source.
        source: String,
        /// Name of the filter.
        filter: String,
        /// Whether it is to be on.
        enabled: bool,
    },
    /// Any other request of obs-websocket.
    #[serde(rename = "obs.request")]
    #[strum(serialize = "obs.request")]
    Request {
        /// Name of the OBS sink.
        #[serde(skip_serializing_if = "Option::is_none")]
        instance: Instance,
        /// Name of the request, such as `SetInputMute`.
        request: String,
        /// Its data.
        data: serde_json::Value,
    },
    /// Play a clip.
    #[serde(rename = "player.play")]
    #[strum(serialize = "player.play")]
    Play {
        /// The file.
        path: String,
        /// Seconds before the end of the clip to begin at; its beginning when absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_seconds: Option<f64>,
        /// 1 is the speed of life.
        speed: f64,
    },
    /// Close the player.
    #[serde(rename = "player.close")]
    #[strum(serialize = "player.close")]
    ClosePlayer {},
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
}

/// Name of an OBS sink; none if the court has no OBS, in which case the action fails with that reason.
pub type Instance = Option<Arc<str>>;

impl Verb {
    /// Its name, such as `obs.save_replay`.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Which edge carries it out.
    pub fn edge(&self) -> Edge<'_> {
        match self {
            Self::SaveReplay { instance, .. }
            | Self::Scene { instance, .. }
            | Self::StartRecording { instance, .. }
            | Self::StopRecording { instance }
            | Self::SourceVisible { instance, .. }
            | Self::Text { instance, .. }
            | Self::Filter { instance, .. }
            | Self::Request { instance, .. } => Edge::Obs(instance.as_deref()),
            Self::Play { .. } | Self::ClosePlayer {} => Edge::Player,
            Self::Mark { .. } => Edge::Timeline,
            Self::Log { .. } => Edge::Log,
        }
    }
}

/// Who carries an action out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge<'a> {
    /// The OBS sink of that name.
    Obs(Option<&'a str>),
    /// The court's player.
    Player,
    /// The database, which keeps every action.
    Timeline,
    /// The log.
    Log,
}

/// How important a line of the log is.
#[derive(Clone, Copy, Debug, Deserialize, Display, EnumString, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LogLevel {
    /// For whoever looks for a fault.
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

/// What an edge tells a court; captures keep it as a JSON packet.
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
    ObsConnected {
        /// Name of the sink.
        instance: String,
        /// Version of OBS Studio.
        obs_version: String,
        /// Version of obs-websocket.
        websocket_version: String,
    },
    /// An OBS instance can no longer be used.
    ObsDisconnected {
        /// Name of the sink.
        instance: String,
        /// Why.
        reason: String,
    },
    /// OBS shows another scene.
    SceneChanged {
        /// Name of the sink.
        instance: String,
        /// The scene on program.
        scene: String,
    },
    /// OBS's replay buffer was started or stopped.
    ReplayBuffer {
        /// Name of the sink.
        instance: String,
        /// Whether it runs.
        active: bool,
    },
    /// OBS has written a replay: its event said so, with this path.
    ClipSaved {
        /// Name of the sink.
        instance: String,
        /// The file.
        path: String,
        /// The actions of this court that asked for it; empty when someone else did.
        action_seqs: Vec<u64>,
    },
    /// OBS has begun to record.
    RecordingStarted {
        /// Name of the sink.
        instance: String,
        /// The file, where OBS says it.
        path: Option<String>,
    },
    /// OBS has finished a recording; the file is final.
    RecordingStopped {
        /// Name of the sink.
        instance: String,
        /// The file, where OBS says it.
        path: Option<String>,
    },
    /// Rules were changed while the program runs, and have taken the place of those before.
    RulesReloaded {
        /// Their file names.
        rules: Vec<String>,
    },
    /// Rules were changed while the program runs, and are wrong: those before go on.
    RulesRejected {
        /// The file of the first error.
        file: String,
        /// Its line, from 1; 0 when it is not known.
        line: usize,
        /// Its column, from 1; 0 when it is not known.
        column: usize,
        /// What is wrong.
        message: String,
        /// How many errors there are.
        errors: usize,
    },
}
