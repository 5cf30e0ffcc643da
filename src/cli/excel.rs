//! `--excel`: CSV as Excel opens it.

use super::error::{CliError, Exit};
use crate::spreadsheet::CsvStyle;

#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Excel {
    /// CSV that Excel opens with its accents; the separator is that of the country's Excel: `;` when it is left out, `,` or
    /// `tab`.
    #[arg(long, value_name = "SEPARATOR", num_args = 0..=1, require_equals = true, default_missing_value = ";",
          value_parser = separator)]
    excel: Option<u8>,
}

fn separator(text: &str) -> Result<u8, &'static str> {
    match text {
        ";" => Ok(b';'),
        "," => Ok(b','),
        "tab" => Ok(b'\t'),
        _ => Err("write `;`, `,` or `tab`"),
    }
}

impl Excel {
    /// How the CSV is written, where it is for Excel.
    pub(super) fn style(self) -> Option<CsvStyle> {
        self.excel.map(|separator| CsvStyle { separator, byte_order_mark: true })
    }
}

/// The error of `--excel` with a format that is not CSV.
pub(super) fn refused() -> CliError {
    CliError::new(Exit::Usage, "--excel is for `--format csv`: leave one of them out")
}
