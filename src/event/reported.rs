//! The fields of the reports of rules and sinks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::Display;

use crate::time::Time;

/// A rule failed while it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleFailed {
    /// The rule's file name.
    pub rule: String,
    /// The function that failed.
    pub function: String,
    /// The kind of the event that it handled; `timer` if one of its timers was due.
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

/// Changed rules have replaced the previous ones.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesReloaded {
    /// Their file names.
    pub rules: Vec<String>,
}

/// Changed rules have errors; the previous ones stay in use.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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

/// The bout that was on before vta was started again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BoutResumed {
    /// Number of the bout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Number of the round; 0 before the first.
    pub round: u8,
    /// Chung's points in that round.
    pub blue: u16,
    /// Hong's points in that round.
    pub red: u16,
    /// The instant of what is known: what happened since then was not received.
    pub since: Time,
}

/// The bout that was on before vta was started again does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResumeDropped {
    /// Number of that bout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Why, in plain words.
    pub reason: String,
}

/// The computer's clock was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClockStep {
    /// By how many milliseconds it was set ahead; negative when it was set back.
    pub ahead_ms: i64,
}

/// Datagrams were lost.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatagramsLost {
    /// How many.
    pub datagrams: u64,
    /// Where.
    pub place: LossPlace,
}

/// A sender sent too many datagrams.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatagramsShed {
    /// Its address and port; absent for many senders together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// How many of them were thrown away.
    pub datagrams: u64,
    /// Since when.
    pub since: Time,
    /// Until when.
    pub until: Time,
}

/// Where datagrams were lost.
#[derive(Clone, Copy, Debug, Deserialize, Display, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LossPlace {
    /// In the system, whose receive buffer was full.
    System,
    /// In vta, where too many were waiting for the court.
    Queue,
}

/// An OBS instance is connected.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObsConnected {
    /// Name of the sink.
    pub instance: String,
    /// Version of OBS Studio.
    pub obs_version: String,
    /// Version of obs-websocket.
    pub websocket_version: String,
}

/// An OBS instance is no longer connected.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObsDisconnected {
    /// Name of the sink.
    pub instance: String,
    /// Why.
    pub reason: String,
}

/// OBS shows another scene.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SceneChanged {
    /// Name of the sink.
    pub instance: String,
    /// The scene on program.
    pub scene: String,
}

/// OBS's replay buffer.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayBuffer {
    /// Name of the sink.
    pub instance: String,
    /// Whether it runs.
    pub active: bool,
}

/// The disk of an OBS instance has little space left.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskLow {
    /// Name of the sink.
    pub instance: String,
    /// Free space, in MB.
    pub free_mb: u64,
}

/// The origin of a clip.
#[derive(Clone, Copy, Debug, Default, Deserialize, Display, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClipSource {
    /// OBS's replay buffer: a file of its own.
    #[default]
    ReplayBuffer,
    /// The current recording, because there is no replay: the clip is a part of its file.
    Recording,
}

/// A clip is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClipSaved {
    /// Name of the sink.
    pub instance: String,
    /// The file.
    pub path: String,
    /// Its origin.
    pub from: ClipSource,
    /// The instant of the file's first frame; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Time>,
    /// The instant of the clip's last frame; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Time>,
    /// Why it differs from the clip that was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The reason that the rule gave; absent when no rule requested it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The action that requested it; absent when no rule did.
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
    /// Name of the OBS sink that it comes from; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// The `seq` of the request for review that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// The action that requested it; absent when it is shown again after a restart of the player.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_seq: Option<u64>,
    /// Position in the clip of the first frame that was shown, in seconds.
    pub position_seconds: f64,
    /// The instant of that frame; absent when it is not known when the clip begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<Time>,
    /// Microseconds from the action to the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_us: Option<u64>,
}

/// A player is running.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlayerConnected {
    /// Name of the sink.
    pub player: String,
    /// Its version.
    pub version: String,
}

/// A player is no longer running.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlayerDisconnected {
    /// Name of the sink.
    pub player: String,
    /// Why.
    pub reason: String,
}

/// A recording of OBS.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recording {
    /// Name of the sink.
    pub instance: String,
    /// The file; absent when OBS does not report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The instant of its first frame; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Time>,
    /// The instant of its last frame; absent while it is running, and when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Time>,
    /// The action that requested it; absent when no rule of this court did in this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_seq: Option<u64>,
    /// Whether a rule of this court began it before vta was started again.
    #[serde(default)]
    pub earlier_session: bool,
    /// Whether it is a part of a recording that no rule began.
    #[serde(default)]
    pub split: bool,
    /// Whether a rule of this court began it, and it ended while OBS was not connected, as when OBS is closed.
    #[serde(default)]
    pub interrupted: bool,
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
    /// Number of the bout in which it was requested, if another was loaded since; empty if that had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier_bout: Option<String>,
}

/// An action failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActionFailed {
    /// The action's `seq`.
    pub action_seq: u64,
    /// Its name, such as `obs.scene`.
    pub action: String,
    /// The `seq` of the request for review whose clip the player was to show; absent for other actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// Why, in plain words.
    pub reason: String,
    /// Microseconds from the action to its outcome.
    pub took_us: u64,
    /// Number of the bout in which it was requested, if another was loaded since; empty if that had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier_bout: Option<String>,
}

/// All attempts to save a clip for a review have failed, or its clip has not come in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClipMissing {
    /// The `seq` of the request for review.
    pub review: u64,
    /// Why the last attempt failed.
    pub reason: String,
    /// Whether OBS may still save it; then `clip_saved` follows late.
    pub awaited: bool,
}
