//! Queues between threads: they grow as needed within a counted limit, and can be drained in batches.

use std::fmt;
use std::iter;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, TrySendError, unbounded};

/// How often a sender that waits looks for room: a full queue is emptied in batches that take longer.
const ROOM_POLL_INTERVAL: Duration = Duration::from_millis(1);

/// A queue of at most `limit` items.
///
/// It takes memory for what waits, in blocks, where a bounded channel of crossbeam takes all of it at once.
pub fn bounded<T>(limit: usize) -> (Sender<T>, Receiver<T>) {
    let (items, receiver) = unbounded();
    (Sender { items, limit }, receiver)
}

/// The sending end of a queue; all clones send to the same one.
///
/// Several that send at the same instant can exceed the limit by as many items.
pub struct Sender<T> {
    items: crossbeam_channel::Sender<T>,
    limit: usize,
}

impl<T> Sender<T> {
    /// Queues an item; never waits.
    ///
    /// # Errors
    /// The queue is full, or the receiver has gone.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        if self.items.len() >= self.limit {
            return Err(TrySendError::Full(item));
        }
        self.items.try_send(item)
    }

    /// Queues an item; waits at most until `deadline` while the queue is full, and without one as long as it takes.
    ///
    /// # Errors
    /// The queue stayed full, or the receiver has gone.
    pub fn send(&self, mut item: T, deadline: Option<Instant>) -> Result<(), SendTimeoutError<T>> {
        loop {
            item = match self.try_send(item) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Disconnected(item)) => return Err(SendTimeoutError::Disconnected(item)),
                Err(TrySendError::Full(item)) => item,
            };
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(SendTimeoutError::Timeout(item));
            }
            thread::sleep(ROOM_POLL_INTERVAL);
        }
    }
}

// Derived, they would need the same of the items.
impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { items: self.items.clone(), limit: self.limit }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("waiting", &self.items.len()).field("limit", &self.limit).finish()
    }
}

/// Waits for an item, until `deadline` if there is one; then for `delay`, so that more come; and takes what waits then,
/// at most `max` items.
///
/// A thread that works in this way is not woken for each item.
///
/// # Errors
/// No item came in time, or all senders have gone and nothing waits.
pub(crate) fn next_batch<T>(
    items: &Receiver<T>,
    max: usize,
    delay: Duration,
    deadline: Option<Instant>,
) -> Result<impl Iterator<Item = T>, RecvTimeoutError> {
    let first = match deadline {
        Some(deadline) => items.recv_deadline(deadline)?,
        None => items.recv()?,
    };
    if items.len() < max {
        thread::sleep(delay);
    }
    // What comes while these are handled is for the next batch: else it would not end under load.
    let waiting = items.len() + 1;
    Ok(iter::once(first).chain(items.try_iter()).take(waiting.min(max)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_millis(20);

    #[test]
    fn full_queue_gives_the_item_back() {
        let (sender, receiver) = bounded(2);
        assert_eq!(sender.try_send(1), Ok(()));
        assert_eq!(sender.try_send(2), Ok(()));
        assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
        let begin = Instant::now();
        assert_eq!(sender.send(3, Some(begin + DELAY)), Err(SendTimeoutError::Timeout(3)));
        assert!(begin.elapsed() >= DELAY);
        assert_eq!(receiver.recv(), Ok(1));
        assert_eq!(sender.try_send(3), Ok(()));
        drop(receiver);
        assert_eq!(sender.try_send(4), Err(TrySendError::Disconnected(4)));
        assert_eq!(sender.send(4, None), Err(SendTimeoutError::Disconnected(4)));
    }

    #[test]
    fn sender_that_waits_goes_on_when_there_is_room() {
        let (sender, receiver) = bounded(3);
        let sending = thread::spawn(move || (0..100).for_each(|item| sender.send(item, None).unwrap()));
        assert!(receiver.iter().eq(0..100));
        sending.join().unwrap();
    }

    #[test]
    fn batch_has_what_came_in_the_meantime_and_no_more_than_its_limit() {
        let (sender, receiver) = bounded(100);
        sender.try_send(0).unwrap();
        let sending = thread::spawn(move || {
            thread::sleep(DELAY / 4);
            (1..10).for_each(|item| sender.try_send(item).unwrap());
        });
        let batch = |max| next_batch(&receiver, max, 10 * DELAY, None).map(Iterator::collect::<Vec<_>>);
        assert_eq!(batch(8), Ok((0..8).collect()));
        sending.join().unwrap();
        assert_eq!(batch(8), Ok(vec![8, 9]));
        assert_eq!(batch(8), Err(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn batch_is_waited_for_until_the_deadline() {
        let (_sender, receiver) = bounded::<u8>(1);
        let begin = Instant::now();
        assert!(matches!(next_batch(&receiver, 8, DELAY, Some(begin + DELAY)), Err(RecvTimeoutError::Timeout)));
        assert!(begin.elapsed() >= DELAY);
    }
}
