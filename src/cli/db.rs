//! `vta db …`: queries and exports.

mod bouts;
mod export;
mod info;
mod reviews;
pub(super) mod select;
mod timeline;

use clap::Subcommand;

use super::CliError;

/// Read the database: sessions, bouts, reviews, timelines, exports.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Info(info::Args),
    Bouts(bouts::Args),
    Reviews(reviews::Args),
    Timeline(timeline::Args),
    Export(export::Args),
}

impl Verb {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self {
            Self::Info(args) => args.run(),
            Self::Bouts(args) => args.run(),
            Self::Reviews(args) => args.run(),
            Self::Timeline(args) => args.run(),
            Self::Export(args) => args.run(),
        }
    }
}
