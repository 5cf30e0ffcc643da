//! Finds before the day what would fail in a rule, without running it.
//!
//! Scripts are compiled and their trees walked. Which functions there are is asked of the engine itself, which fields an
//! event has of [`reference`](crate::event::reference), and those of the bout of the bout that rules are given. After an
//! error of syntax the other functions of the file are checked all the same.

mod known;
mod names;
mod pieces;
mod shape;
mod walk;

use std::path::{Path, PathBuf};

use rhai::{Engine, OptimizationLevel, Position};
use serde::Serialize;

pub use names::{Named, What};

use super::desk::Desk;
use super::script::{line_of, position_of, wrong_handler};
use super::{Limits, Rules, ScriptError, Surroundings, engine};
use known::Known;
use pieces::Parsed;
use shape::Shape;

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
    /// How bad it is: everything that is found would fail.
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
}

/// Checks rules; gives all that is wrong with them, in the order of the files and of the places in them.
pub fn check(files: &[(PathBuf, String)], limits: Limits, surroundings: &Surroundings) -> Vec<Mistake> {
    let checker = Checker::new(limits, surroundings);
    let mut mistakes = Vec::new();
    for (file, text) in files {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut found = checker.check(text);
        found.sort_by_key(|found| (found.at.line(), found.at.position()));
        found.dedup();
        if found.is_empty() {
            // What shows only when it is loaded.
            let alone = [(file.clone(), text.to_owned())];
            let errors = Rules::compile(&alone, limits, surroundings).err().unwrap_or_default();
            mistakes.extend(errors.into_iter().map(Mistake::from));
        }
        mistakes.extend(found.into_iter().map(|found| found.told(file, text)));
    }
    mistakes
}

/// That a rule's file cannot be read.
pub fn unreadable(file: &Path, error: &std::io::Error) -> Mistake {
    engine::unreadable(file, error).into()
}

/// The names of scenes, sources and filters that rules write out: what OBS must have.
pub fn names(file: &Path, text: &str) -> Vec<Named> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let checker = Checker::new(Limits::default(), &Surroundings::default());
    names::of(&pieces::parse(&checker.engine, text).asts, file, text)
}

/// What it takes to check scripts.
struct Checker {
    engine: Engine,
    bout: Shape,
}

impl Checker {
    fn new(limits: Limits, surroundings: &Surroundings) -> Self {
        let mut engine = engine::engine(limits, &Desk::default(), surroundings);
        // What is optimized away is checked too.
        engine.set_optimization_level(OptimizationLevel::None);
        let bout = shape::bout(&engine, &Known::of(&engine));
        Self { engine, bout }
    }

    fn check(&self, text: &str) -> Vec<Found> {
        let Parsed { asts, errors, broken } = pieces::parse(&self.engine, text);
        let mut found: Vec<_> = errors.iter().map(|error| Found::new(error.1, lower(&error.0.to_string()))).collect();
        let mut known = asts.iter().fold(Known::of(&self.engine), Known::with);
        for (name, count) in &broken {
            known.add("", name, *count, None);
        }
        let functions = asts.iter().flat_map(|ast| ast.iter_functions()).map(|f| (f.name, f.params.len()));
        for (name, parameters) in functions.chain(broken.iter().map(|(name, count)| (name.as_str(), *count))) {
            if let Some(message) = wrong_handler(name, parameters) {
                let (message, help) = match message.split_once(": did") {
                    Some((message, rest)) => (message.to_owned(), Some(format!("did{rest}"))),
                    None => (message, None),
                };
                found.push(Found { at: position_of(text, name), message, help });
            }
        }
        found.extend(walk::walk(&asts, errors.is_empty(), &known, &self.bout));
        found
    }
}

/// What is wrong, and where in the script.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    at: Position,
    message: String,
    help: Option<String>,
}

impl Found {
    fn new(at: Position, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn told(self, file: &Path, text: &str) -> Mistake {
        let line = line_of(text, self.at);
        let (number, column) = (self.at.line().unwrap_or(0), self.at.position().unwrap_or(0));
        Mistake {
            file: file.display().to_string(),
            line: number,
            column,
            end_column: end_column(line, column),
            severity: Severity::Error,
            message: self.message,
            help: self.help,
            text: line.to_owned(),
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
