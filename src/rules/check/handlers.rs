//! Functions that are meant as handlers, and that nothing calls.

use std::collections::{BTreeSet, HashMap};

use rhai::Position;
use strum::IntoEnumIterator;

use super::parse::{Broken, Parsed};
use crate::diagnostic::Diagnostic;
use crate::event::Kind;
use crate::rules::handler;
use crate::rules::text::Text;

/// A name that differs from that of a handler by more than so many letters is another one: enough for the `on` that was
/// forgotten.
const MAX_WRONG_LETTERS: usize = 2;

/// The same in a file that has no handlers, and may be one that others import.
const MAX_WRONG_LETTERS_IN_A_LIBRARY: usize = 1;

/// What is wrong with the handlers of a rule; `called` are the names of functions that it may call.
pub(super) fn wrong(parsed: &Parsed, called: &BTreeSet<String>, text: &Text) -> Vec<Diagnostic> {
    let functions = || parsed.ast.iter_functions();
    let broken = parsed.broken.iter().filter_map(|broken| match broken {
        Broken::Function { name, count } => Some((name.as_str(), *count)),
        Broken::Constant(_) => None,
    });
    let whole = functions().map(|function| (function.name, function.params.len()));
    let mut findings = handler::errors(whole.chain(broken), text);
    // What the unreadable part calls is not known.
    if parsed.errors.is_empty() {
        let positions = text.functions();
        let has_handlers = functions().any(|function| function.name.starts_with("on_"));
        let handlers = Handlers::new(if has_handlers { MAX_WRONG_LETTERS } else { MAX_WRONG_LETTERS_IN_A_LIBRARY });
        let idle = functions().filter(|function| !function.name.starts_with("on_") && !called.contains(function.name));
        findings.extend(idle.filter_map(|function| {
            let help = format!("did you mean `{}`?", handlers.meant(function.name, &function.params)?);
            let at = positions.get(function.name).copied().unwrap_or(Position::NONE);
            let message = format!("nothing calls `{}`", function.name);
            Some(text.error("rules.uncalled_handler", at, message).warning().help(help))
        }));
    }
    findings
}

/// The names of handlers, each by its letters alone.
struct Handlers {
    of_events: HashMap<String, String>,
    max_wrong_letters: usize,
}

impl Handlers {
    fn new(max_wrong_letters: usize) -> Self {
        let names = Kind::iter().map(|kind| format!("on_{kind}")).chain(["on_any".to_owned()]);
        Self { of_events: names.map(|name| (letters(&name), name)).collect(), max_wrong_letters }
    }

    /// The handler that a function is meant to be, by its name and its parameters.
    fn meant(&self, name: &str, parameters: &[&str]) -> Option<String> {
        let name = letters(name);
        let distance = |handler: &str| match handler.len().abs_diff(name.len()) > self.max_wrong_letters {
            true => usize::MAX,
            false => strsim::damerau_levenshtein(&name, handler),
        };
        match parameters {
            ["bout"] => (distance("onstart") <= self.max_wrong_letters).then(|| "on_start".to_owned()),
            ["event", "bout"] => {
                let distances = self.of_events.iter().map(|(letters, handler)| (distance(letters), handler));
                let (distance, nearest) = distances.min()?;
                (distance <= self.max_wrong_letters).then(|| nearest.clone())
            }
            _ => None,
        }
    }
}

fn letters(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}
