use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::select::{self, Query};
use crate::cli::error::{CliError, Exit, json_out};
use crate::cli::output::Force;
use crate::event::Kind;
use crate::output_file::OutputFile;
use crate::store::{Format, StoreError};

/// Export events, or actions, for spreadsheets and programs.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Args {
    #[command(flatten)]
    query: Query,
    /// Only events of these kinds, such as point,hit.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    kind: Vec<Kind>,
    /// csv (the default), json or ndjson.
    #[arg(long)]
    format: Option<Format>,
    /// Export the actions instead, as ndjson.
    #[arg(long, conflicts_with = "kind")]
    actions: bool,
    /// The file to write, instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse().map_err(|_| {
        let near = crate::rules::near_kind(text).map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        format!("there is no such kind of event{near}")
    })
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        if self.actions && self.format.is_some_and(|format| format != Format::Ndjson) {
            return Err(CliError::new(Exit::Usage, "actions are exported as ndjson: leave --format out"));
        }
        let (reader, filter) = self.query.open()?;
        let export = |out: &mut dyn Write| {
            let summary = match self.actions {
                true => reader.export_actions(&filter, out),
                false => reader.export_events(&filter, &self.kind, self.format.unwrap_or(Format::Csv), out),
            };
            match summary {
                Err(StoreError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Err(CliError::output(error)),
                summary => Ok(summary?),
            }
        };
        let summary = match &self.output {
            None => {
                let mut out = json_out();
                let summary = export(&mut out)?;
                out.flush().map_err(CliError::output)?;
                summary
            }
            Some(path) => {
                let mut out = OutputFile::create(path, self.force.existing())?;
                let summary = export(&mut out)?;
                out.finish()?;
                summary
            }
        };
        select::note_left_out(&summary);
        Ok(())
    }
}
