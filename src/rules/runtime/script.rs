//! A rule's file, compiled.

use std::path::PathBuf;
use std::sync::Arc;

use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, Position, Scope};

use super::compile::{compiled, constants_of, parsed};
use super::imports::Imports;
use super::{failure, settings};
use crate::diagnostic::Diagnostic;
use crate::rules::effects::{CallEffects, Callback, Requests, TimerCall};
use crate::rules::handler::{self, Subscription};
use crate::rules::limits::{Limits, Surroundings};
use crate::rules::meter::Meter;
use crate::rules::sandbox;
use crate::rules::sources::{Library, RuleFile};
use crate::rules::text::Text;

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

impl Script {
    /// Compiles a rule; gives all that is wrong with it.
    pub(crate) fn compile(
        rule: &RuleFile,
        text: &Arc<str>,
        library: Library,
        limits: Limits,
        surroundings: &Surroundings,
    ) -> Result<Self, Vec<Diagnostic>> {
        let text = Text::new(&rule.path, text.clone());
        let ast = parsed(&sandbox::bare(&Meter::default()), &text)?;
        Self::of(rule, text, ast, library, limits, surroundings)
    }

    /// Compiles a rule whose text is parsed.
    pub(crate) fn of(
        rule: &RuleFile,
        text: Text,
        ast: AST,
        library: Library,
        limits: Limits,
        surroundings: &Surroundings,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (effects, meter) = (CallEffects::default(), Meter::default());
        let imports = Imports::of(&rule.path, library);
        let mut engine = sandbox::engine(&meter, &effects, surroundings);
        engine.set_module_resolver(imports.clone());
        let constants = constants_of(&engine, &meter, &text, &ast);
        let mut constants = constants.map_err(|errors| imports.errors().unwrap_or(errors))?;
        let begin = Position::new(1, 1);
        if !effects.take().is_empty() {
            let message = "only constants may stand outside of functions: put this in a handler";
            return Err(vec![text.error("rules.top_level", begin, message)]);
        }
        settings::apply(&mut constants, &rule.with, &text, &ast)?;
        imports.add_constants(&mut constants).map_err(|message| vec![text.error("rules.import", begin, message)])?;
        let wrong = handler::errors(ast.iter_functions().map(|f| (f.name, f.params.len())), &text);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let ast = compiled(&mut engine, constants, ast);
        let name = text.name.clone();
        let texts = std::iter::once(text).chain(imports.seal()).collect();
        Ok(Self { name, path: rule.path.clone(), effects, engine, meter, limits, ast, texts })
    }

    /// What it hears, with the names of the handlers.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (Subscription, Arc<str>)> {
        self.ast
            .iter_functions()
            .filter_map(|function| Some((handler::subscription(function.name)?.ok()?, function.name.into())))
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

    /// After how many operations the latest call was stopped; none if it ended by itself.
    pub(crate) fn stopped_after(&self) -> Option<u64> {
        self.meter.is_spent().then_some(self.limits.max_operations)
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

    /// Its text, and those of the files that it imports.
    pub(crate) fn texts(&self) -> &[Text] {
        &self.texts
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
