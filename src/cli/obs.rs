//! `vta obs …`: how OBS is, and what will go wrong with it.

mod doctor;
mod status;

use clap::Subcommand;

use super::CliError;

/// Look at OBS: how it is, and whether the day can begin.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Status(status::Args),
    Doctor(doctor::Args),
}

impl Verb {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self {
            Self::Status(args) => args.run(),
            Self::Doctor(args) => args.run(),
        }
    }
}
