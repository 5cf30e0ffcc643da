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
