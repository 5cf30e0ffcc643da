//! What commands do to the screen and to an mpv that runs.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval, sleep_until};

use super::entry::Direction;
use super::error::PlayerError;
use super::ipc::Event;
use super::keys::{self, Switch};
use super::mpv::Mpv;
use super::screen::Screen;
use super::state::PlayerState;
use crate::action::{ActionVerb, PlayerVerb};
use crate::sink::{Command, Inbox};
use crate::telemetry::messages;

/// How often to poll the playback, which also shows whether mpv still answers.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// More frames than this are not stepped over at once.
const MAX_FRAMES: i64 = 100;

/// Works until there are no more commands; the error is why mpv can be used no longer. What was on the screen of an mpv
/// before is shown again.
pub(super) async fn run(mpv: &mut Mpv, player: &mut PlayerState, inbox: &mut Inbox) -> Result<(), PlayerError> {
    player.screen.is_new();
    // A clip that was requested meanwhile is shown at once: the jury must not see the one before in its place.
    if player.screen.is_awaited() || !inbox.peek().is_some_and(shows_a_clip) {
        restore(mpv, player).await?;
    }
    let mut polls = interval(POLL_INTERVAL);
    polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let hold_ends = player.screen.hold_ends();
        tokio::select! {
            command = inbox.next() => match command {
                Some(command) => carry_out(mpv, player, command).await?,
                None => return Ok(()),
            },
            event = mpv.event() => if let Event::ClientMessage(message) = event? {
                handle_key(mpv, player, &message).await?;
            },
            () = sleep_until(hold_ends.unwrap_or_else(Instant::now).into()), if hold_ends.is_some() => {
                player.screen.end_hold(Instant::now());
                settle(mpv, player).await?;
            }
            _ = polls.tick() => poll(mpv, &mut player.screen).await?,
        }
    }
}

fn shows_a_clip(command: &Command) -> bool {
    matches!(&command.action.verb, ActionVerb::Player(verb) if verb.shows_a_clip())
}

/// Shows again what is to be on the screen.
async fn restore(mpv: &mut Mpv, player: &mut PlayerState) -> Result<(), PlayerError> {
    let shown = settle(mpv, player).await;
    if let Ok(Some(error)) | Err(error) = &shown {
        messages::player_clip_not_shown_again(player.outbox.sink(), error);
    }
    if let Err(error) = &shown
        && let Some(command) = player.screen.failed(Instant::now())
    {
        // A clip that mpv dies of must not be shown for ever.
        player.outbox.outcome(&command, Err(error));
    }
    shown.map(drop)
}

/// Carries a command out, and reports how it ended once the screen is as it is to be; the error is that mpv can be used no
/// longer.
async fn carry_out(mpv: &mut Mpv, player: &mut PlayerState, command: Command) -> Result<(), PlayerError> {
    match apply(mpv, &mut player.screen, command.clone()).await {
        // It is done once its clip is on the screen.
        Ok(Done::Awaited) => settle(mpv, player).await.map(drop),
        Ok(Done::Now) => {
            let settled = settle(mpv, player).await.map(drop);
            player.outbox.outcome(&command, settled.clone());
            settled
        }
        Err(error) => {
            player.outbox.outcome(&command, Err(&error));
            if error.is_of_the_player() {
                return Err(error);
            }
            settle(mpv, player).await.map(drop)
        }
    }
}

/// Does what a key in the player's window means; the error is that mpv can be used no longer.
async fn handle_key(mpv: &mut Mpv, player: &mut PlayerState, message: &[String]) -> Result<(), PlayerError> {
    let Some(switch) = keys::parse(message) else { return Ok(()) };
    let error = match change(mpv, &mut player.screen, None, switch).await {
        Ok(()) => settle(mpv, player).await?,
        Err(error) if error.is_of_the_player() => return Err(error),
        Err(error) => Some(error),
    };
    match error {
        Some(error) => mpv.hint(&error.to_string()).await,
        None => Ok(()),
    }
}

/// Puts on the screen what is to be there, and reports it to its court; gives why a clip could not be shown, in whose place
/// what waits is shown. The error is that mpv can be used no longer.
async fn settle(mpv: &mut Mpv, player: &mut PlayerState) -> Result<Option<PlayerError>, PlayerError> {
    player.answer_dropped();
    let mut failure = None;
    while player.screen.is_stale() {
        mpv.overlay(&player.screen.overlay()).await?;
        let Some(showing) = player.screen.showing() else {
            mpv.clear().await?;
            player.screen.succeeded();
            break;
        };
        match mpv.show(&showing).await {
            Ok(position) => {
                let command = player.screen.succeeded();
                player.shown(&showing, position, command.as_ref());
                if let Some(command) = command {
                    player.outbox.outcome(&command, Ok::<(), PlayerError>(()));
                }
            }
            Err(error) if error.is_of_the_player() => return Err(error),
            Err(error) => {
                // The clip before must never be taken for the requested one.
                mpv.clear().await?;
                if let Some(command) = player.screen.failed(Instant::now()) {
                    player.outbox.outcome(&command, Err(&error));
                }
                failure = Some(error);
            }
        }
    }
    mpv.overlay(&player.screen.overlay()).await?;
    poll(mpv, &mut player.screen).await?;
    Ok(failure)
}

async fn poll(mpv: &mut Mpv, screen: &mut Screen) -> Result<(), PlayerError> {
    if let Some(playback) = mpv.playback().await? {
        screen.update(playback);
    }
    Ok(())
}

/// When a command is done.
enum Done {
    Now,
    /// Once its clip is on the screen.
    Awaited,
}

async fn apply(mpv: &mut Mpv, screen: &mut Screen, command: Command) -> Result<Done, PlayerError> {
    let action = command.action.clone();
    let ActionVerb::Player(verb) = &action.verb else { return Ok(Done::Now) };
    let (court, now) = (command.court.clone(), Instant::now());
    let switch = match verb {
        PlayerVerb::Play(play) => {
            screen.play(&court, play, Some(command), now);
            return Ok(Done::Awaited);
        }
        PlayerVerb::Add(clip) => {
            let added = screen.add(&court, clip, command, now)?;
            return Ok(if added.is_some() { Done::Now } else { Done::Awaited });
        }
        PlayerVerb::Overlay { text, review } => {
            screen.set_overlay(&court, *review, text, now);
            return Ok(Done::Now);
        }
        PlayerVerb::Close { review } => {
            screen.close(&court, *review, now);
            return Ok(Done::Now);
        }
        PlayerVerb::NextCamera {} => Switch::Camera(Direction::Next),
        PlayerVerb::PreviousCamera {} => Switch::Camera(Direction::Previous),
        PlayerVerb::NextClip {} => Switch::Clip(Direction::Next),
        PlayerVerb::PreviousClip {} => Switch::Clip(Direction::Previous),
        other => return adjust(mpv, screen, &court, other).await.map(|()| Done::Now),
    };
    change(mpv, screen, Some(&court), switch).await?;
    if !screen.is_stale() {
        return Ok(Done::Now);
    }
    screen.await_by(command);
    Ok(Done::Awaited)
}

/// Another clip is to be on the screen; a camera's goes on where the one before stands. A court's command changes the
/// camera of its own review.
async fn change(mpv: &mut Mpv, screen: &mut Screen, court: Option<&str>, switch: Switch) -> Result<(), PlayerError> {
    match switch {
        Switch::Camera(step) => {
            poll(mpv, screen).await?;
            screen.change_camera(court, step)
        }
        Switch::Clip(step) => screen.change_clip(step, Instant::now()),
    }
}

/// Carries out an action that shows no other clip: on the screen, or for when its clip gets there.
async fn adjust(mpv: &mut Mpv, screen: &mut Screen, court: &str, verb: &PlayerVerb) -> Result<(), PlayerError> {
    let on_screen = screen.is_of(court);
    if on_screen {
        // How long it is by now, if it is still being recorded.
        poll(mpv, screen).await?;
    }
    let entry = screen.of_court(court).filter(|entry| entry.has_clip()).ok_or(PlayerError::NothingShown)?;
    match verb {
        PlayerVerb::Step { frames } if on_screen => mpv.step((*frames).clamp(-MAX_FRAMES, MAX_FRAMES)).await,
        PlayerVerb::Step { .. } => Err(PlayerError::Waits),
        PlayerVerb::Seek { seconds } if on_screen => mpv.seek(*seconds).await,
        PlayerVerb::Seek { seconds } => {
            entry.seek(*seconds);
            Ok(())
        }
        PlayerVerb::Speed { speed } => {
            entry.set_speed(*speed);
            if on_screen { mpv.set_speed(*speed).await } else { Ok(()) }
        }
        PlayerVerb::Pause { paused } => {
            entry.set_paused(*paused);
            if on_screen { mpv.pause(*paused).await } else { Ok(()) }
        }
        PlayerVerb::Loop { from, to } => {
            let part = entry.set_part(*from, *to)?;
            if !on_screen {
                return Ok(());
            }
            mpv.set_part(Some(part)).await?;
            mpv.go_into(part).await
        }
        PlayerVerb::EndLoop {} => {
            entry.end_part();
            if on_screen { mpv.set_part(None).await } else { Ok(()) }
        }
        _ => Ok(()),
    }
}
