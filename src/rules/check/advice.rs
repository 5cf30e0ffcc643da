//! Advice for what is written differently in other languages, and for what is often forgotten.

use rhai::{LexError, ParseErrorType};

use super::parse::SyntaxError;
use crate::rules::text::Text;

const NOTHING: &str = "nothing is written `()`, as in `if event.side == () { … }`";
const BLOCK: &str = "a block stands in braces: `if bout.gap > 3 { … }`";
const FUNCTION: &str = "a function begins with `fn`: `fn on_point(event, bout) { … }`";
const LATER: &str = "a function without a name is written `|| …`: `after(\"2s\", || mark(\"now\"))`";
pub(super) const VARIABLE: &str = "a variable is declared with `let`: `let count = 1;`";
const COMMENT: &str = "a comment begins with `//`";
const EQUALS: &str = "write `==` to compare";
const ELSE_IF: &str = "write `else if`";
const ARMS: &str = "write `switch event.side { \"blue\" => …, \"red\" => …, _ => … }`";

/// Words of other languages.
const WORDS: &[(&[&str], &str)] = &[
    (&["and", "AND"], "write `&&` for `and`"),
    (&["or", "OR"], "write `||` for `or`"),
    (&["not", "NOT"], "write `!` for `not`, as in `!(event.side in [\"blue\"])`"),
    (&["elif", "elsif", "elseif"], ELSE_IF),
    (&["then", "do", "end"], BLOCK),
    (&["null", "nil", "None", "undefined", "NULL"], NOTHING),
    (&["True", "TRUE"], "write `true` in small letters"),
    (&["False", "FALSE"], "write `false` in small letters"),
    (&["def", "function", "func"], FUNCTION),
    (&["var"], VARIABLE),
    (&["self"], "what a rule keeps is in `this`: `this.count = 1;`"),
    (&["foreach"], LOOP),
    (&["except", "finally"], "write `try { … } catch (error) { … }`"),
];

const LOOP: &str = "write `for number in 0..5 { … }`, or `for item in list { … }`";

/// Types of other languages, as they begin a declaration.
const TYPES: &[&str] = &["int", "float", "double", "bool", "string", "String", "auto"];

/// A case of wrong syntax, and what to do about it.
type Case = (fn(&Around<'_>) -> bool, &'static str);

/// Checked before the words above. The first case that applies counts.
const CASES: &[Case] = &[
    (|c| c.is_char(), "a text stands in double quotes: `\"…\"`; single ones hold one letter"),
    (|c| c.is_open_text() && c.rest.starts_with('"'), "a text ends with a second `\"`, in the line in which it begins"),
    (|c| c.is_open_text(), "a text in backticks ends with another backtick"),
    (|c| c.first == "for" && !c.expects("{"), LOOP),
    (
        |c| c.rest.starts_with(['"', '`']) && c.before.ends_with(['f', 'F']),
        "write the text in backticks: `` `… ${event.side} …` ``",
    ),
    (|c| c.rest.starts_with("$\""), "write the text in backticks: `` `… ${event.side} …` ``"),
    (|c| c.rest.starts_with("--") && c.statement.trim().is_empty(), COMMENT),
    (|c| c.starts_with(&["++", "--"]), "write `count += 1` or `count -= 1`"),
    (|c| c.rest.starts_with("==="), EQUALS),
    (|c| c.rest.starts_with("!=="), "write `!=` to compare"),
    (|c| c.rest.starts_with('>') && c.before.ends_with('<'), "write `!=` to compare"),
    (|c| c.rest.starts_with("==") && c.expects(";"), "a single `=` gives a value"),
    (|c| c.word == "is", EQUALS),
    (|c| c.expects(",") && (c.rest.starts_with("=>") || c.has(&["function", "lambda"])), LATER),
    (
        |c| c.rest.starts_with("=>") && c.expects("{"),
        "write `>=` for \"at least\"; `=>` belongs to the arms of `switch`",
    ),
    (|c| c.expects("=>") || matches!(c.word, "case" | "default"), ARMS),
    (|c| c.first == "on" || (c.first.starts_with("on_") && c.starts_with(&["{", ":"])), FUNCTION),
    (|c| matches!(c.error, ParseErrorType::FnMissingParams(..)), FUNCTION),
    (
        |c| matches!(c.error, ParseErrorType::FnMissingBody(..)),
        "the body of a function stands in braces: `fn on_point(event, bout) { … }`",
    ),
    (|c| c.rest.starts_with(':') && c.is_in_value(), "a map begins with `#{`: `#{ name: \"…\" }`"),
    (|c| c.expects(":"), "an entry of a map is `name: value`"),
    (|c| c.rest.starts_with('=') && !c.expects(";"), EQUALS),
    (|c| c.touches(&['“', '”', '„', '‟', '«', '»']), "write straight quotes: `\"…\"`"),
    (|c| c.touches(&['‘', '’', '‚', '‛']), "write straight double quotes: `\"…\"`"),
    (|c| c.touches(&['#']) || c.rest.starts_with("<!--"), COMMENT),
    (|c| c.touches(&['?']), "write `if … { … } else { … }`, which has a value, for `… ? … : …`"),
    (
        |c| c.rest.starts_with("->"),
        "a field is read with `.`, as in `event.side`, a function of a module with `::`, as in `obs::scene`",
    ),
];

/// Behind the words above: a sign is missing.
const MISSING: &[Case] = &[
    (|c| c.expects("catch"), "write `try { … } catch (error) { … }`"),
    (|c| c.expects("{"), BLOCK),
    (|c| c.expects(";") && TYPES.contains(&c.statement.trim()), VARIABLE),
    (|c| c.is_at_end, "a `}` or another closing bracket is missing"),
    (|c| c.expects(",") && c.starts_with(&["}", ";"]), "a `)` is missing before this"),
    (|c| c.expects(","), "a `,` or a `)` is missing before this"),
    (
        |c| {
            c.starts_with(&["}", ")", "]", ";"])
                && c.before.trim_end().ends_with(['+', '-', '*', '/', '=', '<', '>', '&', '|'])
        },
        "a value is missing before this",
    ),
    (
        |c| c.starts_with(&["}", ")", "]"]),
        "this bracket closes nothing: one is missing before it, or this one is too many",
    ),
    (|c| c.expects(";") && c.rest.starts_with(char::is_alphabetic), "a `;` is missing before this"),
];

/// An error of syntax, and what stands around it.
struct Around<'a> {
    error: &'a ParseErrorType,
    /// Whether it is that the text ends.
    is_at_end: bool,
    before: &'a str,
    rest: &'a str,
    /// The word at it.
    word: &'a str,
    /// What the line has of the statement before it.
    statement: &'a str,
    /// The first word of that.
    first: &'a str,
}

impl Around<'_> {
    fn expects(&self, token: &str) -> bool {
        matches!(self.error, ParseErrorType::MissingToken(missing, _) if missing == token)
    }

    fn is_char(&self) -> bool {
        let malformed = matches!(self.error, ParseErrorType::BadInput(LexError::MalformedChar(..)));
        malformed || (self.is_open_text() && self.rest.starts_with('\''))
    }

    fn is_open_text(&self) -> bool {
        matches!(self.error, ParseErrorType::BadInput(LexError::UnterminatedString))
    }

    fn starts_with(&self, signs: &[&str]) -> bool {
        signs.iter().any(|sign| self.rest.starts_with(sign))
    }

    /// Whether one of the characters stands at it or before it.
    fn touches(&self, characters: &[char]) -> bool {
        self.rest.starts_with(characters) || self.before.ends_with(characters)
    }

    fn has(&self, words: &[&str]) -> bool {
        self.statement.split(|c| !is_of_word(c)).any(|word| words.contains(&word))
    }

    /// Whether it stands behind the first word in braces that are in the place of a value.
    fn is_in_value(&self) -> bool {
        let outside = self.before.strip_suffix(self.statement).and_then(|before| before.strip_suffix('{'));
        self.statement.trim() == self.first
            && outside.is_some_and(|before| before.trim_end().ends_with(['=', '(', ',']))
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_of(text: &str) -> &str {
    &text[..text.find(|c| !is_of_word(c)).unwrap_or(text.len())]
}

/// What to do about a word that is not known.
pub(super) fn of_word(word: &str) -> Option<&'static str> {
    WORDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, help)| *help)
}

/// What to do about an error of syntax: by the words at it and before it, or by the case that it is.
pub(super) fn of_syntax(error: &SyntaxError, text: &Text) -> Option<String> {
    let at = text.byte(error.at)?;
    let (before, rest) = (text.text.get(..at)?, text.text.get(at..)?);
    let statement = before.rsplit([';', '{', '}', '\n']).next().unwrap_or_default();
    let around = Around {
        error: &error.kind,
        is_at_end: error.begins.is_some(),
        before,
        rest,
        word: word_of(rest),
        statement,
        first: word_of(statement.trim_start()),
    };
    let previous = before.trim_end().rsplit(|c| !is_of_word(c)).next().unwrap_or_default();
    let words = [around.word, around.first, previous];
    let by_word = || words.into_iter().find_map(of_word);
    let by_case = |cases: &[Case]| cases.iter().find(|(applies, _)| applies(&around)).map(|(_, help)| *help);
    by_case(CASES).or_else(by_word).or_else(|| by_case(MISSING)).map(str::to_owned)
}
