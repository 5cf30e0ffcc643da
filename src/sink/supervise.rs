//! Keeps what a sink works with running: starts it again and again, and answers the commands that come meanwhile.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::backoff::Backoff;
use super::{Command, Inbox};
use crate::telemetry::{Status, StatusHandle};

/// A sink that works with something that can fail to start and can end: an OBS, an mpv.
pub(crate) trait Supervised {
    type Options: Sync;
    type Running;
    type Error: Display;

    /// The longest pause between two attempts to start.
    const MAX_PAUSE: Duration;

    /// How long a command may wait for a start.
    fn max_hold(options: &Self::Options) -> Duration;

    fn start(options: &Self::Options) -> impl Future<Output = Result<Self::Running, Self::Error>> + Send;

    /// Carries out commands until there are no more, or what runs can be used no longer.
    fn work(
        &mut self,
        options: &Self::Options,
        running: Self::Running,
        inbox: &mut Inbox,
    ) -> impl Future<Output = Ended<Self::Error>> + Send;

    /// Takes in why it did not start, and whether that is another reason than before. Gives the pause before the next
    /// attempt where it matters; by default pauses grow.
    fn failed(&mut self, error: &Self::Error, is_news: bool) -> Option<Duration>;

    /// Answers a command that came while it was being started, or after it failed with an error.
    fn refuse(&mut self, command: &Command, error: Option<&Self::Error>);
}

/// How the work with something ended.
pub(crate) enum Ended<E> {
    /// No more commands will come.
    Stopped,
    /// It ran, and has ended for this reason; it is started again, at once or after a pause.
    Lost { reason: String, at_once: bool },
    /// It was of no use, as if it had not started.
    Failed(E),
}

/// Works until no more commands will come, and keeps `status` up to date.
pub(crate) async fn supervise<S: Supervised>(
    mut sink: S,
    options: S::Options,
    commands: mpsc::Receiver<Command>,
    status: StatusHandle,
) {
    let mut inbox = Inbox::new(commands);
    let mut backoff = Backoff::new(S::MAX_PAUSE);
    let mut last_error: Option<S::Error> = None;
    loop {
        let started =
            inbox.hold_during(S::start(&options), S::max_hold(&options), |command| sink.refuse(command, None)).await;
        let ended = match started {
            Some(Ok(running)) => {
                status.set(Status::Running);
                sink.work(&options, running, &mut inbox).await
            }
            Some(Err(error)) => Ended::Failed(error),
            None => return,
        };
        let pause = match ended {
            Ended::Stopped => return,
            Ended::Lost { reason, at_once } => {
                status.set(Status::Degraded(reason));
                last_error = None;
                backoff.reset();
                if at_once { Duration::ZERO } else { backoff.next() }
            }
            Ended::Failed(error) => {
                status.set(Status::Degraded(error.to_string()));
                let is_news = last_error.is_none_or(|last| last.to_string() != error.to_string());
                let pause = sink.failed(&error, is_news).unwrap_or_else(|| backoff.next());
                last_error = Some(error);
                pause
            }
        };
        let refuse = |command: &Command| sink.refuse(command, last_error.as_ref());
        if !pause.is_zero() && inbox.hold_during(sleep(pause), Duration::ZERO, refuse).await.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    /// How often it was started; the first two times fail.
    type Starts = AtomicUsize;

    struct Machine<'a>(&'a Mutex<Vec<String>>);

    impl Supervised for Machine<'_> {
        type Options = Starts;
        type Running = usize;
        type Error = &'static str;

        const MAX_PAUSE: Duration = Duration::from_millis(1);

        fn max_hold(_: &Starts) -> Duration {
            Duration::ZERO
        }

        async fn start(starts: &Starts) -> Result<usize, &'static str> {
            match starts.fetch_add(1, Relaxed) {
                0 | 1 => Err("out of order"),
                number => Ok(number),
            }
        }

        async fn work(&mut self, _: &Starts, number: usize, _: &mut Inbox) -> Ended<&'static str> {
            self.0.lock().unwrap().push(format!("works {number}"));
            match number {
                2 => Ended::Lost { reason: "gone".to_owned(), at_once: true },
                3 => Ended::Failed("out of order"),
                _ => Ended::Stopped,
            }
        }

        fn failed(&mut self, error: &&'static str, is_news: bool) -> Option<Duration> {
            self.0.lock().unwrap().push(format!("{error}, news: {is_news}"));
            Some(Duration::from_millis(1))
        }

        fn refuse(&mut self, _: &Command, _: Option<&&'static str>) {}
    }

    #[tokio::test]
    async fn it_is_started_again_until_it_stops_and_an_error_is_news_once() {
        let log = Mutex::default();
        // No more commands would end it, too.
        let (_commands, queue) = mpsc::channel(1);
        let status = StatusHandle::new("obs", "replay");
        supervise(Machine(&log), Starts::default(), queue, status.clone()).await;
        assert_eq!(status.last_trouble().map(|trouble| trouble.reason).as_deref(), Some("out of order"));
        assert_eq!(status.get(), Status::Running, "who owns the task sets the end");
        let expected = [
            "out of order, news: true",
            "out of order, news: false",
            "works 2",
            "works 3",
            "out of order, news: true",
            "works 4",
        ];
        assert_eq!(log.into_inner().unwrap(), expected);
    }
}
