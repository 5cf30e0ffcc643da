//! The command line: one file per verb.

mod capture_file;
mod check;
mod config;
mod config_file;
mod ctl;
mod db;
mod decode;
mod doctor;
mod error;
mod excel;
mod explain;
mod format;
mod init;
mod obs;
mod output;
mod replay;
mod rules;
mod run;
mod schema;
mod simulate;
mod status;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::private_file;

pub use error::{CliError, Exit};

/// Hears a taekwondo scoring system over UDP; drives OBS Studio, mpv and SQLite by rules.
#[derive(Debug, Parser)]
#[command(name = "vta", version, after_help = error::EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(run::Args),
    Ctl(ctl::Args),
    Status(status::Args),
    Replay(replay::Args),
    Decode(decode::Args),
    Check(check::Args),
    Doctor(doctor::Args),
    #[command(subcommand)]
    Config(config::Verb),
    #[command(subcommand)]
    Rules(rules::Verb),
    #[command(subcommand)]
    Db(db::Verb),
    #[command(subcommand)]
    Obs(obs::Verb),
    Simulate(simulate::Args),
    Init(init::Args),
    Schema(schema::Args),
}

impl Cli {
    /// Runs the verb; returns the program's exit code.
    pub fn run(self) -> ExitCode {
        private_file::make_all_private();
        let done = match self.verb {
            Verb::Run(args) => args.run(),
            Verb::Ctl(args) => args.run(),
            Verb::Status(args) => args.run(),
            Verb::Replay(args) => args.run(),
            Verb::Decode(args) => args.run(),
            Verb::Check(args) => args.run(),
            Verb::Doctor(args) => args.run(),
            Verb::Config(verb) => verb.run(),
            Verb::Rules(verb) => verb.run(),
            Verb::Db(verb) => verb.run(),
            Verb::Obs(verb) => verb.run(),
            Verb::Simulate(args) => args.run(),
            Verb::Init(args) => args.run(),
            Verb::Schema(args) => args.run(),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(),
        }
    }
}
