//! A rule's file, compiled.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, Module, Position, Scope, Shared};
use strum::IntoEnumIterator;

use super::failure;
use super::imports::Imports;
use super::settings::{self, Constants};
use crate::event::Kind;
use crate::rules::effects::{CallEffects, Callback, Requests, TimerCall};
use crate::rules::meter::Meter;
use crate::rules::sources::{Library, RuleFile};
use crate::rules::{Limits, Surroundings, sandbox};

/// Operations that a script's constants may take.
pub(crate) const MAX_TOP_LEVEL_OPERATIONS: u64 = 100_000;

/// What a function of a script answers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscription {
    /// `on_<kind>`
    Kind(Kind),
    /// `on_any`
    Any,
    /// `on_start`
    Start,
}

/// A compiled rule, in an engine of its own.
pub(crate) struct Script {
    /// The file's name without its folder, as it stands in actions and errors.
    pub(crate) name: Arc<str>,
    /// Where the file lies.
    pub(crate) path: PathBuf,
    pub(crate) effects: CallEffects,
    engine: Engine,
    meter: Meter,
    limits: Limits,
    ast: AST,
    /// Its text, and those of the files that it imports.
    texts: Vec<Text>,
}

/// The text of a file.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// The file's name without its folder.
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
}

/// What is wrong with a rule's text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The file as it was given.
    pub file: String,
    /// Line from 1; 0 when it is not known.
    pub line: usize,
    /// Column from 1; 0 when it is not known.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for ScriptError {}

impl Text {
    pub(crate) fn new(file: &Path, text: Arc<str>) -> Self {
        Self { name: Self::name_of(file), text }
    }

    pub(crate) fn name_of(file: &Path) -> Arc<str> {
        file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy()).into()
    }

    /// An error at a place of it.
    pub(crate) fn error(&self, file: &Path, position: Position, message: String) -> ScriptError {
        ScriptError {
            file: file.display().to_string(),
            line: position.line().unwrap_or(0),
            column: position.position().unwrap_or(0),
            text: self.line(position).to_owned(),
            message,
        }
    }

    /// The line at a position.
    pub(crate) fn line(&self, position: Position) -> &str {
        position.line().and_then(|line| self.text.lines().nth(line.saturating_sub(1))).unwrap_or_default()
    }

    /// Where a function is defined; Rhai does not tell.
    pub(crate) fn position_of(&self, function: &str) -> Position {
        for (number, line) in (1u16..).zip(self.text.lines()) {
            let defined = line.split("fn ").skip(1).any(|rest| {
                rest.trim_start().strip_prefix(function).is_some_and(|rest| rest.trim_start().starts_with('('))
            });
            if defined {
                let column = line.find(function).map_or(0, |byte| line[..byte].chars().count() + 1);
                return Position::new(number, u16::try_from(column).unwrap_or(u16::MAX));
            }
        }
        Position::NONE
    }
}

impl Script {
    /// Compiles a rule; gives all that is wrong with it.
    pub(crate) fn compile(
        rule: &RuleFile,
        text: &Arc<str>,
        library: Library,
        limits: Limits,
        surroundings: &Surroundings,
    ) -> Result<Self, Vec<ScriptError>> {
        let file = &*rule.path;
        let text = Text::new(file, text.clone());
        let (effects, meter) = (CallEffects::default(), Meter::default());
        let imports = Imports::of(file, library);
        let mut engine = sandbox::engine(&meter, &effects, surroundings);
        engine.set_module_resolver(imports.clone());
        let mut constants = constants_of(&engine, &meter, file, &text, &imports)?;
        let asked = effects.take();
        if !asked.verbs.is_empty() || !asked.timers.is_empty() {
            let message = "only constants may stand outside of functions: put this in a handler";
            return Err(vec![text.error(file, Position::new(1, 1), message.into())]);
        }
        settings::apply(&mut constants, &rule.with, &text.name)?;
        settings::used_by_others(&rule.with, file, &text)?;
        if let Err(message) = imports.add_constants(&mut constants) {
            return Err(vec![text.error(file, Position::new(1, 1), message)]);
        }
        let ast = compiled(&mut engine, constants, file, &text)?;
        let wrong = wrong_handlers(&ast, file, &text);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let name = text.name.clone();
        let texts = std::iter::once(text).chain(imports.seal()).collect();
        Ok(Self { name, path: file.to_owned(), effects, engine, meter, limits, ast, texts })
    }

    /// What it hears, with the names of the handlers.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (Subscription, Arc<str>)> {
        self.ast.iter_functions().filter_map(|function| Some((hears(function.name)?.ok()?, function.name.into())))
    }

    /// Calls one of its functions.
    pub(crate) fn call(
        &self,
        state: &mut Dynamic,
        function: &str,
        arguments: impl FuncArgs,
    ) -> (Requests, Result<(), Box<EvalAltResult>>) {
        self.meter.begin(self.limits.max_operations);
        // Only imports have to be made anew: constants are part of the functions.
        let imports = self.texts.len() > 1;
        let options = CallFnOptions::new().bind_this_ptr(state).eval_ast(imports);
        let mut scope = Scope::new();
        let result = self.engine.call_fn_with_options::<Dynamic>(options, &mut scope, &self.ast, function, arguments);
        (self.effects.take(), result.map(drop))
    }

    /// Whether it has the function that is to be called later; Rhai finds no functions of imported files by their names.
    pub(crate) fn can_make(&self, call: &TimerCall) -> Result<(), String> {
        let TimerCall::Wait { call: Callback { function, arguments }, .. } = call else { return Ok(()) };
        let mut own = self.ast.iter_functions().filter(|own| *own.name == **function).peekable();
        if own.peek().is_none() {
            let function = failure::name_of(function);
            return Err(format!(
                "what {function} is to do must stand in the rule's own file, not in one that it imports"
            ));
        }
        if own.all(|own| own.params.len() != arguments.len()) {
            return Err(format!("a timer gives `{function}` no arguments, and it takes some"));
        }
        Ok(())
    }

    /// Whether a value is within the limits.
    pub(crate) fn fits(&self, value: &Dynamic) -> bool {
        self.engine.ensure_data_size_within_limits(value).is_ok()
    }

    /// Its text, or that of the file of this name that it imports.
    pub(crate) fn text(&self, source: Option<&str>) -> Option<&Text> {
        let own = self.texts.first();
        source.and_then(|source| self.texts.iter().find(|text| *text.name == *source)).or(own)
    }

    /// The name that a function without one, of the script before, has here, if it is still there: the one that begins
    /// with the same line, or, where there are as many, the one that stands in its place.
    pub(crate) fn successor(&self, before: &Self, function: &str, parameters: usize) -> Option<String> {
        let (old, new) = (before.functions(), self.functions());
        let found = if function.starts_with("anon$") {
            let unnamed = |functions: &[Function]| -> Vec<Function> {
                functions.iter().filter(|function| function.name.starts_with("anon$")).cloned().collect()
            };
            let (old, new) = (unnamed(&old), unnamed(&new));
            let index = old.iter().position(|old| old.name == function)?;
            let same = |at: &Function| at.begins == old[index].begins;
            let nth = old[..index].iter().filter(|old| same(old)).count();
            let in_its_place = if old.len() == new.len() { new.get(index) } else { None };
            new.iter().filter(|new| same(new)).nth(nth).or(in_its_place).cloned()
        } else {
            new.into_iter().find(|new| new.name == function && new.parameters == parameters)
        };
        found.filter(|found| found.parameters == parameters).map(|found| found.name)
    }

    /// Its functions, as they stand in the text.
    fn functions(&self) -> Vec<Function> {
        let Some(text) = self.texts.first() else { return Vec::new() };
        let mut functions: Vec<_> = self
            .ast
            .shared_lib()
            .iter_script_fn_info()
            .map(|(_, _, name, parameters, function)| {
                let at = function.body.start_position();
                let column = at.position().unwrap_or(1).saturating_sub(1);
                let line: String = text.line(at).chars().skip(column).collect();
                // What closes the functions around it may stand elsewhere.
                let begins = line.trim_end_matches([' ', '\t', ';', ')', '}']).to_owned();
                (at, Function { name: name.to_owned(), parameters, begins })
            })
            .collect();
        functions.sort_by_key(|(at, _)| *at);
        functions.into_iter().map(|(_, function)| function).collect()
    }
}

/// A function of a script.
#[derive(Clone)]
struct Function {
    name: String,
    parameters: usize,
    /// What its first line says.
    begins: String,
}

/// The constants of a script: what stands outside of its functions runs once, with what it imports.
pub(crate) fn constants_of(
    engine: &Engine,
    meter: &Meter,
    file: &Path,
    text: &Text,
    imports: &Imports,
) -> Result<Constants, Vec<ScriptError>> {
    let ast = engine.compile(&*text.text).map_err(|e| vec![text.error(file, e.1, e.0.to_string())])?;
    let mut scope = Scope::new();
    meter.begin(MAX_TOP_LEVEL_OPERATIONS);
    if let Err(error) = engine.run_ast_with_scope(&mut scope, &ast) {
        let wrong = imports.wrong();
        let own = || vec![text.error(file, error.position(), failure::in_words(&error))];
        return Err(if wrong.is_empty() { own() } else { wrong });
    }
    let mut constants = Constants::new();
    for (name, is_constant, value) in scope.iter() {
        if !is_constant {
            let message = format!("`{name}` is forgotten before a handler runs: write `const`, or keep it in `this`");
            let at = Text::let_of(text, name);
            return Err(vec![text.error(file, at, message)]);
        }
        constants.push((name.to_owned(), value));
    }
    Ok(constants)
}

/// Compiles a script whose functions know its constants by their names, and as `global::NAME`.
pub(crate) fn compiled(
    engine: &mut Engine,
    constants: Constants,
    file: &Path,
    text: &Text,
) -> Result<AST, Vec<ScriptError>> {
    let mut module = Module::new();
    for (name, value) in constants {
        module.set_var(name, value);
    }
    module.build_index();
    let module: Shared<Module> = module.into();
    engine.register_global_module(module.clone());
    engine.register_static_module("global", module);
    let mut ast = engine.compile(&*text.text).map_err(|e| vec![text.error(file, e.1, e.0.to_string())])?;
    ast.set_source(&*text.name);
    Ok(ast)
}

impl Text {
    /// Where a variable is declared.
    fn let_of(&self, name: &str) -> Position {
        for (number, line) in (1u16..).zip(self.text.lines()) {
            let rest = line.trim_start().strip_prefix("let ").and_then(|rest| rest.trim_start().strip_prefix(name));
            if rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')) {
                let column = line.chars().take_while(|c| c.is_whitespace()).count() + 1;
                return Position::new(number, u16::try_from(column).unwrap_or(u16::MAX));
            }
        }
        Position::NONE
    }
}

/// The kind of event whose name is most like a text, if any is.
pub fn near_kind(text: &str) -> Option<Kind> {
    let likeness = |kind: Kind| strsim::jaro_winkler(kind.into(), text);
    Kind::iter()
        .map(|kind| (likeness(kind), kind))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, kind)| kind)
}

/// What a function hears, if its name is that of a handler; the name of an event that does not exist is an error.
fn hears(name: &str) -> Option<Result<Subscription, &str>> {
    let kind = name.strip_prefix("on_")?;
    Some(match kind {
        "any" => Ok(Subscription::Any),
        "start" => Ok(Subscription::Start),
        kind => kind.parse().map(Subscription::Kind).map_err(|_| kind),
    })
}

/// What is wrong with functions whose names begin as those of handlers do.
fn wrong_handlers(ast: &AST, file: &Path, text: &Text) -> Vec<ScriptError> {
    let mut wrong: Vec<_> = ast
        .iter_functions()
        .filter_map(|function| {
            let message = wrong_handler(function.name, function.params.len())?;
            Some(text.error(file, text.position_of(function.name), message))
        })
        .collect();
    wrong.sort_by_key(|error| (error.line, error.column));
    wrong
}

pub(crate) fn wrong_handler(name: &str, parameters: usize) -> Option<String> {
    match hears(name)? {
        Err(kind) => {
            let hint = near_kind(kind).map_or_else(String::new, |near| format!(": did you mean `on_{near}`?"));
            Some(format!("there is no event `{kind}`{hint}"))
        }
        Ok(Subscription::Start) => {
            (parameters != 1).then(|| "this handler takes one parameter: fn on_start(bout)".to_owned())
        }
        Ok(_) => (parameters != 2).then(|| format!("a handler takes two parameters: fn {name}(event, bout)")),
    }
}
