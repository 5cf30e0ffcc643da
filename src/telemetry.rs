//! The log: readable on a terminal, JSON lines in files that rotate by day.
//!
//! Both are written by threads of their own from bounded queues that drop what does not fit, so that neither a slow
//! disk nor a terminal that was stopped to be read holds up anything.

mod counters;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use counters::{Counter, Counters};

/// Keeps the log's threads; what is queued is written when it is dropped.
#[derive(Debug)]
pub struct Log {
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
    /// The first file.
    #[error(transparent)]
    File(#[from] InitError),
}

/// Begins to log, for the whole program; `terminal` is where people read it.
///
/// # Errors
/// The folder or the first file cannot be made.
pub fn start(options: LogOptions<'_>, terminal: impl Write + Send + 'static) -> Result<Log, LogError> {
    // What obws cannot decode of an old OBS is no fault that anybody could mend.
    let filter = || {
        let ours = Targets::new().with_target("vta", options.level).with_target("obws", LevelFilter::OFF);
        ours.with_default(options.level.min(LevelFilter::WARN))
    };
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (terminal, guard) = tracing_appender::non_blocking(terminal);
    let mut guards = vec![guard];
    let terminal = tracing_subscriber::fmt::layer()
        .with_writer(terminal)
        .with_ansi(colour)
        .with_target(false)
        .with_timer(LocalTime)
        .with_filter(filter());
    let file = match options.directory {
        None => None,
        Some(directory) => {
            fs::create_dir_all(directory)?;
            let files = RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .filename_prefix("vta")
                .filename_suffix("log.jsonl")
                .max_log_files(options.keep_files)
                .build(directory)?;
            let (files, guard) = tracing_appender::non_blocking(files);
            guards.push(guard);
            Some(tracing_subscriber::fmt::layer().json().with_writer(files).with_filter(filter()))
        }
    };
    tracing_subscriber::registry().with(terminal).with(file).init();
    Ok(Log { _guards: guards })
}

/// The time of day where the technician is.
struct LocalTime;

impl FormatTime for LocalTime {
    fn format_time(&self, to: &mut Writer<'_>) -> std::fmt::Result {
        write!(to, "{}", jiff::Zoned::now().strftime("%H:%M:%S%.3f"))
    }
}
