//! Finds before the day what would fail in a rule, without running it.
//!
//! Scripts are compiled and their trees walked. Which functions there are is asked of the engine itself, which fields an
//! event has of [`reference`](crate::event::reference), and those of the bout of the bout that rules are given. After an
//! error of syntax the other functions of the file are checked all the same.

mod calls;
mod fields;
mod handlers;
mod known;
mod names;
mod parse;
mod shape;
mod trial;
mod value;
mod visit;
mod walk;
mod words;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rhai::{Engine, OptimizationLevel, Position};
use serde::Serialize;

pub use names::{Named, What};

use super::effects::CallEffects;
use super::meter::Meter;
use super::runtime::script::{MAX_TOP_LEVEL_OPERATIONS, Text};
use super::{Limits, RuleFile, Rules, ScriptError, Sources, Surroundings, duration, sandbox};
use known::Known;
use shape::Shape;
use visit::Visit;

/// What is wrong with a rule, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The file as it was given.
    pub file: String,
    /// Line from 1; 0 when it is not known.
    pub line: usize,
    /// Column from 1, in characters; 0 when it is not known.
    pub column: usize,
    /// The column behind the last character that is wrong.
    pub end_column: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The line itself.
    #[serde(skip)]
    pub text: String,
}

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It would fail.
    Error,
    /// It would do nothing, or hardly what is meant.
    Warning,
}

/// Whether something is found that would fail.
pub fn has_errors(mistakes: &[Mistake]) -> bool {
    mistakes.iter().any(|mistake| mistake.severity == Severity::Error)
}

/// Checks rules; gives all that is wrong with them, in the order of the files and of the places in them.
pub fn check(files: &[RuleFile], limits: Limits, surroundings: &Surroundings) -> Vec<Mistake> {
    let checker = Checker::new(surroundings);
    let mut mistakes = Vec::new();
    for file in files {
        let found = checker.read(file, limits, surroundings);
        let found = found.unwrap_or_else(|errors| errors.into_iter().map(Mistake::from).collect());
        // What several rules import is told once.
        mistakes.extend(found.into_iter().filter(|found| !mistakes.contains(found)).collect::<Vec<_>>());
    }
    mistakes
}

/// What rules and the files that they import name in OBS: what it must have. Names are looked at as they stand: a constant
/// that the config sets has the config's value.
pub fn names(sources: &Sources) -> Vec<Named> {
    let checker = Checker::new(&Surroundings::default());
    let mut visit = Visit::new(&checker, &sources.imported);
    for (file, text) in &sources.rules {
        visit.rule(file, text.clone());
    }
    visit.named
}

/// How long before a request clips are to open: the longest constant `PRE_ROLL` of the rules, if any has one.
pub fn pre_roll(sources: &Sources) -> Option<Duration> {
    let checker = Checker::new(&Surroundings::default());
    let of = |(file, text): &(RuleFile, Arc<str>)| {
        let settings = walk::constants(&parse::parse(&checker.engine, text).asts, Some(file));
        duration::read(settings.get("PRE_ROLL")?.value()?.text()?).ok()
    };
    sources.rules.iter().filter_map(of).max()
}

/// What it takes to check scripts.
struct Checker {
    engine: Engine,
    meter: Meter,
    /// Where the engine's functions put down what they are asked for.
    effects: CallEffects,
    bout: Shape,
}

impl Checker {
    fn new(surroundings: &Surroundings) -> Self {
        let (meter, effects) = (Meter::default(), CallEffects::default());
        let mut engine = sandbox::engine(&meter, &effects, surroundings);
        // What is optimized away is checked too.
        engine.set_optimization_level(OptimizationLevel::None);
        meter.begin(MAX_TOP_LEVEL_OPERATIONS);
        let bout = shape::bout(&engine, &Known::of(&engine));
        Self { engine, meter, effects, bout }
    }

    /// Reads a rule's file and finds what is wrong with it and with the files that it imports.
    fn read(
        &self,
        file: &RuleFile,
        limits: Limits,
        surroundings: &Surroundings,
    ) -> Result<Vec<Mistake>, Vec<ScriptError>> {
        let sources = Sources::read(std::slice::from_ref(file))?;
        let mut visit = Visit::new(self, &sources.imported);
        for (file, text) in &sources.rules {
            visit.rule(file, text.clone());
        }
        let mistakes = visit.mistakes;
        if !has_errors(&mistakes) {
            // Some things show only when it is loaded.
            Rules::of(&sources, limits, surroundings)?;
        }
        Ok(mistakes)
    }
}

/// What is wrong, and where in the script.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    at: Position,
    severity: Severity,
    message: String,
    help: Option<String>,
}

impl Found {
    fn new(at: Position, message: impl Into<String>) -> Self {
        Self { at, severity: Severity::Error, message: message.into(), help: None }
    }

    fn warning(at: Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::new(at, message) }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn told(self, file: &Path, text: &Text) -> Mistake {
        let line = text.line(self.at);
        let (number, column) = (self.at.line().unwrap_or(0), self.at.position().unwrap_or(0));
        Mistake {
            file: file.display().to_string(),
            line: number,
            column,
            end_column: end_column(line, column),
            severity: self.severity,
            message: self.message,
            help: self.help,
            text: line.to_owned(),
        }
    }
}

impl Mistake {
    /// For a log: with its place, the line and a caret.
    pub fn in_lines(&self) -> String {
        let Self { file, line, column, message, help, text, .. } = self;
        let help = help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        match line {
            0 => format!("{file}: {message}{help}"),
            line => {
                format!(
                    "{file}:{line}:{column}: {message}{help}\n  | {text}\n  | {:>width$}",
                    "^",
                    width = (*column).max(1)
                )
            }
        }
    }
}

impl From<ScriptError> for Mistake {
    fn from(error: ScriptError) -> Self {
        Self {
            end_column: end_column(&error.text, error.column),
            file: error.file,
            line: error.line,
            column: error.column,
            severity: Severity::Error,
            message: error.message,
            help: None,
            text: error.text,
        }
    }
}

/// What Rhai says, begun as every other message is.
fn lower(message: &str) -> String {
    let mut rest = message.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}

/// Where the word or the text at a column ends; one further than the column where there is neither.
fn end_column(line: &str, column: usize) -> usize {
    let rest = || line.chars().skip(column.saturating_sub(1));
    if let (Some('"'), Some(length)) = (rest().next(), rest().skip(1).position(|c| c == '"')) {
        return column + length + 2;
    }
    column + rest().take_while(|c| c.is_alphanumeric() || *c == '_').count().max(1)
}
