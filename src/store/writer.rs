use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use rusqlite::Connection;

use super::error::StoreError;
use super::handle::{Entry, Queued, Shared, StoreCounts, StoreHandle};
use super::open::{NewSession, Store};
use super::original::Original;
use super::rows::RowBuffers;
use crate::queue::{bounded, next_batch};
use crate::telemetry::{Status, StatusHandle, messages};

/// Entries in one transaction at most.
const MAX_BATCH: usize = 4096;
/// How long an entry waits for more, which are then written with it: readers see an entry after this time.
const BATCH_DELAY: Duration = Duration::from_millis(50);
/// How long the writer waits for captures, for all entries of a batch together.
const MAX_CAPTURE_WAIT: Duration = Duration::from_secs(3);
/// How long SQLite waits for another program's lock; entries wait in the queue anyway.
const BUSY_TIMEOUT: Duration = Duration::from_millis(250);
/// How often it is looked at whether the file is still there, while nothing comes.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The first and the longest pause between two attempts when the database refuses.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// The writing thread; it ends when all [`StoreHandle`]s are dropped and everything is written.
#[derive(Debug)]
#[must_use = "without `join`, entries that still wait are lost when the program ends"]
pub struct StoreThread {
    ended: Receiver<()>,
    shared: Arc<Shared>,
}

impl Store {
    /// Starts the writing thread, with a queue of `capacity` entries.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn spawn(self, capacity: usize) -> Result<(StoreHandle, StoreThread), StoreError> {
        let failed = |reason| StoreError::sqlite(&self.path, reason);
        self.connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        let (sender, entries) = bounded(capacity);
        let (end, ended) = crossbeam_channel::bounded::<()>(0);
        let status = StatusHandle::new("store", &self.path.display().to_string());
        let shared = Arc::new(Shared::new(status));
        let writer = Writer {
            connection: self.connection,
            original: self.original,
            path: self.path,
            sessions: self.sessions,
            ids: HashMap::new(),
            entries,
            low_mark: capacity / 2,
            shared: Arc::clone(&shared),
            buffers: RowBuffers::default(),
        };
        std::thread::Builder::new()
            .name("store".into())
            .spawn(move || {
                writer.run();
                drop(end);
            })
            .map_err(StoreError::Thread)?;
        Ok((StoreHandle::new(sender, Arc::clone(&shared)), StoreThread { ended, shared }))
    }
}

impl StoreThread {
    /// The status of the writer.
    pub fn status(&self) -> &StatusHandle {
        &self.shared.status
    }

    /// Waits until everything is written, for as long as `timeout`; all handles must have been dropped before.
    ///
    /// After that time the writer makes no further attempt.
    pub fn join(self, timeout: Duration) -> StoreCounts {
        // The writer never sends: the channel closes when it ends, even by a panic.
        let _ = self.ended.recv_timeout(timeout);
        self.shared.given_up.store(true, Relaxed);
        self.shared.counts()
    }
}

struct Writer {
    connection: Connection,
    original: Original,
    path: PathBuf,
    sessions: Vec<(i64, NewSession)>,
    /// The ids of sessions in a database that has taken the place of the first, by those in the first.
    ids: HashMap<i64, i64>,
    entries: Receiver<Queued>,
    /// The queue counts as free again when no more than so many wait.
    low_mark: usize,
    shared: Arc<Shared>,
    buffers: RowBuffers,
}

impl Writer {
    fn run(mut self) {
        let _guard = self.shared.status.run();
        let mut batch = Vec::new();
        while self.gather(&mut batch) {
            if self.original.is_gone() && !self.begin_anew() {
                return;
            }
            for entry in &mut batch {
                let session = entry.session();
                *session = self.ids.get(session).copied().unwrap_or(*session);
            }
            if batch.is_empty() {
                continue;
            }
            if !self.write(&batch) {
                return;
            }
            batch.clear();
            if self.entries.len() <= self.low_mark {
                self.shared.end_overflow();
            }
        }
        self.close();
    }

    /// Moves everything into the one database file.
    fn close(self) {
        if let Err(reason) = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            messages::store_wal_left(self.path.display(), reason);
        }
    }

    /// Makes a new database in place of the one that is gone, in as many attempts as it takes; false when the program no
    /// longer waits.
    fn begin_anew(&mut self) -> bool {
        let mut lost = 0;
        if !self.original.is_kept() {
            lost = self.shared.written.take();
            self.shared.failed.add(lost);
        }
        messages::store_gone(self.path.display(), lost);
        self.shared.status.set(Status::Degraded(format!("{} is no longer there", self.path.display())));
        // SQLite itself does not do it for a file that was moved.
        if let Err(reason) = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            messages::store_wal_left(self.path.display(), reason);
        }
        // When the old one is closed, it deletes files that have the names of those of the new one.
        if let Ok(none) = Connection::open_in_memory() {
            drop(std::mem::replace(&mut self.connection, none));
        }
        loop {
            match self.open_anew() {
                Ok(()) => break,
                Err(reason) => {
                    if self.shared.given_up.load(Relaxed) {
                        return false;
                    }
                    self.shared.status.set(Status::Degraded(reason.to_string()));
                    std::thread::sleep(PAUSES.1);
                }
            }
        }
        self.shared.status.set(Status::Running);
        messages::store_writable(self.path.display());
        true
    }

    fn open_anew(&mut self) -> Result<(), StoreError> {
        let store = Store::open(&self.path)?;
        let failed = |reason| StoreError::sqlite(&self.path, reason);
        let ids = self.sessions.iter().map(|(id, session)| Ok((*id, store.insert_session(session)?)));
        self.ids = ids.collect::<rusqlite::Result<_>>().map_err(failed)?;
        store.connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        (self.connection, self.original, self.buffers) = (store.connection, store.original, RowBuffers::default());
        Ok(())
    }

    /// Fills a batch with what waits, if anything, once the captures have flushed what it came from; false when all
    /// handles are dropped.
    fn gather(&self, batch: &mut Vec<Entry>) -> bool {
        let wake = Instant::now() + CHECK_INTERVAL;
        let waiting = match next_batch(&self.entries, MAX_BATCH, BATCH_DELAY, Some(wake)) {
            Ok(waiting) => waiting,
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        let deadline = Instant::now() + MAX_CAPTURE_WAIT;
        batch.extend(waiting.map(|Queued { entry, behind }| {
            if let Some((capture, inputs)) = behind {
                capture.wait_for(inputs, deadline);
            }
            entry
        }));
        true
    }

    /// Writes a batch, in as many attempts as it takes; false when the program no longer waits.
    fn write(&mut self, batch: &[Entry]) -> bool {
        let mut pause = PAUSES.0;
        loop {
            match self.buffers.write(&mut self.connection, batch) {
                Ok(refused) => {
                    self.shared.written.add((batch.len() - refused) as u64);
                    self.shared.failed.add(refused as u64);
                    if self.shared.status.is_degraded() {
                        self.shared.status.set(Status::Running);
                        messages::store_writable(self.path.display());
                    }
                    return true;
                }
                Err(reason) => {
                    if !self.shared.status.is_degraded() {
                        self.shared.status.set(Status::Degraded(reason.to_string()));
                        messages::store_not_writable(self.path.display(), reason);
                    }
                }
            }
            if self.shared.given_up.load(Relaxed) {
                return false;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSES.1);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::bout::{BoutId, SessionId};
    use crate::capture::FlushMark;
    use crate::court::Output;
    use crate::time::Time;

    #[test]
    fn entry_is_written_once_the_capture_has_its_input_or_stalls() {
        let folder = tempfile::tempdir().unwrap();
        let (handle, thread) = Store::open(&folder.path().join("vta.db")).unwrap().spawn(16).unwrap();
        let capture = FlushMark::new("court-1");
        let handle = handle.behind(Some(capture.clone()));
        let bout = BoutId { session: SessionId::default(), load: 1 };
        let send = || handle.try_send(1, Output::Load { load: 1, bout, at: Time::default() }).unwrap();
        let written = |count| {
            let until = Instant::now() + MAX_CAPTURE_WAIT / 2;
            while handle.counts().written < count && Instant::now() < until {
                std::thread::sleep(BATCH_DELAY);
            }
            handle.counts().written
        };

        send();
        assert_eq!(written(1), 1);
        capture.count_queued();
        send();
        assert_eq!(written(2), 1);
        capture.set_flushed(1);
        assert_eq!(written(2), 2);

        capture.count_queued();
        send();
        drop(handle);
        assert_eq!(thread.join(2 * MAX_CAPTURE_WAIT).missing(), 0);
    }
}
