//! Plays a scenario.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value as Json;

use super::file::{Scenario, Step, StepReport};
use crate::action::{Action, ActionSink, ClipReport, ObsVerb, Outcome, Report};
use crate::capture;
use crate::command::Command;
use crate::court::{Datagram, Input};
use crate::event::{
    Body, ClipSource, CommandId, CommandOutcome, DiskLow, Event, ObsConnected, ObsDisconnected, Origin,
    PlayerConnected, PlayerDisconnected, Recording, ReplayBuffer, SceneChanged,
};
use crate::pipeline::{Acted, CourtRuntime, Target};
use crate::time::Time;

/// How long a scenario goes on after its last step, so that events are derived from its last burst.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// An action of a rule.
#[derive(Debug)]
pub(super) struct Came {
    /// How long after the beginning.
    pub(super) after: Duration,
    pub(super) name: &'static str,
    pub(super) args: Json,
    /// Whether it answers a derived event.
    pub(super) is_derived: bool,
}

/// Plays a scenario in a court; gives the actions, and what went wrong.
pub(super) fn play(scenario: &Scenario, court: CourtRuntime<Answers>, obs: &[Arc<str>]) -> (Vec<Came>, Vec<String>) {
    let instance = obs.first().map_or_else(|| "replay".to_owned(), ToString::to_string);
    let mut play = Play { court, instance };
    play.advance(Time::default());
    for step in &scenario.given {
        play.step(step);
    }
    play.advance(play.court.now() + AFTERWARDS);
    play.take(&Input::Stop);
    let Answers { came, wrong, .. } = std::mem::take(play.court.target());
    (came, wrong)
}

/// Answers in place of OBS and the player, and notes what the rules do.
#[derive(Default)]
pub(super) struct Answers {
    /// Actions that fail, with the reason.
    failing: BTreeMap<String, String>,
    /// Replays that are being saved: by which OBS, if one is named, and the action's `seq`.
    saves: Vec<(Option<Arc<str>>, u64)>,
    /// The `seq` of the events that were derived.
    derived: HashSet<u64>,
    came: Vec<Came>,
    wrong: Vec<String>,
}

impl Target for Answers {
    fn act(&mut self, action: &Arc<Action>) -> Acted {
        let mut line = serde_json::to_value(action).unwrap_or_default();
        let args = line.get_mut("args").map(Json::take).unwrap_or_default();
        let name = action.verb.name();
        let is_derived = self.derived.contains(&action.cause);
        self.came.push(Came { after: action.at.since(Time::default()), name, args, is_derived });
        let outcome = match (self.failing.get(name), action.verb.obs()) {
            (Some(reason), _) => Outcome::Failed { reason: reason.clone() },
            (None, Some(ObsVerb::SaveReplay { .. })) => {
                if let ActionSink::Obs(by) = action.verb.sink() {
                    self.saves.push((by.map(Arc::from), action.seq));
                }
                return Acted::Awaited;
            }
            (None, _) => Outcome::Done,
        };
        if !action.verb.sink().reports() {
            return Acted::Done;
        }
        Acted::Ended(Report::Outcome { action_seq: action.seq, action: name.to_owned(), outcome, took_us: 0 })
    }

    fn note(&mut self, event: &Event) {
        if event.is_derived() {
            self.derived.insert(event.seq);
        }
        if let Body::CommandEnded(ended) = &event.body
            && ended.outcome == CommandOutcome::Refused
        {
            self.wrong.push(format!(
                "the command {} is refused: {}",
                ended.command,
                ended.reason.clone().unwrap_or_default()
            ));
        }
        if let Body::RuleFailed(failed) = &event.body {
            let place = format!("{}:{}:{}", failed.rule, failed.line, failed.column);
            self.wrong.push(format!("{place}: {} failed: {}", failed.function, failed.message));
            self.wrong.push(format!("  | {}", failed.text.trim_end()));
        }
    }
}

struct Play {
    court: CourtRuntime<Answers>,
    /// The OBS that reports where none is named.
    instance: String,
}

impl Play {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Messages(text) => {
                for line in text.lines().filter(|line| !line.trim().is_empty()) {
                    let bytes = Bytes::copy_from_slice(line.as_bytes());
                    self.take(&Input::Datagram(Datagram { bytes, from: None, truncated: false }));
                }
            }
            Step::Wait(wait) => self.advance(self.court.now() + *wait),
            Step::At(after) => {
                let at = Time::default() + *after;
                if at < self.court.now() {
                    let now = self.court.now().since(Time::default());
                    self.wrong(format!(
                        "`at: {} s` lies in the past: it is {} s already",
                        seconds(*after),
                        seconds(now)
                    ));
                }
                self.advance(at);
            }
            Step::Capture { path, from, to } => self.capture(path, *from, *to),
            Step::Fail { action, reason } => {
                self.court.target().failing.insert(action.clone(), reason.clone());
            }
            Step::Command(verb) => {
                let (id, origin) = (CommandId::default(), Origin::Ctl);
                self.take(&Input::Command(Arc::new(Command { id, origin, by: None, verb: verb.clone() })));
            }
            Step::Report { instance, report } => {
                let instance = instance.clone().unwrap_or_else(|| self.instance.clone());
                self.report(instance, report);
            }
        }
    }

    fn wrong(&mut self, wrong: String) {
        self.court.target().wrong.push(wrong);
    }

    fn report(&mut self, instance: String, report: &StepReport) {
        let report = match report {
            StepReport::ObsConnected => {
                let (obs_version, websocket_version) = ("30.2.3".to_owned(), "5.5.2".to_owned());
                Report::ObsConnected(ObsConnected { instance, obs_version, websocket_version })
            }
            StepReport::ObsDisconnected(reason) => {
                Report::ObsDisconnected(ObsDisconnected { instance, reason: reason.clone() })
            }
            StepReport::Scene(scene) => Report::SceneChanged(SceneChanged { instance, scene: scene.clone() }),
            StepReport::ReplayBuffer(active) => Report::ReplayBuffer(ReplayBuffer { instance, active: *active }),
            StepReport::DiskLow(free_mb) => Report::DiskLow(DiskLow { instance, free_mb: *free_mb }),
            StepReport::PlayerConnected => {
                Report::PlayerConnected(PlayerConnected { player: instance, version: "0.40.0".to_owned() })
            }
            StepReport::PlayerDisconnected(reason) => {
                Report::PlayerDisconnected(PlayerDisconnected { player: instance, reason: reason.clone() })
            }
            StepReport::ClipAwaited(reason) => {
                let saves = self.court.target().saves.clone();
                for (_, action_seq) in
                    saves.into_iter().filter(|(by, _)| by.as_ref().is_none_or(|by| **by == *instance))
                {
                    self.take(&Input::Report(Report::ClipAwaited { action_seq, reason: reason.clone() }));
                }
                return;
            }
            StepReport::ClipSaved(path) => {
                let of = |(by, _): &mut (Option<Arc<str>>, u64)| by.as_ref().is_none_or(|by| **by == *instance);
                let saves = &mut self.court.target().saves;
                let action_seqs: Vec<_> = saves.extract_if(.., of).map(|(_, action_seq)| action_seq).collect();
                self.take(&Input::Report(Report::ClipSaved(ClipReport {
                    instance,
                    path: path.clone(),
                    from: ClipSource::default(),
                    begins_at: None,
                    ends_at: None,
                    note: None,
                    action_seqs: action_seqs.clone(),
                })));
                for action_seq in action_seqs {
                    let action = "obs.save_replay".to_owned();
                    self.take(&Input::Report(Report::Outcome {
                        action_seq,
                        action,
                        outcome: Outcome::Done,
                        took_us: 0,
                    }));
                }
                return;
            }
            StepReport::RecordingStarted(path) => Report::RecordingStarted(recording(instance, path)),
            StepReport::RecordingStopped(path) => Report::RecordingStopped(recording(instance, path)),
            StepReport::RecordingResumed(path) => {
                Report::RecordingStarted(Recording { earlier_session: true, ..recording(instance, path) })
            }
            StepReport::RecordingInterrupted(path) => {
                Report::RecordingStopped(Recording { interrupted: true, ..recording(instance, path) })
            }
        };
        self.take(&Input::Report(report));
    }

    /// What a capture holds, its times counted from now. Actions before `from` are ignored.
    fn capture(&mut self, path: &Path, from: Option<Duration>, to: Option<Duration>) {
        let reader = match capture::open(path) {
            Ok(reader) => reader,
            Err(error) => return self.wrong(error.to_string()),
        };
        let begin = self.court.now();
        let (mut first, mut hidden) = (None, from);
        for recorded in reader {
            let recorded = match recorded {
                Ok(recorded) => recorded,
                Err(error) => return self.wrong(error.to_string()),
            };
            let after = recorded.at.since(*first.get_or_insert(recorded.at));
            if to.is_some_and(|to| after > to) {
                break;
            }
            if let Some(from) = hidden.filter(|from| after >= *from) {
                self.advance(begin + from);
                self.court.target().came.clear();
                hidden = None;
            }
            self.advance(begin + after);
            match recorded.input {
                // How actions ended is for the scenario to say.
                Input::Report(Report::Outcome { .. }) | Input::Setup(_) | Input::Wake | Input::Stop => {}
                Input::Report(Report::ClipSaved(clip)) => self.report(clip.instance, &StepReport::ClipSaved(clip.path)),
                input => self.take(&input),
            }
        }
        if let Some(to) = to {
            self.advance(begin + to);
        }
        if let Some(from) = hidden {
            self.wrong(format!("the capture ends before `from: {} s`", seconds(from)));
        }
    }

    /// Lets the time pass, with all that is due meanwhile.
    fn advance(&mut self, to: Time) {
        while let Some(due) = self.court.next_due().filter(|due| *due <= to) {
            self.court.advance(due);
        }
        self.court.advance(to);
    }

    fn take(&mut self, input: &Input) {
        self.court.take(self.court.now(), input);
    }
}

fn recording(instance: String, path: &str) -> Recording {
    Recording { instance, path: Some(path.to_owned()), ..Recording::default() }
}

/// Seconds with as many decimals as there are.
pub(super) fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}
