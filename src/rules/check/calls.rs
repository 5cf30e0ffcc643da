//! Names: variables, and functions with their arguments.

use std::collections::BTreeSet;

use rhai::{Expr, FnCallExpr, ImmutableString, Namespace, Position};

use super::walk::{MAX_NAMES, Walk};
use crate::rules::check::Found;
use crate::rules::check::shape::Shape;
use crate::rules::check::value::Value;
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
        let names = || self.scope.iter().map(|(name, _)| name).chain(self.constants.keys()).map(String::as_str);
        let help = match near(name, names()) {
            _ if self.known.has_module(name) => format!("write `{name}::…` with two colons"),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is {}", enumerate(names())),
        };
        self.found.push(Found::new(at, format!("there is no variable `{name}`")).help(help));
        Shape::Any
    }

    fn constant(&mut self, module: &str, name: &str, at: Position) -> Shape {
        if module != "global" {
            return Shape::Any;
        }
        if let Some(shape) = self.constants.get(name) {
            return shape.clone();
        }
        let names = || self.constants.keys().map(String::as_str);
        let help = match near(name, names()) {
            Some(near) => format!("did you mean `global::{near}`?"),
            None => format!("write `const {name} = …;` outside of functions"),
        };
        self.found.push(Found::new(at, format!("there is no constant `global::{name}`")).help(help));
        Shape::Any
    }

    /// A call of a function by its name.
    pub(super) fn call(&mut self, call: &FnCallExpr, at: Position) -> Shape {
        // A closure that takes variables along is a call that puts the two together.
        if let ("curry", [Expr::DynamicConstant(function, _), taken @ ..]) = (call.name.as_str(), &call.args[..])
            && let Some(function) = function.read_lock::<rhai::FnPtr>()
        {
            let taken = taken.iter().map(|variable| self.expression(variable)).collect();
            self.closure(function.fn_name(), taken);
            return Shape::Any;
        }
        let arguments: Vec<_> = call.args.iter().map(|argument| self.expression(argument)).collect();
        self.compared(call, &arguments);
        if call.is_operator_call() {
            return Shape::Any;
        }
        let module = call.namespace.to_string();
        let unread = |first: &str| self.aliases.contains(first) && !self.known.has_module(&module);
        let unread = call.namespace.path.first().is_some_and(|first| unread(first.name.as_str()));
        let variable = || self.scope.iter().any(|(name, _)| name == call.name.as_str());
        if !unread && !(module.is_empty() && (variable() || is_of_pointers(&call.name))) {
            self.exists(&module, &call.name, call.args.len(), 0, at);
            self.tried(&module, call, &arguments, at);
        }
        if let ("Fn", [Expr::StringConstant(name, at)]) = (call.name.as_str(), &call.args[..])
            && self.known.counts("", name).is_none()
        {
            self.unknown("", name, *at);
        }
        if module != "obs" {
            return Shape::Any;
        }
        if call.name == "on" {
            let instance = arguments.first().and_then(Shape::value).and_then(Value::text).map(str::to_owned);
            return Shape::Obs { instance };
        }
        let at = call.args.first().map_or(at, Expr::start_position);
        self.names(&call.name, &arguments, None, at);
        Shape::Any
    }

    /// A call of a function on a value.
    pub(super) fn method(&mut self, base: &Shape, call: &FnCallExpr, at: Position) -> Shape {
        let arguments: Vec<_> = call.args.iter().map(|argument| self.expression(argument)).collect();
        if !is_of_pointers(&call.name) && !self.properties.contains(call.name.as_str()) {
            self.exists("", &call.name, call.args.len(), 1, at);
        }
        if let Shape::Obs { .. } = base {
            // One OBS does what all of them do.
            self.tried("obs", call, &arguments, at);
            let at = call.args.first().map_or(at, Expr::start_position);
            self.names(&call.name, &arguments, Some(base), at);
        }
        Shape::Any
    }

    /// Looks whether there is a function of that name with so many arguments, and `before` more in front of the dot.
    fn exists(&mut self, module: &str, name: &str, given: usize, before: usize, at: Position) {
        let Some(mut counts) = self.known.counts(module, name) else { return self.unknown(module, name, at) };
        // A script's own function has no argument for what it is called on.
        if counts.contains(&(given + before)) || (before > 0 && self.is_own(name, given)) {
            return;
        }
        let elsewhere =
            || self.known.modules().any(|other| self.known.counts(other, name).is_some_and(|c| c.contains(&given)));
        if before == 0 && module.is_empty() && elsewhere() {
            return self.unknown(module, name, at);
        }
        counts.retain(|count| *count >= before);
        let full = written(module, name);
        let takes = match counts[..] {
            [] => return self.unknown(module, name, at),
            [0] => "no arguments".to_owned(),
            [only] if only - before == 1 => "1 argument".to_owned(),
            _ => {
                let counts: Vec<_> = counts.iter().map(|count| (count - before).to_string()).collect();
                format!("{} arguments", counts.join(" or "))
            }
        };
        let found = Found::new(at, format!("`{full}` takes {takes}, not {given}"));
        let written =
            |parameters: &Vec<String>| format!("{full}({})", parameters.get(before..).unwrap_or_default().join(", "));
        let forms: BTreeSet<_> = self.known.parameters(module, name).map(written).collect();
        self.found.push(if forms.is_empty() || forms.len() > MAX_NAMES {
            found
        } else {
            found.help(format!("write {}", enumerate(forms.iter().map(String::as_str)).replace(" and ", " or ")))
        });
    }

    fn is_own(&self, name: &str, parameters: usize) -> bool {
        self.asts
            .iter()
            .flat_map(|ast| ast.iter_functions())
            .any(|function| function.name == name && function.params.len() == parameters)
    }

    fn unknown(&mut self, module: &str, name: &str, at: Position) {
        let found = Found::new(at, format!("there is no function `{}`", written(module, name)));
        let modules: Vec<_> = self.known.modules().collect();
        let elsewhere = modules.iter().find(|other| self.known.counts(other, name).is_some());
        let help = if let Some(other) = elsewhere {
            Some(format!("did you mean `{other}::{name}`?"))
        } else if let Some(near) = near(name, self.known.names(module)) {
            Some(format!("did you mean `{}`?", written(module, near)))
        } else if module.is_empty() {
            None
        } else if modules.contains(&module) {
            Some(format!("`{module}` has {}", enumerate(self.known.names(module))))
        } else {
            match near(module, modules.iter().copied()) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => Some(format!("there are the modules {}", enumerate(modules.iter().copied()))),
            }
        };
        self.found.push(match help {
            Some(help) => found.help(help),
            None => found,
        });
    }
}

/// Whether a function belongs to what holds a function.
fn is_of_pointers(name: &str) -> bool {
    matches!(name, "call" | "curry")
}

pub(crate) fn written(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}
