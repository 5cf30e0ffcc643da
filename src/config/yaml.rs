//! YAML as a tree in which each key and each value has its place.
//!
//! Values stay as written: the schema says what is a number, so a password such as `0123` or `no` is not changed.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::syntax::{self, SyntaxError};

/// How deep sections and lists can be nested. The config needs five levels, the arguments in a scenario some more.
const MAX_DEPTH: usize = 16;

/// A value with its place in the text, in bytes.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) enum Value {
    /// A key with nothing behind it, which is the same as leaving the key out.
    Empty,
    Text(String),
    List(Vec<Node>),
    Section(Vec<Entry>),
}

/// A key with its value. A key may stand twice in a section.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) node: Node,
}

impl Node {
    /// Whether nothing stands there.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.value, Value::Empty)
    }

    /// Whether a variable stands in the text.
    pub(crate) fn has_variable(&self) -> bool {
        matches!(&self.value, Value::Text(text) if text.contains("${"))
    }

    /// The entries of a section; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Section(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }
}

/// Parses one YAML document.
pub(crate) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let is_text =
        |c: char| matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    if let Some(at) = text.find(|c| !is_text(c)) {
        return Err(SyntaxError::new(at..at + 1, "a control character stands here", "remove it: YAML is plain text"));
    }
    Builder { text, offsets: Offsets::of(text), open: Vec::new(), end: 0, root: None }.build()
}

/// Builds a tree from the parser's events.
struct Builder<'a> {
    text: &'a str,
    offsets: Offsets,
    /// The lists and sections that have not ended, the outermost first.
    open: Vec<Open>,
    /// Where the last event ended.
    end: usize,
    root: Option<Node>,
}

struct Open {
    start: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    /// Entries, and a key that has no value yet.
    Section(Vec<Entry>, Option<(String, Range<usize>)>),
}

impl Builder<'_> {
    fn build(mut self) -> Result<Node, SyntaxError> {
        for event in Parser::new_from_str(self.text) {
            let (event, span) = event.map_err(|error| {
                syntax::explain(self.text, self.offsets.byte(error.marker().index()), error.info(), self.end)
            })?;
            let span = self.offsets.span(&span);
            self.event(event, span)?;
        }
        let empty = || Node { span: 0..0, value: Value::Empty };
        Ok(self.root.unwrap_or_else(empty))
    }

    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), SyntaxError> {
        let end = span.end;
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                let span = span.start..(span.start + 3).min(self.text.len());
                let help = "remove the `---`: the config is one document";
                return Err(SyntaxError::new(span, "a second YAML document begins here", help));
            }
            Event::Alias(_) => return Err(self.anchor_or_tag(&span)),
            Event::Scalar(_, _, anchor, tag) if anchor != 0 || tag.is_some() => return Err(self.anchor_or_tag(&span)),
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) if anchor != 0 || tag.is_some() => {
                return Err(self.anchor_or_tag(&span));
            }
            Event::SequenceStart(..) => self.open(span.start, Content::List(Vec::new()))?,
            Event::MappingStart(..) => self.open(span.start, Content::Section(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => self.close(&span)?,
            Event::Scalar(text, style, ..) => {
                let is_empty = matches!(style, ScalarStyle::Plain)
                    && matches!(&*text, "" | "~" | "null" | "Null" | "NULL")
                    && !self.expects_key();
                let value = if is_empty { Value::Empty } else { Value::Text(text.into_owned()) };
                let written = self.text.get(span.clone()).unwrap_or_default().trim_end();
                self.add(Node { span: span.start..span.start + written.len(), value })?;
            }
            _ => {}
        }
        self.end = end.max(self.end);
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Section(_, None), .. }))
    }

    fn open(&mut self, start: usize, content: Content) -> Result<(), SyntaxError> {
        if self.open.len() == MAX_DEPTH {
            return Err(SyntaxError::too_deep(start));
        }
        self.open.push(Open { start, content });
        Ok(())
    }

    fn close(&mut self, span: &Range<usize>) -> Result<(), SyntaxError> {
        let Some(Open { start, content }) = self.open.pop() else { return Ok(()) };
        let (last, value) = match content {
            Content::List(items) => (items.last().map(|item| item.span.end), Value::List(items)),
            Content::Section(entries, _) => (entries.last().map(|entry| entry.node.span.end), Value::Section(entries)),
        };
        let is_flow = self.text.get(start..).is_some_and(|rest| rest.starts_with(['[', '{']));
        // The parser's span goes on to what follows the bracket.
        let end = if is_flow { span.start + 1 } else { last.unwrap_or(start) };
        self.add(Node { span: start..end, value })
    }

    /// Puts a node where it belongs.
    fn add(&mut self, node: Node) -> Result<(), SyntaxError> {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Section(entries, pending)) => match pending.take() {
                Some((key, key_span)) => {
                    // A key without a value ends with the key.
                    let is_absent = matches!(node.value, Value::Empty) && node.span.is_empty();
                    let span = if is_absent { key_span.end..key_span.end } else { node.span };
                    entries.push(Entry { key, key_span, node: Node { span, ..node } });
                }
                None => *pending = Some(key(self.text, node)?),
            },
        }
        Ok(())
    }

    /// Refuses an anchor, an alias or a tag, which is written before the value at the span, or is the span.
    fn anchor_or_tag(&self, span: &Range<usize>) -> SyntaxError {
        let from = self.end.min(span.start);
        let before = self.text.get(from..span.end.max(span.start)).and_then(|text| text.find(['&', '!', '*']));
        let start = before.map_or(span.start, |at| from + at);
        SyntaxError::anchor_or_tag(self.text, start)
    }
}

/// A key and its place.
fn key(text: &str, node: Node) -> Result<(String, Range<usize>), SyntaxError> {
    let Value::Text(key) = node.value else {
        return Err(SyntaxError::new(node.span, "a key must be a word", "write `key: value`"));
    };
    let is_plain = text.get(node.span.start..).is_some_and(|rest| rest.starts_with(&key));
    if is_plain && key.contains(':') {
        return Err(SyntaxError::new(node.span, "a space is missing after the colon", "write `key: value`"));
    }
    Ok((key, node.span))
}

/// Turns the parser's places, which count characters, into bytes.
enum Offsets {
    /// All characters have one byte.
    Ascii,
    /// Where each character begins, and the end of the text.
    Table(Vec<usize>),
}

impl Offsets {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii;
        }
        Self::Table(text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Ascii => character,
            Self::Table(offsets) => offsets.get(character).or(offsets.last()).copied().unwrap_or(0),
        }
    }

    fn span(&self, span: &Span) -> Range<usize> {
        self.byte(span.start.index())..self.byte(span.end.index())
    }
}
