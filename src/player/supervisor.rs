//! Keeps mpv running.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::PlayerOptions;
use super::desk::Desk;
use super::error::PlayerError;
use super::mpv::Mpv;
use super::session::{self, Ended};
use crate::action::Report;
use crate::sink::{Command, Courts};

/// The first pause between two attempts to start mpv; each further one is twice as long.
const MIN_BACKOFF: Duration = Duration::from_millis(250);
/// The longest pause between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(30);
/// An mpv that ran for less has not really run.
const MIN_RUNTIME: Duration = Duration::from_secs(1);

/// Works until `commands` is closed.
pub(super) async fn run(options: PlayerOptions, commands: mpsc::Receiver<Command>, courts: Courts) {
    let mut desk = Desk::new(Arc::clone(&options.name), commands, courts);
    let mut pending = None;
    let mut last_error = None;
    let mut pause = MIN_BACKOFF;
    while let Some(started) = desk.hold_during(Mpv::start(&options)).await {
        let lost = match started {
            Ok(mpv) => match use_it(mpv, &mut desk, pending.take()).await {
                Some(lost) => lost,
                None => return,
            },
            Err(error) => Lost { error, ran: false, by_hand: false, pending: pending.take() },
        };
        let goes_on = if lost.by_hand {
            info!("{}", lost.error);
            desk.screen.close();
            tell(&desk, &lost.error);
            desk.wait_for_a_clip().await
        } else if lost.ran {
            warn!("{}; starting it again", lost.error);
            tell(&desk, &lost.error);
            (pending, last_error, pause) = (lost.pending, None, MIN_BACKOFF);
            Some(())
        } else {
            if let Some(command) = &lost.pending {
                desk.refuse(command, &lost.error);
            }
            if last_error.as_ref() != Some(&lost.error) {
                warn!("no clip can be shown, trying again from time to time: {}", lost.error);
                tell(&desk, &lost.error);
                last_error = Some(lost.error.clone());
            }
            let waited = desk.refuse_during(sleep(pause), &lost.error).await;
            pause = (pause * 2).min(MAX_BACKOFF);
            waited
        };
        if goes_on.is_none() {
            return;
        }
    }
}

/// An mpv that can be used no longer, or could not be from the start.
struct Lost {
    error: PlayerError,
    ran: bool,
    by_hand: bool,
    /// The command whose clip was to be shown.
    pending: Option<Command>,
}

/// Uses an mpv for as long as it runs; none when no more commands will come.
async fn use_it(mut mpv: Mpv, desk: &mut Desk, pending: Option<Command>) -> Option<Lost> {
    let began = Instant::now();
    info!("{} runs", mpv.version);
    desk.to_all(|player| Report::PlayerConnected { player, version: mpv.version.clone() });
    match session::run(&mut mpv, desk, pending).await {
        Ended::Stopped => {
            mpv.quit().await;
            None
        }
        Ended::Lost { error, pending } => {
            let (how, in_order) = mpv.ended().await;
            let ran = began.elapsed() >= MIN_RUNTIME;
            let by_hand = in_order && ran && pending.is_none();
            let error = match error {
                _ if by_hand => PlayerError::Closed,
                PlayerError::Ended(_) => PlayerError::Ended(how),
                error => error,
            };
            Some(Lost { error, ran, by_hand, pending })
        }
    }
}

fn tell(desk: &Desk, error: &PlayerError) {
    desk.to_all(|player| Report::PlayerDisconnected { player, reason: error.to_string() });
}
