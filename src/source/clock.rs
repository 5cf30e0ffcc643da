//! The time of a session: the system's clock at its beginning, and from then on the monotonic one.

use std::time::{Duration, Instant};

use crate::time::{Offset, Time};

/// How often the system's clock is looked at.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// If the clock is further off than this, it was set or the computer slept; a time server changes less.
const MAX_DRIFT_MICROS: u64 = 500_000;
/// A court that was not looked after for this long did not run.
const MAX_STALL: Duration = Duration::from_secs(5);

/// The clock of a session. It never runs back and never jumps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CourtClock {
    anchor: Time,
    start: Instant,
}

impl CourtClock {
    /// A clock that starts now, with the time of the system's clock.
    pub(crate) fn start() -> Self {
        Self { anchor: Time::now(), start: Instant::now() }
    }

    pub(crate) fn anchor(&self) -> Time {
        self.anchor
    }

    /// The time now, and the same by the monotonic clock.
    pub(crate) fn now(&self) -> (Time, Instant) {
        let now = Instant::now();
        (self.anchor + (now - self.start), now)
    }
}

/// Finds out that the system's clock was set, or that the computer slept.
#[derive(Debug)]
pub(crate) struct ClockWatch {
    clock: CourtClock,
    /// How far the system's clock was ahead when that was last reported.
    offset: Offset,
    checked: Instant,
}

impl ClockWatch {
    /// Watches over a clock that has just started.
    pub(crate) fn new(clock: CourtClock) -> Self {
        Self { clock, offset: Offset::default(), checked: clock.start }
    }

    /// How far the system's clock is ahead of the session's, if it was set or the session's thread did not run for a
    /// while. Looks at it once a second; to be called more often than that.
    pub(crate) fn step(&mut self) -> Option<Offset> {
        let (now, instant) = self.clock.now();
        let since = instant - self.checked;
        if since < CHECK_INTERVAL {
            return None;
        }
        self.checked = instant;
        self.judge(since, Time::now() - now)
    }

    fn judge(&mut self, since: Duration, offset: Offset) -> Option<Offset> {
        let drift = offset.as_micros().abs_diff(self.offset.as_micros());
        if drift > MAX_DRIFT_MICROS {
            self.offset = offset;
        } else if since <= MAX_STALL {
            return None;
        }
        Some(self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_is_reported_once_and_drift_is_not() {
        let mut watch = ClockWatch::new(CourtClock::start());
        let second = Duration::from_secs(1);
        assert_eq!(watch.judge(second, Offset::from_micros(400_000)), None);
        let hour = Offset::from_micros(3_600_000_000);
        assert_eq!(watch.judge(second, hour), Some(hour));
        assert_eq!(watch.judge(second, Offset::from_micros(3_600_100_000)), None);
        let back = Offset::from_micros(-1);
        assert_eq!(watch.judge(second, back), Some(back));
    }

    #[test]
    fn a_thread_that_did_not_run_for_a_while_is_reported() {
        let mut watch = ClockWatch::new(CourtClock::start());
        assert_eq!(watch.judge(Duration::from_secs(60), Offset::default()), Some(Offset::default()));
    }
}
