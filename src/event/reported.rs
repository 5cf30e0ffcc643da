//! The fields of what rules and sinks report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::Display;

use crate::time::Time;

/// A rule failed while it ran. Told at the 1st, 10th, 100th … time that it fails at the same place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleFailed {
    /// The rule's file name.
    pub rule: String,
    /// The function that failed.
    pub function: String,
    /// The kind of the event that it answered; `timer` where one of its timers was due.
    pub heard: String,
    /// What went wrong, in plain words.
    pub message: String,
    /// Line in the file, from 1; 0 when it is not known.
    pub line: usize,
    /// Column in the line, from 1; 0 when it is not known.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// How often it has failed there by now.
    pub times: u64,
}

/// Changed rules have taken the place of those before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RulesReloaded {
    /// Their file names.
    pub rules: Vec<String>,
}

/// Changed rules are wrong; those before go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RulesRejected {
    /// The file of the first error.
    pub file: String,
    /// Its line, from 1; 0 when it is not known.
    pub line: usize,
    /// Its column, from 1; 0 when it is not known.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// How many errors there are.
    pub errors: usize,
}

/// An OBS instance is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ObsConnected {
    /// Name of the sink.
    pub instance: String,
    /// Version of OBS Studio.
    pub obs_version: String,
    /// Version of obs-websocket.
    pub websocket_version: String,
}

/// An OBS instance is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ObsDisconnected {
    /// Name of the sink.
    pub instance: String,
    /// Why.
    pub reason: String,
}

/// OBS shows another scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SceneChanged {
    /// Name of the sink.
    pub instance: String,
    /// The scene on program.
    pub scene: String,
}

/// OBS's replay buffer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReplayBuffer {
    /// Name of the sink.
    pub instance: String,
    /// Whether it runs.
    pub active: bool,
}

/// The disk of an OBS instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DiskLow {
    /// Name of the sink.
    pub instance: String,
    /// What is left, in MB.
    pub free_mb: u64,
}

/// What a clip was taken from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Display, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClipSource {
    /// OBS's replay buffer: a file of its own.
    #[default]
    ReplayBuffer,
    /// The recording that runs, since there is no replay: the clip is a part of its file.
    Recording,
}

/// A clip is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClipSaved {
    /// Name of the sink.
    pub instance: String,
    /// The file.
    pub path: String,
    /// What it was taken from.
    pub from: ClipSource,
    /// The instant of the file's first frame; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Time>,
    /// The instant of the clip's last frame; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Time>,
    /// Why it is another than was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the rule saved it for; absent when no rule asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The action that asked for it; absent when no rule did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_seq: Option<u64>,
    /// The `seq` of the request for review that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
}

/// A clip is on the screen of the jury.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClipShown {
    /// Name of the player's sink.
    pub player: String,
    /// The file.
    pub path: String,
    /// Name of the OBS sink that it comes from; absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// The `seq` of the request for review that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// The action that asked for it; absent when it is shown again after the player had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_seq: Option<u64>,
    /// Where in the clip the first frame is that was shown, in seconds.
    pub position_seconds: f64,
    /// The instant that this frame is of; absent where it is not known when the clip begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<Time>,
    /// Microseconds from the action to the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_us: Option<u64>,
}

/// A player runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlayerConnected {
    /// Name of the sink.
    pub player: String,
    /// What it says of its version.
    pub version: String,
}

/// A player is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlayerDisconnected {
    /// Name of the sink.
    pub player: String,
    /// Why.
    pub reason: String,
}

/// A recording of OBS.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recording {
    /// Name of the sink.
    pub instance: String,
    /// The file; absent where OBS does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The instant of its first frame; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Time>,
    /// The instant of its last frame; absent while it runs, and when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Time>,
    /// The action that asked for it; absent when no rule of this court did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_seq: Option<u64>,
}

/// An action was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActionDone {
    /// The action's `seq`.
    pub action_seq: u64,
    /// Its name, such as `obs.scene`.
    pub action: String,
    /// Microseconds from the action to its outcome.
    pub took_us: u64,
}

/// An action was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActionFailed {
    /// The action's `seq`.
    pub action_seq: u64,
    /// Its name, such as `obs.scene`.
    pub action: String,
    /// Why, in plain words.
    pub reason: String,
    /// Microseconds from the action to its outcome.
    pub took_us: u64,
}

/// No clip was found for a review: nothing that was asked to save one has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClipMissing {
    /// The `seq` of the request for review.
    pub review: u64,
    /// What became of the last attempt.
    pub reason: String,
}
