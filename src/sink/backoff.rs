//! Pauses between attempts, each twice as long as the one before.

use std::time::Duration;

const MIN_PAUSE: Duration = Duration::from_millis(250);

pub(super) struct Backoff {
    next: Duration,
    max: Duration,
}

impl Backoff {
    pub(super) fn new(max: Duration) -> Self {
        Self { next: MIN_PAUSE, max }
    }

    /// The next pause. It is up to a fifth shorter at random, so that sinks do not all try at the same moment.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.max);
        pause.mul_f64(1.0 - 0.2 * fastrand::f64())
    }

    pub(super) fn reset(&mut self) {
        self.next = MIN_PAUSE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_until_reset() {
        let max = Duration::from_secs(5);
        let mut backoff = Backoff::new(max);
        assert!(backoff.next() <= MIN_PAUSE);
        for _ in 0..10 {
            backoff.next();
        }
        let longest = backoff.next();
        assert!(longest <= max && longest >= max * 4 / 5, "{longest:?}");
        backoff.reset();
        assert!(backoff.next() <= MIN_PAUSE);
    }
}
