//! Video review: requested, decided, closed; what became of its clip, and what it costs the side that requested it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::model::*;
use crate::event::*;
use crate::time::Time;

/// When the last message about a side's review is this old, the next one is about another review: what came between was
/// lost.
const REVIEW_TIMEOUT: Duration = Duration::from_secs(60);

const NONE_OPEN: &str = "no review is open";

/// What an operator orders about a review.
#[derive(Clone, Copy, Debug)]
pub enum ReviewOrder {
    /// Open one.
    Open {
        /// Who requests it.
        side: Requester,
        /// Whether it counts in the quota.
        counts: bool,
    },
    /// Answer the latest open one.
    Decide(ReviewState, Option<Verdict>),
    /// Close the latest open one.
    Close,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reviews {
    pub(super) rules: ReviewRules,
    /// When the last message about a review of each requester came.
    latest: [Option<Time>; 3],
}

impl Reviews {
    pub(super) fn new(rules: ReviewRules) -> Self {
        Self { rules, ..Self::default() }
    }

    pub(super) fn begin_bout(&mut self, bout: &mut Arc<Bout>) {
        *self = Self::new(self.rules);
        let bout = Arc::make_mut(bout);
        (bout.blue.requests_left, bout.red.requests_left) = (self.rules.requests, self.rules.requests);
    }

    /// The bout is one of an earlier session: the numbers of requests there mean nothing here.
    pub(super) fn resume(&mut self, bout: &mut Bout) {
        for corner in [&mut bout.blue, &mut bout.red] {
            corner.requests_lost = self.rules.requests.saturating_sub(corner.requests_left);
        }
        for review in &mut bout.reviews {
            review.request = None;
        }
    }

    /// What follows from a message of the console.
    pub(super) fn message(&mut self, bout: &mut Arc<Bout>, seq: u64, at: Time, review: Review) -> Vec<Body> {
        let Review { side, state, verdict } = review;
        let soon = self.is_soon(side, at);
        // A message soon after the window was closed is still about its review.
        let mut known = bout.reviews.iter().find(|known| known.side == side && (!known.closed || soon)).copied();
        let is_answer = matches!(state, ReviewState::Accepted | ReviewState::Rejected);
        let mut derived = Vec::new();
        if let Some(known) = &mut known {
            let joins = is_answer || state == ReviewState::Requested && soon && !known.closed;
            if known.origin == ReviewOrigin::Operator && joins {
                *known = ReviewProgress { origin: ReviewOrigin::Both, counts: true, ..*known };
                self.put(bout, *known);
                let review = known.request_seq();
                derived.push(Body::ReviewJoined(ReviewJoined { side, review, origin: ReviewOrigin::Console }));
                if !is_answer {
                    return derived;
                }
            }
            if known.decided_by == Some(ReviewOrigin::Operator) && is_answer {
                let operator = (known.state, known.verdict);
                if known.state != state || verdict.is_some() && known.verdict.is_some_and(|own| Some(own) != verdict) {
                    derived.push(differing(known, (state, verdict), operator));
                }
                known.decided_by = Some(ReviewOrigin::Console);
                self.put(bout, *known);
            }
        }
        derived.extend(match (state, known) {
            // A request repeated is the same review.
            (ReviewState::Requested, Some(known)) if soon && known.is_unanswered() => None,
            (ReviewState::Requested, _) => Some(self.open(bout, (seq, at), side, ReviewOrigin::Console, true)),
            (ReviewState::Accepted | ReviewState::Rejected, Some(known))
                if known.state == state && (verdict.is_none() || known.verdict == verdict) =>
            {
                None
            }
            (ReviewState::Accepted | ReviewState::Rejected, known) => {
                let known = known.unwrap_or(ReviewProgress::new(side, ReviewOrigin::Console, true));
                Some(self.decide(bout, at, known, (state, verdict), ReviewOrigin::Console))
            }
            // The window was closed, which changes no verdict.
            (ReviewState::Closed, Some(open)) if !open.closed => Some(self.close(bout, at, open)),
            (ReviewState::Closed, _) => None,
        });
        derived
    }

    /// What follows from an operator's order, and why it cannot be carried out, if so.
    pub(super) fn order(
        &mut self,
        bout: &mut Arc<Bout>,
        request: (u64, Time),
        order: ReviewOrder,
    ) -> (Option<Body>, Option<&'static str>) {
        let at = request.1;
        match order {
            ReviewOrder::Open { side, counts } => (Some(self.request(bout, request, side, counts)), None),
            ReviewOrder::Decide(state, verdict) => self.verdict(bout, at, (state, verdict)),
            ReviewOrder::Close => match bout.open_review().copied() {
                Some(open) => (Some(self.close(bout, at, open)), None),
                None => (None, Some(NONE_OPEN)),
            },
        }
    }

    /// A second request joins the first.
    fn request(&mut self, bout: &mut Arc<Bout>, (seq, at): (u64, Time), side: Requester, counts: bool) -> Body {
        let soon = self.is_soon(side, at);
        let open = bout.reviews.iter().find(|known| known.side == side && !known.closed && soon).copied();
        let Some(open) = open else { return self.open(bout, (seq, at), side, ReviewOrigin::Operator, counts) };
        let origin = if open.origin == ReviewOrigin::Operator { open.origin } else { ReviewOrigin::Both };
        self.put(bout, ReviewProgress { origin, counts: open.counts || counts, ..open });
        Body::ReviewJoined(ReviewJoined { side, review: open.request_seq(), origin: ReviewOrigin::Operator })
    }

    /// The verdict of the latest open review; the console's counts before it.
    fn verdict(
        &self,
        bout: &mut Arc<Bout>,
        at: Time,
        answer: (ReviewState, Option<Verdict>),
    ) -> (Option<Body>, Option<&'static str>) {
        let Some(open) = bout.open_review().copied() else { return (None, Some(NONE_OPEN)) };
        let is_same = open.state == answer.0 && (answer.1.is_none() || open.verdict == answer.1);
        if is_same {
            (None, None)
        } else if open.decided_by == Some(ReviewOrigin::Console) {
            let differing = differing(&open, (open.state, open.verdict), answer);
            (Some(differing), Some("the console has given another verdict, which counts"))
        } else {
            (Some(self.decide(bout, at, open, answer, ReviewOrigin::Operator)), None)
        }
    }

    /// Whether something of a review of that side came a short time ago; now it has.
    fn is_soon(&mut self, side: Requester, at: Time) -> bool {
        self.latest[side as usize].replace(at).is_some_and(|latest| at.since(latest) < REVIEW_TIMEOUT)
    }

    fn open(
        &self,
        bout: &mut Arc<Bout>,
        request: (u64, Time),
        side: Requester,
        origin: ReviewOrigin,
        counts: bool,
    ) -> Body {
        self.put(bout, ReviewProgress { request: Some(request), ..ReviewProgress::new(side, origin, counts) });
        Body::ReviewOpened(ReviewSide { side, review: Some(request.0), origin })
    }

    fn decide(
        &self,
        bout: &mut Arc<Bout>,
        at: Time,
        review: ReviewProgress,
        (state, verdict): (ReviewState, Option<Verdict>),
        origin: ReviewOrigin,
    ) -> Body {
        let side = review.side;
        self.put(bout, ReviewProgress { state, verdict, decided_by: Some(origin), ..review });
        let requests_left = side.side().map(|side| bout.corner(side).requests_left);
        let (review, took_ms) = (review.request_seq(), review.took_ms(at));
        Body::ReviewDecided(ReviewDecided { side, review, origin, state, verdict, took_ms, requests_left })
    }

    fn close(&self, bout: &mut Arc<Bout>, at: Time, open: ReviewProgress) -> Body {
        self.put(bout, ReviewProgress { closed: true, ..open });
        Body::ReviewClosed(ReviewClosed { side: open.side, review: open.request_seq(), took_ms: open.took_ms(at) })
    }

    /// Records what became of a review's clip; of several clips, the one that came the furthest counts.
    pub(super) fn clip(&self, bout: &mut Arc<Bout>, request: u64, clip: ClipState) {
        let Some(review) = bout.review_of(request).copied() else { return };
        if review.clip == Some(ClipState::Missing) || review.clip < Some(clip) {
            self.put(bout, ReviewProgress { clip: Some(clip), ..review });
        }
    }

    /// Stores a side's review, a new one last, and counts its cost.
    fn put(&self, bout: &mut Arc<Bout>, mut review: ReviewProgress) {
        let bout = Arc::make_mut(bout);
        if let Some(side) = review.side.side() {
            let cost = self.costs(&review);
            let corner = bout.corner_mut(side);
            match (review.cost, cost) {
                (false, true) => corner.requests_lost = corner.requests_lost.saturating_add(1),
                (true, false) => corner.requests_lost = corner.requests_lost.saturating_sub(1),
                _ => {}
            }
            corner.requests_left = self.rules.requests.saturating_sub(corner.requests_lost);
            review.cost = cost;
        }
        let reviews = &mut bout.reviews;
        match reviews.iter_mut().find(|known| known.side == review.side && known.request == review.request) {
            Some(known) => *known = review,
            None => {
                reviews.retain(|known| known.side != review.side);
                reviews.push(review);
            }
        }
    }

    /// Whether a review takes a request from its side. Where no clip was found, the card is given back.
    fn costs(&self, review: &ReviewProgress) -> bool {
        review.counts
            && match (review.state, review.verdict) {
                (ReviewState::Rejected, _) => review.clip != Some(ClipState::Missing),
                (ReviewState::Accepted, Some(Verdict::Lost)) => true,
                (ReviewState::Accepted, _) => !self.rules.won_is_kept,
                (ReviewState::Requested | ReviewState::Closed, _) => false,
            }
    }
}

/// That the console's answer and verdict are others than an operator's.
fn differing(
    review: &ReviewProgress,
    console: (ReviewState, Option<Verdict>),
    operator: (ReviewState, Option<Verdict>),
) -> Body {
    Body::VerdictsDiffer(VerdictsDiffer {
        side: review.side,
        review: review.request_seq(),
        console: console.0,
        console_verdict: console.1,
        operator: operator.0,
        operator_verdict: operator.1,
    })
}

/// When the jury of a review are reminded of their time, in order.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BTreeSet<Deadline>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    at: Time,
    /// The `seq` of the request.
    review: u64,
    seconds_left: u64,
}

impl Deadlines {
    pub(super) fn add(&mut self, rules: ReviewRules, review: u64, at: Time) {
        let ReviewRules { limit, reminder, .. } = rules;
        let mut remind = |left: Duration| {
            self.0.insert(Deadline { at: at + limit.saturating_sub(left), review, seconds_left: left.as_secs() });
        };
        remind(Duration::ZERO);
        if reminder < limit {
            remind(reminder);
        }
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.0.first().map(|deadline| deadline.at)
    }

    /// Takes the first deadline; gives its event, with the `seq` of its cause, if the jury have not answered.
    pub(super) fn take(&mut self, bout: &Bout) -> Option<(u64, Body)> {
        let Deadline { review, seconds_left, .. } = self.0.pop_first()?;
        let open = bout.review_of(review).filter(|open| open.state == ReviewState::Requested && !open.closed)?;
        Some((review, Body::ReviewDeadline(ReviewDeadline { side: open.side, review, seconds_left })))
    }
}
