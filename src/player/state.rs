//! What the jury are to see, and the reports of what they see, whether mpv runs or not.

use std::time::{Duration, Instant};

use super::entry::Showing;
use super::error::PlayerError;
use super::options::PlayerOptions;
use super::screen::Screen;
use crate::action::{ActionVerb, PlayerVerb, Report};
use crate::event::PlayerDisconnected;
use crate::sink::{Command, Courts, Outbox, micros};

pub(super) struct PlayerState {
    pub(super) outbox: Outbox,
    pub(super) screen: Screen,
}

impl PlayerState {
    pub(super) fn new(options: &PlayerOptions, courts: Courts) -> Self {
        let screen = Screen::new(courts.len() > 1, options.hold);
        Self { outbox: Outbox::new(options.name.clone(), courts), screen }
    }

    /// Answers a command without an mpv. What was refused is not shown later on, and neither is what it was to replace.
    pub(super) fn answer_without_mpv(&mut self, command: &Command, error: &PlayerError) {
        let mut outcome = Err(error);
        match &command.action.verb {
            ActionVerb::Player(PlayerVerb::Close { review }) => {
                self.screen.close(&command.court, *review, Instant::now());
                outcome = Ok(());
            }
            ActionVerb::Player(verb) if verb.shows_a_clip() && self.screen.is_of(&command.court) => {
                self.screen.close_current(Instant::now());
            }
            _ => {}
        }
        self.outbox.outcome(command, outcome);
        self.answer_dropped();
    }

    /// Answers the commands whose clips will never be on the screen.
    pub(super) fn answer_dropped(&mut self) {
        for command in self.screen.take_dropped() {
            self.outbox.outcome(&command, Err(PlayerError::NeverShown));
        }
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
