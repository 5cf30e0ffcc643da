//! Video review: requested, decided, closed.

use std::time::Duration;

use super::ledger::{Derived, Ledger, milliseconds};
use super::state::ReviewProgress;
use crate::event::*;
use crate::time::Time;

/// A request that comes so long after an unanswered one is another: its answer was lost.
const FORGOTTEN: Duration = Duration::from_secs(60);

impl Ledger {
    pub(super) fn review(&mut self, seq: u64, at: Time, review: Review, derived: &mut Derived) {
        let side = review.side;
        let open = self.bout.reviews.iter().find(|open| open.side == side && !open.closed).copied();
        let progress = ReviewProgress {
            side,
            state: review.state,
            verdict: review.verdict,
            request: open.and_then(|open| open.request),
            closed: false,
        };
        let number = progress.request.map(|(seq, _)| seq);
        match (review.state, open) {
            // A request repeated is the same review.
            (ReviewState::Requested, Some(ReviewProgress { state: ReviewState::Requested, request, .. }))
                if request.is_some_and(|(_, requested)| at.since(requested) < FORGOTTEN) => {}
            (ReviewState::Requested, _) => {
                self.put_review(ReviewProgress { request: Some((seq, at)), ..progress });
                derived.push((seq, Body::ReviewOpened(ReviewSide { side, review: Some(seq) })));
            }
            (ReviewState::Accepted | ReviewState::Rejected, open) => {
                let told = open.is_some_and(|open| {
                    open.state == review.state && (review.verdict.is_none() || open.verdict == review.verdict)
                });
                if !told {
                    self.put_review(progress);
                    let took_ms = progress.request.map(|(_, requested)| milliseconds(at, requested));
                    let ReviewProgress { state, verdict, .. } = progress;
                    let decided = ReviewDecided { side, review: number, state, verdict, took_ms };
                    derived.push((seq, Body::ReviewDecided(decided)));
                }
            }
            // The window was closed, which undoes no verdict.
            (ReviewState::Closed, Some(open)) => {
                self.put_review(ReviewProgress { closed: true, ..open });
                derived.push((seq, Body::ReviewClosed(ReviewSide { side, review: number })));
            }
            (ReviewState::Closed, None) => {}
        }
    }

    /// Puts a side's review in its place; a new one comes last.
    fn put_review(&mut self, review: ReviewProgress) {
        let reviews = &mut self.change().reviews;
        match reviews.iter_mut().find(|known| known.side == review.side && known.request == review.request) {
            Some(known) => *known = review,
            None => {
                reviews.retain(|known| known.side != review.side);
                reviews.push(review);
            }
        }
    }
}
