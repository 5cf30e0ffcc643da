//! A day at the mat: listens until it is told to end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, never, select};

use super::capture_thread::CaptureQueue;
use super::check::check;
use super::court_runtime::{ActionTarget, CourtRuntime, StoreSession};
use super::reload::{Change, Hangups, Reloader};
use super::setup::{self, MAX_ENTRIES, MAX_REPORTS, StartError};
use crate::action::Report;
use crate::capture::About;
use crate::config::{Config, CourtConfig};
use crate::court::{Court, Input};
use crate::rules::Sources;
use crate::rules::check::has_errors;
use crate::source::{Received, Stamper, UdpReceiver};
use crate::store::{Mode, NewSession, Store, StoreCounts, StoreThread};
use crate::telemetry::{Counter, Counters, messages};
use crate::time::Time;

/// Datagrams that may wait for a court.
const MAX_WAITING: usize = 65_536;
/// How long outcomes are awaited, and then the database, when all comes to its end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a court's thread may take to end beyond that; a rule may be at work.
const LAST_STEP_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest that a court's thread waits for something to happen.
const MAX_IDLE: Duration = Duration::from_secs(1);
/// How often it is looked whether a court's thread has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How often losses are looked for.
const LOSS_CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// How long after a warning of losses the next one of the same comes at the earliest.
const LOSS_WARNING_INTERVAL: Duration = Duration::from_secs(10);

/// How a run ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// What each court counted.
    pub courts: Vec<(Arc<str>, Arc<Counters>)>,
    /// Courts that did not come to their end.
    pub stuck: Vec<Arc<str>>,
    /// What became of the database's entries; none without a database.
    pub store: Option<StoreCounts>,
}

impl Ended {
    /// What could not be brought to its end, in plain words.
    pub fn undone(&self) -> Vec<String> {
        let mut undone: Vec<_> =
            self.stuck.iter().map(|court| format!("{court}: it did not come to its end")).collect();
        for (court, counters) in &self.courts {
            let (open, unrecorded) = (counters.open.get(), counters.unrecorded.get());
            if open > 0 {
                undone.push(format!("{court}: {open} actions whose outcome is not known"));
            }
            if unrecorded > 0 {
                undone.push(format!("{court}: {unrecorded} inputs that are in no capture"));
            }
        }
        let missing = self.store.map_or(0, |store| store.missing());
        if missing > 0 {
            undone.push(format!(
                "{missing} entries that are not in the database (the captures have what they came from)"
            ));
        }
        undone
    }
}

/// Runs what the config says until `stop` comes to pass, then brings everything to its end.
///
/// # Errors
/// Something that it needs was refused: a rule, a port, a file.
pub async fn run(config: &Config, stop: impl Future<Output = ()>) -> Result<Ended, StartError> {
    let started = Time::now();
    let mistakes = check(&config.rules.files, Some(config));
    if has_errors(&mistakes) {
        return Err(StartError::Rules(mistakes));
    }
    for mistake in mistakes {
        messages::rules_warning(mistake.in_lines());
    }
    let sources = Sources::read(&config.rules.files).map_err(StartError::rules)?;
    let mut rules = Vec::new();
    for (name, source) in &config.courts {
        let compiled = setup::compile_sources(config, &sources, name).map_err(StartError::rules)?;
        rules.push((name.clone(), source, compiled));
    }
    let mut sockets = Vec::new();
    for (name, CourtConfig::Udp(udp), rules) in rules {
        let counters = Arc::new(Counters::default());
        let socket = UdpReceiver::bind(name.clone(), udp.bind, udp.receive_buffer_bytes)?.resync(udp.resync);
        messages::court_listening(&name, socket.local());
        sockets.push((name, udp, rules, socket, counters));
    }
    let mut store = setup::store_sink(config).map(|sink| Store::open(&sink.path)).transpose()?;
    let mut captures = HashMap::new();
    if let Some(sink) = setup::capture_sink(config) {
        let failed = |source| StartError::Capture { directory: sink.directory.clone(), source };
        for (name, _, _, socket, counters) in &sockets {
            if sink.courts.serves(name) {
                let about = About { court: name.to_string(), local: socket.local(), event: config.name.clone() };
                let capture = CaptureQueue::start(&sink.directory, started, about, counters).map_err(failed)?;
                captures.insert(name.clone(), capture);
            }
        }
    }
    let mut sessions = HashMap::new();
    if let Some(store) = &mut store {
        for (name, ..) in &sockets {
            let capture = captures.get(name).map(|(capture, _)| capture.path().display().to_string());
            let session = store.begin_session(&NewSession {
                court: name.to_string(),
                mode: Mode::Live,
                event_name: Some(config.name.clone()),
                capture,
                started_at: started,
            })?;
            sessions.insert(name.clone(), session);
        }
    }
    let store = store.map(|store| store.spawn(MAX_ENTRIES)).transpose()?;

    let (report_queues, mut report_ends): (HashMap<_, _>, HashMap<_, _>) = sockets
        .iter()
        .map(|(name, ..)| {
            let (queue, end) = bounded::<Report>(MAX_REPORTS);
            ((name.clone(), queue), (name.clone(), end))
        })
        .unzip();
    let mut sinks = setup::start_sinks(config, &report_queues);
    drop(report_queues);

    let stopping = Arc::new(AtomicBool::new(false));
    let mut receivers = Vec::new();
    let mut courts = Vec::new();
    let mut capture_threads = Vec::new();
    let mut reloader = Reloader::new(config, sources);
    for (name, udp, rules, socket, counters) in sockets {
        let court = Court::new(name.clone(), udp.allow.clone(), rules)
            .with_review_rules(config.reviews)
            .with_names(config.names.clone());
        let store = store.as_ref().zip(sessions.get(&name)).map(|((store, _), session)| StoreSession {
            handle: store.clone(),
            session: *session,
            waits: false,
        });
        let capture = captures.remove(&name).map(|(capture, thread)| {
            capture_threads.push(thread);
            capture
        });
        let target = ActionTarget::Sinks(sinks.remove(&name).unwrap_or_default());
        let reports = report_ends.remove(&name).unwrap_or_else(never);
        let (queue, feed) = bounded(MAX_WAITING);
        let thread = thread::Builder::new()
            .name(format!("court {name}"))
            .spawn({
                let runtime = CourtRuntime::new(name.clone(), court, target, store, capture, counters.clone());
                let changes = reloader.serve(&name);
                move || live(runtime, &feed, reports, changes)
            })
            .map_err(StartError::Thread)?;
        receivers.push(socket.spawn(queue, counters.clone(), stopping.clone()).map_err(StartError::Thread)?);
        courts.push(CourtThread { name, thread, counters });
    }
    let (handle, writer) = store.unzip();
    // Each court has a handle of its own; the writer ends when they do.
    drop(handle);
    let reload = reloader.spawn().map_err(StartError::Thread)?;
    messages::run_ready(&config.name);

    tokio::pin!(stop);
    let mut hangups = Hangups::new();
    let mut losses = LossWarnings::default();
    let mut loss_checks = tokio::time::interval(LOSS_CHECK_INTERVAL);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = loss_checks.tick() => losses.check(&courts),
            () = hangups.next() => reload.now(),
        }
    }
    messages::run_ending();
    // It ends by itself; what it compiles just now comes to nothing.
    drop(reload);
    stopping.store(true, Relaxed);
    let ended = tokio::task::spawn_blocking(move || end(receivers, courts, capture_threads, writer)).await;
    // A thread that panicked has said so; what it knew is lost.
    Ok(ended.unwrap_or_default())
}

/// A court at work.
struct CourtThread {
    name: Arc<str>,
    thread: JoinHandle<()>,
    counters: Arc<Counters>,
}

fn end(
    receivers: Vec<JoinHandle<()>>,
    courts: Vec<CourtThread>,
    capture_threads: Vec<JoinHandle<()>>,
    writer: Option<StoreThread>,
) -> Ended {
    for receiver in receivers {
        if receiver.join().is_err() {
            messages::component_failed("a receiving thread", "it panicked");
        }
    }
    let mut ended = Ended::default();
    let until = Instant::now() + SHUTDOWN_TIMEOUT + LAST_STEP_TIMEOUT;
    for CourtThread { name, thread, counters } in courts {
        while !thread.is_finished() && Instant::now() < until {
            thread::sleep(POLL_INTERVAL);
        }
        if !thread.is_finished() {
            ended.stuck.push(name);
            continue;
        }
        match thread.join() {
            Ok(()) => ended.courts.push((name, counters)),
            // It has said why.
            Err(_) => ended.stuck.push(name),
        }
    }
    if ended.stuck.is_empty() {
        for recording in capture_threads {
            if recording.join().is_err() {
                messages::component_failed("a capture thread", "it panicked");
            }
        }
    }
    ended.store = writer.map(|writer| writer.join(SHUTDOWN_TIMEOUT));
    ended
}

/// Takes what comes, in the order it comes, until the socket is closed and the outcomes are in.
fn live(
    mut runtime: CourtRuntime,
    feed: &Receiver<Received>,
    mut reports: Receiver<Report>,
    mut changes: Receiver<Change>,
) {
    let mut stamper = Stamper::new();
    loop {
        let wait = runtime.next_due().map_or(MAX_IDLE, |due| due.since(stamper.stamp().0).min(MAX_IDLE));
        select! {
            recv(feed) -> received => match received {
                Ok(received) => runtime.take(received.at, &Input::Datagram(received.datagram)),
                Err(_) => break,
            },
            recv(reports) -> report => match report {
                Ok(report) => runtime.take(stamper.stamp().0, &Input::Report(report)),
                // No sink is left to report.
                Err(_) => reports = never(),
            },
            recv(changes) -> change => match change {
                Ok(change) => change.make(&mut runtime, stamper.stamp().0),
                Err(_) => changes = never(),
            },
            default(wait) => runtime.advance(stamper.stamp().0),
        }
    }
    let until = Instant::now() + SHUTDOWN_TIMEOUT;
    while runtime.awaited() > 0 && Instant::now() < until {
        let now = stamper.stamp().0;
        let wait = runtime
            .next_due()
            .map_or(MAX_IDLE, |due| due.since(now))
            .min(until.saturating_duration_since(Instant::now()));
        match reports.recv_timeout(wait) {
            Ok(report) => runtime.take(stamper.stamp().0, &Input::Report(report)),
            Err(RecvTimeoutError::Timeout) => runtime.advance(stamper.stamp().0),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    runtime.stop(stamper.stamp().0);
    runtime.finish();
}

/// Warns of what each court loses, as the counters tell it.
#[derive(Default)]
struct LossWarnings(HashMap<(Arc<str>, &'static str), (u64, Option<Instant>)>);

impl LossWarnings {
    fn check(&mut self, courts: &[CourtThread]) {
        for CourtThread { name, counters, .. } in courts {
            let Counters { lost_in_kernel, lost_in_queue, unrecorded, .. } = &**counters;
            self.check_one(name, "system", lost_in_kernel, messages::court_lost_in_system);
            self.check_one(name, "queue", lost_in_queue, messages::court_lost_in_queue);
            self.check_one(name, "capture", unrecorded, messages::capture_lost);
        }
    }

    /// Warns at once, and then of all that was lost since, at intervals.
    fn check_one(&mut self, court: &Arc<str>, where_: &'static str, lost: &Counter, warn: fn(Arc<str>, u64, u64)) {
        let total = lost.get();
        let (warned, at) = self.0.entry((court.clone(), where_)).or_default();
        if total > *warned && at.is_none_or(|at| at.elapsed() >= LOSS_WARNING_INTERVAL) {
            warn(court.clone(), total - *warned, total);
            (*warned, *at) = (total, Some(Instant::now()));
        }
    }
}
