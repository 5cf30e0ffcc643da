//! `event.yaml`: what is heard, what decides and what is driven, typed and checked.
//!
//! Loading reads the file and looks whether the rules' files are there. It creates nothing and connects to nothing.
//! All that is wrong is told at once, each with its line and what to do about it, and no secret is shown in it.
//!
//! | key | meaning | default |
//! |---|---|---|
//! | `name` | the event, in the database and in file names | required |
//! | `courts` | the courts: [`CourtConfig`] | required |
//! | `decoder` | how bytes are read: [`Decoder`] | PSS 2.3 |
//! | `rules` | what decides: [`Rules`] | none |
//! | `reviews` | what the competition says about reviews: [`ReviewRules`] | those of World Taekwondo |
//! | `names` | how clips and recordings are named: [`Names`] | by event, court, bout and time |
//! | `sinks` | what is driven and recorded: [`Sink`] | none |
//!
//! Values may hold variables of the environment, `${NAME}` or `${NAME:-default}`. Paths are relative to the file. A key
//! without a value counts as left out.

mod court;
mod expand;
mod names;
mod problem;
mod reviews;
mod rules;
pub mod scenario;
mod secret;
mod section;
mod sink;

mod syntax;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use strum::{Display, EnumString, VariantNames};

pub use court::{CourtConfig, UdpCourt};
pub use problem::{ConfigError, Invalid};
pub use secret::Secret;
pub use sink::{CaptureSink, Level, LogSink, ObsSink, PlayerSink, Served, Sink, StoreSink};

use crate::bout::ReviewRules;
use crate::naming::Names;
use problem::Problem;
use section::{Context, Field, Section};

use crate::rules::{Limits, RuleFile};

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
}

/// How datagrams are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoder {
    /// The scoring system's protocol.
    pub protocol: Protocol,
}

/// A protocol of a scoring system: what the config's reader expects to hear. Each message is told apart by its first
/// byte, `{` or none, so that either setting takes both.
#[derive(Clone, Copy, Debug, Default, Display, EnumString, PartialEq, Eq, VariantNames)]
pub enum Protocol {
    /// World Taekwondo's UDP messages, version 2.3.
    #[default]
    #[strum(serialize = "pss-2.3")]
    Pss23,
    /// TK-Strike's JSON events.
    #[strum(serialize = "tkstrike-json")]
    TkstrikeJson,
}

/// The scripts that decide what is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Their files, which are there, and what their constants are to be. None by default.
    pub files: Vec<RuleFile>,
    /// How many operations a rule may take for one event before it is stopped; [`Limits`] has the default.
    pub max_operations: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { files: Vec::new(), max_operations: Limits::default().max_operations }
    }
}

impl Config {
    /// Loads a config, with the variables of the process's environment.
    ///
    /// # Errors
    /// The file is not there, cannot be read or says something wrong.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let bytes = fs::read(file).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ConfigError::Missing(file.to_owned()),
            _ => ConfigError::Unreadable { file: file.to_owned(), source },
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(file, &text, &|name| std::env::var(name).ok()),
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes());
                let at = error.utf8_error().valid_up_to();
                let problem = Problem::new(at..at + 1, "this is not UTF-8")
                    .label("from here on")
                    .help("save the file in the encoding UTF-8");
                Err(Invalid::new(file, secret::mask(&text, None), vec![problem]).into())
            }
        }
    }

    /// Understands the text of a config. `file` says where it lies, `environment` what variables hold.
    ///
    /// # Errors
    /// The text says something wrong.
    pub fn parse(file: &Path, text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = tree::parse(text).map_err(|problem| Invalid::new(file, secret::mask(text, None), vec![problem]))?;
        let directory = file.parent().unwrap_or(Path::new(""));
        let context = Context { text, directory, environment, problems: RefCell::default() };
        let config = Section::root(&context, &root).and_then(|section| Self::read(file, section));
        let problems = context.problems.take();
        match config {
            Some(mut config) if problems.is_empty() => {
                rules::quote(&mut config.rules.files, &secret::mask(text, Some(&root)));
                Ok(config)
            }
            _ => Err(Invalid::new(file, secret::mask(text, Some(&root)), problems).into()),
        }
    }

    fn read(file: &Path, mut section: Section<'_>) -> Option<Self> {
        let name = section.required("name", "Hamburg Open 2026", Field::name);
        let courts = section.required("courts", "{ court-1: { type: udp, bind: 0.0.0.0:6000 } }", |field| {
            let courts = field.named()?;
            if courts.is_empty() { Err(field.wants("at least one court")) } else { Ok(courts) }
        });
        let decoder = section.optional("decoder", |field| field.section().map(Decoder::read));
        let rules = section.optional("rules", |field| field.section().map(|section| rules::read(file, section)));
        let reviews = section.optional("reviews", |field| field.section().map(reviews::read));
        let names = section.optional("names", Field::section);
        let sinks = section.optional("sinks", Field::named).unwrap_or_default();
        section.finish();
        // Without courts every name of a court would be wrong: that they are missing says enough.
        let courts = courts?;
        let names_of_courts: Vec<Arc<str>> = courts.iter().map(|court| Arc::from(court.key)).collect();
        let courts = court::read(&courts);
        let sinks = sink::read(&sinks, &names_of_courts);
        Some(Self {
            file: file.to_owned(),
            names: names::read(names, name.as_deref().unwrap_or_default().into()),
            name: name?,
            courts,
            decoder: decoder.unwrap_or_default(),
            rules: rules.unwrap_or_default(),
            reviews: reviews.unwrap_or_default(),
            sinks,
        })
    }
}

impl Decoder {
    fn read(mut section: Section<'_>) -> Self {
        let protocol = section.optional("protocol", Field::choice);
        section.finish();
        Self { protocol: protocol.unwrap_or_default() }
    }
}
