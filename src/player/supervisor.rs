//! Keeps mpv running.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::PlayerOptions;
use super::desk::Desk;
use super::failure::Failure;
use super::mpv::Mpv;
use super::session::{self, Ended};
use crate::action::Report;
use crate::sink::{Command, Courts};

/// The first pause between two attempts to start mpv; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// An mpv that ran for less has not really run.
const RUNS: Duration = Duration::from_secs(1);

/// Works until `commands` is closed.
pub(super) async fn run(options: PlayerOptions, commands: mpsc::Receiver<Command>, courts: Courts) {
    let mut desk = Desk::new(Arc::clone(&options.name), commands, courts);
    let mut carried = None;
    let mut said = None;
    let mut pause = FIRST_PAUSE;
    while let Some(started) = desk.hold_during(Mpv::start(&options)).await {
        let lost = match started {
            Ok(mpv) => match use_it(mpv, &mut desk, carried.take()).await {
                Some(lost) => lost,
                None => return,
            },
            Err(failure) => Lost { failure, ran: false, by_hand: false, carried: carried.take() },
        };
        let goes_on = if lost.by_hand {
            info!("{}", lost.failure);
            desk.screen.close();
            tell(&desk, &lost.failure);
            desk.wait_for_a_clip().await
        } else if lost.ran {
            warn!("{}; starting it again", lost.failure);
            tell(&desk, &lost.failure);
            (carried, said, pause) = (lost.carried, None, FIRST_PAUSE);
            Some(())
        } else {
            if let Some(command) = &lost.carried {
                desk.refuse(command, &lost.failure);
            }
            if said.as_ref() != Some(&lost.failure) {
                warn!("no clip can be shown, trying again from time to time: {}", lost.failure);
                tell(&desk, &lost.failure);
                said = Some(lost.failure.clone());
            }
            let waited = desk.refuse_during(sleep(pause), &lost.failure).await;
            pause = (pause * 2).min(MAX_PAUSE);
            waited
        };
        if goes_on.is_none() {
            return;
        }
    }
}

/// An mpv that can be used no longer, or could not be from the start.
struct Lost {
    failure: Failure,
    ran: bool,
    by_hand: bool,
    /// The command whose clip was to be shown.
    carried: Option<Command>,
}

/// Uses an mpv for as long as it runs; none when no more commands will come.
async fn use_it(mut mpv: Mpv, desk: &mut Desk, carried: Option<Command>) -> Option<Lost> {
    let began = Instant::now();
    info!("{} runs", mpv.version);
    desk.to_all(|player| Report::PlayerConnected { player, version: mpv.version.clone() });
    match session::run(&mut mpv, desk, carried).await {
        Ended::Stopped => {
            mpv.quit().await;
            None
        }
        Ended::Lost { failure, carried } => {
            let (how, in_order) = mpv.ended().await;
            let ran = began.elapsed() >= RUNS;
            let by_hand = in_order && ran && carried.is_none();
            let failure = match failure {
                _ if by_hand => Failure::Closed,
                Failure::Ended(_) => Failure::Ended(how),
                failure => failure,
            };
            Some(Lost { failure, ran, by_hand, carried })
        }
    }
}

fn tell(desk: &Desk, failure: &Failure) {
    desk.to_all(|player| Report::PlayerDisconnected { player, reason: failure.to_string() });
}
