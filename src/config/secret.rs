//! Passwords: kept out of every message, log and error.

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::expand::is_only_variables;
use super::yaml::{Entry, Node, Value};
use super::{renamed, schema};
use crate::suggest;

/// Text that is never shown.
#[derive(Clone, Deserialize, JsonSchema, PartialEq, Eq)]
#[schemars(inline)]
pub struct Secret(String);

impl Secret {
    /// Keeps the text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
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

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a secret; one that is empty is none.
pub(super) fn unless_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let secret = Option::<Secret>::deserialize(deserializer)?;
    Ok(secret.filter(|secret| !secret.expose().is_empty()))
}

/// The bytes of the text that may hold secrets, in a tree that should be as the schema says.
pub(super) fn in_tree(text: &str, root: &Node, schema: &Json) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    find_in_tree(text, root, Some(schema), &mut secrets);
    secrets
}

fn find_in_tree(text: &str, node: &Node, schema: Option<&Json>, secrets: &mut Vec<Range<usize>>) {
    let schema = schema.and_then(|schema| schema::branch(schema, node));
    match &node.value {
        Value::Empty => {}
        // Something that went wrong, such as `[password:hunter2]`.
        Value::Text(value) if keys(value).any(|(_, key)| is_secret(key)) => secrets.push(node.span.clone()),
        Value::Text(_) => {}
        Value::List(items) => {
            let schema = schema.and_then(|schema| schema.get("items"));
            items.iter().for_each(|item| find_in_tree(text, item, schema, secrets));
        }
        Value::Section(entries) => {
            for Entry { key, key_span, node } in entries {
                let is_secret = is_secret(key) || schema.is_some_and(|schema| may_be_password(schema, key));
                match &node.value {
                    Value::Text(value) if is_only_variables(value) => {}
                    // What begins with `#` is a comment to YAML.
                    Value::Empty if is_secret => secrets.push(key_span.end + 1..line_end(text, key_span.end)),
                    _ if is_secret => secrets.push(node.span.clone()),
                    _ => {
                        let within = schema.and_then(|schema| schema::property(schema, key));
                        find_in_tree(text, node, within, secrets);
                    }
                }
            }
        }
    }
}

/// Whether an unknown key may be meant for a password: the section has one, and no other key of it is near.
fn may_be_password(section: &Json, key: &str) -> bool {
    let known = || schema::keys(section);
    known().any(|known| known == "password")
        && !known().any(|known| known == key)
        && renamed::key(key).is_none()
        && suggest::near(key, known()).is_none_or(is_secret)
}

fn line_end(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |length| offset + length)
}

/// The bytes of text that is not YAML which may hold secrets, more of them than there need to be: everything from the
/// colon after a secret's key to the next line that begins with a key.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
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
    secrets
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
    ["pass", "pwd", "secret", "token", "kennwort", "credential"].iter().any(|part| key.contains(part))
        || key.split(['_', '-']).any(|word| matches!(word, "pw" | "key" | "auth"))
        || suggest::near(&key, ["password"]).is_some()
}
