//! How rules are kept from answering their own actions without end.

use std::time::Duration;

use super::duration;
use crate::time::Time;

/// Actions in a row, each of which answers what came of the one before.
const MAX_LINKS: u8 = 10;
/// A timer that waits at least so long begins a new row.
const PAUSE: Duration = Duration::from_secs(1);
/// Actions that a rule may request at once without a message of the PSS or a command that it answers.
const MAX_AT_ONCE: u32 = 100;
/// How long one of these lasts: so 20 a second may follow each other for ever.
const INTERVAL: Duration = Duration::from_millis(50);

/// How many actions led to a call of a rule, each of which answers what came of the one before. None did where the call
/// answers a message of the PSS or an operator's command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain(u8);

impl Chain {
    /// What follows from a sink or a timer, and not from an action that is known.
    pub(crate) const BEGUN: Self = Self(1);

    /// What comes of an action that a call in this place requests.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// A timer that was set here fires after a wait.
    pub(super) fn after(self, wait: Duration) -> Self {
        if wait >= PAUSE { Self::BEGUN } else { Self(self.0.max(Self::BEGUN.0)) }
    }
}

/// An action that would go on with a chain for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endless {
    TooLong,
    TooFast,
}

impl From<Endless> for Box<rhai::EvalAltResult> {
    fn from(endless: Endless) -> Self {
        let pause = duration::written(PAUSE);
        match endless {
            Endless::TooLong => format!(
                "it answers its own actions without end: this one would be number {} in a row; to try again, wait: \
                 after(\"{pause}\", || …)",
                u32::from(MAX_LINKS) + 1
            ),
            Endless::TooFast => format!(
                "it requests too many actions that answer neither a message nor a command: more than {MAX_AT_ONCE}, and \
                 then more than {} a second",
                Duration::from_secs(1).as_millis() / INTERVAL.as_millis()
            ),
        }
        .into()
    }
}

/// How fast one rule requests actions within chains.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When all that were requested have lasted.
    until: Time,
}

impl Pace {
    /// Takes an action of a call, or refuses it.
    pub(super) fn take(&mut self, chain: Chain, now: Time) -> Result<(), Endless> {
        if chain == Chain::default() {
            return Ok(());
        }
        if chain.0 > MAX_LINKS {
            return Err(Endless::TooLong);
        }
        let until = self.until.max(now) + INTERVAL;
        if until > now + INTERVAL * MAX_AT_ONCE {
            return Err(Endless::TooFast);
        }
        self.until = until;
        Ok(())
    }
}
