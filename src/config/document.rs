//! Reads a file: to a tree, along its schema, to a value of its type.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::check::{Checker, World};
use super::error::ConfigError;
use super::source::{Findings, Source};
use super::{schema, secret, yaml};
use crate::diagnostic::Diagnostic;

/// A config may have this many bytes; one for ten courts has 2,000.
const MAX_BYTES: u64 = 4 << 20;

/// The text of a file.
pub(crate) fn text(file: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { file: file.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(file).and_then(|open| open.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        let finding = Diagnostic::error("config.too_long", file, "the file is too long")
            .help(format!("it may have {MAX_BYTES} bytes: is this the right file?"));
        return Err(ConfigError::Invalid(vec![finding]));
    }
    String::from_utf8(bytes).map_err(|error| {
        let text = String::from_utf8_lossy(error.as_bytes());
        let at = error.utf8_error().valid_up_to();
        let source = Source::new(file, &text, secret::in_text(&text));
        let finding = source.error("config.encoding", &(at..at + 1), "this is not UTF-8");
        ConfigError::Invalid(vec![finding.label("from here on").help("save the file in the encoding UTF-8")])
    })
}

/// Reads the text of a file that `title` names in messages. What is right of it goes through `finish`, which can report
/// more.
pub(crate) fn read<F: DeserializeOwned + JsonSchema, T>(
    file: &Path,
    text: &str,
    title: &str,
    world: World<'_>,
    finish: impl FnOnce(F, &Checker<'_>, &yaml::Node) -> Option<T>,
) -> Result<T, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let schema = schema::of::<F>();
    let (root, source) = tree(file, text, &schema)?;
    let findings = Findings::of(&source);
    let courts = root.get("courts").map_or(&[][..], |courts| courts.node.entries());
    let checker = Checker {
        findings: &findings,
        directory: file.parent().unwrap_or(Path::new("")),
        world,
        courts: courts.iter().map(|court| &*court.key).collect(),
        left_out: RefCell::default(),
    };
    let value =
        checker.whole(title, &root, &schema).and_then(|json| finish(checker.typed(&root, json)?, &checker, &root));
    match (value, findings.into_vec()) {
        (Some(value), findings) if findings.is_empty() => Ok(value),
        (_, findings) => Err(ConfigError::Invalid(findings)),
    }
}

/// Parses text; gives the tree and what messages show of the text.
fn tree(file: &Path, text: &str, schema: &Json) -> Result<(yaml::Node, Source), ConfigError> {
    let error = match yaml::parse(text) {
        Ok(root) => {
            let secrets = secret::in_tree(text, &root, schema);
            return Ok((root, Source::new(file, text, secrets)));
        }
        Err(error) => error,
    };
    let source = Source::new(file, text, secret::in_text(text));
    let mut finding = source.error("config.syntax", &error.span, error.message);
    if let Some(label) = error.label {
        finding = finding.label(label);
    }
    if let Some(help) = error.help {
        finding = finding.help(help);
    }
    Err(ConfigError::Invalid(vec![finding]))
}
