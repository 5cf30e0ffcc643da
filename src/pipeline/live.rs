//! A live run: receives until it is stopped.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, never, select};
use tokio::sync::{Notify, oneshot};

use super::capture_room::CaptureRoom;
use super::capture_thread::CaptureQueue;
use super::check::check;
use super::components::{Component, Components};
use super::court_runtime::{CourtRuntime, StoreSession};
use super::loss_warnings::LossWarnings;
use super::losses::Losses;
use super::obs_names::ObsNames;
use super::reload::{Change, ReloadSignals, Reloader};
use super::resume;
use super::setup::{self, MAX_ENTRIES, MAX_REPORTS, StartError};
use super::sinks::{self, Sinks};
use crate::action::Report;
use crate::bout::SessionId;
use crate::capture::About;
use crate::client;
use crate::config::{Config, CourtConfig};
use crate::control::{Control, CourtControl, CourtRequest, MAX_REQUESTS, ReloadRequest};
use crate::court::Input;
use crate::queue::bounded;
use crate::rules::Sources;
use crate::rules::check::has_errors;
use crate::server;
use crate::source::{ClockWatch, CourtClock, Received, UdpReceiver};
use crate::store::{Mode, NewSession, Store};
use crate::telemetry::{Counters, StatusHandle, messages};
use crate::time::Time;

/// Datagrams that may wait for a court.
const MAX_WAITING: usize = 65_536;
/// How long outcomes are awaited, and then the database, at the end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(4);
/// The longest that a court's thread waits for an input.
const MAX_IDLE: Duration = Duration::from_secs(1);
/// How often losses are looked for.
const LOSS_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What each court counted.
    pub courts: Vec<(Arc<str>, Arc<Counters>)>,
    /// How each component was, in the order of their start.
    pub components: Vec<StatusHandle>,
    /// What could not be finished, for people.
    pub unfinished: Vec<String>,
}

/// Runs what the config says until `stop` completes, then ends everything in order.
///
/// # Errors
/// Something that it needs was refused: a rule, a port, a file.
pub async fn run(config: &Config, stop: impl Future<Output = ()>) -> Result<Ended, StartError> {
    let Live { courts, components, statuses, stopping, reload, quit, server } = Live::start(config)?;
    messages::run_ready(&config.name);

    tokio::pin!(stop);
    let mut reload_signals = ReloadSignals::new();
    let mut losses = LossWarnings::default();
    let mut loss_checks = tokio::time::interval(LOSS_CHECK_INTERVAL);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = loss_checks.tick() => losses.check(&courts),
            // What comes of it is in the log.
            () = reload_signals.next() => drop(reload.try_send(oneshot::channel().0)),
            () = quit.notified() => break,
        }
    }
    messages::run_ending();
    // They end by themselves; what is compiled just now is not used.
    drop((reload, server));
    stopping.store(true, Relaxed);
    let unfinished = tokio::task::spawn_blocking(move || components.stop(SHUTDOWN_TIMEOUT)).await;
    let mut unfinished = unfinished.unwrap_or_else(|error| vec![format!("the shutdown itself: {error}")]);
    for (court, counters) in &courts {
        let (open, unrecorded) = (counters.open.get(), counters.unrecorded.get());
        if open > 0 {
            unfinished.push(format!("{court}: {open} actions whose outcome is not known"));
        }
        if unrecorded > 0 {
            unfinished.push(format!("{court}: {unrecorded} inputs that are in no capture"));
        }
    }
    Ok(Ended { courts, components: statuses, unfinished })
}

/// All that runs.
struct Live {
    courts: Vec<(Arc<str>, Arc<Counters>)>,
    components: Components,
    statuses: Vec<StatusHandle>,
    /// Set to end the receivers; then the courts end, and then their sinks.
    stopping: Arc<AtomicBool>,
    reload: crossbeam_channel::Sender<ReloadRequest>,
    quit: Arc<Notify>,
    /// The server ends when this is dropped.
    server: oneshot::Sender<()>,
}

/// A court that is about to start.
struct NewCourt {
    name: Arc<str>,
    session: SessionId,
    runtime: CourtRuntime<Sinks>,
    receiver: UdpReceiver,
    counters: Arc<Counters>,
}

impl Live {
    /// Starts all components: first those that can fail, so that nothing is half started.
    fn start(config: &Config) -> Result<Self, StartError> {
        let clock = CourtClock::start();
        let started = clock.anchor();
        let sources = read_rules(config)?;
        let courts = bind_courts(config, &sources).inspect_err(|error| {
            if matches!(error, StartError::Bind(_)) {
                client::warn_of_another(&config.file);
            }
        })?;
        let mut components = Components::default();
        let mut store = config.store_sink().map(|sink| Store::open(&sink.path)).transpose()?;
        let resumes = resume::find(config, store.as_ref(), courts.iter().map(|court| &court.name), started);
        let mut captures = HashMap::new();
        let mut capture_threads = Vec::new();
        if let Some(sink) = config.capture_sink() {
            let failed = |source| StartError::Capture { directory: sink.directory.clone(), source };
            for NewCourt { name, receiver, counters, .. } in &courts {
                if sink.courts.serves(name) {
                    let about = About { court: name.to_string(), local: receiver.local(), event: config.name.clone() };
                    let (capture, thread) =
                        CaptureQueue::start(CaptureRoom::of(sink), started, about, counters).map_err(failed)?;
                    captures.insert(name.clone(), capture);
                    capture_threads.push(thread);
                }
            }
        }
        let mut sessions = HashMap::new();
        if let Some(store) = &mut store {
            for NewCourt { name, session, .. } in &courts {
                let row = store.begin_session(&NewSession {
                    id: *session,
                    replay_of: None,
                    court: name.to_string(),
                    mode: Mode::Live,
                    event_name: Some(config.name.clone()),
                    capture: captures.get(name).map(|capture| capture.path().display().to_string()),
                    started_at: started,
                })?;
                sessions.insert(name.clone(), row);
            }
        }
        // Each court has a handle of its own; the writer ends when they do.
        let (handle, writer) = store.map(|store| store.spawn(MAX_ENTRIES)).transpose()?.unzip();
        writer.into_iter().for_each(|writer| components.add(Component::store(writer)));
        capture_threads.into_iter().for_each(|thread| components.add(thread));

        let (report_queues, mut report_ends): (HashMap<_, _>, HashMap<_, _>) = courts
            .iter()
            .map(|NewCourt { name, .. }| {
                let (queue, end) = bounded::<Report>(MAX_REPORTS);
                ((name.clone(), queue), (name.clone(), end))
            })
            .unzip();
        let names = ObsNames::new(config);
        let mut sinks = sinks::start(config, &report_queues, &resumes, &names, &mut components);
        drop(report_queues);

        let stopping = Arc::new(AtomicBool::new(false));
        let setups: HashMap<_, _> = courts
            .iter()
            .map(|NewCourt { name, session, .. }| (name.clone(), setup::recorded(config, &sources, name, *session)))
            .collect();
        let mut reloader = Reloader::new(config, sources, names);
        let mut counted = Vec::new();
        let mut controls = Vec::new();
        let mut receivers = Vec::new();
        for NewCourt { name, session, mut runtime, receiver, counters } in courts {
            let store = handle.as_ref().zip(sessions.get(&name)).map(|(handle, session)| StoreSession {
                handle: handle.clone().behind(captures.get(&name).map(CaptureQueue::mark)),
                session: *session,
                waits: false,
            });
            if let Some(sinks) = sinks.remove(&name) {
                *runtime.target() = sinks;
            }
            let runtime = runtime.stored(store).captured(captures.remove(&name)).counting(counters.clone());
            let first = [setups.get(&name).cloned().map(Input::Setup), resumes.get(&name).cloned().map(Input::Resume)];
            let reports = report_ends.remove(&name).unwrap_or_else(never);
            let (queue, feed) = bounded(MAX_WAITING);
            let (requester, requests) = crossbeam_channel::bounded(MAX_REQUESTS);
            let input = (receiver.local(), receiver.senders().clone());
            controls.push(CourtControl::new(name.clone(), session, input, counters.clone(), requester));
            let inputs = Inputs {
                first: first.into_iter().flatten().collect(),
                feed,
                reports,
                changes: reloader.serve(&name, session),
                requests,
                clock,
                counters: counters.clone(),
            };
            components.add(court_thread(&name, runtime, inputs)?);
            receivers.push((receiver, queue, counters.clone()));
            counted.push((name, counters));
        }
        for (receiver, queue, counters) in receivers {
            let status = receiver.status().clone();
            let thread = receiver.spawn(queue, counters, clock, stopping.clone()).map_err(StartError::Thread)?;
            components.add(Component::thread(status, thread));
        }
        let (reload, component) = reloader.spawn().map_err(StartError::Thread)?;
        components.add(component);
        let status = StatusHandle::new("server", "http");
        let quit = Arc::<Notify>::default();
        let control = Control {
            event: config.name.clone(),
            started_at: started,
            config: config.file.clone(),
            effective: config.effective.clone(),
            database: config.store_sink().map(|sink| sink.path.clone()),
            courts: controls,
            components: components.statuses().into_iter().chain([status.clone()]).collect(),
            reload: reload.clone(),
            quit: quit.clone(),
        };
        let (server, task) = server::spawn(config.server.bind, control, status.clone());
        components.add(Component::task(status, task));
        Ok(Self { quit, server, courts: counted, statuses: components.statuses(), components, stopping, reload })
    }
}

/// Reads and checks the rules.
fn read_rules(config: &Config) -> Result<Sources, StartError> {
    let diagnostics = check(&config.rules.files, Some(config));
    if has_errors(&diagnostics) {
        return Err(StartError::Rules(diagnostics));
    }
    for diagnostic in diagnostics {
        messages::rules_warning(diagnostic.in_log());
    }
    Sources::read(&config.rules.files).map_err(StartError::Rules)
}

/// Compiles the rules of all courts, and then opens their ports.
fn bind_courts(config: &Config, sources: &Sources) -> Result<Vec<NewCourt>, StartError> {
    let mut opened = Vec::new();
    for name in config.courts.keys() {
        let session = SessionId::new();
        let runtime = CourtRuntime::open(config, name, sources, session, Sinks::new(name.clone()));
        opened.push((session, runtime.map_err(StartError::Rules)?));
    }
    let bind = |(name, udp): (&Arc<str>, &CourtConfig)| {
        let receiver = UdpReceiver::bind(name.clone(), udp.bind, udp.receive_buffer_bytes)?
            .resync(udp.resync)
            .allow(udp.allow.clone());
        messages::court_listening(name, receiver.local());
        Ok::<_, StartError>(receiver)
    };
    let receivers = config.courts.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
    let courts = config.courts.keys().zip(opened).zip(receivers);
    let court = |((name, (session, runtime)), receiver): ((&Arc<str>, _), _)| NewCourt {
        name: name.clone(),
        session,
        runtime,
        receiver,
        counters: Arc::default(),
    };
    Ok(courts.map(court).collect())
}

/// What a court takes in.
struct Inputs {
    first: Vec<Input>,
    feed: Receiver<Received>,
    reports: Receiver<Report>,
    changes: Receiver<Change>,
    requests: Receiver<CourtRequest>,
    clock: CourtClock,
    counters: Arc<Counters>,
}

fn court_thread(name: &Arc<str>, runtime: CourtRuntime<Sinks>, inputs: Inputs) -> Result<Component, StartError> {
    let status = StatusHandle::new("court", name);
    let run = {
        let status = status.clone();
        move || {
            let _guard = status.run();
            live(runtime, inputs);
        }
    };
    let thread = thread::Builder::new().name(format!("court {name}")).spawn(run).map_err(StartError::Thread)?;
    Ok(Component::thread(status, thread))
}

/// Carries out a request to a court.
fn answer(runtime: &mut CourtRuntime<Sinks>, at: Time, request: CourtRequest) {
    match request {
        CourtRequest::Command(command, end) => {
            runtime.target().await_end(command.id, end);
            runtime.take(at, &Input::Command(command));
        }
        // The requester may be gone.
        CourtRequest::State(answer) => drop(answer.send(runtime.state())),
    }
}

/// What a court's thread has waited for.
enum Next {
    Received(Received),
    Report(Report),
    Change(Change),
    Request(CourtRequest),
    /// The time is over.
    Nothing,
    /// All sinks have ended.
    NoSinks,
    NoChanges,
    NoRequests,
    /// The socket is closed, and all that it has received was taken.
    Closed,
}

/// Takes inputs in the order in which they come, until the socket is closed and the outcomes are known.
fn live(mut runtime: CourtRuntime<Sinks>, inputs: Inputs) {
    let Inputs { first, feed, mut reports, mut changes, mut requests, clock, counters } = inputs;
    let now = || clock.now().0;
    let mut watch = ClockWatch::new(clock);
    let mut losses = Losses::new(counters);
    for input in first {
        runtime.take(clock.anchor(), &input);
    }
    loop {
        let wait = runtime.next_due().map_or(MAX_IDLE, |due| due.since(now()).min(MAX_IDLE));
        let next = select! {
            recv(feed) -> received => received.map_or(Next::Closed, Next::Received),
            recv(reports) -> report => report.map_or(Next::NoSinks, Next::Report),
            recv(changes) -> change => change.map_or(Next::NoChanges, Next::Change),
            recv(requests) -> request => request.map_or(Next::NoRequests, Next::Request),
            default(wait) => Next::Nothing,
        };
        // If the thread slept until now, it did so before what it has found.
        if let Some(offset) = watch.step() {
            runtime.take(now(), &Input::ClockStep { ran_until: runtime.now(), offset });
        }
        while let Some(report) = losses.next() {
            runtime.take(now(), &Input::Report(report));
        }
        match next {
            Next::Received(received) => runtime.take(received.at, &received.input),
            Next::Report(report) => runtime.take(now(), &Input::Report(report)),
            Next::Change(change) => change.make(&mut runtime, now()),
            Next::Request(request) => answer(&mut runtime, now(), request),
            Next::Nothing => runtime.advance(now()),
            Next::NoSinks => reports = never(),
            Next::NoChanges => changes = never(),
            Next::NoRequests => requests = never(),
            Next::Closed => break,
        }
    }
    let until = Instant::now() + SHUTDOWN_TIMEOUT;
    while runtime.awaited() > 0 && Instant::now() < until {
        let wait = runtime
            .next_due()
            .map_or(MAX_IDLE, |due| due.since(now()))
            .min(until.saturating_duration_since(Instant::now()));
        match reports.recv_timeout(wait) {
            Ok(report) => runtime.take(now(), &Input::Report(report)),
            Err(RecvTimeoutError::Timeout) => runtime.advance(now()),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    runtime.stop(now());
    runtime.finish();
}
