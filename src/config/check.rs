//! Checks a tree against a schema: all that is wrong, each with its place. What is right becomes JSON, for serde.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::expand::{self, expand};
use super::findings::Findings;
use super::format::{self, Format, Reason, Refusal};
use super::renamed::{self, Renamed};
use super::schema::{self, is_required, kind, property};
use super::yaml::{Entry, Node, Value};
use crate::action::ActionVerb;
use crate::diagnostic::Diagnostic;
use crate::suggest::{advise, enumerate, near};

pub(crate) const SCHEMA_CODE: &str = "config.value";

/// What a file may refer to.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// What a variable holds.
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    /// Whether there is such a file.
    pub(crate) is_file: &'a dyn Fn(&Path) -> bool,
}

impl<'a> World<'a> {
    /// This computer's files, and these variables.
    pub(crate) fn here(environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { environment, is_file: &|path| path.is_file() }
    }
}

/// What it takes to check a tree.
pub(crate) struct Checker<'a> {
    pub(crate) text: &'a str,
    pub(crate) findings: &'a Findings<'a>,
    /// Where the file lies: paths are relative to it.
    pub(crate) directory: &'a Path,
    pub(crate) world: World<'a>,
    /// The names that a `court` can have.
    pub(crate) courts: HashSet<&'a str>,
    /// Where the items of lists begin that are left out.
    pub(crate) left_out: RefCell<HashSet<usize>>,
}

impl<'a> Checker<'a> {
    /// Checks a whole file, which is called `title`; gives what is right of it. What is wrong is left out, up to where a
    /// key is required; for a key of the top that is wrong stands nothing.
    pub(crate) fn whole(&self, title: &str, root: &Node, schema: &Json) -> Option<Json> {
        let at = root.entries().first().map_or(root.span.clone(), |entry| entry.key_span.clone());
        let (span, message) = match &root.value {
            Value::Section(entries) => {
                let (mut object, _) = self.keys(title, &at, entries, schema);
                // A missing key gets a stand-in, so that the rest can be checked.
                for key in schema::keys(schema).filter(|key| is_required(schema, key)) {
                    if !object.contains_key(key) {
                        object.insert(key.to_owned(), nothing_like(property(schema, key)?));
                    }
                }
                return Some(Json::Object(object));
            }
            Value::Empty => (0..0, format!("{title} is empty")),
            Value::Text(_) | Value::List(_) => {
                let first = schema::keys(schema).find_map(|key| {
                    let example = schema::text(property(schema, key)?, "x-example")?;
                    Some(format!(" such as `{key}: {example}`"))
                });
                (root.span.clone(), format!("{title} wants keys with values{}", first.unwrap_or_default()))
            }
        };
        self.findings.report(SCHEMA_CODE, &span, message, |finding| with_advice(finding, schema));
        None
    }

    /// The typed value of the parts that are right.
    pub(crate) fn typed<T: DeserializeOwned>(&self, root: &Node, json: Json) -> Option<T> {
        // serde's error may show a value.
        let unreadable = |_: serde_json::Error| {
            let message = "this is accepted, but cannot be read: a fault of vta, report it";
            self.findings.report(SCHEMA_CODE, &root.span, message, |finding| finding);
        };
        serde_json::from_value(json).map_err(unreadable).ok()
    }

    /// The value of a key, or an item of its list.
    fn value(&self, key: &str, at: &Range<usize>, node: &Node, schema: &Json) -> Option<Json> {
        let words = schema::words(schema);
        if !words.is_empty() {
            return self.word(key, node, &words);
        }
        if !schema::tagged(schema).is_empty() {
            return self.tagged(key, at, node, schema);
        }
        let whole = schema;
        let Some(schema) = schema::branch(schema, node) else {
            return self.wants(key, node, schema::text(schema, "x-wants").unwrap_or("something else"));
        };
        match kind(schema) {
            Some("object") => match &node.value {
                Value::Section(_) | Value::Empty => {
                    self.section(&format!("`{key}`"), at, &node.span, node.entries(), schema)
                }
                Value::Text(_) | Value::List(_) => self.wants_keys(key, node, whole),
            },
            Some("array") => self.list(key, at, node, schema),
            Some("integer" | "number") => self.number(key, node, schema),
            Some("boolean") => match self.scalar(key, node, "`true` or `false`")?.parse() {
                Ok(value) => Some(Json::Bool(value)),
                Err(_) => self.wants(key, node, "`true` or `false`"),
            },
            Some(_) => self.text(key, node, schema),
            None => Some(any(node)),
        }
    }

    /// The keys of a section with their values.
    fn section(
        &self,
        name: &str,
        at: &Range<usize>,
        span: &Range<usize>,
        entries: &[Entry],
        schema: &Json,
    ) -> Option<Json> {
        if schema.get("properties").is_none() {
            self.without_duplicates(name, entries);
            return self.named(name, span, entries, schema);
        }
        let (object, is_whole) = self.keys(name, at, entries, schema);
        is_whole.then_some(Json::Object(object))
    }

    /// The keys of a section that are right, and whether all that are required are among them.
    fn keys(&self, name: &str, at: &Range<usize>, entries: &[Entry], schema: &Json) -> (Map<String, Json>, bool) {
        let first = self.without_duplicates(name, entries);
        let known = || schema::keys(schema);
        let mut object = Map::new();
        let mut is_whole = true;
        for (key, schema_of_key) in known().filter_map(|key| Some((key, property(schema, key)?))) {
            let required = is_required(schema, key);
            let Some(Entry { key_span, node, .. }) = first.get(key) else {
                if required {
                    is_whole = false;
                    let is_meant = |Entry { key: written, .. }: &Entry| {
                        let meant = || renamed::key(written).or_else(|| near(written, known()));
                        property(schema, written).is_none() && meant() == Some(key)
                    };
                    if !entries.iter().any(is_meant) {
                        let message = format!("`{key}` is missing in {name}");
                        self.findings.report("config.missing_key", at, message, |finding| {
                            with_example(finding, key, schema_of_key)
                        });
                    }
                }
                continue;
            };
            if matches!(node.value, Value::Empty) && !required {
                continue;
            }
            let value = if matches!(node.value, Value::Empty) {
                let message = format!("`{key}` has no value");
                self.findings
                    .report(SCHEMA_CODE, key_span, message, |finding| with_example(finding, key, schema_of_key));
                None
            } else {
                self.value(key, key_span, node, schema_of_key)
            };
            match value {
                Some(value) => drop(object.insert(key.to_owned(), value)),
                None => is_whole &= !required,
            }
        }
        let is_open = schema.get("additionalProperties") == Some(&Json::Bool(true));
        for entry in entries.iter().filter(|entry| property(schema, &entry.key).is_none()) {
            let Entry { key, key_span, node } = entry;
            if is_open {
                object.insert(key.clone(), any(node));
                continue;
            }
            let now = renamed::key(key).filter(|now| property(schema, now).is_some());
            if let Some(now) = now {
                let message = format!("`{key}` is now `{now}`");
                self.findings.report("config.renamed", key_span, message, |finding| finding);
                continue;
            }
            let message = format!("unknown key `{}` in {name}", self.findings.name(entry));
            let advice = || advise("known", key, schema::keys(schema));
            self.findings.report("config.unknown_key", key_span, message, |finding| finding.advice(advice()));
        }
        (object, is_whole)
    }

    /// A section whose keys are names that the user chose. What is wrong is left out.
    fn named(&self, name: &str, span: &Range<usize>, entries: &[Entry], schema: &Json) -> Option<Json> {
        let names = schema.get("propertyNames");
        let longest = names.and_then(|names| names.get("maxLength")).and_then(Json::as_u64);
        if entries.is_empty() && schema.get("minProperties").is_some() {
            return self.nothing_in(name, span, schema);
        }
        let nothing = Json::Bool(true);
        let schema = schema.get("additionalProperties").unwrap_or(&nothing);
        let is_section = kind(schema) == Some("object") || !schema::tagged(schema).is_empty();
        let mut object = Map::new();
        for entry in entries {
            let Entry { key, key_span, node } = entry;
            if object.contains_key(key) {
                continue;
            }
            if longest.is_some_and(|longest| key.chars().count() as u64 > longest) {
                let message = format!("this name is longer than {} characters", longest.unwrap_or_default());
                self.findings.report(SCHEMA_CODE, key_span, message, |finding| {
                    finding.help("choose a shorter one: it stands in the names of files and in each line of the log")
                });
            }
            if names.is_some() && key.trim().is_empty() {
                self.findings.report(SCHEMA_CODE, key_span, "this name is empty", |finding| {
                    finding.help("choose one: it stands in the names of files and in each line of the log")
                });
            }
            if matches!(node.value, Value::Empty) && !is_section && schema.is_object() {
                let noun = schema::text(schema, "x-noun").map_or_else(String::new, |noun| format!("{noun} "));
                let message = format!("{noun}`{}` has no value", self.findings.name(entry));
                self.findings.report(SCHEMA_CODE, key_span, message, |finding| with_advice(finding, schema));
            } else if let Some(value) = self.value(self.findings.name(entry), key_span, node, schema) {
                object.insert(key.clone(), value);
            }
        }
        Some(Json::Object(object))
    }

    /// The entries by their keys; the first of each, as the others are reported.
    fn without_duplicates<'e>(&self, name: &str, entries: &'e [Entry]) -> HashMap<&'e str, &'e Entry> {
        let mut first: HashMap<&str, &Entry> = HashMap::with_capacity(entries.len());
        for entry in entries {
            let before = *first.entry(&entry.key).or_insert(entry);
            if !std::ptr::eq(before, entry) {
                let message = format!("`{}` stands twice in {name}", self.findings.name(entry));
                self.findings.report("config.duplicate", &entry.key_span, message, |finding| {
                    let here = self.findings.text.span(&before.key_span);
                    finding.label("and again here").related(here, "here").help("remove one of them")
                });
            }
        }
        first
    }

    /// A section whose `type` is one of several.
    fn tagged(&self, key: &str, at: &Range<usize>, node: &Node, schema: &Json) -> Option<Json> {
        if !matches!(node.value, Value::Section(_) | Value::Empty) {
            return self.wants_keys(key, node, schema);
        }
        let variants = schema::tagged(schema);
        let Some(Entry { node: tag, key_span, .. }) = node.get("type") else {
            self.without_duplicates(&format!("`{key}`"), node.entries());
            self.findings.report("config.missing_key", at, format!("`type` is missing in `{key}`"), |finding| {
                with_example(finding, "type", schema)
            });
            return None;
        };
        if matches!(tag.value, Value::Empty) {
            self.findings
                .report(SCHEMA_CODE, key_span, "`type` has no value", |finding| with_example(finding, "type", schema));
            return None;
        }
        let words: Vec<&str> = variants.iter().filter_map(schema::tag).collect();
        let word = self.word("type", tag, &words);
        let variant = variants.iter().find(|variant| schema::tag(variant) == word.as_ref().and_then(Json::as_str));
        let Some(variant) = variant else {
            self.without_duplicates(&format!("`{key}`"), node.entries());
            return None;
        };
        self.section(&format!("`{key}`"), at, &node.span, node.entries(), variant)
    }

    /// The items of a list that are right.
    fn list(&self, key: &str, at: &Range<usize>, node: &Node, schema: &Json) -> Option<Json> {
        let Value::List(items) = &node.value else { return self.wants(key, node, "a list: `[one, another]`") };
        if items.is_empty() && schema.get("minItems").is_some() {
            return self.nothing_in(&format!("`{key}`"), &node.span, schema);
        }
        let nothing = Json::Bool(true);
        let schema = schema.get("items").unwrap_or(&nothing);
        let value = |item: &Node| {
            let value = self.value(key, at, item, schema);
            if value.is_none() {
                self.left_out.borrow_mut().insert(item.span.start);
            }
            value
        };
        Some(items.iter().filter_map(value).collect())
    }

    fn nothing_in(&self, name: &str, span: &Range<usize>, schema: &Json) -> Option<Json> {
        let message = schema::text(schema, "x-empty").map_or_else(|| format!("nothing is in {name}"), str::to_owned);
        self.findings.report(SCHEMA_CODE, span, message, |finding| with_advice(finding, schema));
        None
    }

    /// The text of a value, with its variables put in.
    fn scalar(&self, key: &str, node: &Node, wanted: &str) -> Option<String> {
        let Value::Text(text) = &node.value else { return self.wants(key, node, wanted) };
        let unset = |error: expand::ExpandError| {
            let help = error.help();
            self.findings.report("config.variable", &node.span, error.to_string(), |finding| finding.help(help));
        };
        expand(text, self.world.environment).map_err(unset).ok()
    }

    fn text(&self, key: &str, node: &Node, schema: &Json) -> Option<Json> {
        let Some(format) = Format::of(schema) else { return self.scalar(key, node, "text").map(Json::String) };
        let text = self.scalar(key, node, format.wants)?;
        let longest = schema.get("maxLength").and_then(Json::as_u64);
        if let Some(longest) = longest.filter(|longest| text.chars().count() as u64 > *longest) {
            return self.wants(key, node, &format!("{longest} characters at most"));
        }
        match (format.check)(&text) {
            Ok(()) => {}
            // The reasons show the text.
            Err(Refusal::Because(reasons)) if self.findings.written(node) == text => {
                reasons.into_iter().for_each(|reason| self.because(node, reason));
                return None;
            }
            Err(_) => return self.wants(key, node, format.wants),
        }
        let because = |message: String, complete: &dyn Fn(Diagnostic) -> Diagnostic| {
            self.findings.report(SCHEMA_CODE, &node.span, message, complete);
            None
        };
        let written = self.findings.written(node);
        let missing = |what: &str, file: &str| {
            let message = format!("there is no {what} {}", self.directory.join(written).display());
            because(message, &|finding| finding.help(format!("paths are relative to the {file}")))
        };
        let is_there = || (self.world.is_file)(&self.directory.join(&text));
        match format.name {
            format::RULE_FILE if !is_there() => missing("rule file", "config's directory"),
            format::CAPTURE_FILE if !is_there() => missing("capture", "file of scenarios"),
            // Without `courts`, each name of a court would be wrong; that the key is missing is reported already.
            format::COURT if !self.courts.is_empty() && !self.courts.contains(&*text) => {
                because("there is no such court".to_owned(), &|finding| {
                    let mut courts: Vec<_> = self.courts.iter().copied().collect();
                    courts.sort_unstable();
                    finding.advice(advise("the courts", written, courts.into_iter()))
                })
            }
            format::ACTION if !ActionVerb::names().any(|name| name == text) => {
                because(format!("there is no action `{written}`"), &|finding| {
                    finding.advice(advise("known", written, ActionVerb::names()))
                })
            }
            "not-blank" => Some(text.trim().into()),
            _ => Some(text.into()),
        }
    }

    /// Reports why text is refused, at the part of it that is wrong.
    fn because(&self, node: &Node, Reason { part, message, advice }: Reason) {
        let part = part.and_then(|part| {
            let Value::Text(text) = &node.value else { return None };
            // Text with an escape is written differently in the file.
            let start = node.span.start + self.text.get(node.span.clone())?.find(&**text)?;
            Some(start + part.start..start + part.end)
        });
        self.findings
            .report(SCHEMA_CODE, part.as_ref().unwrap_or(&node.span), message, |finding| finding.advice(advice));
    }

    fn number(&self, key: &str, node: &Node, schema: &Json) -> Option<Json> {
        let wanted = match schema::limits(schema) {
            (Some(minimum), Some(maximum)) => format!("a number from {minimum} to {maximum}"),
            (Some(minimum), None) => format!("a whole number, at least {minimum}"),
            _ => "a number".to_owned(),
        };
        match schema::number(schema, &self.scalar(key, node, &wanted)?) {
            Some(number) => Some(Json::Number(number)),
            None => self.wants_with(key, node, &wanted, |finding| with_advice(finding, schema)),
        }
    }

    /// One of a few words.
    fn word(&self, key: &str, node: &Node, words: &[&str]) -> Option<Json> {
        let text = self.scalar(key, node, &format!("one of {}", enumerate(words.iter().copied())))?;
        if words.contains(&&*text) {
            return Some(text.into());
        }
        let written = self.findings.written(node);
        if let Some(Renamed { now, .. }) = renamed::value(key, &text).filter(|renamed| words.contains(&renamed.now)) {
            let message = format!("`{key}: {written}` is now `{key}: {now}`");
            self.findings.report("config.renamed", &node.span, message, |finding| finding);
            return None;
        }
        self.findings.report(SCHEMA_CODE, &node.span, format!("unknown `{key}`"), |finding| {
            finding.advice(advise("known", written, words.iter().copied()))
        });
        None
    }

    fn wants_keys<T>(&self, key: &str, node: &Node, schema: &Json) -> Option<T> {
        self.wants_with(key, node, "keys with values, indented below it", |finding| {
            match schema::text(schema, "x-example").filter(|_| !schema::tagged(schema).is_empty()) {
                Some(kind) => finding.help(format!("write for example `{key}: {{ type: {kind} }}`")),
                None => with_example(finding, key, schema),
            }
        })
    }

    fn wants<T>(&self, key: &str, node: &Node, wanted: &str) -> Option<T> {
        self.wants_with(key, node, wanted, |finding| finding)
    }

    /// The value is not what it should be. What a variable holds is not shown: it may be a secret.
    fn wants_with<T>(
        &self,
        key: &str,
        node: &Node,
        wanted: &str,
        complete: impl FnOnce(Diagnostic) -> Diagnostic,
    ) -> Option<T> {
        self.findings.report(SCHEMA_CODE, &node.span, format!("`{key}` wants {wanted}"), |finding| {
            complete(match &node.value {
                Value::Text(_) if node.has_variable() => finding.label("the variable holds something else"),
                Value::Text(_) => finding,
                Value::Empty => finding.label("nothing is here"),
                Value::List(_) => finding.label("this is a list"),
                Value::Section(_) => finding.label("this is a section"),
            })
        });
        None
    }
}

/// Stands in for a value that is wrong.
fn nothing_like(schema: &Json) -> Json {
    match kind(schema) {
        Some("object") => Json::Object(Map::new()),
        Some("array") => Json::Array(Vec::new()),
        _ => "".into(),
    }
}

fn with_advice(finding: Diagnostic, schema: &Json) -> Diagnostic {
    match schema::text(schema, "x-absent") {
        Some(advice) => finding.help(advice),
        None => finding,
    }
}

fn with_example(finding: Diagnostic, key: &str, schema: &Json) -> Diagnostic {
    match schema::text(schema, "x-example") {
        Some(example) => finding.help(format!("write for example `{key}: {example}`")),
        None => finding,
    }
}

/// Any value as it is written; scalars are text.
fn any(node: &Node) -> Json {
    match &node.value {
        Value::Empty => Json::Null,
        Value::Text(text) => text.clone().into(),
        Value::List(items) => items.iter().map(any).collect(),
        Value::Section(entries) => entries.iter().map(|entry| (entry.key.clone(), any(&entry.node))).collect(),
    }
}
