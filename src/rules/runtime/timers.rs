//! What rules have put off until later; the time is that of the events.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::rules::chain::Chain;
use crate::rules::effects::{Callback, TimerCall};
use crate::time::{Offset, Time};

/// More timers than this are a mistake of a rule that never lets one fire.
const MAX_TIMERS: usize = 1000;

/// A call that waits for its time.
#[derive(Clone)]
pub(crate) struct Timer {
    /// Which script requested it.
    pub(crate) script: usize,
    /// The `seq` of the event that it answers.
    pub(crate) cause: u64,
    pub(crate) chain: Chain,
    pub(crate) call: Callback,
    key: Option<String>,
    /// After how long it comes again.
    every: Option<Duration>,
}

/// The timers of a court, in order of their due times; those due at once in the order of the requests.
#[derive(Default)]
pub(crate) struct Timers {
    waiting: BTreeMap<(Time, u64), Timer>,
    requests: u64,
}

impl Timers {
    /// When the next one is due.
    pub(crate) fn next_due(&self) -> Option<Time> {
        self.waiting.first_key_value().map(|((due, _), _)| *due)
    }

    /// When the next one that fires once is due.
    pub(crate) fn next_once_due(&self) -> Option<Time> {
        self.waiting.iter().find(|(_, timer)| timer.every.is_none()).map(|((due, _), _)| *due)
    }

    /// How many wait that fire once.
    pub(crate) fn len(&self) -> usize {
        self.waiting.values().filter(|timer| timer.every.is_none()).count()
    }

    /// Takes the next one that is due by a time; one that repeats waits anew.
    pub(crate) fn take_due(&mut self, by: Time) -> Option<(Time, Timer)> {
        let entry = self.waiting.first_entry().filter(|entry| entry.key().0 <= by)?;
        let ((due, _), timer) = entry.remove_entry();
        if let Some(every) = timer.every {
            self.wait(due + every, timer.clone());
        }
        Some((due, timer))
    }

    /// Puts off those that repeat, so that each is due at most once by a time.
    pub(crate) fn skip_repeats(&mut self, to: Time) {
        let overdue = |due: Time, every: Duration| due + every <= to;
        let skipping: Vec<_> = self
            .waiting
            .extract_if(..(to, 0), |(due, _), timer| timer.every.is_some_and(|every| overdue(*due, every)))
            .collect();
        for ((due, request), timer) in skipping {
            let every = timer.every.unwrap_or_default().as_micros().max(1) as i64;
            let missed = (to - due).as_micros() / every;
            self.waiting.insert((due + Offset::from_micros(missed * every), request), timer);
        }
    }

    /// Does what a script requested at a time. A timer with a key takes the place of the script's other one with it,
    /// and one that repeats that of the same function.
    pub(crate) fn apply(
        &mut self,
        script: usize,
        (cause, chain): (u64, Chain),
        now: Time,
        call: TimerCall,
    ) -> Result<(), String> {
        let (key, wait, call, repeats) = match call {
            TimerCall::Cancel { key } => {
                self.cancel(script, &key);
                return Ok(());
            }
            TimerCall::Wait { key, wait, call, repeats } => (key, wait, call, repeats),
        };
        match &key {
            Some(key) => self.cancel(script, key),
            None if repeats => self.waiting.retain(|_, timer| {
                let same = timer.script == script && timer.every.is_some() && timer.key.is_none();
                !(same && timer.call.function == call.function)
            }),
            None => {}
        }
        if self.waiting.len() >= MAX_TIMERS {
            return Err(format!("{MAX_TIMERS} timers are waiting already: `after` is called too often"));
        }
        self.wait(
            now + wait,
            Timer { script, cause, chain: chain.after(wait), call, key, every: repeats.then_some(wait) },
        );
        Ok(())
    }

    /// Takes over the timers of other rules: `find` gives what is to become of each, if anything.
    pub(crate) fn take_over(&mut self, others: Self, mut find: impl FnMut(Timer) -> Option<Timer>) {
        for ((due, _), timer) in others.waiting {
            if let Some(timer) = find(timer) {
                self.wait(due, timer);
            }
        }
    }

    fn wait(&mut self, due: Time, timer: Timer) {
        self.requests += 1;
        self.waiting.insert((due, self.requests), timer);
    }

    fn cancel(&mut self, script: usize, key: &str) {
        self.waiting.retain(|_, timer| timer.script != script || timer.key.as_deref() != Some(key));
    }
}
