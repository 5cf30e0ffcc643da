//! Findings of a check, and how they are shown.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use strum::Display;

use crate::suggest::Advice;

/// A finding of a check: what is wrong, where, and what to do about it.
///
/// Displays as one line, `file:line:column: message; label; help`, and serializes to one flat JSON object for programs.
/// [`Diagnostic::render`] shows it to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable name of this kind of finding, such as `config.unknown_key`.
    pub code: &'static str,
    /// Whether the finding stops a run.
    pub severity: Severity,
    /// The file, as the user named it.
    pub file: PathBuf,
    /// The place in the file; none where the finding is about the file as a whole.
    pub place: Option<Place>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The whole text of the file, with secrets covered.
    pub text: Arc<str>,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What stands at the pointer.
    pub label: Option<String>,
    /// Other places of the same text that matter here, each with its label.
    pub related: Vec<(Range<usize>, String)>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    /// A run would fail, or is refused.
    Error,
    /// It has no effect, or hardly the intended one.
    Warning,
}

impl Diagnostic {
    /// An error in a file as a whole.
    pub fn error(code: &'static str, file: &Path, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: file.to_owned(),
            place: None,
            message: message.into(),
            help: None,
        }
    }

    /// The same finding as a warning.
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same finding at a place.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same finding with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with advice for a name.
    pub(crate) fn advice(self, advice: Advice) -> Self {
        match advice {
            Advice::None => self,
            Advice::Label(label) => self.label(label),
            Advice::Help(help) => self.help(help),
        }
    }

    /// The same finding with a word at the pointer, where there is one.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        if let Some(place) = &mut self.place {
            place.label = Some(label.into());
        }
        self
    }

    /// The same finding with another place of the same text.
    pub fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        if let Some(place) = &mut self.place {
            place.related.push((span, label.into()));
        }
        self
    }

    /// Line and column of the place, from 1, the column in characters; 0 and 0 where there is no place.
    pub fn position(&self) -> (usize, usize) {
        self.place.as_ref().map_or((0, 0), |place| place.position(place.span.start))
    }

    /// The finding in one line, and below it the line of its file with a pointer: for a log.
    pub fn in_log(&self) -> String {
        let Some(place) = &self.place else { return self.to_string() };
        let (number, column) = self.position();
        let line = place.text.lines().nth(number - 1).unwrap_or_default();
        format!("{self}\n  | {line}\n  | {:>column$}", "^")
    }

    /// The finding with its line, a pointer and advice, on several lines.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = match &self.place {
            None => {
                let title = format!("{}: {}", self.file.display(), self.message);
                Group::with_title(level.primary_title(normalize_untrusted_str(&title)))
            }
            Some(place) => {
                // Only the lines that are shown: the file may be long.
                let lines = place.lines();
                let shown = |span| {
                    let span = place.within_line(span);
                    span.start - lines.start..span.end - lines.start
                };
                let primary = AnnotationKind::Primary.span(shown(&place.span)).label(place.label.as_deref());
                let related =
                    place.related.iter().map(|(span, label)| AnnotationKind::Context.span(shown(span)).label(label));
                let snippet = Snippet::source(&place.text[lines.clone()])
                    .line_start(place.position(lines.start).0)
                    .path(self.file.to_string_lossy())
                    .annotation(primary)
                    .annotations(related);
                level.primary_title(normalize_untrusted_str(&self.message)).element(snippet)
            }
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
        }
        renderer.render(&[group])
    }
}

impl Place {
    /// A place without a label.
    pub fn new(text: Arc<str>, span: Range<usize>) -> Self {
        Self { text, span, label: None, related: Vec::new() }
    }

    /// Line and column of a byte, from 1, the column in characters.
    fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(byte.min(self.end()))];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.bytes().filter(|byte| *byte == b'\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The end of the last line: what is missing at the end of a text is shown behind it, and not in a line of its own.
    fn end(&self) -> usize {
        self.text.trim_end_matches(['\r', '\n']).len()
    }

    /// All lines from the first to the last of the spans, in bytes.
    fn lines(&self) -> Range<usize> {
        let spans = || std::iter::once(&self.span).chain(self.related.iter().map(|(span, _)| span));
        let first = spans().map(|span| span.start).min().unwrap_or(0);
        let first = self.text.floor_char_boundary(first.min(self.end()));
        let last = self.text.ceil_char_boundary(spans().map(|span| self.within_line(span).end).max().unwrap_or(0));
        let start = self.text[..first].rfind('\n').map_or(0, |newline| newline + 1);
        start..self.text[last..].find('\n').map_or(self.text.len(), |newline| last + newline)
    }

    /// The part of a span that lies in its first line, so that a pointer never spreads over several lines.
    fn within_line(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start.min(self.end()));
        let end = self.text.ceil_char_boundary(span.end.max(start));
        let line = self.text[start..end].split(['\r', '\n']).next().unwrap_or_default();
        start..start + line.len()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let (line @ 1.., column) = self.position() {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)?;
        let label = self.place.as_ref().and_then(|place| place.label.as_ref());
        for more in label.into_iter().chain(&self.help) {
            write!(f, "; {more}")?;
        }
        Ok(())
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (line, column) = self.position();
        let end_column = self.place.as_ref().map_or(0, |place| place.position(place.within_line(&place.span).end).1);
        let mut object = serializer.serialize_struct("Diagnostic", 8)?;
        object.serialize_field("code", self.code)?;
        object.serialize_field("severity", &self.severity)?;
        object.serialize_field("file", &self.file.to_string_lossy())?;
        object.serialize_field("line", &line)?;
        object.serialize_field("column", &column)?;
        object.serialize_field("end_column", &end_column)?;
        object.serialize_field("message", &self.message)?;
        if let Some(help) = &self.help {
            object.serialize_field("help", help)?;
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Diagnostic {
        let text = "name: a\nsinks: { a: { type: obs, prot: 1 } }\n";
        let start = text.find("prot").unwrap_or_default();
        let label = Some("did you mean `port`?".to_owned());
        let place = Place { label, ..Place::new(text.into(), start..start + 4) };
        Diagnostic::error("config.unknown_key", Path::new("event.yaml"), "unknown key `prot` in `a`").at(place)
    }

    #[test]
    fn people_see_the_line_a_pointer_and_advice() {
        insta::assert_snapshot!(finding().help("see docs/configuration.md").render(false), @r"
        error: unknown key `prot` in `a`
         --> event.yaml:2:26
          |
        2 | sinks: { a: { type: obs, prot: 1 } }
          |                          ^^^^ did you mean `port`?
          |
          = help: see docs/configuration.md
        ");
    }

    #[test]
    fn one_line_holds_all_of_it() {
        insta::assert_snapshot!(finding(), @"event.yaml:2:26: unknown key `prot` in `a`; did you mean `port`?");
    }

    #[test]
    fn programs_get_the_place_in_characters() {
        insta::assert_snapshot!(serde_json::to_string(&finding().warning()).unwrap_or_default(), @r#"{"code":"config.unknown_key","severity":"warning","file":"event.yaml","line":2,"column":26,"end_column":30,"message":"unknown key `prot` in `a`"}"#);
    }

    #[test]
    fn a_pointer_stays_in_its_line_and_on_whole_characters() {
        let place = Place::new("é: [1,\n2]\n".into(), 1..9);
        let shown = Diagnostic::error("a", Path::new("b"), "c").at(place).render(false);
        insta::assert_snapshot!(shown, @r"
        error: c
         --> b:1:1
          |
        1 | é: [1,
          | ^^^^^^
        ");
    }
}
