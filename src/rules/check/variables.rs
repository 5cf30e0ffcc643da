//! Variables and constants: whether they exist, and what is known of each.

use rhai::{ASTFlags, ImmutableString, Namespace, Position, Stmt};

use super::advice;
use super::finding::Finding;
use super::shape::{Shape, Value};
use super::walk::Walk;
use crate::suggest::{enumerate, near};

/// A variable in the tree.
type Variable = (Option<std::num::NonZeroUsize>, ImmutableString, Namespace, u64);

impl Walk<'_> {
    /// A variable, or a constant of a module.
    pub(super) fn name(&mut self, variable: &Variable, at: Position) -> Shape {
        let (_, name, module, _) = variable;
        if !module.is_empty() {
            return self.constant(&module.to_string(), name, at);
        }
        if let Some((_, shape)) = self.scope.iter().rev().find(|(known, _)| known == name.as_str()) {
            return shape.clone();
        }
        if let Some(shape) = self.constants.get(name.as_str()) {
            return shape.clone();
        }
        // A function's name without parentheses is the function.
        if self.known.is_own_name(name) {
            return Value::Function(name.clone(), 0).into();
        }
        let names = || self.scope.iter().map(|(name, _)| name).chain(self.constants.keys()).map(String::as_str);
        let help = match (advice::of_word(name), near(name, names())) {
            _ if self.known.has_module(name) => format!("write `{name}::…` with two colons"),
            (Some(advice), _) => advice.to_owned(),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!("there is {}", enumerate(names())),
        };
        self.error("rules.unknown_variable", at, format!("there is no variable `{name}`"), help);
        Shape::Any
    }

    fn constant(&mut self, module: &str, name: &str, at: Position) -> Shape {
        if module != "global" {
            return Shape::Any;
        }
        if let Some(shape) = self.constants.get(name) {
            return shape.clone();
        }
        let help = match near(name, self.constants.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `global::{near}`?"),
            None => format!("write `const {name} = …;` outside of functions"),
        };
        self.error("rules.unknown_variable", at, format!("there is no constant `global::{name}`"), help);
        Shape::Any
    }

    /// A variable outside of functions: handlers do not see it.
    pub(super) fn forgotten(&mut self, statement: &Stmt) {
        let Stmt::Var(variable, flags, at) = statement else { return };
        if !flags.contains(ASTFlags::CONSTANT) {
            let name = variable.0.name.to_string();
            let message = format!("`{name}` is forgotten before a handler runs");
            self.error("rules.forgotten_variable", *at, message, "write `const`, or keep it in `this`");
            // It is reported once.
            self.constants.insert(name, Shape::Any);
        }
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        at: Position,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.findings.push(Finding::error(code, at, message).help(help));
    }
}
