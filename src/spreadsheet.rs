//! CSV that spreadsheets open without harm: no cell is a formula, and none controls a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{ErrorKind, Terminator, Writer, WriterBuilder};
use serde_json::Value;

use crate::printable::{controls, printable};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvStyle {
    /// What parts the cells.
    pub separator: u8,
    /// Whether it begins with the mark by which Excel knows UTF-8.
    pub byte_order_mark: bool,
}

impl Default for CsvStyle {
    /// RFC 4180, for programs.
    fn default() -> Self {
        Self { separator: b',', byte_order_mark: false }
    }
}

/// Writes a table record by record.
pub(crate) struct CsvTable<W: Write>(Writer<W>);

impl<W: Write> CsvTable<W> {
    pub(crate) fn new(mut out: W, style: CsvStyle) -> io::Result<Self> {
        if style.byte_order_mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        Ok(Self(WriterBuilder::new().delimiter(style.separator).terminator(Terminator::CRLF).from_writer(out)))
    }

    pub(crate) fn record<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        for text in cells {
            self.0.write_field(&*cell(text.as_ref())).map_err(output_error)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(output_error)
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A value of JSON as the text of a cell.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text as a cell: one that a spreadsheet would take for a formula gets a `'` before it, unless it is a number.
fn cell(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_number(text);
    if !is_formula && !text.contains(controls) {
        return Cow::Borrowed(text);
    }
    let quote = if is_formula { "'" } else { "" };
    Cow::Owned(format!("{quote}{}", printable(text)))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.matches('.').count() <= 1
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The error of the writer below, so that a closed pipe is recognised.
fn output_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay() {
        let texts = [
            "=1+1",
            "+49",
            "-2+3",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "-5",
            "-5.25",
            "12",
            "a=b",
            "",
            "ŠARIĆ",
            "-",
            "\u{1b}[2J",
        ];
        let cells = texts.map(|text| cell(text).into_owned());
        let expected = [
            "'=1+1",
            "'+49",
            "'-2+3",
            "'@SUM(1)",
            "'\\t=1",
            "'\\r=1",
            "-5",
            "-5.25",
            "12",
            "a=b",
            "",
            "ŠARIĆ",
            "'-",
            "\\u{1b}[2J",
        ];
        assert_eq!(cells, expected);
    }
}
