//! The commands of a sink, also those that wait for it to be started.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::Command;

/// Commands that may be held; more wait in the queue.
const MAX_HELD: usize = 64;

pub(crate) struct Inbox {
    commands: mpsc::Receiver<Command>,
    /// Commands that wait, and since when.
    held: VecDeque<(Command, Instant)>,
}

impl Inbox {
    pub(super) fn new(commands: mpsc::Receiver<Command>) -> Self {
        Self { commands, held: VecDeque::new() }
    }

    /// The next command; none if no more will come.
    pub(crate) async fn next(&mut self) -> Option<Command> {
        match self.held.pop_front() {
            Some((command, _)) => Some(command),
            None => self.commands.recv().await,
        }
    }

    /// The next command, if one waits; it stays the next.
    pub(crate) fn peek(&mut self) -> Option<&Command> {
        if self.held.is_empty()
            && let Ok(command) = self.commands.try_recv()
        {
            self.put_back(command);
        }
        self.held.front().map(|(command, _)| command)
    }

    /// Puts a command back, to be the next.
    pub(crate) fn put_back(&mut self, command: Command) {
        self.held.push_front((command, Instant::now()));
    }

    /// Does some work while commands are held, each for as long as `max_hold`, and then refused. None when no more
    /// commands will come; those that are held are refused then.
    pub(super) async fn hold_during<T>(
        &mut self,
        work: impl Future<Output = T>,
        max_hold: Duration,
        mut refuse: impl FnMut(&Command),
    ) -> Option<T> {
        tokio::pin!(work);
        loop {
            let until = self.held.front().map(|(_, since)| *since + max_hold);
            tokio::select! {
                done = &mut work => return Some(done),
                command = self.commands.recv(), if self.held.len() < MAX_HELD => match command {
                    Some(command) => self.held.push_back((command, Instant::now())),
                    None => {
                        self.held.drain(..).for_each(|(command, _)| refuse(&command));
                        return None;
                    }
                },
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    if let Some((command, _)) = self.held.pop_front() {
                        refuse(&command);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::future::pending;
    use std::sync::Arc;

    use super::*;
    use crate::action::{Action, ActionVerb, PlayerVerb};

    fn command(seq: u64) -> Command {
        let verb = ActionVerb::Player(PlayerVerb::Close { review: None });
        let action = Action { seq, at: Default::default(), rule: Arc::from("a.rhai"), cause: 1, verb };
        Command { court: Arc::from("court-1"), action: Arc::new(action), received: std::time::Instant::now() }
    }

    #[tokio::test]
    async fn held_command_is_next_after_the_work_and_can_be_put_back() {
        let (commands, queue) = mpsc::channel(4);
        let mut inbox = Inbox::new(queue);
        commands.send(command(1)).await.unwrap();
        commands.send(command(2)).await.unwrap();
        let work = sleep_until(Instant::now() + Duration::from_millis(20));
        let refuse = |command: &Command| panic!("{command:?} was refused");
        inbox.hold_during(work, Duration::from_secs(60), refuse).await.unwrap();
        assert_eq!(inbox.peek().unwrap().action.seq, 1);
        let first = inbox.next().await.unwrap();
        inbox.put_back(first);
        assert_eq!([inbox.next().await.unwrap().action.seq, inbox.next().await.unwrap().action.seq], [1, 2]);
        assert!(inbox.peek().is_none());
    }

    #[tokio::test]
    async fn command_that_was_held_long_enough_is_refused() {
        let (commands, queue) = mpsc::channel(4);
        commands.send(command(1)).await.unwrap();
        let mut inbox = Inbox::new(queue);
        let (refused, mut is_refused) = mpsc::channel(1);
        let refuse = |command: &Command| refused.try_send(command.action.seq).unwrap();
        let seq = inbox.hold_during(is_refused.recv(), Duration::from_millis(5), refuse).await;
        assert_eq!(seq, Some(Some(1)));
    }

    #[tokio::test]
    async fn held_commands_are_refused_when_no_more_will_come() {
        let (commands, queue) = mpsc::channel(4);
        commands.send(command(1)).await.unwrap();
        drop(commands);
        let mut refused = Vec::new();
        let refuse = |command: &Command| refused.push(command.action.seq);
        assert!(Inbox::new(queue).hold_during(pending::<()>(), Duration::from_secs(60), refuse).await.is_none());
        assert_eq!(refused, [1]);
    }
}
