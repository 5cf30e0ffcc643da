//! The arguments that `db` verbs share, and how their results are printed.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::cli::error::{CliError, Exit, say};
use crate::config::Config;
use crate::store::{Filter, QuerySummary, Sessions, StoreReader};
use crate::telemetry::printable;
use crate::time::Time;

/// The database to read.
#[derive(Debug, clap::Args)]
pub(super) struct Database {
    /// The database.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// The config that names the database.
    #[arg(long, value_name = "FILE", default_value = "event.yaml", conflicts_with = "db")]
    config: PathBuf,
}

impl Database {
    pub(super) fn open(&self) -> Result<StoreReader, CliError> {
        if let Some(path) = &self.db {
            return open(path);
        }
        let config = Config::load(&self.config)?;
        match config.store_path() {
            Some(path) => open(path),
            None => Err(CliError::new(
                Exit::Config,
                format!("{} has no sink of `type: sqlite`; name the database with --db", self.config.display()),
            )),
        }
    }
}

fn open(path: &Path) -> Result<StoreReader, CliError> {
    if StoreReader::is_outdated(path) {
        say(&format!("note: {} is of an older vta; its tables are brought up to date", path.display()));
    }
    Ok(StoreReader::open_read_only(path)?)
}

/// The sessions and bouts to read.
#[derive(Debug, clap::Args)]
pub(super) struct Selection {
    /// `live` sessions (replays, if there is no other), `all`, the `last`, or the session of this number.
    #[arg(long, value_name = "live|all|last|N", default_value = "live", value_parser = sessions)]
    session: Sessions,
    /// Number of the bout, such as 245.A, or its id.
    #[arg(long, value_name = "NUMBER")]
    bout: Option<String>,
    /// Name of the court.
    #[arg(long, value_name = "COURT")]
    court: Option<String>,
    /// Only from this time on, such as 2026-11-22, 2026-11-22T14:30 (local time) or
    /// 2026-11-22T13:30:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Time>,
    /// Only before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Time>,
}

fn sessions(text: &str) -> Result<Sessions, String> {
    match text {
        "live" => Ok(Sessions::Live),
        "all" => Ok(Sessions::All),
        "last" => Ok(Sessions::Last),
        number => {
            number.parse().map(Sessions::One).map_err(|_| "say live, all, last or the session's number".to_owned())
        }
    }
}

fn time(text: &str) -> Result<Time, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let local = text.parse::<jiff::civil::DateTime>().ok();
    let zoned = local.and_then(|local| local.to_zoned(jiff::tz::TimeZone::system()).ok());
    match zoned {
        Some(zoned) => Ok(Time::from_micros(zoned.timestamp().as_microsecond())),
        None => Err("write a time as 2026-11-22, 2026-11-22T14:30 or 2026-11-22T13:30:00Z".to_owned()),
    }
}

impl Selection {
    pub(super) fn filter(self) -> Filter {
        Filter { sessions: self.session, court: self.court, bout: self.bout, since: self.since, until: self.until }
    }
}

/// Notes what was left out.
pub(super) fn note_left_out(summary: &QuerySummary) {
    match summary.replays_left_out {
        0 => {}
        1 => say("note: a replay was left out; --session all has it"),
        replays => say(&format!("note: {replays} replays were left out; --session all has them")),
    }
}

/// Whether rehearsals are shown.
#[derive(Debug, clap::Args)]
pub(super) struct Rehearsals {
    /// Rehearsals, too.
    #[arg(long)]
    all: bool,
}

impl Rehearsals {
    /// Takes rehearsals out of the rows, unless they are to be shown; notes how many.
    pub(super) fn hide<T>(&self, rows: &mut Vec<T>, is_rehearsal: impl Fn(&T) -> bool) {
        if self.all {
            return;
        }
        let before = rows.len();
        rows.retain(|row| !is_rehearsal(row));
        match before - rows.len() {
            0 => {}
            1 => say("note: a row of a rehearsal was left out; --all has it"),
            hidden => say(&format!("note: {hidden} rows of rehearsals were left out; --all has them")),
        }
    }
}

/// The number of a bout, with the word when it is a rehearsal.
pub(super) fn bout_number(number: Option<&str>, is_rehearsal: bool) -> String {
    let words = [number, is_rehearsal.then_some("(rehearsal)")];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The format of an output that people or programs read.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(in crate::cli) enum Form {
    /// Columns, for people.
    #[default]
    Table,
    /// One JSON value.
    Json,
    /// One JSON object per line.
    Ndjson,
}

/// Prints rows as columns or as JSON.
pub(in crate::cli) fn print<T: Serialize, const N: usize>(
    form: Form,
    rows: &[T],
    head: [&str; N],
    cells: impl Fn(&T) -> [String; N],
) -> Result<(), CliError> {
    // Standard output itself is flushed at each line.
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match form {
        Form::Table => {
            let cells = rows.iter().map(cells).map(|cells| cells.map(|cell| printable(&cell).to_string()));
            let lines: Vec<_> = std::iter::once(head.map(str::to_owned)).chain(cells).collect();
            print_columns(&mut out, &lines)
        }
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

/// Prints lines in columns that are as wide as their widest cell.
fn print_columns<const N: usize>(out: &mut impl Write, lines: &[[String; N]]) -> io::Result<()> {
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
