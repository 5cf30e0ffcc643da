use clap::Subcommand;

use super::config_file::ConfigFile;
use super::error::{CliError, print};

/// Show the config.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print the config as YAML, with variables and defaults filled in and secrets covered.
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    config: ConfigFile,
}

impl Verb {
    pub(super) fn run(self) -> Result<(), CliError> {
        let Self::Show(show) = self;
        print(show.config.load_showing_warnings()?.effective.trim_end())
    }
}
