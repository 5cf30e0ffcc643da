//! Calls that fail whatever is known only when the rule runs.

use std::collections::BTreeSet;

use rhai::{Expr, FnCallExpr, Position};

use super::Walk;
use crate::rules::check::Found;
use crate::rules::check::calls::written;
use crate::rules::check::shape::Shape;
use crate::rules::check::trial::{Argument, Refused};
use crate::rules::check::value::{Value, sort_of};
use crate::suggest::{enumerate, near};

impl Walk<'_> {
    /// Looks whether a function of the engine takes what it is called with.
    pub(in crate::rules::check) fn tried(&mut self, module: &str, call: &FnCallExpr, shapes: &[Shape], at: Position) {
        if self.catches {
            return;
        }
        let Some(types) = self.known.types(module, &call.name) else { return };
        if !types.iter().any(|types| types.len() == call.args.len()) {
            return;
        }
        let name = written(module, &call.name);
        let arguments = shapes.iter().zip(&call.args).map(|(shape, written)| match shape.value() {
            // A setting that is not wanted: before it is used, it is looked at.
            Some(value) if value.is_off() && Value::literal(written).is_none() => Argument::Unknown,
            _ => Argument::of(shape),
        });
        let arguments: Vec<_> = arguments.collect();
        let Some(refused) = self.checker.try_call(&name, &arguments) else { return };
        let at = refused.argument.and_then(|number| call.args.get(number)).map_or(at, |argument| {
            let of_entry = refused.entry.as_deref().and_then(|entry| entry_of(argument, entry));
            of_entry.unwrap_or_else(|| argument.start_position())
        });
        let found = match &refused.says {
            Some(says) => said(at, says, &refused, shapes),
            None => self.types(at, module, call, &refused, shapes),
        };
        self.found.push(found);
    }

    /// That a function does not take values of such types.
    fn types(&self, at: Position, module: &str, call: &FnCallExpr, refused: &Refused, shapes: &[Shape]) -> Found {
        let name = written(module, &call.name);
        let of_all = self.known.types(module, &call.name).into_iter().flatten();
        let fitting = of_all.filter(|types| types.len() == shapes.len());
        let forms = self.known.parameters(module, &call.name).filter(|names| names.len() == shapes.len());
        let forms: Vec<_> = forms.collect();
        let given = refused.argument.and_then(|number| Some((number, shapes.get(number)?.value()?.sort())));
        let found = match given {
            Some((number, given)) => {
                let sorts: BTreeSet<_> = fitting.filter_map(|types| sort_of(*types.get(number)?)).collect();
                let takes = sorts.into_iter().collect::<Vec<_>>().join(" or ");
                let takes = if takes.is_empty() { "something else".to_owned() } else { takes };
                Found::new(at, format!("`{name}` takes {takes} here, not {given}"))
            }
            None => Found::new(at, format!("`{name}` takes other sorts of values")),
        };
        let is_module = module.is_empty() && self.known.has_module(&name);
        let is_duration = |number| {
            let mut names = forms.iter().filter_map(|names| names.get::<usize>(number));
            names.any(|name| matches!(name.as_str(), "wait" | "duration"))
        };
        if is_module {
            found.help(format!("`{name}` has {}", enumerate(self.known.names(&name))))
        } else if refused.argument.is_some_and(is_duration) {
            found.help("write a duration: \"500ms\", \"2s\" or \"1m\"")
        } else if forms.is_empty() {
            found
        } else {
            let forms: Vec<_> = forms.iter().map(|names| format!("`{name}({})`", names.join(", "))).collect();
            found.help(format!("write {}", forms.join(" or ")))
        }
    }
}

/// What a function says, with what to do about it as help.
fn said(at: Position, says: &str, refused: &Refused, shapes: &[Shape]) -> Found {
    let parts = says.split_once(": ").or_else(|| says.split_once("; "));
    if let Some((message, help)) = parts {
        return Found::new(at, message).help(help);
    }
    if let Some((message, right)) = says.split_once(", and must be ") {
        return Found::new(at, message).help(format!("write {right}"));
    }
    let text = || Some(shapes.get(refused.argument?)?.value()?.text()?.to_owned());
    let given = refused.entry.clone().or_else(text);
    let found = Found::new(at, says);
    let words = says.split(|c: char| !c.is_alphanumeric() && c != '_');
    let words = words.filter(|word| given.as_deref() != Some(word));
    match given.as_deref().and_then(|given| near(given, words)) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found,
    }
}

/// Where the entry of a map stands.
fn entry_of(map: &Expr, name: &str) -> Option<Position> {
    let Expr::Map(map, _) = map else { return None };
    map.0.iter().find(|(entry, _)| entry.name == name).map(|(entry, _)| entry.pos)
}
