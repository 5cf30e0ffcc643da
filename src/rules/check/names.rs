//! What a script calls by name in OBS: scenes, sources, filters, transitions and hotkeys.

use std::path::PathBuf;

use rhai::Position;

use super::{Found, Mistake};
use crate::rules::runtime::script::Text;

/// Something that OBS must have, and where a script names it.
#[derive(Clone, Debug)]
pub struct Named {
    /// What it is.
    pub what: What,
    /// The OBS sink that must have it; every one when absent.
    pub instance: Option<String>,
    pub(super) file: PathBuf,
    pub(super) text: Text,
    pub(super) at: Position,
}

/// What a script names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A scene.
    Scene(String),
    /// A source that lies in a scene.
    Item {
        /// The scene.
        scene: String,
        /// The source.
        source: String,
    },
    /// A source.
    Source(String),
    /// A filter of a source.
    Filter {
        /// The source.
        source: String,
        /// The filter.
        filter: String,
    },
    /// A transition.
    Transition(String),
    /// A hotkey.
    Hotkey(String),
    /// Something whose name is known only when the rule runs.
    Unknown,
}

impl Named {
    /// That it is not there.
    pub fn mistake(&self, message: String, help: Option<String>) -> Mistake {
        Found { at: self.at, severity: super::Severity::Error, message, help }.told(&self.file, &self.text)
    }

    /// Names stand in this order in the files.
    pub fn order(&self) -> (PathBuf, usize, usize) {
        (self.file.clone(), self.at.line().unwrap_or(0), self.at.position().unwrap_or(0))
    }

    /// Where it is named: file, line and column.
    pub fn place(&self) -> String {
        let (file, line, column) = self.order();
        format!("{}:{line}:{column}", file.display())
    }
}

/// What a script names, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) what: What,
    /// The OBS sink that must have it; every one when absent.
    pub(super) instance: Option<String>,
    pub(super) at: Position,
}
