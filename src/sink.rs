//! What the sinks that act have in common: commands come in, reports go out, and neither way waits.

mod backoff;
mod inbox;
mod outbox;
mod supervise;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use self::inbox::Inbox;
pub(crate) use self::outbox::Outbox;
pub(crate) use self::supervise::{Ended, Supervised, supervise};
use crate::action::{Action, Outcome, Report};
use crate::queue::Sender;

/// Something that a sink is to do for a court.
#[derive(Clone, Debug)]
pub struct Command {
    /// The court that gets the outcome.
    pub court: Arc<str>,
    /// What to do.
    pub action: Arc<Action>,
    /// When the action was made.
    pub received: Instant,
}

impl Command {
    /// The report of how it ended.
    pub fn ended(&self, outcome: Outcome) -> Report {
        Report::Outcome {
            action_seq: self.action.seq,
            action: self.action.verb.name().to_owned(),
            outcome,
            took_us: micros(self.received.elapsed()),
        }
    }
}

/// The courts that a sink serves, by name, and where their reports go.
pub type Courts = HashMap<Arc<str>, Sender<Report>>;

/// Microseconds, as in reports.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
