//! The messages about configs that are wrong, word for word, and the values of those that are right.

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
    let config = Config::parse(Path::new("event.yaml"), text, &variable)?;
    // It would say all of it twice.
    Ok(Config { effective: String::new(), ..config })
}

/// The messages about a config that is wrong.
fn messages(text: &str) -> String {
    parse(text).unwrap_err().render(false)
}

/// The messages about a config that has something wrong after [`HEAD`].
fn messages_after_head(text: &str) -> String {
    messages(&format!("{HEAD}{text}"))
}
