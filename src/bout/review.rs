//! Video review: requested, decided, closed.

use super::ledger::{Derived, Ledger, milliseconds};
use super::state::ReviewProgress;
use crate::event::*;
use crate::time::Time;

impl Ledger {
    pub(super) fn review(&mut self, seq: u64, at: Time, review: Review, derived: &mut Derived) {
        let side = review.side;
        let open = self.bout.review.filter(|open| open.side == side && !open.closed);
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
            (ReviewState::Requested, Some(ReviewProgress { state: ReviewState::Requested, .. })) => {}
            (ReviewState::Requested, _) => {
                self.change().review = Some(ReviewProgress { request: Some((seq, at)), ..progress });
                derived.push((seq, Body::ReviewOpened(ReviewSide { side, review: Some(seq) })));
            }
            (ReviewState::Accepted | ReviewState::Rejected, open) => {
                let told = open.is_some_and(|open| {
                    open.state == review.state && (review.verdict.is_none() || open.verdict == review.verdict)
                });
                if !told {
                    self.change().review = Some(progress);
                    let took_ms = progress.request.map(|(_, requested)| milliseconds(at, requested));
                    let ReviewProgress { state, verdict, .. } = progress;
                    let decided = ReviewDecided { side, review: number, state, verdict, took_ms };
                    derived.push((seq, Body::ReviewDecided(decided)));
                }
            }
            // The window was closed, which undoes no verdict.
            (ReviewState::Closed, Some(open)) => {
                self.change().review = Some(ReviewProgress { closed: true, ..open });
                derived.push((seq, Body::ReviewClosed(ReviewSide { side, review: number })));
            }
            (ReviewState::Closed, None) => {}
        }
    }
}
