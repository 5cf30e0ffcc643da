//! Puts the values that the config gives in the place of a script's constants.

use rhai::{Array, Dynamic, ImmutableString};

use super::duration;
use super::script::ScriptError;
use super::sources::{Setting, SettingValue};

/// A script's constants by name, with their values.
pub(super) type Constants = Vec<(String, Dynamic)>;

/// Sets the constants; gives all that is wrong with the settings.
pub(super) fn apply(constants: &mut Constants, with: &[Setting], script: &str) -> Result<(), Vec<ScriptError>> {
    let mut wrong = Vec::new();
    for setting in with {
        if let Err(message) = set(constants, setting, script) {
            wrong.push(ScriptError {
                file: setting.file.display().to_string(),
                line: setting.line,
                column: setting.column,
                text: setting.text.clone(),
                message,
            });
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn set(constants: &mut Constants, setting: &Setting, script: &str) -> Result<(), String> {
    let Some((name, value)) = constants.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(&setting.name)) else {
        return Err(unknown(constants, &setting.name, script));
    };
    *value = like(value, &setting.value)
        .map_err(|wanted| format!("`{}` wants {wanted}: `{name}` of {script} is {}", setting.name, in_words(value)))?;
    Ok(())
}

fn unknown(constants: &Constants, name: &str, script: &str) -> String {
    let wanted = name.to_lowercase();
    let near = constants
        .iter()
        .map(|(known, _)| (strsim::jaro_winkler(&known.to_lowercase(), &wanted), known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.75);
    if let Some((_, near)) = near {
        return format!("{script} has no setting `{name}`: did you mean `{}`?", near.to_lowercase());
    }
    let known: Vec<_> = constants.iter().map(|(known, _)| format!("`{}`", known.to_lowercase())).collect();
    match known.as_slice() {
        [] => format!("{script} has no settings: a setting is a constant at its top, `const NAME = …;`"),
        known => format!("{script} has no setting `{name}`; it has {}", known.join(", ")),
    }
}

/// The value as the same type as the default; the error says what is wanted.
fn like(default: &Dynamic, value: &SettingValue) -> Result<Dynamic, &'static str> {
    if let Some(items) = default.read_lock::<Array>() {
        let SettingValue::List(values) = value else { return Err("a list: `[one, another]`") };
        let pattern = items.first().cloned().unwrap_or_else(|| ImmutableString::new().into());
        let items = values.iter().map(|value| one_like(&pattern, value));
        return items.collect::<Result<Array, _>>().map(Dynamic::from_array);
    }
    match value {
        SettingValue::Text(text) => one_like(default, text),
        SettingValue::List(_) => Err("one value"),
    }
}

fn one_like(default: &Dynamic, text: &str) -> Result<Dynamic, &'static str> {
    if let Some(default) = default.read_lock::<ImmutableString>() {
        // What was a duration must be one.
        let is_duration = |text: &str| duration::read(text).is_ok();
        return match is_duration(&default) && !is_duration(text) {
            true => Err("a duration: \"500ms\", \"2s\" or \"1m\""),
            false => Ok(text.into()),
        };
    }
    if default.is_int() {
        return text.parse().map(Dynamic::from_int).map_err(|_| "a whole number");
    }
    if default.is_float() {
        return text.parse().map(Dynamic::from_float).map_err(|_| "a number");
    }
    if default.is_bool() {
        return text.parse().map(Dynamic::from_bool).map_err(|_| "`true` or `false`");
    }
    Err("nothing that could be written here")
}

fn in_words(default: &Dynamic) -> String {
    match default.read_lock::<ImmutableString>() {
        Some(text) => format!("{:?}", text.as_str()),
        None => default.to_string(),
    }
}
