use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A number that threads share.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// A counter at 0.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Counts so many more; gives the number before.
    pub fn add(&self, more: u64) -> u64 {
        self.0.fetch_add(more, Relaxed)
    }

    /// Counts one less, down to 0.
    pub fn subtract_one(&self) {
        let less = |number: u64| Some(number.saturating_sub(1));
        // There is always a number to put in its place.
        let _before = self.0.fetch_update(Relaxed, Relaxed, less);
    }

    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Back to 0; gives the number before.
    pub fn take(&self) -> u64 {
        self.0.swap(0, Relaxed)
    }
}

impl Counters {
    /// All of them, by name.
    pub fn named(&self) -> [(&'static str, u64); 12] {
        let Self {
            received,
            refused,
            truncated,
            shed,
            lost_in_kernel,
            lost_in_queue,
            unrecorded,
            events,
            actions,
            failed,
            open,
            entries_dropped,
        } = self;
        [
            ("received", received),
            ("refused", refused),
            ("truncated", truncated),
            ("shed", shed),
            ("lost_in_kernel", lost_in_kernel),
            ("lost_in_queue", lost_in_queue),
            ("unrecorded", unrecorded),
            ("events", events),
            ("actions", actions),
            ("failed", failed),
            ("open", open),
            ("entries_dropped", entries_dropped),
        ]
        .map(|(name, counter)| (name, counter.get()))
    }
}

/// What is counted of one court since the start of the program.
#[derive(Debug, Default)]
pub struct Counters {
    /// Datagrams that the court took in.
    pub received: Counter,
    /// Datagrams of these whose sender is not allowed; they are not decoded.
    pub refused: Counter,
    /// Datagrams that are longer than can be read.
    pub truncated: Counter,
    /// Datagrams that were shed because their senders sent too many.
    pub shed: Counter,
    /// Datagrams that the system's receive buffer had no room for, where the system reports them.
    pub lost_in_kernel: Counter,
    /// Datagrams that the court's queue had no room for.
    pub lost_in_queue: Counter,
    /// Inputs that are in no capture.
    pub unrecorded: Counter,
    /// Events.
    pub events: Counter,
    /// Actions that rules requested.
    pub actions: Counter,
    /// Actions that failed.
    pub failed: Counter,
    /// Actions whose outcome is not known yet.
    pub open: Counter,
    /// Events, actions and bouts that the database's queue had no room for.
    pub entries_dropped: Counter,
}
