//! The world of the rules: what a Rhai script sees, what it may do, and what it may not.
//!
//! A script is a set of handlers `fn on_<kind>(event, bout)`; `this` keeps its state from one event to the next. It
//! reaches no file, network or clock, and its operations, depth and sizes are limited, so that whatever it does, the
//! court goes on.

pub mod check;
mod desk;
mod duration;
mod engine;
mod host;
mod script;
mod timers;
mod views;

pub use engine::{Rules, Said};
pub use script::{Script, ScriptError, near_kind};

use std::sync::Arc;

/// What bounds a rule.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Operations that one call of a handler may take.
    pub max_operations: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_operations: 100_000 }
    }
}

/// What the rules of a court may act upon.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Names of the OBS sinks that serve the court.
    pub obs: Vec<Arc<str>>,
}
