//! The text of a file as messages show it.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::secret::COVER;
use crate::diagnostic::{Diagnostic, Place};

/// A file's text, its secrets covered.
///
/// A place after a secret in the same line is that of the covered text: the true column would show the secret's length.
pub(crate) struct CoveredText {
    file: PathBuf,
    pub(super) covered: Arc<str>,
    /// What was covered: bytes of the file's text, and of the covered one. In order.
    covers: Vec<(Range<usize>, Range<usize>)>,
    /// Where the lines of the covered text begin.
    lines: Vec<usize>,
}

impl CoveredText {
    /// Covers the secrets, given as bytes of the text. Line ends are kept, so that lines keep their numbers.
    pub(crate) fn new(file: &Path, text: &str, mut secrets: Vec<Range<usize>>) -> Self {
        secrets.sort_by_key(|secret| secret.start);
        let (mut covered, mut covers, mut copied) = (String::with_capacity(text.len()), Vec::new(), 0);
        for secret in secrets {
            let secret = secret.start.max(copied)..secret.end;
            let mut at = secret.start;
            for line in text.get(secret).unwrap_or_default().split_inclusive('\n') {
                let start = at + line.len() - line.trim_start().len();
                let end = start + line.trim().len();
                at += line.len();
                if start < end {
                    covered.push_str(&text[copied..start]);
                    covers.push((start..end, covered.len()..covered.len() + COVER.len()));
                    covered.push_str(COVER);
                    copied = end;
                }
            }
        }
        covered.push_str(&text[copied..]);
        let lines = [0].into_iter().chain(covered.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: file.to_owned(), covered: covered.into(), covers, lines }
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// An error at a place of the file's text.
    pub(crate) fn error(&self, code: &'static str, span: &Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, &self.file, message).at(self.place(span))
    }

    /// A place of the file's text, as messages show it.
    pub(crate) fn place(&self, span: &Range<usize>) -> Place {
        Place::new(self.covered.clone(), self.span(span))
    }

    /// The bytes of the covered text for some of the file's text. What lies within a secret is all of its cover.
    pub(crate) fn span(&self, span: &Range<usize>) -> Range<usize> {
        let (start, _) = self.cover(span.start);
        let (_, end) = self.cover(span.end);
        start..end.max(start)
    }

    /// What is written at a place, unless some of it is covered.
    pub(super) fn shown<'t>(&self, span: &Range<usize>, words: &'t str) -> &'t str {
        let next = self.covers.partition_point(|(secret, _)| secret.end <= span.start);
        match self.covers.get(next) {
            Some((secret, _)) if secret.start < span.end => COVER,
            _ => words,
        }
    }

    /// Where a byte of the file's text stands in the covered one: the same place twice, unless it lies within a secret.
    fn cover(&self, at: usize) -> (usize, usize) {
        let next = self.covers.partition_point(|(secret, _)| secret.start <= at);
        match next.checked_sub(1).and_then(|last| self.covers.get(last)) {
            Some((secret, cover)) if at < secret.end => {
                (cover.start, if at == secret.start { cover.start } else { cover.end })
            }
            Some((secret, cover)) => {
                let at = cover.end + (at - secret.end);
                (at, at)
            }
            None => (at, at),
        }
    }

    /// Line and column of a byte of the file's text, from 1, and the line itself.
    pub(crate) fn position(&self, at: usize) -> (usize, usize, &str) {
        let (at, _) = self.cover(at);
        let at = self.covered.floor_char_boundary(at);
        let number = self.lines.partition_point(|start| *start <= at);
        let start = number.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or(0);
        let line = self.covered[start..].lines().next().unwrap_or_default();
        (number, self.covered[start..at].chars().count() + 1, line)
    }
}
