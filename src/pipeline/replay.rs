//! A capture through decoder, bout, rules and sinks, as if it happened again.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded, never};

use super::setup::{self, MAX_ENTRIES, MAX_REPORTS, StartError};
use super::worker::{Acting, Kept, Show, Summary, Worker};
use crate::action::Report;
use crate::capture::{CaptureError, Reader, Recorded};
use crate::config::Config;
use crate::court::{Court, Input};
use crate::rules::Explain;
use crate::store::{Drained, Mode, NewSession, Store};
use crate::time::Time;

/// How long outcomes are awaited, and then the database, at the end.
const PATIENCE: Duration = Duration::from_secs(10);
/// How far behind its last input a capture that does not tell its end goes on, so that what rules put off happens.
const GRACE: Duration = Duration::from_secs(60);

/// How fast a capture is replayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many times as fast as it happened.
    Times(f64),
    /// As fast as it can be.
    Max,
}

/// Where the outcomes of actions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcomes {
    /// From the capture, which has recorded them: OBS and the player are left alone.
    Recorded,
    /// From OBS and the player, which act; recorded ones are passed over.
    Live,
}

/// How to replay.
pub struct ReplayOptions<'a> {
    /// How fast.
    pub pace: Pace,
    /// Where outcomes come from.
    pub outcomes: Outcomes,
    /// Name of the court that the capture is taken for; it must be one of the config's.
    pub court: Arc<str>,
    /// The capture's name, for the database.
    pub capture: &'a Path,
    /// Takes each action, instead of anything being done or kept.
    pub dry_run: Option<Show>,
    /// Is told what each rule does with each event.
    pub explain: Option<Explain>,
    /// Is told how many bytes of the capture were read.
    pub progress: Box<dyn FnMut(u64) + 'a>,
}

/// How a replay ended.
#[derive(Debug)]
pub struct Replayed {
    /// What the court did.
    pub summary: Summary,
    /// What became of the database's entries; none without a database.
    pub drained: Option<Drained>,
    /// Why the capture could not be read to its end.
    pub broken: Option<CaptureError>,
}

/// Replays a capture as a session of its own.
///
/// # Errors
/// Something that it needs was refused: a rule, a file. A capture that breaks off is told in what it returns.
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
    let court =
        Court::new(name.clone(), allow, rules).with_review_rules(config.reviews).with_names(config.names.clone());
    let mut first = reader.next();
    let started = match &first {
        Some(Ok(recorded)) => recorded.at,
        _ => Time::now(),
    };

    let mut writer = None;
    let mut kept = None;
    if dry_run.is_none()
        && let Some(sink) = setup::store_sink(config)
    {
        let mut store = Store::open(&sink.path)?;
        let session = store.begin_session(&NewSession {
            court: name.to_string(),
            mode: Mode::Replay,
            event_name: Some(config.name.clone()),
            capture: Some(capture.display().to_string()),
            started_at: started,
        })?;
        let (handle, thread) = store.spawn(MAX_ENTRIES)?;
        writer = Some(thread);
        kept = Some(Kept { store: handle, session, waits: true });
    }
    let (acting, reports) = match (dry_run, outcomes) {
        (Some(show), _) => (Acting::Shown(show), never()),
        (None, Outcomes::Recorded) => (Acting::Nobody, never()),
        (None, Outcomes::Live) => {
            let (queue, end) = bounded(MAX_REPORTS);
            let mut sinks = setup::start_sinks(config, &HashMap::from([(name.clone(), queue)]));
            (Acting::Sinks(sinks.remove(&name).unwrap_or_default()), end)
        }
    };
    let mut run =
        Run { worker: Worker::new(&name, court, acting, kept, None), reports, pace, began: Instant::now(), started };

    let mut broken = None;
    let mut stopped = false;
    while let Some(next) = first.take().or_else(|| reader.next()) {
        match next {
            Ok(Recorded { at, input: Input::Stop }) => {
                run.until(at);
                run.worker.stop(at);
                stopped = true;
            }
            // Live outcomes take their place.
            Ok(Recorded { input: Input::Report(_), .. }) if outcomes == Outcomes::Live => {}
            Ok(Recorded { at, input }) => {
                run.until(at);
                run.worker.take(at, &input);
            }
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
        progress(reader.bytes_read());
    }
    if !stopped {
        // Our own capture without its end is of a program that was killed: then nothing more happened.
        let end = if reader.has_reports() { run.worker.now() } else { run.grace() };
        run.worker.stop(end);
    }
    run.settle();
    let summary = run.worker.finish(0);
    Ok(Replayed { summary, drained: writer.map(|writer| writer.join(PATIENCE)), broken })
}

struct Run {
    worker: Worker,
    reports: Receiver<Report>,
    pace: Pace,
    began: Instant,
    started: Time,
}

impl Run {
    /// Lets the time pass until `at`, taking what the sinks report meanwhile and firing what is due.
    fn until(&mut self, at: Time) {
        loop {
            let next = self.worker.next_due().map_or(at, |due| due.min(at));
            match self.pace {
                Pace::Max => {
                    while let Ok(report) = self.reports.try_recv() {
                        self.worker.take(self.worker.now(), &Input::Report(report));
                    }
                }
                Pace::Times(times) => {
                    let wait = next.since(self.started).div_f64(times);
                    while let Ok(report) = self.reports.recv_deadline(self.began + wait) {
                        let now = self.started + self.began.elapsed().mul_f64(times);
                        self.worker.take(now, &Input::Report(report));
                    }
                    // Without sinks there is nothing to wait on.
                    std::thread::sleep((self.began + wait).saturating_duration_since(Instant::now()));
                }
            }
            if next >= at {
                return;
            }
            self.worker.advance(next);
        }
    }

    /// Lets what rules have put off happen; gives the time at which nothing more is to come.
    fn grace(&mut self) -> Time {
        let last = self.worker.now().max(self.started);
        while let Some(due) = self.worker.next_once_due().filter(|due| *due <= last + GRACE) {
            self.until(due);
            self.worker.advance(due);
        }
        self.worker.now().max(self.started)
    }

    /// Waits for the outcomes that are still to come from sinks.
    fn settle(&mut self) {
        let until = Instant::now() + PATIENCE;
        while matches!(self.worker.acting(), Acting::Sinks(_)) && self.worker.awaited() > 0 {
            let Ok(report) = self.reports.recv_deadline(until) else { return };
            self.worker.take(self.worker.now(), &Input::Report(report));
        }
    }
}
