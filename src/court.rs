//! The core: the inputs of a court, one step at a time, and the outputs that follow from them.

mod chains;
mod commands;
mod feeds;
mod media;
mod setup;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ipnet::IpNet;

pub use self::setup::{OpenRecording, Resume, Setup, Snapshot};

use self::chains::Chains;
use self::commands::OpenCommands;
use self::feeds::Feeds;
use self::media::{AwaitedMedia, RecordingRequest, Save, SaveStage};
use crate::action::{Action, ActionVerb, ClipReport, ObsVerb, Outcome, Report};
use crate::bout::{Bout, BoutId, BurstHandler, ClipState, Derived, Identities, MAX_BREAK, ReviewRules, SessionId};
use crate::command::Command;
use crate::event::{
    ActionDone, ActionFailed, Body, BoutResumed, ClipMissing, ClipSaved, ClipShown, ClockStep, Event, Note, Raw,
    Recording, Rehearsal, ResumeDropped, ReviewOrigin, RulesReloaded, Side, Status,
};
use crate::naming::{Names, Subject};
use crate::pss;
use crate::rules::{Explain, Retired, RuleOutput, Rules};
use crate::time::{Offset, Time};

/// An input of a court; captures keep each with its time.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A datagram was received.
    Datagram(Datagram),
    /// A sink has reported something.
    Report(Report),
    /// An operator wants something.
    Command(Arc<Command>),
    /// What the court runs with from now on.
    Setup(Arc<Setup>),
    /// The session goes on where an earlier one has ended.
    Resume(Arc<Resume>),
    /// The computer's clock was set, or the court did not run for a while: the computer slept, say.
    ClockStep {
        /// The court's time until which it ran.
        ran_until: Time,
        /// The clock that people read is from now on so far ahead of the court's time.
        offset: Offset,
    },
    /// Time has passed without another input, and something came due: a burst was over, or a timer fired.
    Wake,
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
    /// Whether it was longer than can be received.
    pub truncated: bool,
}

/// The longest datagram that is read whole, in bytes.
pub(crate) const MAX_DATAGRAM: usize = 2048;

impl Datagram {
    /// As it is received: of a longer one, only the beginning.
    pub(crate) fn limited(mut self) -> Self {
        self.truncated |= self.bytes.len() > MAX_DATAGRAM;
        self.bytes.truncate(MAX_DATAGRAM);
        self
    }
}

/// An output of a step, in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// Something happened.
    Event {
        /// What happened.
        event: Arc<Event>,
        /// The load it belongs to; 0 before the first.
        load: u32,
    },
    /// Something is to be done.
    Action {
        /// What to do.
        action: Arc<Action>,
        /// The load it belongs to; 0 before the first.
        load: u32,
    },
    /// Which bout a load is of is known, or known better than before.
    Load {
        /// The load.
        load: u32,
        /// The bout.
        bout: BoutId,
        /// Since when it is known.
        at: Time,
    },
    /// The state of the bout, which is to be stored.
    Bout {
        /// The bout.
        id: BoutId,
        /// Its state in the present load.
        bout: Arc<Bout>,
    },
    /// What a later session needs to go on with the bout; the latest one counts.
    Snapshot(Arc<Snapshot>),
}

/// One court: decode → bout → rules, one step at a time.
///
/// It does no I/O and reads no clock. The same inputs at the same times give the same outputs, so that a capture
/// replayed repeats the live run.
pub struct Court {
    name: Arc<str>,
    allow: Vec<IpNet>,
    feeds: Feeds,
    bursts: BurstHandler,
    rules: Rules,
    names: Option<Names>,
    /// The encoding of text that is not UTF-8.
    fallback_encoding: pss::Encoding,
    /// The time of the latest input: times never run back.
    now: Time,
    /// How far the clock that people read is ahead of that.
    offset: Offset,
    events: u64,
    actions: u64,
    identities: Identities,
    media: AwaitedMedia,
    chains: Chains,
    commands: OpenCommands,
    /// The load and the bout's number in which actions were requested that have not ended, by the action's `seq`.
    requested: BTreeMap<u64, (u32, Option<String>)>,
    /// Names of the OBS sinks that serve the court, and whether a player does.
    obs: Vec<Arc<str>>,
    has_player: bool,
    /// How many actions of paused rules were not carried out; none while rules are not paused.
    withheld: Option<u64>,
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

impl Court {
    /// A court of that name. An empty `allow` allows every sender.
    pub fn new(name: Arc<str>, allow: Vec<IpNet>, rules: Rules) -> Self {
        Self {
            name,
            allow,
            feeds: Feeds::default(),
            bursts: BurstHandler::default(),
            rules,
            names: None,
            fallback_encoding: pss::Encoding::default(),
            now: Time::from_micros(i64::MIN),
            offset: Offset::default(),
            events: 0,
            actions: 0,
            identities: Identities::new(SessionId::default()),
            media: AwaitedMedia::default(),
            chains: Chains::default(),
            commands: OpenCommands::default(),
            requested: BTreeMap::new(),
            obs: Vec::new(),
            has_player: false,
            withheld: None,
            sides: BTreeMap::new(),
        }
    }

    /// Counts reviews by these rules.
    pub fn with_review_rules(mut self, rules: ReviewRules) -> Self {
        self.bursts = BurstHandler::new(rules);
        self
    }

    /// Its bouts have the session in their names.
    pub fn with_session(mut self, session: SessionId) -> Self {
        self.identities = Identities::new(session);
        self
    }

    /// Names the files of clips and recordings; without names, OBS does.
    pub fn with_names(mut self, names: Names) -> Self {
        self.names = Some(names);
        self
    }

    /// Text that is not UTF-8 is in this encoding.
    pub fn with_fallback_encoding(mut self, encoding: pss::Encoding) -> Self {
        self.fallback_encoding = encoding;
        self
    }

    /// The OBS sinks that serve it, and whether a player does: the targets of an operator's commands.
    pub fn with_sinks(mut self, obs: Vec<Arc<str>>, has_player: bool) -> Self {
        (self.obs, self.has_player) = (obs, has_player);
        self
    }

    /// The state of the bout that is on.
    pub fn bout(&self) -> &Arc<Bout> {
        self.bursts.bout()
    }

    /// Whether a datagram is taken: without a list every sender is allowed, and so is one that is not known.
    pub fn allows(&self, datagram: &Datagram) -> bool {
        let is_allowed = |from: SocketAddr| self.allow.iter().any(|net| net.contains(&from.ip().to_canonical()));
        self.allow.is_empty() || datagram.from.is_none_or(is_allowed)
    }

    /// The time of the latest input.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When something happens without an input: a burst of messages is over, or a rule's timer is due.
    pub fn next_due(&self) -> Option<Time> {
        self.bursts.due().into_iter().chain(self.rules.next_due()).min()
    }

    /// The same, without timers that repeat for ever.
    pub fn next_once_due(&self) -> Option<Time> {
        self.bursts.due().into_iter().chain(self.rules.next_once_due()).min()
    }

    /// How many timers of rules are waiting that fire once.
    pub fn timers(&self) -> usize {
        self.rules.waiting()
    }

    /// Handles an input that came at a time; gives the time that counts, which is never before that of the previous
    /// input.
    pub fn step(&mut self, at: Time, input: &Input, out: &mut Vec<Output>) -> Time {
        if let Input::ClockStep { ran_until, offset } = input {
            return self.clock_step(at, *ran_until, *offset, out);
        }
        let at = self.advance(at, out);
        match input {
            Input::Datagram(datagram) => self.datagram(at, datagram, out),
            Input::Report(report) => self.report(at, report, out),
            Input::Command(command) => self.command(at, command, out),
            Input::Setup(_) | Input::ClockStep { .. } | Input::Wake => {}
            Input::Resume(resume) => self.resume(at, resume, out),
            Input::Stop => {
                let derived = self.bursts.finish();
                self.derived(at, derived, out);
                if let Some(bout) = self.identities.close() {
                    let load = self.bursts.bout().load;
                    out.push(Output::Load { load, bout, at: at + self.offset });
                }
                self.store_bout(at, out);
            }
        }
        at
    }

    /// The clock was set, or time has passed in which the court did not run: what has come due meanwhile happens once.
    fn clock_step(&mut self, at: Time, ran_until: Time, offset: Offset, out: &mut Vec<Output>) -> Time {
        let at = at.max(self.now);
        self.advance(ran_until.min(at), out);
        self.rules.skip_repeats(at);
        self.now = at;
        let at = self.advance(at, out);
        let ahead = offset.as_micros().saturating_sub(self.offset.as_micros());
        self.offset = offset;
        self.bursts.set_offset(offset);
        self.report_event(at, None, Body::ClockStep(ClockStep { ahead_ms: ahead / 1000 }), out);
        at
    }

    /// Goes on with the bout of an earlier session.
    fn resume(&mut self, at: Time, resume: &Resume, out: &mut Vec<Output>) {
        self.identities.remember(&resume.bouts);
        let Some(snapshot) = &resume.snapshot else { return };
        if snapshot.state.load() == 0 {
            // Only its recordings go on.
            return self.media.resume(&snapshot.recordings, 0);
        }
        let reason = if self.bursts.bout().load > 0 {
            Some("another bout is on already")
        } else if (at + self.offset).since(snapshot.at) > MAX_BREAK {
            Some("its last event was more than twelve hours ago")
        } else {
            None
        };
        if let Some(reason) = reason {
            self.media.resume(&snapshot.recordings, 0);
            let dropped = ResumeDropped { number: snapshot.state.number(), reason: reason.to_owned() };
            return self.report_event(at, None, Body::ResumeDropped(dropped), out);
        }
        self.bursts.resume(snapshot.state.clone());
        let bout = self.bursts.bout().clone();
        self.identities.resume(bout.load, snapshot.bout);
        self.media.resume(&snapshot.recordings, bout.load);
        out.push(Output::Load { load: bout.load, bout: snapshot.bout, at: at + self.offset });
        let number = bout.config.number.clone();
        let resumed =
            BoutResumed { number, round: bout.round, blue: bout.blue.score, red: bout.red.score, since: snapshot.at };
        self.report_event(at, None, Body::BoutResumed(Box::new(resumed)), out);
        if self.is_rehearsal() {
            // It would be forgotten, and the bouts of the day would count nowhere.
            self.report_event(at, None, Body::Rehearsal(Rehearsal { on: true }), out);
        }
        self.store_bout(at, out);
    }

    /// Passes on from now on what each rule does with each event.
    pub fn explain_to(&mut self, explain: Explain) {
        self.rules.explain_to(explain);
    }

    /// Whether an operator has paused its rules.
    pub fn are_rules_paused(&self) -> bool {
        self.withheld.is_some()
    }

    /// Whether bouts that are loaded now are rehearsals.
    pub fn is_rehearsal(&self) -> bool {
        self.bursts.is_rehearsal()
    }

    /// The file names of its rules.
    pub fn rules(&self) -> Vec<String> {
        self.rules.names().map(str::to_owned).collect()
    }

    /// What a later session needs to go on where this one is.
    pub fn leave(&self) -> Resume {
        let snapshot = self.snapshot(self.now + self.offset);
        let is_empty = self.bursts.bout().load == 0 && snapshot.recordings.is_empty();
        Resume { snapshot: (!is_empty).then_some(snapshot), bouts: self.identities.known().to_vec() }
    }

    fn snapshot(&self, at: Time) -> Snapshot {
        let recordings = self.media.open(self.bursts.bout().load);
        Snapshot { bout: self.identities.id(), at, state: self.bursts.state(), recordings }
    }

    /// Replaces the rules.
    pub fn change_rules(&mut self, at: Time, rules: Rules, out: &mut Vec<Output>) -> Retired {
        let at = self.advance(at, out);
        let before = std::mem::replace(&mut self.rules, rules);
        let mut outputs = Vec::new();
        let retired = self.rules.take_over(before, at, self.events + 1, &mut outputs);
        self.report_event(at, None, Body::RulesReloaded(RulesReloaded { rules: self.rules() }), out);
        for output in outputs {
            self.carry_out(output, true, out);
        }
        retired
    }

    /// Lets the time pass: everything that is due by `to` happens, in order.
    pub fn advance(&mut self, to: Time, out: &mut Vec<Output>) -> Time {
        let to = to.max(self.now);
        let mut outputs = Vec::new();
        while let Some(due) = self.next_due().filter(|due| *due <= to) {
            self.now = due.max(self.now);
            if self.bursts.due() == Some(due) {
                let derived = self.bursts.settle();
                self.derived(self.now, derived, out);
            } else {
                self.rules.fire_due(due, self.now, self.bursts.bout(), &mut outputs);
                for output in outputs.drain(..) {
                    self.carry_out(output, true, out);
                }
            }
        }
        self.now = to;
        to
    }

    fn datagram(&mut self, at: Time, datagram: &Datagram, out: &mut Vec<Output>) {
        if !self.allows(datagram) {
            return;
        }
        let encoding = self.fallback_encoding;
        pss::decode_as(encoding, &datagram.bytes, datagram.truncated, |message| self.message(at, message, out));
    }

    fn message(&mut self, at: Time, message: pss::Message, out: &mut Vec<Output>) {
        if !self.feeds.takes(at, &message) {
            return;
        }
        let pss::Message { stream, status, body, notes, raw } = message;
        let ended = self.bursts.end_before(&body);
        self.derived(at, ended, out);
        let event = self.event(at, None, body, Some(MessageMeta { stream, status, notes, raw }));
        let derived = self.bursts.handle(&event, at);
        if derived.events.iter().any(|(_, body)| matches!(body, Body::ReviewOpened(_))) {
            self.media.begin_review(event.seq, None);
        }
        self.emit(event, self.bursts.bout().load, true, out);
        self.derived(at, derived, out);
    }

    /// Gives out what follows from messages.
    fn derived(&mut self, at: Time, derived: Derived, out: &mut Vec<Output>) {
        if derived.bout_changed {
            self.store_bout(at, out);
        }
        for (cause, body) in derived.events {
            let opened = match &body {
                Body::ReviewOpened(opened) => Some(*opened),
                _ => None,
            };
            if opened.is_some() {
                self.media.begin_review(cause, Some(self.events + 1));
            }
            self.report_event(at, Some(cause), body, out);
            if let Some(opened) = opened.filter(|opened| opened.origin == ReviewOrigin::Operator) {
                self.save_for_operator(at, cause, opened.side, out);
            }
        }
    }

    /// Gives out the state of the bout, which load it has, and what a later session needs of it.
    fn store_bout(&mut self, at: Time, out: &mut Vec<Output>) {
        let bout = self.bursts.bout();
        if bout.load == 0 {
            return;
        }
        let at = at + self.offset;
        if let Some(id) = self.identities.observe(bout, at) {
            out.push(Output::Load { load: bout.load, bout: id, at });
        }
        let id = self.identities.id();
        out.push(Output::Bout { id, bout: bout.clone() });
        out.push(Output::Snapshot(Arc::new(self.snapshot(at))));
    }

    fn report(&mut self, at: Time, report: &Report, out: &mut Vec<Output>) {
        let body = match report.clone() {
            Report::Outcome { action_seq, action, outcome, took_us } => {
                let save = self.media.save_is(action_seq, SaveStage::Ended);
                let ended = self.commands.action_ended(action_seq, &outcome);
                self.action_ended(at, save, (action_seq, action, outcome, took_us), out);
                if let Some(ended) = ended {
                    self.command_ended(at, ended, out);
                }
                return;
            }
            Report::ClipAwaited { action_seq, reason } => {
                let save = self.media.save_is(action_seq, SaveStage::Awaited);
                if let Some(review) = save.and_then(|save| save.review) {
                    self.clip_missing(at, ClipMissing { review, reason, awaited: true }, out);
                }
                return;
            }
            Report::ClipSaved(clip) => return self.clip(at, clip, out),
            Report::ObsConnected(fields) => Body::ObsConnected(fields),
            Report::ObsDisconnected(fields) => Body::ObsDisconnected(fields),
            Report::SceneChanged(fields) => Body::SceneChanged(fields),
            Report::ReplayBuffer(fields) => Body::ReplayBuffer(fields),
            Report::DatagramsLost(fields) => Body::DatagramsLost(fields),
            Report::DatagramsShed(fields) => Body::DatagramsShed(fields),
            Report::DiskLow(fields) => Body::DiskLow(fields),
            Report::RecordingStarted(recording) => {
                self.media.recording_runs(&recording);
                return self.recording(at, Body::RecordingStarted, recording, out);
            }
            Report::RecordingStopped(recording) => {
                self.media.recording_ended(&recording);
                return self.recording(at, Body::RecordingStopped, recording, out);
            }
            Report::RulesReloaded(fields) => Body::RulesReloaded(fields),
            Report::RulesRejected(fields) => Body::RulesRejected(Box::new(fields)),
            Report::PlayerConnected(fields) => Body::PlayerConnected(fields),
            Report::PlayerDisconnected(fields) => Body::PlayerDisconnected(fields),
            Report::ClipShown { player, path, camera, review, action_seq, position_us, shows, took_us } => {
                if let Some(review) = review {
                    self.bursts.clip(review, ClipState::Shown);
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

    fn action_ended(
        &mut self,
        at: Time,
        save: Option<Save>,
        (action_seq, action, outcome, took_us): (u64, String, Outcome, u64),
        out: &mut Vec<Output>,
    ) {
        let played = self.media.played(action_seq);
        let requested = self.requested.remove(&action_seq).filter(|(load, _)| *load != self.bursts.bout().load);
        let earlier_bout = requested.map(|(_, number)| number.unwrap_or_default());
        match outcome {
            Outcome::Done => {
                let done = ActionDone { action_seq, action, took_us, earlier_bout };
                self.report_event(at, None, Body::ActionDone(done), out);
            }
            Outcome::Failed { reason } => {
                let failed =
                    ActionFailed { action_seq, action, review: played, reason: reason.clone(), took_us, earlier_bout };
                self.report_event(at, None, Body::ActionFailed(failed), out);
                if let Some(review) = save.and_then(|save| save.review) {
                    self.clip_missing(at, ClipMissing { review, reason, awaited: false }, out);
                }
            }
        }
    }

    /// A review has no clip when no save for it has one in time.
    fn clip_missing(&mut self, at: Time, missing: ClipMissing, out: &mut Vec<Output>) {
        let review = missing.review;
        let clip = self.bursts.bout().review_of(review).and_then(|review| review.clip);
        if clip == Some(ClipState::Saving) && !self.media.is_saving_for(review) {
            self.bursts.clip(review, ClipState::Missing);
            self.report_event(at, None, Body::ClipMissing(missing), out);
        }
    }

    /// A clip belongs to the load and the review that it was saved for, even if another bout is on when it is ready.
    fn clip(&mut self, at: Time, report: ClipReport, out: &mut Vec<Output>) {
        let ClipReport { instance, path, from, begins_at, ends_at, note, action_seqs } = report;
        let clip =
            ClipSaved { instance, path, from, begins_at, ends_at, note, reason: None, action_seq: None, review: None };
        if action_seqs.is_empty() {
            return self.report_event(at, None, Body::ClipSaved(clip), out);
        }
        for action_seq in action_seqs {
            self.commands.clip(action_seq, &clip.path);
            let save = self.media.save_is(action_seq, SaveStage::Ended);
            if let Some(review) = save.as_ref().and_then(|save| save.review) {
                self.bursts.clip(review, ClipState::Saved);
            }
            let load = save.as_ref().map_or(self.bursts.bout().load, |save| save.load);
            let clip = ClipSaved {
                reason: save.as_ref().map(|save| save.reason.clone()).filter(|reason| !reason.is_empty()),
                action_seq: Some(action_seq),
                review: save.and_then(|save| save.review),
                ..clip.clone()
            };
            let event = self.event(at, None, Body::ClipSaved(clip), None);
            self.emit(event, load, true, out);
        }
    }

    /// A recording belongs to the load that it was started for, even if another bout is on when it ends. That of a person or of
    /// another court belongs to none.
    fn recording(&mut self, at: Time, kind: fn(Recording) -> Body, recording: Recording, out: &mut Vec<Output>) {
        let ours = self.media.load_of_recording(&recording);
        let load = ours.unwrap_or(0);
        if ours.is_some() {
            out.push(Output::Snapshot(Arc::new(self.snapshot(at + self.offset))));
        }
        let event = self.event(at, None, kind(recording), None);
        self.emit(event, load, true, out);
    }

    fn report_event(&mut self, at: Time, cause: Option<u64>, body: Body, out: &mut Vec<Output>) {
        let event = self.event(at, cause, body, None);
        self.emit(event, self.bursts.bout().load, true, out);
    }

    fn event(&mut self, at: Time, cause: Option<u64>, body: Body, meta: Option<MessageMeta>) -> Arc<Event> {
        self.events += 1;
        let (stream, status, notes, raw) = match meta {
            Some(MessageMeta { stream, status, notes, raw }) => (Some(stream), status, notes, Some(raw)),
            None => (None, Status::Ok, Vec::new(), None),
        };
        let (court, at) = (self.name.clone(), at + self.offset);
        Arc::new(Event { seq: self.events, at, court, stream, status, cause, body, notes, raw })
    }

    /// Gives an event out, and then the actions that rules request.
    fn emit(&mut self, event: Arc<Event>, load: u32, handle_failures: bool, out: &mut Vec<Output>) {
        out.push(Output::Event { event: event.clone(), load });
        if let Some(side) = side_of(&event.body) {
            media::add(&mut self.sides, event.seq, side);
        }
        let mut outputs = Vec::new();
        self.rules.hear(&event, self.now, self.bursts.bout(), self.chains.to(&event), &mut outputs);
        for output in outputs {
            self.carry_out(output, handle_failures, out);
        }
    }

    fn carry_out(&mut self, output: RuleOutput, handle_failures: bool, out: &mut Vec<Output>) {
        match output {
            RuleOutput::Action { rule, cause, at, verb, chain } => match &mut self.withheld {
                Some(withheld) => *withheld += 1,
                None => {
                    self.request(rule, cause, at, verb, out);
                    self.chains.add(self.actions, chain);
                }
            },
            RuleOutput::Failed { cause, at, failure } => {
                let event = self.event(at, Some(cause), Body::RuleFailed(failure), None);
                let load = self.bursts.bout().load;
                if handle_failures {
                    // Rules do not handle the failure of a handler of failures.
                    self.emit(event, load, false, out);
                } else {
                    out.push(Output::Event { event, load });
                }
            }
        }
    }

    /// Requests an action, which has the next number.
    fn request(&mut self, rule: Arc<str>, cause: u64, at: Time, mut verb: ActionVerb, out: &mut Vec<Output>) {
        self.actions += 1;
        let (seq, load) = (self.actions, self.bursts.bout().load);
        if verb.sink().reports() {
            media::add(&mut self.requested, seq, (load, self.bursts.bout().config.number.clone()));
        }
        self.name(cause, &mut verb);
        match verb.obs() {
            Some(ObsVerb::SaveReplay { reason, .. }) => {
                let review = self.media.review_about(cause);
                if let Some(review) = review {
                    self.bursts.clip(review, ClipState::Saving);
                }
                self.media.add_save(seq, Save { reason: reason.clone(), review, load, stage: SaveStage::Saving });
            }
            Some(ObsVerb::StartRecording { name }) => {
                let request = RecordingRequest { load, name: name.clone(), at: at + self.offset };
                self.media.add_recording(seq, request);
            }
            _ => {}
        }
        if let ActionVerb::Player(verb) = &verb
            && let Some(review) = verb.clip().and_then(|clip| clip.review)
        {
            self.media.add_play(seq, review);
        }
        let at = at + self.offset;
        out.push(Output::Action { action: Arc::new(Action { seq, at, rule, cause, verb }), load });
    }

    /// Names the file of a clip or a recording, if the rule has not.
    fn name(&self, cause: u64, verb: &mut ActionVerb) {
        let (Some(names), ActionVerb::Obs(action)) = (&self.names, verb) else { return };
        let (template, name, reason) = match &mut action.verb {
            ObsVerb::SaveReplay { name, reason } => (&names.clip, name, Some(reason.as_str())),
            ObsVerb::StartRecording { name } => (&names.recording, name, None),
            _ => return,
        };
        let review = self.media.review_about(cause).and_then(|review| self.bursts.bout().review_of(review));
        let side = review.map(|review| review.side.into());
        let athlete = match review {
            Some(review) => review.side.side(),
            None => self.sides.get(&cause).copied(),
        };
        let bout = self.bursts.bout();
        let subject = Subject { event: &names.event, court: &self.name, bout, side, athlete, reason };
        name.get_or_insert_with(|| template.fill(&subject));
    }
}

/// The side that an event is about.
fn side_of(body: &Body) -> Option<Side> {
    match body {
        Body::Point(event) => Some(event.side),
        Body::Hit(event) => Some(event.side),
        Body::JudgePress(event) => Some(event.side),
        Body::SensorHit(event) => Some(event.side),
        Body::Scored(event) => Some(event.side),
        Body::PenaltyGiven(event) => Some(event.side),
        Body::PointGap(event) => Some(event.side),
        Body::LeadChanged(event) => Some(event.side),
        Body::InjuryStarted(event) => event.side.side(),
        _ => None,
    }
}
