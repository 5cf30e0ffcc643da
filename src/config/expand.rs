//! Variables of the environment in values: `${NAME}` and `${NAME:-default}`.
//!
//! They are replaced after the YAML has been parsed, so their values cannot break the file. A `$` without a `{` after
//! it stays, since passwords may have some; `$${` stands for `${`.

/// Why a value could not be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ExpandError {
    #[error("the variable `{0}` is not set")]
    Unset(String),
    #[error("`${{` is not closed by `}}`")]
    Unclosed,
    /// What stands there is not shown: it may be part of a password.
    #[error("`${{…}}` must hold a variable's name")]
    Name,
}

impl ExpandError {
    pub(super) fn help(&self) -> String {
        match self {
            Self::Unset(name) => format!("set it before vta starts, or give a default: `${{{name}:-default}}`"),
            Self::Unclosed | Self::Name => {
                "write `${NAME}` or `${NAME:-default}`; for a literal `${` write `$${`".to_owned()
            }
        }
    }
}

/// The text with the variables' values in their places. A default is taken if the variable is not set or empty.
pub(super) fn expand(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<String, ExpandError> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        if before.ends_with('$') {
            expanded.push('{');
            rest = after;
            continue;
        }
        let (inside, after) = after.split_once('}').ok_or(ExpandError::Unclosed)?;
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        if !is_name(name) || default.is_some_and(|default| default.contains("${")) {
            return Err(ExpandError::Name);
        }
        match (environment(name).filter(|value| default.is_none() || !value.is_empty()), default) {
            (Some(value), _) => expanded.push_str(&value),
            (None, Some(default)) => expanded.push_str(default),
            (None, None) => return Err(ExpandError::Unset(name.to_owned())),
        }
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// Whether the text is only variables without defaults: then it shows no secret.
pub(super) fn is_only_variables(text: &str) -> bool {
    variables(text) == text.len()
}

/// How many bytes of variables, without a default, the text begins with.
pub(super) fn variables(text: &str) -> usize {
    let mut rest = text;
    while let Some((inside, after)) = rest.strip_prefix("${").and_then(|inside| inside.split_once('}'))
        && is_name(inside.strip_suffix(":-").unwrap_or(inside))
    {
        rest = after;
    }
    text.len() - rest.len()
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}
