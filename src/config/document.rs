//! Reads a file: to a tree, along its schema, to a value of its type.

use std::cell::RefCell;
use std::path::Path;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::check::{Checker, World};
use super::covered_text::CoveredText;
use super::error::ConfigError;
use super::findings::Findings;

use super::{schema, secret, yaml};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text_file;

/// The text of a config.
pub(super) fn text(file: &Path) -> Result<String, ConfigError> {
    if file.try_exists().is_ok_and(|exists| !exists) {
        return Err(ConfigError::Missing(file.to_owned()));
    }
    text_file::read(file, "yaml").map_err(|error| {
        let place = error.place.as_ref().map(|(text, at)| {
            let shown = CoveredText::new(file, text, secret::in_text(text));
            shown.place(&(*at..*at + 1))
        });
        Diagnostic { place, ..error.diagnostic("config.unreadable", file) }.into()
    })
}

/// A file that was checked.
pub(crate) struct Checked<T> {
    /// What is right of it, if that is enough for a value.
    pub(crate) value: Option<T>,
    findings: Vec<Diagnostic>,
    more: usize,
}

impl<T> Checked<T> {
    /// The value with the warnings, if there is no error.
    pub(crate) fn into_result(self) -> Result<(T, Vec<Diagnostic>), ConfigError> {
        let Self { value, findings, more } = self;
        let is_fine = more == 0 && findings.iter().all(|finding| finding.severity == Severity::Warning);
        match value {
            Some(value) if is_fine => Ok((value, findings)),
            _ => Err(ConfigError::Invalid { findings, more, rules: Vec::new() }),
        }
    }
}

/// Reads the text of a file that `title` names in messages. What is right of it goes through `finish`, which can report
/// more.
pub(crate) fn read<F: DeserializeOwned + JsonSchema, T>(
    file: &Path,
    text: &str,
    title: &str,
    world: World<'_>,
    finish: impl FnOnce(F, &Checker<'_>, &yaml::Node) -> Option<T>,
) -> Result<Checked<T>, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let schema = schema::of::<F>();
    let (root, shown) = tree(file, text, &schema)?;
    let findings = Findings::of(&shown);
    let courts = root.get("courts").map_or(&[][..], |courts| courts.node.entries());
    let checker = Checker {
        text,
        findings: &findings,
        directory: file.parent().unwrap_or(Path::new("")),
        world,
        courts: courts.iter().map(|court| &*court.key).collect(),
        left_out: RefCell::default(),
    };
    let value =
        checker.whole(title, &root, &schema).and_then(|json| finish(checker.typed(&root, json)?, &checker, &root));
    let (findings, more) = findings.into_parts();
    Ok(Checked { value, findings, more })
}

/// Parses text; gives the tree and the covered text.
fn tree(file: &Path, text: &str, schema: &Json) -> Result<(yaml::Node, CoveredText), ConfigError> {
    let error = match yaml::parse(text) {
        Ok(root) => {
            let secrets = secret::in_tree(text, &root, schema);
            return Ok((root, CoveredText::new(file, text, secrets)));
        }
        Err(error) => error,
    };
    let shown = CoveredText::new(file, text, secret::in_text(text));
    let mut finding = shown.error("config.syntax", &error.span, error.message);
    if let Some(label) = error.label {
        finding = finding.label(label);
    }
    if let Some(help) = error.help {
        finding = finding.help(help);
    }
    Err(finding.into())
}
