//! Runs the handlers of a court's rules.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rhai::module_resolvers::DummyModuleResolver;
use rhai::{CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, Map, Position, Scope};
use strum::EnumCount;

use super::desk::Desk;
use super::script::{Script, ScriptError};
use super::timers::Timers;
use super::views::{BoutView, EventView};
use super::{Limits, Surroundings, host, views};
use crate::action::Verb;
use crate::bout::Bout;
use crate::event::{Event, Kind, RuleFailed};
use crate::time::Time;

/// Depth of calls, and of expressions, that a script may reach.
const MOST_DEPTH: usize = 32;
/// Characters of a text, and entries of a list or map, that a script may make.
const MOST_SIZE: usize = 100_000;
/// Places at which failures are told apart.
const MOST_PLACES: usize = 1000;

/// What came of letting the rules hear something.
#[derive(Debug)]
pub enum Said {
    /// A rule asks for an action.
    Ask {
        /// The rule's file name.
        rule: Arc<str>,
        /// The `seq` of the event that it answers.
        cause: u64,
        /// When it asked: that of the event, or that at which its timer was due.
        at: Time,
        /// What it asks for.
        verb: Verb,
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
    engine: Engine,
    desk: Desk,
    scripts: Vec<Running>,
    /// By kind of event: which scripts hear it, by which handler.
    handlers: Vec<Vec<(usize, String)>>,
    timers: Timers,
    /// How often each script failed at each place.
    failures: HashMap<(usize, Position), u64>,
}

struct Running {
    script: Script,
    /// `this` of the script's handlers.
    state: Dynamic,
}

impl Rules {
    /// Compiles the rules of a court, in the order in which they hear events; gives all that is wrong with them.
    pub fn compile(
        files: &[(PathBuf, String)],
        limits: Limits,
        surroundings: &Surroundings,
    ) -> Result<Self, Vec<ScriptError>> {
        let desk = Desk::default();
        let engine = engine(limits, &desk, surroundings);
        let mut handlers = vec![Vec::new(); Kind::COUNT];
        let mut scripts = Vec::with_capacity(files.len());
        let mut wrong = Vec::new();
        for (file, text) in files {
            match Script::compile(&engine, file, text) {
                Ok(script) => {
                    for (kind, handler) in script.handlers() {
                        if let Some(hearers) = handlers.get_mut(kind as usize) {
                            hearers.push((scripts.len(), handler));
                        }
                    }
                    scripts.push(Running { script, state: Dynamic::from_map(Map::new()) });
                }
                Err(errors) => wrong.extend(errors),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self { engine, desk, scripts, handlers, timers: Timers::default(), failures: HashMap::new() })
    }

    /// A court without rules.
    pub fn none() -> Self {
        Self {
            // It runs nothing.
            engine: Engine::new_raw(),
            desk: Desk::default(),
            scripts: Vec::new(),
            handlers: Vec::new(),
            timers: Timers::default(),
            failures: HashMap::new(),
        }
    }

    /// Reads and compiles rules from their files.
    pub fn load(files: &[PathBuf], limits: Limits, surroundings: &Surroundings) -> Result<Self, Vec<ScriptError>> {
        let mut texts = Vec::with_capacity(files.len());
        let mut wrong = Vec::new();
        for file in files {
            match std::fs::read_to_string(file) {
                Ok(text) => texts.push((file.clone(), text)),
                Err(error) => wrong.push(unreadable(file, &error)),
            }
        }
        match Self::compile(&texts, limits, surroundings) {
            Ok(rules) if wrong.is_empty() => Ok(rules),
            Ok(_) => Err(wrong),
            Err(errors) => Err(wrong.into_iter().chain(errors).collect()),
        }
    }

    /// Lets the rules hear an event.
    pub fn hear(&mut self, event: &Arc<Event>, bout: &Arc<Bout>, said: &mut Vec<Said>) {
        let kind = Kind::from(&event.body) as usize;
        let Some(hearers) = self.handlers.get(kind) else { return };
        if hearers.is_empty() {
            return;
        }
        let view = EventView::new(event.clone());
        for index in 0..hearers.len() {
            let Some((script, handler)) = self.handlers.get(kind).and_then(|hearers| hearers.get(index)) else { break };
            let (script, handler) = (*script, handler.clone());
            let arguments = (view.clone(), BoutView(bout.clone()));
            self.call(script, &handler, event.seq, event.at, arguments, said);
        }
    }

    /// When the next timer is due.
    pub fn next_due(&self) -> Option<Time> {
        self.timers.next_due()
    }

    /// How many timers wait.
    pub fn waiting(&self) -> usize {
        self.timers.len()
    }

    /// Fires the next timer that is due by a time; false if there is none.
    pub fn fire_due(&mut self, by: Time, said: &mut Vec<Said>) -> bool {
        let Some((due, timer)) = self.timers.take_due(by) else { return false };
        let handler = timer.call.fn_name().to_owned();
        let arguments: Vec<Dynamic> = timer.call.curry().to_vec();
        self.call(timer.script, &handler, timer.cause, due, arguments, said);
        true
    }

    fn call(
        &mut self,
        index: usize,
        handler: &str,
        cause: u64,
        at: Time,
        arguments: impl FuncArgs,
        said: &mut Vec<Said>,
    ) {
        let Some(running) = self.scripts.get_mut(index) else { return };
        let options = CallFnOptions::new().bind_this_ptr(&mut running.state);
        let result = self.engine.call_fn_with_options::<Dynamic>(
            options,
            &mut Scope::new(),
            &running.script.ast,
            handler,
            arguments,
        );
        let rule = running.script.name.clone();
        let asked = self.desk.clear();
        said.extend(asked.verbs.into_iter().map(|verb| Said::Ask { rule: rule.clone(), cause, at, verb }));
        let mut failed = result.err();
        for call in asked.timers {
            if let Err(reason) = self.timers.apply(index, cause, at, call) {
                failed = failed.or(Some(reason.into()));
            }
        }
        if let Some(error) = failed
            && let Some(failure) = self.failure(index, handler, &error)
        {
            said.push(Said::Failed { cause, at, failure: Box::new(failure) });
        }
    }

    /// What is told of a failure; none if it was told often enough.
    fn failure(&mut self, index: usize, handler: &str, error: &EvalAltResult) -> Option<RuleFailed> {
        let running = self.scripts.get(index)?;
        let (function, error) = innermost(handler, error);
        let position = error.position();
        if self.failures.len() >= MOST_PLACES {
            self.failures.clear();
        }
        let times = self.failures.entry((index, position)).or_default();
        *times += 1;
        let told = times.checked_ilog10().is_some_and(|power| *times == 10u64.pow(power));
        let function = if function.starts_with("anon$") { "a timer" } else { function };
        told.then(|| RuleFailed {
            rule: running.script.name.to_string(),
            function: function.to_owned(),
            message: in_words(error),
            line: position.line().unwrap_or(0),
            column: position.position().unwrap_or(0),
            text: running.script.line(position).to_owned(),
            times: *times,
        })
    }
}

/// The error itself, and the function it happened in.
fn innermost<'a>(handler: &'a str, error: &'a EvalAltResult) -> (&'a str, &'a EvalAltResult) {
    match error {
        EvalAltResult::ErrorInFunctionCall(function, _, inner, _) => innermost(function, inner),
        error => (handler, error),
    }
}

/// An error without its position, which stands beside it.
fn in_words(error: &EvalAltResult) -> String {
    let text = match error {
        EvalAltResult::ErrorTooManyOperations(_) => "it ran too long: is there a loop that never ends?".to_owned(),
        EvalAltResult::ErrorStackOverflow(_) => "functions call each other too deep: does one call itself?".to_owned(),
        other => other.to_string(),
    };
    let end = text.rfind(" (line ").unwrap_or(text.len());
    text.get(..end).unwrap_or(&text).to_owned()
}

fn unreadable(file: &Path, error: &std::io::Error) -> ScriptError {
    ScriptError {
        file: file.display().to_string(),
        line: 0,
        column: 0,
        text: String::new(),
        message: format!("the file cannot be read: {error}"),
    }
}

fn engine(limits: Limits, desk: &Desk, surroundings: &Surroundings) -> Engine {
    let mut engine = Engine::new();
    engine
        .set_max_operations(limits.max_operations)
        .set_max_call_levels(MOST_DEPTH)
        .set_max_expr_depths(2 * MOST_DEPTH, MOST_DEPTH)
        .set_max_string_size(MOST_SIZE)
        .set_max_array_size(MOST_SIZE)
        .set_max_map_size(MOST_SIZE)
        .set_max_modules(0)
        .set_module_resolver(DummyModuleResolver::new())
        .disable_symbol("eval");
    views::register(&mut engine);
    host::register(&mut engine, desk, surroundings);
    engine
}
