use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::messages;

/// How a component is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does not work yet.
    Starting,
    /// It works.
    Running,
    /// It works in part, or tries again, and why.
    Degraded(String),
    /// It works no longer, and why.
    Failed(String),
    /// It has ended in order.
    Stopped,
}

/// The status of one component, to set and to read; clones share it.
#[derive(Clone, Debug)]
pub struct StatusHandle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    kind: &'static str,
    name: String,
    state: Mutex<(Status, Option<Trouble>)>,
}

/// The latest reason for which a component was degraded or failed.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// When, where the technician is.
    pub at: jiff::Zoned,
    /// Why.
    pub reason: String,
}

impl StatusHandle {
    /// A component that is starting; its kind and name are what people call it.
    pub fn new(kind: &'static str, name: &str) -> Self {
        Self(Arc::new(Shared { kind, name: name.to_owned(), state: Mutex::new((Status::Starting, None)) }))
    }

    /// What kind of component it is.
    pub fn kind(&self) -> &'static str {
        self.0.kind
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How it is now.
    pub fn get(&self) -> Status {
        self.lock().0.clone()
    }

    /// Whether it works in part only, or tries again.
    pub fn is_degraded(&self) -> bool {
        matches!(self.lock().0, Status::Degraded(_))
    }

    /// Its latest trouble, also when that is over.
    pub fn last_trouble(&self) -> Option<Trouble> {
        self.lock().1.clone()
    }

    /// Sets the status; a component that has failed stays so.
    pub fn set(&self, status: Status) {
        let mut state = self.lock();
        if matches!(state.0, Status::Failed(_)) {
            return;
        }
        if let Status::Degraded(reason) | Status::Failed(reason) = &status {
            state.1 = Some(Trouble { at: jiff::Zoned::now(), reason: reason.clone() });
        }
        state.0 = status;
        if let Status::Failed(reason) = &state.0 {
            messages::component_failed(self, reason);
        }
    }

    /// The component runs until this is dropped: it has failed if that was a panic, else it has stopped.
    pub fn run(&self) -> RunGuard {
        self.set(Status::Running);
        RunGuard(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, (Status, Option<Trouble>)> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for StatusHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.kind, self.0.name)
    }
}

/// Sets the status of a component when its thread or task ends.
#[must_use]
#[derive(Debug)]
pub struct RunGuard(StatusHandle);

impl Drop for RunGuard {
    fn drop(&mut self) {
        let panicked = thread::panicking();
        self.0.set(if panicked { Status::Failed("it panicked".to_owned()) } else { Status::Stopped });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_panics_has_failed_and_stays_so() {
        let status = StatusHandle::new("court", "court-1");
        assert_eq!(status.get(), Status::Starting);
        let thread = thread::spawn({
            let status = status.clone();
            move || {
                let _guard = status.run();
                panic!("on purpose");
            }
        });
        assert!(thread.join().is_err());
        status.set(Status::Stopped);
        assert_eq!(status.get(), Status::Failed("it panicked".to_owned()));
    }

    #[test]
    fn trouble_that_is_over_is_still_known() {
        let status = StatusHandle::new("store", "day.db");
        drop({
            let guard = status.run();
            status.set(Status::Degraded("disk full".to_owned()));
            assert!(status.is_degraded());
            status.set(Status::Running);
            guard
        });
        assert_eq!(status.get(), Status::Stopped);
        assert_eq!(status.last_trouble().map(|trouble| trouble.reason).as_deref(), Some("disk full"));
    }
}
