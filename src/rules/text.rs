//! The text of a rule's file, and places in it.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rhai::Position;

use crate::diagnostic::{Diagnostic, Place};

/// The text of a file.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// The file as it was given.
    pub(super) file: Arc<Path>,
    /// Its name without its folder.
    pub(super) name: Arc<str>,
    pub(super) text: Arc<str>,
    /// The byte with which each line begins.
    lines: Arc<[usize]>,
}

impl Text {
    pub(super) fn new(file: &Path, text: Arc<str>) -> Self {
        let begins = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let lines = std::iter::once(0).chain(begins).collect();
        Self { file: file.into(), name: Self::name_of(file), text, lines }
    }

    pub(super) fn name_of(file: &Path) -> Arc<str> {
        file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy()).into()
    }

    /// An error at a position of it.
    pub(super) fn error(&self, code: &'static str, position: Position, message: impl Into<String>) -> Diagnostic {
        let error = Diagnostic::error(code, &self.file, message);
        match self.span(position) {
            Some(span) => error.at(Place::new(self.text.clone(), span)),
            None => error,
        }
    }

    /// The word or the text in quotes that begins at a position.
    pub(super) fn span(&self, position: Position) -> Option<Range<usize>> {
        self.byte(position).map(|byte| self.word(byte))
    }

    /// The line at a position.
    pub(super) fn line(&self, position: Position) -> &str {
        position.line().map_or("", |line| self.numbered_line(line))
    }

    /// A line by its number, from 1.
    pub(super) fn numbered_line(&self, number: usize) -> &str {
        let Some(begin) = number.checked_sub(1).and_then(|index| self.lines.get(index)) else { return "" };
        let end = self.lines.get(number).copied().unwrap_or(self.text.len());
        self.text.get(*begin..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// The byte at a position.
    pub(super) fn byte(&self, position: Position) -> Option<usize> {
        let begin = self.lines.get(position.line()?.checked_sub(1)?)?;
        let line = self.line(position);
        let column = position.position().unwrap_or(1).saturating_sub(1);
        Some(begin + line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte))
    }

    /// The word or quoted text that begins at a byte; else one character.
    fn word(&self, byte: usize) -> Range<usize> {
        let rest = self.text.get(byte..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if let Some(length) = rest.strip_prefix('"').and_then(|inside| inside.find('"')) {
            return byte..byte + length + 2;
        }
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        byte..byte + word.max(rest.chars().next().map_or(0, char::len_utf8))
    }

    /// Where its functions are defined, by their names; Rhai does not say.
    pub(super) fn functions(&self) -> HashMap<&str, Position> {
        let mut functions = HashMap::new();
        for (number, line) in (1u16..).zip(self.text.lines()) {
            for (at, _) in line.match_indices("fn ") {
                let rest = line[at + 3..].trim_start();
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let (name, rest) = rest.split_at(end);
                if rest.trim_start().starts_with('(') {
                    let column = line[..line.len() - name.len() - rest.len()].chars().count() + 1;
                    let position = Position::new(number, u16::try_from(column).unwrap_or(u16::MAX));
                    functions.entry(name).or_insert(position);
                }
            }
        }
        functions
    }

    /// Where a variable is declared.
    pub(super) fn declaration_of(&self, name: &str) -> Position {
        for (number, line) in (1u16..).zip(self.text.lines()) {
            let rest = line.trim_start().strip_prefix("let ").and_then(|rest| rest.trim_start().strip_prefix(name));
            if rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')) {
                let column = line.chars().take_while(|c| c.is_whitespace()).count() + 1;
                return Position::new(number, u16::try_from(column).unwrap_or(u16::MAX));
            }
        }
        Position::NONE
    }
}
