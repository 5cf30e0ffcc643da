//! Video review: requested, decided, closed; what became of its clip, and what it costs the side that asked.

use std::time::Duration;

use super::ledger::{Derived, Ledger, milliseconds};
use super::state::{ClipState, ReviewProgress};
use crate::event::*;
use crate::time::Time;

/// So long after the last that was heard of a review, the next is about another: what came between was lost.
const FORGOTTEN: Duration = Duration::from_secs(60);

impl Ledger {
    pub(super) fn review(&mut self, seq: u64, at: Time, review: Review, derived: &mut Derived) {
        let Review { side, state, verdict } = review;
        let soon = self.review_heard[side as usize].is_some_and(|heard| at.since(heard) < FORGOTTEN);
        self.review_heard[side as usize] = Some(at);
        // What is said soon after a window was closed is still about its review.
        let known = self.bout.reviews.iter().find(|known| known.side == side && (!known.closed || soon)).copied();
        let fresh = ReviewProgress { side, state, verdict, request: None, clip: None, closed: false, cost: false };
        let request = known.and_then(|known| known.request);
        let number = request.map(|(seq, _)| seq);
        let took_ms = request.map(|(_, requested)| milliseconds(at, requested));
        match (state, known) {
            // A request repeated is the same review.
            (ReviewState::Requested, Some(ReviewProgress { state: ReviewState::Requested, closed: false, .. }))
                if soon => {}
            (ReviewState::Requested, _) => {
                self.put_review(ReviewProgress { request: Some((seq, at)), ..fresh });
                derived.push((seq, Body::ReviewOpened(ReviewSide { side, review: Some(seq) })));
            }
            (ReviewState::Accepted | ReviewState::Rejected, known) => {
                let told =
                    known.is_some_and(|known| known.state == state && (verdict.is_none() || known.verdict == verdict));
                if !told {
                    self.put_review(ReviewProgress { state, verdict, ..known.unwrap_or(fresh) });
                    let requests_left = side.side().map(|side| self.bout.corner(side).requests_left);
                    let decided = ReviewDecided { side, review: number, state, verdict, took_ms, requests_left };
                    derived.push((seq, Body::ReviewDecided(decided)));
                }
            }
            // The window was closed, which undoes no verdict.
            (ReviewState::Closed, Some(open)) if !open.closed => {
                self.put_review(ReviewProgress { closed: true, ..open });
                derived.push((seq, Body::ReviewClosed(ReviewClosed { side, review: number, took_ms })));
            }
            (ReviewState::Closed, _) => {}
        }
    }

    /// The review of a request, if it is still known.
    pub(super) fn review_of(&self, request: u64) -> Option<&ReviewProgress> {
        self.bout.reviews.iter().find(|review| review.request.is_some_and(|(seq, _)| seq == request))
    }

    /// Takes in what became of a review's clip: of several, that which came the furthest counts.
    pub(super) fn clip(&mut self, request: u64, clip: ClipState) {
        let Some(review) = self.review_of(request).copied() else { return };
        if review.clip == Some(ClipState::Missing) || review.clip < Some(clip) {
            self.put_review(ReviewProgress { clip: Some(clip), ..review });
        }
    }

    /// Puts a side's review in its place, a new one last, and counts what it costs.
    fn put_review(&mut self, mut review: ReviewProgress) {
        if let Some(side) = review.side.side() {
            let cost = self.costs(&review);
            let quota = self.review_rules.requests;
            let corner = self.change().corner_mut(side);
            match (review.cost, cost) {
                (false, true) => corner.requests_lost = corner.requests_lost.saturating_add(1),
                (true, false) => corner.requests_lost = corner.requests_lost.saturating_sub(1),
                _ => {}
            }
            corner.requests_left = quota.saturating_sub(corner.requests_lost);
            review.cost = cost;
        }
        let reviews = &mut self.change().reviews;
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
            (ReviewState::Accepted, _) => !self.review_rules.won_is_kept,
            (ReviewState::Requested | ReviewState::Closed, _) => false,
        }
    }
}
