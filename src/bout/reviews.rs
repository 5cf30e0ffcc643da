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

    pub(super) fn message(&mut self, bout: &mut Arc<Bout>, seq: u64, at: Time, review: Review) -> Option<Body> {
        let Review { side, state, verdict } = review;
        let soon = self.latest[side as usize].replace(at).is_some_and(|latest| at.since(latest) < REVIEW_TIMEOUT);
        // A message soon after the window was closed is still about its review.
        let known = bout.reviews.iter().find(|known| known.side == side && (!known.closed || soon)).copied();
        let fresh = ReviewProgress { side, state, verdict, request: None, clip: None, closed: false, cost: false };
        let request = known.and_then(|known| known.request);
        let review = request.map(|(seq, _)| seq);
        let took_ms = request.map(|(_, requested)| at.milliseconds_since(requested));
        match (state, known) {
            // A request repeated is the same review.
            (ReviewState::Requested, Some(ReviewProgress { state: ReviewState::Requested, closed: false, .. }))
                if soon =>
            {
                None
            }
            (ReviewState::Requested, _) => {
                self.put(bout, ReviewProgress { request: Some((seq, at)), ..fresh });
                Some(Body::ReviewOpened(ReviewSide { side, review: Some(seq) }))
            }
            (ReviewState::Accepted | ReviewState::Rejected, Some(known))
                if known.state == state && (verdict.is_none() || known.verdict == verdict) =>
            {
                None
            }
            (ReviewState::Accepted | ReviewState::Rejected, known) => {
                self.put(bout, ReviewProgress { state, verdict, ..known.unwrap_or(fresh) });
                let requests_left = side.side().map(|side| bout.corner(side).requests_left);
                Some(Body::ReviewDecided(ReviewDecided { side, review, state, verdict, took_ms, requests_left }))
            }
            // The window was closed, which changes no verdict.
            (ReviewState::Closed, Some(open)) if !open.closed => {
                self.put(bout, ReviewProgress { closed: true, ..open });
                Some(Body::ReviewClosed(ReviewClosed { side, review, took_ms }))
            }
            (ReviewState::Closed, _) => None,
        }
    }

    /// Records what became of a review's clip; of several clips, the one that came the furthest counts.
    pub(super) fn clip(&self, bout: &mut Arc<Bout>, request: u64, clip: ClipState) {
        let Some(review) = bout.review_of(request).copied() else { return };
        if review.clip == Some(ClipState::Missing) || review.clip < Some(clip) {
            self.put(bout, ReviewProgress { clip: Some(clip), ..review });
        }
    }

    /// Puts a side's review in its place, a new one last, and counts what it costs.
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
        match (review.state, review.verdict) {
            (ReviewState::Rejected, _) => review.clip != Some(ClipState::Missing),
            (ReviewState::Accepted, Some(Verdict::Lost)) => true,
            (ReviewState::Accepted, _) => !self.rules.won_is_kept,
            (ReviewState::Requested | ReviewState::Closed, _) => false,
        }
    }
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
