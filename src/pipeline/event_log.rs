//! What a technician reads in the log of what happens.

use tracing::field::display;
use tracing::{debug, error, info, warn};

use crate::action::{Action, LogLevel, Verb};
use crate::bout::Bout;
use crate::court::Datagram;
use crate::event::{Athlete, Body, Event, RuleFailed, Status};

/// Tells what happened, where it is worth telling.
pub(super) fn event(event: &Event) {
    let court = display(&event.court);
    match event.status {
        Status::Invalid => {
            let raw = event.raw.as_ref().map(|raw| raw.text());
            warn!(court, seq = event.seq, raw = raw.as_deref(), "a message is invalid: {}", event.notes.join("; "));
        }
        Status::Unknown => debug!(court, seq = event.seq, "a message of an unknown stream"),
        Status::Recovered => debug!(court, seq = event.seq, "a message was mended: {}", event.notes.join("; ")),
        Status::Ok => {}
    }
    match &event.body {
        Body::BoutStarted(_) => info!(court, "the bout has begun"),
        Body::RoundStarted(round) => info!(court, "round {} has begun", round.round),
        Body::RoundEnded(round) => {
            info!(court, "round {} has ended {}-{} (blue-red)", round.round, round.blue, round.red)
        }
        Body::BoutEnded(bout) => info!(court, "the bout has ended: {} wins", bout.winner),
        Body::LeadChanged(lead) => debug!(court, "{} leads {}-{}", lead.side, lead.blue, lead.red),
        Body::ReviewOpened(review) => info!(court, "{} asks for a video review", review.side),
        Body::ReviewDecided(review) => info!(court, "the review of {} is {}", review.side, review.state),
        Body::Contradiction(contradiction) => warn!(court, "the console contradicts itself: {}", contradiction.what),
        Body::RuleFailed(failure) => error!(court, "{}", rule_failed(failure, event.cause.unwrap_or_default())),
        Body::ClipSaved(clip) => info!(court, instance = %clip.instance, "a clip was saved: {}", clip.path),
        Body::RecordingStarted(recording) => info!(court, instance = %recording.instance, "OBS records"),
        Body::RecordingStopped(recording) => {
            let path = recording.path.as_deref().unwrap_or("a file that it does not name");
            info!(court, instance = %recording.instance, "OBS has recorded {path}");
        }
        Body::ActionFailed(action) => warn!(court, "{} failed: {}", action.action, action.reason),
        _ => debug!(court, seq = event.seq, kind = %event.kind(), "happened"),
    }
}

/// A rule's failure, with its line and a caret where the place is known.
fn rule_failed(failure: &RuleFailed, cause: u64) -> String {
    let RuleFailed { rule, function, heard, message, line, column, text, times } = failure;
    let times = if *times == 1 { String::new() } else { format!(", for the {times}th time") };
    let told = format!("{function} failed: {message} (at event {cause}, {heard}{times})");
    match line {
        0 => format!("{rule}: {told}"),
        line => format!("{rule}:{line}:{column}: {told}\n  | {text}\n  | {:>width$}", "^", width = (*column).max(1)),
    }
}

/// Tells what a rule asks for.
pub(super) fn action(court: &str, action: &Action) {
    let (court, rule) = (display(court), display(&action.rule));
    match &action.verb {
        Verb::Log { level: LogLevel::Debug, text } => debug!(court, rule, "{text}"),
        Verb::Log { level: LogLevel::Info, text } => info!(court, rule, "{text}"),
        Verb::Log { level: LogLevel::Warn, text } => warn!(court, rule, "{text}"),
        Verb::Log { level: LogLevel::Error, text } => error!(court, rule, "{text}"),
        verb => debug!(court, rule, cause = action.cause, "asks for {}", verb.name()),
    }
}

/// Tells which bout is on, once that is known and whenever it is another; `told` is what was told last.
pub(super) fn bout(court: &str, bout: &Bout, told: &mut String) {
    let Some(number) = bout.config.number.as_deref().filter(|_| *bout.blue.athlete != Athlete::default()) else {
        return;
    };
    let name = |athlete: &Athlete| {
        let name = athlete.long_name.as_deref().or(athlete.short_name.as_deref()).unwrap_or("?");
        athlete.country.as_deref().map_or_else(|| name.to_owned(), |country| format!("{name} ({country})"))
    };
    let text = format!("bout {number}: {} against {}", name(&bout.blue.athlete), name(&bout.red.athlete));
    if *told == text {
        return;
    }
    let (blue, red) = (bout.blue.score, bout.red.score);
    info!(court = display(court), "{text}, round {}, {blue}-{red}", bout.round);
    *told = text;
}

/// Tells of the first datagram from a sender that is not allowed.
pub(super) fn refused(court: &str, datagram: &Datagram) {
    if let Some(from) = datagram.from {
        let from = from.ip();
        warn!(court = display(court), "{from} sends, and is not allowed to: `allow` of the court does not have it");
    }
}
