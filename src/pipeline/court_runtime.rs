//! A court, and what its outputs go to.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::capture_thread::CaptureQueue;
use super::event_log;
use crate::action::{Action, ActionSink, Outcome, Report, Verb};
use crate::court::{Court, Input, Output};
use crate::rules::{Retired, Rules};
use crate::sink::Command;
use crate::store::StoreHandle;
use crate::telemetry::{Counters, messages};
use crate::time::Time;

/// The sinks that act for a court.
#[derive(Debug, Default)]
pub(super) struct Sinks {
    pub(super) obs: HashMap<Arc<str>, mpsc::Sender<Command>>,
    pub(super) player: Option<mpsc::Sender<Command>>,
}

/// What carries out the actions.
pub(super) enum ActionTarget {
    /// The sinks.
    Sinks(Sinks),
    /// Nothing: a capture has the outcomes already.
    None,
    /// Nothing: each action is passed to this function instead.
    Show(ShowAction),
}

/// Is called with each action, which is then not carried out.
pub type ShowAction = Box<dyn FnMut(&Action) + Send>;

/// The database session that keeps a court's outputs.
pub(super) struct StoreSession {
    pub(super) handle: StoreHandle,
    pub(super) session: i64,
    /// Whether the court waits when the queue is full: a replay can wait, a console does not.
    pub(super) waits: bool,
}

/// A court, and where its outputs go.
pub(super) struct CourtRuntime {
    name: Arc<str>,
    court: Court,
    target: ActionTarget,
    store: Option<StoreSession>,
    capture: Option<CaptureQueue>,
    /// Reports that are known at once, such as a missing OBS.
    known: VecDeque<Report>,
    outputs: Vec<Output>,
    counters: Arc<Counters>,
    /// The bout that was logged last.
    logged_bout: String,
}

impl CourtRuntime {
    pub(super) fn new(
        name: Arc<str>,
        court: Court,
        target: ActionTarget,
        store: Option<StoreSession>,
        capture: Option<CaptureQueue>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            name,
            court,
            target,
            store,
            capture,
            known: VecDeque::new(),
            outputs: Vec::new(),
            counters,
            logged_bout: String::new(),
        }
    }

    /// When the next timer of a rule is due.
    pub(super) fn next_due(&self) -> Option<Time> {
        self.court.next_due()
    }

    /// When the next thing is due that does not repeat for ever.
    pub(super) fn next_once_due(&self) -> Option<Time> {
        self.court.next_once_due()
    }

    /// The time of the latest input.
    pub(super) fn now(&self) -> Time {
        self.court.now()
    }

    /// Actions whose outcome is awaited.
    pub(super) fn awaited(&self) -> u64 {
        self.counters.open.get()
    }

    /// What carries out the actions.
    pub(super) fn target(&self) -> &ActionTarget {
        &self.target
    }

    /// Takes an input, and then the reports that its actions caused at once.
    pub(super) fn take(&mut self, at: Time, input: &Input) {
        self.take_one(at, input);
        self.take_known();
    }

    /// Replaces the rules.
    pub(super) fn change_rules(&mut self, at: Time, rules: Rules) -> Retired {
        let report = Report::RulesReloaded { rules: rules.names().map(str::to_owned).collect() };
        let at = at.max(self.court.now());
        if let Some(capture) = &self.capture {
            capture.record(at, &Input::Report(report.clone()));
        }
        let retired = self.court.change_rules(at, rules, &report, &mut self.outputs);
        self.hand_on();
        self.take_known();
        retired
    }

    /// Advances the time.
    pub(super) fn advance(&mut self, to: Time) {
        self.court.advance(to, &mut self.outputs);
        self.hand_on();
        self.take_known();
    }

    fn take_known(&mut self) {
        while let Some(report) = self.known.pop_front() {
            self.take_one(self.court.now(), &Input::Report(report));
        }
    }

    fn take_one(&mut self, at: Time, input: &Input) {
        if let Input::Report(Report::Outcome { outcome, .. }) = input {
            self.counters.open.subtract_one();
            self.counters.failed.add(u64::from(*outcome != Outcome::Done));
        }
        // First of all: whatever a rule does then, the input is not lost.
        let at = at.max(self.court.now());
        if let Some(capture) = &self.capture {
            capture.record(at, input);
        }
        if let Input::Datagram(datagram) = input {
            self.counters.received.add(1);
            if !self.court.allows(datagram) {
                self.counters.refused.add(1);
                let sender = datagram.from.map(|from| from.ip().to_string());
                messages::court_sender_refused(&self.name, sender.unwrap_or_default());
            }
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
                }
                Output::Action { action, .. } => {
                    self.counters.actions.add(1);
                    self.act(action);
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

    fn act(&mut self, action: &Arc<Action>) {
        event_log::action(&self.name, action);
        let sinks = match &mut self.target {
            ActionTarget::None => {
                let has_outcome = matches!(action.verb.sink(), ActionSink::Obs(_) | ActionSink::Player);
                self.counters.open.add(u64::from(has_outcome));
                return;
            }
            ActionTarget::Show(show) => return show(action),
            ActionTarget::Sinks(sinks) => sinks,
        };
        let queue = match action.verb.sink() {
            ActionSink::Timeline | ActionSink::Log => return,
            ActionSink::Obs(instance) => instance.and_then(|instance| sinks.obs.get(instance)),
            ActionSink::Player => sinks.player.as_ref(),
        };
        let command = Command { court: self.name.clone(), action: action.clone(), received: Instant::now() };
        let refused = match queue {
            None => Some((command, missing(&action.verb))),
            Some(queue) => match queue.try_send(command) {
                Ok(()) => None,
                Err(mpsc::error::TrySendError::Full(command)) => {
                    Some((command, "too many actions wait for it already"))
                }
                Err(mpsc::error::TrySendError::Closed(command)) => Some((command, "vta is about to end")),
            },
        };
        self.counters.open.add(1);
        if let Some((command, reason)) = refused {
            self.known.push_back(command.ended(Outcome::Failed { reason: reason.to_owned() }));
        }
    }

    /// Ends the session: what is due happens, and nothing follows but reports of the sinks.
    pub(super) fn stop(&mut self, at: Time) {
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

fn missing(verb: &Verb) -> &'static str {
    match verb.sink() {
        ActionSink::Player => "no player serves this court: add a sink of `type: player`",
        _ => "no OBS serves this court: add a sink of `type: obs`",
    }
}
