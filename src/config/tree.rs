//! YAML as a tree in which everything knows its place.
//!
//! Values stay the text that stands in the file: what is a number and what is not is for whoever reads a key to say, so
//! a password such as `0123` or `no` is what it looks like.

use std::ops::Range;

use serde::de::DeserializeSeed;
use serde_yaml::Deserializer;

use super::problem::Problem;
use super::syntax;
use super::walk::{Shape, Walk};

/// A config may be this long; one for ten courts has 2,000 bytes. What [`place`] costs grows with the square of it.
const MAX_BYTES: usize = 32_768;

/// A value with its place in the text, in bytes.
pub(super) struct Node {
    pub(super) at: Range<usize>,
    pub(super) value: Value,
}

pub(super) enum Value {
    /// A key with nothing behind it, which is the same as leaving it out.
    Empty,
    Text(String),
    List(Vec<Node>),
    Section(Vec<Entry>),
}

/// A key and what belongs to it. A key may stand twice; see [`super::section`].
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_at: Range<usize>,
    pub(super) node: Node,
}

impl Node {
    /// The entries of a section; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Section(entries) => entries,
            Value::Empty | Value::Text(_) | Value::List(_) => &[],
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }
}

/// Parses one YAML document.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let is_text =
        |c: char| matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    if let Some(at) = text.find(|c| !is_text(c)) {
        return Err(Problem::new(at..at + 1, "a control character stands here").help("remove it: YAML is plain text"));
    }
    if text.len() > MAX_BYTES {
        return Err(Problem::new(MAX_BYTES..MAX_BYTES + 1, "the config is too long")
            .help(format!("it may have {MAX_BYTES} bytes: is this the right file?")));
    }
    let shape = Walk::through().deserialize(Deserializer::from_str(text)).map_err(|error| match error.location() {
        Some(location) => syntax::problem(text, location.index(), &error.to_string()),
        // Of this alone no place is told.
        None => second_document(text),
    })?;
    Builder { text, placed: 0 }.node(shape)
}

/// Gives the nodes of a tree, one after the other, their places.
struct Builder<'a> {
    text: &'a str,
    /// How many nodes have a place.
    placed: usize,
}

impl Builder<'_> {
    fn node(&mut self, shape: Shape) -> Result<Node, Problem> {
        let (start, written) = place(self.text, self.placed);
        self.placed += 1;
        if self.from(start).starts_with(['&', '!']) {
            return Err(syntax::anchor_or_tag(start, self.from(start)));
        }
        let (end, value) = match shape {
            Shape::Empty => (start + written.len(), Value::Empty),
            Shape::Text => (self.end_of_text(start, &written), Value::Text(written)),
            Shape::List(items) => {
                let items: Vec<Node> = items.into_iter().map(|item| self.node(item)).collect::<Result<_, _>>()?;
                (self.end_of_block(start, items.last()), Value::List(items))
            }
            Shape::Section(entries) => {
                let entries: Vec<Entry> =
                    entries.into_iter().map(|(key, value)| self.entry(key, value)).collect::<Result<_, _>>()?;
                (self.end_of_block(start, entries.last().map(|entry| &entry.node)), Value::Section(entries))
            }
        };
        Ok(Node { at: start..end, value })
    }

    fn entry(&mut self, key: Shape, value: Shape) -> Result<Entry, Problem> {
        let Node { at: key_at, value: key } = self.node(key)?;
        let Value::Text(key) = key else {
            return Err(Problem::new(key_at, "a key must be a word").help("write `key: value`"));
        };
        let is_plain = self.from(key_at.start).starts_with(&key);
        if is_plain && key.contains(':') {
            return Err(Problem::new(key_at, "a space is missing after the colon").help("write `key: value`"));
        }
        Ok(Entry { key, key_at, node: self.node(value)? })
    }

    /// Where the text that was just placed ends.
    fn end_of_text(&self, start: usize, written: &str) -> usize {
        let rest = self.from(start);
        let length = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => rest
                .match_indices(quote)
                .map(|(at, _)| at + 1)
                .find(|&length| serde_yaml::from_str::<String>(&rest[..length]).is_ok_and(|quoted| quoted == written)),
            Some('|' | '>') => None,
            _ => rest.starts_with(written).then_some(written.len()),
        };
        // Text of several lines goes on until something else begins.
        let length = length.unwrap_or_else(|| {
            let (next, _) = place(self.text, self.placed);
            self.text.get(start..next).unwrap_or(rest).trim_end().len()
        });
        start + length
    }

    /// Where a list or section ends that begins at `start`.
    fn end_of_block(&self, start: usize, last: Option<&Node>) -> usize {
        let end = last.map_or(start, |last| last.at.end);
        let closing = match self.from(start).chars().next() {
            Some('[') => ']',
            Some('{') => '}',
            _ => return end,
        };
        self.from(end).find(closing).map_or(end, |at| end + at + 1)
    }

    fn from(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or_default()
    }
}

/// Where the node with this number begins, counted from 0 as they stand in the text, and what is written there if it is
/// no list and no section. Beyond the last node is the end.
///
/// serde_yaml tells places only in errors, so every node costs a walk to it. A config is small.
fn place(text: &str, number: usize) -> (usize, String) {
    let walk = Walk::to(number);
    let error = (&walk).deserialize(Deserializer::from_str(text)).err();
    let start = error.and_then(|error| error.location()).map_or(text.len(), |location| location.index());
    (start, walk.into_written())
}

fn second_document(text: &str) -> Problem {
    let (first, _) = place(text, 0);
    let line = text.get(first..).and_then(|rest| rest.find("\n---").or_else(|| rest.find("\n...")));
    let at = line.map_or(0, |line| first + line + 1);
    Problem::new(at..at + 3, "a second YAML document begins here").help("remove the `---`: the config is one document")
}
