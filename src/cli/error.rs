//! An error's text and its exit code.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::capture::CaptureError;
use crate::config::ConfigError;
use crate::diagnostic::Diagnostic;
use crate::pipeline::{self, StartError};
use crate::printable::{JsonWriter, printable};
use crate::rules::RuleFile;
use crate::store::StoreError;

/// What the exit codes mean, for `--help`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed
  2    wrong usage
  3    the config or a rule is wrong
  4    something outside (OBS, a port, a file) refused
  130  interrupted";

/// The exit code of a verb that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It failed.
    Failed = 1,
    /// The values on the command line were wrong.
    Usage = 2,
    /// The config or a rule is wrong.
    Config = 3,
    /// Something outside refused: OBS, a port, a file.
    Refused = 4,
}

/// Why a verb failed.
#[derive(Debug)]
pub struct CliError {
    exit: Exit,
    /// The text; none when it was printed already or the output is closed.
    text: Option<String>,
}

impl CliError {
    /// An error in one line, which begins in lower case and says what to do.
    pub fn new(exit: Exit, text: impl ToString) -> Self {
        Self { exit, text: Some(format!("error: {}", printable(&text.to_string()))) }
    }

    /// What a check found, each with its line.
    pub(super) fn diagnostics(found: &[Diagnostic]) -> Self {
        let found: Vec<_> = found.iter().map(|found| found.render(colour())).collect();
        Self { exit: Exit::Config, text: Some(found.join("\n\n")) }
    }

    /// Prints warnings, each with its line.
    pub(super) fn warnings(found: &[Diagnostic]) {
        for found in found {
            say_rendered(&format!("{}\n", found.render(colour())));
        }
    }

    /// A failure that the printed results show already.
    pub(super) fn reported(exit: Exit) -> Self {
        Self { exit, text: None }
    }

    /// Prints it on standard error.
    pub(super) fn report(self) -> ExitCode {
        if let Some(text) = self.text {
            say_rendered(&text);
        }
        ExitCode::from(self.exit as u8)
    }

    /// A failure to write results; without a text when the reader has closed the pipe.
    pub(super) fn output(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self { exit: Exit::Failed, text: None },
            _ => Self::new(Exit::Refused, format!("the results cannot be written: {error}")),
        }
    }
}

/// Prints a line on standard error.
pub(super) fn say(text: &str) {
    say_rendered(&printable(text).to_string());
}

/// Prints what may have colours, but nothing else that controls the terminal.
fn say_rendered(text: &str) {
    let _closed = writeln!(io::stderr(), "{text}");
}

/// Prints a result for people on standard output.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    writeln!(io::stdout(), "{}", printable(text)).map_err(CliError::output)
}

/// Prints a result for programs on standard output, as JSON in a line.
pub(super) fn print_json<T: Serialize + ?Sized>(value: &T) -> Result<(), CliError> {
    write_json(value).map_err(CliError::output)
}

/// The same in several lines.
pub(super) fn print_json_lines<T: Serialize + ?Sized>(value: &T) -> Result<(), CliError> {
    let mut out = json_out();
    let written = serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from);
    written.and_then(|()| writeln!(out)).and_then(|()| out.flush()).map_err(CliError::output)
}

/// Prints JSON in a line, with the error of the output.
pub(super) fn write_json<T: Serialize + ?Sized>(value: &T) -> io::Result<()> {
    let mut out = json_out();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)?;
    out.flush()
}

/// Standard output for JSON; it is to be flushed.
pub(super) fn json_out() -> JsonWriter<BufWriter<StdoutLock<'static>>> {
    // Standard output itself is flushed at each line.
    JsonWriter(BufWriter::new(io::stdout().lock()))
}

/// Whether errors may have colours.
pub(super) fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let mut text = error.render(colour());
        if let ConfigError::Invalid { rules, .. } = error {
            // Without the settings, which may be wrong.
            let rules: Vec<_> = rules.into_iter().map(RuleFile::from).collect();
            for found in pipeline::check(&rules, None) {
                text.push_str("\n\n");
                text.push_str(&found.render(colour()));
            }
        }
        Self { exit: Exit::Config, text: Some(text) }
    }
}

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Rules(found) => Self::diagnostics(&found),
            error => Self::new(Exit::Refused, error),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::new(Exit::Refused, error)
    }
}

impl From<CaptureError> for CliError {
    fn from(error: CaptureError) -> Self {
        let exit = match error {
            CaptureError::Open { .. } | CaptureError::Read { .. } => Exit::Refused,
            _ => Exit::Failed,
        };
        Self::new(exit, error)
    }
}
