use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use super::select::{self, Query};
use crate::cli::CliError;
use crate::cli::excel::{self, Excel};
use crate::cli::output::Force;
use crate::event::Kind;
use crate::output_file::OutputFile;
use crate::spreadsheet::CsvStyle;
use crate::store::{Format, StoreError};

/// Export events, or actions, for spreadsheets and programs.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Args {
    #[command(flatten)]
    query: Query,
    /// Only events of these kinds, such as point,hit.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    kind: Vec<Kind>,
    /// csv, json or ndjson; when left out csv for events, and ndjson for actions.
    #[arg(long)]
    format: Option<Format>,
    #[command(flatten)]
    excel: Excel,
    /// Export the actions instead; as csv with their outcomes, else each in its own JSON form.
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
    fn format(&self) -> Result<Format, CliError> {
        let usual = if self.actions && self.excel.style().is_none() {
            Format::Ndjson
        } else {
            Format::Csv(CsvStyle::default())
        };
        match (self.format.unwrap_or(usual), self.excel.style()) {
            (Format::Csv(_), Some(style)) => Ok(Format::Csv(style)),
            (format, None) => Ok(format),
            (_, Some(_)) => Err(excel::refused()),
        }
    }

    pub(super) fn run(self) -> Result<(), CliError> {
        let format = self.format()?;
        let (reader, filter) = self.query.open()?;
        let export = |out: &mut dyn Write| {
            let summary = match self.actions {
                true => reader.export_actions(&filter, format, out),
                false => reader.export_events(&filter, &self.kind, format, out),
            };
            match summary {
                Err(StoreError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Err(CliError::output(error)),
                summary => Ok(summary?),
            }
        };
        let summary = match &self.output {
            None => {
                let mut out = BufWriter::new(io::stdout().lock());
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
