//! What is wrong with text that is no YAML, and what to do about it.

use std::ops::Range;

use super::problem::Problem;

/// What the parser says, what is meant by it, and what to do.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("simple key expect", "a colon is missing after this key", "write `key: value`, with a space after the colon"),
    ("unknown escape", r"`\` has a meaning of its own in double quotes", "write paths with `/`, or in single quotes"),
    ("unexpected character", "a value cannot begin with this character", "put the value in single quotes"),
    ("unknown anchor", "a value cannot begin with `*`", "put the value in single quotes"),
    ("mapping values", "a colon cannot stand here", "put a value with `: ` in quotes; indent keys of a section alike"),
    ("quoted scalar", "quotes are not closed, or something follows them", "within single quotes write `'` twice"),
    ("expected ','", "a comma or a closing bracket is missing", "look at what stands before"),
    ("illegal placement of ':'", "a colon cannot stand here", "is a closing bracket missing before it?"),
    ("expected '-'", "this does not belong to the list", "begin entries of a list with `- `, indented alike"),
    ("block mapping", "this is not indented like the rest of its section", "indent the keys of a section alike"),
];

/// Explains the parser's complaint `info` at the byte `offset`.
pub(super) fn problem(text: &str, offset: usize, info: &str) -> Problem {
    if info.contains("tab")
        && let Some(at) = tab_in_indentation(text, offset)
    {
        return Problem::new(at, "YAML does not allow tabs for indentation: use spaces").label("a tab");
    }
    let at = offset..offset + 1;
    if text.get(..offset).is_some_and(|before| before.ends_with('$')) {
        return Problem::new(at, "a variable needs quotes between `{ }` and `[ ]`").help("write \"${NAME}\"");
    }
    let at = if info.contains("simple key expect") { line_without_colon(text, offset) } else { at };
    match MISTAKES.iter().find(|(said, _, _)| info.contains(said)) {
        Some((_, meant, help)) => Problem::new(at, *meant).help(*help),
        None => Problem::new(at, format!("this is not valid YAML: {info}")),
    }
}

/// The first tab that indents the line at `offset` or one after it.
fn tab_in_indentation(text: &str, offset: usize) -> Option<Range<usize>> {
    let start = text.get(..offset)?.rfind('\n').map_or(0, |newline| newline + 1);
    let mut line_start = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        let indentation = &line[..line.len() - line.trim_start().len()];
        if let Some(tab) = indentation.find('\t').filter(|_| indentation.len() < line.len()) {
            return Some(line_start + tab..line_start + tab + 1);
        }
        line_start += line.len();
    }
    None
}

/// The last line before `offset` that lacks a colon: the parser notices only further on.
fn line_without_colon(text: &str, offset: usize) -> Range<usize> {
    let before = match text.get(..offset) {
        Some(before) if offset < text.len() => &before[..before.rfind('\n').map_or(0, |newline| newline + 1)],
        _ => text,
    };
    let mut start = before.len();
    for line in before.split_inclusive('\n').rev() {
        start -= line.len();
        let word = line.trim();
        if !word.is_empty() && !word.starts_with(['-', '#']) && !word.contains(": ") && !word.ends_with(':') {
            start += line.len() - line.trim_start().len();
            return start..start + word.len();
        }
    }
    offset..offset + 1
}
