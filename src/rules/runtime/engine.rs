//! Runs the handlers of a court's rules.

use std::path::PathBuf;
use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, FuncArgs, Map};
use strum::EnumCount;

use super::failure::{Failures, name_of};
use super::overrun::Overruns;
use super::script::Script;
use super::timers::{Timer, Timers};
use crate::action::ActionVerb;
use crate::bout::Bout;
use crate::diagnostic::Diagnostic;
use crate::event::{Body, Event, Kind, RuleFailed};
use crate::rules::chain::Chain;
use crate::rules::effects::{Callback, Requests, Scenes};
use crate::rules::explain::{Explain, Explained, Reaction};
use crate::rules::handler::Subscription;
use crate::rules::limits::{Limits, Surroundings};
use crate::rules::memory::Moment;
use crate::rules::sources::{RuleFile, Sources};
use crate::rules::views::{self, BoutView, EventView};
use crate::time::Time;

/// What came of letting the rules hear something.
#[derive(Debug)]
pub enum RuleOutput {
    /// A rule asks for an action.
    Action {
        /// The rule's file name.
        rule: Arc<str>,
        /// The `seq` of the event that it answers.
        cause: u64,
        /// When: the time of the event, or the time at which its timer was due.
        at: Time,
        /// What it asks for.
        verb: ActionVerb,
        /// What led to it.
        chain: Chain,
    },
    /// A rule failed.
    Failed {
        /// The `seq` of the event that it answers.
        cause: u64,
        /// When it failed.
        at: Time,
        /// How.
        failure: Box<RuleFailed>,
    },
}

/// The rules of one court, with their states and timers.
pub struct Rules {
    scripts: Vec<Running>,
    /// By kind of event: which scripts hear it, by which handler.
    handlers: [Vec<(usize, Arc<str>)>; Kind::COUNT],
    /// The `on_start` of scripts that have not heard it.
    starts: Vec<(usize, Arc<str>)>,
    timers: Timers,
    scenes: Arc<Scenes>,
    failures: Failures,
    explain: Option<Explain>,
}

struct Running {
    script: Script,
    /// `this` of the script's handlers.
    state: Dynamic,
    overruns: Overruns,
}

/// A call of a script's function.
#[derive(Clone, Copy)]
struct Call<'a> {
    script: usize,
    function: &'a str,
    /// None where a timer is due.
    event: Option<&'a Arc<Event>>,
    cause: u64,
    chain: Chain,
    now: Moment,
}

impl Rules {
    /// Compiles rules whose texts are at hand, for one court, in the order in which they hear events.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn compile(
        files: &[(PathBuf, String)],
        limits: Limits,
        surroundings: &Surroundings,
    ) -> Result<Self, Vec<Diagnostic>> {
        Self::of(&Sources::of(files), limits, surroundings)
    }

    /// Reads and compiles rules from their files, for one court.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn load(files: &[RuleFile], limits: Limits, surroundings: &Surroundings) -> Result<Self, Vec<Diagnostic>> {
        Self::of(&Sources::read(files)?, limits, surroundings)
    }

    /// Compiles rules for one court.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn of(sources: &Sources, limits: Limits, surroundings: &Surroundings) -> Result<Self, Vec<Diagnostic>> {
        let mut rules = Self::none();
        let mut wrong = Vec::new();
        for (file, text) in &sources.rules {
            match Script::compile(file, text, sources.imported.clone(), limits, surroundings) {
                Ok(script) => rules.add(script),
                Err(errors) => wrong.extend(errors),
            }
        }
        if wrong.is_empty() { Ok(rules) } else { Err(wrong) }
    }

    /// A court without rules.
    pub fn none() -> Self {
        Self {
            scripts: Vec::new(),
            handlers: std::array::from_fn(|_| Vec::new()),
            starts: Vec::new(),
            timers: Timers::default(),
            scenes: Arc::default(),
            failures: Failures::default(),
            explain: None,
        }
    }

    /// Reports from now on what each rule does with each event.
    pub fn explain_to(&mut self, explain: Explain) {
        self.explain = Some(explain);
    }

    /// The file names of the rules, in the order in which they hear events.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.scripts.iter().map(|running| &*running.script.name)
    }

    fn add(&mut self, script: Script) {
        let index = self.scripts.len();
        let (any, others): (Vec<_>, Vec<_>) = script.handlers().partition(|(hears, _)| *hears == Subscription::Any);
        for (hears, handler) in others {
            match hears {
                Subscription::Kind(kind) => self.handlers[kind as usize].push((index, handler)),
                Subscription::Start => self.starts.push((index, handler)),
                Subscription::Any => {}
            }
        }
        for (_, handler) in any {
            self.handlers.iter_mut().for_each(|hearers| hearers.push((index, handler.clone())));
        }
        self.scripts.push(Running { script, state: empty(), overruns: Overruns::default() });
    }

    /// Lets the rules hear an event, at a court's time; `chain` is what led to it. Before their first event they hear
    /// that the court begins.
    pub fn hear(
        &mut self,
        event: &Arc<Event>,
        at: Time,
        bout: &Arc<Bout>,
        chain: Chain,
        outputs: &mut Vec<RuleOutput>,
    ) {
        let now = moment(at, bout);
        self.note_scene(&event.body);
        if !self.starts.is_empty() {
            for (script, function) in std::mem::take(&mut self.starts) {
                let call = Call { script, function: &function, event: Some(event), cause: event.seq, chain, now };
                self.call(call, (BoutView(bout.clone()),), outputs);
            }
        }
        let kind = Kind::from(&event.body) as usize;
        if self.handlers[kind].is_empty() {
            return self.explain_bystanders(event, kind);
        }
        let hearers = std::mem::take(&mut self.handlers[kind]);
        let view = EventView::new(event.clone());
        for (script, function) in &hearers {
            let call = Call { script: *script, function, event: Some(event), cause: event.seq, chain, now };
            let view = if &**function == "on_any" { view.of_any_kind() } else { view.clone() };
            self.call(call, (view, BoutView(bout.clone())), outputs);
        }
        self.handlers[kind] = hearers;
        self.explain_bystanders(event, kind);
    }

    /// Keeps which scene each OBS has on program, for `obs::current_scene`.
    fn note_scene(&mut self, body: &Body) {
        match body {
            Body::SceneChanged(change) => {
                Arc::make_mut(&mut self.scenes).insert(change.instance.clone(), change.scene.clone());
            }
            // What it shows from now on is not known.
            Body::ObsDisconnected(gone) => drop(Arc::make_mut(&mut self.scenes).remove(&gone.instance)),
            _ => {}
        }
    }

    /// Whether a rule has a handler for events of a kind.
    pub fn hear_of(&self, kind: Kind) -> bool {
        !self.handlers[kind as usize].is_empty()
    }

    /// When the next timer is due.
    pub fn next_due(&self) -> Option<Time> {
        self.timers.next_due()
    }

    /// When the next timer is due that does not repeat.
    pub fn next_once_due(&self) -> Option<Time> {
        self.timers.next_once_due()
    }

    /// How many timers wait that fire once.
    pub fn waiting(&self) -> usize {
        self.timers.len()
    }

    /// Fires the next timer that is due by a time, at a court's time; false if there is none.
    pub fn fire_due(&mut self, by: Time, at: Time, bout: &Bout, outputs: &mut Vec<RuleOutput>) -> bool {
        let Some((_, timer)) = self.timers.take_due(by) else { return false };
        let now = moment(at, bout);
        let Callback { function, arguments } = timer.call;
        let Timer { script, cause, chain, .. } = timer;
        let call = Call { script, function: &function, event: None, cause, chain, now };
        self.call(call, arguments, outputs);
        true
    }

    /// Time has passed in which the court did not run: timers that repeat will fire only once by then.
    pub fn skip_repeats(&mut self, to: Time) {
        self.timers.skip_repeats(to);
    }

    /// Takes the place of other rules: `this`, timers and what the helpers remember stay for scripts whose file keeps
    /// its name. A timer whose function is no longer there is dropped, which is reported with a time and a cause.
    pub fn take_over(&mut self, mut before: Self, at: Time, cause: u64, outputs: &mut Vec<RuleOutput>) -> Retired {
        let mut moved = Vec::new();
        for old in &mut before.scripts {
            let new = self.scripts.iter_mut().position(|new| new.script.path == old.script.path);
            if let Some(new) = new.and_then(|index| self.scripts.get_mut(index)) {
                new.state = std::mem::replace(&mut old.state, empty());
                new.script.effects.take_memory(&old.script.effects);
            }
            moved.push(new);
        }
        // Those that stay have heard already that the court begins, unless nothing has happened yet.
        let unheard = |old: usize| before.starts.iter().any(|(script, _)| *script == old);
        self.starts.retain(|(new, _)| match moved.iter().position(|moved| *moved == Some(*new)) {
            Some(old) => unheard(old),
            None => true,
        });
        let mut gone = Vec::new();
        let scripts = &self.scripts;
        self.timers.take_over(std::mem::take(&mut before.timers), |mut timer| {
            let new = moved.get(timer.script).copied().flatten()?;
            let (old, running) = (before.scripts.get(timer.script)?, scripts.get(new)?);
            let parameters = timer.call.arguments.len();
            let successor = running.script.successor(&old.script, &timer.call.function, parameters);
            timer.script = new;
            let Some(function) = successor else {
                timer.cause = cause;
                gone.push(timer);
                return None;
            };
            timer.call.function = function.into();
            Some(timer)
        });
        for timer in gone {
            self.dropped(at, &timer, "the rule was changed, and what this timer was to do is no longer in it", outputs);
        }
        self.scenes = std::mem::take(&mut before.scenes);
        self.explain = before.explain.take();
        Retired(Box::new(before))
    }

    fn dropped(&mut self, at: Time, timer: &Timer, why: &str, outputs: &mut Vec<RuleOutput>) {
        let Some(running) = self.scripts.get(timer.script) else { return };
        let reported = self.failures.report(running.script.texts(), &timer.call.function, "timer", &why.into());
        outputs.extend(reported.map(|failure| RuleOutput::Failed {
            cause: timer.cause,
            at,
            failure: Box::new(failure),
        }));
    }

    fn call(&mut self, call: Call<'_>, arguments: impl FuncArgs, outputs: &mut Vec<RuleOutput>) {
        let Call { script: index, function, event, cause, chain, now } = call;
        let Some(running) = self.scripts.get_mut(index) else { return };
        running.script.effects.begin(now, chain, self.scenes.clone(), self.explain.is_some());
        let before = self.explain.as_ref().map(|_| views::text_of(&running.state));
        let (requests, result) = if running.overruns.allow(function, now.at) {
            let called = running.script.call(&mut running.state, function, arguments);
            running.overruns.note(function, now.at, running.script.stopped_after());
            called
        } else {
            (Requests::default(), Err("it ran too long again and again, and is not called for some seconds".into()))
        };
        let mut failed = result.err();
        if !running.script.fits(&running.state) {
            // Every later call of the rule would fail.
            running.state = empty();
            failed = Some("what it keeps in `this` has grown too large, and was thrown away".into());
        }
        let timers = requests.timers.len();
        for call in requests.timers {
            let applied =
                running.script.can_make(&call).and_then(|()| self.timers.apply(index, (cause, chain), now.at, call));
            if let Err(reason) = applied {
                failed = failed.or(Some(reason.into()));
            }
        }
        let script = &running.script;
        if let Some(explain) = &mut self.explain {
            let failed = failed.as_deref().map(|error: &EvalAltResult| super::failure::in_words(error));
            let function = name_of(function);
            let changed = before.is_some_and(|before| before != views::text_of(&running.state));
            let reaction = Reaction::Ran {
                function,
                actions: &requests.verbs,
                timers,
                changed,
                denials: &requests.denials,
                failed,
            };
            explain(&Explained { rule: &script.name, event, cause, at: now.at, reaction });
        }
        let ask = |verb| RuleOutput::Action { rule: script.name.clone(), cause, at: now.at, verb, chain };
        outputs.extend(requests.verbs.into_iter().map(ask));
        if let Some(error) = failed {
            let heard = event.map_or("timer", |event| event.kind().into());
            let reported = self.failures.report(script.texts(), function, heard, &error);
            outputs.extend(reported.map(|failure| RuleOutput::Failed {
                cause,
                at: now.at,
                failure: Box::new(failure),
            }));
        }
    }

    /// Reports the rules that have no handler for an event.
    fn explain_bystanders(&mut self, event: &Arc<Event>, kind: usize) {
        let Some(explain) = &mut self.explain else { return };
        for (index, running) in self.scripts.iter().enumerate() {
            if !self.handlers[kind].iter().any(|(script, _)| *script == index) {
                let (rule, cause, at) = (&*running.script.name, event.seq, event.at);
                explain(&Explained { rule, event: Some(event), cause, at, reaction: Reaction::NoHandler });
            }
        }
    }
}

/// Rules that were replaced. Dropping them takes a while, so it is not done on the court's thread.
pub struct Retired(#[expect(dead_code, reason = "kept to be let go of elsewhere")] Box<Rules>);

fn moment(at: Time, bout: &Bout) -> Moment {
    Moment { at, bout: bout.ordinal, round: bout.round }
}

/// The state that a script begins with.
fn empty() -> Dynamic {
    Dynamic::from_map(Map::new())
}
