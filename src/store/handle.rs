use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::capture::FlushMark;
use crate::court::Output;
use crate::queue::Sender;
use crate::telemetry::{Counter, Counters, StatusHandle, messages};
use crate::time::Time;

/// How long the end of a session waits for room in the queue.
const END_SESSION_TIMEOUT: Duration = Duration::from_secs(1);

/// What the writer is to write.
#[derive(Debug)]
pub(super) enum Entry {
    /// An output of a court.
    Output { session: i64, output: Output },
    /// The end of a session.
    End { session: i64, at: Time, counters: Arc<Counters> },
}

/// An entry, and what the capture must have flushed before the database may have it.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) entry: Entry,
    pub(super) behind: Option<(FlushMark, u64)>,
}

/// Sends entries to the writer; all clones send to the same one. The writer ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct StoreHandle {
    entries: Sender<Queued>,
    shared: Arc<Shared>,
    capture: Option<FlushMark>,
}

/// What the writer and its handles share.
#[derive(Debug)]
pub(super) struct Shared {
    accepted: Counter,
    pub(super) written: Counter,
    pub(super) failed: Counter,
    /// Degraded while the database refuses.
    pub(super) status: StatusHandle,
    /// Whether the program no longer waits for the writer.
    pub(super) given_up: AtomicBool,
    dropped: Counter,
    /// Entries dropped since the queue became full; 0 while it is not.
    overflow: Counter,
}

impl Entry {
    /// The id of its session.
    pub(super) fn session(&mut self) -> &mut i64 {
        let (Self::Output { session, .. } | Self::End { session, .. }) = self;
        session
    }
}

impl Shared {
    pub(super) fn new(status: StatusHandle) -> Self {
        Self {
            accepted: Counter::new(),
            written: Counter::new(),
            failed: Counter::new(),
            status,
            given_up: AtomicBool::new(false),
            dropped: Counter::new(),
            overflow: Counter::new(),
        }
    }

    fn drop_one(&self) {
        self.dropped.add(1);
        if self.overflow.add(1) == 0 {
            messages::store_queue_full();
        }
    }

    /// Logs how many were dropped, once the queue is free again.
    pub(super) fn end_overflow(&self) {
        let dropped = self.overflow.take();
        if dropped > 0 {
            messages::store_queue_free(dropped);
        }
    }

    pub(super) fn counts(&self) -> StoreCounts {
        let (written, failed) = (self.written.get(), self.failed.get());
        StoreCounts {
            // An entry can be written before its sender has counted it.
            queued: self.accepted.get().saturating_sub(written + failed),
            written,
            dropped: self.dropped.get(),
            failed,
        }
    }
}

/// The queue had no room, or the writer has ended; the entry was not kept, and was counted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the database's queue is full")]
pub struct Full;

/// The writer has ended.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the database is no longer written")]
pub struct Closed;

/// How many entries were written and lost since the start of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreCounts {
    /// Entries that wait to be written.
    pub queued: u64,
    /// Entries written since the start.
    pub written: u64,
    /// Entries that the queue had no room for.
    pub dropped: u64,
    /// Entries that the database refused, such as a `seq` that it already had.
    pub failed: u64,
}

impl StoreCounts {
    /// How many entries are not in the database.
    pub fn missing(&self) -> u64 {
        self.queued + self.dropped + self.failed
    }
}

impl StoreHandle {
    pub(super) fn new(entries: Sender<Queued>, shared: Arc<Shared>) -> Self {
        Self { entries, shared, capture: None }
    }

    /// What it sends is written once the capture has flushed the inputs that were queued before.
    pub fn behind(self, capture: Option<FlushMark>) -> Self {
        Self { capture, ..self }
    }

    fn queued(&self, entry: Entry) -> Queued {
        Queued { entry, behind: self.capture.as_ref().map(|mark| (mark.clone(), mark.queued())) }
    }

    /// Sends an output of a live court; never waits.
    ///
    /// # Errors
    /// When the queue is full; the entry is then counted as dropped.
    pub fn try_send(&self, session: i64, output: Output) -> Result<(), Full> {
        self.count(self.entries.try_send(self.queued(Entry::Output { session, output })).is_ok())
    }

    /// Sends an output of a replay; waits while the queue is full.
    ///
    /// # Errors
    /// When the writer has ended.
    pub fn send(&self, session: i64, output: Output) -> Result<(), Closed> {
        self.entries.send(self.queued(Entry::Output { session, output }), None).map_err(|_| Closed)?;
        self.shared.accepted.add(1);
        Ok(())
    }

    /// Ends a session, after everything that was sent before; waits at most a second while the queue is full.
    ///
    /// # Errors
    /// When the queue stayed full; the session then looks as if the program had been killed.
    pub fn end_session(&self, session: i64, at: Time, counters: Arc<Counters>) -> Result<(), Full> {
        let entry = self.queued(Entry::End { session, at, counters });
        self.count(self.entries.send(entry, Some(Instant::now() + END_SESSION_TIMEOUT)).is_ok())
    }

    /// How many entries were written and lost until now.
    pub fn counts(&self) -> StoreCounts {
        self.shared.counts()
    }

    /// The status of the writer: degraded while the database refuses to write.
    pub fn status(&self) -> &StatusHandle {
        &self.shared.status
    }

    fn count(&self, accepted: bool) -> Result<(), Full> {
        if accepted {
            self.shared.accepted.add(1);
            Ok(())
        } else {
            self.shared.drop_one();
            Err(Full)
        }
    }
}
