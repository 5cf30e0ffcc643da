//! What decides: the files of rules, with their settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Rules;
use super::problem::Problem;
use super::section::{Field, Section};
use super::tree::Value;
use crate::diagnostic::Place;
use crate::rules::{RuleFile, Setting, SettingValue};

pub(super) fn read(config: &Path, mut section: Section<'_>) -> Rules {
    let files = section.optional("files", |field| rule_files(config, field));
    let max_operations = section.optional("max_operations", |field| field.number(1_000..=1_000_000_000));
    section.finish();
    let default = Rules::default();
    Rules { files: files.unwrap_or(default.files), max_operations: max_operations.unwrap_or(default.max_operations) }
}

pub(super) fn rule_files(config: &Path, field: Field<'_>) -> Result<Vec<RuleFile>, Problem> {
    let files = field.list(|field| rule_file(config, field).map(|file| (field, file)))?;
    for (index, (field, file)) in files.iter().enumerate() {
        if let Some((first, _)) = files[..index].iter().find(|(_, before)| before.path == file.path) {
            let problem = Problem::new(field.node.at.clone(), "this rule file is listed twice and would act twice");
            field.context.report(problem.other(first.node.at.clone(), "here first").help("remove one of them"));
        }
    }
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

/// A path, or `file:` with a path and `with:` with settings.
fn rule_file(config: &Path, field: Field<'_>) -> Result<RuleFile, Problem> {
    if !matches!(field.node.value, Value::Section(_)) {
        return path(field).map(RuleFile::from);
    }
    let mut section = field.section()?;
    let file = section.required("file", "rules/recording.rhai", path);
    let with = section.optional("with", |field| settings(config, field));
    section.finish();
    // What is missing has been reported.
    Ok(RuleFile { path: file.unwrap_or_default(), with: with.unwrap_or_default() })
}

fn path(field: Field<'_>) -> Result<PathBuf, Problem> {
    let path = field.path()?;
    if path.is_file() {
        return Ok(path);
    }
    Err(Problem::new(field.node.at.clone(), format!("there is no rule file {}", path.display()))
        .help("paths are relative to the config's directory"))
}

fn settings(config: &Path, field: Field<'_>) -> Result<Vec<Setting>, Problem> {
    let fields = field.named()?;
    for (index, field) in fields.iter().enumerate() {
        if let Some(first) = fields[..index].iter().find(|before| before.key.eq_ignore_ascii_case(field.key)) {
            let problem = Problem::new(field.key_at.clone(), format!("`{}` is set already", field.key));
            field.context.report(problem.other(first.key_at.clone(), "here first").help("remove one of them"));
        }
    }
    let settings = fields.into_iter().filter_map(|field| {
        let value = match &field.node.value {
            Value::Empty => {
                let problem = Problem::new(field.key_at.clone(), format!("the setting `{}` has no value", field.key));
                Err(problem.help("a fraction is written with a point: `0.5`"))
            }
            Value::List(_) => field.list(Field::text).map(SettingValue::List),
            Value::Text(_) => field.text().map(SettingValue::Text),
            Value::Section(_) => Err(field.wants("a value, or a list of values")),
        };
        let place = Place::new("".into(), field.key_at.clone());
        let (name, file) = (field.key.to_owned(), config.to_owned());
        Some(Setting { name, value: field.context.accept(value)?, file, place })
    });
    Ok(settings.collect())
}

/// Gives the settings the text of their file, in which secrets are masked.
pub(super) fn quote(files: &mut [RuleFile], masked: &str) {
    let masked: Arc<str> = masked.into();
    for setting in files.iter_mut().flat_map(|file| &mut file.with) {
        setting.place.text = masked.clone();
    }
}
