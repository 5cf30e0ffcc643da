//! What users are told, word for word, and what comes of a config that is right.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod files;
mod good;
mod keys;
mod secrets;
mod syntax;
mod together;
mod values;
mod variables;

use std::path::Path;

use super::{Config, ConfigError};

/// What begins a config, for tests of what follows it.
const HEAD: &str = "name: Hamburg Open 2026\ncourts:\n  court-1: { type: pss, bind: 0.0.0.0:6000 }\n";

fn parse(text: &str) -> Result<Config, ConfigError> {
    let variable = |name: &str| match name {
        "OBS_PORT" => Some("4456".to_owned()),
        "OBS_PASSWORD" => Some(r#"a#b: "c" 'd' ${e}"#.to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    Config::parse(Path::new("event.yaml"), text, &variable)
}

/// What is told about a config that is wrong.
fn told(text: &str) -> String {
    parse(text).unwrap_err().render(false)
}

/// What is told about a config that has something wrong after [`HEAD`].
fn told_after_head(text: &str) -> String {
    told(&format!("{HEAD}{text}"))
}
