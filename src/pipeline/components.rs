//! The parts of a running vta: started in order, stopped in reverse, each with a status that is always known.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::task;

use crate::store::StoreThread;
use crate::telemetry::{Status, StatusHandle};

/// How often it is checked whether a component has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long components of one kind may take to end beyond the time for all.
const LAST_STEP_TIMEOUT: Duration = Duration::from_secs(1);

/// A part of a running vta.
pub(super) struct Component {
    status: StatusHandle,
    end: End,
}

/// How a component ends. All but the tasks end by themselves when their inputs have ended.
enum End {
    Thread(JoinHandle<()>),
    /// Aborted after a second if it does not end by itself: no court waits for what it still does.
    Task(task::JoinHandle<()>),
    Store(StoreThread),
    /// Not waited for: what it does at the end has no effect.
    Detached,
}

impl Component {
    pub(super) fn thread(status: StatusHandle, thread: JoinHandle<()>) -> Self {
        Self { status, end: End::Thread(thread) }
    }

    /// # Panics
    /// Outside a tokio runtime.
    pub(super) fn task(status: StatusHandle, task: task::JoinHandle<()>) -> Self {
        let watched = status.clone();
        let abort = AbortOnDrop(task.abort_handle());
        let task = task::spawn(async move {
            let _abort = abort;
            let panicked = task.await.is_err_and(|error| error.is_panic());
            watched.set(if panicked { Status::Failed("it panicked".to_owned()) } else { Status::Stopped });
        });
        Self { status, end: End::Task(task) }
    }

    pub(super) fn store(thread: StoreThread) -> Self {
        Self { status: thread.status().clone(), end: End::Store(thread) }
    }

    pub(super) fn detached(status: StatusHandle) -> Self {
        Self { status, end: End::Detached }
    }

    /// Waits until it has ended: a thread until `deadline`, a task until `moment`, the database for `timeout`.
    fn stop(self, deadline: Instant, moment: Instant, timeout: Duration) -> Result<(), String> {
        let Self { status, end } = self;
        match end {
            End::Thread(thread) => {
                if !ends_until(deadline, || thread.is_finished()) {
                    status.set(Status::Failed("it did not end in time".to_owned()));
                    return Err(format!("{status}: it did not end in time"));
                }
                thread.join().map_err(|_| format!("{status}: it panicked"))
            }
            End::Task(task) => {
                if !ends_until(moment, || task.is_finished()) {
                    task.abort();
                    status.set(Status::Stopped);
                }
                Ok(())
            }
            End::Store(thread) => match thread.join(timeout).missing() {
                0 => Ok(()),
                missing => Err(format!(
                    "{missing} entries that are not in the database (the captures have what they came from)"
                )),
            },
            End::Detached => Ok(()),
        }
    }
}

fn ends_until(deadline: Instant, is_finished: impl Fn() -> bool) -> bool {
    while !is_finished() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(POLL_INTERVAL);
    }
    true
}

struct AbortOnDrop(task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// All components, in the order of their start.
#[derive(Default)]
pub(super) struct Components(Vec<Component>);

impl Components {
    pub(super) fn add(&mut self, component: Component) {
        self.0.push(component);
    }

    pub(super) fn statuses(&self) -> Vec<StatusHandle> {
        self.0.iter().map(|component| component.status.clone()).collect()
    }

    /// Waits until all have ended, the last first, for so long and then as long for the database; gives what could not
    /// be finished. What feeds the last of them must have ended before.
    pub(super) fn stop(self, timeout: Duration) -> Vec<String> {
        let mut deadline = Instant::now() + timeout + LAST_STEP_TIMEOUT;
        let mut moment = deadline;
        let mut kind = "";
        let mut unfinished = Vec::new();
        for component in self.0.into_iter().rev() {
            if component.status.kind() != kind {
                kind = component.status.kind();
                moment = Instant::now() + LAST_STEP_TIMEOUT;
                deadline = deadline.max(moment);
            }
            unfinished.extend(component.stop(deadline, moment, timeout).err());
        }
        unfinished
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> (StatusHandle, Component) {
        let status = StatusHandle::new("court", name);
        let thread = thread::spawn({
            let status = status.clone();
            move || {
                let _guard = status.run();
                work();
            }
        });
        (status.clone(), Component::thread(status, thread))
    }

    #[test]
    fn what_did_not_end_in_time_or_panicked_is_named_and_the_rest_has_stopped() {
        let (release, held) = crossbeam_channel::bounded::<()>(0);
        let mut components = Components::default();
        let (_, stuck) = thread("stuck", move || held.recv().unwrap_or_default());
        let (good, ends) = thread("good", || ());
        let (_, fails) = thread("bad", || panic!("on purpose"));
        for component in [stuck, ends, fails] {
            components.add(component);
        }
        let unfinished = components.stop(Duration::ZERO);
        assert_eq!(unfinished, ["court bad: it panicked", "court stuck: it did not end in time"]);
        assert_eq!(good.get(), Status::Stopped);
        drop(release);
    }

    #[tokio::test]
    async fn a_task_that_panics_has_failed() {
        let status = StatusHandle::new("obs", "replay");
        let component = Component::task(status.clone(), tokio::spawn(async { panic!("on purpose") }));
        let End::Task(task) = component.end else { panic!("it is a task") };
        task.await.unwrap();
        assert_eq!(status.get(), Status::Failed("it panicked".to_owned()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn tasks_that_do_not_end_delay_the_end_by_one_second_for_all() {
        let mut components = Components::default();
        let mut statuses = Vec::new();
        for number in 0..5 {
            let status = StatusHandle::new("obs", &format!("obs-{number}"));
            components.add(Component::task(status.clone(), tokio::spawn(std::future::pending())));
            statuses.push(status);
        }
        let begin = Instant::now();
        let unfinished = task::spawn_blocking(move || components.stop(Duration::ZERO)).await.unwrap();
        assert_eq!(unfinished, Vec::<String>::new());
        assert!(begin.elapsed() < 3 * LAST_STEP_TIMEOUT, "{:?}", begin.elapsed());
        assert!(statuses.iter().all(|status| status.get() == Status::Stopped));
    }
}
