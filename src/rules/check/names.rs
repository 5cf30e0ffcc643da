//! What a script calls by name in OBS: scenes, sources, filters, transitions and hotkeys.

use std::path::PathBuf;

use rhai::Position;

use super::shape::{Shape, Value};
use crate::diagnostic::Diagnostic;
use crate::rules::api::signature::{Form, InObs, Kind, Parameter};
use crate::rules::text::Text;

/// Something that OBS must have, and where a script names it.
#[derive(Clone, Debug)]
pub struct Named {
    /// What it is.
    pub item: ObsItem,
    /// The OBS sink that must have it; every one when absent.
    pub instance: Option<String>,
    pub(super) text: Text,
    pub(super) at: Position,
}

/// What a script names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObsItem {
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
    /// A media file on its computer, by OBS's path.
    File(String),
    /// The service that a stream goes to.
    StreamService,
    /// Something whose name is known only when the rule runs.
    Unknown,
}

impl Named {
    /// That it is not there.
    pub fn missing(&self, message: String, help: Option<String>) -> Diagnostic {
        Diagnostic { help, ..self.text.error("rules.missing_in_obs", self.at, message) }
    }

    /// Names stand in this order in the files.
    pub fn order(&self) -> (PathBuf, usize, usize) {
        (self.text.file.to_path_buf(), self.at.line().unwrap_or(0), self.at.position().unwrap_or(0))
    }

    /// Where it is named: file, line and column.
    pub fn place(&self) -> String {
        let (file, line, column) = self.order();
        format!("{}:{line}:{column}", file.display())
    }
}

/// What a call of this function names in OBS, as the kinds of its parameters say.
pub(super) fn of_call(function: &str, form: Form, arguments: &[Shape]) -> Vec<ObsItem> {
    let mut names = Vec::new();
    if function == "streaming" {
        names.push(ObsItem::StreamService);
    }
    for (index, (parameter, argument)) in form.iter().zip(arguments).enumerate() {
        let before = index.checked_sub(1).and_then(|before| arguments.get(before));
        match parameter.kind {
            // The item after it names the scene, too.
            Kind::InObs(InObs::Scene) if !is_item(form.get(index + 1)) => names.extend(each(argument, ObsItem::Scene)),
            Kind::InObs(InObs::Item) => {
                names.extend(pairs(before, argument, |scene, source| ObsItem::Item { scene, source }));
            }
            Kind::InObs(InObs::Source) if !is_item(form.get(index + 1)) => {
                names.extend(each(argument, ObsItem::Source));
            }
            Kind::InObs(InObs::Filter) => {
                names.extend(pairs(before, argument, |source, filter| ObsItem::Filter { source, filter }));
            }
            Kind::InObs(InObs::Transition) => names.extend(each(argument, ObsItem::Transition)),
            Kind::InObs(InObs::Hotkey) => names.extend(each(argument, ObsItem::Hotkey)),
            // Mostly that of a clip, which is known when the rule runs.
            Kind::InObs(InObs::File) => names.extend(texts(argument).into_iter().flatten().map(ObsItem::File)),
            Kind::Data if names_something(argument) => names.push(ObsItem::Unknown),
            _ => {}
        }
    }
    names
}

/// Whether a parameter is a part of what the parameter before it names.
fn is_item(parameter: Option<&Parameter>) -> bool {
    parameter.is_some_and(|next| matches!(next.kind, Kind::InObs(InObs::Item | InObs::Filter)))
}

/// Each name that an argument can be. One that a setting left empty is no name.
fn each(argument: &Shape, item: impl Fn(String) -> ObsItem) -> Vec<ObsItem> {
    match texts(argument) {
        Some(names) => names.into_iter().filter(|name| !name.is_empty()).map(item).collect(),
        None => vec![ObsItem::Unknown],
    }
}

/// Each pair of names that two arguments can be.
fn pairs(first: Option<&Shape>, second: &Shape, item: impl Fn(String, String) -> ObsItem) -> Vec<ObsItem> {
    match (first.and_then(texts), texts(second)) {
        // Of several and several, not all need go together.
        (Some(firsts), Some(seconds)) if firsts.len() == 1 || seconds.len() == 1 => {
            let pairs = firsts.iter().flat_map(|first| seconds.iter().map(move |second| (first, second)));
            let named = pairs.filter(|(first, second)| !first.is_empty() && !second.is_empty());
            named.map(|(first, second)| item(first.clone(), second.clone())).collect()
        }
        _ => vec![ObsItem::Unknown],
    }
}

/// The texts that a value can be, if all of them are known.
fn texts(shape: &Shape) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    };
    let texts: Option<Vec<_>> = shape.values().iter().map(text).collect();
    texts.filter(|texts| !texts.is_empty())
}

/// Whether the data of a request name something, as in `inputName`.
fn names_something(data: &Shape) -> bool {
    match data.value() {
        Some(Value::Map(entries)) => entries.iter().any(|(name, _)| name.ends_with("Name")),
        _ => true,
    }
}
