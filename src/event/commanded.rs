//! The fields of the events of an operator's commands.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{Display, IntoStaticStr, VariantNames};
use uuid::Uuid;

use super::{Requester, ReviewState, Verdict};

/// The name of a command: a UUID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CommandId(#[schemars(with = "String")] Uuid);

impl CommandId {
    /// A new command's.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CommandId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// Where a command came from.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// `vta ctl`, or another verb.
    Ctl,
    /// The HTTP API.
    Http,
    /// An OSC message.
    Osc,
    /// The page of the jury.
    Jury,
    /// The page of the technician, or a desk for many courts.
    Desk,
}

/// Who opened a review, or gave its verdict.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Display, IntoStaticStr, PartialEq, Eq, Serialize, JsonSchema, VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ReviewOrigin {
    /// The console.
    #[default]
    Console,
    /// An operator's command.
    Operator,
    /// Both, one after the other.
    Both,
}

/// A command of an operator.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CommandReceived {
    /// Its name, a UUID.
    pub id: CommandId,
    /// Where it came from.
    pub origin: Origin,
    /// Name of the token that it was sent with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What is to be done, such as `review` or `save`.
    pub command: String,
    /// The rest of it.
    pub args: Value,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize, JsonSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CommandOutcome {
    /// All of it was done.
    Done,
    /// It was begun, and failed.
    Failed,
    /// It could not be begun.
    Refused,
}

/// A command has ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct CommandEnded {
    /// The command's name.
    pub id: CommandId,
    /// The `seq` of its event.
    pub command_seq: u64,
    /// What was to be done, such as `review` or `save`.
    pub command: String,
    /// How it ended.
    pub outcome: CommandOutcome,
    /// Why it was not done, in plain words; absent when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The files that it saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clips: Vec<String>,
    /// Milliseconds from the command to its end.
    pub took_ms: u64,
}

/// A trigger that an operator has pulled.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// What was sent with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Value>,
}

/// A review was requested again, by another way or twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReviewJoined {
    /// Who requested it.
    pub side: Requester,
    /// The `seq` of the first request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// Who has requested it now: the console or an operator.
    pub origin: ReviewOrigin,
}

/// The console and an operator have given different verdicts of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VerdictsDiffer {
    /// Who requested the review.
    pub side: Requester,
    /// The `seq` of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
    /// The console's answer, which counts.
    pub console: ReviewState,
    /// The console's verdict; absent when it sends none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_verdict: Option<Verdict>,
    /// The operator's answer.
    pub operator: ReviewState,
    /// The operator's verdict; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_verdict: Option<Verdict>,
}

/// Rules that were paused have been resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RulesResumed {
    /// How many actions they requested in the meantime, none of which was carried out.
    pub withheld: u64,
}

/// A rehearsal has begun, goes on after a restart, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rehearsal {
    /// Whether it has begun.
    pub on: bool,
}
