//! What is found in one file.

use rhai::Position;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::text::Text;

/// What is wrong, and where in the script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) at: Position,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Where that begins which is not complete.
    pub(super) begins: Option<Position>,
}

impl Finding {
    pub(super) fn error(code: &'static str, at: Position, message: impl Into<String>) -> Self {
        Self { code, at, severity: Severity::Error, message: message.into(), help: None, begins: None }
    }

    pub(super) fn warning(code: &'static str, at: Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, at, message) }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with advice, if there is any.
    pub(super) fn maybe_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    pub(super) fn diagnostic(self, text: &Text) -> Diagnostic {
        let Self { code, at, severity, message, help, begins } = self;
        let diagnostic = Diagnostic { severity, help, ..text.error(code, at, message) };
        match begins.and_then(|begins| text.span(begins)) {
            Some(span) => diagnostic.related(span, "it begins here"),
            None => diagnostic,
        }
    }
}
