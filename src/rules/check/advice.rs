//! What to write in place of what other languages have: a line of help for those who come from them.

use rhai::{LexError, ParseError, ParseErrorType};

use crate::rules::text::Text;

const NOTHING: &str = "nothing is written `()`, as in `if event.side == () { … }`";
const BLOCK: &str = "a block stands in braces: `if bout.gap > 3 { … }`";
const FUNCTION: &str = "a function begins with `fn`: `fn on_point(event, bout) { … }`";

/// Words of other languages.
const WORDS: &[(&[&str], &str)] = &[
    (&["and"], "write `&&` for `and`"),
    (&["or"], "write `||` for `or`"),
    (&["not"], "write `!` for `not`, as in `!(event.side in [\"blue\"])`"),
    (&["elif", "elsif", "elseif"], "write `else if`"),
    (&["then", "do", "end"], BLOCK),
    (&["null", "nil", "None", "undefined", "NULL"], NOTHING),
    (&["True", "TRUE"], "write `true` in small letters"),
    (&["False", "FALSE"], "write `false` in small letters"),
    (&["def", "function", "func"], FUNCTION),
    (&["var"], "write `let` for `var`"),
];

/// Characters that Rhai does not know there.
const CHARACTERS: &[(&[char], &str)] = &[
    (&['“', '”', '„', '‟', '«', '»'], "write straight quotes: `\"…\"`"),
    (&['‘', '’', '‚', '‛'], "write straight double quotes: `\"…\"`"),
    (&['#'], "a comment begins with `//`"),
    (&['?'], "write `if … { … } else { … }`, which has a value, for `… ? … : …`"),
    (&[':'], BLOCK),
];

/// What to do about a word that is not known.
pub(super) fn of_word(word: &str) -> Option<&'static str> {
    WORDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, help)| *help)
}

/// What to do about an error of syntax: by the error itself, by what stands at it, or by the word before.
pub(super) fn of_syntax(error: &ParseError, text: &Text) -> Option<String> {
    let at = text.byte(error.1)?;
    let (before, rest) = (text.text.get(..at)?, text.text.get(at..)?);
    if let ParseErrorType::BadInput(LexError::MalformedChar(..)) = *error.0 {
        return Some("a text stands in double quotes: `\"…\"`; single ones hold one letter".to_owned());
    }
    let end = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let word = &rest[..end(rest)];
    let previous = before.trim_end().rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let is_assignment = rest.starts_with('=') && !rest.starts_with("==");
    let first = rest.chars().next().into_iter().chain(before.chars().next_back());
    let character = || {
        let found = first.filter_map(|c| CHARACTERS.iter().find(|(known, _)| known.contains(&c)));
        found.map(|(_, help)| *help).next()
    };
    let comparison = || is_assignment.then_some("write `==` to compare");
    let help = of_word(word).or_else(comparison).or_else(character).or_else(|| of_word(previous));
    help.map(str::to_owned)
}
