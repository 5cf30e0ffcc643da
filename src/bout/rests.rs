//! The rest between two rounds. No message starts it: its clock ticks, and then the next round is named.

use serde::{Deserialize, Serialize};

use super::model::*;
use super::rounds::is_tick;
use crate::event::*;
use crate::time::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Rests {
    /// The round before the rest that is on, and when the rest started.
    on: Option<(u8, Time)>,
    /// The time of the rest ran out, and the next round has not begun.
    is_over: bool,
    /// What the clock of the rest showed last, in this bout or before.
    shown: Option<u32>,
    /// Whether that was since the round clock ran.
    since_round: bool,
    may_start: bool,
}

impl Rests {
    /// Reads the rest clock; true if it runs, so that the round is over even if its end was lost.
    pub(super) fn read(&mut self, rest: Clock) -> bool {
        let before = self.shown.replace(rest.seconds);
        let since_round = std::mem::replace(&mut self.since_round, true);
        let runs = since_round && before.is_some_and(|before| is_tick(rest.seconds, before));
        // A PSS that is queried repeats the last rest: a single message is a rest only if the clock was set since then.
        self.may_start = runs || before.is_none_or(|before| rest.seconds > before);
        runs
    }

    /// Starts or ends the rest, after the end of the round was handled.
    pub(super) fn tick(&mut self, bout: &Bout, at: Time, Clock { seconds, action }: Clock) -> Option<Body> {
        if seconds == 0 || action == Some(ClockAction::End) {
            let ended = self.take(at);
            self.is_over |= ended.is_some();
            return ended;
        }
        if self.on.is_some() || self.is_over || !self.may_start || !bout.is_between_rounds() {
            return None;
        }
        self.on = Some((bout.round, at));
        Some(Body::RestStarted(RestStarted { round: bout.round, seconds }))
    }

    /// The next round was named, the round clock runs, or the bout is over.
    pub(super) fn end(&mut self, at: Time) -> Option<Body> {
        (self.since_round, self.is_over) = (false, false);
        self.take(at)
    }

    fn take(&mut self, at: Time) -> Option<Body> {
        let (round, since) = self.on.take()?;
        Some(Body::RestEnded(RestEnded { round, took_ms: at.milliseconds_since(since) }))
    }

    pub(super) fn begin_bout(&mut self) {
        *self = Self { shown: self.shown, ..Self::default() };
    }
}
