//! The commands of a player, the answers to them, and what is to be on its screen.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::error::PlayerError;
use super::screen::{Screen, Showing};
use crate::action::{Outcome, PlayerVerb, Report, Verb};
use crate::sink::{Command, Courts, deliver, micros};

/// How long a command waits for an mpv that is being started.
const MAX_HOLD: Duration = Duration::from_secs(2);
/// Commands that may wait so; more wait in the queue.
const MAX_HELD: usize = 64;

/// What comes in and goes out, whether mpv runs or not.
pub(super) struct Desk {
    /// Name of the sink.
    player: Arc<str>,
    commands: mpsc::Receiver<Command>,
    /// Commands that wait for mpv, and until when.
    held: VecDeque<(Command, Instant)>,
    courts: Courts,
    /// What is to be on the screen.
    pub(super) screen: Screen,
}

impl Desk {
    pub(super) fn new(player: Arc<str>, commands: mpsc::Receiver<Command>, courts: Courts) -> Self {
        Self { player, commands, held: VecDeque::new(), courts, screen: Screen::default() }
    }

    /// The next command; none if no more will come.
    pub(super) async fn next(&mut self) -> Option<Command> {
        match self.held.pop_front() {
            Some((command, _)) => Some(command),
            None => self.commands.recv().await,
        }
    }

    /// The next command, if one waits.
    pub(super) fn waiting(&mut self) -> Option<Command> {
        match self.held.pop_front() {
            Some((command, _)) => Some(command),
            None => self.commands.try_recv().ok(),
        }
    }

    /// Does something while commands wait, each no longer than it may; none when no more will come.
    pub(super) async fn hold_during<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(work);
        loop {
            let until = self.held.front().map(|(_, until)| *until);
            tokio::select! {
                done = &mut work => return Some(done),
                command = self.commands.recv(), if self.held.len() < MAX_HELD => {
                    self.held.push_back((command?, Instant::now() + MAX_HOLD));
                }
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    if let Some((command, _)) = self.held.pop_front() {
                        self.refuse(&command, &PlayerError::Starting);
                    }
                }
            }
        }
    }

    /// Does something while commands fail at once; none when no more will come.
    pub(super) async fn refuse_during<T>(&mut self, work: impl Future<Output = T>, error: &PlayerError) -> Option<T> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Some(done),
                command = self.next() => self.refuse(&command?, error),
            }
        }
    }

    /// Waits for a clip to be shown, while everything else fails; none when no more commands will come.
    pub(super) async fn wait_for_a_clip(&mut self) -> Option<()> {
        loop {
            let command = self.next().await?;
            match &command.action.verb {
                Verb::Player(PlayerVerb::Play(_) | PlayerVerb::Add(_) | PlayerVerb::PreviousClip {}) => {
                    self.held.push_front((command, Instant::now() + MAX_HOLD));
                    return Some(());
                }
                _ => self.refuse(&command, &PlayerError::Closed),
            }
        }
    }

    /// Answers a command without an mpv. What was refused is not shown later on, and neither is what it was to replace.
    pub(super) fn refuse(&mut self, command: &Command, error: &PlayerError) {
        match &command.action.verb {
            Verb::Player(PlayerVerb::Close {}) => {
                if !self.screen.is_of_another(&command.court) {
                    self.screen.close();
                }
                return self.ended(command, Ok(()));
            }
            Verb::Player(verb) if verb.shows_a_clip() => self.screen.failed(),
            _ => {}
        }
        self.ended(command, Err(error.clone()));
    }

    /// Tells how a command ended, to the court that gave it.
    pub(super) fn ended(&self, command: &Command, result: Result<(), PlayerError>) {
        let outcome = match result {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Failed { reason: error.to_string() },
        };
        self.tell(&command.court, command.ended(outcome));
    }

    /// Tells that a clip is on the screen, to the court whose it is.
    pub(super) fn shown(&self, showing: &Showing, position_seconds: f64, command: Option<&Command>) {
        let position = Duration::try_from_secs_f64(position_seconds).unwrap_or_default();
        let clip = showing.clip.clone();
        let report = Report::ClipShown {
            player: self.player.to_string(),
            shows: clip.begins_at.map(|begins_at| begins_at + position),
            path: clip.path,
            camera: clip.camera,
            review: clip.review,
            action_seq: command.map(|command| command.action.seq),
            position_us: micros(position),
            took_us: command.map(|command| micros(command.received.elapsed())),
        };
        self.tell(&showing.court, report);
    }

    /// Tells every court the same; `report` is given the name of the player.
    pub(super) fn to_all(&self, report: impl FnOnce(String) -> Report) {
        let report = report(self.player.to_string());
        for court in self.courts.keys() {
            self.tell(court, report.clone());
        }
    }

    fn tell(&self, court: &str, report: Report) {
        match self.courts.get(court) {
            Some(reports) => deliver(court, reports, report),
            None => tracing::warn!(court, "no such court is served: a report is lost"),
        }
    }
}
