//! How a line of the log reads on a terminal: what it is about, the text, and the message's code.

use std::fmt::{self, Debug};

use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;

use crate::printable::printable;

/// Writes the fields of a message as `court-1: text [code]`: the text has the others. Fields of anything else are
/// written as `name=value`.
pub(super) struct TerminalFields;

impl<'writer> FormatFields<'writer> for TerminalFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut line = Line::default();
        fields.record(&mut line);
        line.write(&mut writer)
    }
}

#[derive(Default)]
struct Line {
    subjects: Vec<String>,
    text: String,
    code: Option<String>,
    fields: Vec<String>,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.text = format!("{value:?}"),
            "code" => self.code = Some(format!("{value:?}")),
            name => {
                self.fields.push(format!("{name}={value:?}"));
                if matches!(name, "court" | "instance" | "player") {
                    self.subjects.push(format!("{value:?}"));
                }
            }
        }
    }
}

impl Line {
    fn write(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let Some(code) = &self.code else {
            let text = Some(&self.text).filter(|text| !text.is_empty());
            let parts: Vec<_> = text.into_iter().chain(&self.fields).map(String::as_str).collect();
            return write!(writer, "{}", printable(&parts.join(" ")));
        };
        if !self.subjects.is_empty() {
            write!(writer, "{}: ", printable(&self.subjects.join(", ")))?;
        }
        // The code stands on the first line: a rule's line and its caret may follow.
        let (first, rest) = self.text.split_once('\n').unwrap_or((&self.text, ""));
        write!(writer, "{}", printable(first))?;
        if writer.has_ansi_escapes() {
            write!(writer, " \x1b[2m[{code}]\x1b[0m")?;
        } else {
            write!(writer, " [{code}]")?;
        }
        if !rest.is_empty() {
            write!(writer, "\n{}", printable(rest))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &Line) -> String {
        let mut text = String::new();
        line.write(&mut Writer::new(&mut text)).unwrap_or_default();
        text
    }

    fn text(text: &str) -> Line {
        Line { text: text.to_owned(), ..Line::default() }
    }

    #[test]
    fn a_message_is_written_with_its_subject_and_its_code_on_the_first_line() {
        let subjects = vec!["court-1".to_owned(), "replay".to_owned()];
        let code = Some("rule.failed".to_owned());
        let line = Line { subjects, code, ..text("a.rhai:1:2: failed\n  | x\n  | ^") };
        assert_eq!(written(&line), "court-1, replay: a.rhai:1:2: failed [rule.failed]\n  | x\n  | ^");
    }
}
