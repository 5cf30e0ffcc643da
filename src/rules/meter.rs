//! Counts the operations of a call of a rule's function.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use rhai::EvalAltResult;

/// The operations that a call may still take.
///
/// Rhai's own count starts anew in functions that are handed to others, such as that of `list.map(|item| …)`; this one
/// does not. Only the court's own thread counts.
#[derive(Clone, Default)]
pub(super) struct Meter(Arc<AtomicU64>);

impl Meter {
    /// A call begins that may take so many operations.
    pub(super) fn begin(&self, most: u64) {
        self.0.store(most, Relaxed);
    }

    /// Whether the call has taken all that it may.
    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Relaxed) == 0
    }

    /// Takes operations; false when there are not that many left.
    pub(super) fn take(&self, operations: u64) -> bool {
        let left = self.0.load(Relaxed);
        self.0.store(left.saturating_sub(operations), Relaxed);
        left >= operations
    }

    /// Takes the operations of a function that is dearer than it looks.
    pub(super) fn charge(&self, operations: usize) -> Result<(), Box<EvalAltResult>> {
        let enough = self.take(u64::try_from(operations).unwrap_or(u64::MAX));
        if enough { Ok(()) } else { Err(TOO_LONG.into()) }
    }
}

/// The error of a call that took too many operations.
pub(super) const TOO_LONG: &str = "it ran too long: is there a loop that never ends?";
