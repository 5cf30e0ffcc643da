//! What is answered to a command.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::Display;

use crate::control::NotReloaded;
use crate::event::{CommandEnded, CommandId, CommandOutcome};

/// How a command ended, or that it has not ended yet.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CommandAnswer {
    /// What was to be done, such as `review` or `save`.
    pub(crate) command: String,
    pub(crate) outcome: AnswerOutcome,
    /// Why it was not done, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What else is to be done, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// The files that it saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) clips: Vec<String>,
    /// What is wrong in the rules that were to be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) diagnostics: Vec<Value>,
    /// The command's event; none if it has not ended, or no court was there to take it.
    #[serde(flatten)]
    event: Option<CommandEvent>,
}

#[derive(Debug, Deserialize, Serialize)]
struct CommandEvent {
    id: CommandId,
    command_seq: u64,
    took_ms: u64,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(crate) enum AnswerOutcome {
    Done,
    Failed,
    Refused,
    /// It has not ended yet.
    Open,
}

impl CommandAnswer {
    pub(super) fn new(command: &str, outcome: AnswerOutcome) -> Self {
        Self {
            command: command.to_owned(),
            outcome,
            reason: None,
            note: None,
            clips: Vec::new(),
            diagnostics: Vec::new(),
            event: None,
        }
    }

    /// The rules were not read, or are wrong: with all that is wrong in them, as people and as programs read it.
    pub(super) fn not_reloaded(self, error: &NotReloaded) -> Self {
        let mistakes = error.mistakes();
        let shown = mistakes.iter().map(|mistake| mistake.render(false));
        let reason = std::iter::once(error.to_string()).chain(shown).collect::<Vec<_>>().join("\n\n");
        Self {
            outcome: AnswerOutcome::Refused,
            reason: Some(reason),
            diagnostics: mistakes.iter().filter_map(|mistake| serde_json::to_value(mistake).ok()).collect(),
            ..self
        }
    }
}

impl From<CommandEnded> for CommandAnswer {
    fn from(ended: CommandEnded) -> Self {
        let CommandEnded { id, command_seq, command, outcome, reason, clips, took_ms } = ended;
        let outcome = match outcome {
            CommandOutcome::Done => AnswerOutcome::Done,
            CommandOutcome::Failed => AnswerOutcome::Failed,
            CommandOutcome::Refused => AnswerOutcome::Refused,
        };
        let event = Some(CommandEvent { id, command_seq, took_ms });
        Self { command, outcome, reason, note: None, clips, diagnostics: Vec::new(), event }
    }
}
