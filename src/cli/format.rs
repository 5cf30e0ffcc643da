//! `--format`: how rows are printed, for people or for programs.

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use console::Term;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::error::{CliError, print_json, print_json_lines};
use super::excel::{self, Excel};
use crate::printable::printable_line;
use crate::spreadsheet::{self, CsvStyle, CsvTable};

#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Format {
    /// The format of the output [default: table].
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Form>,
    #[command(flatten)]
    excel: Excel,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Form {
    /// For people.
    #[value(alias = "text")]
    Table,
    /// One JSON value.
    Json,
    /// JSON, one object per line.
    Ndjson,
    /// A table for spreadsheets, with the keys of the JSON as its columns.
    Csv,
}

impl Format {
    /// The form that is wanted.
    pub(super) fn form(self) -> Result<Form, CliError> {
        match (self.format, self.excel.style()) {
            (None | Some(Form::Csv), Some(_)) => Ok(Form::Csv),
            (form, None) => Ok(form.unwrap_or(Form::Table)),
            (Some(_), Some(_)) => Err(excel::refused()),
        }
    }

    /// Prints rows, for people in columns.
    pub(super) fn print<T: Serialize, const N: usize>(
        self,
        rows: &[T],
        head: [&str; N],
        cells: impl Fn(&T) -> [String; N],
    ) -> Result<(), CliError> {
        self.print_with(rows, |out| {
            let cells = rows.iter().map(|row| {
                let mut places = 1..;
                // After the last one nothing is moved aside: it may say why.
                cells(row).map(|text| cell(text, if places.next() == Some(N) { usize::MAX } else { MAX_WIDTH }))
            });
            let lines: Vec<_> = std::iter::once(head.map(str::to_owned)).chain(cells).collect();
            print_columns(out, &lines, width())
        })
    }

    /// Prints rows, for people with `table`.
    pub(super) fn print_with<T: Serialize>(
        self,
        rows: &[T],
        table: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        match self.form()? {
            Form::Table => {
                // Standard output itself is flushed at each line.
                let mut out = BufWriter::new(io::stdout().lock());
                table(&mut out).and_then(|()| out.flush()).map_err(CliError::output)
            }
            Form::Json => print_json_lines(rows),
            Form::Ndjson => rows.iter().try_for_each(print_json),
            Form::Csv => print_csv(rows, self.excel.style().unwrap_or_default()).map_err(CliError::output),
        }
    }
}

/// Prints rows as CSV; without a row there is no head.
fn print_csv<T: Serialize>(rows: &[T], style: CsvStyle) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut table = CsvTable::new(&mut out, style)?;
    for (place, row) in rows.iter().enumerate() {
        let row = serde_json::to_value(row)?;
        let cells = row.as_object().into_iter().flatten();
        if place == 0 {
            table.record(cells.clone().map(|(name, _)| name))?;
        }
        table.record(cells.map(|(_, value)| spreadsheet::text_of(value)))?;
    }
    table.flush()
}

/// What comes before the further lines of a row.
const INDENT: &str = "    ";

/// The widest cell but the last one of a row; JSON and CSV have the whole text.
const MAX_WIDTH: usize = 40;

/// A text as the cell of a table: in one line, and cut where it is too wide.
fn cell(text: String, max_width: usize) -> String {
    let text = if is_plain(&text) { text } else { printable_line(&text).to_string() };
    if width_of(&text) <= max_width {
        return text;
    }
    let mut width = 0;
    let is_shown = |c: &char| {
        width += c.width().unwrap_or_default();
        width < max_width
    };
    text.chars().take_while(is_shown).chain(['…']).collect()
}

/// Whether each byte is a character that takes one column: most cells are so, and need no closer look.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// How many columns a text takes.
fn width_of(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.width() }
}

/// How many columns a line may have: those of the terminal, else what `COLUMNS` says; a pipe takes lines of any length.
fn width() -> usize {
    let terminal = Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    let variable = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.or_else(variable).unwrap_or(usize::MAX)
}

/// Prints rows in columns that are as wide as their widest cell. A row that is wider than `width` goes on in further lines,
/// which are indented.
fn print_columns<const N: usize>(out: &mut dyn Write, rows: &[[String; N]], width: usize) -> io::Result<()> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(width_of(cell));
        }
    }
    // The columns with which a line begins.
    let mut begins = [false; N];
    let mut used = 0;
    for (begin, cell) in begins.iter_mut().zip(widths) {
        *begin = used > 0 && used + 1 + cell > width;
        used = if *begin { INDENT.len() } else { used } + cell + 2;
    }
    let mut text = String::new();
    for row in rows {
        text.clear();
        for ((cell, width), begins) in row.iter().zip(widths).zip(begins) {
            if begins {
                text.truncate(text.trim_end().len());
                text.push('\n');
                text.push_str(INDENT);
            }
            text.push(' ');
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width - width_of(cell) + 1));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}
