//! A replay: a capture through decoder, bout, rules and sinks.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, never};

use super::components::{Component, Components};
use super::court_runtime::{Acted, CourtRuntime, StoreSession, Target};
use super::obs_names::ObsNames;
use super::setup::{self, MAX_ENTRIES, MAX_REPORTS, StartError};
use super::sinks::{self, Sinks};
use crate::action::{Action, ActionSink, ObsVerb, Report};
use crate::bout::SessionId;
use crate::capture::{CaptureError, Reader, Recorded};
use crate::config::Config;
use crate::court::{Input, Setup};
use crate::diagnostic::Diagnostic;
use crate::event::{RulesReloaded, SceneChanged};
use crate::queue::bounded;
use crate::rules::{Explain, Sources};
use crate::store::{Mode, NewSession, Store};
use crate::telemetry::Counters;
use crate::time::{Offset, Time};

/// How long outcomes are awaited, and then the database, at the end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// A longer gap in a capture that is not of a session of vta is time in which no court ran.
const MAX_GAP: Duration = Duration::from_secs(12 * 3600);
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

/// What becomes of the actions.
pub enum Actions {
    /// OBS and the player carry them out; the outcomes that the capture has are left out.
    Act,
    /// They are stored with the outcomes that the capture has.
    Record,
    /// Each is passed to this function; nothing is stored.
    Show(ShowAction),
}

/// Is called with each action, which is then not carried out.
pub type ShowAction = Box<dyn FnMut(&Action) + Send>;

/// How to replay.
pub struct ReplayOptions<'a> {
    /// How fast.
    pub pace: Pace,
    /// What becomes of the actions.
    pub actions: Actions,
    /// The court to replay it for; it must be one of the config's.
    pub court: Arc<str>,
    /// The capture's name, for the database.
    pub capture: &'a Path,
    /// The database that keeps it.
    pub store: Option<&'a Path>,
    /// Whether the rules are those of the capture, with all their changes, and not those of the config.
    pub recorded_rules: bool,
    /// Called with what each rule does with each event.
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
    let ReplayOptions { pace, actions, court: name, capture, store, recorded_rules, explain, mut progress } = options;
    let (first_at, setup) = reader.peek().map(|first| (first.at, first.setup().cloned())).unzip();
    let (started, setup) = (first_at.unwrap_or_else(Time::now), setup.flatten());
    let sources = match &setup {
        Some(setup) if recorded_rules => Sources::recorded(&config.rules.files, &setup.rules),
        _ => Sources::read(&config.rules.files).map_err(StartError::Rules)?,
    };
    let session = SessionId::new();
    let mut components = Components::default();
    let mut session_store = None;
    let mut replays = HashMap::new();
    if let Some(path) = store.filter(|_| !matches!(actions, Actions::Show(_))) {
        let mut store = Store::open(path)?;
        let row = store.begin_session(&NewSession {
            id: session,
            replay_of: setup.as_ref().map(|setup| setup.session),
            court: name.to_string(),
            mode: Mode::Replay,
            event_name: Some(config.name.clone()),
            capture: Some(capture.display().to_string()),
            started_at: started,
        })?;
        replays = store.replays()?;
        let (handle, thread) = store.spawn(MAX_ENTRIES)?;
        components.add(Component::store(thread));
        session_store = Some(StoreSession { handle, session: row, waits: true });
    }
    let acts = matches!(actions, Actions::Act);
    let (target, reports) = match actions {
        Actions::Show(show) => {
            // What OBS did is in a capture of vta.
            let obs = setup::obs_of(config, &name).into_iter().filter(|_| !reader.has_reports());
            let scenes = obs.map(|instance| (instance, None)).collect();
            (ReplayTarget::Show { show, scenes }, never())
        }
        Actions::Record => (ReplayTarget::Record, never()),
        Actions::Act => {
            let (queue, end) = bounded(MAX_REPORTS);
            let mut sinks = sinks::start(
                config,
                &HashMap::from([(name.clone(), queue)]),
                &HashMap::new(),
                &ObsNames::new(config),
                &mut components,
            );
            let sinks = sinks.remove(&name).unwrap_or_else(|| Sinks::new(name.clone()));
            (ReplayTarget::Act(sinks), end)
        }
    };
    let counters = Arc::<Counters>::default();
    let runtime = CourtRuntime::open(config, &name, &sources, session, target)
        .map_err(StartError::Rules)?
        .stored(session_store)
        .counting(counters.clone())
        .explained(explain);
    let rules = recorded_rules.then_some(config);
    let mut run = Run { court: name, rules, replays, runtime, acts, reports, pace, began: Instant::now(), started };
    let broken = run.play(reader, &mut progress).map_err(StartError::Rules)?;
    run.settle();
    run.runtime.finish();
    Ok(Replayed { counters, unfinished: components.stop(SHUTDOWN_TIMEOUT), broken })
}

/// What carries out the actions of a replay.
enum ReplayTarget {
    Act(Sinks),
    Record,
    /// The scene of each OBS that answers, in the order of the config.
    Show {
        show: ShowAction,
        scenes: Vec<(Arc<str>, Option<String>)>,
    },
}

impl Target for ReplayTarget {
    fn act(&mut self, action: &Arc<Action>) -> Acted {
        match self {
            Self::Act(sinks) => sinks.act(action),
            Self::Record if action.verb.sink().reports() => Acted::Awaited,
            Self::Record => Acted::Done,
            Self::Show { show, scenes } => {
                show(action);
                answer(action, scenes).map_or(Acted::Done, Acted::Answered)
            }
        }
    }
}

/// What OBS reports when a rule changes its scene.
fn answer(action: &Action, scenes: &mut [(Arc<str>, Option<String>)]) -> Option<Report> {
    let (Some(ObsVerb::Scene { scene }), ActionSink::Obs(by)) = (action.verb.obs(), action.verb.sink()) else {
        return None;
    };
    let (instance, shown) = scenes.iter_mut().find(|(instance, _)| by.is_none_or(|by| **instance == *by))?;
    let is_new = shown.as_ref() != Some(scene);
    *shown = Some(scene.clone());
    let changed = SceneChanged { instance: instance.to_string(), scene: scene.clone() };
    is_new.then_some(Report::SceneChanged(changed))
}

/// A replay that is under way.
struct Run<'a, T> {
    court: Arc<str>,
    /// The config whose rules the capture holds, with all their changes.
    rules: Option<&'a Config>,
    /// The latest replay of each session that was replayed.
    replays: HashMap<SessionId, SessionId>,
    runtime: CourtRuntime<T>,
    /// Whether sinks report.
    acts: bool,
    reports: Receiver<Report>,
    pace: Pace,
    began: Instant,
    started: Time,
}

impl<T: Target> Run<'_, T> {
    /// Plays a capture to its end; gives why it breaks off.
    ///
    /// # Errors
    /// All that is wrong with changed rules.
    fn play(
        &mut self,
        reader: &mut Reader,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<CaptureError>, Vec<Diagnostic>> {
        let is_of_session = reader.peek().is_some_and(|first| first.setup().is_some());
        // The first setup is the one that the court was opened with.
        let mut setups = 0;
        while let Some(next) = reader.next() {
            if let Ok(Recorded { at, .. }) = &next
                && !is_of_session
            {
                self.skip_gap(*at);
            }
            match next {
                Ok(Recorded { at, input: Input::Stop }) => {
                    self.until(at);
                    self.runtime.stop(at);
                    return Ok(None);
                }
                Ok(Recorded { input: Input::Report(report), .. }) if self.acts && report.is_of_a_sink() => {}
                Ok(Recorded { at, input: Input::Setup(setup) }) => {
                    setups += 1;
                    if setups > 1 {
                        self.change_rules(at, &setup)?;
                    }
                }
                Ok(Recorded { at, input: Input::Resume(resume) }) => {
                    // Bouts of earlier sessions are in the replays of those.
                    let resume = resume.in_sessions(|session| self.replays.get(&session).copied().unwrap_or(session));
                    self.runtime.take(at, &Input::Resume(Arc::new(resume)));
                }
                Ok(Recorded { at, input: input @ Input::ClockStep { ran_until, .. } }) => {
                    self.until(ran_until.min(at));
                    self.runtime.take(at, &input);
                }
                Ok(Recorded { at, input }) => {
                    self.until(at);
                    self.runtime.take(at, &input);
                }
                Err(error) => {
                    self.end(reader);
                    return Ok(Some(error));
                }
            }
            progress(reader.bytes_read());
        }
        self.end(reader);
        Ok(None)
    }

    /// Passes over a long time without an input.
    fn skip_gap(&mut self, at: Time) {
        let ran_until = self.runtime.now();
        if ran_until >= self.started && at.since(ran_until) > MAX_GAP {
            self.runtime.take(at, &Input::ClockStep { ran_until, offset: Offset::default() });
        }
    }

    /// Ends a session whose end was not captured.
    fn end(&mut self, reader: &Reader) {
        // Our own capture is then of a program that was killed: nothing more happened.
        let end = if reader.has_reports() { self.runtime.now() } else { self.grace() };
        self.runtime.stop(end);
    }

    fn change_rules(&mut self, at: Time, setup: &Arc<Setup>) -> Result<(), Vec<Diagnostic>> {
        self.until(at);
        let Some(config) = self.rules else {
            // The rules stay; that they were changed in the session is an event all the same.
            let report = Report::RulesReloaded(RulesReloaded { rules: self.runtime.rules() });
            self.runtime.take(at, &Input::Report(report));
            return Ok(());
        };
        let sources = Sources::recorded(&config.rules.files, &setup.rules);
        let rules = setup::compile_sources(config, &sources, &self.court)?;
        drop(self.runtime.change_rules(at, rules, setup));
        Ok(())
    }

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
        while self.acts && self.runtime.awaited() > 0 {
            let Ok(report) = self.reports.recv_deadline(until) else { return };
            self.runtime.take(self.runtime.now(), &Input::Report(report));
        }
    }
}

#[cfg(test)]
mod tests;
