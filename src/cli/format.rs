//! `--format`: how rows are printed, for people or for programs.

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::error::CliError;
use crate::telemetry::printable;

#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Format {
    /// The format of the output.
    #[arg(long = "format", value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) form: Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub(super) enum Form {
    /// For people.
    #[default]
    #[value(alias = "text")]
    Table,
    /// One JSON value.
    Json,
    /// JSON, one object per line.
    Ndjson,
}

impl Format {
    /// Prints rows, for people in columns.
    pub(super) fn print<T: Serialize, const N: usize>(
        self,
        rows: &[T],
        head: [&str; N],
        cells: impl Fn(&T) -> [String; N],
    ) -> Result<(), CliError> {
        self.print_with(rows, |out| {
            let cells = rows.iter().map(cells).map(|cells| cells.map(|cell| printable(&cell).to_string()));
            let lines: Vec<_> = std::iter::once(head.map(str::to_owned)).chain(cells).collect();
            print_columns(out, &lines)
        })
    }

    /// Prints rows, for people with `table`.
    pub(super) fn print_with<T: Serialize>(
        self,
        rows: &[T],
        table: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        // Standard output itself is flushed at each line.
        let mut out = BufWriter::new(io::stdout().lock());
        let written = match self.form {
            Form::Table => table(&mut out),
            Form::Json => {
                serde_json::to_writer_pretty(&mut out, rows).map_err(io::Error::from).and_then(|()| writeln!(out))
            }
            Form::Ndjson => rows.iter().try_for_each(|row| {
                serde_json::to_writer(&mut out, row)?;
                writeln!(out)
            }),
        };
        written.and_then(|()| out.flush()).map_err(CliError::output)
    }
}

/// Prints lines in columns that are as wide as their widest cell.
fn print_columns<const N: usize>(out: &mut dyn Write, lines: &[[String; N]]) -> io::Result<()> {
    let mut widths = [0; N];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.width());
        }
    }
    let mut text = String::new();
    for line in lines {
        text.clear();
        for (cell, width) in line.iter().zip(widths) {
            text.push(' ');
            text.extend(cell.chars().map(|char| if char == '\n' { ' ' } else { char }));
            text.extend(std::iter::repeat_n(' ', width - cell.width() + 1));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}
