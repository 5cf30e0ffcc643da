use std::path::PathBuf;

use clap::ValueEnum;

use super::error::{CliError, Exit, print};
use crate::client::{Client, ClientError};
use crate::command::CommandVerb;
use crate::event::{CommandEnded, CommandOutcome};

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
        let client = Client::find(&self.config)?;
        let ended = client.command(&self.config, self.court.as_deref(), &self.verb)?;
        if matches!(self.format, Format::Json) {
            print(&serde_json::to_string(&ended).unwrap_or_default())?;
        }
        let CommandEnded { command, outcome, reason, clips, .. } = ended;
        if outcome != CommandOutcome::Done {
            let reason = reason.unwrap_or_default();
            return Err(CliError::new(Exit::Failed, format!("{command} was {outcome}: {reason}")));
        }
        match self.format {
            Format::Json => Ok(()),
            Format::Text if clips.is_empty() => print("done"),
            Format::Text => print(&format!("done: {}", clips.join(", "))),
        }
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        let exit = if matches!(error, ClientError::Refused(_)) { Exit::Failed } else { Exit::Refused };
        Self::new(exit, error)
    }
}
