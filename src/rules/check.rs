//! Finds what would fail in a rule, without running it.
//!
//! Scripts are compiled and their trees walked. Which functions there are and what they take stands in the table of
//! `api`, which fields an event and the bout have in their own descriptions. After an error of syntax the other
//! functions of the file are checked all the same.

mod advice;
mod arguments;
mod calls;
mod checker;
mod comparisons;
mod fields;
mod files;
mod functions;
mod handlers;
mod model;
mod names;
mod parse;
mod scope;
mod shape;
mod variables;
mod walk;
mod words;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

pub use names::{Named, ObsItem};

use self::checker::Checker;
use self::files::Files;
use super::duration;
use super::limits::{Limits, Surroundings};
use super::runtime::script::Script;
use super::sources::{RuleFile, Sources};
use crate::diagnostic::{Diagnostic, Severity};

/// Whether something is found that would fail.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Checks rules; gives all that is wrong with them, in the order of the files and of the places in them.
pub fn check(files: &[RuleFile], limits: Limits, surroundings: &Surroundings) -> Vec<Diagnostic> {
    let checker = Checker::new(surroundings);
    let mut diagnostics: Vec<_> = files
        .iter()
        .flat_map(|file| rule(&checker, file, limits, surroundings).unwrap_or_else(|errors| errors))
        .collect();
    // What several rules import is reported once.
    let mut seen = HashSet::new();
    diagnostics.retain(|found| {
        let byte = found.place.as_ref().map(|place| place.span.start);
        seen.insert((found.file.clone(), byte, found.message.clone()))
    });
    diagnostics
}

/// What rules and the files that they import name in OBS: what it must have. Names are looked at as they stand: a constant
/// that the config sets has the config's value.
pub fn names(sources: &Sources) -> Vec<Named> {
    let checker = Checker::new(&Surroundings::default());
    let mut files = Files::new(&checker);
    for (file, text) in &sources.rules {
        files.rule(file, text.clone(), &sources.imported);
    }
    files.named
}

/// How long before a request clips are to open: the longest constant `PRE_ROLL` of the rules, if any has one.
pub fn pre_roll(sources: &Sources) -> Option<Duration> {
    let checker = Checker::new(&Surroundings::default());
    let of = |(file, text): &(RuleFile, Arc<str>)| {
        let constants = scope::constants(&parse::parse(&checker.engine, text).ast, Some(file));
        duration::read(constants.get("PRE_ROLL")?.text()?).ok()
    };
    sources.rules.iter().filter_map(of).max()
}

/// Reads a rule's file and finds what is wrong with it and with the files that it imports.
fn rule(
    checker: &Checker,
    file: &RuleFile,
    limits: Limits,
    surroundings: &Surroundings,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let sources = Sources::read(std::slice::from_ref(file))?;
    let mut files = Files::new(checker);
    for (file, text) in &sources.rules {
        let (text, ast) = files.rule(file, text.clone(), &sources.imported);
        if !has_errors(&files.diagnostics) {
            // Some things show only when it is compiled.
            Script::of(file, text, ast, sources.imported.clone(), limits, surroundings)?;
        }
    }
    Ok(files.diagnostics)
}
