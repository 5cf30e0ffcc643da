use std::path::PathBuf;

use super::error::{CliError, print};
use crate::config::Config;
use crate::pipeline;
use crate::rules::check::has_errors;

/// Check the config and its rules, offline: nothing is bound, created or connected.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The config.
    #[arg(long, value_name = "FILE", default_value = "event.yaml")]
    config: PathBuf,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = Config::load(&self.config)?;
        let mistakes = pipeline::check(&config.rules.files, Some(&config));
        if has_errors(&mistakes) {
            return Err(CliError::diagnostics(&mistakes));
        }
        CliError::warnings(&mistakes);
        for court in config.courts.keys() {
            pipeline::compile(&config, court)?;
        }
        print(&format!(
            "{} is fine: {}, {}, {}",
            self.config.display(),
            count(config.courts.len(), "court"),
            count(config.rules.files.len(), "rule"),
            count(config.sinks.len(), "sink")
        ))
    }
}

pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
