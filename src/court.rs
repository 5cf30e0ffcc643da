//! The core: what a court takes in, one step at a time, and what comes of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ipnet::IpNet;

use crate::action::{Action, ClipReport, ObsVerb, Outcome, Report, Verb};
use crate::bout::{Bout, ClipState, Implied, ReviewRules, Tracker};
use crate::event::{
    ActionDone, ActionFailed, Body, ClipMissing, ClipSaved, ClipShown, DiskLow, Event, Note, ObsConnected,
    ObsDisconnected, PlayerConnected, PlayerDisconnected, Raw, Recording, ReplayBuffer, RulesRejected, RulesReloaded,
    SceneChanged, Side, Status,
};
use crate::naming::{Names, Subject};
use crate::pss;
use crate::rules::{Retired, RuleOutput, Rules};
use crate::time::Time;

/// What a court takes in; captures keep each with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A datagram was received.
    Datagram(Datagram),
    /// A sink tells something.
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
const MAX_FIRINGS: u32 = 100_000;
/// Saves of a replay that are remembered until their clip comes, and recordings until they end.
const MAX_AWAITED: usize = 1000;

/// One court: decode → bout → rules, one step at a time.
///
/// It does no I/O and reads no clock. The same inputs at the same times give the same outputs, so that a capture
/// replayed repeats the live run.
pub struct Court {
    name: Arc<str>,
    allow: Vec<IpNet>,
    tracker: Tracker,
    rules: Rules,
    names: Option<Names>,
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
    /// The bout that was to be recorded, by the action's `seq`.
    recordings: BTreeMap<u64, u32>,
    /// The side that events are about, by their `seq`: the names of clips have it.
    sides: BTreeMap<u64, Side>,
}

/// What a message has in addition to its body.
struct MessageMeta {
    stream: Cow<'static, str>,
    status: Status,
    notes: Vec<Note>,
    raw: Raw,
}

/// A request for review, by the `seq` of its events: whatever answers one of them is about that review.
#[derive(Clone, Copy)]
struct Request {
    request: u64,
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
            names: None,
            counts: Counts::default(),
            now: Time::from_micros(i64::MIN),
            events: 0,
            actions: 0,
            firings: 0,
            review: None,
            saves: BTreeMap::new(),
            recordings: BTreeMap::new(),
            sides: BTreeMap::new(),
        }
    }

    /// Counts reviews by these rules.
    pub fn with_review_rules(mut self, rules: ReviewRules) -> Self {
        self.tracker = Tracker::new(rules);
        self
    }

    /// Names the files of clips and recordings; OBS does it otherwise.
    pub fn with_names(mut self, names: Names) -> Self {
        self.names = Some(names);
        self
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
        let mut outputs = Vec::new();
        let retired = self.rules.take_over(before, at, self.events + 1, &mut outputs);
        self.step(at, &Input::Report(report.clone()), out);
        for output in outputs {
            self.carry_out(output, true, out);
        }
        retired
    }

    /// Lets the time pass: all that is due by `to` happens, in order.
    pub fn advance(&mut self, to: Time, out: &mut Vec<Output>) -> Time {
        let to = to.max(self.now);
        let mut outputs = Vec::new();
        while let Some(due) = self.next_due().filter(|due| *due <= to) {
            self.now = due.max(self.now);
            if self.tracker.due() == Some(due) {
                let implied = self.tracker.settle();
                self.implied(self.now, implied, out);
            } else {
                self.firings += 1;
                if self.firings > MAX_FIRINGS {
                    self.rules.drop_due(due, &mut outputs);
                } else {
                    self.rules.fire_due(due, self.tracker.bout(), &mut outputs);
                }
                for output in outputs.drain(..) {
                    self.carry_out(output, true, out);
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
        let event = self.event(at, None, body, Some(MessageMeta { stream, status, notes, raw }));
        let implied = self.tracker.hear(&event);
        if implied.events.iter().any(|(_, body)| matches!(body, Body::ReviewOpened(_))) {
            self.review = Some(Request { request: event.seq, opened: None });
        }
        self.emit(event, self.tracker.bout().ordinal, true, out);
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
                self.review = Some(Request { request: cause, opened: Some(self.events + 1) });
            }
            self.report_event(at, Some(cause), body, out);
        }
    }

    fn report(&mut self, at: Time, report: &Report, out: &mut Vec<Output>) {
        let body = match report.clone() {
            Report::Outcome { action_seq, action, outcome, took_us } => {
                let save = self.saves.remove(&action_seq);
                match outcome {
                    Outcome::Done => Body::ActionDone(ActionDone { action_seq, action, took_us }),
                    Outcome::Failed { reason } => {
                        let failed = ActionFailed { action_seq, action, reason: reason.clone(), took_us };
                        self.report_event(at, None, Body::ActionFailed(failed), out);
                        if let Some(review) = save.and_then(|save| save.review) {
                            self.save_failed(at, review, reason, out);
                        }
                        return;
                    }
                }
            }
            Report::ClipSaved(clip) => return self.clip(at, clip, out),
            Report::ObsConnected { instance, obs_version, websocket_version } => {
                Body::ObsConnected(ObsConnected { instance, obs_version, websocket_version })
            }
            Report::ObsDisconnected { instance, reason } => Body::ObsDisconnected(ObsDisconnected { instance, reason }),
            Report::SceneChanged { instance, scene } => Body::SceneChanged(SceneChanged { instance, scene }),
            Report::ReplayBuffer { instance, active } => Body::ReplayBuffer(ReplayBuffer { instance, active }),
            Report::DiskLow { instance, free_mb } => Body::DiskLow(DiskLow { instance, free_mb }),
            Report::RecordingStarted(recording) => return self.recording(at, Body::RecordingStarted, recording, out),
            Report::RecordingStopped(recording) => return self.recording(at, Body::RecordingStopped, recording, out),
            Report::RulesReloaded { rules } => Body::RulesReloaded(RulesReloaded { rules }),
            Report::RulesRejected { file, line, column, message, errors } => {
                Body::RulesRejected(Box::new(RulesRejected { file, line, column, message, errors }))
            }
            Report::PlayerConnected { player, version } => Body::PlayerConnected(PlayerConnected { player, version }),
            Report::PlayerDisconnected { player, reason } => {
                Body::PlayerDisconnected(PlayerDisconnected { player, reason })
            }
            Report::ClipShown { player, path, camera, review, action_seq, position_us, shows, took_us } => {
                if let Some(review) = review {
                    self.tracker.clip(review, ClipState::Shown);
                }
                let position_seconds = Duration::from_micros(position_us).as_secs_f64();
                Body::ClipShown(ClipShown {
                    player,
                    path,
                    camera,
                    review,
                    action_seq,
                    position_seconds,
                    shows,
                    took_us,
                })
            }
        };
        self.report_event(at, None, body, out);
    }

    /// When none of the saves that a review asked for has come to a clip, there is none.
    fn save_failed(&mut self, at: Time, review: u64, reason: String, out: &mut Vec<Output>) {
        let clip = self.tracker.review(review).and_then(|review| review.clip);
        let other = self.saves.values().any(|save| save.review == Some(review));
        if clip == Some(ClipState::Saving) && !other {
            self.tracker.clip(review, ClipState::Missing);
            self.report_event(at, None, Body::ClipMissing(ClipMissing { review, reason }), out);
        }
    }

    /// A clip belongs to the bout and the review that it was saved for, whatever is on by the time it comes.
    fn clip(&mut self, at: Time, report: ClipReport, out: &mut Vec<Output>) {
        let ClipReport { instance, path, from, begins_at, ends_at, note, action_seqs } = report;
        let clip =
            ClipSaved { instance, path, from, begins_at, ends_at, note, reason: None, action_seq: None, review: None };
        if action_seqs.is_empty() {
            return self.report_event(at, None, Body::ClipSaved(clip), out);
        }
        for action_seq in action_seqs {
            let save = self.saves.remove(&action_seq);
            if let Some(review) = save.as_ref().and_then(|save| save.review) {
                self.tracker.clip(review, ClipState::Saved);
            }
            let bout = save.as_ref().map_or(self.tracker.bout().ordinal, |save| save.bout);
            let clip = ClipSaved {
                reason: save.as_ref().map(|save| save.reason.clone()).filter(|reason| !reason.is_empty()),
                action_seq: Some(action_seq),
                review: save.and_then(|save| save.review),
                ..clip.clone()
            };
            let event = self.event(at, None, Body::ClipSaved(clip), None);
            self.emit(event, bout, true, out);
        }
    }

    /// A recording belongs to the bout that it was begun for, whatever is on when it ends.
    fn recording(&mut self, at: Time, kind: fn(Recording) -> Body, recording: Recording, out: &mut Vec<Output>) {
        let ours = recording.action_seq.and_then(|action_seq| self.recordings.get(&action_seq));
        let bout = ours.copied().unwrap_or(self.tracker.bout().ordinal);
        let event = self.event(at, None, kind(recording), None);
        self.emit(event, bout, true, out);
    }

    fn report_event(&mut self, at: Time, cause: Option<u64>, body: Body, out: &mut Vec<Output>) {
        let event = self.event(at, cause, body, None);
        self.emit(event, self.tracker.bout().ordinal, true, out);
    }

    fn event(&mut self, at: Time, cause: Option<u64>, body: Body, meta: Option<MessageMeta>) -> Arc<Event> {
        self.events += 1;
        let (stream, status, notes, raw) = match meta {
            Some(MessageMeta { stream, status, notes, raw }) => (Some(stream), status, notes, Some(raw)),
            None => (None, Status::Ok, Vec::new(), None),
        };
        let court = self.name.clone();
        Arc::new(Event { seq: self.events, at, court, stream, status, cause, body, notes, raw })
    }

    /// Gives an event out, and what the rules say to it.
    fn emit(&mut self, event: Arc<Event>, bout: u32, failures_are_heard: bool, out: &mut Vec<Output>) {
        out.push(Output::Event { event: event.clone(), bout });
        if let Some(side) = side_of(&event.body) {
            remember(&mut self.sides, event.seq, side);
        }
        let mut outputs = Vec::new();
        self.rules.hear(&event, self.tracker.bout(), &mut outputs);
        for output in outputs {
            self.carry_out(output, failures_are_heard, out);
        }
    }

    fn carry_out(&mut self, output: RuleOutput, failures_are_heard: bool, out: &mut Vec<Output>) {
        let bout = self.tracker.bout().ordinal;
        match output {
            RuleOutput::Action { rule, cause, at, mut verb } => {
                self.actions += 1;
                let seq = self.actions;
                self.name(cause, &mut verb);
                match verb.obs() {
                    Some(ObsVerb::SaveReplay { reason, .. }) => {
                        let review = self.review_about(cause);
                        if let Some(review) = review {
                            self.tracker.clip(review, ClipState::Saving);
                        }
                        remember(&mut self.saves, seq, Save { reason: reason.clone(), review, bout });
                    }
                    Some(ObsVerb::StartRecording { .. }) => remember(&mut self.recordings, seq, bout),
                    _ => {}
                }
                out.push(Output::Action { action: Arc::new(Action { seq, at, rule, cause, verb }), bout });
            }
            RuleOutput::Failed { cause, at, failure } => {
                let event = self.event(at, Some(cause), Body::RuleFailed(failure), None);
                if failures_are_heard {
                    // A rule that fails at hearing of a failure is not told of again.
                    self.emit(event, bout, false, out);
                } else {
                    out.push(Output::Event { event, bout });
                }
            }
        }
    }

    /// The request for review that an event is about.
    fn review_about(&self, cause: u64) -> Option<u64> {
        let about = |request: &Request| cause == request.request || Some(cause) == request.opened;
        self.review.filter(about).map(|request| request.request)
    }

    /// Gives the file of a clip or a recording its name, where the rule gives none.
    fn name(&self, cause: u64, verb: &mut Verb) {
        let (Some(names), Verb::Obs(action)) = (&self.names, verb) else { return };
        let (template, name, reason) = match &mut action.verb {
            ObsVerb::SaveReplay { name, reason } => (&names.clip, name, Some(reason.as_str())),
            ObsVerb::StartRecording { name } => (&names.recording, name, None),
            _ => return,
        };
        let review = self.review_about(cause).and_then(|review| self.tracker.review(review));
        let side = review.map(|review| review.side.into());
        let athlete = match review {
            Some(review) => review.side.side(),
            None => self.sides.get(&cause).copied(),
        };
        let bout = self.tracker.bout();
        let subject = Subject { event: &names.event, court: &self.name, bout, side, athlete, reason };
        name.get_or_insert_with(|| template.fill(&subject));
    }
}

/// The side that an event is about.
fn side_of(body: &Body) -> Option<Side> {
    match body {
        Body::Point(event) => Some(event.side),
        Body::Hit(event) => Some(event.side),
        Body::Scored(event) => Some(event.side),
        Body::PenaltyGiven(event) => Some(event.side),
        Body::PointGap(event) => Some(event.side),
        Body::LeadChanged(event) => Some(event.side),
        Body::InjuryStarted(event) => event.side.side(),
        _ => None,
    }
}

/// Remembers what an action was for; the oldest is forgotten when there are too many.
fn remember<T>(awaited: &mut BTreeMap<u64, T>, seq: u64, what: T) {
    while awaited.len() >= MAX_AWAITED {
        awaited.pop_first();
    }
    awaited.insert(seq, what);
}
