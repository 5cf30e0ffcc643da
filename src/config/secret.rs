//! Passwords: kept out of every message, log and error.

use std::fmt;
use std::ops::Range;

use super::expand::is_only_variables;
use super::tree::{Entry, Node, Value};
use crate::suggest;

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps the text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who has to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The text with stars over its secrets. Everything stays in its place. Without a tree, which a text that is no YAML
/// does not give, more is covered than needs to be.
pub(super) fn mask(text: &str, root: Option<&Node>) -> String {
    let mut secrets = Vec::new();
    match root {
        Some(root) => find_in_tree(text, root, &mut secrets),
        None => find_in_text(text, &mut secrets),
    }
    let mut masked = String::with_capacity(text.len());
    for (offset, character) in text.char_indices() {
        if !character.is_whitespace() && secrets.iter().any(|secret| secret.contains(&offset)) {
            masked.extend(std::iter::repeat_n('*', character.len_utf8()));
        } else {
            masked.push(character);
        }
    }
    masked
}

fn find_in_tree(text: &str, node: &Node, secrets: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Empty => {}
        // Something that went wrong, such as `[password:hunter2]`.
        Value::Text(value) if keys(value).any(|(_, key)| is_secret(key)) => secrets.push(node.at.clone()),
        Value::Text(_) => {}
        Value::List(items) => items.iter().for_each(|item| find_in_tree(text, item, secrets)),
        Value::Section(entries) => {
            for Entry { key, key_at, node } in entries {
                match &node.value {
                    Value::Text(value) if is_only_variables(value) => {}
                    // What begins with `#` is a comment to YAML.
                    Value::Empty if is_secret(key) => secrets.push(key_at.end + 1..line_end(text, node.at.start)),
                    _ if is_secret(key) => secrets.push(node.at.clone()),
                    _ => find_in_tree(text, node, secrets),
                }
            }
        }
    }
}

fn line_end(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |length| offset + length)
}

/// Everything from the colon after a secret's key to the next line that begins with a key.
fn find_in_text(text: &str, secrets: &mut Vec<Range<usize>>) {
    let mut offset = 0;
    let mut within = false;
    for line in text.split_inclusive('\n') {
        if within && !begins_with_key(line) {
            secrets.push(offset..offset + line.len());
        } else if let Some((colon, _)) = keys(line).find(|(_, key)| is_secret(key)) {
            within = true;
            secrets.push(offset + colon + 1..offset + line.len());
        } else {
            within = false;
        }
        offset += line.len();
    }
}

fn begins_with_key(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, value)| {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | '\'');
        value.starts_with(char::is_whitespace) && key.trim().chars().all(is_word)
    })
}

/// What looks like keys: words with a colon behind them, and where the colon is.
fn keys(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(':').filter_map(|(colon, _)| {
        let before = text[..colon].trim_end().trim_end_matches(['"', '\'']);
        let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        (!word.is_empty()).then_some((colon, word))
    })
}

/// Whether a key, or a misspelling of one, stands before a secret.
fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["pass", "pwd", "secret", "token"].iter().any(|part| key.contains(part))
        || suggest::near(&key, ["password"]).is_some()
}
