//! `rules`: what decides, and the settings of rules.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::findings::Findings;
use super::format;
use super::sink::ServedCourts;
use super::yaml::{Entry, Node};
use crate::diagnostic::Diagnostic;
use crate::rules::{Limits, RuleFile, Setting, SettingValue, Settings};
use crate::served::Served;

/// The keys of `rules`.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RulesSection {
    /// The [rules](rules.md), in the order in which they hear an event: paths, or `file` with `with` and `courts`. Every
    /// court runs all of them, unless a rule is limited to some courts; each court has a state of its own.
    #[schemars(extend("x-default" = "none"))]
    pub(super) files: Vec<RuleEntry>,
    /// How many operations one call of a handler may take before it is stopped. With 5000, a handler that never ends holds up
    /// its court for less than 10 milliseconds at each call; with 100000, for up to 0.2 seconds, and on a slow computer for
    /// up to a second.
    #[schemars(
        range(min = 1_000, max = 100_000),
        extend("x-absent" = "a handler that never ends holds up its court for up to a second in 100000 operations; with \
                             more, messages would be lost")
    )]
    pub(super) max_operations: u64,
}

impl Default for RulesSection {
    fn default() -> Self {
        Self { files: Vec::new(), max_operations: Limits::default().max_operations }
    }
}

/// A rule's file.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(inline, extend("x-wants" = "a path, or `file` with `with`"))]
pub(crate) enum RuleEntry {
    /// The path alone.
    Path(#[schemars(with = "format::RulePath")] PathBuf),
    /// The path with settings.
    Full(FullRuleEntry),
}

/// A rule with settings, or for some courts.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullRuleEntry {
    /// The rule.
    #[schemars(with = "format::RulePath", extend("x-example" = "rules/recording.rhai"))]
    file: PathBuf,
    /// Values for the [constants](rules.md#settings) at the top of the rule, by their names.
    #[serde(default)]
    #[schemars(extend("x-default" = "nothing"))]
    with: BTreeMap<String, Written>,
    /// The courts that run the rule. The same rule may stand again with other settings for other courts.
    #[serde(default, skip_serializing_if = "Served::is_all")]
    #[schemars(with = "ServedCourts")]
    courts: Served,
}

/// A setting's value; the rule's constant says what it should be.
#[derive(Clone, Deserialize, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(
    inline,
    extend(
        "x-noun" = "the setting",
        "x-wants" = "a value, or a list of values",
        "x-absent" = "a fraction is written with a point: `0.5`"
    )
)]
pub(crate) enum Written {
    Text(String),
    List(Vec<String>),
}

/// The rules of a list, with the places of their settings; checks what the schema cannot say.
pub(crate) fn rule_files(checker: &Checker<'_>, list: &Node, entries: Vec<RuleEntry>) -> Vec<RuleFile> {
    let left_out = checker.left_out.borrow();
    let nodes = list.items().iter().filter(|item| !left_out.contains(&item.span.start));
    let mut settings = HashMap::new();
    let mut before: HashMap<PathBuf, Vec<(&Node, Served)>> = HashMap::new();
    let mut files = Vec::with_capacity(entries.len());
    for (node, entry) in nodes.zip(entries) {
        let entry = match entry {
            RuleEntry::Path(file) => FullRuleEntry { file, with: BTreeMap::new(), courts: Served::All },
            RuleEntry::Full(entry) => entry,
        };
        let path = checker.directory.join(&entry.file);
        let same = before.entry(path.components().collect()).or_default();
        if let Some((first, _)) = same.iter().find(|(_, courts)| courts.overlaps(&entry.courts)) {
            let message = "this rule file is listed twice and would act twice";
            checker.findings.report("config.duplicate", &node.span, message, |finding| {
                let here = checker.findings.text.span(&first.span);
                finding.related(here, "here first").help("remove one of them")
            });
        }
        same.push((node, entry.courts.clone()));
        let with = with(checker, node, &entry.with);
        if !with.is_empty() {
            let constants = settings.entry(path.clone()).or_insert_with(|| Settings::of(&path));
            check_settings(checker, &with, constants.as_ref());
        }
        let with = with.into_iter().map(|(setting, _)| setting).collect();
        files.push(RuleFile { path, with, courts: entry.courts });
    }
    files
}

/// The settings of a rule, in their order, with where they stand.
fn with<'n>(checker: &Checker<'_>, rule: &'n Node, values: &BTreeMap<String, Written>) -> Vec<(Setting, &'n Entry)> {
    let text = checker.findings.text;
    let mut first: HashMap<String, &Entry> = HashMap::new();
    let mut settings = Vec::with_capacity(values.len());
    for entry in rule.get("with").map_or(&[][..], |with| with.node.entries()) {
        match first.get(&entry.key.to_ascii_lowercase()) {
            // Twice the same key is reported already.
            Some(before) if before.key == entry.key => continue,
            Some(before) => checker.findings.report(
                "config.duplicate",
                &entry.key_span,
                format!("`{}` is set already", checker.findings.name(entry)),
                |finding| finding.related(text.span(&before.key_span), "here first").help("remove one of them"),
            ),
            None => drop(first.insert(entry.key.to_ascii_lowercase(), entry)),
        }
        let Some(value) = values.get(&entry.key) else { continue };
        let value = match value.clone() {
            Written::Text(text) => SettingValue::Text(text),
            Written::List(items) => SettingValue::List(items),
        };
        let (name, file, place) = (entry.key.clone(), text.file().to_owned(), text.place(&entry.key_span));
        let is_variable = entry.node.has_variable() || entry.node.items().iter().any(Node::has_variable);
        settings.push((Setting { name, value, is_variable, file, place }, entry));
    }
    settings
}

/// More operations than this deserve a warning.
const MANY_OPERATIONS: u64 = 20_000;
/// How long an operation takes on a slow computer, at most; `make bench` measures 1.4 µs.
const OPERATION_MICROS: u64 = 10;

/// Says what many operations cost.
pub(crate) fn check_operations(findings: &Findings<'_>, root: &Node, max_operations: u64) {
    let written = root.get("rules").and_then(|rules| rules.node.get("max_operations"));
    if let Some(entry) = written.filter(|_| max_operations > MANY_OPERATIONS) {
        let seconds = max_operations as f64 * OPERATION_MICROS as f64 / 1e6;
        let message = format!("a handler that never ends holds up its court for up to {seconds:.1} s at each call");
        findings.warn(&entry.node.span, &message, |finding| {
            finding.help("a useful handler takes a few dozen operations; leave `max_operations` out if yours does")
        });
    }
}

/// Holds settings against the constants of the rule, where they can be read.
fn check_settings(checker: &Checker<'_>, with: &[(Setting, &Entry)], constants: Option<&Settings>) {
    let Some(constants) = constants else { return };
    for (setting, entry) in with {
        for wrong in constants.wrong(setting) {
            let item = wrong.item.and_then(|item| entry.node.items().get(item));
            let span = match item {
                _ if wrong.is_unknown => &entry.key_span,
                Some(item) => &item.span,
                None => &entry.node.span,
            };
            if wrong.is_unknown {
                // It may be a password that is meant for OBS.
                checker.findings.cover(&entry.node.span);
            }
            let message = wrong.message.replace(&entry.key, checker.findings.name(entry));
            checker
                .findings
                .report("config.setting", span, message, |finding| Diagnostic { help: wrong.help, ..finding });
        }
    }
}
