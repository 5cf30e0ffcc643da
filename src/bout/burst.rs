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

/// A burst is over when no message came for this long, unless a message that belongs to it is missing…
const BURST_PAUSE: Duration = Duration::from_millis(100);
/// …and at the latest this long after its first message.
const MAX_BURST: Duration = Duration::from_millis(250);
/// More messages than this at once are no burst of one bout.
const MAX_MESSAGES: usize = 64;
/// A running clock without messages for this long is reported.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(5);

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
    /// The last message, and whether the silence after it was reported.
    last: Option<(u64, Time, bool)>,
    deadlines: Deadlines,
}

#[derive(Debug)]
struct Message {
    event: Arc<Event>,
    place: Place,
}

impl Message {
    fn order(&self, other: &Self) -> Ordering {
        self.place.cmp(&other.place).then_with(|| order::tie(&self.event.body, &other.event.body))
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
        self.deadlines.due().into_iter().chain(self.pause_due()).min()
    }

    /// When a burst is over, or a silence long enough to be reported.
    fn pause_due(&self) -> Option<Time> {
        if !self.burst.is_empty() {
            let (first, last) = self.span;
            let latest = first + MAX_BURST;
            return Some(if self.extended { latest } else { latest.min(last + BURST_PAUSE) });
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
        }
        self.extended = false;
        self.span.1 = at;
        let message = Message { event: event.clone(), place: order::place(&event.body, self.bout().config.counts) };
        self.in_order &= self.burst.last().is_none_or(|last| last.order(&message).is_le());
        // All messages of a burst count as received at its beginning.
        self.engine.handle(event.seq, self.span.0, &event.body, &mut self.derived);
        self.burst.push(message);
        if self.burst.len() >= MAX_MESSAGES { self.end_burst() } else { ended }
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
        let pause = self.pause_due();
        if self.deadlines.due().is_some_and(|deadline| pause.is_none_or(|pause| deadline <= pause)) {
            let events = self.deadlines.take(&self.engine.bout).into_iter().collect();
            return Derived { events, ..Derived::default() };
        }
        if !self.burst.is_empty() {
            let may_last = !self.extended && self.span.1 + BURST_PAUSE < self.span.0 + MAX_BURST;
            self.put_in_order();
            if may_last && self.engine.is_incomplete(&self.derived) {
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
        if self.burst.is_empty() { Derived::default() } else { self.end_burst() }
    }

    /// Rebuilds the state from the burst's messages in their logical order.
    fn put_in_order(&mut self) {
        let Some(before) = self.before.as_ref().filter(|_| !self.in_order) else { return };
        self.in_order = true;
        self.derived.clear();
        let load = self.engine.bout.load;
        self.engine = before.clone();
        self.burst.sort_by(Message::order);
        for Message { event, .. } in &self.burst {
            self.engine.handle(event.seq, self.span.0, &event.body, &mut self.derived);
        }
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
        events.extend(self.engine.end_burst());
        self.burst.clear();
        self.orders.clear();
        // A copy that is kept makes each change of the state a copy.
        self.before = None;
        Derived { bout_changed: changed || !events.is_empty(), events }
    }
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
