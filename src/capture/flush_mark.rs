use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::thread;
use std::time::{Duration, Instant};

use crate::telemetry::messages;

/// How often it is checked whether more was flushed.
const POLL_INTERVAL: Duration = Duration::from_millis(2);
/// What counts as flushed when the capture holds up nothing.
const NO_LIMIT: u64 = u64::MAX;

/// How many of a court's inputs its capture has passed to the system, so that the database does not have more than can
/// be replayed after a crash. The court, the capture and the database share it.
#[derive(Clone, Debug)]
pub struct FlushMark(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    court: Arc<str>,
    queued: AtomicU64,
    flushed: AtomicU64,
    /// What was flushed when a wait for more ended in vain.
    stalled_at: AtomicU64,
}

impl FlushMark {
    /// For a court whose capture begins.
    pub fn new(court: &str) -> Self {
        let (queued, flushed, stalled_at) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(NO_LIMIT));
        Self(Arc::new(Shared { court: court.into(), queued, flushed, stalled_at }))
    }

    /// Counts an input that was queued for the capture.
    pub fn count_queued(&self) {
        self.0.queued.fetch_add(1, Relaxed);
    }

    /// How many inputs were queued for the capture.
    pub fn queued(&self) -> u64 {
        self.0.queued.load(Relaxed)
    }

    /// So many inputs were flushed, or could not be written.
    pub fn set_flushed(&self, inputs: u64) {
        self.0.flushed.store(inputs, Release);
    }

    /// The capture is not waited for: it has ended, or cannot be written.
    pub fn release(&self) {
        self.set_flushed(NO_LIMIT);
    }

    /// Waits until so many inputs are flushed, at the longest until `deadline`. After a wait in vain it does not wait again
    /// before the capture has moved on.
    pub fn wait_for(&self, inputs: u64, deadline: Instant) {
        loop {
            let flushed = self.0.flushed.load(Acquire);
            if flushed >= inputs || flushed == self.0.stalled_at.load(Relaxed) {
                return;
            }
            if Instant::now() >= deadline {
                self.0.stalled_at.store(flushed, Relaxed);
                return messages::capture_stalled(&self.0.court);
            }
            thread::sleep(POLL_INTERVAL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long an input is waited for, when the wait may take `limit`.
    fn wait(mark: &FlushMark, input: u64, limit: Duration) -> Duration {
        let begin = Instant::now();
        mark.wait_for(input, begin + limit);
        begin.elapsed()
    }

    #[test]
    fn stalled_capture_is_waited_for_once() {
        let (short, long) = (Duration::from_millis(20), Duration::from_secs(60));
        let mark = FlushMark::new("court-1");
        mark.set_flushed(7);
        assert!(wait(&mark, 7, long) < long);
        assert!(wait(&mark, 8, short) >= short);
        assert!(wait(&mark, 9, long) < long);
        mark.set_flushed(8);
        assert!(wait(&mark, 9, short) >= short);
        mark.release();
        assert!(wait(&mark, 9, long) < long);
    }

    #[test]
    fn wait_ends_when_the_input_is_flushed() {
        let mark = FlushMark::new("court-1");
        let capture = thread::spawn({
            let mark = mark.clone();
            move || {
                thread::sleep(Duration::from_millis(20));
                mark.set_flushed(1);
            }
        });
        assert!(wait(&mark, 1, Duration::from_secs(60)) < Duration::from_secs(60));
        assert_eq!(mark.0.stalled_at.load(Relaxed), NO_LIMIT);
        assert!(capture.join().is_ok());
    }
}
