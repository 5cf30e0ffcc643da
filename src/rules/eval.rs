//! Tries expressions and handlers against one moment: what they request is shown, not done.

use std::sync::Arc;

use rhai::{AST, Dynamic, Engine, Expr, Map, Scope, Stmt};

use super::api;
use super::api::signature::Signature;
use super::chain::Chain;
use super::effects::CallEffects;
use super::limits::{Limits, Surroundings};
use super::memory::Moment;
use super::meter::Meter;
use super::runtime::compile::{compiled, constants_of, parsed};
use super::runtime::imports::Imports;
use super::runtime::{failure, settings};
use super::sandbox;
use super::sources::Sources;
use super::text::Text;
use super::views::{self, BoutView, EventView};
use crate::action::ActionVerb;
use crate::bout::Bout;
use crate::diagnostic::Diagnostic;
use crate::event::Event;
use crate::time::Time;

/// Where lines are tried, with the functions and constants of rules.
pub struct Bench {
    engine: Engine,
    meter: Meter,
    effects: CallEffects,
    limits: Limits,
    functions: AST,
    scope: Scope<'static>,
    now: Moment,
}

/// What came of a line.
#[derive(Debug)]
pub struct Evaluation {
    /// Its value as text, none where it has none; or why it failed.
    pub value: Result<Option<String>, String>,
    /// What it requested.
    pub actions: Vec<ActionVerb>,
    /// How many timers it set or cancelled.
    pub timers: usize,
}

impl Bench {
    /// A bench with the functions and constants of rules; where two have one of the same name, it is the later one's.
    ///
    /// # Errors
    /// All that is wrong with the rules.
    pub fn new(sources: &Sources, limits: Limits, surroundings: &Surroundings) -> Result<Self, Vec<Diagnostic>> {
        let (effects, meter) = (CallEffects::default(), Meter::default());
        let mut engine = sandbox::engine(&meter, &effects, surroundings);
        let mut functions = AST::empty();
        for (rule, text) in &sources.rules {
            let text = Text::new(&rule.path, text.clone());
            let imports = Imports::of(&rule.path, sources.imported.clone());
            engine.set_module_resolver(imports.clone());
            let ast = parsed(&engine, &text)?;
            let constants = constants_of(&engine, &meter, &text, &ast);
            let mut constants = constants.map_err(|errors| imports.errors().unwrap_or(errors))?;
            settings::apply(&mut constants, &rule.with, &text, &ast)?;
            functions += compiled(&mut engine, constants, ast).clone_functions_only();
        }
        effects.take();
        let mut scope = Scope::new();
        scope.push("event", Dynamic::UNIT).push("bout", BoutView(Arc::default())).push("state", Map::new());
        let now = Moment { at: Time::default(), bout: 0, round: 0 };
        Ok(Self { engine, meter, effects, limits, functions, scope, now })
    }

    /// Goes to the moment of an event.
    pub fn go_to(&mut self, event: &Arc<Event>, bout: &Arc<Bout>) {
        self.now = Moment { at: event.at, bout: bout.ordinal, round: bout.round };
        self.scope.set_value("event", EventView::new(event.clone()));
        self.scope.set_value("bout", BoutView(bout.clone()));
    }

    /// Tries a line. Variables that it declares stay; a function of a rule that it calls has the variable `state` as its
    /// `this`.
    pub fn evaluate(&mut self, line: &str) -> Evaluation {
        self.meter.begin(self.limits.max_operations);
        self.effects.begin(self.now, Chain::default(), Arc::default(), false);
        let value = self.value(line);
        let requests = self.effects.take();
        Evaluation { value, actions: requests.verbs, timers: requests.timers.len() }
    }

    fn value(&mut self, line: &str) -> Result<Option<String>, String> {
        let compile = |line: &str| self.engine.compile(line).map_err(|error| error.to_string());
        let mut ast = compile(line)?;
        let called = self.called(&ast).map(str::to_owned);
        if called.is_some() {
            ast = compile(&format!("state.{}", line.trim_start()))?;
        }
        let ast = self.functions.merge(&ast);
        let event = self.scope.get_value::<EventView>("event").filter(|_| called.as_deref() == Some("on_any"));
        if let Some(event) = &event {
            self.scope.set_value("event", event.of_any_kind());
        }
        let value = self.engine.eval_ast_with_scope::<Dynamic>(&mut self.scope, &ast);
        if let Some(event) = event {
            self.scope.set_value("event", event);
        }
        let value = value.map_err(|error| failure::in_words(&error))?;
        Ok((!value.is_unit()).then(|| shown(&value)))
    }

    /// The function of a rule that a line calls, if it does no more.
    fn called<'a>(&self, ast: &'a AST) -> Option<&'a str> {
        let call = match ast.statements() {
            [Stmt::FnCall(call, _)] => call,
            [Stmt::Expr(expression)] => match &**expression {
                Expr::FnCall(call, _) => call,
                _ => return None,
            },
            _ => return None,
        };
        let is_it = |name: &str, count: usize| name == call.name && count == call.args.len();
        let is_called = !call.is_qualified() && self.functions.iter_functions().any(|f| is_it(f.name, f.params.len()));
        is_called.then_some(call.name.as_str())
    }
}

/// The names that a line can begin with: of functions, and of what can be read of the bout.
pub fn names() -> impl Iterator<Item = String> {
    let signatures = api::MODULES.iter().flat_map(|module| module.functions).map(|function| &function.signature);
    let bout = views::BOUT.iter().map(|field| format!("bout.{}", field.name));
    signatures.filter(|signature| !signature.doc.is_empty()).map(Signature::path).chain(bout)
}

/// A value as it would stand in a script.
fn shown(value: &Dynamic) -> String {
    match value.read_lock::<rhai::ImmutableString>() {
        Some(text) => format!("{:?}", text.as_str()),
        None => views::text_of(value),
    }
}
