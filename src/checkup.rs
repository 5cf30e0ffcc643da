//! Results of the doctor's checks.

use std::fs::{self, File};
use std::path::Path;
use std::{io, process};

use serde::Serialize;
use strum::Display;

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// How bad it is.
    #[serde(rename = "mark")]
    pub status: CheckStatus,
    /// Name of the component: a court or a sink of the config.
    pub about: String,
    /// What was found, and what to do about it if something is wrong.
    pub text: String,
}

/// How bad a result is.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CheckStatus {
    /// Nothing is wrong.
    Ok,
    /// vta can run, but somebody should look at this.
    Warn,
    /// vta cannot run like this.
    Fail,
}

/// The results about one component.
#[derive(Debug)]
pub(crate) struct CheckResults {
    about: String,
    found: Vec<CheckResult>,
}

impl CheckResults {
    pub(crate) fn about(component: &str) -> Self {
        Self { about: component.to_owned(), found: Vec::new() }
    }

    pub(crate) fn add(&mut self, status: CheckStatus, text: impl Into<String>) {
        self.found.push(CheckResult { status, about: self.about.clone(), text: text.into() });
    }

    pub(crate) fn into_vec(self) -> Vec<CheckResult> {
        self.found
    }
}

/// A size as people read it.
pub(crate) fn size(bytes: f64) -> String {
    match bytes {
        bytes if bytes >= 1e9 => format!("{:.1} GB", bytes / 1e9),
        bytes if bytes >= 1e6 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.0} kB", bytes / 1e3),
    }
}

/// Makes a file in a folder, and deletes it again.
pub(crate) fn try_writing(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".vta-{}", process::id()));
    File::create_new(&path)?;
    fs::remove_file(&path)
}
