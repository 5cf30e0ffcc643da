//! Functions that are meant as handlers, and that nothing calls.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Expr, Stmt};
use strum::IntoEnumIterator;

use super::Found;
use super::parse::{Broken, Parsed};
use crate::event::Kind;
use crate::rules::runtime::script::{Text, wrong_handler};

/// A name that differs from that of a handler by more than so many letters is another one: enough for the `on` that was
/// forgotten.
const MAX_WRONG_LETTERS: usize = 2;

/// The same in a file that has no handlers, and may be one that others import.
const MAX_WRONG_LETTERS_IN_A_LIBRARY: usize = 1;

/// What is wrong with the handlers of a rule.
pub(super) fn wrong(parsed: &Parsed, text: &Text) -> Vec<Found> {
    let functions = || parsed.asts.iter().flat_map(|ast| ast.iter_functions());
    let whole = functions().map(|function| (function.name, function.params.len()));
    let broken = parsed.broken.iter().filter_map(|broken| match broken {
        Broken::Function { name, count } => Some((name.as_str(), *count)),
        Broken::Constant(_) => None,
    });
    let wrong = whole.chain(broken).filter_map(|(name, parameters)| {
        let message = wrong_handler(name, parameters)?;
        let found = |message: &str| Found::new(text.position_of(name), message);
        Some(match message.split_once(": did") {
            Some((message, rest)) => found(message).help(format!("did{rest}")),
            None => found(&message),
        })
    });
    let mut found: Vec<_> = wrong.collect();
    // Of what cannot be read it is not known what it calls.
    if parsed.errors.is_empty() {
        let called = called(&parsed.asts);
        let has_handlers = functions().any(|function| function.name.starts_with("on_"));
        let most = if has_handlers { MAX_WRONG_LETTERS } else { MAX_WRONG_LETTERS_IN_A_LIBRARY };
        let idle = functions().filter(|function| !function.name.starts_with("on_") && !called.contains(function.name));
        found.extend(idle.filter_map(|function| {
            let handler = meant(function.name, &function.params, most)?;
            let message = format!("nothing calls `{}`", function.name);
            Some(Found::warning(text.position_of(function.name), message).help(format!("did you mean `{handler}`?")))
        }));
    }
    found
}

/// The handler that a function is meant to be, by its name and its parameters.
fn meant(name: &str, parameters: &[&str], most_wrong_letters: usize) -> Option<String> {
    let handlers: Vec<_> = match parameters {
        ["bout"] => vec!["on_start".to_owned()],
        ["event", "bout"] => {
            Kind::iter().map(|kind| format!("on_{kind}")).chain(std::iter::once("on_any".to_owned())).collect()
        }
        _ => return None,
    };
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let distance = |handler: &String| strsim::damerau_levenshtein(&plain(name), &plain(handler));
    let nearest = handlers.into_iter().min_by_key(distance)?;
    (distance(&nearest) <= most_wrong_letters).then_some(nearest)
}

/// The names of all functions that a script calls, or may call by their names as texts.
fn called(asts: &[AST]) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    for ast in asts {
        ast.walk(&mut |path| {
            called.extend(match path.last() {
                Some(ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)))
                | Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => Some(call.name.to_string()),
                Some(ASTNode::Expr(Expr::StringConstant(text, _))) => Some(text.to_string()),
                // A function's name without parentheses is the function.
                Some(ASTNode::Expr(Expr::Variable(variable, ..))) => Some(variable.1.to_string()),
                _ => None,
            });
            true
        });
    }
    called
}
