//! The limits of rules, and the OBS sinks that they act upon.

use std::sync::Arc;

/// What bounds a rule: the longest handler is to end within 10 ms, which `make bench` shows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Operations that one call of a handler may take.
    pub max_operations: u64,
}

impl Limits {
    /// Entries of a list, with those of lists inside it, that a rule may make: each copy of one takes that long.
    pub const MAX_ENTRIES: usize = 80;
    /// Entries of a map, with those of maps inside it or inside a list, that a rule may make.
    pub const MAX_NAMES: usize = 32;
    /// Length of a text that a rule may make: each function of a text takes that long.
    pub const MAX_TEXT: usize = 4000;
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_operations: 5000 }
    }
}

/// What the rules of a court may act upon.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Names of the OBS sinks that serve the court.
    pub obs: Vec<Arc<str>>,
}
