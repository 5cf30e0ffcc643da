//! What the jury are to see, and the reports of what they see, whether mpv runs or not.

use std::sync::Arc;
use std::time::Duration;

use super::error::PlayerError;
use super::screen::{Screen, Showing};
use crate::action::{ActionVerb, PlayerVerb, Report};
use crate::event::PlayerDisconnected;
use crate::sink::{Command, Courts, Outbox, micros};

pub(super) struct PlayerState {
    pub(super) outbox: Outbox,
    /// What is to be on the screen.
    pub(super) screen: Screen,
    /// A command whose clip an mpv could not show any more: the next one may.
    pub(super) pending: Option<Command>,
}

impl PlayerState {
    pub(super) fn new(player: Arc<str>, courts: Courts) -> Self {
        Self { outbox: Outbox::new(player, courts), screen: Screen::default(), pending: None }
    }

    /// Answers a command without an mpv. What was refused is not shown later on, and neither is what it was to replace.
    pub(super) fn answer_without_mpv(&mut self, command: &Command, error: &PlayerError) {
        match &command.action.verb {
            ActionVerb::Player(PlayerVerb::Close {}) => {
                if !self.screen.is_of_another(&command.court) {
                    self.screen.close();
                }
                return self.outbox.outcome(command, Ok::<(), PlayerError>(()));
            }
            ActionVerb::Player(verb) if verb.shows_a_clip() => self.screen.failed(),
            _ => {}
        }
        self.outbox.outcome(command, Err(error));
    }

    /// Reports to the clip's court that it is on the screen.
    pub(super) fn shown(&self, showing: &Showing, position_seconds: f64, command: Option<&Command>) {
        let position = Duration::try_from_secs_f64(position_seconds).unwrap_or_default();
        let clip = showing.clip.clone();
        let report = Report::ClipShown {
            player: self.outbox.sink().to_owned(),
            shows: clip.begins_at.map(|begins_at| begins_at + position),
            path: clip.path,
            camera: clip.camera,
            review: clip.review,
            action_seq: command.map(|command| command.action.seq),
            position_us: micros(position),
            took_us: command.map(|command| micros(command.received.elapsed())),
        };
        self.outbox.send(&showing.court, report);
    }

    /// Reports to every court why the player cannot be used.
    pub(super) fn disconnected(&self, error: &PlayerError) {
        self.outbox
            .send_to_all(|player| Report::PlayerDisconnected(PlayerDisconnected { player, reason: error.to_string() }));
    }
}
