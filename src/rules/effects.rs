//! Where the functions that a script calls put down what it asks for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rhai::{Dynamic, EvalAltResult, FnPtr};

use super::explain::Held;
use super::memory::{May, Memory, Moment, TooManyKeys};
use crate::action::Verb;

/// More actions than this from one call of a handler are a mistake, and would fill the sinks' queues.
const MAX_ASKED: usize = 100;

/// What a script asked for during one call of a handler.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) verbs: Vec<Verb>,
    pub(super) timers: Vec<TimerCall>,
    /// Which helpers said no; only kept where it is to be explained.
    pub(super) held: Vec<Held>,
}

/// A change of the timers that a script asked for.
pub(super) enum TimerCall {
    Wait { key: Option<String>, wait: Duration, repeats: bool, call: Later },
    Cancel { key: String },
}

/// A function of the script, with the values that it has caught, to be called later.
///
/// It keeps the variables as they are when it is put off, so that what a loop puts off is about each of its turns; those
/// of a timer that repeats stay its own from one time to the next.
#[derive(Clone)]
pub(super) struct Later {
    pub(super) function: Arc<str>,
    pub(super) arguments: Vec<Dynamic>,
}

impl From<FnPtr> for Later {
    fn from(call: FnPtr) -> Self {
        let caught = |value: &Dynamic| match value.is_shared() {
            true => value.flatten_clone().into_shared(),
            false => value.clone(),
        };
        Self { function: call.fn_name().into(), arguments: call.curry().iter().map(caught).collect() }
    }
}

/// The effects of one script in one court, shared with the functions that it calls.
///
/// Rhai wants such functions to be `Send + Sync`; only the court's own thread ever comes here, so the lock is free.
#[derive(Clone, Default)]
pub(super) struct CallEffects(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    asked: Asked,
    now: Moment,
    memory: Memory,
    explaining: bool,
}

/// A script asked for more than one call may.
pub(super) struct TooMuch;

impl From<TooMuch> for Box<EvalAltResult> {
    fn from(_: TooMuch) -> Self {
        "one call of a handler asked for too many actions".into()
    }
}

impl CallEffects {
    /// A call begins.
    pub(super) fn begin(&self, now: Moment, explaining: bool) {
        let mut inner = self.lock();
        inner.now = now;
        inner.explaining = explaining;
    }

    pub(super) fn ask(&self, verb: Verb) -> Result<(), TooMuch> {
        let asked = &mut self.lock().asked;
        if asked.verbs.len() >= MAX_ASKED {
            return Err(TooMuch);
        }
        asked.verbs.push(verb);
        Ok(())
    }

    pub(super) fn time(&self, call: TimerCall) -> Result<(), TooMuch> {
        let asked = &mut self.lock().asked;
        if asked.timers.len() >= MAX_ASKED {
            return Err(TooMuch);
        }
        asked.timers.push(call);
        Ok(())
    }

    /// Whether something may be done now, as the memory says.
    pub(super) fn may(
        &self,
        ask: impl FnOnce(&mut Memory, Moment) -> Result<May, TooManyKeys>,
    ) -> Result<bool, Box<EvalAltResult>> {
        let inner = &mut *self.lock();
        let may = ask(&mut inner.memory, inner.now)?;
        Ok(may
            .map_err(|held| {
                if inner.explaining && inner.asked.held.len() < MAX_ASKED {
                    inner.asked.held.push(held);
                }
            })
            .is_ok())
    }

    /// Takes what was asked for since the last time.
    pub(super) fn clear(&self) -> Asked {
        std::mem::take(&mut self.lock().asked)
    }

    /// Remembers what another effects does, which forgets it.
    pub(super) fn take_memory(&self, other: &Self) {
        let memory = std::mem::take(&mut other.lock().memory);
        self.lock().memory = memory;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
