//! The fields of what rules and edges report.

use schemars::JsonSchema;
use serde::Serialize;

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

/// OBS has written a replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClipSaved {
    /// Name of the sink.
    pub instance: String,
    /// The file, as OBS named it.
    pub path: String,
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

/// A recording of OBS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recording {
    /// Name of the sink.
    pub instance: String,
    /// The file; absent where OBS does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
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
