//! `vta obs …`: the state of OBS.

mod status;

use clap::Subcommand;

use super::CliError;

/// Look at OBS.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Status(status::Args),
}

impl Verb {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self {
            Self::Status(args) => args.run(),
        }
    }
}
