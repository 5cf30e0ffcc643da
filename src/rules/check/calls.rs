//! Calls: whether there is such a function with so many arguments, and what it names in OBS.

use std::collections::BTreeSet;

use rhai::{Expr, FnCallExpr, FnPtr, Position};

use super::functions::{self, Form};
use super::names::{self, ObsItem};
use super::shape::{Shape, Value};
use super::walk::Walk;
use crate::rules::api::signature::path;
use crate::suggest::{enumerate, near};

/// For how many unknown functions a near name is looked for.
const MAX_ADVICE: usize = 200;

impl Walk<'_> {
    /// A call of a function by its name.
    pub(super) fn call(&mut self, call: &FnCallExpr, at: Position) -> Shape {
        // A closure that captures variables is a call that joins the two.
        if let ("curry", [Expr::DynamicConstant(function, _), taken @ ..]) = (call.name.as_str(), &call.args[..])
            && let Some(function) = function.read_lock::<FnPtr>()
        {
            let taken: Vec<_> = taken.iter().map(|variable| self.expression(variable)).collect();
            let value = Value::Function(function.fn_name().into(), taken.len());
            self.closure(function.fn_name(), taken);
            return value.into();
        }
        let arguments: Vec<_> = call.args.iter().map(|argument| self.expression(argument)).collect();
        self.compared(call, &arguments, at);
        if call.is_operator_call() {
            return Shape::Any;
        }
        let module = call.namespace.to_string();
        let is_unread = |first: &str| self.uses.aliases.contains(first) && !self.known.has_module(&module);
        let is_unread = call.namespace.path.first().is_some_and(|first| is_unread(first.name.as_str()));
        let is_variable = || self.scope.iter().any(|(name, _)| name == call.name.as_str());
        if !is_unread && !(module.is_empty() && (is_variable() || is_of_pointers(&call.name))) {
            self.exists(&module, &call.name, call.args.len(), 0, at);
            self.arguments(&module, call, &arguments, at);
        }
        if let ("Fn", [Expr::StringConstant(name, at)]) = (call.name.as_str(), &call.args[..]) {
            if !self.known.has("", name) {
                self.unknown("", name, *at);
            }
            return Value::Function(name.clone(), 0).into();
        }
        if module == "obs" {
            if call.name == "on" {
                return Shape::Obs { instance: arguments.first().and_then(Shape::text).map(str::to_owned) };
            }
            self.names(call, &arguments, None, at);
        }
        Shape::Any
    }

    /// A call of a function on a value.
    pub(super) fn method(&mut self, base: &Shape, call: &FnCallExpr, at: Position) -> Shape {
        let arguments: Vec<_> = call.args.iter().map(|argument| self.expression(argument)).collect();
        if !is_of_pointers(&call.name) && !self.uses.properties.contains(call.name.as_str()) {
            self.exists("", &call.name, call.args.len(), 1, at);
        }
        if let Shape::Obs { .. } = base {
            // One OBS does what all of them do.
            self.arguments("obs", call, &arguments, at);
            self.names(call, &arguments, Some(base), at);
        }
        Shape::Any
    }

    /// Notes what a function of `obs` names; `on` is what it is called on, where it is called on one OBS.
    fn names(&mut self, call: &FnCallExpr, arguments: &[Shape], on: Option<&Shape>, at: Position) {
        let form = functions::signature("obs", &call.name).and_then(|signature| signature.form(arguments.len()));
        let mut items = form.map_or_else(Vec::new, |form| names::of_call(&call.name, form, arguments));
        let instance = match on {
            Some(Shape::Obs { instance: Some(instance) }) => Some(instance.clone()),
            // It is not known which OBS must have it.
            Some(_) if !items.is_empty() => {
                items = vec![ObsItem::Unknown];
                None
            }
            _ => None,
        };
        let at = call.args.first().map_or(at, Expr::start_position);
        for item in items {
            let named = (item, instance.clone(), at);
            if self.named.last() != Some(&named) {
                self.named.push(named);
            }
        }
    }

    /// Looks whether there is a function of that name with so many arguments, and `before` more in front of the dot.
    fn exists(&mut self, module: &str, name: &str, given: usize, before: usize, at: Position) {
        if !self.known.has(module, name) {
            return self.unknown(module, name, at);
        }
        // A script's own function has no argument for what it is called on.
        let takes = |form: &Form| form.count == given + before;
        if self.known.forms(module, name).any(takes) || (before > 0 && self.known.is_own(name, given)) {
            return;
        }
        let has_form = |other| self.known.forms(other, name).any(|form: &Form| form.count == given);
        if before == 0 && module.is_empty() && self.known.modules().any(has_form) {
            return self.unknown(module, name, at);
        }
        let counts: BTreeSet<_> = self.known.forms(module, name).filter_map(|f| f.count.checked_sub(before)).collect();
        let full = path(module, name);
        let takes = match counts.iter().copied().collect::<Vec<_>>()[..] {
            [] => return self.unknown(module, name, at),
            [0] if before == 0 => "no arguments".to_owned(),
            [1] => "1 argument".to_owned(),
            _ => {
                let counts: Vec<_> = counts.iter().map(usize::to_string).collect();
                format!("{} arguments", counts.join(" or "))
            }
        };
        let help = self.known.calls(module, name, before);
        let message = format!("`{full}` takes {takes}, not {given}");
        self.error("rules.argument_count", at, message, help);
    }

    fn unknown(&mut self, module: &str, name: &str, at: Position) {
        let message = format!("there is no function `{}`", path(module, name));
        let help = match self.unknown.get(&message) {
            Some(help) => help.clone(),
            None if self.unknown.len() >= MAX_ADVICE => None,
            None => self.advice(module, name),
        };
        self.unknown.insert(message.clone(), help.clone());
        self.error("rules.unknown_function", at, message, help);
    }

    /// What may have been meant by a function that does not exist.
    fn advice(&self, module: &str, name: &str) -> Option<String> {
        let known = self.known;
        let elsewhere = known.modules().find(|other| known.has(other, name));
        if let Some(other) = elsewhere {
            Some(format!("did you mean `{other}::{name}`?"))
        } else if let Some(near) = near(name, known.names(module)) {
            Some(format!("did you mean `{}`?", path(module, near)))
        } else if module.is_empty() {
            super::advice::of_word(name).map(str::to_owned)
        } else if known.has_module(module) {
            Some(format!("`{module}` has {}", enumerate(known.names(module))))
        } else {
            match near(module, known.modules()) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => Some(format!("there are the modules {}", enumerate(known.modules()))),
            }
        }
    }
}

/// Whether a function belongs to what holds a function.
fn is_of_pointers(name: &str) -> bool {
    matches!(name, "call" | "curry")
}
