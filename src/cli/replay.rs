use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::error::{CliError, Exit, say, write_json};
use super::{capture_file, explain, run};
use crate::action::Action;
use crate::capture::{self, Reader, Recorded};
use crate::config::{Config, Sink};
use crate::pipeline::{self, Actions, Pace, ReplayOptions, ShowAction};

/// The config of a folder.
const USUAL_CONFIG: &str = "event.yaml";

/// Replay a capture through decoder, bout, rules and sinks, as a new session.
///
/// A capture of `vta run` holds its config, its rules and the answers of OBS: its replay needs nothing else, and repeats
/// the session. OBS and the player do nothing unless you say `--act`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// pcapng, pcap, a text trace (`milliseconds<TAB>message`), plain lines, or payloads as `tshark -T fields`
    /// prints them; also packed with gzip; `-` is standard input.
    #[arg(value_name = "CAPTURE")]
    capture: PathBuf,
    /// The config, with its rules, in the place of those that the capture holds [default: event.yaml where it holds none].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database that keeps the session [default: that of the config in the folder].
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "explain"])]
    db: Option<PathBuf>,
    /// 1 is as fast as it was recorded; `max` does not wait at all [default: `max` with --dry-run or --explain, else 1].
    #[arg(long, value_name = "1|N|max", value_parser = pace)]
    speed: Option<Pace>,
    /// Print the actions as NDJSON; do nothing and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print what each rule did with each event, and why it did no more; do nothing and store nothing.
    #[arg(long, conflicts_with = "dry_run")]
    explain: bool,
    /// Let OBS and the player of the config act; the outcomes that the capture has are left out.
    #[arg(long, conflicts_with_all = ["dry_run", "explain"])]
    act: bool,
    /// The court of the config to replay it for [default: the captured one, or the only one].
    #[arg(long, value_name = "NAME")]
    court: Option<String>,
    /// Take only datagrams that were sent to this UDP port.
    #[arg(long)]
    port: Option<u16>,
}

fn pace(text: &str) -> Result<Pace, String> {
    match text.parse::<f64>() {
        _ if text == "max" => Ok(Pace::Max),
        Ok(times) if times.is_finite() && (0.001..=100_000.0).contains(&times) => Ok(Pace::Times(times)),
        _ => Err("a speed is a number from 0.001 to 100000, or `max`".to_owned()),
    }
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let mut reader = capture::open(&self.capture)?.with_port(self.port);
        let (config, recorded_rules) = self.config(&mut reader)?;
        let court = self.court(&config, &reader)?;
        let store = self.store(&config, recorded_rules)?;
        let bar = bar(&reader, io::stderr().is_terminal());
        let mut log = run::start_log(&config, AboveBar(bar.clone()))?;
        run::config_warnings(&config);
        let runtime = run::runtime()?;
        let entered = runtime.enter();
        let unprinted = Arc::new(Mutex::new(None));
        let explain = self.explain.then(|| explain::explain(unprinted.clone()));
        let actions = if self.act {
            Actions::Act
        } else if self.explain {
            Actions::Show(Box::new(|_: &Action| ()))
        } else if self.dry_run {
            Actions::Show(printer(unprinted.clone()))
        } else {
            Actions::Record
        };
        // What does nothing need not wait either.
        let default_pace = if self.dry_run || self.explain { Pace::Max } else { Pace::Times(1.0) };
        let options = ReplayOptions {
            pace: self.speed.unwrap_or(default_pace),
            actions,
            court: court.clone(),
            capture: &self.capture,
            store: store.as_deref(),
            recorded_rules,
            explain,
            progress: Box::new(|position| bar.set_position(position)),
        };
        let replayed = pipeline::replay(&config, &mut reader, options)?;
        bar.finish_and_clear();
        drop(entered);
        runtime.shutdown_background();
        log.write_totals();
        run::summarise(&court, &replayed.counters);
        drop(log);
        capture_file::remark(&reader);
        if let Some(error) = unprinted.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(CliError::output(error));
        }
        if let Some(error) = replayed.broken {
            return Err(error.into());
        }
        run::unfinished(&replayed.unfinished)
    }

    /// The config, and whether it is the one that the capture holds.
    fn config(&self, reader: &mut Reader) -> Result<(Config, bool), CliError> {
        let setup = reader.peek().and_then(Recorded::setup);
        match (&self.config, setup) {
            (Some(file), _) => Ok((Config::load(file)?, false)),
            (None, Some(setup)) if !self.act => {
                let is_there = |path: &Path| setup.rules.iter().any(|(known, _)| known == path);
                let mut config = Config::recorded(&self.capture, &setup.config, &is_there)?;
                config.sinks.retain(|_, sink| !matches!(sink, Sink::Log(_)));
                say("note: this is with the config and the rules that the capture holds; --config takes others");
                Ok((config, true))
            }
            (None, _) => Ok((Config::load(Path::new(USUAL_CONFIG))?, false)),
        }
    }

    /// Where the session is kept, if anywhere.
    fn store(&self, config: &Config, is_recorded: bool) -> Result<Option<PathBuf>, CliError> {
        if self.db.is_some() || self.dry_run || self.explain {
            return Ok(self.db.clone());
        }
        let of_folder = match Path::new(USUAL_CONFIG) {
            usual if is_recorded && usual.exists() => Some(Config::load(usual)?),
            _ => None,
        };
        let of_config = match is_recorded {
            true => of_folder.as_ref(),
            false => Some(config),
        };
        let path = of_config.and_then(Config::store_sink).map(|sink| sink.path.clone());
        if path.is_none() && is_recorded {
            say("note: nothing is kept, since there is no config here; --db names a database");
        }
        Ok(path)
    }

    fn court(&self, config: &Config, reader: &Reader) -> Result<Arc<str>, CliError> {
        let known = || config.courts.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if let Some(wanted) = &self.court {
            return match config.courts.get_key_value(wanted.as_str()) {
                Some((name, _)) => Ok(name.clone()),
                None => {
                    Err(CliError::new(Exit::Usage, format!("the config has no court `{wanted}`; it has {}", known())))
                }
            };
        }
        let captured = reader.court().and_then(|court| config.courts.get_key_value(court));
        let only = if config.courts.len() == 1 { config.courts.first_key_value() } else { None };
        match captured.or(only) {
            Some((name, _)) => Ok(name.clone()),
            None => {
                Err(CliError::new(Exit::Usage, format!("which court was this? say --court with one of {}", known())))
            }
        }
    }
}

/// Prints actions until the output is closed, and keeps the error.
fn printer(failed: Arc<Mutex<Option<io::Error>>>) -> ShowAction {
    Box::new(move |action: &Action| {
        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.is_none() {
            *failed = write_json(action).err();
        }
    })
}

/// Standard error, above a progress bar that may be there.
struct AboveBar(ProgressBar);

impl Write for AboveBar {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn bar(reader: &Reader, terminal: bool) -> ProgressBar {
    match reader.total_bytes() {
        Some(total) if terminal => {
            let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} gone, {eta} to go");
            let bar = ProgressBar::new(total);
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        }
        _ => ProgressBar::hidden(),
    }
}
