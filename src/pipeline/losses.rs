//! Datagrams that were lost before a court could take them, as inputs of the court.

use std::sync::Arc;

use crate::action::Report;
use crate::event::{DatagramsLost, LossPlace};
use crate::telemetry::Counters;

/// Follows the counters of a court.
pub(super) struct Losses {
    counters: Arc<Counters>,
    in_system: u64,
    in_queue: u64,
}

impl Losses {
    pub(super) fn new(counters: Arc<Counters>) -> Self {
        Self { counters, in_system: 0, in_queue: 0 }
    }

    /// The next loss that was not reported yet.
    pub(super) fn next(&mut self) -> Option<Report> {
        let in_system = self.counters.lost_in_kernel.get();
        if in_system > self.in_system {
            let datagrams = in_system - std::mem::replace(&mut self.in_system, in_system);
            return Some(Report::DatagramsLost(DatagramsLost { datagrams, place: LossPlace::System }));
        }
        let in_queue = self.counters.lost_in_queue.get();
        (in_queue > self.in_queue).then(|| {
            let datagrams = in_queue - std::mem::replace(&mut self.in_queue, in_queue);
            Report::DatagramsLost(DatagramsLost { datagrams, place: LossPlace::Queue })
        })
    }
}
