//! The core: what a court takes in, one step at a time, and what comes of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use ipnet::IpNet;

use crate::action::{Action, Outcome, Report, Verb};
use crate::bout::{Bout, Implied, Tracker};
use crate::event::{
    ActionDone, ActionFailed, Body, ClipSaved, Event, Note, ObsConnected, ObsDisconnected, Raw, Recording,
    ReplayBuffer, RulesRejected, RulesReloaded, SceneChanged, Status,
};
use crate::pss;
use crate::rules::{Retired, Rules, Said};
use crate::time::Time;

/// What a court takes in; captures keep each with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A datagram was received.
    Datagram(Datagram),
    /// An edge tells something.
    Report(Report),
    /// The session ends; nothing follows.
    Stop,
}

/// A datagram as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Its bytes.
    pub bytes: Bytes,
    /// Who sent it; unknown in text traces.
    pub from: Option<SocketAddr>,
    /// Whether it was longer than what could be received.
    pub truncated: bool,
}

/// What comes of a step, in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// Something happened.
    Event {
        /// What happened.
        event: Arc<Event>,
        /// The bout it belongs to; 0 before the first was loaded.
        bout: u32,
    },
    /// Something is to be done.
    Action {
        /// What to do.
        action: Arc<Action>,
        /// The bout it belongs to; 0 before the first was loaded.
        bout: u32,
    },
    /// The state of the bout at a moment worth keeping.
    Bout(Arc<Bout>),
    /// The events from `from_seq` on belong to this bout and not to the one before: the operator had loaded another
    /// bout that never began.
    BoutSplit {
        /// The first event that belongs to it.
        from_seq: u64,
        /// The bout's ordinal.
        ordinal: u32,
    },
}

/// Timers that may fire while nothing comes in: a rule that puts itself off again and again, over a clock that was set
/// far forward, must come to an end.
const MOST_FIRINGS: u32 = 100_000;
/// Saves of a replay that are remembered until their clip comes.
const MOST_SAVES: usize = 1000;

/// One court: decode → bout → rules, one step at a time.
///
/// It does no I/O and reads no clock. The same inputs at the same times give the same outputs, so that a capture
/// replayed repeats the live run.
pub struct Court {
    name: Arc<str>,
    allow: Vec<IpNet>,
    tracker: Tracker,
    rules: Rules,
    counts: Counts,
    /// The time of the latest input: times never run back.
    now: Time,
    events: u64,
    actions: u64,
    /// Timers that have fired since the last input.
    firings: u32,
    /// The latest request for review.
    review: Option<Request>,
    /// What was to be saved, by the action's `seq`.
    saves: BTreeMap<u64, Save>,
}

/// What a message says beside its body.
type Told = (Cow<'static, str>, Status, Vec<Note>, Raw);

/// A request for review, by the `seq` of its events: whatever answers one of them is about that review.
#[derive(Clone, Copy)]
struct Request {
    said: u64,
    /// Of the `review_opened` that it implied.
    opened: Option<u64>,
}

/// A replay that is being saved.
struct Save {
    reason: String,
    review: Option<u64>,
    bout: u32,
}

/// What a court has taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Datagrams from senders that are allowed.
    pub datagrams: u64,
    /// Datagrams from senders that are not allowed; they are not decoded.
    pub refused: u64,
}

impl Court {
    /// A court of that name. Without `allow`, every sender may speak.
    pub fn new(name: Arc<str>, allow: Vec<IpNet>, rules: Rules) -> Self {
        Self {
            name,
            allow,
            tracker: Tracker::default(),
            rules,
            counts: Counts::default(),
            now: Time::from_micros(i64::MIN),
            events: 0,
            actions: 0,
            firings: 0,
            review: None,
            saves: BTreeMap::new(),
        }
    }

    /// The state of the bout that is on.
    pub fn bout(&self) -> &Arc<Bout> {
        self.tracker.bout()
    }

    /// What it has taken in.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The time of the latest input.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When something happens by itself: a burst of messages is over, or a rule's timer is due.
    pub fn next_due(&self) -> Option<Time> {
        self.tracker.due().into_iter().chain(self.rules.next_due()).min()
    }

    /// When something happens by itself that does not repeat for ever.
    pub fn next_once_due(&self) -> Option<Time> {
        self.tracker.due().into_iter().chain(self.rules.next_once_due()).min()
    }

    /// How many timers of rules wait that fire once.
    pub fn timers(&self) -> usize {
        self.rules.waiting()
    }

    /// Takes in what came at a time; gives the time that counts, which is never before that of the input before.
    pub fn step(&mut self, at: Time, input: &Input, out: &mut Vec<Output>) -> Time {
        let at = self.advance(at, out);
        self.firings = 0;
        match input {
            Input::Datagram(datagram) => self.datagram(at, datagram, out),
            Input::Report(report) => self.report(at, report, out),
            Input::Stop => {
                let implied = self.tracker.finish();
                self.implied(at, implied, out);
                if self.tracker.bout().ordinal > 0 {
                    out.push(Output::Bout(self.tracker.bout().clone()));
                }
            }
        }
        at
    }

    /// Puts other rules in the place of those before, and takes in the report that says so.
    pub fn change_rules(&mut self, at: Time, rules: Rules, report: &Report, out: &mut Vec<Output>) -> Retired {
        let at = self.advance(at, out);
        let before = std::mem::replace(&mut self.rules, rules);
        let mut said = Vec::new();
        let retired = self.rules.take_over(before, at, self.events + 1, &mut said);
        self.step(at, &Input::Report(report.clone()), out);
        for said in said {
            self.said(said, true, out);
        }
        retired
    }

    /// Lets the time pass: all that is due by `to` happens, in order.
    pub fn advance(&mut self, to: Time, out: &mut Vec<Output>) -> Time {
        let to = to.max(self.now);
        let mut said = Vec::new();
        while let Some(due) = self.next_due().filter(|due| *due <= to) {
            self.now = due.max(self.now);
            if self.tracker.due() == Some(due) {
                let implied = self.tracker.settle();
                self.implied(self.now, implied, out);
            } else {
                self.firings += 1;
                if self.firings > MOST_FIRINGS {
                    self.rules.drop_due(due, &mut said);
                } else {
                    self.rules.fire_due(due, self.tracker.bout(), &mut said);
                }
                for said in said.drain(..) {
                    self.said(said, true, out);
                }
            }
        }
        self.now = to;
        to
    }

    fn datagram(&mut self, at: Time, datagram: &Datagram, out: &mut Vec<Output>) {
        let refused = |from: SocketAddr| !self.allow.iter().any(|net| net.contains(&from.ip().to_canonical()));
        if !self.allow.is_empty() && datagram.from.is_some_and(refused) {
            self.counts.refused += 1;
            return;
        }
        self.counts.datagrams += 1;
        pss::decode(&datagram.bytes, datagram.truncated, |message| self.message(at, message, out));
    }

    fn message(&mut self, at: Time, message: pss::Message, out: &mut Vec<Output>) {
        let pss::Message { stream, status, body, notes, raw } = message;
        let event = self.event(at, None, body, Some((stream, status, notes, raw)));
        let implied = self.tracker.hear(&event);
        if implied.events.iter().any(|(_, body)| matches!(body, Body::ReviewOpened(_))) {
            self.review = Some(Request { said: event.seq, opened: None });
        }
        self.tell(event, self.tracker.bout().ordinal, true, out);
        self.implied(at, implied, out);
    }

    /// Gives out what messages imply.
    fn implied(&mut self, at: Time, implied: Implied, out: &mut Vec<Output>) {
        if let Some(waited) = implied.waited {
            out.push(Output::Bout(waited));
        }
        if let Some(from_seq) = implied.split_from {
            out.push(Output::BoutSplit { from_seq, ordinal: self.tracker.bout().ordinal });
        }
        if implied.noteworthy {
            out.push(Output::Bout(self.tracker.bout().clone()));
        }
        for (cause, body) in implied.events {
            if matches!(body, Body::ReviewOpened(_)) {
                self.review = Some(Request { said: cause, opened: Some(self.events + 1) });
            }
            self.happened(at, Some(cause), body, out);
        }
    }

    fn report(&mut self, at: Time, report: &Report, out: &mut Vec<Output>) {
        let body = match report.clone() {
            Report::Outcome { action_seq, action, outcome, took_us } => {
                self.saves.remove(&action_seq);
                match outcome {
                    Outcome::Done => Body::ActionDone(ActionDone { action_seq, action, took_us }),
                    Outcome::Failed { reason } => {
                        Body::ActionFailed(ActionFailed { action_seq, action, reason, took_us })
                    }
                }
            }
            Report::ClipSaved { instance, path, action_seqs } => {
                return self.clip(at, instance, path, &action_seqs, out);
            }
            Report::ObsConnected { instance, obs_version, websocket_version } => {
                Body::ObsConnected(ObsConnected { instance, obs_version, websocket_version })
            }
            Report::ObsDisconnected { instance, reason } => Body::ObsDisconnected(ObsDisconnected { instance, reason }),
            Report::SceneChanged { instance, scene } => Body::SceneChanged(SceneChanged { instance, scene }),
            Report::ReplayBuffer { instance, active } => Body::ReplayBuffer(ReplayBuffer { instance, active }),
            Report::RecordingStarted { instance, path } => Body::RecordingStarted(Recording { instance, path }),
            Report::RecordingStopped { instance, path } => Body::RecordingStopped(Recording { instance, path }),
            Report::RulesReloaded { rules } => Body::RulesReloaded(RulesReloaded { rules }),
            Report::RulesRejected { file, line, column, message, errors } => {
                Body::RulesRejected(Box::new(RulesRejected { file, line, column, message, errors }))
            }
        };
        self.happened(at, None, body, out);
    }

    /// A clip belongs to the bout and the review that it was saved for, whatever is on by the time it comes.
    fn clip(&mut self, at: Time, instance: String, path: String, action_seqs: &[u64], out: &mut Vec<Output>) {
        if action_seqs.is_empty() {
            let clip = ClipSaved { instance, path, reason: None, action_seq: None, review: None };
            return self.happened(at, None, Body::ClipSaved(clip), out);
        }
        for action_seq in action_seqs {
            let save = self.saves.remove(action_seq);
            let bout = save.as_ref().map_or(self.tracker.bout().ordinal, |save| save.bout);
            let clip = ClipSaved {
                instance: instance.clone(),
                path: path.clone(),
                reason: save.as_ref().map(|save| save.reason.clone()).filter(|reason| !reason.is_empty()),
                action_seq: Some(*action_seq),
                review: save.and_then(|save| save.review),
            };
            let event = self.event(at, None, Body::ClipSaved(clip), None);
            self.tell(event, bout, true, out);
        }
    }

    fn happened(&mut self, at: Time, cause: Option<u64>, body: Body, out: &mut Vec<Output>) {
        let event = self.event(at, cause, body, None);
        self.tell(event, self.tracker.bout().ordinal, true, out);
    }

    fn event(&mut self, at: Time, cause: Option<u64>, body: Body, told: Option<Told>) -> Arc<Event> {
        self.events += 1;
        let (stream, status, notes, raw) = match told {
            Some((stream, status, notes, raw)) => (Some(stream), status, notes, Some(raw)),
            None => (None, Status::Ok, Vec::new(), None),
        };
        let source = self.name.clone();
        Arc::new(Event { seq: self.events, at, source, stream, status, cause, body, notes, raw })
    }

    /// Gives an event out, and what the rules say to it.
    fn tell(&mut self, event: Arc<Event>, bout: u32, failures_are_told: bool, out: &mut Vec<Output>) {
        out.push(Output::Event { event: event.clone(), bout });
        let mut said = Vec::new();
        self.rules.hear(&event, self.tracker.bout(), &mut said);
        for said in said {
            self.said(said, failures_are_told, out);
        }
    }

    fn said(&mut self, said: Said, failures_are_told: bool, out: &mut Vec<Output>) {
        let bout = self.tracker.bout().ordinal;
        match said {
            Said::Ask { rule, cause, at, verb } => {
                self.actions += 1;
                let seq = self.actions;
                if let Verb::SaveReplay { reason, .. } = &verb {
                    let about = |request: &Request| cause == request.said || Some(cause) == request.opened;
                    let review = self.review.filter(about).map(|request| request.said);
                    while self.saves.len() >= MOST_SAVES {
                        self.saves.pop_first();
                    }
                    self.saves.insert(seq, Save { reason: reason.clone(), review, bout });
                }
                out.push(Output::Action { action: Arc::new(Action { seq, at, rule, cause, verb }), bout });
            }
            Said::Failed { cause, at, failure } => {
                let event = self.event(at, Some(cause), Body::RuleFailed(failure), None);
                if failures_are_told {
                    // A rule that fails at hearing of a failure is not told of again.
                    self.tell(event, bout, false, out);
                } else {
                    out.push(Output::Event { event, bout });
                }
            }
        }
    }
}
