//! A replay: a capture through decoder, bout, rules and sinks.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded, never};

use super::components::{Component, Components};
use super::court_runtime::{ActionTarget, CourtRuntime, ShowAction, StoreSession};
use super::setup::{self, MAX_ENTRIES, MAX_REPORTS, StartError};
use crate::action::Report;
use crate::bout::SessionId;
use crate::capture::{CaptureError, Reader, Recorded};
use crate::config::Config;
use crate::court::{Court, Input};
use crate::rules::Explain;
use crate::store::{Mode, NewSession, Store};
use crate::telemetry::Counters;
use crate::time::Time;

/// How long outcomes are awaited, and then the database, at the end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long after its last input a capture without a recorded end goes on, so that timers of rules fire.
const GRACE_PERIOD: Duration = Duration::from_secs(60);

/// How fast a capture is replayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many times as fast as it was recorded.
    Times(f64),
    /// As fast as possible.
    Max,
}

/// Where the outcomes of actions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcomes {
    /// From the capture, which has them: OBS and the player get no commands.
    Recorded,
    /// From OBS and the player, which act; recorded ones are skipped.
    Live,
}

/// How to replay.
pub struct ReplayOptions<'a> {
    /// How fast.
    pub pace: Pace,
    /// Where outcomes come from.
    pub outcomes: Outcomes,
    /// The court to replay it for; it must be one of the config's.
    pub court: Arc<str>,
    /// The capture's name, for the database.
    pub capture: &'a Path,
    /// Is called with each action; nothing is done and nothing is stored.
    pub dry_run: Option<ShowAction>,
    /// Is called with what each rule does with each event.
    pub explain: Option<Explain>,
    /// Is called with the number of bytes read of the capture.
    pub progress: Box<dyn FnMut(u64) + 'a>,
}

/// How a replay ended.
#[derive(Debug)]
pub struct Replayed {
    /// What the court counted.
    pub counters: Arc<Counters>,
    /// What could not be finished, for people.
    pub unfinished: Vec<String>,
    /// Why the capture could not be read to its end.
    pub broken: Option<CaptureError>,
}

/// Replays a capture as a session of its own.
///
/// # Errors
/// Something that it needs was refused: a rule, a file. A capture that breaks off is in what it returns.
///
/// # Panics
/// Outside a tokio runtime.
pub fn replay(config: &Config, reader: &mut Reader, options: ReplayOptions<'_>) -> Result<Replayed, StartError> {
    let ReplayOptions { pace, outcomes, court: name, capture, dry_run, explain, mut progress } = options;
    let mut rules = setup::compile(config, &name)?;
    if let Some(explain) = explain {
        rules.explain_to(explain);
    }
    let allow = config.courts.get(&name).map(|court| court.allow.clone()).unwrap_or_default();
    let id = SessionId::new();
    let court = Court::new(name.clone(), allow, rules)
        .with_session(id)
        .with_review_rules(config.reviews)
        .with_names(config.names.clone());
    let mut first = reader.next();
    let started = match &first {
        Some(Ok(recorded)) => recorded.at,
        _ => Time::now(),
    };

    let mut components = Components::default();
    let mut session_store = None;
    if dry_run.is_none()
        && let Some(sink) = setup::store_sink(config)
    {
        let mut store = Store::open(&sink.path)?;
        let session = store.begin_session(&NewSession {
            id,
            court: name.to_string(),
            mode: Mode::Replay,
            event_name: Some(config.name.clone()),
            capture: Some(capture.display().to_string()),
            started_at: started,
        })?;
        let (handle, thread) = store.spawn(MAX_ENTRIES)?;
        components.add(Component::store(thread));
        session_store = Some(StoreSession { handle, session, waits: true });
    }
    let (target, reports) = match (dry_run, outcomes) {
        (Some(show), _) => (ActionTarget::Show(show), never()),
        (None, Outcomes::Recorded) => (ActionTarget::None, never()),
        (None, Outcomes::Live) => {
            let (queue, end) = bounded(MAX_REPORTS);
            let mut sinks = setup::start_sinks(config, &HashMap::from([(name.clone(), queue)]), &mut components);
            (ActionTarget::Sinks(sinks.remove(&name).unwrap_or_default()), end)
        }
    };
    let counters = Arc::<Counters>::default();
    let mut run = Run {
        runtime: CourtRuntime::new(name, court, target, session_store, None, counters.clone()),
        reports,
        pace,
        began: Instant::now(),
        started,
    };

    let mut broken = None;
    let mut stopped = false;
    while let Some(next) = first.take().or_else(|| reader.next()) {
        match next {
            Ok(Recorded { at, input: Input::Stop }) => {
                run.until(at);
                run.runtime.stop(at);
                stopped = true;
            }
            // Live outcomes replace them.
            Ok(Recorded { input: Input::Report(_), .. }) if outcomes == Outcomes::Live => {}
            Ok(Recorded { at, input }) => {
                run.until(at);
                run.runtime.take(at, &input);
            }
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
        progress(reader.bytes_read());
    }
    if !stopped {
        // Our own capture without an end is of a program that was killed: then nothing more happened.
        let end = if reader.has_reports() { run.runtime.now() } else { run.grace() };
        run.runtime.stop(end);
    }
    run.settle();
    run.runtime.finish();
    Ok(Replayed { counters, unfinished: components.stop(SHUTDOWN_TIMEOUT), broken })
}

struct Run {
    runtime: CourtRuntime,
    reports: Receiver<Report>,
    pace: Pace,
    began: Instant,
    started: Time,
}

impl Run {
    /// Advances to `at`, taking the sinks' reports meanwhile and firing what is due.
    fn until(&mut self, at: Time) {
        loop {
            let next = self.runtime.next_due().map_or(at, |due| due.min(at));
            match self.pace {
                Pace::Max => {
                    while let Ok(report) = self.reports.try_recv() {
                        self.runtime.take(self.runtime.now(), &Input::Report(report));
                    }
                }
                Pace::Times(times) => {
                    let wait = next.since(self.started).div_f64(times);
                    while let Ok(report) = self.reports.recv_deadline(self.began + wait) {
                        let now = self.started + self.began.elapsed().mul_f64(times);
                        self.runtime.take(now, &Input::Report(report));
                    }
                    // Without sinks there is no report to wait for.
                    std::thread::sleep((self.began + wait).saturating_duration_since(Instant::now()));
                }
            }
            if next >= at {
                return;
            }
            self.runtime.advance(next);
        }
    }

    /// Fires the timers of rules; returns the time after which nothing more happens.
    fn grace(&mut self) -> Time {
        let last = self.runtime.now().max(self.started);
        while let Some(due) = self.runtime.next_once_due().filter(|due| *due <= last + GRACE_PERIOD) {
            self.until(due);
            self.runtime.advance(due);
        }
        self.runtime.now().max(self.started)
    }

    /// Waits for the outcomes that sinks have not reported yet.
    fn settle(&mut self) {
        let until = Instant::now() + SHUTDOWN_TIMEOUT;
        while matches!(self.runtime.target(), ActionTarget::Sinks(_)) && self.runtime.awaited() > 0 {
            let Ok(report) = self.reports.recv_deadline(until) else { return };
            self.runtime.take(self.runtime.now(), &Input::Report(report));
        }
    }
}
