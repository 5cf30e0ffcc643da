//! What is wrong with text that is no YAML, and what to do about it.

use super::problem::Problem;

/// What the parser says it was doing when it meets the end within quotes.
const QUOTES: &str = "scanning a quoted scalar";

/// What the parser says, what is meant by it, and what to do.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("expected ':'", "a colon is missing after this key", "write `key: value`, with a space after the colon"),
    ("unknown escape", r"`\` has a meaning of its own in double quotes", "write paths with `/`, or in single quotes"),
    ("hexadecimal", r"`\` has a meaning of its own in double quotes", "write paths with `/`, or in single quotes"),
    ("cannot start any token", "a value cannot begin with this character", "put the value in single quotes"),
    ("unknown anchor", "a value cannot begin with `*`", "put the value in single quotes"),
    ("mapping values", "a colon cannot stand here", "put a value with `: ` in quotes; indent keys of a section alike"),
    (QUOTES, "quotes are not closed, or something follows them", "within single quotes write `'` twice"),
    ("expected ','", "a comma or a closing bracket is missing", "look at what stands before"),
    ("expected node content", "a value is missing here", "look at what stands before"),
    ("expected '-'", "this does not belong to the list", "begin entries of a list with `- `, indented alike"),
    ("block mapping", "this is not indented like the rest of its section", "indent the keys of a section alike"),
    ("recursion limit", "sections lie too deep in each other", "the config needs four levels"),
];

/// Explains the parser's complaint `said` at the byte `offset`.
pub(super) fn problem(text: &str, offset: usize, said: &str) -> Problem {
    let (before, rest) = text.split_at_checked(offset).unwrap_or((text, ""));
    let at = offset..offset + 1;
    if rest.starts_with('\t') {
        return Problem::new(at, "YAML does not allow tabs for indentation: use spaces").label("a tab");
    }
    // A value that does not fit its tag would be told.
    if rest.starts_with(['&', '!']) {
        return anchor_or_tag(offset, rest);
    }
    if before.ends_with('$') {
        return Problem::new(at, "a variable needs quotes between `{ }` and `[ ]`").help("write \"${NAME}\"");
    }
    // What stands behind quotes in their line belongs to them.
    let follows_quotes = said.contains("expected key") && before.trim_end_matches(' ').ends_with(['"', '\'']);
    let said = if follows_quotes { QUOTES } else { said };
    let at = match begin(text, said) {
        Some(begin) if said.contains("expected ':'") => begin..begin + line(text, begin).trim_end().len(),
        Some(begin) if said.contains(QUOTES) => begin..begin + 1,
        _ => at,
    };
    match MISTAKES.iter().find(|(what, _, _)| said.contains(what)) {
        Some((_, meant, help)) => Problem::new(at, *meant).help(*help),
        None => Problem::new(at, format!("this is not valid YAML: {}", said.split(" at ").next().unwrap_or(said))),
    }
}

/// Refuses what `rest`, which begins at the byte `start`, begins with. No alias comes without an anchor before it.
pub(super) fn anchor_or_tag(start: usize, rest: &str) -> Problem {
    let length = rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len());
    Problem::new(start..start + length, "anchors, aliases and tags of YAML are not taken")
        .help("write the value out, or put it in quotes if it is text that begins with `&`, `*` or `!`")
}

/// Where that begins in the midst of which the parser gave up. It tells only in words, and not of the first character.
fn begin(text: &str, said: &str) -> Option<usize> {
    let (_, context) = said.split_once(", while ")?;
    let Some((_, place)) = context.split_once(" at line ") else { return Some(0) };
    let (line_number, column) = place.split_once(" column ")?;
    let from_0 = |number: &str| number.parse::<usize>().ok()?.checked_sub(1);
    let line_start = text.split_inclusive('\n').take(from_0(line_number)?).map(str::len).sum();
    line(text, line_start).char_indices().nth(from_0(column)?).map(|(within, _)| line_start + within)
}

/// The line from `start` to its end.
fn line(text: &str, start: usize) -> &str {
    text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
}
