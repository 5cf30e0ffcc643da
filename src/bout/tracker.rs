//! Bursts of messages, whose order does not count.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::ledger::{Derived, Ledger};
use super::order::{self, Place};
use super::state::*;
use crate::event::*;
use crate::time::Time;

/// A burst is over when nothing came for so long, unless what it says is but half of what belongs together…
const PAUSE: Duration = Duration::from_millis(100);
/// …and at the latest so long after its first message.
const MAX_BURST: Duration = Duration::from_millis(250);
/// More messages than this at once are no burst of one bout.
const MAX_MESSAGES: usize = 64;
/// How long nothing is heard while a clock runs before it is said.
const SILENCE: Duration = Duration::from_secs(5);

/// Keeps the state of the bout that is on.
#[derive(Debug, Default)]
pub struct Tracker {
    /// With all that was heard, in the order it came.
    now: Ledger,
    /// As it was before the burst.
    before: Ledger,
    burst: Vec<Heard>,
    /// When the burst's first message came, and its last.
    span: (Time, Time),
    /// Whether `now` has the burst's messages in the order that makes sense of them.
    in_order: bool,
    /// The bout that the first of them was taken for.
    taken_for: u32,
    /// Whether the pause after them has passed, and more is to come.
    held: bool,
    /// What they implied, in the order that `now` has them.
    implied: Derived,
    /// The last message, and whether the silence after it was said.
    last: Option<(u64, Time, bool)>,
    /// When the jury of a review are reminded of their time, in order.
    deadlines: BTreeSet<Deadline>,
}

/// When the jury of a review are reminded of their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    at: Time,
    /// The `seq` of the request.
    review: u64,
    seconds_left: u64,
}

#[derive(Debug)]
struct Heard {
    event: Arc<Event>,
    place: Place,
}

impl Heard {
    fn order(&self, other: &Self) -> Ordering {
        self.place.cmp(&other.place).then_with(|| order::tie(&self.event.body, &other.event.body))
    }
}

/// What messages imply.
#[derive(Debug, Default)]
pub struct Implied {
    /// Derived events, in order, each with the `seq` of its cause.
    pub events: Vec<(u64, Body)>,
    /// The events from this `seq` on belong to another bout than was thought…
    pub split_from: Option<u64>,
    /// …and this is the bout that they were taken for.
    pub waited: Option<Arc<Bout>>,
    /// The state has changed in a way worth keeping.
    pub noteworthy: bool,
}

impl Tracker {
    /// A tracker that counts reviews by these rules.
    pub fn new(review_rules: ReviewRules) -> Self {
        Self { now: Ledger::new(review_rules), ..Self::default() }
    }

    /// The state of the bout that is on.
    pub fn bout(&self) -> &Arc<Bout> {
        &self.now.bout
    }

    /// When [`Tracker::settle`] has something to derive, if nothing more is heard until then.
    pub fn due(&self) -> Option<Time> {
        let deadline = self.deadlines.first().map(|deadline| deadline.at);
        deadline.into_iter().chain(self.pause_due()).min()
    }

    /// When a burst is over, or a silence long enough to be said.
    fn pause_due(&self) -> Option<Time> {
        if !self.burst.is_empty() {
            let (first, last) = self.span;
            let latest = first + MAX_BURST;
            return Some(if self.held { latest } else { latest.min(last + PAUSE) });
        }
        match self.last {
            Some((_, at, false)) if self.now.bout.stage == Stage::Fighting => Some(at + SILENCE),
            _ => None,
        }
    }

    /// Takes in what was said; gives what that implies at once.
    pub fn hear(&mut self, event: &Arc<Event>) -> Implied {
        self.last = Some((event.seq, event.at, false));
        if let Body::Review(Review { state: ReviewState::Requested, .. }) = &event.body {
            return self.request(event);
        }
        // What is waited for adds to the score: one that falls is a correction of its own.
        let ended = if self.held && self.falls(&event.body) { self.end_burst() } else { Implied::default() };
        // The network, or the sender, has said it twice. Of points that are alike, the score tells how many there are.
        let twice = |heard: &Heard| heard.event.body == event.body && !matches!(event.body, Body::Point(_));
        if self.burst.iter().any(twice) {
            return Implied::default();
        }
        if self.burst.is_empty() {
            self.now.begin_burst();
            self.before = self.now.clone();
            self.span.0 = event.at;
            self.in_order = true;
            self.implied.clear();
        }
        self.held = false;
        self.span.1 = event.at;
        let heard = Heard { event: event.clone(), place: order::place(&event.body, self.now.bout.config.counts) };
        self.in_order &= self.burst.last().is_none_or(|last| last.order(&heard).is_le());
        // All that a burst says counts as said at its beginning.
        self.now.apply(event.seq, self.span.0, &event.body, &mut self.implied);
        if self.burst.is_empty() {
            self.taken_for = self.now.bout.ordinal;
        }
        self.burst.push(heard);
        if self.burst.len() >= MAX_MESSAGES { self.end_burst() } else { ended }
    }

    /// Whether the score is lower than it was.
    fn falls(&self, body: &Body) -> bool {
        let Body::Score(Pair { blue, red }) = *body else { return false };
        let before = [self.now.bout.blue.score, self.now.bout.red.score];
        [blue, red].into_iter().zip(before).any(|(now, before)| now.is_some_and(|now| now < before))
    }

    /// A request for review waits for nothing: it counts as made before all else that its burst says.
    fn request(&mut self, event: &Event) -> Implied {
        let mut events = Derived::new();
        if self.burst.is_empty() {
            self.now.apply(event.seq, event.at, &event.body, &mut events);
        } else {
            self.before.apply(event.seq, event.at, &event.body, &mut events);
            self.now.apply(event.seq, event.at, &event.body, &mut Derived::new());
            self.span.1 = event.at;
            // Its answer may have overtaken it.
            self.in_order &= !self.burst.iter().any(|heard| matches!(heard.event.body, Body::Review(_)));
        }
        if !events.is_empty() {
            let ReviewRules { limit, reminder, .. } = self.now.review_rules;
            let mut remind = |left: Duration| {
                let at = event.at + limit.saturating_sub(left);
                self.deadlines.insert(Deadline { at, review: event.seq, seconds_left: left.as_secs() });
            };
            remind(Duration::ZERO);
            if reminder < limit {
                remind(reminder);
            }
        }
        Implied { noteworthy: !events.is_empty(), events, ..Implied::default() }
    }

    /// Takes in what became of the clip of a review, which the `seq` of its request names.
    pub fn clip(&mut self, review: u64, clip: ClipState) {
        self.now.clip(review, clip);
        if !self.burst.is_empty() {
            self.before.clip(review, clip);
        }
    }

    /// The review of a request, which its `seq` names, if it is still known.
    pub fn review(&self, request: u64) -> Option<&ReviewProgress> {
        self.now.review_of(request)
    }

    /// Derives what is due: that a jury's time runs out, what a burst that is over says as a whole, or that nothing is
    /// heard.
    pub fn settle(&mut self) -> Implied {
        let deadline = self.deadlines.first().copied();
        if let Some(deadline) = deadline.filter(|deadline| self.pause_due().is_none_or(|pause| deadline.at <= pause)) {
            self.deadlines.pop_first();
            return self.deadline(deadline);
        }
        if !self.burst.is_empty() {
            let may_last = !self.held && self.span.1 + PAUSE < self.span.0 + MAX_BURST;
            self.put_in_order();
            if may_last && self.now.is_incomplete(&self.implied) {
                self.held = true;
                return Implied::default();
            }
            return self.end_burst();
        }
        let Some((seq, _, said)) = &mut self.last else { return Implied::default() };
        *said = true;
        let silence = Body::Silence(Silence { seconds: SILENCE.as_secs() });
        Implied { events: vec![(*seq, silence)], ..Implied::default() }
    }

    /// That the jury's time runs out, unless they have answered.
    fn deadline(&self, Deadline { review, seconds_left, .. }: Deadline) -> Implied {
        let open = self.now.review_of(review).filter(|open| open.state == ReviewState::Requested && !open.closed);
        let deadline = |open: &ReviewProgress| {
            (review, Body::ReviewDeadline(ReviewDeadline { side: open.side, review, seconds_left }))
        };
        Implied { events: open.map(deadline).into_iter().collect(), ..Implied::default() }
    }

    /// Derives what the last messages of a session say as a whole.
    pub fn finish(&mut self) -> Implied {
        if self.burst.is_empty() { Implied::default() } else { self.end_burst() }
    }

    /// Makes the state anew from the burst's messages in the order that makes sense of them.
    fn put_in_order(&mut self) {
        if self.in_order {
            return;
        }
        self.in_order = true;
        self.implied.clear();
        self.now = self.before.clone();
        self.burst.sort_by(Heard::order);
        for Heard { event, .. } in &self.burst {
            self.now.apply(event.seq, self.span.0, &event.body, &mut self.implied);
        }
    }

    fn end_burst(&mut self) -> Implied {
        self.held = false;
        self.put_in_order();
        let mut events = std::mem::take(&mut self.implied);
        let first = self.burst.iter().map(|heard| heard.event.seq).min();
        let split_from = first.filter(|_| self.now.bout.ordinal != self.taken_for);
        let noteworthy = self.burst.iter().any(|heard| is_noteworthy(&heard.event.body));
        self.now.end_burst(&mut events);
        self.burst.clear();
        // It would make each change of the state a copy.
        self.before = Ledger::default();
        let (reloaded_from, waited) = self.now.split.take().unzip();
        let split_from = reloaded_from.into_iter().chain(split_from).min();
        Implied { noteworthy: noteworthy || !events.is_empty(), events, split_from, waited }
    }
}

/// Whether a message changes what the database keeps of a bout.
fn is_noteworthy(body: &Body) -> bool {
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
