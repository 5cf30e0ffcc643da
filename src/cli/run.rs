use std::io::{self, Write};
use std::process;
use std::sync::Arc;

use tracing::level_filters::LevelFilter;

use super::config_file::ConfigFile;
use super::error::{CliError, Exit, say};
use crate::config::{Config, Level};
use crate::pipeline;
use crate::telemetry::{self, Counters, Log, LogOptions, Trouble, messages};

/// Listen to the courts and act, until interrupted.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigFile,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = self.config.load()?;
        let mut log = start_log(&config, io::stderr())?;
        config_warnings(&config);
        let runtime = runtime()?;
        let ended = runtime.block_on(pipeline::run(&config, interrupted()))?;
        log.write_totals();
        ended.courts.iter().for_each(|(court, counters)| summarise(court, counters));
        for component in &ended.components {
            if let Some(Trouble { at, reason }) = component.last_trouble() {
                messages::run_component_trouble(component, at.strftime("%H:%M:%S"), reason);
            }
        }
        // What is left of OBS's connections ends with the program.
        runtime.shutdown_background();
        drop(log);
        unfinished(&ended.unfinished)
    }
}

/// Logs what is suspicious in the config.
pub(super) fn config_warnings(config: &Config) {
    config.warnings.iter().for_each(|warning| messages::config_warning(warning.in_log()));
}

/// The error of what could not be finished.
pub(super) fn unfinished(unfinished: &[String]) -> Result<(), CliError> {
    if unfinished.is_empty() {
        return Ok(());
    }
    Err(CliError::new(Exit::Failed, format!("not everything could be finished: {}", unfinished.join("; "))))
}

/// Logs what a court counted.
pub(super) fn summarise(court: &Arc<str>, counters: &Counters) {
    let Counters { received, refused, events, actions, failed, .. } = counters;
    let (decoded, refused) = (received.get() - refused.get(), refused.get());
    messages::run_court_counts(court, decoded, events.get(), actions.get(), failed.get());
    type Loss = fn(Arc<str>, u64);
    let losses = [
        (refused, messages::run_court_refused as Loss),
        (counters.lost_in_kernel.get(), messages::run_court_lost_in_system),
        (counters.lost_in_queue.get(), messages::run_court_lost_in_queue),
        (counters.shed.get(), messages::run_court_shed),
        (counters.truncated.get(), messages::run_court_truncated),
    ];
    for (count, message) in losses.into_iter().filter(|(count, _)| *count > 0) {
        message(court.clone(), count);
    }
}

/// Starts the log as the config says; `terminal` is where people read it.
pub(super) fn start_log(config: &Config, terminal: impl Write + Send + 'static) -> Result<Log, CliError> {
    let sink = config.log_sink();
    let level = match sink.map(|sink| sink.level).unwrap_or_default() {
        Level::Debug => LevelFilter::DEBUG,
        Level::Info => LevelFilter::INFO,
        Level::Warn => LevelFilter::WARN,
        Level::Error => LevelFilter::ERROR,
    };
    let directory = sink.and_then(|sink| sink.directory.as_deref());
    let keep_files = sink.map_or(0, |sink| sink.keep_files);
    telemetry::start(LogOptions { level, directory, keep_files }, terminal).map_err(|error| {
        let directory = directory.unwrap_or(std::path::Path::new("")).display();
        CliError::new(Exit::Refused, format!("the log cannot be written to {directory}: {error}"))
    })
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::new(Exit::Failed, format!("the system refuses threads: {error}")))
}

/// Waits for the first interrupt, request to end or closed terminal; a second interrupt or request ends the program at once.
async fn interrupted() {
    tokio::select! {
        () = signal() => {}
        () = hangup() => {}
    }
    tokio::spawn(async {
        signal().await;
        say("interrupted again: what is queued is lost");
        process::exit(130);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        // Only Ctrl-C works.
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

/// The window of the terminal is closed; often both the terminal and the shell say so.
#[cfg(unix)]
async fn hangup() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::hangup()) {
        Ok(mut hangup) => _ = hangup.recv().await,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(windows)]
async fn hangup() {
    std::future::pending().await
}

#[cfg(windows)]
async fn signal() {
    use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_shutdown};
    // Windows leaves some seconds after the window is closed.
    let (Ok(mut pause), Ok(mut close), Ok(mut shutdown)) = (ctrl_break(), ctrl_close(), ctrl_shutdown()) else {
        return drop(tokio::signal::ctrl_c().await);
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = pause.recv() => {}
        _ = close.recv() => {}
        _ = shutdown.recv() => {}
    }
}
