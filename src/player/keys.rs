//! The keys of the jury: what mpv has none for.

use serde_json::{Value, json};

use super::screen::{Step, Turn};

/// What mpv is to send when a key is pressed, ahead of the key's meaning.
const MARK: &str = "vta";

/// A key of mpv's window, by what name mpv tells of it, and what it means.
const KEYS: [(&str, &str, Turn); 4] = [
    ("c", "next-camera", Turn::Camera(Step::Next)),
    ("C", "previous-camera", Turn::Camera(Step::Previous)),
    (">", "next-clip", Turn::Clip(Step::Next)),
    ("<", "previous-clip", Turn::Clip(Step::Previous)),
];

/// The commands that give mpv its keys.
pub(super) fn bindings() -> impl Iterator<Item = Value> {
    KEYS.into_iter().map(|(key, name, _)| json!(["keybind", key, format!("script-message {MARK} {name}")]))
}

/// What the jury mean by what mpv tells.
pub(super) fn meaning(message: &[String]) -> Option<Turn> {
    let [mark, name] = message else { return None };
    KEYS.into_iter().find(|(_, known, _)| mark == MARK && name == known).map(|(_, _, turn)| turn)
}
