use std::io;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::error::{CliError, Exit, print, print_safely};
use crate::cli::run::runtime;
use crate::config::Config;
use crate::doctor::{self, CheckStatus};
use crate::pipeline;

/// Find out what will go wrong today, before it does: OBS with a test save, player, ports, folders, disks.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The config.
    #[arg(long, value_name = "FILE", default_value = "event.yaml")]
    config: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// A line for each finding.
    #[default]
    Text,
    /// A list of JSON objects.
    Json,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = Config::load(&self.config)?;
        for court in config.courts.keys() {
            pipeline::compile(&config, court)?;
        }
        let results = runtime()?.block_on(doctor::examine(&config));
        match self.format {
            Format::Text => {
                for finding in &results {
                    print_safely(&format!("{:<4}  {}: {}", finding.mark.to_string(), finding.about, finding.text))?;
                }
            }
            Format::Json => {
                let text = serde_json::to_string_pretty(&results);
                print(&text.map_err(|error| CliError::output(io::Error::from(error)))?)?;
            }
        }
        match results.iter().filter(|finding| finding.mark == CheckStatus::Fail).count() {
            0 => Ok(()),
            1 => Err(CliError::new(Exit::Refused, "the day cannot begin: see the line marked `fail`")),
            fails => {
                Err(CliError::new(Exit::Refused, format!("the day cannot begin: see the {fails} lines marked `fail`")))
            }
        }
    }
}
