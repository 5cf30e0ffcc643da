use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::connect;
use crate::cli::check::count;
use crate::cli::error::{CliError, Exit, print, print_json_lines};
use crate::config::Config;
use crate::pipeline;
use crate::rules::RuleFile;
use crate::rules::check::has_errors;

/// Find what would fail in rules, without running them.
///
/// Syntax, handlers of events that do not exist, functions, arguments, variables and fields that do not exist: all of it
/// at once, each with its line.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The rules; those of the config when left out.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The config, which names the OBS instances too; `event.yaml` where no rules are given.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How findings are shown; `json` is a list of `code`, `file`, `line`, `column`, `end_column`, `severity`, `message`, `help`.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Ask each OBS of the config whether it has the scenes, sources, filters, transitions and hotkeys that the
    /// rules name.
    #[arg(long)]
    connect: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For editors.
    Json,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = match (&self.config, self.files.is_empty() || self.connect) {
            (Some(file), _) => Some(Config::load(file)?),
            (None, true) => Some(Config::load(Path::new("event.yaml"))?),
            (None, false) => None,
        };
        let files = match &config {
            Some(config) if self.files.is_empty() => config.rules.files.clone(),
            _ => self.files.into_iter().map(RuleFile::from).collect(),
        };
        let mut diagnostics = pipeline::check(&files, config.as_ref());
        let mut notes = Vec::new();
        if let (true, Some(config)) = (self.connect, &config) {
            for looked_up in connect::check(&files, config)? {
                notes.extend(looked_up.not_looked_up().filter(|note| !notes.contains(note)));
                diagnostics.extend(looked_up.missing);
            }
        }
        if self.format == Format::Json {
            print_json_lines(&diagnostics)?;
            return if has_errors(&diagnostics) { Err(CliError::reported(Exit::Config)) } else { Ok(()) };
        }
        if has_errors(&diagnostics) {
            return Err(CliError::diagnostics(&diagnostics));
        }
        if !diagnostics.is_empty() {
            CliError::warnings(&diagnostics);
            return Ok(());
        }
        let names: Vec<_> = files.iter().map(|file| file.path.display().to_string()).collect();
        let are = if files.len() == 1 { "is" } else { "are" };
        print(&format!("{} {are} fine: {}", count(files.len(), "rule"), names.join(", ")))?;
        notes.iter().try_for_each(|note| print(note))
    }
}
