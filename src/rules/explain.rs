//! Why a rule did what it did with an event, and why it did not do more: for `vta replay --explain`.
//!
//! Made only on request: see [`Rules::explain_to`](super::Rules::explain_to).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::action::ActionVerb;
use crate::event::Event;
use crate::time::Time;

/// Receives what each rule did with each event and each timer, in the order in which it happened.
pub type Explain = Box<dyn FnMut(&Explained<'_>) + Send>;

/// What one rule did with one event, or when one of its timers was due.
#[derive(Debug)]
pub struct Explained<'a> {
    /// The rule's file name.
    pub rule: &'a str,
    /// The event that it heard; none where a timer was due.
    pub event: Option<&'a Arc<Event>>,
    /// The `seq` of the event that it answers.
    pub cause: u64,
    /// When: that of the event, or that at which its timer was due.
    pub at: Time,
    /// What it did.
    pub reaction: Reaction<'a>,
}

/// What a rule did.
#[derive(Debug)]
pub enum Reaction<'a> {
    /// It has no handler for this kind of event.
    NoHandler,
    /// A handler, or the function of a timer, ran.
    Ran {
        /// The function; `a timer` where it has no name.
        function: &'a str,
        /// What it requested, in order.
        actions: &'a [ActionVerb],
        /// How many timers it set or cancelled.
        timers: usize,
        /// Whether what it keeps in `this` is not what it was.
        changed: bool,
        /// What held it back: each helper that refused.
        denials: &'a [Denial],
        /// Why it failed; it had requested what stands above before that.
        failed: Option<String>,
    },
}

/// Why a helper refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// `once_per_bout` had allowed it in this bout already.
    OncePerBout {
        /// Its key.
        key: String,
        /// When it allowed it.
        done: Time,
    },
    /// `once_per_round` had allowed it in this round already.
    OncePerRound {
        /// Its key.
        key: String,
        /// When it allowed it.
        done: Time,
    },
    /// `cooldown` had allowed it not long enough ago.
    Cooldown {
        /// Its key.
        key: String,
        /// How long it lasts.
        wait: Duration,
        /// How much of it is left.
        left: Duration,
    },
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OncePerBout { key, done } => write!(f, "once per bout `{key}`: done at {done}"),
            Self::OncePerRound { key, done } => write!(f, "once per round `{key}`: done at {done}"),
            Self::Cooldown { key, wait, left } => {
                write!(f, "cooldown `{key}`: {} s, {} s left", wait.as_secs_f64(), left.as_secs_f64())
            }
        }
    }
}
