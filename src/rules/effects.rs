//! What the functions that a script calls read and change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rhai::{Dynamic, EvalAltResult, FnPtr};

use super::chain::{Chain, Pace};
use super::explain::Denial;
use super::memory::{Allowed, Memory, Moment, TooManyKeys};
use crate::action::ActionVerb;

/// More actions than this from one call of a handler are a mistake, and would fill the sinks' queues.
const MAX_REQUESTS: usize = 100;

/// What a script requests during one call of a handler.
#[derive(Default)]
pub(super) struct Requests {
    pub(super) verbs: Vec<ActionVerb>,
    pub(super) timers: Vec<TimerCall>,
    /// Which helpers refused; only kept where it is to be explained.
    pub(super) denials: Vec<Denial>,
}

impl Requests {
    pub(super) fn is_empty(&self) -> bool {
        self.verbs.is_empty() && self.timers.is_empty()
    }
}

/// A change of the timers that a script requests.
pub(super) enum TimerCall {
    Wait { key: Option<String>, wait: Duration, repeats: bool, call: Callback },
    Cancel { key: String },
}

/// A function of the script, with the values that it has caught, to be called later.
///
/// It keeps the values that the variables have when it is put off, so each turn of a loop has its own. A timer that
/// repeats keeps its values from one call to the next.
#[derive(Clone)]
pub(super) struct Callback {
    pub(super) function: Arc<str>,
    pub(super) arguments: Vec<Dynamic>,
}

impl From<FnPtr> for Callback {
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

/// Which scene each OBS instance has on program, as its latest report says.
pub(super) type Scenes = BTreeMap<String, String>;

#[derive(Default)]
struct Inner {
    requests: Requests,
    now: Moment,
    chain: Chain,
    pace: Pace,
    scenes: Arc<Scenes>,
    memory: Memory,
    explaining: bool,
}

/// A script requests more than one call may.
pub(super) struct TooManyRequests;

impl From<TooManyRequests> for Box<EvalAltResult> {
    fn from(_: TooManyRequests) -> Self {
        "one call of a handler requests too many actions".into()
    }
}

impl CallEffects {
    /// A call begins.
    pub(super) fn begin(&self, now: Moment, chain: Chain, scenes: Arc<Scenes>, explaining: bool) {
        let mut inner = self.lock();
        inner.now = now;
        inner.chain = chain;
        inner.scenes = scenes;
        inner.explaining = explaining;
    }

    pub(super) fn request(&self, verb: ActionVerb) -> Result<(), Box<EvalAltResult>> {
        let Inner { requests, pace, chain, now, .. } = &mut *self.lock();
        if requests.verbs.len() >= MAX_REQUESTS {
            return Err(TooManyRequests.into());
        }
        if verb.sink().reports() {
            pace.take(*chain, now.at)?;
        }
        requests.verbs.push(verb);
        Ok(())
    }

    pub(super) fn set_timer(&self, call: TimerCall) -> Result<(), TooManyRequests> {
        let requests = &mut self.lock().requests;
        if requests.timers.len() >= MAX_REQUESTS {
            return Err(TooManyRequests);
        }
        requests.timers.push(call);
        Ok(())
    }

    /// The scene that an OBS instance has on program; none where that is not known.
    pub(super) fn scene(&self, instance: &str) -> Option<String> {
        self.lock().scenes.get(instance).cloned()
    }

    /// Whether something may be done now, as the memory says.
    pub(super) fn allow(
        &self,
        decide: impl FnOnce(&mut Memory, Moment) -> Result<Allowed, TooManyKeys>,
    ) -> Result<bool, Box<EvalAltResult>> {
        let inner = &mut *self.lock();
        let allowed = decide(&mut inner.memory, inner.now)?;
        Ok(allowed
            .map_err(|denial| {
                if inner.explaining && inner.requests.denials.len() < MAX_REQUESTS {
                    inner.requests.denials.push(denial);
                }
            })
            .is_ok())
    }

    /// Takes what was requested since the last time.
    pub(super) fn take(&self) -> Requests {
        std::mem::take(&mut self.lock().requests)
    }

    /// Takes over the memory of other effects.
    pub(super) fn take_memory(&self, other: &Self) {
        let (memory, pace) = {
            let mut other = other.lock();
            (std::mem::take(&mut other.memory), other.pace)
        };
        let mut inner = self.lock();
        (inner.memory, inner.pace) = (memory, pace);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
