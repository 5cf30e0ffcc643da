//! Passwords: kept out of every message, log and error.

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::expand::{expand, is_only_variables, variables};
use super::format::{self, Format};
use super::yaml::{Entry, Node, Value};
use super::{renamed, schema};
use crate::suggest::near;

/// What is shown in place of a secret. It is always the same, so that it does not show the secret's length.
pub(super) const COVER: &str = "***";

/// OBS accepts no password with fewer bytes.
const MIN_PASSWORD_BYTES: usize = 6;

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
        f.write_str(COVER)
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

/// Words that are shown although a secret follows them without a colon.
const WORDS: [&str; 9] = ["auth", "key", "pass", "passphrase", "password", "pw", "pwd", "secret", "token"];

/// The bytes of the text that may hold secrets, in a tree that should be as the schema says: what is under a word for a
/// secret, what is in a line with one, and what may be a password without one.
pub(super) fn in_tree(text: &str, root: &Node, schema: &Json) -> Vec<Range<usize>> {
    let courts = root.get("courts").map_or(&[][..], |courts| courts.node.entries());
    let courts = courts.iter().map(|court| &*court.key).collect();
    let mut cover = Cover { courts, harmless: Vec::new(), secrets: Vec::new() };
    cover.node(root, Some(schema));
    let Cover { harmless, mut secrets, .. } = cover;
    for Line { offset, line, .. } in lines_with_secrets(text, |line| line.trim_start().starts_with('#')) {
        let (mut start, end) = (offset, offset + line.len());
        let first = harmless.partition_point(|shown| shown.start < start);
        let shown = harmless[first..].iter().take_while(|shown| shown.start < end);
        for shown in shown.cloned().chain(std::iter::once(end..end)) {
            let is_sign = |c: char| c.is_whitespace() || "{}[],:#-'\"".contains(c);
            let between = &text[start..shown.start.max(start)];
            let trimmed = between.trim_start_matches(is_sign);
            let begin = shown.start - trimmed.len();
            secrets.push(begin..begin + trimmed.trim_end_matches(is_sign).len());
            start = shown.end;
        }
    }
    secrets
}

/// The bytes that may hold secrets, in a text that is not YAML: rather too many than too few.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    let lines = lines_with_secrets(text, |line| !begins_with_key(line)).into_iter();
    lines
        .map(|Line { offset, line, goes_on }| {
            let start = if goes_on { 0 } else { first_value(line) };
            offset + start..offset + line.len()
        })
        .collect()
}

struct Cover<'a> {
    courts: Vec<&'a str>,
    /// What is shown even in a line with a word for a secret: keys, and words that the schema knows. In order.
    harmless: Vec<Range<usize>>,
    secrets: Vec<Range<usize>>,
}

impl Cover<'_> {
    fn node(&mut self, node: &Node, schema: Option<&Json>) {
        let branch = schema.and_then(|schema| schema::branch(schema, node));
        let words = schema.map_or_else(Vec::new, schema::words);
        match &node.value {
            Value::Text(value) if words.contains(&&**value) => self.harmless.push(node.span.clone()),
            Value::Text(value) if holds_secret(value) => self.secrets.push(node.span.clone()),
            Value::Section(entries) if branch.is_some() => self.section(entries, branch),
            Value::List(items) if branch.is_some_and(|branch| branch.get("items").is_some()) => {
                let schema = branch.and_then(|schema| schema.get("items"));
                items.iter().for_each(|item| self.node(item, schema));
            }
            Value::Section(entries) if entries.iter().any(is_password) => self.section(entries, None),
            // In the place of a section that takes a password.
            _ if schema.is_some_and(takes_password) => self.unreadable(node, schema),
            Value::Section(entries) => self.section(entries, None),
            Value::List(items) => items.iter().for_each(|item| self.node(item, None)),
            Value::Empty | Value::Text(_) => {}
        }
    }

    fn section(&mut self, entries: &[Entry], schema: Option<&Json>) {
        let known = || schema.into_iter().flat_map(schema::keys);
        let takes_password = known().any(|key| key == "password");
        let has_password = takes_password && entries.iter().any(is_password);
        let mut follows_secret = false;
        for Entry { key, key_span, node } in entries {
            let schema_of = |key: &str| schema.and_then(|schema| schema::property(schema, key));
            let meant = || schema_of(renamed::key(key).or_else(|| near(key, known()))?);
            let meant = schema_of(key).or_else(meant);
            // What follows a comma in a password looks like a key.
            let is_key = !node.is_empty() && !key.contains(|c: char| c.is_whitespace() || "@=:".contains(c));
            // A name can be any text: one without a section below may be a password.
            let is_known = meant.is_some() && (known().next().is_some() || matches!(node.value, Value::Section(_)));
            if is_known || is_key && !follows_secret {
                self.harmless.push(key_span.clone());
            }
            follows_secret |= is_secret(key);
            match &node.value {
                Value::Text(value) if is_only_variables(value) => self.harmless.push(node.span.clone()),
                _ if is_secret(key) || schema.is_some() && meant.is_none() => self.secrets.push(node.span.clone()),
                // The password may be the value of another key.
                _ if takes_password && !has_password => self.unreadable(node, meant),
                _ => self.node(node, schema_of(key)),
            }
        }
    }

    /// Covers each value that is not what its key takes.
    fn unreadable(&mut self, node: &Node, schema: Option<&Json>) {
        match &node.value {
            Value::Empty => {}
            Value::Text(value) if is_only_variables(value) => {}
            Value::Text(value) if schema.is_some_and(|schema| schema::words(schema).contains(&&**value)) => {
                self.harmless.push(node.span.clone());
            }
            Value::Text(value) => {
                let default = expand(value, &|_| None).ok();
                let schema = schema.map(|schema| schema.get("items").unwrap_or(schema));
                if !default.zip(schema).is_some_and(|(value, schema)| self.is_readable(&value, schema)) {
                    self.secrets.push(node.span.clone());
                }
            }
            Value::List(items) => {
                let schema = schema.and_then(|schema| schema.get("items"));
                items.iter().for_each(|item| self.unreadable(item, schema));
            }
            Value::Section(entries) => {
                let types = schema.map_or(&[][..], schema::tagged).iter();
                let types: Vec<_> = types.filter_map(schema::tag).collect();
                for Entry { key, key_span, node } in entries {
                    self.harmless.push(key_span.clone());
                    let is_type = |value: &str| key == "type" && near(value, types.iter().copied()).is_some();
                    if !matches!(&node.value, Value::Text(value) if is_type(value)) {
                        self.unreadable(node, None);
                    }
                }
            }
        }
    }

    fn is_readable(&self, value: &str, schema: &Json) -> bool {
        let words = schema::words(schema);
        match schema::kind(schema) {
            _ if !words.is_empty() => near(value, words).is_some(),
            Some("integer" | "number") => {
                schema::number(schema, value).is_some()
                    || value.len() < MIN_PASSWORD_BYTES && value.parse::<f64>().is_ok()
            }
            Some("boolean") => value.parse::<bool>().is_ok(),
            _ => Format::of(schema).is_some_and(|format| match format.name {
                format::COURT => near(value, self.courts.iter().copied()).is_some(),
                _ => (format.check)(value).is_ok(),
            }),
        }
    }
}

/// Whether a section or something in it can have a password.
fn takes_password(schema: &Json) -> bool {
    match schema {
        Json::Object(keywords) => {
            keywords.get("properties").is_some_and(|keys| keys.get("password").is_some())
                || keywords.values().any(takes_password)
        }
        Json::Array(items) => items.iter().any(takes_password),
        _ => false,
    }
}

/// A line that may hold secrets.
struct Line<'t> {
    /// Where it begins.
    offset: usize,
    line: &'t str,
    /// Whether it belongs to such a line before it.
    goes_on: bool,
}

fn lines_with_secrets(text: &str, goes_on: impl Fn(&str) -> bool) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let is_next = lines.last().is_some_and(|last| last.offset + last.line.len() == offset);
        let holds_secret = holds_secret(line);
        if holds_secret || is_next && goes_on(line) {
            lines.push(Line { offset, line, goes_on: !holds_secret });
        }
        offset += line.len();
    }
    lines
}

fn is_password(Entry { key, node, .. }: &Entry) -> bool {
    is_secret(key) && !node.is_empty()
}

/// Where the first value of a line begins, or what follows a word for a secret: from there on all may be one.
fn first_value(line: &str) -> usize {
    let mut at = 0;
    loop {
        let blank = |c: char| c.is_whitespace() || "{[]},#-".contains(c);
        at = line.len() - line[at..].trim_start_matches(blank).len();
        let rest = &line[at..];
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quoted = quote.map_or(rest, |_| &rest[1..]);
        let variables = variables(quoted);
        let length = variables
            + quoted[variables..]
                .find(|c: char| quote.map_or(c.is_whitespace() || ",:={}[]".contains(c), |quote| c == quote))
                .unwrap_or(quoted.len() - variables);
        let word = &quoted[..length];
        let end = (at + length + if quote.is_some() { 2 } else { 0 }).min(line.len());
        let after = &line[end..];
        let value = after.trim_start().trim_start_matches([':', '=']).trim_start();
        let is_key = after
            .trim_start()
            .strip_prefix(':')
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
            && !word.contains(char::is_whitespace);
        if variables > 0 && variables == length {
            at = end;
        } else if (is_key || WORDS.contains(&&*word.to_lowercase())) && is_secret(word) && !is_variable(value) {
            return line.len() - value.len();
        } else if is_key {
            at = line.len() - value.len();
        } else {
            return at;
        }
    }
}

fn begins_with_key(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, value)| {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | '\'');
        value.starts_with(char::is_whitespace) && key.trim().chars().all(is_word)
    })
}

/// Whether text has a word for a secret, or a name and a password before an `@`.
fn holds_secret(text: &str) -> bool {
    words_for_secrets(text).next().is_some() || holds_login(text)
}

/// What follows each word for a secret that stands neither before nor within a variable.
fn words_for_secrets(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut rest = text;
    std::iter::from_fn(move || {
        while let Some(start) = rest.find(is_word) {
            let (before, word) = rest.split_at(start);
            let variables = before.rfind("${").map_or(0, |at| variables(&rest[at..]).saturating_sub(start - at));
            let end = word.find(|c| !is_word(c)).unwrap_or(word.len());
            let after = &word[end..];
            rest = &word[end.max(variables)..];
            if variables == 0 && is_secret(&word[..end]) && !is_variable(after) {
                return Some(after);
            }
        }
        None
    })
}

/// Whether text has a name and a password before an `@`.
fn holds_login(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| text[..at].ends_with(|c: char| !c.is_whitespace() && !"\"'".contains(c)))
}

/// Whether a key's value is only variables, which show no secret.
fn is_variable(value: &str) -> bool {
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '"' | '\''));
    let length = variables(value);
    let after = value[length..].trim_start_matches(['"', '\'']).trim_start();
    length > 0 && (after.is_empty() || after.starts_with([',', '}', ']', '#']))
}

/// A config as YAML, with its secrets covered: those under a word for one, and a name and a password before an `@`.
pub(super) fn shown(config: &impl Serialize) -> Option<String> {
    let mut config = serde_json::to_value(config).ok()?;
    cover(&mut config);
    serde_yaml::to_string(&config).ok()
}

fn cover(value: &mut Json) {
    match value {
        Json::Object(entries) => {
            for (key, value) in entries {
                if names_secret(key) && !value.is_null() {
                    *value = COVER.into();
                } else {
                    cover(value);
                }
            }
        }
        Json::Array(items) => {
            // An argument of a program, and its value.
            let is_flag = |item: &Json| item.as_str().is_some_and(|item| item.starts_with('-') && names_secret(item));
            let mut follows_flag = false;
            for item in items {
                let is_flag = is_flag(item);
                if follows_flag {
                    *item = COVER.into();
                } else {
                    cover(item);
                }
                follows_flag = is_flag;
            }
        }
        Json::String(text) => {
            let is_login = |word: &str| word.split_once('@').is_some_and(|(login, _)| login.contains(':'));
            let is_assigned = |word: &str| word.split_once([':', '=']).is_some_and(|(key, _)| names_secret(key));
            if text.split_whitespace().any(|word| is_login(word) || is_assigned(word)) {
                *text = COVER.to_owned();
            }
        }
        _ => {}
    }
}

/// Whether a key certainly stands before a secret.
fn names_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["password", "passphrase", "pwd", "secret", "token", "kennwort", "credential"].iter().any(|part| key.contains(part))
}

/// Whether a key, or a misspelling of one, stands before a secret.
fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    names_secret(&key)
        || key.contains("pass")
        || key.ends_with("key")
        || key.split(['_', '-']).any(|word| matches!(word, "pw" | "key" | "auth"))
        || (5..13).contains(&key.len()) && near(&key, ["password"]).is_some()
}
