use super::config_file::ConfigFile;
use super::error::{CliError, print};
use crate::pipeline;
use crate::rules::check::has_errors;

/// Check the config and its rules, offline: nothing is bound, created or connected.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigFile,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = self.config.load_showing_warnings()?;
        let diagnostics = pipeline::check(&config.rules.files, Some(&config));
        if has_errors(&diagnostics) {
            return Err(CliError::diagnostics(&diagnostics));
        }
        CliError::warnings(&diagnostics);
        // Which OBS there are may depend on the court.
        let mut courts = config.courts.keys().filter(|_| !config.rules.files.is_empty());
        courts.try_for_each(|court| pipeline::compile(&config, court).map(drop))?;
        print(&format!(
            "{} is fine: {}, {}, {}",
            self.config.path.display(),
            count(config.courts.len(), "court"),
            count(config.rules.files.len(), "rule"),
            count(config.sinks.len(), "sink")
        ))
    }
}

pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
