use super::error::{CliError, print};
use crate::config;

/// Print the JSON Schema of the config, for editors and other programs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        print(config::json_schema().trim_end())
    }
}
