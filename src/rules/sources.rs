//! The texts of rules, read from their files once for all courts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::diagnostic::{Diagnostic, Place};
use crate::served::Served;
use crate::text_file::{self, Unreadable};

/// A rule's file, and what its constants are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its settings, in the order in which they were given.
    pub with: Vec<Setting>,
    /// The courts that run it.
    pub courts: Served,
}

impl From<PathBuf> for RuleFile {
    fn from(path: PathBuf) -> Self {
        Self { path, with: Vec::new(), courts: Served::All }
    }
}

/// A value that takes the place of a constant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The constant's name, in capitals or not.
    pub name: String,
    /// Its value.
    pub value: SettingValue,
    /// Whether the value, or a part of it, is from environment variables: then no message shows it.
    pub is_variable: bool,
    /// The file that says so.
    pub file: PathBuf,
    /// Where its name stands there.
    pub place: Place,
}

/// A value as it is written; the constant says what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// One value.
    Text(String),
    /// A list of values.
    List(Vec<String>),
}

/// The texts of rules, with those of the files that they import.
#[derive(Clone, Debug)]
pub struct Sources {
    pub(super) rules: Vec<(RuleFile, Arc<str>)>,
    pub(super) imported: Library,
}

impl Sources {
    /// Reads rules from their files.
    ///
    /// # Errors
    /// Those files that cannot be read.
    pub fn read(files: &[RuleFile]) -> Result<Self, Vec<Diagnostic>> {
        let mut rules = Vec::with_capacity(files.len());
        let mut wrong = Vec::new();
        for file in files {
            if file.path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
                let error = Diagnostic::error("rules.no_rule", &file.path, "this is a YAML file, and no rule");
                let help = "rules end with `.rhai`; `vta rules test` plays scenarios, `vta check` checks a config";
                wrong.push(error.help(help));
                continue;
            }
            match read(&file.path) {
                Ok(text) => rules.push((file.clone(), text)),
                Err(error) => wrong.push(error.diagnostic("rules.unreadable", &file.path)),
            }
        }
        if wrong.is_empty() { Ok(Self { rules, imported: Library::default() }) } else { Err(wrong) }
    }

    /// Rules whose texts are at hand. Their imports are read from the folders of the named files.
    pub fn of(files: &[(PathBuf, String)]) -> Self {
        let rule = |(path, text): &(PathBuf, String)| (RuleFile::from(path.clone()), without_mark(text));
        Self { rules: files.iter().map(rule).collect(), imported: Library::default() }
    }

    /// The rules of a config whose texts, and those of the files that they import, are at hand: nothing is read.
    pub fn recorded(files: &[RuleFile], texts: &[(PathBuf, Arc<str>)]) -> Self {
        let text = |path: &Path| texts.iter().find(|(known, _)| known == path).map(|(_, text)| text.clone());
        let rules = files.iter().filter_map(|file| Some((file.clone(), text(&file.path)?))).collect();
        let files = texts.iter().map(|(path, text)| (path.clone(), Ok(text.clone()))).collect();
        Self { rules, imported: Library(Arc::new(Mutex::new(Read { files, sealed: true }))) }
    }

    /// The texts of the rules and of all that they have imported so far, each with its path.
    pub fn texts(&self) -> Vec<(PathBuf, Arc<str>)> {
        let rules = self.rules.iter().map(|(file, text)| (file.path.clone(), text.clone()));
        let imported = self.imported.lock();
        let imported = imported.files.iter().filter_map(|(path, text)| Some((path.clone(), text.clone().ok()?)));
        let texts: BTreeMap<_, _> = rules.chain(imported).collect();
        texts.into_iter().collect()
    }

    /// The rules that a court runs.
    pub fn of_court(&self, court: &str) -> Self {
        let mut sources = self.clone();
        sources.rules.retain(|(file, _)| file.courts.serves(court));
        sources
    }

    /// The files of the rules, and those that were requested by imports so far, whether they are there or not.
    pub fn paths(&self) -> Vec<PathBuf> {
        let rules = self.rules.iter().map(|(file, _)| file.path.clone());
        rules.chain(self.imported.lock().files.keys().cloned()).collect()
    }

    /// Whether the files still hold the same texts.
    pub fn are_current(&self) -> bool {
        let same = |path: &Path, text: &str| read(path).is_ok_and(|now| *now == *text);
        self.rules.iter().all(|(file, text)| same(&file.path, text))
            && self.imported.lock().files.iter().all(|(path, text)| match text {
                Ok(text) => same(path, text),
                Err(_) => read(path).is_err(),
            })
    }
}

/// Files that rules import, each read once.
#[derive(Clone, Debug, Default)]
pub(super) struct Library(Arc<Mutex<Read>>);

#[derive(Debug, Default)]
struct Read {
    /// The text of each file, or why it could not be read.
    files: BTreeMap<PathBuf, Result<Arc<str>, String>>,
    /// Nothing more is read.
    sealed: bool,
}

impl Library {
    /// The text of a file, or why it cannot be read.
    pub(super) fn text(&self, path: &Path) -> Result<Arc<str>, String> {
        let mut library = self.lock();
        let Read { files, sealed } = &mut *library;
        let read = || match sealed {
            true => Err("it is not in the capture".to_owned()),
            false => read(path).map_err(|error| error.message),
        };
        files.entry(path.to_owned()).or_insert_with(read).clone()
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text of a rule.
pub(super) fn read(path: &Path) -> Result<Arc<str>, Unreadable> {
    text_file::read(path, "rhai").map(|text| without_mark(&text))
}

/// Some editors put a mark before the text.
fn without_mark(text: &str) -> Arc<str> {
    text.strip_prefix('\u{feff}').unwrap_or(text).into()
}
