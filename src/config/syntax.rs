//! What is wrong with text that is not YAML, and what to do about it.

use std::ops::Range;

/// Text that is not YAML, or YAML that is not accepted here.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) label: Option<&'static str>,
    pub(crate) help: Option<&'static str>,
}

/// The parser's text, its meaning, and what to do.
const EXPLANATIONS: &[(&str, &str, &str)] = &[
    ("simple key", "a colon is missing after this key", "write `key: value`, with a space after the colon"),
    ("escape character", r"`\` has a meaning of its own in double quotes", "write paths with `/`, or in single quotes"),
    ("hexadecimal", r"`\` has a meaning of its own in double quotes", "write paths with `/`, or in single quotes"),
    ("unexpected character", "a value cannot begin with this character", "put the value in single quotes"),
    ("unknown anchor", "a value cannot begin with `*`", "put the value in single quotes"),
    ("mapping values", "a colon cannot stand here", "put a value with `: ` in quotes; indent keys of a section alike"),
    ("':' indicator", "a colon cannot stand here", "put a value with `: ` in quotes; indent keys of a section alike"),
    ("quoted scalar", "quotes are not closed, or something follows them", "within single quotes write `'` twice"),
    ("',' or", "a comma or a closing bracket is missing", "look at what stands before"),
    ("misplaced bracket", "a bracket is closed that was not opened", "remove it, or open it before"),
    ("expected node content", "a value is missing here", "look at what stands before"),
    ("sequence entries", "a list cannot begin here", "begin each entry in a line of its own with `- `, indented alike"),
    ("'-' indicator", "this does not belong to the list", "begin entries of a list with `- `, indented alike"),
    ("block mapping", "this is not indented like the rest of its section", "indent the keys of a section alike"),
    ("indentation", "this is not indented far enough", "indent what belongs to a key further than the key"),
];

/// Explains the parser's complaint at the byte `offset`, where what it read before ended at `end`.
pub(super) fn explain(text: &str, offset: usize, complaint: &str, end: usize) -> SyntaxError {
    let (before, rest) = text.split_at_checked(offset).unwrap_or((text, ""));
    if complaint.contains("tab") {
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let tab = text[line..].find('\t').map_or(offset, |at| line + at);
        let error = SyntaxError::new(tab..tab + 1, "YAML does not allow tabs for indentation: use spaces", None);
        return SyntaxError { label: Some("a tab"), ..error };
    }
    if before.ends_with('$') && rest.starts_with('{') {
        return SyntaxError::new(
            offset..offset + 1,
            "a variable needs quotes between `{ }` and `[ ]`",
            "write \"${NAME}\"",
        );
    }
    if complaint.contains("recursion limit") {
        return SyntaxError::too_deep(offset);
    }
    let Some((what, message, help)) = EXPLANATIONS.iter().find(|(what, _, _)| complaint.contains(what)) else {
        return SyntaxError::new(offset..offset + 1, format!("this is not valid YAML: {complaint}"), None);
    };
    let span = match *what {
        "simple key" => key_without_colon(text, end),
        "escape character" | "hexadecimal" => {
            let at = offset + wrong_escape(rest);
            at..at + 1
        }
        _ => offset..offset + 1,
    };
    SyntaxError::new(span, *message, *help)
}

impl SyntaxError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<Option<&'static str>>) -> Self {
        Self { span, message: message.into(), label: None, help: help.into() }
    }

    pub(super) fn too_deep(at: usize) -> Self {
        Self::new(at..at + 1, "sections lie too deep in each other", "the config needs five levels")
    }

    /// Refuses what begins at the byte `start`.
    pub(super) fn anchor_or_tag(text: &str, start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len());
        Self::new(
            start..start + length,
            "anchors, aliases and tags of YAML are not taken",
            "write the value out, or put it in quotes if it is text that begins with `&`, `*` or `!`",
        )
    }
}

/// The first line with something in it behind the byte `end`: the parser only finds out later that it has no colon.
fn key_without_colon(text: &str, end: usize) -> Range<usize> {
    let mut start = end;
    for line in text.get(end..).unwrap_or_default().split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            return start + indent..start + indent + content.len();
        }
        start += line.len();
    }
    end..end + 1
}

/// Where the first `\` stands in double-quoted text that begins no escape of YAML.
fn wrong_escape(quoted: &str) -> usize {
    let mut rest = quoted.char_indices();
    while let Some((at, character)) = rest.next() {
        if character != '\\' {
            continue;
        }
        let digits = match rest.next() {
            Some((_, 'x')) => 2,
            Some((_, 'u')) => 4,
            Some((_, 'U')) => 8,
            Some((_, escaped)) if "0abt\tnvfre \"/\\N_LP\r\n".contains(escaped) => 0,
            _ => return at,
        };
        if !rest.as_str().chars().take(digits).all(|digit| digit.is_ascii_hexdigit()) {
            return at;
        }
    }
    0
}
