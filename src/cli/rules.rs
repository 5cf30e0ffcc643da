//! `vta rules …`: check rules, test them, try them.

mod check;
mod connect;
mod eval;
mod test;

use clap::Subcommand;

use super::error::CliError;

/// Check rules, test them, try them.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Check(check::Args),
    Test(test::Args),
    Eval(eval::Args),
}

impl Verb {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self {
            Self::Check(args) => args.run(),
            Self::Test(args) => args.run(),
            Self::Eval(args) => args.run(),
        }
    }
}
