//! What the log says of events and actions.

use tracing::debug;

use crate::action::{Action, ActionVerb, LogLevel};
use crate::bout::{Bout, Stage};
use crate::command::in_words;
use crate::event::{
    ActionFailed, Athlete, Body, BoutResumed, CommandEnded, CommandOutcome, CommandReceived, Event, ResumeDropped,
    RuleFailed, Status,
};
use crate::telemetry::messages;

/// Logs an event that the technician needs to know of.
pub(super) fn event(event: &Event) {
    let court = &event.court;
    let stream = || event.stream.as_deref().unwrap_or_default();
    let raw = || event.raw.as_ref().map(|raw| raw.text()).unwrap_or_default();
    match event.status {
        Status::Invalid => {
            let notes = event.notes.join("; ");
            messages::message_invalid(court, stream(), event.seq, notes, format_args!("{:?}", raw()));
        }
        Status::Unknown => messages::message_unknown(court, event.seq, format_args!("{:?}", raw())),
        Status::Recovered => debug!(%court, seq = event.seq, "a message was repaired: {}", event.notes.join("; ")),
        Status::Ok => {}
    }
    match &event.body {
        Body::BoutStarted(_) => messages::bout_started(court),
        Body::RoundStarted(round) => messages::bout_round_started(court, round.round),
        Body::RoundEnded(round) => messages::bout_round_ended(court, round.round, round.blue, round.red),
        Body::BoutEnded(bout) if bout.inferred => messages::bout_end_inferred(court, bout.winner),
        Body::BoutEnded(bout) => messages::bout_ended(court, bout.winner),
        Body::LeadChanged(lead) => debug!(%court, "{} leads {}-{}", lead.side, lead.blue, lead.red),
        Body::ReviewOpened(review) => messages::review_requested(court, review.side),
        Body::ReviewDecided(review) => messages::review_decided(court, review.side, review.state),
        Body::ReviewJoined(joined) => messages::review_joined(court, joined.side, joined.origin),
        Body::VerdictsDiffer(verdicts) => {
            messages::review_verdicts_differ(court, verdicts.side, verdicts.console, verdicts.operator);
        }
        Body::Command(received) => {
            let CommandReceived { command, args, origin, .. } = &**received;
            messages::command_received(court, in_words(command, args), origin);
        }
        Body::CommandEnded(ended) => {
            if let CommandEnded { command, outcome, reason: Some(reason), .. } = &**ended {
                let ended = if *outcome == CommandOutcome::Failed { "has failed" } else { "was refused" };
                messages::command_not_done(court, command, ended, reason);
            }
        }
        Body::RulesPaused {} => messages::rules_paused(court),
        Body::RulesResumed(resumed) => messages::rules_resumed(court, resumed.withheld),
        Body::Rehearsal(rehearsal) if rehearsal.on => messages::court_rehearsal(court),
        Body::Rehearsal(_) => messages::court_rehearsal_ended(court),
        Body::BoutResumed(resumed) => {
            let BoutResumed { number, round, blue, red, since } = &**resumed;
            messages::bout_resumed(court, number.as_deref().unwrap_or("without a number"), round, blue, red, since);
        }
        Body::ResumeDropped(ResumeDropped { number, reason }) => {
            messages::bout_resume_dropped(court, number.as_deref().unwrap_or("without a number"), reason);
        }
        Body::ClockStep(step) => messages::court_clock_step(court, step.ahead_ms),
        Body::DatagramsShed(shed) => {
            let sender = shed.sender.as_deref().unwrap_or("many senders");
            messages::court_shed(court, sender, shed.datagrams);
        }
        Body::Contradiction(contradiction) => messages::message_contradiction(court, &contradiction.what),
        Body::RuleFailed(failure) => rule_failed(court, failure, event.cause.unwrap_or_default()),
        Body::ClipSaved(clip) => messages::clip_saved(court, &clip.instance, &clip.path),
        Body::RecordingStarted(recording) => messages::recording_started(court, &recording.instance),
        Body::RecordingStopped(recording) => {
            let path = recording.path.as_deref().unwrap_or("a file that it does not name");
            messages::recording_stopped(court, &recording.instance, path);
        }
        Body::ActionFailed(failed) => action_failed(court, failed),
        _ => debug!(%court, seq = event.seq, kind = %event.kind(), "event"),
    }
}

/// Reasons have the instance before their first colon, and what differs from one time to the next after it.
fn action_failed(court: &str, ActionFailed { action, reason, .. }: &ActionFailed) {
    let kind = reason.split_once(": ").map_or(reason.as_str(), |(kind, _)| kind);
    messages::action_failed(court, action, reason, kind);
}

/// Logs a rule's failure, with its line and a caret where the place is known.
fn rule_failed(court: &str, failure: &RuleFailed, cause: u64) {
    let RuleFailed { rule, function, heard, message, line, column, text, times } = failure;
    let nth = if *times == 1 { String::new() } else { format!(", for the {times}th time") };
    let failed = format_args!("{function} failed: {message} (at event {cause}, {heard}{nth})");
    // Those of one text come at the 1st, 10th and 100th time; of other texts at one place each is a first.
    match line {
        0 => messages::rule_failed(court, rule, failed, times),
        line => {
            let place = format_args!("{rule}:{line}:{column}");
            let width = (*column).max(1);
            messages::rule_failed(court, place, format_args!("{failed}\n  | {text}\n  | {:>width$}", "^"), times);
        }
    }
}

/// Logs the action that a rule requests.
pub(super) fn action(court: &str, action: &Action) {
    let rule = &action.rule;
    match &action.verb {
        ActionVerb::Log { level: LogLevel::Debug, text } => debug!(court, %rule, "{text}"),
        ActionVerb::Log { level: LogLevel::Info, text } => messages::rule_log_info(court, rule, text),
        ActionVerb::Log { level: LogLevel::Warn, text } => messages::rule_log_warn(court, rule, text),
        ActionVerb::Log { level: LogLevel::Error, text } => messages::rule_log_error(court, rule, text),
        verb => debug!(court, %rule, cause = action.cause, "asks for {}", verb.name()),
    }
}

/// Logs which bout is on, once that is known and whenever it is another; `logged` is what was logged last.
pub(super) fn bout(court: &str, bout: &Bout, logged: &mut String) {
    let name = match bout.config.number.as_deref() {
        _ if *bout.blue.athlete == Athlete::default() => return,
        Some(number) => format!("bout {number}"),
        // The number may still come.
        None if matches!(bout.stage, Stage::Idle | Stage::Loaded | Stage::Ready) => return,
        None => "a bout without a number".to_owned(),
    };
    let athlete = |athlete: &Athlete| {
        let name = athlete.long_name.as_deref().or(athlete.short_name.as_deref()).unwrap_or("?");
        athlete.country.as_deref().map_or_else(|| name.to_owned(), |country| format!("{name} ({country})"))
    };
    let text = format!("{name}: {} against {}", athlete(&bout.blue.athlete), athlete(&bout.red.athlete));
    if *logged == text {
        return;
    }
    messages::bout_loaded(court, &text, bout.round, bout.blue.score, bout.red.score);
    *logged = text;
}
