use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::telemetry::{Counter, Counters, messages};

/// The shortest time between two warnings of the same losses.
const WARNING_INTERVAL: Duration = Duration::from_secs(10);

/// Warns of what each court loses, as its counters say.
#[derive(Default)]
pub(super) struct LossWarnings(HashMap<(Arc<str>, &'static str), Warned>);

#[derive(Default)]
struct Warned {
    total: u64,
    at: Option<Instant>,
}

impl LossWarnings {
    pub(super) fn check(&mut self, courts: &[(Arc<str>, Arc<Counters>)]) {
        for (court, counters) in courts {
            let Counters { lost_in_kernel, lost_in_queue, unrecorded, .. } = &**counters;
            self.check_one(court, "system", lost_in_kernel, messages::court_lost_in_system);
            self.check_one(court, "queue", lost_in_queue, messages::court_lost_in_queue);
            self.check_one(court, "capture", unrecorded, messages::capture_lost);
        }
    }

    /// Warns at once, and then of all that was lost since, at intervals.
    fn check_one(&mut self, court: &Arc<str>, place: &'static str, lost: &Counter, warn: fn(Arc<str>, u64, u64)) {
        let total = lost.get();
        let warned = self.0.entry((court.clone(), place)).or_default();
        if total > warned.total && warned.at.is_none_or(|at| at.elapsed() >= WARNING_INTERVAL) {
            warn(court.clone(), total - warned.total, total);
            *warned = Warned { total, at: Some(Instant::now()) };
        }
    }
}
