//! Where the functions that a script calls put down what it asks for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rhai::FnPtr;

use crate::action::Verb;

/// More actions than this from one call of a handler are a mistake, and would fill the edges' queues.
const MOST_ASKED: usize = 100;

/// What a script asked for during one call of a handler.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) verbs: Vec<Verb>,
    pub(super) timers: Vec<TimerCall>,
}

/// A change of the timers that a script asked for.
pub(super) enum TimerCall {
    After { key: Option<String>, wait: Duration, call: FnPtr },
    Cancel { key: String },
}

/// The desk of one court's rules, shared with the functions that scripts call.
///
/// Rhai wants such functions to be `Send + Sync`; only the court's own thread ever comes here, so the lock is free.
#[derive(Clone, Default)]
pub(super) struct Desk(Arc<Mutex<Asked>>);

/// A script asked for more than one call may.
pub(super) struct TooMuch;

impl Desk {
    pub(super) fn ask(&self, verb: Verb) -> Result<(), TooMuch> {
        let mut asked = self.lock();
        if asked.verbs.len() >= MOST_ASKED {
            return Err(TooMuch);
        }
        asked.verbs.push(verb);
        Ok(())
    }

    pub(super) fn time(&self, call: TimerCall) -> Result<(), TooMuch> {
        let mut asked = self.lock();
        if asked.timers.len() >= MOST_ASKED {
            return Err(TooMuch);
        }
        asked.timers.push(call);
        Ok(())
    }

    /// Takes what was asked for since the last time.
    pub(super) fn clear(&self) -> Asked {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
