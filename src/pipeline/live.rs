//! A day at the mat: listens until it is told to end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, never, select};

use super::check::check;
use super::recorder::Recorder;
use super::reload::{Change, Hangups, Reloader};
use super::setup::{self, MAX_ENTRIES, MAX_REPORTS, StartError};
use super::worker::{Acting, Kept, Summary, Worker};
use crate::action::Report;
use crate::capture::About;
use crate::config::{Config, CourtConfig};
use crate::court::{Court, Input};
use crate::rules::Sources;
use crate::rules::check::has_errors;
use crate::source::{Received, Stamper, UdpCounters, UdpReceiver};
use crate::store::{Drained, Mode, NewSession, Store, StoreThread};
use crate::time::Time;

/// Datagrams that may wait for a court.
const MAX_WAITING: usize = 65_536;
/// How long outcomes are awaited, and then the database, when all comes to its end.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a court's thread may take to end beyond that; a rule may be at work.
const LAST_STEP: Duration = Duration::from_secs(1);
/// The longest that a court's thread waits for something to happen.
const IDLE: Duration = Duration::from_secs(1);
/// How often it is looked whether a court's thread has ended.
const GLANCE: Duration = Duration::from_millis(10);
/// How often losses are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// How a run ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// What each court did.
    pub courts: Vec<(Summary, Arc<UdpCounters>)>,
    /// Courts that did not come to their end.
    pub stuck: Vec<Arc<str>>,
    /// What became of the database's entries; none without a database.
    pub drained: Option<Drained>,
}

impl Ended {
    /// What could not be brought to its end, in plain words.
    pub fn undone(&self) -> Vec<String> {
        let mut undone: Vec<_> =
            self.stuck.iter().map(|court| format!("{court}: it did not come to its end")).collect();
        for (court, _) in &self.courts {
            if court.open > 0 {
                undone.push(format!("{}: {} actions whose outcome is not known", court.court, court.open));
            }
            if court.unrecorded > 0 {
                undone.push(format!("{}: {} inputs that are in no capture", court.court, court.unrecorded));
            }
        }
        if let Some(drained) = &self.drained
            && !drained.is_complete()
        {
            let lost = drained.dropped + drained.failed + drained.left;
            undone.push(format!("{lost} entries that are not in the database (the captures have what they came from)"));
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
        tracing::warn!("{}", mistake.in_log());
    }
    let sources = Sources::read(&config.rules.files).map_err(StartError::Rules)?;
    let mut rules = Vec::new();
    for (name, source) in &config.courts {
        let compiled = setup::compile_sources(config, &sources, name).map_err(StartError::Rules)?;
        rules.push((name.clone(), source, compiled));
    }
    let mut sockets = Vec::new();
    for (name, CourtConfig::Udp(udp), rules) in rules {
        let socket = UdpReceiver::bind(name.clone(), udp.bind, udp.receive_buffer_bytes)?.resync(udp.resync);
        tracing::info!(court = %name, "listening on UDP {}", socket.local());
        sockets.push((name, udp, rules, socket));
    }
    let mut store = setup::store_sink(config).map(|sink| Store::open(&sink.path)).transpose()?;
    let mut recorders = HashMap::new();
    if let Some(sink) = setup::capture_sink(config) {
        let failed = |source| StartError::Capture { directory: sink.directory.clone(), source };
        for (name, _, _, socket) in &sockets {
            if sink.courts.serves(name) {
                let about = About { court: name.to_string(), local: socket.local(), event: config.name.clone() };
                let recorder = Recorder::start(&sink.directory, started, about).map_err(failed)?;
                recorders.insert(name.clone(), recorder);
            }
        }
    }
    let mut sessions = HashMap::new();
    if let Some(store) = &mut store {
        for (name, ..) in &sockets {
            let capture = recorders.get(name).map(|(recorder, _)| recorder.path().display().to_string());
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
    let mut recordings = Vec::new();
    let mut reloader = Reloader::new(config, sources);
    for (name, udp, rules, socket) in sockets {
        let court = Court::new(name.clone(), udp.allow.clone(), rules)
            .with_review_rules(config.reviews)
            .with_names(config.names.clone());
        let kept = store.as_ref().zip(sessions.get(&name)).map(|((store, _), session)| Kept {
            store: store.clone(),
            session: *session,
            waits: false,
        });
        let mut unrecorded = Arc::default();
        let recorder = recorders.remove(&name).map(|(recorder, thread)| {
            recordings.push(thread);
            unrecorded = recorder.lost();
            recorder
        });
        let acting = Acting::Sinks(sinks.remove(&name).unwrap_or_default());
        let reports = report_ends.remove(&name).unwrap_or_else(never);
        let (queue, feed) = bounded(MAX_WAITING);
        let counters = Arc::new(UdpCounters::default());
        let thread = thread::Builder::new()
            .name(format!("court {name}"))
            .spawn({
                let counters = counters.clone();
                let worker = Worker::new(&name, court, acting, kept, recorder);
                let changes = reloader.serve(&name);
                move || live(worker, &feed, reports, changes, &counters)
            })
            .map_err(StartError::Thread)?;
        receivers.push(socket.spawn(queue, counters.clone(), stopping.clone()).map_err(StartError::Thread)?);
        courts.push(CourtThread { name, thread, counters, unrecorded });
    }
    let (handle, writer) = store.unzip();
    // Each court has a handle of its own; the writer ends when they do.
    drop(handle);
    let reload = reloader.spawn().map_err(StartError::Thread)?;
    tracing::info!("{} is ready; Ctrl-C ends it", config.name);

    tokio::pin!(stop);
    let mut hangups = Hangups::new();
    let mut losses = Losses::default();
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = look.tick() => losses.look(&courts),
            () = hangups.next() => reload.now(),
        }
    }
    tracing::info!("ending: what is queued is finished first");
    // It ends by itself; what it compiles just now comes to nothing.
    drop(reload);
    stopping.store(true, Relaxed);
    let ended = tokio::task::spawn_blocking(move || end(receivers, courts, recordings, writer)).await;
    // A thread that panicked has said so; what it knew is lost.
    Ok(ended.unwrap_or_default())
}

/// A court at work.
struct CourtThread {
    name: Arc<str>,
    thread: JoinHandle<Summary>,
    counters: Arc<UdpCounters>,
    /// Inputs that are in no capture.
    unrecorded: Arc<AtomicU64>,
}

fn end(
    receivers: Vec<JoinHandle<()>>,
    courts: Vec<CourtThread>,
    recordings: Vec<JoinHandle<()>>,
    writer: Option<StoreThread>,
) -> Ended {
    for receiver in receivers {
        if receiver.join().is_err() {
            tracing::error!("a receiving thread had failed");
        }
    }
    let mut ended = Ended::default();
    let until = Instant::now() + PATIENCE + LAST_STEP;
    for CourtThread { name, thread, counters, .. } in courts {
        while !thread.is_finished() && Instant::now() < until {
            thread::sleep(GLANCE);
        }
        if !thread.is_finished() {
            ended.stuck.push(name);
            continue;
        }
        match thread.join() {
            Ok(summary) => ended.courts.push((summary, counters)),
            // It has said why.
            Err(_) => ended.stuck.push(name),
        }
    }
    if ended.stuck.is_empty() {
        for recording in recordings {
            if recording.join().is_err() {
                tracing::error!("a recording thread had failed");
            }
        }
    }
    ended.drained = writer.map(|writer| writer.join(PATIENCE));
    ended
}

/// Takes what comes, in the order it comes, until the socket is closed and the outcomes are in.
fn live(
    mut worker: Worker,
    feed: &Receiver<Received>,
    mut reports: Receiver<Report>,
    mut changes: Receiver<Change>,
    counters: &UdpCounters,
) -> Summary {
    let mut stamper = Stamper::new();
    loop {
        let wait = worker.next_due().map_or(IDLE, |due| due.since(stamper.stamp().0).min(IDLE));
        select! {
            recv(feed) -> received => match received {
                Ok(received) => worker.take(received.at, &Input::Datagram(received.datagram)),
                Err(_) => break,
            },
            recv(reports) -> report => match report {
                Ok(report) => worker.take(stamper.stamp().0, &Input::Report(report)),
                // No sink is left to report.
                Err(_) => reports = never(),
            },
            recv(changes) -> change => match change {
                Ok(change) => change.make(&mut worker, stamper.stamp().0),
                Err(_) => changes = never(),
            },
            default(wait) => worker.advance(stamper.stamp().0),
        }
    }
    let until = Instant::now() + PATIENCE;
    while worker.awaited() > 0 && Instant::now() < until {
        let now = stamper.stamp().0;
        let wait =
            worker.next_due().map_or(IDLE, |due| due.since(now)).min(until.saturating_duration_since(Instant::now()));
        match reports.recv_timeout(wait) {
            Ok(report) => worker.take(stamper.stamp().0, &Input::Report(report)),
            Err(RecvTimeoutError::Timeout) => worker.advance(stamper.stamp().0),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    worker.stop(stamper.stamp().0);
    let lost = counters.lost_in_kernel.load(Relaxed) + counters.lost_in_queue.load(Relaxed);
    worker.finish(lost)
}

/// Losses that were said already, by court and what was lost.
#[derive(Default)]
struct Losses(HashMap<(Arc<str>, &'static str), u64>);

impl Losses {
    fn look(&mut self, courts: &[CourtThread]) {
        for CourtThread { name, counters, unrecorded, .. } in courts {
            let UdpCounters { lost_in_kernel, lost_in_queue, .. } = &**counters;
            for (what, count) in [
                ("datagrams were lost in the system's receive buffer: raise `receive_buffer_bytes`", lost_in_kernel),
                ("datagrams were lost in our own queue", lost_in_queue),
                ("inputs are in no capture", unrecorded),
            ] {
                let total = count.load(Relaxed);
                let said = self.0.entry((name.clone(), what)).or_default();
                if total > *said {
                    tracing::warn!(court = %name, total, "{} {what}", total - *said);
                    *said = total;
                }
            }
        }
    }
}
