use std::time::Instant;

use crate::time::Time;

/// Gives times that follow the system's clock but never run back: while that clock is set back, the time continues by
/// the monotonic clock.
#[derive(Debug)]
pub struct Stamper {
    last: Time,
    at: Instant,
}

impl Stamper {
    /// A stamper that starts now.
    pub fn new() -> Self {
        Self { last: Time::now(), at: Instant::now() }
    }

    /// The time now, by both clocks.
    pub fn stamp(&mut self) -> (Time, Instant) {
        let at = Instant::now();
        let time = Self::next(self.last, at - self.at, Time::now());
        *self = Self { last: time, at };
        (time, at)
    }

    fn next(last: Time, elapsed: std::time::Duration, wall: Time) -> Time {
        if wall >= last { wall } else { last + elapsed }
    }
}

impl Default for Stamper {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_clock_that_is_set_back_does_not_stop_the_time() {
        let noon = Time::from_micros(43_200_000_000);
        let second = Duration::from_secs(1);
        assert_eq!(Stamper::next(noon, second, noon + second), noon + second);
        assert_eq!(Stamper::next(noon, second, noon - 3600 * second), noon + second);
    }
}
