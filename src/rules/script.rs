//! A rule's file, compiled.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rhai::{AST, Engine, Position};
use strum::IntoEnumIterator;

use crate::event::Kind;

/// A compiled rule.
#[derive(Clone)]
pub struct Script {
    /// The file's name without its folder, as it stands in actions and errors.
    pub name: Arc<str>,
    pub(super) ast: AST,
    text: Arc<str>,
}

/// What is wrong with a rule's text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The file as it was given.
    pub file: String,
    /// Line from 1; 0 when it is not known.
    pub line: usize,
    /// Column from 1; 0 when it is not known.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for ScriptError {}

impl Script {
    /// Compiles the text of a rule.
    pub(super) fn compile(engine: &Engine, file: &Path, text: &str) -> Result<Self, Vec<ScriptError>> {
        // Some editors put a mark before the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let error = |position: Position, message: String| ScriptError {
            file: file.display().to_string(),
            line: position.line().unwrap_or(0),
            column: position.position().unwrap_or(0),
            text: line_of(text, position).to_owned(),
            message,
        };
        let mut ast = engine.compile(text).map_err(|e| vec![error(e.1, e.0.to_string())])?;
        let name = file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
        ast.set_source(name.as_ref());
        let mut wrong: Vec<_> = ast
            .iter_functions()
            .filter_map(|function| {
                let message = wrong_handler(function.name, function.params.len())?;
                Some(error(position_of(text, function.name), message))
            })
            .collect();
        if !wrong.is_empty() {
            wrong.sort_by_key(|error| (error.line, error.column));
            return Err(wrong);
        }
        Ok(Self { name: name.into(), ast, text: text.into() })
    }

    /// The kinds of events that it handles, with the handlers' names.
    pub(super) fn handlers(&self) -> impl Iterator<Item = (Kind, String)> {
        self.ast.iter_functions().filter_map(|function| {
            let kind = function.name.strip_prefix("on_")?.parse().ok()?;
            Some((kind, function.name.to_owned()))
        })
    }

    /// Where a function is defined.
    pub(super) fn position_of(&self, function: &str) -> Position {
        position_of(&self.text, function)
    }

    /// The line at a position.
    pub(super) fn line(&self, position: Position) -> &str {
        line_of(&self.text, position)
    }
}

/// The kind of event whose name is most like a text, if any is.
pub fn near_kind(text: &str) -> Option<Kind> {
    let likeness = |kind: Kind| strsim::jaro_winkler(kind.into(), text);
    Kind::iter()
        .map(|kind| (likeness(kind), kind))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, kind)| kind)
}

/// What is wrong with a function whose name begins as a handler's does.
pub(super) fn wrong_handler(name: &str, parameters: usize) -> Option<String> {
    let kind = name.strip_prefix("on_")?;
    if kind.parse::<Kind>().is_err() {
        let hint = near_kind(kind).map_or_else(String::new, |near| format!(": did you mean `on_{near}`?"));
        return Some(format!("there is no event `{kind}`{hint}"));
    }
    (parameters != 2).then(|| format!("a handler takes two parameters: fn {name}(event, bout)"))
}

/// Where a function is defined; Rhai does not tell.
pub(super) fn position_of(text: &str, function: &str) -> Position {
    for (number, line) in (1u16..).zip(text.lines()) {
        let defined = line.split("fn ").skip(1).any(|rest| {
            rest.trim_start().strip_prefix(function).is_some_and(|rest| rest.trim_start().starts_with('('))
        });
        if defined {
            let column = line.find(function).map_or(0, |byte| line[..byte].chars().count() + 1);
            return Position::new(number, u16::try_from(column).unwrap_or(u16::MAX));
        }
    }
    Position::NONE
}

pub(super) fn line_of(text: &str, position: Position) -> &str {
    position.line().and_then(|line| text.lines().nth(line.saturating_sub(1))).unwrap_or_default()
}
