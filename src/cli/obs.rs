//! `vta obs …`: the state of OBS, and the doctor.

mod doctor;
mod status;

use clap::Subcommand;

use super::CliError;

/// Look at OBS: its state, and whether the day can begin.
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
