//! The arguments that `db` verbs share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::error::{CliError, Exit, say};
use crate::config::Config;
use crate::store::{BoutRow, Filter, QuerySummary, Sessions, StoreReader};
use crate::time::Time;

/// The database, and what to read of it.
#[derive(Debug, clap::Args)]
pub(super) struct Query {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    selection: Selection,
}

impl Query {
    pub(super) fn open(self) -> Result<(StoreReader, Filter), CliError> {
        Ok((self.database.open()?, self.selection.filter()))
    }
}

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
        match config.store_sink() {
            Some(sink) => open(&sink.path),
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
struct Selection {
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
    /// 2026-11-22T13:30:00Z, and as the tables print it.
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
    fn filter(self) -> Filter {
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

/// Explains actions without an outcome.
pub(super) fn note_open() {
    say(
        "note: an action without an outcome (`open`) is one that OBS or the player did not answer before vta ended or was \
         killed; or of a replay whose capture has no answers",
    );
}

/// Whether rows that few people look for are shown.
#[derive(Debug, clap::Args)]
pub(super) struct All {
    /// Rehearsals, too, and bouts that were loaded and never fought.
    #[arg(long)]
    all: bool,
}

impl All {
    /// Takes rehearsals out of the rows, unless all are to be shown; notes how many.
    pub(super) fn hide_rehearsals<T>(&self, rows: &mut Vec<T>, is_rehearsal: impl Fn(&T) -> bool) {
        match self.hide(rows, is_rehearsal) {
            0 => {}
            1 => say("note: a row of a rehearsal was left out; --all has it"),
            hidden => say(&format!("note: {hidden} rows of rehearsals were left out; --all has them")),
        }
    }

    /// Takes bouts out that were never fought, unless all are to be shown; notes how many. The latest of each court may
    /// still be fought.
    pub(super) fn hide_unfought(&self, bouts: &mut Vec<BoutRow>) {
        let latest: BTreeMap<_, _> = bouts.iter().map(|bout| (bout.court.clone(), bout.id.clone())).collect();
        let is_unfought = |bout: &BoutRow| {
            bout.started_at.is_none() && bout.winner.is_none() && latest.get(&bout.court) != Some(&bout.id)
        };
        match self.hide(bouts, is_unfought) {
            0 => {}
            1 => say("note: a bout that was never fought was left out; --all has it"),
            hidden => say(&format!("note: {hidden} bouts that were never fought were left out; --all has them")),
        }
    }

    /// Takes rows out, unless all are to be shown; says how many.
    fn hide<T>(&self, rows: &mut Vec<T>, is_hidden: impl Fn(&T) -> bool) -> usize {
        let before = rows.len();
        rows.retain(|row| self.all || !is_hidden(row));
        before - rows.len()
    }
}

/// The number of a bout, with the word when it is a rehearsal.
pub(super) fn bout_number(number: Option<&str>, is_rehearsal: bool) -> String {
    let words = [number, is_rehearsal.then_some("(rehearsal)")];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
