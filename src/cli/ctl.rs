use std::path::PathBuf;

use clap::ValueEnum;

use super::error::{CliError, Exit, print, print_json};
use crate::client::{Client, ClientError};
use crate::command::CommandVerb;
use crate::server::{AnswerOutcome, CommandAnswer};

/// Have the running vta do something.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The config of the running vta.
    #[arg(long, global = true, value_name = "FILE", default_value = "event.yaml")]
    config: PathBuf,
    /// The court; needed only where there are several.
    #[arg(long, global = true, value_name = "NAME")]
    court: Option<String>,
    /// How the end of the command is printed.
    #[arg(long, global = true, value_enum, default_value = "text")]
    format: Format,
    #[command(subcommand)]
    verb: CommandVerb,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A line.
    Text,
    /// A JSON object.
    Json,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let answer: CommandAnswer = Client::find(&self.config)?.command(self.court.as_deref(), &self.verb)?;
        if matches!(self.format, Format::Json) {
            print_json(&answer)?;
        }
        let CommandAnswer { command, outcome, reason, note, clips, diagnostics, .. } = answer;
        let exit = if diagnostics.is_empty() { Exit::Failed } else { Exit::Config };
        match (outcome, self.format) {
            (AnswerOutcome::Done, Format::Json) => Ok(()),
            (AnswerOutcome::Done, Format::Text) => {
                let more: Vec<_> = clips.into_iter().chain(note).collect();
                if more.is_empty() { print("done") } else { print(&format!("done: {}", more.join(", "))) }
            }
            (AnswerOutcome::Open, _) => {
                let text =
                    format!("{command} has not ended within 15 seconds; `vta db timeline` will show how it ends");
                Err(CliError::new(exit, text))
            }
            (AnswerOutcome::Refused, _) => {
                Err(CliError::new(exit, format!("{command} was refused: {}", reason.unwrap_or_default())))
            }
            (AnswerOutcome::Failed, _) => {
                Err(CliError::new(exit, format!("{command} has failed: {}", reason.unwrap_or_default())))
            }
        }
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        let exit = if matches!(error, ClientError::Refused(_)) { Exit::Failed } else { Exit::Refused };
        Self::new(exit, error)
    }
}
