//! What is named in OBS by the arguments of a call.

use rhai::Position;

use super::Walk;
use crate::rules::check::names::{Name, What};
use crate::rules::check::shape::Shape;
use crate::rules::check::value::Value;

impl Walk<'_> {
    /// Notes what a function of `obs` names; `on` is what it is called on, where it is called on one OBS.
    pub(in crate::rules::check) fn names(
        &mut self,
        function: &str,
        arguments: &[Shape],
        on: Option<&Shape>,
        at: Position,
    ) {
        let mut all = match (function, arguments) {
            ("scene" | "preview_scene", [scene, ..]) => each(scene, What::Scene),
            ("text" | "mute" | "media" | "media_file", [source, ..]) => each(source, What::Source),
            ("transition", [name, ..]) => each(name, What::Transition),
            ("hotkey", [name, ..]) => each(name, What::Hotkey),
            ("source_visible", [scene, source, ..]) => {
                both(scene, source, |scene, source| What::Item { scene, source })
            }
            ("filter", [source, filter, ..]) => both(source, filter, |source, filter| What::Filter { source, filter }),
            ("request", [_, data]) if names_something(data) => vec![What::Unknown],
            _ => return,
        };
        let instance = match on {
            Some(Shape::Obs { instance: Some(instance) }) => Some(instance.clone()),
            // It is not known which OBS must have it.
            Some(_) => {
                all = vec![What::Unknown];
                None
            }
            None => None,
        };
        let name = |what| Name { what, instance: instance.clone(), at };
        self.named.extend(all.into_iter().map(name).filter(|name| !self.named.contains(name)).collect::<Vec<_>>());
    }
}

/// Each name that an argument can be. One that a setting left empty is no name.
fn each(argument: &Shape, what: impl Fn(String) -> What) -> Vec<What> {
    match texts(argument) {
        Some(names) => names.into_iter().filter(|name| !name.is_empty()).map(what).collect(),
        None => vec![What::Unknown],
    }
}

/// Each pair of names that two arguments can be.
fn both(first: &Shape, second: &Shape, what: impl Fn(String, String) -> What) -> Vec<What> {
    match (texts(first), texts(second)) {
        // Of several and several, not all need go together.
        (Some(firsts), Some(seconds)) if firsts.len() == 1 || seconds.len() == 1 => {
            let pairs = firsts.iter().flat_map(|first| seconds.iter().map(move |second| (first, second)));
            let named = pairs.filter(|(first, second)| !first.is_empty() && !second.is_empty());
            named.map(|(first, second)| what(first.clone(), second.clone())).collect()
        }
        _ => vec![What::Unknown],
    }
}

/// The texts that a value can be, if all of them are known.
fn texts(shape: &Shape) -> Option<Vec<String>> {
    let texts: Option<Vec<_>> = shape.values().iter().map(|value| value.text().map(str::to_owned)).collect();
    texts.filter(|texts| !texts.is_empty())
}

/// Whether the data of a request name something, as in `inputName`.
fn names_something(data: &Shape) -> bool {
    match data.value() {
        Some(Value::Map(entries)) => entries.iter().any(|(name, _)| name.ends_with("Name")),
        _ => true,
    }
}
