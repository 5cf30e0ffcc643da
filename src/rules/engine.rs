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

/// Depth of calls that a script may reach.
const MOST_DEPTH: usize = 32;
/// Depth to which expressions and blocks may be nested.
const MOST_NESTING: usize = 128;
/// Characters of a text that a script may make.
const MOST_TEXT: usize = 10_000;
/// Entries of a list or a map, with those inside them, that a script may make: each copy of one takes that long.
const MOST_ENTRIES: usize = 1000;
/// Entries and characters that a script may keep in `this`.
const MOST_STATE: usize = 100_000;
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
    failures: HashMap<Place, u64>,
}

/// Where and how a script failed.
#[derive(PartialEq, Eq, Hash)]
struct Place {
    script: usize,
    function: String,
    position: Position,
    message: String,
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
        let mut rules = Self::with(engine(limits, &desk, surroundings), desk);
        let mut wrong = Vec::new();
        for (file, text) in files {
            match Script::compile(&rules.engine, file, text).and_then(|script| rules.check_top(file, script)) {
                Ok(script) => rules.add(script),
                Err(errors) => wrong.extend(errors),
            }
        }
        if wrong.is_empty() { Ok(rules) } else { Err(wrong) }
    }

    /// A court without rules.
    pub fn none() -> Self {
        // Nothing runs in it, so that it needs to know nothing.
        Self::with(Engine::new_raw(), Desk::default())
    }

    fn with(engine: Engine, desk: Desk) -> Self {
        Self {
            engine,
            desk,
            scripts: Vec::new(),
            handlers: vec![Vec::new(); Kind::COUNT],
            timers: Timers::default(),
            failures: HashMap::new(),
        }
    }

    fn add(&mut self, script: Script) {
        for (kind, handler) in script.handlers() {
            if let Some(hearers) = self.handlers.get_mut(kind as usize) {
                hearers.push((self.scripts.len(), handler));
            }
        }
        self.scripts.push(Running { script, state: empty() });
    }

    /// What stands outside of functions is for constants: it runs before each call of a handler.
    fn check_top(&self, file: &Path, script: Script) -> Result<Script, Vec<ScriptError>> {
        let failed = |position: Position, message: String| {
            vec![ScriptError {
                file: file.display().to_string(),
                line: position.line().unwrap_or(0),
                column: position.position().unwrap_or(0),
                text: script.line(position).to_owned(),
                message,
            }]
        };
        let run = self.engine.run_ast(&script.ast);
        let asked = self.desk.clear();
        run.map_err(|error| failed(error.position(), in_words(&error)))?;
        if asked.verbs.is_empty() && asked.timers.is_empty() {
            return Ok(script);
        }
        Err(failed(Position::new(1, 1), "only constants may stand outside of functions: put this in a handler".into()))
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

    /// Drops the next timer that is due by a time, since too many have fired while nothing came in.
    pub fn drop_due(&mut self, by: Time, said: &mut Vec<Said>) {
        let Some((at, timer)) = self.timers.take_due(by) else { return };
        let error = "too many timers fired while nothing was heard: this one is dropped".into();
        if let Some(failure) = self.failure(timer.script, timer.call.fn_name(), &error) {
            said.push(Said::Failed { cause: timer.cause, at, failure: Box::new(failure) });
        }
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
        let outgrown = views::weight(&running.state) > MOST_STATE;
        if outgrown {
            running.state = empty();
        }
        said.extend(asked.verbs.into_iter().map(|verb| Said::Ask { rule: rule.clone(), cause, at, verb }));
        let mut failed = result.err();
        if outgrown {
            failed = failed.or(Some("what it keeps in `this` has grown too large, and was thrown away".into()));
        }
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
        let (function, position, error) = innermost(handler, error);
        let position = if position.is_none() { running.script.position_of(function) } else { position };
        let function = if function.starts_with("anon$") { "a timer" } else { function };
        let message = in_words(error);
        if self.failures.len() >= MOST_PLACES {
            self.failures.clear();
        }
        let place = Place { script: index, function: function.to_owned(), position, message: message.clone() };
        let times = self.failures.entry(place).or_default();
        *times += 1;
        let told = times.checked_ilog10().is_some_and(|power| *times == 10u64.pow(power));
        told.then(|| RuleFailed {
            rule: running.script.name.to_string(),
            function: function.to_owned(),
            message,
            line: position.line().unwrap_or(0),
            column: position.position().unwrap_or(0),
            text: running.script.line(position).to_owned(),
            times: *times,
        })
    }
}

/// The state that a script begins with.
fn empty() -> Dynamic {
    Dynamic::from_map(Map::new())
}

/// The error itself, the function it happened in, and the place nearest to it that is known.
fn innermost<'a>(handler: &'a str, error: &'a EvalAltResult) -> (&'a str, Position, &'a EvalAltResult) {
    match error {
        EvalAltResult::ErrorInFunctionCall(function, _, inner, call) => {
            // A function of ours fails at no place of the script's but its call.
            let (function, position, error) = innermost(function, inner);
            (function, if position.is_none() { *call } else { position }, error)
        }
        error => (handler, error.position(), error),
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
    let text = text.get(..end).unwrap_or(&text);
    text.strip_prefix("Runtime error: ").unwrap_or(text).to_owned()
}

pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> ScriptError {
    ScriptError {
        file: file.display().to_string(),
        line: 0,
        column: 0,
        text: String::new(),
        message: format!("the file cannot be read: {error}"),
    }
}

pub(super) fn engine(limits: Limits, desk: &Desk, surroundings: &Surroundings) -> Engine {
    let mut engine = Engine::new();
    engine
        .set_max_operations(limits.max_operations)
        .set_max_call_levels(MOST_DEPTH)
        .set_max_expr_depths(MOST_NESTING, MOST_NESTING)
        .set_max_string_size(MOST_TEXT)
        .set_max_array_size(MOST_ENTRIES)
        .set_max_map_size(MOST_ENTRIES)
        .set_max_modules(0)
        .set_module_resolver(DummyModuleResolver::new())
        .disable_symbol("eval");
    views::register(&mut engine);
    host::register(&mut engine, desk, surroundings);
    engine
}
