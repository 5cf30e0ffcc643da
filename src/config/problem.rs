//! What is wrong with a config, where, and what to do about it.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

/// Why a config could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("the config {} does not exist: `vta init` writes one to start from, `--config` names another", .0.display())]
    Missing(PathBuf),
    /// The file could not be read.
    #[error("the config {} cannot be read: {source}", .file.display())]
    Unreadable {
        /// The file as it was named.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file could be read, but what it says is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl ConfigError {
    /// The error as a person wants to see it: each problem with its line, a pointer and advice, on several lines.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        match self {
            Self::Missing(_) | Self::Unreadable { .. } => {
                renderer.render(&[Group::with_title(Level::ERROR.primary_title(self.to_string()))])
            }
            Self::Invalid(invalid) => {
                let problems = invalid.problems.iter().map(|problem| invalid.render(problem, &renderer));
                problems.collect::<Vec<_>>().join("\n\n")
            }
        }
    }
}

/// All that is wrong with what a config says. Shown as one line a problem; see [`ConfigError::render`] for more.
#[derive(Debug, thiserror::Error)]
pub struct Invalid {
    file: PathBuf,
    /// The file's text, its secrets masked.
    text: String,
    problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    /// Bytes of the text.
    at: Range<usize>,
    what: String,
    label: Option<String>,
    others: Vec<(Range<usize>, String)>,
    help: Option<String>,
}

impl Problem {
    pub(super) fn new(at: Range<usize>, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), label: None, others: Vec::new(), help: None }
    }

    /// What to say at the pointer.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Another place that has to do with it.
    pub(super) fn other(mut self, at: Range<usize>, label: impl Into<String>) -> Self {
        self.others.push((at, label.into()));
        self
    }

    /// What to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Invalid {
    /// `text` is the masked text of the file.
    pub(super) fn new(file: &Path, text: String, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.at.start);
        Self { file: file.to_owned(), text, problems }
    }

    fn render(&self, problem: &Problem, renderer: &Renderer) -> String {
        let primary = AnnotationKind::Primary.span(self.within_line(&problem.at)).label(problem.label.as_deref());
        let others =
            problem.others.iter().map(|(at, label)| AnnotationKind::Context.span(self.within_line(at)).label(label));
        let snippet =
            Snippet::source(&self.text).path(self.file.to_string_lossy()).annotation(primary).annotations(others);
        let mut group = Level::ERROR.primary_title(&problem.what).element(snippet);
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
        }
        renderer.render(&[group])
    }

    /// The part of a place that lies in its first line, so that a pointer never spreads over several.
    fn within_line(&self, at: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(at.start);
        let end = self.text.ceil_char_boundary(at.end.max(start));
        let line = self.text[start..end].split(['\r', '\n']).next().unwrap_or_default();
        start..start + line.len()
    }

    /// Line and column, from 1.
    fn position(&self, at: &Range<usize>) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(at.start)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let (line, column) = self.position(&problem.at);
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{}:{line}:{column}: {}", self.file.display(), problem.what)?;
            for more in problem.label.iter().chain(&problem.help) {
                write!(f, "; {more}")?;
            }
        }
        Ok(())
    }
}
