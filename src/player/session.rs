//! What commands do to the screen and to an mpv that runs.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::desk::Desk;
use super::failure::Failure;
use super::ipc::Event;
use super::keys;
use super::mpv::Mpv;
use super::screen::{Screen, Step, Turn};
use crate::action::{Play, PlayerVerb, Verb};
use crate::sink::Command;

/// How often it is looked how the clip stands, and whether mpv still answers.
const GLANCE: Duration = Duration::from_millis(500);
/// More frames than this are not stepped over at once.
const MAX_FRAMES: i64 = 100;

/// How a session with an mpv ended.
pub(super) enum Ended {
    /// No more commands will come.
    Stopped,
    /// mpv can be used no longer.
    Lost {
        failure: Failure,
        /// The command whose clip was to be shown: the next mpv may do it.
        carried: Option<Command>,
    },
}

/// Works until there are no more commands or no more mpv. What was on the screen of an mpv before is shown again;
/// `carried` is the command that had asked for it, if it was not shown yet.
pub(super) async fn run(mpv: &mut Mpv, desk: &mut Desk, carried: Option<Command>) -> Ended {
    // A clip that was asked for meanwhile is shown at once: the jury must not see the one before in its place.
    let mut waiting = if carried.is_none() { desk.waiting() } else { None };
    if !waiting.as_ref().is_some_and(shows_a_clip)
        && let Err(failure) = again(mpv, desk, carried).await
    {
        if let Some(command) = waiting {
            desk.ended(&command, Err(failure.clone()));
        }
        return Ended::Lost { failure, carried: None };
    }
    let mut glances = interval(GLANCE);
    glances.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let still_runs = tokio::select! {
            command = next(&mut waiting, desk) => match command {
                Some(command) => match carry_out(mpv, desk, &command).await {
                    // The screen knows of the clip already.
                    Err(failure) if shows_a_clip(&command) && desk.screen.showing().is_some() => {
                        return Ended::Lost { failure, carried: Some(command) };
                    }
                    Err(failure) => {
                        desk.ended(&command, Err(failure.clone()));
                        Err(failure)
                    }
                    Ok(result) => {
                        desk.ended(&command, result);
                        Ok(())
                    }
                },
                None => return Ended::Stopped,
            },
            event = mpv.event() => match event {
                Ok(Event::Message(message)) => pressed(mpv, desk, &message).await,
                other => other.map(drop),
            },
            _ = glances.tick() => look(mpv, &mut desk.screen).await,
        };
        if let Err(failure) = still_runs {
            return Ended::Lost { failure, carried: None };
        }
    }
}

/// Does what a key in the player's window means; the error is that mpv can be used no longer.
async fn pressed(mpv: &mut Mpv, desk: &mut Desk, message: &[String]) -> Result<(), Failure> {
    let Some(turn) = keys::meaning(message) else { return Ok(()) };
    let mut done = change(mpv, &mut desk.screen, turn).await;
    if done.is_ok() {
        done = show(mpv, desk, None).await;
    }
    match done {
        Err(failure) if !failure.is_of_the_player() => mpv.hint(&failure.to_string()).await,
        done => done,
    }
}

async fn next(waiting: &mut Option<Command>, desk: &mut Desk) -> Option<Command> {
    match waiting.take() {
        None => desk.next().await,
        waiting => waiting,
    }
}

fn shows_a_clip(command: &Command) -> bool {
    matches!(&command.action.verb, Verb::Player(verb) if verb.shows_a_clip())
}

/// Puts on the screen what is to be there.
async fn again(mpv: &mut Mpv, desk: &mut Desk, carried: Option<Command>) -> Result<(), Failure> {
    let shown = match desk.screen.showing() {
        Some(_) => show(mpv, desk, carried.as_ref()).await,
        None => mpv.overlay(desk.screen.overlay()).await,
    };
    if let Err(failure) = &shown {
        tracing::warn!("the clip is not shown again: {failure}");
    }
    if let Some(command) = carried {
        desk.ended(&command, shown.clone());
    }
    match shown {
        Err(failure) if failure.is_of_the_player() => {
            // A clip that mpv dies of must not be shown for ever.
            desk.screen.failed();
            Err(failure)
        }
        _ => Ok(()),
    }
}

/// Carries a command out; the outer error is that mpv can be used no longer.
async fn carry_out(mpv: &mut Mpv, desk: &mut Desk, command: &Command) -> Result<Result<(), Failure>, Failure> {
    let Verb::Player(verb) = &command.action.verb else { return Ok(Ok(())) };
    let done = match act(mpv, &mut desk.screen, &command.court, verb).await {
        Ok(Next::Show) => show(mpv, desk, Some(command)).await,
        Ok(Next::Look) => look(mpv, &mut desk.screen).await,
        Err(failure) => Err(failure),
    };
    match done {
        Err(failure) if failure.is_of_the_player() => Err(failure),
        done => Ok(done),
    }
}

/// Shows what is to be on the screen, and tells the court.
async fn show(mpv: &mut Mpv, desk: &mut Desk, command: Option<&Command>) -> Result<(), Failure> {
    let Some(showing) = desk.screen.showing() else { return Err(Failure::NothingShown) };
    mpv.overlay(desk.screen.overlay()).await?;
    match mpv.show(&showing).await {
        Ok(position) => {
            desk.screen.succeeded();
            desk.shown(&showing, position, command);
            look(mpv, &mut desk.screen).await
        }
        Err(failure) if failure.is_of_the_player() => Err(failure),
        Err(failure) => {
            // Never the clip before in place of the one that was asked for.
            desk.screen.failed();
            mpv.clear().await?;
            mpv.overlay(desk.screen.overlay()).await?;
            Err(failure)
        }
    }
}

async fn look(mpv: &mut Mpv, screen: &mut Screen) -> Result<(), Failure> {
    if let Some(glance) = mpv.glance().await? {
        screen.saw(glance);
    }
    Ok(())
}

/// What is left to do.
enum Next {
    /// Another clip is to be on the screen.
    Show,
    /// The clip may stand elsewhere.
    Look,
}

async fn act(mpv: &mut Mpv, screen: &mut Screen, court: &Arc<str>, verb: &PlayerVerb) -> Result<Next, Failure> {
    match verb {
        PlayerVerb::Play(play) => screen.play(court, play),
        PlayerVerb::Add(clip) if screen.showing().is_some() => return screen.add(court, clip).map(|()| Next::Look),
        // Another court's jury are looking.
        PlayerVerb::Close {} | PlayerVerb::Overlay { .. } if screen.is_of_another(court) => return Ok(Next::Look),
        PlayerVerb::Add(clip) => screen.play(court, &Play::of(clip.clone())),
        PlayerVerb::NextCamera {} => change(mpv, screen, Turn::Camera(Step::Next)).await?,
        PlayerVerb::PreviousCamera {} => change(mpv, screen, Turn::Camera(Step::Previous)).await?,
        PlayerVerb::NextClip {} => change(mpv, screen, Turn::Clip(Step::Next)).await?,
        PlayerVerb::PreviousClip {} => change(mpv, screen, Turn::Clip(Step::Previous)).await?,
        other => return adjust(mpv, screen, other).await.map(|()| Next::Look),
    }
    Ok(Next::Show)
}

/// Another clip is to be on the screen; a camera's goes on where the one before stands.
async fn change(mpv: &mut Mpv, screen: &mut Screen, turn: Turn) -> Result<(), Failure> {
    match turn {
        Turn::Camera(step) => {
            look(mpv, screen).await?;
            screen.change_camera(step)
        }
        Turn::Clip(step) => screen.change_clip(step),
    }
}

/// Does what leaves the clip on the screen, or takes it off.
async fn adjust(mpv: &mut Mpv, screen: &mut Screen, verb: &PlayerVerb) -> Result<(), Failure> {
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
        return Err(Failure::NothingShown);
    }
    match verb {
        PlayerVerb::Step { frames } => mpv.step((*frames).clamp(-MAX_FRAMES, MAX_FRAMES)).await,
        PlayerVerb::Speed { speed } => mpv.set_speed(*speed).await,
        PlayerVerb::Pause { paused } => mpv.pause(*paused).await,
        PlayerVerb::Seek { seconds } => mpv.seek(*seconds).await,
        PlayerVerb::Loop { from, to } => {
            // How long it is by now, if it is still being recorded.
            look(mpv, screen).await?;
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
