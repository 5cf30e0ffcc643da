//! The jury's keys for what mpv has no key for.

use serde_json::{Value, json};

use super::entry::Direction;

/// What else to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    /// Another camera's clip of the same.
    Camera(Direction),
    /// Another clip that was played, or that waits.
    Clip(Direction),
}

/// What mpv is to send when a key is pressed, ahead of the key's meaning.
const MESSAGE_PREFIX: &str = "vta";

/// A key of mpv's window, the name that mpv reports, and what it does.
const KEYS: [(&str, &str, Switch); 4] = [
    ("c", "next-camera", Switch::Camera(Direction::Next)),
    ("C", "previous-camera", Switch::Camera(Direction::Previous)),
    (">", "next-clip", Switch::Clip(Direction::Next)),
    ("<", "previous-clip", Switch::Clip(Direction::Previous)),
];

/// The commands that give mpv its keys.
pub(super) fn bindings() -> impl Iterator<Item = Value> {
    KEYS.into_iter().map(|(key, name, _)| json!(["keybind", key, format!("script-message {MESSAGE_PREFIX} {name}")]))
}

/// What a key does, from mpv's report of it.
pub(super) fn parse(message: &[String]) -> Option<Switch> {
    let [prefix, name] = message else { return None };
    KEYS.into_iter().find(|(_, known, _)| prefix == MESSAGE_PREFIX && name == known).map(|(_, _, switch)| switch)
}
