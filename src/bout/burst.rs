//! Bursts of messages, whose order does not count.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use super::engine::{BoutEngine, EngineState};
use super::model::*;
use super::order::{self, Place};
use super::reviews::{Deadlines, ReviewOrder};
use crate::event::*;
use crate::time::{Offset, Time};

/// A burst is over when no message came for this long, and at the latest so long after its first one…
const BURST_LIMITS: Limits = Limits { pause: Duration::from_millis(100), whole: Duration::from_millis(250) };
/// …unless a message that belongs to it is missing: some senders pause for 100 ms after each message.
const INCOMPLETE_LIMITS: Limits = Limits { pause: Duration::from_millis(250), whole: Duration::from_secs(1) };
/// The last of the places of messages that change the score.
const SCORE_PLACE: u8 = 10;
/// More messages than this at once are no burst of one bout.
const MAX_MESSAGES: usize = 64;
/// A running clock without messages for this long is reported.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(5);

struct Limits {
    pause: Duration,
    whole: Duration,
}

/// Keeps the state of the bout that is on.
#[derive(Debug, Default)]
pub struct BurstHandler {
    /// After all messages received, in the order they came.
    engine: BoutEngine,
    /// As it was before the burst, while a burst is on.
    before: Option<BoutEngine>,
    burst: Vec<Message>,
    /// An operator's orders about the load that the burst has begun, each with its `seq` and its time.
    orders: Vec<((u64, Time), ReviewOrder)>,
    /// When the burst's first message came, and its last.
    span: (Time, Time),
    /// Whether `engine` handled the burst's messages in their logical order.
    in_order: bool,
    /// Whether the pause after them has passed, and another message is expected.
    extended: bool,
    /// The events that follow from them, in the order in which `engine` handled them.
    derived: Vec<(u64, Body)>,
    /// How many of them come before what follows from the scores together.
    scored: usize,
    /// The last message, and whether the silence after it was reported.
    last: Option<(u64, Time, bool)>,
    deadlines: Deadlines,
}

#[derive(Debug)]
struct Message {
    event: Arc<Event>,
    at: Time,
    place: Place,
    /// What follows from it was derived at once.
    is_answered: bool,
}

impl Message {
    fn order(&self, other: &Self) -> Ordering {
        self.place.cmp(&other.place).then_with(|| order::tie(&self.event.body, &other.event.body))
    }

    /// When it counts as received, in a burst that began `at`: reviews are timed to the millisecond.
    fn moment(&self, at: Time) -> Time {
        if matches!(self.event.body, Body::Review(_)) { self.at } else { at }
    }
}

/// What follows from messages.
#[derive(Debug, Default)]
pub struct Derived {
    /// Derived events, in order, each with the `seq` of its cause.
    pub events: Vec<(u64, Body)>,
    /// The state has changed in a way that is to be stored.
    pub bout_changed: bool,
}

impl BurstHandler {
    /// A handler that counts reviews by these rules.
    pub fn new(review_rules: ReviewRules) -> Self {
        Self { engine: BoutEngine::new(review_rules), ..Self::default() }
    }

    /// The state of the bout that is on.
    pub fn bout(&self) -> &Arc<Bout> {
        &self.engine.bout
    }

    /// When [`BurstHandler::settle`] has something to derive, if no message comes until then.
    pub fn due(&self) -> Option<Time> {
        self.deadlines.due().into_iter().chain(self.pause_due()).chain(self.winner_due()).min()
    }

    /// When the winner is inferred, if it is not named until then.
    fn winner_due(&self) -> Option<Time> {
        self.engine.lifecycle.winner_due().filter(|_| self.burst.is_empty())
    }

    /// When a burst is over, or a silence long enough to be reported.
    fn pause_due(&self) -> Option<Time> {
        if !self.burst.is_empty() {
            let (first, last) = self.span;
            let limits = if self.extended { INCOMPLETE_LIMITS } else { BURST_LIMITS };
            return Some((first + limits.whole).min(last + limits.pause));
        }
        match self.last {
            Some((_, at, false)) if self.bout().stage == Stage::Fighting => Some(at + SILENCE_TIMEOUT),
            _ => None,
        }
    }

    /// Handles a message that came at a court's time; gives what follows from it at once.
    pub fn handle(&mut self, event: &Arc<Event>, at: Time) -> Derived {
        self.last = Some((event.seq, at, false));
        if let Body::Review(Review { state: ReviewState::Requested, .. }) = &event.body {
            return self.request(event, at);
        }
        // The message that is expected raises the score: one that lowers it is a correction of its own.
        let ended = if self.extended && self.lowers_score(&event.body) { self.end_burst() } else { Derived::default() };
        // The network, or the sender, has repeated it. Of points that are alike, the score shows how many there are.
        let repeated = |known: &Message| known.event.body == event.body && !matches!(event.body, Body::Point(_));
        if self.burst.iter().any(repeated) {
            return Derived::default();
        }
        if self.burst.is_empty() {
            self.engine.begin_burst();
            self.before = Some(self.engine.clone());
            self.span.0 = at;
            self.in_order = true;
            self.derived.clear();
            self.scored = 0;
        }
        self.extended = false;
        self.span.1 = at;
        let place = order::place(&event.body, self.bout().config.counts);
        let mut message = Message { event: event.clone(), at, place, is_answered: false };
        self.in_order &= self.burst.last().is_none_or(|last| last.order(&message).is_le());
        let before = self.derived.len();
        self.engine.handle(event.seq, message.moment(self.span.0), &event.body, &mut self.derived);
        let mut derived = ended;
        if self.derived.get(before..).is_some_and(answers_a_request) {
            message.is_answered = true;
            derived.events.extend(self.derived.drain(before..));
            derived.bout_changed = true;
        }
        self.count_scored(place);
        self.burst.push(message);
        if self.burst.len() >= MAX_MESSAGES {
            let Derived { events, bout_changed } = self.end_burst();
            derived.events.extend(events);
            derived.bout_changed |= bout_changed;
        }
        derived
    }

    /// Derives what ends before a message: the bout that it loads another one in place of, if its rounds and banner show
    /// who has won and the message that names the winner was lost.
    pub fn end_before(&mut self, body: &Body) -> Derived {
        let number = &self.bout().config.number;
        let loads = match body {
            Body::BoutLoaded {} => true,
            Body::BoutConfig(config) => number.is_some() && config.number.is_some() && config.number != *number,
            _ => false,
        };
        if !loads {
            return Derived::default();
        }
        let mut derived = Derived::default();
        match &mut self.before {
            // Messages of the load have overtaken its first.
            Some(before) if before.lifecycle.is_unnamed() => {
                derived.events = before.end_unnamed();
                self.engine = before.clone();
                self.in_order = false;
            }
            _ if self.engine.lifecycle.is_unnamed() => {
                derived = self.finish();
            }
            _ => {}
        }
        derived.bout_changed |= !derived.events.is_empty();
        derived
    }

    /// Takes note of the derived events so far, if the last message is one that changes the score.
    fn count_scored(&mut self, (rank, _): Place) {
        if rank <= SCORE_PLACE {
            self.scored = self.derived.len();
        }
    }

    fn lowers_score(&self, body: &Body) -> bool {
        let Body::Score(Pair { blue, red }) = *body else { return false };
        let before = [self.bout().blue.score, self.bout().red.score];
        [blue, red].into_iter().zip(before).any(|(now, before)| now.is_some_and(|now| now < before))
    }

    /// A request for review does not wait: it counts as made before all other messages of its burst.
    fn request(&mut self, event: &Event, at: Time) -> Derived {
        let mut events = Vec::new();
        match &mut self.before {
            None => self.engine.handle(event.seq, at, &event.body, &mut events),
            Some(before) => {
                before.handle(event.seq, at, &event.body, &mut events);
                self.engine.handle(event.seq, at, &event.body, &mut Vec::new());
                self.span.1 = at;
                // Its answer may have overtaken it.
                self.in_order &= !self.burst.iter().any(|known| matches!(known.event.body, Body::Review(_)));
            }
        }
        if !events.is_empty() {
            self.deadlines.add(self.engine.reviews.rules, event.seq, at);
        }
        Derived { bout_changed: !events.is_empty(), events }
    }

    /// Carries out what an operator orders about a review, at a court's time; `seq` is that of the order. Like a request
    /// of the console it does not wait for the end of a burst. Gives what follows, and why it cannot be carried out.
    pub fn order(&mut self, seq: u64, at: Time, order: ReviewOrder) -> (Derived, Option<&'static str>) {
        let mut done = self.engine.order((seq, at), order);
        match &mut self.before {
            Some(before) if before.bout.load == self.engine.bout.load => {
                done = before.order((seq, at), order);
                self.in_order &= !self.burst.iter().any(|known| matches!(known.event.body, Body::Review(_)));
            }
            // Before the burst there was another bout.
            Some(_) => self.orders.push(((seq, at), order)),
            None => {}
        }
        let (body, refused) = done;
        if matches!(body, Some(Body::ReviewOpened(_))) {
            self.deadlines.add(self.engine.reviews.rules, seq, at);
        }
        let events: Vec<_> = body.map(|body| (seq, body)).into_iter().collect();
        (Derived { bout_changed: !events.is_empty(), events }, refused)
    }

    /// Whether bouts that are loaded now are rehearsals.
    pub fn is_rehearsal(&self) -> bool {
        self.engine.lifecycle.rehearsal
    }

    /// The bouts that have not begun are rehearsals from now on, or are not; false if nothing changes.
    pub fn set_rehearsal(&mut self, on: bool) -> bool {
        if self.is_rehearsal() == on {
            return false;
        }
        self.engine.set_rehearsal(on);
        if let Some(before) = &mut self.before {
            before.set_rehearsal(on);
        }
        true
    }

    /// How far the clock that people read is ahead of the court's time.
    pub fn set_offset(&mut self, offset: Offset) {
        self.engine.lifecycle.offset = offset;
        if let Some(before) = &mut self.before {
            before.lifecycle.offset = offset;
        }
    }

    /// What a later session needs to go on with the bout.
    pub(crate) fn state(&self) -> EngineState {
        self.engine.state()
    }

    /// Goes on with the bout of an earlier session, as load 1 of this one.
    pub(crate) fn resume(&mut self, earlier: EngineState) {
        self.engine.resume(earlier);
    }

    /// Records what became of the clip of a review, which is named by the `seq` of its request.
    pub fn clip(&mut self, review: u64, clip: ClipState) {
        self.engine.clip(review, clip);
        if let Some(before) = &mut self.before {
            before.clip(review, clip);
        }
    }

    /// Derives what is due: that a jury's time runs out, what follows from a burst that is over, or a silence.
    pub fn settle(&mut self) -> Derived {
        let due = self.due();
        if self.deadlines.due() == due {
            let events = self.deadlines.take(&self.engine.bout).into_iter().collect();
            return Derived { events, ..Derived::default() };
        }
        if self.winner_due() == due {
            let events = self.engine.end_unnamed();
            return Derived { bout_changed: !events.is_empty(), events };
        }
        if !self.burst.is_empty() {
            self.put_in_order();
            if !self.extended && self.engine.is_incomplete(&self.derived) {
                self.extended = true;
                return Derived::default();
            }
            return self.end_burst();
        }
        let Some((seq, _, reported)) = &mut self.last else { return Derived::default() };
        *reported = true;
        let silence = Body::Silence(Silence { seconds: SILENCE_TIMEOUT.as_secs() });
        Derived { events: vec![(*seq, silence)], ..Derived::default() }
    }

    /// Derives what follows from the last burst of a session.
    pub fn finish(&mut self) -> Derived {
        let mut derived = if self.burst.is_empty() { Derived::default() } else { self.end_burst() };
        let ended = self.engine.end_unnamed();
        derived.bout_changed |= !ended.is_empty();
        derived.events.extend(ended);
        derived
    }

    /// Rebuilds the state from the burst's messages in their logical order.
    fn put_in_order(&mut self) {
        let Some(before) = self.before.as_ref().filter(|_| !self.in_order) else { return };
        self.in_order = true;
        self.derived.clear();
        self.scored = 0;
        let load = self.engine.bout.load;
        self.engine = before.clone();
        let mut burst = std::mem::take(&mut self.burst);
        burst.sort_by(Message::order);
        for message in &burst {
            let before = self.derived.len();
            let moment = message.moment(self.span.0);
            self.engine.handle(message.event.seq, moment, &message.event.body, &mut self.derived);
            if message.is_answered {
                self.derived.truncate(before);
            }
            self.count_scored(message.place);
        }
        self.burst = burst;
        for (order, what) in &self.orders {
            // What follows from it was given out.
            let _known = self.engine.order(*order, *what);
        }
        // Its number was given out.
        if self.bout().load < load {
            Arc::make_mut(&mut self.engine.bout).load = load;
        }
    }

    fn end_burst(&mut self) -> Derived {
        self.extended = false;
        self.put_in_order();
        let mut events = std::mem::take(&mut self.derived);
        let changed = self.burst.iter().any(|message| changes_stored_bout(&message.event.body));
        let ends = events.iter().skip(self.scored).position(|(_, body)| ends_after_scores(body));
        let place = ends.map_or(events.len(), |ends| self.scored + ends);
        events.splice(place..place, self.engine.end_burst());
        self.burst.clear();
        self.orders.clear();
        // A copy that is kept makes each change of the state a copy.
        self.before = None;
        Derived { bout_changed: changed || !events.is_empty(), events }
    }
}

/// Whether these events have the answer to a review whose request was received: it waits for no other message.
fn answers_a_request(derived: &[(u64, Body)]) -> bool {
    derived.iter().any(|(_, body)| matches!(body, Body::ReviewDecided(ReviewDecided { review: Some(_), .. })))
}

/// Whether an event comes after the scores of its burst, which have led to it.
fn ends_after_scores(body: &Body) -> bool {
    matches!(body, Body::RoundEnded(_) | Body::RestStarted(_) | Body::BoutEnded(_))
}

/// Whether a message changes what the database keeps of a bout.
fn changes_stored_bout(body: &Body) -> bool {
    matches!(
        body,
        Body::BoutLoaded {}
            | Body::Athletes(_)
            | Body::BoutConfig(_)
            | Body::RoundScores(_)
            | Body::RoundWinners(_)
            | Body::Winner(_)
            | Body::Result(_)
            | Body::Clock(Clock { action: Some(_), .. })
    )
}
