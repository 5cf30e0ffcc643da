use super::config_file::ConfigFile;
use super::error::{CliError, Exit};
use super::format::Format;
use super::run::runtime;
use crate::doctor::{self, CheckResult, CheckStatus, Running};
use crate::pipeline;
use crate::printable::printable_line;

/// Find problems before the day: OBS with a test save, player, ports, folders, disks.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = self.config.load()?;
        for court in config.courts.keys() {
            pipeline::compile(&config, court)?;
        }
        let running = Running::find(&config);
        let results = runtime()?.block_on(doctor::examine(&config, &running));
        self.format.print_with(&results, |out| {
            results.iter().try_for_each(|CheckResult { status, about, text }| {
                writeln!(out, "{:<4}  {about}: {}", status.to_string(), printable_line(text))
            })
        })?;
        match results.iter().filter(|finding| finding.status == CheckStatus::Fail).count() {
            0 => Ok(()),
            1 => Err(CliError::new(Exit::Refused, "the day cannot begin: see the line marked `fail`")),
            fails => {
                Err(CliError::new(Exit::Refused, format!("the day cannot begin: see the {fails} lines marked `fail`")))
            }
        }
    }
}
