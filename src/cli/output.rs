//! `--force`: whether a file that a verb writes replaces one that is there.

use super::error::{CliError, Exit};
use crate::output_file::{Existing, OutputError};

#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Force {
    /// Write over a file that is there already; never over a database, a capture, a config or a rule.
    #[arg(long)]
    force: bool,
}

impl Force {
    pub(super) fn existing(self) -> Existing {
        if self.force { Existing::Replace } else { Existing::Keep }
    }
}

impl From<OutputError> for CliError {
    fn from(error: OutputError) -> Self {
        Self::new(Exit::Refused, error)
    }
}
