//! `event.yaml`: courts, rules and sinks, typed and checked.
//!
//! A key is declared once, in [`EventFile`] or a type below it. Its doc comment, default and range give the JSON
//! Schema, the tables of docs/configuration.md, the comments that `vta init` writes, and the check. The file is parsed
//! once, to a tree with places. The check compares the tree with the schema and reports all errors; then serde reads
//! it. Loading creates nothing, connects to nothing and shows no secret.

pub(crate) mod check;
mod consistency;
mod court;
mod covered_text;
mod docs;
pub(crate) mod document;
mod error;
mod expand;
mod export;
pub(crate) mod findings;
mod folder_name;
pub(crate) mod format;
mod names;
mod renamed;
mod reviews;
pub(crate) mod rules;
mod schema;
mod secret;
mod server;
mod sink;
mod syntax;
mod template;
pub(crate) mod yaml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use court::{CourtConfig, CourtType};
pub use error::ConfigError;
pub use folder_name::FolderName;
pub use secret::Secret;
pub use server::ServerConfig;
pub use sink::{
    CaptureSink, Corner, Level, LogSink, ObsSink, PlayerSink, RecordingInProgress, Sink, StoreSink, WhenFull,
};

use crate::bout::ReviewRules;
use crate::diagnostic::Diagnostic;
use crate::naming::Names;
use crate::pss::Encoding;
use crate::rules::RuleFile;
use check::{Checker, World};
use names::NameTemplates;
use reviews::Reviews;
use rules::RulesSection;

/// All that `event.yaml` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The event's name.
    pub name: String,
    /// The courts by name, at least one.
    pub courts: BTreeMap<Arc<str>, CourtConfig>,
    /// How datagrams are read.
    pub decoder: Decoder,
    /// What decides.
    pub rules: Rules,
    /// What the competition says about reviews.
    pub reviews: ReviewRules,
    /// How clips and recordings are named.
    pub names: Names,
    /// What is driven and recorded, by name.
    pub sinks: BTreeMap<Arc<str>, Sink>,
    /// How it is reached while it runs.
    pub server: ServerConfig,
    /// All of it as YAML: with its variables and defaults filled in, and its secrets covered.
    pub effective: String,
    /// What is suspicious, but prevents no run.
    pub warnings: Vec<Diagnostic>,
}

/// The rules that decide what is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Their files, which are there, and what their constants are to be.
    pub files: Vec<RuleFile>,
    /// How many operations one call of a handler may take.
    pub max_operations: u64,
}

/// The configuration of `vta` for an event, `event.yaml`.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(title = "event.yaml", extend("x-absent" = "`vta init` writes one to start from"))]
struct EventFile {
    /// The event's name; it stands in the database, in captures and in names of files.
    #[schemars(with = "format::NotBlank", length(max = 100), extend("x-example" = "Hamburg Open 2026"))]
    name: String,
    /// The courts, at least one: a name that you choose, and [what is heard there](#courts).
    #[schemars(extend(
        "minProperties" = 1,
        "propertyNames" = { "maxLength": 100, "pattern": "\\S" },
        "x-example" = "{ court-1: { bind: 0.0.0.0:6000 } }",
        "x-empty" = "`courts` wants at least one court"
    ))]
    courts: BTreeMap<Arc<str>, CourtConfig>,
    /// [How datagrams are read](#decoder).
    #[serde(default)]
    #[schemars(extend("x-default" = "PSS 2.3"))]
    decoder: Decoder,
    /// [What decides](#rules).
    #[serde(default)]
    #[schemars(extend("x-default" = "no rules"))]
    rules: RulesSection,
    /// [What the competition says about video reviews](#reviews).
    #[serde(default)]
    #[schemars(extend("x-default" = "those of World Taekwondo"))]
    reviews: Reviews,
    /// [How clips and recordings are named](#names).
    #[serde(default)]
    #[schemars(extend("x-default" = "see there"))]
    names: NameTemplates,
    /// What is driven and recorded: a name that you choose, and [what it is](#sinks).
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "maxLength": 100, "pattern": "\\S" }, "x-default" = "no sinks"))]
    sinks: BTreeMap<Arc<str>, Sink>,
    /// [How the running vta is reached](#server).
    #[serde(default)]
    #[schemars(extend("x-default" = "on this computer alone"))]
    server: ServerConfig,
}

/// How datagrams are read.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Decoder {
    /// The scoring system's protocol, [with the habits of real senders](protocol.md).
    pub protocol: Protocol,
    /// The encoding of text that is not UTF-8, which older consoles send: `CP1250` (central Europe), `CP1251` (Cyrillic),
    /// `CP949` (Korean), or another by its usual name.
    #[schemars(with = "format::Encoding")]
    pub fallback_encoding: Encoding,
}

/// A protocol of a scoring system. The first byte of a message, `{` or another, shows which one it is in, so that
/// either setting accepts both.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
pub enum Protocol {
    /// World Taekwondo's UDP messages, version 2.3.
    #[default]
    #[serde(rename = "pss-2.3")]
    Pss23,
    /// TK-Strike's JSON events.
    #[serde(rename = "tkstrike-json")]
    TkstrikeJson,
}

impl Config {
    /// Loads a config, with the variables of the process's environment.
    ///
    /// # Errors
    /// The file is not there, cannot be read or says something wrong.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        Self::parse(file, &document::text(file)?, &|name| std::env::var(name).ok())
    }

    /// Understands the text of a config. `file` says where it lies, `environment` what variables hold.
    ///
    /// # Errors
    /// The text says something wrong.
    pub fn parse(file: &Path, text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Self::read(file, text, "the config", World::here(environment))
    }

    fn read(file: &Path, text: &str, title: &str, world: World<'_>) -> Result<Self, ConfigError> {
        let checked = document::read(file, text, title, world, EventFile::resolve)?;
        let files = checked.value.iter().flat_map(|config| &config.rules.files);
        let files: BTreeSet<_> = files.map(|rule| rule.path.clone()).collect();
        match checked.into_result() {
            Ok((config, warnings)) => Ok(Self { warnings, ..config }),
            Err(ConfigError::Invalid { findings, more, .. }) => {
                Err(ConfigError::Invalid { findings, more, rules: files.into_iter().collect() })
            }
            Err(error) => Err(error),
        }
    }

    /// A config of one court, `court-1`, and nothing else: with defaults for all.
    ///
    /// # Errors
    /// Its text is wrong, which a test of the scenarios would show.
    pub fn of_one_court() -> Result<Self, ConfigError> {
        Self::parse(Path::new(""), "name: Scenarios\ncourts: { court-1: { bind: 127.0.0.1:0 } }", &|_| None)
    }

    /// Understands the config that a capture holds; `rules` are the files that it holds besides.
    ///
    /// # Errors
    /// The text says something wrong.
    pub fn recorded(capture: &Path, text: &str, rules: &dyn Fn(&Path) -> bool) -> Result<Self, ConfigError> {
        let world = World { environment: &|_| None, is_file: rules };
        let file = Path::new(capture.file_name().unwrap_or_default());
        Self::read(file, text, "the config in the capture", world)
    }
}

impl EventFile {
    /// Checks what the schema cannot say, and puts the config together.
    fn resolve(self, checker: &Checker<'_>, root: &yaml::Node) -> Option<Config> {
        let effective = secret::shown(&self)?;
        let Self { name, courts, decoder, rules, reviews, names, mut sinks, server } = self;
        let RulesSection { files, max_operations } = rules;
        let list = root.get("rules").and_then(|rules| rules.node.get("files"));
        let files = list.map_or_else(Vec::new, |list| rules::rule_files(checker, &list.node, files));
        consistency::check(checker.findings, root, &courts, &sinks);
        reviews.check(checker.findings, root);
        rules::check_operations(checker.findings, root, max_operations);
        sinks.values_mut().for_each(|sink| sink.resolve(checker.directory));
        Some(Config {
            file: checker.findings.text.file().to_owned(),
            // The check has found the templates right.
            names: names.of_event(&name).ok()?,
            name,
            courts,
            decoder,
            rules: Rules { files, max_operations },
            reviews: reviews.into(),
            sinks,
            server,
            effective,
            warnings: Vec::new(),
        })
    }
}

/// docs/event.schema.json: the JSON Schema, draft-07, of a config.
pub fn json_schema() -> String {
    let mut schema = schema::of::<EventFile>();
    export::export(&mut schema, true);
    format!("{schema:#}\n")
}

/// The tables of docs/configuration.md, by their names.
pub fn tables() -> Vec<(String, String)> {
    docs::tables(&schema::of::<EventFile>())
}

/// A config for so many courts to start from, with a comment on each key.
pub fn template(courts: usize) -> String {
    template::template(&schema::of::<EventFile>(), courts)
}
