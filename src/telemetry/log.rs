//! Where the log is written: readable on a terminal, JSON lines in files that rotate by day.
//!
//! Both are written by threads of their own from bounded queues that drop what does not fit, so that neither a slow
//! disk nor a terminal that was stopped to be read delays anything.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::panic;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, WorkerGuard};
use tracing_appender::rolling::InitError;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::Counter;
use super::log_files::LogFiles;
use super::messages::{self, ALL};
use super::terminal::TerminalFields;
use crate::printable::JsonWriter;

/// How often repeated messages are looked at.
const REPEATS_INTERVAL: Duration = Duration::from_secs(1);

/// The log's threads; what is queued, and the numbers of repeated messages, are written when it is dropped.
#[derive(Debug)]
pub struct Log {
    repeats: Option<(Sender<()>, JoinHandle<()>)>,
    /// The lines that each queue had no room for, by where they were to be written.
    lost: Vec<(&'static str, ErrorCounter)>,
    /// The lines that the files did not take.
    not_written: Arc<Counter>,
    _guards: Vec<WorkerGuard>,
}

/// Where the log goes.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions<'a> {
    /// The least important level that is logged.
    pub level: LevelFilter,
    /// Folder of the log files; none for the terminal alone.
    pub directory: Option<&'a Path>,
    /// How many days' files are kept.
    pub keep_files: usize,
}

/// The log's files cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] io::Error),
    /// The first file, or a thread.
    #[error(transparent)]
    File(#[from] InitError),
}

/// Starts the log of the whole program; `terminal` is where people read it.
///
/// # Errors
/// The folder or the first file cannot be made.
pub fn start(options: LogOptions<'_>, terminal: impl Write + Send + 'static) -> Result<Log, LogError> {
    // obws warns of what it cannot decode of an old OBS, which the technician cannot change.
    let filter = || {
        let ours = Targets::new().with_target("vta", options.level).with_target("obws", LevelFilter::OFF);
        ours.with_default(options.level.min(LevelFilter::WARN))
    };
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (terminal, guard) = tracing_appender::non_blocking(terminal);
    let mut guards = vec![guard];
    let mut lost = vec![("on the terminal", terminal.error_counter())];
    let terminal = tracing_subscriber::fmt::layer()
        .with_writer(terminal)
        .with_ansi(colour)
        .with_target(false)
        .with_timer(LocalTime)
        .fmt_fields(TerminalFields)
        .with_filter(filter());
    let mut not_written = Arc::default();
    let file = match options.directory {
        None => None,
        Some(directory) => {
            fs::create_dir_all(directory)?;
            let files = LogFiles::open(directory, options.keep_files)?;
            not_written = files.lost();
            let (files, guard) = tracing_appender::non_blocking(JsonWriter(files));
            guards.push(guard);
            lost.push(("in the log files", files.error_counter()));
            Some(tracing_subscriber::fmt::layer().json().with_writer(files).with_filter(filter()))
        }
    };
    tracing_subscriber::registry().with(terminal).with(file).init();
    panic::set_hook(Box::new(|panic| {
        let thread = thread::current();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or_default();
        messages::component_panicked(thread.name().unwrap_or_default(), place, text);
    }));
    let (end, ended) = bounded(0);
    let repeats = thread::Builder::new().name("log repeats".to_owned()).spawn(move || write_repeats(&ended))?;
    Ok(Log { repeats: Some((end, repeats)), lost, not_written, _guards: guards })
}

impl Log {
    /// Writes the totals of the end: the numbers of repeated messages, how often each warning and error occurred, and
    /// how many lines were lost.
    pub fn write_totals(&mut self) {
        self.end_repeats();
        let serious = ALL.iter().filter(|message| message.level != "info" && message.count.get() > 0);
        let counts: Vec<_> = serious.map(|message| format!("{} {}", message.code, message.count.get())).collect();
        if !counts.is_empty() {
            messages::run_message_counts(counts.join(", "));
        }
        let not_written = self.not_written.get();
        if not_written > 0 {
            messages::run_log_lost(not_written, "in the log files, which could not be written");
        }
        for (place, lost) in &self.lost {
            if lost.dropped_lines() > 0 {
                messages::run_log_lost(lost.dropped_lines(), place);
            }
        }
    }

    fn end_repeats(&mut self) {
        let Some((end, thread)) = self.repeats.take() else { return };
        drop(end);
        // It does not panic.
        let _ended = thread.join();
        let now = Instant::now();
        ALL.iter().for_each(|message| message.write_repeats(now, true));
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.end_repeats();
    }
}

/// Writes the numbers of repeated messages when they are due.
fn write_repeats(ended: &Receiver<()>) {
    while ended.recv_timeout(REPEATS_INTERVAL) == Err(RecvTimeoutError::Timeout) {
        let now = Instant::now();
        ALL.iter().for_each(|message| message.write_repeats(now, false));
    }
}

/// The time of day where the technician is.
struct LocalTime;

impl FormatTime for LocalTime {
    fn format_time(&self, to: &mut Writer<'_>) -> std::fmt::Result {
        write!(to, "{}", jiff::Zoned::now().strftime("%H:%M:%S%.3f"))
    }
}
