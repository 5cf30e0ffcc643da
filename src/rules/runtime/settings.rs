//! Puts the values that the config gives in the place of a script's constants.

use std::path::Path;

use rhai::{ASTNode, Array, Dynamic, Expr, ImmutableString, OptimizationLevel, Stmt};

use super::script::{ScriptError, Text};
use crate::rules::meter::Meter;
use crate::rules::sources::{Setting, SettingValue};
use crate::rules::{duration, sandbox};

/// A script's constants by name, with their values.
pub(crate) type Constants = Vec<(String, Dynamic)>;

/// Sets the constants; gives all that is wrong with the settings.
pub(crate) fn apply(constants: &mut Constants, with: &[Setting], script: &str) -> Result<(), Vec<ScriptError>> {
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

/// Refuses to set a constant of which others are made, since they would keep what they were made of.
pub(crate) fn used_by_others(with: &[Setting], file: &Path, text: &Text) -> Result<(), Vec<ScriptError>> {
    let mut engine = sandbox::bare(&Meter::default());
    // Else a constant of which others are made is not to be seen in them.
    engine.set_optimization_level(OptimizationLevel::None);
    // That the text can be read is known already.
    let Ok(ast) = engine.compile(&*text.text) else { return Ok(()) };
    let is_set = |name: &str| with.iter().any(|setting| setting.name.eq_ignore_ascii_case(name));
    let mut wrong = Vec::new();
    for statement in ast.statements() {
        let Stmt::Var(variable, ..) = statement else { continue };
        variable.1.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Expr(Expr::Variable(used, _, at))) = path.last()
                && is_set(&used.1)
            {
                let message = format!(
                    "`{}` is made of `{}`, which the config sets: work it out in a function, so that it follows",
                    variable.0.name, used.1
                );
                wrong.push(text.error(file, *at, message));
            }
            true
        });
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
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        return number.map(Dynamic::from_float).ok_or("a number");
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
