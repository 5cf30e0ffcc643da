//! Variables and constants: whether they exist, and what is known of each.

use rhai::{ASTFlags, ImmutableString, Namespace, Position, Stmt};

use super::advice;
use super::shape::{Shape, Value};
use super::walk::Walk;
use crate::rules::api::allowed::{Allowed, declaration};
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
        if let Some(shape) = self.variable(name) {
            return shape;
        }
        self.unknown_variable(name, at, false);
        Shape::Any
    }

    /// What is known of a variable, if there is one.
    pub(super) fn variable(&self, name: &ImmutableString) -> Option<Shape> {
        let variable = self.scope.iter().rev().find(|(known, _)| known == name.as_str()).map(|(_, shape)| shape);
        let known = variable.or_else(|| self.constants.get(name.as_str())).cloned();
        // A function's name without parentheses is the function.
        known.or_else(|| self.known.is_own_name(name).then(|| Value::Function(name.clone(), 0).into()))
    }

    /// A variable that does not exist; if a value is given to it, it may not be declared.
    pub(super) fn unknown_variable(&mut self, name: &str, at: Position, is_assigned: bool) {
        let names = || self.scope.iter().map(|(name, _)| name).chain(self.constants.keys()).map(String::as_str);
        let has_it = |(_, shape): &&(String, Shape)| match shape {
            Shape::Fields { fields, .. } => fields.iter().any(|(field, _)| field == name),
            _ => false,
        };
        let help = if self.known.has_module(name) {
            format!("write `{name}::…` with two colons")
        } else if let Some(advice) = advice::of_word(name) {
            advice.to_owned()
        } else if let Some((of, _)) = self.scope.iter().rev().find(has_it) {
            format!("did you mean `{of}.{name}`?")
        } else if self.known.has("", name) {
            format!("`{name}` is a function: write `{name}(…)`")
        } else if let Some(near) = near(name, names()).filter(|near| !is_assigned || !["event", "bout"].contains(near))
        {
            format!("did you mean `{near}`?")
        } else if is_assigned {
            advice::VARIABLE.to_owned()
        } else {
            format!("there is {}", enumerate(names()))
        };
        self.error("rules.unknown_variable", at, format!("there is no variable `{name}`"), help);
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

    /// A variable outside of functions, which handlers do not see; and a setting that does not declare what it may be.
    pub(super) fn outside(&mut self, statement: &Stmt) {
        let Stmt::Var(variable, flags, at) = statement else { return };
        if declaration(&variable.1).is_some() && Allowed::declared(&variable.1).is_none() {
            let message = "what a setting may be is written in the call itself";
            let help = r#"write for example `setting("clip", ["clip", "request"])`"#.to_owned();
            self.error("rules.setting", variable.1.start_position(), message, help);
        }
        if !flags.contains(ASTFlags::CONSTANT) {
            let name = variable.0.name.to_string();
            let message = format!("`{name}` is forgotten before a handler runs");
            self.error("rules.forgotten_variable", *at, message, "write `const`, or keep it in `this`".to_owned());
            // It is reported once.
            self.constants.insert(name, Shape::Any);
        }
    }
}
