//! Reads sections key by key, so that every key that was asked for is known and every other is a mistake.
//!
//! A mistake is reported and reading goes on: all of them are told at once.

use std::cell::RefCell;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use strum::VariantNames;

use super::expand::expand;
use super::problem::Problem;
use super::secret::Secret;
use super::tree::{Entry, Node, Value};
use crate::suggest::{enumerate, near};

/// What it takes to make sense of the file.
pub(super) struct Context<'a> {
    pub(super) text: &'a str,
    /// Where the file lies: paths are relative to it.
    pub(super) directory: &'a Path,
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    /// What was found to be wrong.
    pub(super) problems: RefCell<Vec<Problem>>,
}

impl Context<'_> {
    /// Line and column of a place in the text, from 1.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line..].chars().count() + 1)
    }

    pub(super) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// What was read, or nothing once what is wrong with it has been reported.
    pub(super) fn accept<T>(&self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.report(problem)).ok()
    }
}

/// The keys of a section, being read.
pub(super) struct Section<'a> {
    context: &'a Context<'a>,
    /// As it stands in a message.
    name: String,
    /// What to point at when a key is missing.
    at: Range<usize>,
    entries: &'a [Entry],
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(super) fn root(context: &'a Context<'a>, root: &'a Node) -> Option<Self> {
        match &root.value {
            Value::Section(entries) => {
                let at = entries.first().map_or(root.at.clone(), |entry| entry.key_at.clone());
                Some(Self::new(context, "the config".to_owned(), at, entries))
            }
            Value::Empty => {
                context.report(Problem::new(0..0, "the config is empty").help("`vta init` writes one to start from"));
                None
            }
            Value::Text(_) | Value::List(_) => {
                let problem =
                    Problem::new(root.at.clone(), "the config wants keys with values such as `name: Hamburg`");
                context.report(problem.help("`vta init` writes one to start from"));
                None
            }
        }
    }

    fn new(context: &'a Context<'a>, name: String, at: Range<usize>, entries: &'a [Entry]) -> Self {
        for (index, entry) in entries.iter().enumerate() {
            if let Some(first) = entries[..index].iter().find(|before| before.key == entry.key) {
                let problem = Problem::new(entry.key_at.clone(), format!("`{}` stands twice in {name}", entry.key));
                context.report(
                    problem.label("and again here").other(first.key_at.clone(), "here").help("remove one of them"),
                );
            }
        }
        Self { context, name, at, entries, known: Vec::new() }
    }

    /// Reads a key that may be left out. Nothing comes of a value that is wrong, which has been reported then.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Field<'a>) -> Result<T, Problem>,
    ) -> Option<T> {
        self.known.push(key);
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        if matches!(entry.node.value, Value::Empty) {
            return None;
        }
        self.context.accept(read(Field { context: self.context, key, key_at: &entry.key_at, node: &entry.node }))
    }

    /// Reads a key that must be there; the example is shown if it is not.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(Field<'a>) -> Result<T, Problem>,
    ) -> Option<T> {
        let entry = self.entries.iter().find(|entry| entry.key == key);
        let problem = match entry {
            None => Problem::new(self.at.clone(), format!("`{key}` is missing in {}", self.name)),
            Some(Entry { key_at, node: Node { value: Value::Empty, .. }, .. }) => {
                Problem::new(key_at.clone(), format!("`{key}` has no value"))
            }
            Some(_) => return self.optional(key, read),
        };
        self.known.push(key);
        self.context.report(problem.help(format!("write for example `{key}: {example}`")));
        None
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let problem = Problem::new(entry.key_at.clone(), format!("unknown key `{}` in {}", entry.key, self.name));
            self.context.report(match near(&entry.key, self.known.iter().copied()) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.help(format!("known: {}", enumerate(self.known.iter().copied()))),
            });
        }
    }
}

/// A key's value, to be read as what it should be.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) key: &'a str,
    pub(super) key_at: &'a Range<usize>,
    pub(super) node: &'a Node,
}

impl<'a> Field<'a> {
    pub(super) fn section(self) -> Result<Section<'a>, Problem> {
        match &self.node.value {
            Value::Section(_) | Value::Empty => {
                let name = format!("`{}`", self.key);
                Ok(Section::new(self.context, name, self.key_at.clone(), self.node.entries()))
            }
            Value::Text(_) | Value::List(_) => Err(self.wants("keys with values, indented below it")),
        }
    }

    /// The entries of a section whose keys are names that the user chose.
    pub(super) fn named(self) -> Result<Vec<Field<'a>>, Problem> {
        self.section().map(|section| {
            section
                .entries
                .iter()
                .map(|entry| Field { context: self.context, key: &entry.key, key_at: &entry.key_at, node: &entry.node })
                .collect()
        })
    }

    /// Each that is wrong is reported.
    pub(super) fn list<T>(self, item: impl Fn(Field<'a>) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
        match &self.node.value {
            Value::List(items) => {
                Ok(items.iter().filter_map(|node| self.context.accept(item(Field { node, ..self }))).collect())
            }
            Value::Empty | Value::Text(_) | Value::Section(_) => Err(self.wants("a list: `[one, another]`")),
        }
    }

    pub(super) fn text(self) -> Result<String, Problem> {
        match &self.node.value {
            Value::Text(text) => expand(text, self.context.environment)
                .map_err(|error| Problem::new(self.node.at.clone(), error.to_string()).help(error.help())),
            Value::Empty | Value::List(_) | Value::Section(_) => Err(self.wants("text")),
        }
    }

    /// Text that is not blank.
    pub(super) fn name(self) -> Result<String, Problem> {
        self.parse("text that is not blank", |text| (!text.trim().is_empty()).then(|| text.trim().to_owned()))
    }

    pub(super) fn secret(self) -> Result<Secret, Problem> {
        self.text().map(Secret::new)
    }

    /// A path, joined to where the file lies.
    pub(super) fn path(self) -> Result<PathBuf, Problem> {
        // In double quotes "data\new" holds a line break.
        let is_path = |text: &str| !text.is_empty() && !text.contains(char::is_control);
        self.parse(r"a path; write it with `/`, or in single quotes if it has a `\`", |text| {
            is_path(text).then(|| self.context.directory.join(text))
        })
    }

    pub(super) fn number<T: FromStr + PartialOrd + Display>(self, range: RangeInclusive<T>) -> Result<T, Problem> {
        self.parse(&format!("a number from {} to {}", range.start(), range.end()), |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    pub(super) fn yes_or_no(self) -> Result<bool, Problem> {
        self.parse("`true` or `false`", |text| text.parse().ok())
    }

    /// An address with a port.
    pub(super) fn address(self) -> Result<SocketAddr, Problem> {
        self.parse("an IP address with a port such as `192.168.7.20:6000`", |text| text.parse().ok())
    }

    /// A network, or a single address.
    pub(super) fn network(self) -> Result<IpNet, Problem> {
        self.parse("networks or addresses such as `192.168.7.0/24` or `192.168.7.20`", |text| {
            text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        })
    }

    /// One of a few words.
    pub(super) fn choice<T: FromStr + VariantNames>(self) -> Result<T, Problem> {
        let words = || T::VARIANTS.iter().copied();
        let text = self.text()?;
        text.parse().map_err(|_| {
            let problem = Problem::new(self.node.at.clone(), format!("unknown `{}`", self.key));
            match near(&text, words()) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.help(format!("known: {}", enumerate(words()))),
            }
        })
    }

    /// Text that `parse` understands, which is `what` it should be.
    pub(super) fn parse<T>(self, what: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Problem> {
        match &self.node.value {
            Value::Text(_) => parse(&self.text()?).ok_or_else(|| self.wants(what)),
            Value::Empty | Value::List(_) | Value::Section(_) => Err(self.wants(what)),
        }
    }

    /// The value is not what it should be. What a variable holds is not told: it may be a secret.
    pub(super) fn wants(self, what: &str) -> Problem {
        let problem = Problem::new(self.node.at.clone(), format!("`{}` wants {what}", self.key));
        match &self.node.value {
            Value::Text(text) if text.contains("${") => problem.label("the variable holds something else"),
            Value::Text(_) => problem,
            Value::Empty => problem.label("nothing is here"),
            Value::List(_) => problem.label("this is a list"),
            Value::Section(_) => problem.label("this is a section"),
        }
    }
}
