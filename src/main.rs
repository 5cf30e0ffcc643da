//! The `vta` command.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    vta::cli::Cli::parse().run()
}
