//! What rules have put off until later; the time is that of the events.

use std::collections::BTreeMap;
use std::time::Duration;

use rhai::FnPtr;

use super::desk::TimerCall;
use crate::time::Time;

/// More timers than this are a mistake of a rule that never lets one fire.
const MOST_TIMERS: usize = 1000;

/// The shortest wait: a rule that puts itself off again and again must let the time pass.
const SHORTEST: Duration = Duration::from_millis(10);

/// A call that waits for its time.
pub(super) struct Timer {
    /// Which script asked for it.
    pub(super) script: usize,
    /// The `seq` of the event that it answers.
    pub(super) cause: u64,
    pub(super) call: FnPtr,
    key: Option<String>,
}

/// The timers of a court, in order of their due times; those due at once in the order they were asked for.
#[derive(Default)]
pub(super) struct Timers {
    waiting: BTreeMap<(Time, u64), Timer>,
    asked: u64,
}

impl Timers {
    /// When the next one is due.
    pub(super) fn next_due(&self) -> Option<Time> {
        self.waiting.first_key_value().map(|((due, _), _)| *due)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Takes the next one that is due by a time.
    pub(super) fn take_due(&mut self, by: Time) -> Option<(Time, Timer)> {
        let entry = self.waiting.first_entry()?;
        if entry.key().0 > by {
            return None;
        }
        let ((due, _), timer) = entry.remove_entry();
        Some((due, timer))
    }

    /// Does what a script asked for at a time. A timer with a key takes the place of the script's other one with it.
    pub(super) fn apply(&mut self, script: usize, cause: u64, now: Time, call: TimerCall) -> Result<(), String> {
        match call {
            TimerCall::Cancel { key } => self.cancel(script, &key),
            TimerCall::After { key, wait, call } => {
                if let Some(key) = &key {
                    self.cancel(script, key);
                }
                if self.waiting.len() >= MOST_TIMERS {
                    return Err(format!("{MOST_TIMERS} timers are waiting already: `after` is called too often"));
                }
                self.asked += 1;
                self.waiting.insert((now + wait.max(SHORTEST), self.asked), Timer { script, cause, call, key });
            }
        }
        Ok(())
    }

    fn cancel(&mut self, script: usize, key: &str) {
        self.waiting.retain(|_, timer| timer.script != script || timer.key.as_deref() != Some(key));
    }
}
