//! How often a function may run too long.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::time::Time;

/// For each operation of a call that ran too long: so calls that run too long take 50,000 operations a second in the end.
const PAUSE: Duration = Duration::from_micros(20);
/// What may be ahead of that: 200,000 operations.
const MAX_AHEAD: Duration = Duration::from_secs(4);

/// The calls of one rule that ran too long: a function that does so again and again is not called for a while, so that it
/// does not hold up the court at each message.
#[derive(Debug, Default)]
pub(crate) struct Overruns {
    /// The functions whose latest call ran too long.
    functions: HashSet<Arc<str>>,
    until: Time,
}

impl Overruns {
    /// Whether a function may be called now.
    pub(crate) fn allow(&self, function: &str, now: Time) -> bool {
        self.functions.is_empty() || self.until <= now + MAX_AHEAD || !self.functions.contains(function)
    }

    /// A function has ended, or ran too long and was stopped after so many operations.
    pub(crate) fn note(&mut self, function: &str, now: Time, stopped_after: Option<u64>) {
        match stopped_after {
            Some(operations) => {
                let operations = u32::try_from(operations).unwrap_or(u32::MAX);
                self.until = self.until.max(now) + PAUSE * operations;
                self.functions.insert(function.into());
            }
            None => drop(self.functions.remove(function)),
        }
    }
}
