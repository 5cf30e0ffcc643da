//! What a court does when an operator commands it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Court, Output, media};
use crate::action::{ActionVerb, Clip, Instance, ObsVerb, Outcome, Play, PlayerVerb};
use crate::bout::ReviewOrder;
use crate::command::{BoutCommand, Command, CommandVerb, FoundClip, Pause, ReviewCommand, Switch};
use crate::event::{
    Body, CommandEnded, CommandId, CommandOutcome, CommandReceived, Kind, Rehearsal, Requester, RulesResumed, Trigger,
};
use crate::suggest::advise_in_words;
use crate::time::Time;

/// The rule that an operator's actions are of.
const OPERATOR: &str = "operator";
const NO_BOUT: &str = "no bout is on: nothing was received of one yet";
const NO_OBS: &str = "no OBS serves this court: add a sink of `type: obs`";

/// Commands of which not all actions have ended.
#[derive(Default)]
pub(super) struct OpenCommands {
    /// By the `seq` of their events.
    commands: BTreeMap<u64, OpenCommand>,
    /// The command of each action that is not over, by the action's `seq`.
    actions: BTreeMap<u64, u64>,
}

/// A command that has begun.
pub(super) struct OpenCommand {
    id: CommandId,
    seq: u64,
    name: &'static str,
    at: Time,
    actions: usize,
    failure: Option<String>,
    clips: Vec<String>,
}

impl OpenCommands {
    /// An action has ended; gives its command if that was the last one of it.
    pub(super) fn action_ended(&mut self, action_seq: u64, outcome: &Outcome) -> Option<OpenCommand> {
        let seq = self.actions.remove(&action_seq)?;
        let command = self.commands.get_mut(&seq)?;
        command.actions -= 1;
        if let Outcome::Failed { reason } = outcome {
            command.failure.get_or_insert_with(|| reason.clone());
        }
        if command.actions > 0 { None } else { self.commands.remove(&seq) }
    }

    /// An action has saved a file.
    pub(super) fn clip(&mut self, action_seq: u64, path: &str) {
        let command = self.actions.get(&action_seq).and_then(|seq| self.commands.get_mut(seq));
        if let Some(command) = command {
            command.clips.push(path.to_owned());
        }
    }
}

impl Court {
    pub(super) fn command(&mut self, at: Time, command: &Command, out: &mut Vec<Output>) {
        let Command { id, origin, by, verb } = command;
        let received = CommandReceived {
            id: *id,
            origin: *origin,
            by: by.clone(),
            command: verb.name().to_owned(),
            args: verb.args(),
        };
        let event = self.event(at, None, Body::Command(Box::new(received)), None);
        let seq = event.seq;
        self.emit(event, self.bout().load, true, out);
        let mut open =
            OpenCommand { id: *id, seq, name: verb.name(), at, actions: 0, failure: None, clips: Vec::new() };
        let begun = match self.begin(at, seq, verb, out) {
            Ok(actions) => actions,
            Err(reason) => return self.refuse(at, &open, reason, out),
        };
        for verb in begun {
            let has_outcome = verb.sink().reports();
            self.request(OPERATOR.into(), seq, at, verb, out);
            if has_outcome {
                open.actions += 1;
                media::add(&mut self.commands.actions, self.actions, seq);
            }
        }
        if open.actions == 0 {
            self.command_ended(at, open, out);
        } else {
            media::add(&mut self.commands.commands, seq, open);
        }
    }

    /// Reports how a command has ended.
    pub(super) fn command_ended(&mut self, at: Time, command: OpenCommand, out: &mut Vec<Output>) {
        let OpenCommand { id, seq, name, at: since, failure, clips, .. } = command;
        let outcome = if failure.is_some() { CommandOutcome::Failed } else { CommandOutcome::Done };
        let took_ms = at.milliseconds_since(since);
        let command = name.to_owned();
        let ended = CommandEnded { id, command_seq: seq, command, outcome, reason: failure, clips, took_ms };
        self.report_event(at, Some(seq), Body::CommandEnded(Box::new(ended)), out);
    }

    fn refuse(&mut self, at: Time, command: &OpenCommand, reason: String, out: &mut Vec<Output>) {
        let OpenCommand { id, seq, name, .. } = *command;
        let ended = CommandEnded {
            id,
            command_seq: seq,
            command: name.to_owned(),
            outcome: CommandOutcome::Refused,
            reason: Some(reason),
            clips: Vec::new(),
            took_ms: 0,
        };
        self.report_event(at, Some(seq), Body::CommandEnded(Box::new(ended)), out);
    }

    /// Carries out a command, except for its actions, which it returns.
    ///
    /// # Errors
    /// Why it cannot be done, in plain words.
    fn begin(
        &mut self,
        at: Time,
        seq: u64,
        verb: &CommandVerb,
        out: &mut Vec<Output>,
    ) -> Result<Vec<ActionVerb>, String> {
        match verb {
            CommandVerb::Review { what, counts } => self.order(at, seq, review_order(*what, *counts), out)?,
            CommandVerb::Verdict { answer, verdict } => {
                self.order(at, seq, ReviewOrder::Decide((*answer).into(), *verdict), out)?;
            }
            CommandVerb::Save { reason, obs } => {
                return self.each_obs(obs.as_deref(), &ObsVerb::SaveReplay { reason: reason.clone(), name: None });
            }
            CommandVerb::Show { what, found } => return self.show(what, found.as_ref()).map(|verb| vec![verb]),
            CommandVerb::Mark { text } => return Ok(vec![ActionVerb::Mark { text: text.0.clone() }]),
            CommandVerb::Scene { name, obs } => {
                return self.each_obs(obs.as_deref(), &ObsVerb::Scene { scene: name.clone() });
            }
            CommandVerb::Record { switch: Switch::Start, obs } => {
                return self.each_obs(obs.as_deref(), &ObsVerb::StartRecording { name: None });
            }
            CommandVerb::Record { switch: Switch::Stop, obs } => {
                return self.each_obs(obs.as_deref(), &ObsVerb::StopRecording {});
            }
            CommandVerb::Stream { switch, obs } => {
                return self.each_obs(obs.as_deref(), &ObsVerb::Streaming { on: *switch == Switch::Start });
            }
            CommandVerb::Rules { pause } => self.pause_rules(at, seq, *pause, out),
            CommandVerb::Rehearsal { switch } => self.rehearse(at, seq, *switch == Switch::Start, out),
            CommandVerb::Bout(BoutCommand::Is { is }) => self.assign_bout(at, is, out)?,
            CommandVerb::Trigger { name, args } => {
                if self.withheld.is_some() {
                    return Err("the rules are paused: `rules resume` resumes them".to_owned());
                }
                if !self.rules.hear_of(Kind::Trigger) {
                    return Err("no rule of this court has `fn on_trigger(event, bout)`".to_owned());
                }
                let trigger = Trigger { name: name.clone(), args: args.clone() };
                self.report_event(at, Some(seq), Body::Trigger(Box::new(trigger)), out);
            }
            CommandVerb::Reload { refused: Some(refusal) } => return Err(refusal.reason.clone()),
            // The program does these.
            CommandVerb::Reload { refused: None } | CommandVerb::Quit {} => {}
        }
        Ok(Vec::new())
    }

    fn order(&mut self, at: Time, seq: u64, order: ReviewOrder, out: &mut Vec<Output>) -> Result<(), String> {
        if self.bout().load == 0 {
            return Err(NO_BOUT.to_owned());
        }
        let (derived, refused) = self.bursts.order(seq, at, order);
        self.derived(at, derived, out);
        refused.map_or(Ok(()), |reason| Err(reason.to_owned()))
    }

    /// Saves a clip for a review that an operator has opened, if no rule does.
    pub(super) fn save_for_operator(&mut self, at: Time, review: u64, side: Requester, out: &mut Vec<Output>) {
        if self.media.is_saving_for(review) {
            return;
        }
        let save = ObsVerb::SaveReplay { reason: format!("{side} review"), name: None };
        let instances: Vec<Instance> =
            if self.obs.is_empty() { vec![None] } else { self.obs.iter().cloned().map(Some).collect() };
        for instance in instances {
            self.request(OPERATOR.into(), review, at, save.clone().on(instance), out);
        }
    }

    /// An action of each OBS, or of the one that was named.
    fn each_obs(&self, named: Option<&str>, verb: &ObsVerb) -> Result<Vec<ActionVerb>, String> {
        if self.obs.is_empty() {
            return Err(NO_OBS.to_owned());
        }
        let on = |instance: &Arc<str>| verb.clone().on(Some(instance.clone()));
        let Some(named) = named else { return Ok(self.obs.iter().map(on).collect()) };
        match self.obs.iter().find(|instance| ***instance == *named) {
            Some(instance) => Ok(vec![on(instance)]),
            None => {
                let advice = advise_in_words("known", named, self.obs.iter().map(|name| &**name));
                Err(format!("no OBS `{named}` serves this court; {advice}"))
            }
        }
    }

    fn show(&self, what: &str, found: Option<&FoundClip>) -> Result<ActionVerb, String> {
        if !self.has_player {
            return Err("no player serves this court: add a sink of `type: player`".to_owned());
        }
        let Some(FoundClip { path, begins_at, camera, from }) = found.cloned() else {
            return Err(match what {
                "last" => "there is no clip of this court yet".to_owned(),
                what => {
                    format!("there is no clip of `{what}`: name `last`, the path of a clip, or the seq of an event")
                }
            });
        };
        let clip = Clip { path, begins_at, camera, review: None };
        Ok(ActionVerb::Player(PlayerVerb::Play(Box::new(Play { from, now: true, ..Play::of(clip) }))))
    }

    fn pause_rules(&mut self, at: Time, seq: u64, pause: Pause, out: &mut Vec<Output>) {
        let body = match (pause, self.withheld) {
            (Pause::Pause, None) => {
                self.withheld = Some(0);
                Body::RulesPaused {}
            }
            (Pause::Resume, Some(withheld)) => {
                self.withheld = None;
                Body::RulesResumed(RulesResumed { withheld })
            }
            _ => return,
        };
        self.report_event(at, Some(seq), body, out);
    }

    fn rehearse(&mut self, at: Time, seq: u64, on: bool, out: &mut Vec<Output>) {
        if self.bursts.set_rehearsal(on) {
            self.report_event(at, Some(seq), Body::Rehearsal(Rehearsal { on }), out);
            self.store_bout(at, out);
        }
    }

    fn assign_bout(&mut self, at: Time, which: &str, out: &mut Vec<Output>) -> Result<(), String> {
        let bout = self.bout().clone();
        if bout.load == 0 {
            return Err(NO_BOUT.to_owned());
        }
        let now = at + self.offset;
        let id = self.identities.assign(which, &bout, now)?;
        out.push(Output::Load { load: bout.load, bout: id, at: now });
        self.store_bout(at, out);
        Ok(())
    }
}

fn review_order(what: ReviewCommand, counts: bool) -> ReviewOrder {
    let side = match what {
        ReviewCommand::Blue => Requester::Blue,
        ReviewCommand::Red => Requester::Red,
        ReviewCommand::Referee => Requester::Referee,
        ReviewCommand::Close => return ReviewOrder::Close,
    };
    ReviewOrder::Open { side, counts }
}
