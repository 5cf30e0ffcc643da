//! The injury (kye-shi) clocks: one for each side, and one for neither.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::*;
use crate::time::Time;

/// A tick may come this long after its clock was hidden.
const LATE_TICK_WINDOW: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Injuries([InjuryClock; 3]);

/// Whether an injury clock is shown, and since when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
enum InjuryClock {
    #[default]
    Unseen,
    Shown(Time),
    Hidden(Time),
}

impl Injuries {
    pub(super) fn message(&mut self, at: Time, Injury { side, action, .. }: Injury) -> Option<Body> {
        let clock = &mut self.0[side as usize];
        match (action, *clock) {
            (Some(InjuryAction::Hide), InjuryClock::Shown(since)) => {
                *clock = InjuryClock::Hidden(at);
                Some(Body::InjuryEnded(InjuryEnded { side, took_ms: at.milliseconds_since(since) }))
            }
            // A tick from before it was hidden.
            (None, InjuryClock::Hidden(since)) if at.since(since) <= LATE_TICK_WINDOW => None,
            (Some(InjuryAction::Show) | None, InjuryClock::Unseen | InjuryClock::Hidden(_)) => {
                *clock = InjuryClock::Shown(at);
                Some(Body::InjuryStarted(InjuryStarted { side }))
            }
            _ => None,
        }
    }

    pub(super) fn end_all(&mut self, at: Time) -> impl Iterator<Item = Body> {
        let hide = |side| Injury { side, seconds: 0, action: Some(InjuryAction::Hide) };
        [MaybeSide::None, MaybeSide::Blue, MaybeSide::Red]
            .into_iter()
            .filter_map(move |side| self.message(at, hide(side)))
    }
}
