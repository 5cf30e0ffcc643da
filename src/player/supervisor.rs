//! Keeps mpv running.

use std::time::{Duration, Instant};

use super::error::PlayerError;
use super::mpv::Mpv;
use super::options::PlayerOptions;
use super::session;
use super::state::PlayerState;
use crate::action::{ActionVerb, PlayerVerb, Report};
use crate::event::PlayerConnected;
use crate::sink::{Command, Ended, Inbox, Supervised};
use crate::telemetry::messages;

/// An mpv that ran for less has not really run.
const MIN_RUNTIME: Duration = Duration::from_secs(1);

impl Supervised for PlayerState {
    type Options = PlayerOptions;
    type Running = Mpv;
    type Error = PlayerError;

    const MAX_PAUSE: Duration = Duration::from_secs(30);

    fn max_hold(_: &PlayerOptions) -> Duration {
        Duration::from_secs(2)
    }

    async fn start(options: &PlayerOptions) -> Result<Mpv, PlayerError> {
        Mpv::start(options).await
    }

    async fn work(&mut self, _: &PlayerOptions, mut mpv: Mpv, inbox: &mut Inbox) -> Ended<PlayerError> {
        let began = Instant::now();
        messages::player_runs(self.outbox.sink(), &mpv.version);
        self.outbox
            .send_to_all(|player| Report::PlayerConnected(PlayerConnected { player, version: mpv.version.clone() }));
        let Err(error) = session::run(&mut mpv, self, inbox).await else {
            mpv.quit().await;
            return Ended::Stopped;
        };
        let ending = mpv.ended().await;
        let ran = began.elapsed() >= MIN_RUNTIME;
        let by_hand = ending.in_order && ran && !self.screen.is_awaited();
        let error = match error {
            _ if by_hand => PlayerError::Closed,
            PlayerError::Ended(_) => PlayerError::Ended(ending.to_string()),
            error => error,
        };
        if !ran {
            return Ended::Failed(error);
        }
        if by_hand {
            messages::player_closed(self.outbox.sink(), &error);
            self.screen.close_current(Instant::now());
            self.answer_dropped();
        } else {
            messages::player_ended(self.outbox.sink(), &error);
        }
        self.disconnected(&error);
        if by_hand && self.screen.showing().is_none() && !self.wait_for_a_clip(inbox).await {
            return Ended::Stopped;
        }
        Ended::Lost { reason: error.to_string(), at_once: true }
    }

    fn failed(&mut self, error: &PlayerError, is_news: bool) -> Option<Duration> {
        for command in self.screen.give_up_awaited(Instant::now()) {
            self.outbox.outcome(&command, Err(error));
        }
        if is_news {
            messages::player_cannot_start(self.outbox.sink(), error);
            self.disconnected(error);
        }
        None
    }

    fn refuse(&mut self, command: &Command, error: Option<&PlayerError>) {
        self.answer_without_mpv(command, error.unwrap_or(&PlayerError::Starting));
    }
}

impl PlayerState {
    /// Waits until a clip is to be shown; everything else fails. False when no more commands will come.
    async fn wait_for_a_clip(&mut self, inbox: &mut Inbox) -> bool {
        while let Some(command) = inbox.next().await {
            match &command.action.verb {
                ActionVerb::Player(PlayerVerb::Play(_) | PlayerVerb::Add(_) | PlayerVerb::PreviousClip {}) => {
                    inbox.put_back(command);
                    return true;
                }
                _ => self.answer_without_mpv(&command, &PlayerError::Closed),
            }
        }
        false
    }
}
