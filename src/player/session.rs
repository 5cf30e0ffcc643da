//! What commands do to the screen and to an mpv that runs.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::error::PlayerError;
use super::ipc::Event;
use super::keys;
use super::mpv::Mpv;
use super::screen::{Direction, Screen, Switch};
use super::state::PlayerState;
use crate::action::{ActionVerb, Play, PlayerVerb};
use crate::sink::{Command, Inbox};
use crate::telemetry::messages;

/// How often to poll the playback, which also shows whether mpv still answers.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// More frames than this are not stepped over at once.
const MAX_FRAMES: i64 = 100;

/// Works until there are no more commands; the error is why mpv can be used no longer. What was on the screen of an mpv
/// before is shown again.
pub(super) async fn run(mpv: &mut Mpv, player: &mut PlayerState, inbox: &mut Inbox) -> Result<(), PlayerError> {
    let pending = player.pending.take();
    // A clip that was requested meanwhile is shown at once: the jury must not see the one before in its place.
    let replaces = pending.is_none() && inbox.peek().is_some_and(shows_a_clip);
    if !replaces {
        restore(mpv, player, pending).await?;
    }
    let mut polls = interval(POLL_INTERVAL);
    polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            command = inbox.next() => match command {
                Some(command) => match carry_out(mpv, player, &command).await {
                    // The screen knows of the clip already.
                    Err(error) if shows_a_clip(&command) && player.screen.showing().is_some() => {
                        player.pending = Some(command);
                        return Err(error);
                    }
                    Err(error) => {
                        player.outbox.outcome(&command, Err(&error));
                        return Err(error);
                    }
                    Ok(result) => player.outbox.outcome(&command, result),
                },
                None => return Ok(()),
            },
            event = mpv.event() => if let Event::ClientMessage(message) = event? {
                handle_key(mpv, player, &message).await?;
            },
            _ = polls.tick() => poll(mpv, &mut player.screen).await?,
        }
    }
}

/// Does what a key in the player's window means; the error is that mpv can be used no longer.
async fn handle_key(mpv: &mut Mpv, player: &mut PlayerState, message: &[String]) -> Result<(), PlayerError> {
    let Some(switch) = keys::parse(message) else { return Ok(()) };
    let mut done = change(mpv, &mut player.screen, switch).await;
    if done.is_ok() {
        done = show(mpv, player, None).await;
    }
    match done {
        Err(error) if !error.is_of_the_player() => mpv.hint(&error.to_string()).await,
        done => done,
    }
}

fn shows_a_clip(command: &Command) -> bool {
    matches!(&command.action.verb, ActionVerb::Player(verb) if verb.shows_a_clip())
}

/// Shows the current clip.
async fn restore(mpv: &mut Mpv, player: &mut PlayerState, pending: Option<Command>) -> Result<(), PlayerError> {
    let shown = match player.screen.showing() {
        Some(_) => show(mpv, player, pending.as_ref()).await,
        None => mpv.overlay(player.screen.overlay()).await,
    };
    if let Err(error) = &shown {
        messages::player_clip_not_shown_again(player.outbox.sink(), error);
    }
    if let Some(command) = pending {
        player.outbox.outcome(&command, shown.clone());
    }
    match shown {
        Err(error) if error.is_of_the_player() => {
            // A clip that mpv dies of must not be shown for ever.
            player.screen.failed();
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Carries a command out; the outer error is that mpv can be used no longer.
async fn carry_out(
    mpv: &mut Mpv,
    player: &mut PlayerState,
    command: &Command,
) -> Result<Result<(), PlayerError>, PlayerError> {
    let ActionVerb::Player(verb) = &command.action.verb else { return Ok(Ok(())) };
    let done = match apply(mpv, &mut player.screen, &command.court, verb).await {
        Ok(Next::Show) => show(mpv, player, Some(command)).await,
        Ok(Next::Poll) => poll(mpv, &mut player.screen).await,
        Err(error) => Err(error),
    };
    match done {
        Err(error) if error.is_of_the_player() => Err(error),
        done => Ok(done),
    }
}

/// Shows what is to be on the screen, and reports it to the court.
async fn show(mpv: &mut Mpv, player: &mut PlayerState, command: Option<&Command>) -> Result<(), PlayerError> {
    let Some(showing) = player.screen.showing() else { return Err(PlayerError::NothingShown) };
    mpv.overlay(player.screen.overlay()).await?;
    match mpv.show(&showing).await {
        Ok(position) => {
            player.screen.succeeded();
            player.shown(&showing, position, command);
            poll(mpv, &mut player.screen).await
        }
        Err(error) if error.is_of_the_player() => Err(error),
        Err(error) => {
            // The clip before must never be taken for the requested one.
            player.screen.failed();
            mpv.clear().await?;
            mpv.overlay(player.screen.overlay()).await?;
            Err(error)
        }
    }
}

async fn poll(mpv: &mut Mpv, screen: &mut Screen) -> Result<(), PlayerError> {
    if let Some(playback) = mpv.playback().await? {
        screen.update(playback);
    }
    Ok(())
}

/// What is left to do.
enum Next {
    /// Another clip is to be on the screen.
    Show,
    /// The clip may stand elsewhere.
    Poll,
}

async fn apply(mpv: &mut Mpv, screen: &mut Screen, court: &Arc<str>, verb: &PlayerVerb) -> Result<Next, PlayerError> {
    match verb {
        PlayerVerb::Play(play) => screen.play(court, play),
        PlayerVerb::Add(clip) if screen.showing().is_some() => return screen.add(court, clip).map(|()| Next::Poll),
        // Another court's jury are looking.
        PlayerVerb::Close {} | PlayerVerb::Overlay { .. } if screen.is_of_another(court) => return Ok(Next::Poll),
        PlayerVerb::Add(clip) => screen.play(court, &Play::of(clip.clone())),
        PlayerVerb::NextCamera {} => change(mpv, screen, Switch::Camera(Direction::Next)).await?,
        PlayerVerb::PreviousCamera {} => change(mpv, screen, Switch::Camera(Direction::Previous)).await?,
        PlayerVerb::NextClip {} => change(mpv, screen, Switch::Clip(Direction::Next)).await?,
        PlayerVerb::PreviousClip {} => change(mpv, screen, Switch::Clip(Direction::Previous)).await?,
        other => return adjust(mpv, screen, other).await.map(|()| Next::Poll),
    }
    Ok(Next::Show)
}

/// Another clip is to be on the screen; a camera's goes on where the one before stands.
async fn change(mpv: &mut Mpv, screen: &mut Screen, switch: Switch) -> Result<(), PlayerError> {
    match switch {
        Switch::Camera(step) => {
            poll(mpv, screen).await?;
            screen.change_camera(step)
        }
        Switch::Clip(step) => screen.change_clip(step),
    }
}

/// Carries out an action that shows no other clip.
async fn adjust(mpv: &mut Mpv, screen: &mut Screen, verb: &PlayerVerb) -> Result<(), PlayerError> {
    match verb {
        PlayerVerb::Overlay { text } => {
            screen.set_overlay(text);
            return mpv.overlay(text).await;
        }
        PlayerVerb::Close {} => {
            screen.close();
            mpv.clear().await?;
            return mpv.overlay(screen.overlay()).await;
        }
        _ => {}
    }
    if screen.showing().is_none() {
        return Err(PlayerError::NothingShown);
    }
    match verb {
        PlayerVerb::Step { frames } => mpv.step((*frames).clamp(-MAX_FRAMES, MAX_FRAMES)).await,
        PlayerVerb::Speed { speed } => mpv.set_speed(*speed).await,
        PlayerVerb::Pause { paused } => mpv.pause(*paused).await,
        PlayerVerb::Seek { seconds } => mpv.seek(*seconds).await,
        PlayerVerb::Loop { from, to } => {
            // How long it is by now, if it is still being recorded.
            poll(mpv, screen).await?;
            let part = screen.set_part(*from, *to)?;
            mpv.set_part(Some(part)).await?;
            mpv.go_into(part).await
        }
        PlayerVerb::EndLoop {} => {
            screen.end_part();
            mpv.set_part(None).await
        }
        _ => Ok(()),
    }
}
