//! Puts the values that the config gives in the place of a script's constants.

use std::path::Path;
use std::sync::Arc;

use rhai::{AST, ASTNode, Array, Dynamic, Expr, ImmutableString, Stmt};

use super::compile::{self, Constants};
use super::imports::Imports;
use crate::diagnostic::Diagnostic;
use crate::rules::api::allowed::{Allowed, Refused};
use crate::rules::effects::CallEffects;
use crate::rules::limits::Surroundings;
use crate::rules::meter::Meter;
use crate::rules::sources::{Library, Setting, SettingValue};
use crate::rules::text::Text;
use crate::rules::{duration, sandbox, sources};
use crate::suggest::{enumerate, near};

/// Sets the constants of a script; gives all that is wrong with the settings.
pub(crate) fn apply(
    constants: &mut Constants,
    with: &[Setting],
    text: &Text,
    ast: &AST,
) -> Result<(), Vec<Diagnostic>> {
    let mut wrong = Vec::new();
    for setting in with {
        match value_of(constants, ast, setting, &text.name) {
            Ok((index, value)) => constants[index].1 = value,
            Err(errors) => wrong.extend(errors.into_iter().map(|WrongSetting { message, help, .. }| {
                let error = Diagnostic::error("rules.setting", &setting.file, message).at(setting.place.clone());
                Diagnostic { help, ..error }
            })),
        }
    }
    if wrong.is_empty() { used_by_others(with, text, ast) } else { Err(wrong) }
}

/// Refuses to set a constant from which others are computed, since they would keep their values.
fn used_by_others(with: &[Setting], text: &Text, ast: &AST) -> Result<(), Vec<Diagnostic>> {
    let is_set = |name: &str| with.iter().any(|setting| setting.name.eq_ignore_ascii_case(name));
    let mut wrong = Vec::new();
    for statement in ast.statements() {
        let Stmt::Var(variable, ..) = statement else { continue };
        variable.1.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Expr(Expr::Variable(used, _, at))) = path.last()
                && is_set(&used.1)
            {
                let message = format!("`{}` is made of `{}`, which the config sets", variable.0.name, used.1);
                let error = text.error("rules.setting", *at, message);
                wrong.push(error.help("work it out in a function, so that it follows"));
            }
            true
        });
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The constants of a rule's file, which a config can set.
pub(crate) struct Settings {
    script: Arc<str>,
    constants: Constants,
    ast: AST,
}

/// Why a constant cannot be set.
pub(crate) struct WrongSetting {
    /// Whether there is no such constant; else the value is wrong.
    pub(crate) is_unknown: bool,
    /// The index of the item that is wrong, where the value is a list.
    pub(crate) item: Option<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Settings {
    /// The constants of a file; none where it cannot be read or compiled, which the check of rules reports.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        let text = Text::new(file, sources::read(file).ok()?);
        let (meter, effects) = (Meter::default(), CallEffects::default());
        let mut engine = sandbox::engine(&meter, &effects, &Surroundings::default());
        engine.set_module_resolver(Imports::of(file, Library::default()));
        let ast = compile::parsed(&engine, &text).ok()?;
        let constants = compile::constants_of(&engine, &meter, &text, &ast).ok()?;
        Some(Self { script: text.name, constants, ast })
    }

    /// What is wrong with a setting: that it names none of them, or that its value is not one that it may have.
    pub(crate) fn wrong(&self, setting: &Setting) -> Vec<WrongSetting> {
        value_of(&self.constants, &self.ast, setting, &self.script).err().unwrap_or_default()
    }
}

/// The index of the constant that is set, and its value.
fn value_of(
    constants: &Constants,
    ast: &AST,
    setting: &Setting,
    script: &str,
) -> Result<(usize, Dynamic), Vec<WrongSetting>> {
    let same = |(_, (name, _)): &(usize, &(String, Dynamic))| name.eq_ignore_ascii_case(&setting.name);
    let Some((index, (name, default))) = constants.iter().enumerate().find(same) else {
        return Err(vec![unknown(constants, &setting.name, script)]);
    };
    let wrong = |takes: &str, item, near: Option<String>| WrongSetting {
        is_unknown: false,
        item,
        message: format!("`{}` takes {takes}", setting.name),
        help: Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`{name}` of {script} is {}", in_words(default)),
        }),
    };
    let value = like(default, &setting.value).map_err(|takes| vec![wrong(takes, None, None)])?;
    let Some(allowed) = allowed(ast, name) else { return Ok((index, value)) };
    let takes = allowed.words(default);
    let refused = allowed.refused(&value).into_iter();
    let refused: Vec<_> = refused.map(|Refused { item, near }| wrong(&takes, item, near)).collect();
    if refused.is_empty() { Ok((index, value)) } else { Err(refused) }
}

/// What a script declares that a constant may be.
fn allowed(ast: &AST, name: &str) -> Option<Allowed> {
    ast.statements().iter().find_map(|statement| match statement {
        Stmt::Var(variable, ..) if variable.0.name == name => Allowed::declared(&variable.1),
        _ => None,
    })
}

fn unknown(constants: &Constants, name: &str, script: &str) -> WrongSetting {
    let known: Vec<_> = constants.iter().map(|(known, _)| known.to_lowercase()).collect();
    let known = || known.iter().map(String::as_str);
    let help = match near(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if constants.is_empty() => "it has none: a setting is a constant at its top, `const NAME = …;`".to_owned(),
        None => format!("it has {}", enumerate(known())),
    };
    WrongSetting {
        is_unknown: true,
        item: None,
        message: format!("{script} has no setting `{name}`"),
        help: Some(help),
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
    // What was more than nothing cannot be less.
    let is_negative = text.starts_with('-');
    if let Ok(default) = default.as_int() {
        return match text.parse() {
            Ok(_) if default > 0 && is_negative => Err("a whole number that is not negative"),
            number => number.map(Dynamic::from_int).map_err(|_| "a whole number"),
        };
    }
    if let Ok(default) = default.as_float() {
        return match text.parse().ok().filter(|number: &f64| number.is_finite()) {
            Some(_) if default > 0.0 && is_negative => Err("a number that is not negative"),
            number => number.map(Dynamic::from_float).ok_or("a number"),
        };
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
