//! The rest between two rounds. No message starts it: its clock ticks, and then the next round is named.

use super::model::*;
use super::rounds::is_tick;
use crate::event::*;
use crate::time::Time;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rests {
    state: State,
    /// What the clock of the rest showed last, in this bout or before.
    shown: Option<u32>,
    /// Whether that was since the round clock ran.
    since_round: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    None,
    On {
        round: u8,
        since: Time,
    },
    /// The time of the rest is over, and the next round has not begun.
    Over,
}

/// How the rest clock has moved.
#[derive(Clone, Copy)]
pub(super) struct RestClock {
    /// It runs, so that the round is over even if its end was lost.
    pub(super) runs: bool,
    /// It shows more than before.
    was_set: bool,
}

impl Rests {
    /// Takes a message of the rest clock.
    pub(super) fn clock(&mut self, rest: Clock) -> RestClock {
        let before = self.shown.replace(rest.seconds);
        let since_round = std::mem::replace(&mut self.since_round, true);
        RestClock {
            runs: since_round && before.is_some_and(|before| is_tick(rest.seconds, before)),
            was_set: before.is_none_or(|before| rest.seconds > before),
        }
    }

    /// Starts or ends the rest, after the end of the round was handled.
    ///
    /// A PSS that is asked repeats the last rest, so a single message starts a rest only if its clock was set anew.
    pub(super) fn tick(&mut self, bout: &Bout, at: Time, rest: Clock, clock: RestClock) -> Option<Body> {
        let Clock { seconds, action } = rest;
        let is_over = seconds == 0 || action == Some(ClockAction::End);
        match self.state {
            State::On { .. } if is_over => {
                let ended = self.end(at);
                self.state = State::Over;
                ended
            }
            State::None if !is_over && (clock.runs || clock.was_set) && bout.is_between_rounds() => {
                self.state = State::On { round: bout.round, since: at };
                Some(Body::RestStarted(RestStarted { round: bout.round, seconds }))
            }
            _ => None,
        }
    }

    /// The next round was named, the round clock runs, or the bout is over.
    pub(super) fn end(&mut self, at: Time) -> Option<Body> {
        self.since_round = false;
        match std::mem::take(&mut self.state) {
            State::On { round, since } => {
                Some(Body::RestEnded(RestEnded { round, took_ms: at.milliseconds_since(since) }))
            }
            State::None | State::Over => None,
        }
    }

    pub(super) fn begin_bout(&mut self) {
        *self = Self { shown: self.shown, ..Self::default() };
    }
}
