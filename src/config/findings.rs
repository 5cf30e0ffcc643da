//! What is found to be wrong with a file.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use super::covered_text::CoveredText;
use super::yaml::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, Place, Severity};

/// More findings than this are only counted: they mean that it is the wrong file.
const MAX_FINDINGS: usize = 200;

/// What is found in a file.
pub(crate) struct Findings<'a> {
    pub(crate) text: &'a CoveredText,
    found: RefCell<Vec<Diagnostic>>,
    /// How many more there are.
    more: Cell<usize>,
    /// Bytes of the file's text that were found to hold what may be secrets.
    secrets: RefCell<Vec<Range<usize>>>,
}

impl<'a> Findings<'a> {
    pub(crate) fn of(text: &'a CoveredText) -> Self {
        Self { text, found: RefCell::default(), more: Cell::new(0), secrets: RefCell::default() }
    }

    /// A key, as messages name it.
    pub(crate) fn name<'n>(&self, entry: &'n Entry) -> &'n str {
        self.text.shown(&entry.key_span, &entry.key)
    }

    /// A value as it is written: with its variables, and covered if it may be a secret.
    pub(crate) fn written<'n>(&self, node: &'n Node) -> &'n str {
        match &node.value {
            Value::Text(text) => self.text.shown(&node.span, text),
            _ => "",
        }
    }

    /// Adds an error, which `complete` gives advice.
    pub(crate) fn report(
        &self,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
        complete: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if self.found.borrow().len() < MAX_FINDINGS {
            let finding = complete(self.text.error(code, span, message));
            self.found.borrow_mut().push(finding);
        } else {
            self.more.set(self.more.get() + 1);
        }
    }

    /// Adds a warning.
    pub(crate) fn warn(
        &self,
        span: &Range<usize>,
        message: impl Into<String>,
        complete: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.report("config.suspicious", span, message, |finding| complete(finding.warning()));
    }

    /// Covers a place in all that was found and will be.
    pub(crate) fn cover(&self, span: &Range<usize>) {
        self.secrets.borrow_mut().push(span.clone());
    }

    /// Whether something is wrong within a place.
    pub(crate) fn has_errors_in(&self, span: &Range<usize>) -> bool {
        let span = self.text.span(span);
        let is_within = |place: &Place| span.start <= place.span.start && place.span.end <= span.end;
        self.found
            .borrow()
            .iter()
            .any(|finding| finding.severity == Severity::Error && finding.place.as_ref().is_some_and(is_within))
    }

    /// All that was found, in the order of the places, and how much more there is.
    pub(crate) fn into_parts(self) -> (Vec<Diagnostic>, usize) {
        let mut found = self.found.into_inner();
        let secrets: Vec<_> = self.secrets.into_inner().iter().map(|secret| self.text.span(secret)).collect();
        if !secrets.is_empty() {
            let text = CoveredText::new(self.text.file(), &self.text.covered, secrets);
            for place in found.iter_mut().filter_map(|finding| finding.place.as_mut()) {
                place.text = text.covered.clone();
                place.span = text.span(&place.span);
                place.related.iter_mut().for_each(|(span, _)| *span = text.span(span));
            }
        }
        found.sort_by_key(|finding| finding.place.as_ref().map(|place| place.span.start));
        (found, self.more.get())
    }
}
