//! `--config`: the config that a verb reads.

use std::path::PathBuf;

use super::error::CliError;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct ConfigFile {
    /// The config.
    #[arg(long = "config", value_name = "FILE", default_value = "event.yaml")]
    pub(super) path: PathBuf,
}

impl ConfigFile {
    pub(super) fn load(&self) -> Result<Config, CliError> {
        Ok(Config::load(&self.path)?)
    }

    /// Loads the config and shows its warnings.
    pub(super) fn load_showing_warnings(&self) -> Result<Config, CliError> {
        let config = self.load()?;
        CliError::warnings(&config.warnings);
        Ok(config)
    }
}
