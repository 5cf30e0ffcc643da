//! Walks a script's tree, with what is known of each variable, and finds what would fail.

use std::collections::HashMap;
use std::sync::Arc;

use rhai::{AST, ASTNode, ImmutableString, Module, Position, ScriptFuncDef, Shared, Stmt};

use super::checker::Checker;
use super::functions::Known;
use super::model;
use super::names::ObsItem;
use super::scope::{self, Constants, Uses};
use super::shape::Shape;
use super::words::Words;
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::Kind;
use crate::rules::text::Text;

/// A script that is to be walked.
pub(super) struct Script<'a> {
    pub(super) ast: &'a AST,
    /// Whether all of it could be read; if not, it is not known how its functions are called.
    pub(super) is_whole: bool,
    pub(super) text: &'a Text,
}

/// What `this` is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum This {
    /// Nothing: outside of functions, and in a function that is called by its name alone.
    Nothing,
    /// The rule's state, or the value that a function is called on.
    Value,
}

/// What a walk knows at a place of a script, and what it has found so far.
pub(super) struct Walk<'a> {
    pub(super) script: Script<'a>,
    pub(super) checker: &'a Checker,
    pub(super) known: &'a Known<'a>,
    /// Known everywhere, by their names and as `global::…`.
    pub(super) constants: Constants,
    pub(super) uses: Uses,
    /// The functions, by their names; those without one, too.
    pub(super) bodies: HashMap<ImmutableString, Shared<ScriptFuncDef>>,
    pub(super) scope: Vec<(String, Shape)>,
    pub(super) this: This,
    /// Whether a failure would be caught, so that it is none to report.
    pub(super) catches: bool,
    pub(super) words: Words,
    /// What was found out about functions that do not exist, by what is reported of them: it takes long.
    pub(super) unknown: HashMap<String, Option<String>>,
    pub(super) findings: Vec<Diagnostic>,
    /// What is named in OBS, by which instance, and where.
    pub(super) named: Vec<(ObsItem, Option<String>, Position)>,
}

impl<'a> Walk<'a> {
    /// Walks a script's functions and what stands outside of them.
    pub(super) fn of(
        script: Script<'a>,
        checker: &'a Checker,
        known: &'a Known<'a>,
        constants: &Constants,
        uses: Uses,
    ) -> Self {
        let ast = script.ast;
        let functions = || ast.shared_lib().iter_script_fn_info().map(|(.., function)| function.clone());
        let mut walk = Self {
            script,
            checker,
            known,
            constants: constants.clone(),
            uses,
            bodies: functions().map(|function| (function.name.clone(), function)).collect(),
            scope: Vec::new(),
            this: This::Nothing,
            catches: false,
            words: Words::default(),
            unknown: HashMap::new(),
            findings: Vec::new(),
            named: Vec::new(),
        };
        for statement in ast.statements() {
            walk.statement(statement);
            walk.outside(statement);
        }
        walk.scope.clear();
        for function in functions().filter(|function| !function.name.starts_with("anon$")) {
            walk.function(function);
        }
        walk
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        at: Position,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        let help = help.into();
        self.findings.push(Diagnostic { help, ..self.script.text.error(code, at, message) });
    }

    pub(super) fn warning(
        &mut self,
        code: &'static str,
        at: Position,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        self.error(code, at, message, help);
        if let Some(finding) = self.findings.last_mut() {
            finding.severity = Severity::Warning;
        }
    }

    fn function(&mut self, function: Shared<ScriptFuncDef>) {
        let handler = function.name.strip_prefix("on_");
        let given = match handler {
            Some("start") => vec![model::bout()],
            Some(kind) => vec![model::event(kind.parse::<Kind>().ok()), model::bout()],
            None => Vec::new(),
        };
        let called_on_a_value = self.uses.methods.contains(function.name.as_str());
        let sees_this = handler.is_some() || called_on_a_value || !self.script.is_whole;
        self.this = if sees_this { This::Value } else { This::Nothing };
        self.enter(function, given);
    }

    /// Walks a function's body; what its parameters are like is known of the first ones.
    fn enter(&mut self, function: Shared<ScriptFuncDef>, given: Vec<Shape>) {
        let given = given.into_iter().chain(std::iter::repeat(Shape::Any));
        let parameters = function.params.iter().zip(given);
        let parameters: Vec<_> = parameters.map(|(name, shape)| self.uses.variable(name, shape)).collect();
        let outside = std::mem::replace(&mut self.scope, parameters);
        // Rhai shows the statements of a function only by a walk through a tree that has it.
        let mut alone = Module::new();
        alone.set_script_fn(function);
        AST::new([], alone).walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                self.statement(statement);
            }
            true
        });
        self.scope = outside;
    }

    /// Walks the statements of a block; gives what is known of its value.
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Shape {
        let depth = self.scope.len();
        let mut value = Shape::Any;
        for statement in statements {
            value = self.statement(statement);
        }
        self.scope.truncate(depth);
        value
    }

    fn statement(&mut self, statement: &Stmt) -> Shape {
        match statement {
            Stmt::Expr(expression) => return self.expression(expression),
            Stmt::FnCall(call, at) => return self.call(call, *at),
            Stmt::Block(block) => return self.block(block.statements()),
            Stmt::If(flow, _) => {
                self.expression(&flow.expr);
                let (then, otherwise) = (self.block(flow.body.statements()), self.block(flow.branch.statements()));
                return then.or(otherwise);
            }
            Stmt::Switch(switch, at) => {
                let value = self.expression(&switch.0);
                self.arms(&value, switch, *at);
                let arms = switch.1.expressions.iter().map(|case| {
                    self.expression(&case.lhs);
                    self.expression(&case.rhs)
                });
                return arms.reduce(Shape::or).unwrap_or(Shape::Any);
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.expression(&flow.expr);
                self.block(flow.body.statements());
            }
            Stmt::For(parts, _) => {
                let (name, counter, flow) = &**parts;
                let each = self.expression(&flow.expr).item();
                let depth = self.scope.len();
                self.scope.push(self.uses.variable(&name.name, each));
                self.scope.extend(counter.as_ref().map(|counter| (counter.name.to_string(), Shape::Any)));
                self.block(flow.body.statements());
                self.scope.truncate(depth);
            }
            Stmt::Var(variable, ..) => {
                let shape = self.expression(&variable.1);
                self.scope.push(self.uses.variable(&variable.0.name, shape));
            }
            Stmt::Assignment(assignment) => {
                self.expression(&assignment.1.rhs);
                self.target(&assignment.1.lhs);
            }
            Stmt::TryCatch(flow, _) => {
                let catches = std::mem::replace(&mut self.catches, true);
                self.block(flow.body.statements());
                self.catches = catches;
                let depth = self.scope.len();
                self.scope.extend(scope::root(&flow.expr).map(|name| (name.to_owned(), Shape::Any)));
                self.block(flow.branch.statements());
                self.scope.truncate(depth);
            }
            Stmt::Return(value, ..) | Stmt::BreakLoop(value, ..) => {
                if let Some(value) = value {
                    self.expression(value);
                }
                // It goes on elsewhere: there is no value.
                return Shape::OneOf(Arc::new([]));
            }
            Stmt::Import(import, _) => {
                self.expression(&import.0);
            }
            _ => {}
        }
        Shape::Any
    }

    /// A closure, with what is known of the variables that it takes along.
    pub(super) fn closure(&mut self, name: &str, taken: Vec<Shape>) {
        let Some(function) = self.bodies.get(name).cloned() else { return };
        let this = std::mem::replace(&mut self.this, This::Value);
        self.enter(function, taken);
        self.this = this;
    }
}
