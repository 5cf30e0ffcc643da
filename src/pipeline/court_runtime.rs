//! A court as the config has it, and what its outputs go to: the same for a run, a replay and a scenario.

use std::collections::VecDeque;
use std::sync::Arc;

use super::capture_thread::CaptureQueue;
use super::event_log;
use super::setup::{self, compile_sources};
use crate::action::{Action, Outcome, Report};
use crate::bout::SessionId;
use crate::config::Config;
use crate::control::CourtState;
use crate::court::{Court, Input, Output, Setup};
use crate::diagnostic::Diagnostic;
use crate::event::Event;
use crate::rules::{Explain, Retired, Rules, Sources};
use crate::store::StoreHandle;
use crate::telemetry::{Counters, messages};
use crate::time::Time;

/// What carries out the actions of a court.
pub(crate) trait Target {
    /// Takes an action.
    fn act(&mut self, action: &Arc<Action>) -> Acted;

    /// Takes note of an event.
    fn note(&mut self, _event: &Event) {}
}

/// What became of an action.
pub(crate) enum Acted {
    /// It is done: no outcome is awaited.
    Done,
    /// Its outcome will be reported.
    Awaited,
    /// Its outcome is known at once.
    Ended(Report),
    /// It is done, and its sink reports this.
    Answered(Report),
}

/// The database session that keeps a court's outputs.
pub(super) struct StoreSession {
    pub(super) handle: StoreHandle,
    pub(super) session: i64,
    /// Whether the court waits when the queue is full: only a replay can.
    pub(super) waits: bool,
}

/// A court, and where its outputs go.
pub(crate) struct CourtRuntime<T> {
    name: Arc<str>,
    court: Court,
    target: T,
    store: Option<StoreSession>,
    capture: Option<CaptureQueue>,
    /// Reports that are known at once, such as a missing OBS.
    known: VecDeque<Report>,
    outputs: Vec<Output>,
    counters: Arc<Counters>,
    /// The bout that was logged last.
    logged_bout: String,
}

impl<T: Target> CourtRuntime<T> {
    /// A court of the config with its rules, whose bouts have the session in their names.
    ///
    /// # Errors
    /// All that is wrong with the rules.
    pub(crate) fn open(
        config: &Config,
        name: &Arc<str>,
        sources: &Sources,
        session: SessionId,
        target: T,
    ) -> Result<Self, Vec<Diagnostic>> {
        let rules = compile_sources(config, sources, name)?;
        let allow = config.courts.get(name).map(|court| court.allow.clone()).unwrap_or_default();
        let own = config.courts.get(name).and_then(|court| court.fallback_encoding);
        let has_player = config.player_sinks().any(|(_, sink)| sink.courts.serves(name));
        let court = Court::new(name.clone(), allow, rules)
            .with_session(session)
            .with_sinks(setup::obs_of(config, name), has_player)
            .with_fallback_encoding(own.unwrap_or(config.decoder.fallback_encoding))
            .with_review_rules(config.reviews)
            .with_names(config.names.clone());
        Ok(Self {
            name: name.clone(),
            court,
            target,
            store: None,
            capture: None,
            known: VecDeque::new(),
            outputs: Vec::new(),
            counters: Arc::default(),
            logged_bout: String::new(),
        })
    }

    /// Counts here.
    pub(super) fn counting(mut self, counters: Arc<Counters>) -> Self {
        self.counters = counters;
        self
    }

    /// Keeps its outputs there.
    pub(super) fn stored(mut self, store: Option<StoreSession>) -> Self {
        self.store = store;
        self
    }

    /// Records its inputs there.
    pub(super) fn captured(mut self, capture: Option<CaptureQueue>) -> Self {
        self.capture = capture;
        self
    }

    /// Passes on what each rule does with each event.
    pub(super) fn explained(mut self, explain: Option<Explain>) -> Self {
        if let Some(explain) = explain {
            self.court.explain_to(explain);
        }
        self
    }

    /// When the next timer of a rule is due.
    pub(crate) fn next_due(&self) -> Option<Time> {
        self.court.next_due()
    }

    /// When the next thing is due that does not repeat for ever.
    pub(super) fn next_once_due(&self) -> Option<Time> {
        self.court.next_once_due()
    }

    /// The time of the latest input.
    pub(crate) fn now(&self) -> Time {
        self.court.now()
    }

    /// How it is.
    pub(super) fn state(&self) -> CourtState {
        CourtState {
            bout: self.court.bout().clone(),
            rules: self.court.rules(),
            is_paused: self.court.are_rules_paused(),
            is_rehearsal: self.court.is_rehearsal(),
        }
    }

    /// The file names of its rules.
    pub(super) fn rules(&self) -> Vec<String> {
        self.court.rules()
    }

    /// Actions whose outcome is awaited.
    pub(super) fn awaited(&self) -> u64 {
        self.counters.open.get()
    }

    /// What carries out the actions.
    pub(crate) fn target(&mut self) -> &mut T {
        &mut self.target
    }

    /// Takes an input, and then the reports that its actions caused at once.
    pub(crate) fn take(&mut self, at: Time, input: &Input) {
        self.take_one(at, input);
        self.take_known();
    }

    /// Replaces the rules by those of a new setup.
    pub(super) fn change_rules(&mut self, at: Time, rules: Rules, setup: &Arc<Setup>) -> Retired {
        let at = at.max(self.court.now());
        self.record(at, &Input::Setup(setup.clone()));
        let retired = self.court.change_rules(at, rules, &mut self.outputs);
        self.hand_on();
        self.take_known();
        retired
    }

    /// Advances the time. What comes of it has an input in the capture, as all else: a replay of a session that was killed
    /// then has it, too.
    pub(crate) fn advance(&mut self, to: Time) {
        let at = self.court.advance(to, &mut self.outputs);
        if !self.outputs.is_empty() {
            self.record(at, &Input::Wake);
        }
        self.hand_on();
        self.take_known();
    }

    fn take_known(&mut self) {
        while let Some(report) = self.known.pop_front() {
            self.take_one(self.court.now(), &Input::Report(report));
        }
    }

    /// Passes an input to the capture, before anything else is done with it.
    fn record(&self, at: Time, input: &Input) {
        if let Some(capture) = &self.capture {
            capture.record(at, input);
        }
    }

    fn take_one(&mut self, at: Time, input: &Input) {
        let at = at.max(self.court.now());
        self.record(at, input);
        match input {
            Input::Report(Report::Outcome { outcome, .. }) => {
                self.counters.open.subtract_one();
                self.counters.failed.add(u64::from(*outcome != Outcome::Done));
            }
            Input::Datagram(datagram) => {
                self.counters.received.add(1);
                if !self.court.allows(datagram) {
                    self.counters.refused.add(1);
                    let sender = datagram.from.map(|from| from.ip().to_string());
                    messages::court_sender_refused(&self.name, sender.unwrap_or_default());
                }
            }
            _ => {}
        }
        self.court.step(at, input, &mut self.outputs);
        self.hand_on();
    }

    fn hand_on(&mut self) {
        let mut outputs = std::mem::take(&mut self.outputs);
        for output in outputs.drain(..) {
            match &output {
                Output::Event { event, .. } => {
                    self.counters.events.add(1);
                    event_log::event(event);
                    self.target.note(event);
                }
                Output::Action { action, .. } => {
                    self.counters.actions.add(1);
                    event_log::action(&self.name, action);
                    let acted = self.target.act(action);
                    self.counters.open.add(u64::from(!matches!(acted, Acted::Done | Acted::Answered(_))));
                    if let Acted::Ended(report) | Acted::Answered(report) = acted {
                        self.known.push_back(report);
                    }
                }
                Output::Bout { bout, .. } => event_log::bout(&self.name, bout, &mut self.logged_bout),
                Output::Load { .. } | Output::Snapshot(_) => {}
            }
            if let Some(store) = &self.store {
                let is_kept = if store.waits {
                    store.handle.send(store.session, output).is_ok()
                } else {
                    store.handle.try_send(store.session, output).is_ok()
                };
                self.counters.entries_dropped.add(u64::from(!is_kept));
            }
        }
        self.outputs = outputs;
    }

    /// Ends the session: what is due happens, and nothing follows but reports of the sinks.
    pub(crate) fn stop(&mut self, at: Time) {
        self.advance(at);
        self.take(at, &Input::Stop);
    }

    /// Closes the session.
    pub(super) fn finish(self) {
        if self.court.timers() > 0 {
            messages::run_timers_dropped(&self.name, self.court.timers());
        }
        if let Some(store) = &self.store {
            // When the queue stays full, the session looks as if the program had been killed; the handle counts it.
            let _counted = store.handle.end_session(store.session, self.court.now(), self.counters);
        }
    }
}
