use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::error::{CliError, print};
use crate::config::Config;

/// Show the config.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print the config as YAML, with variables and defaults filled in and secrets covered.
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// The config.
    #[arg(long, value_name = "FILE", default_value = "event.yaml")]
    config: PathBuf,
}

/// Loads a config and shows its warnings.
pub(super) fn load(file: &Path) -> Result<Config, CliError> {
    let config = Config::load(file)?;
    CliError::warnings(&config.warnings);
    Ok(config)
}

impl Verb {
    pub(super) fn run(self) -> Result<(), CliError> {
        let Self::Show(show) = self;
        print(load(&show.config)?.effective.trim_end())
    }
}
