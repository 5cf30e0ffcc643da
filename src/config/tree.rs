//! YAML as a tree in which everything knows its place.
//!
//! Values stay the text that stands in the file: what is a number and what is not is for whoever reads a key to say, so
//! a password such as `0123` or `no` is what it looks like.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::problem::Problem;
use super::syntax;

/// Sections may lie this deep in each other. The config needs four.
const MAX_DEPTH: usize = 16;

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
    if let Some(at) = text.find(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(Problem::new(at..at + 1, "a control character stands here").help("remove it: YAML is plain text"));
    }
    let offsets = text.char_indices().map(|(offset, _)| offset).collect();
    let mut builder = Builder { text, offsets, parser: Parser::new_from_str(text) };
    loop {
        match builder.next()? {
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            (Event::StreamEnd, at) => return Ok(Node { at, value: Value::Empty }),
            (event, at) => {
                let root = builder.node(event, at, 0)?;
                return builder.end().map(|()| root);
            }
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    /// Where each character begins: the parser counts characters.
    offsets: Vec<usize>,
    parser: Parser<'a, StrInput<'a>>,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Problem> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.range(span))),
            Some(Err(error)) => Err(self.syntax_problem(&error)),
            None => Ok((Event::StreamEnd, self.text.len()..self.text.len())),
        }
    }

    fn node(&mut self, event: Event<'a>, at: Range<usize>, depth: usize) -> Result<Node, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new(at, "sections lie too deep in each other").help("the config needs four levels"));
        }
        match event {
            Event::Scalar(text, style, 0, None) => {
                let empty = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let value = if empty { Value::Empty } else { Value::Text(text.into_owned()) };
                Ok(Node { at, value })
            }
            Event::SequenceStart(0, None) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => {
                            return Ok(Node { at: self.block(at, end), value: Value::List(items) });
                        }
                        (event, at) => items.push(self.node(event, at, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(0, None) => {
                let mut entries = Vec::new();
                loop {
                    match self.next()? {
                        (Event::MappingEnd, end) => {
                            return Ok(Node { at: self.block(at, end), value: Value::Section(entries) });
                        }
                        (event, at) => entries.push(self.entry(event, at, depth + 1)?),
                    }
                }
            }
            _ => Err(Problem::new(at, "anchors, aliases and tags of YAML are not taken")
                .help("write the value out, or put it in quotes if it is text that begins with `&`, `*` or `!`")),
        }
    }

    fn entry(&mut self, key: Event<'a>, key_at: Range<usize>, depth: usize) -> Result<Entry, Problem> {
        let Event::Scalar(key, style, 0, None) = key else {
            return Err(Problem::new(key_at, "a key must be a word").help("write `key: value`"));
        };
        if style == ScalarStyle::Plain && key.contains(':') {
            return Err(Problem::new(key_at, "a space is missing after the colon").help("write `key: value`"));
        }
        let (event, at) = self.next()?;
        Ok(Entry { key: key.into_owned(), key_at, node: self.node(event, at, depth)? })
    }

    /// Makes sure that nothing follows the document.
    fn end(&mut self) -> Result<(), Problem> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(_), at) => {
                    return Err(Problem::new(at, "a second YAML document begins here")
                        .help("remove the `---`: the config is one document"));
                }
                _ => {}
            }
        }
    }

    fn syntax_problem(&self, error: &ScanError) -> Problem {
        syntax::problem(self.text, self.offset(error.marker().index()), error.info())
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.start.index());
        start..self.offset(span.end.index()).max(start)
    }

    /// From the beginning of a block to its end, without the white space that follows it.
    fn block(&self, start: Range<usize>, end: Range<usize>) -> Range<usize> {
        let block = self.text.get(start.start..end.end).unwrap_or_default();
        start.start..start.start + block.trim_end().len()
    }

    fn offset(&self, character: usize) -> usize {
        self.offsets.get(character).copied().unwrap_or(self.text.len())
    }
}
