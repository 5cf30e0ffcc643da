//! The values that a setting may have, as its constant declares them: `const NAME = setting(default, …);`.

use rhai::{Array, Dynamic, Expr};

use super::argument::{number, text};
use crate::suggest::{enumerate, near, one_of};

/// The name of the function that declares them.
pub(crate) const DECLARATION: &str = "setting";

/// The values that a setting may have.
#[derive(Clone)]
pub(crate) enum Allowed {
    /// One of these words; or a list of some of them.
    Words(Vec<String>),
    Range {
        low: f64,
        high: f64,
    },
}

/// A value that a setting may not have.
pub(crate) struct Refused {
    /// The index of the item, where the value is a list.
    pub(crate) item: Option<usize>,
    /// The word that was probably meant.
    pub(crate) near: Option<String>,
}

impl Allowed {
    /// What the arguments of a declaration say.
    pub(crate) fn of(arguments: &[Dynamic]) -> Option<Self> {
        match arguments {
            [words] | [_, words] => {
                let words: Option<_> =
                    words.read_lock::<Array>()?.iter().map(|word| Some(text(word)?.into())).collect();
                words.map(Self::Words)
            }
            [_, low, high] => Some(Self::Range { low: number(low)?, high: number(high)? }),
            _ => None,
        }
    }

    /// What a constant declares; none where it declares nothing that stands in the script itself.
    pub(crate) fn declared(constant: &Expr) -> Option<Self> {
        let arguments = declaration(constant)?.iter().map(|argument| argument.get_literal_value(None));
        Self::of(&arguments.collect::<Option<Vec<_>>>()?)
    }

    /// The values that are refused: the value itself, or items of the list that it is.
    pub(crate) fn refused(&self, value: &Dynamic) -> Vec<Refused> {
        if let Some(items) = value.read_lock::<Array>() {
            let wrong = |(item, value)| Some(Refused { item: Some(item), ..self.refuse(value)? });
            return items.iter().enumerate().filter_map(wrong).collect();
        }
        self.refuse(value).into_iter().collect()
    }

    fn refuse(&self, value: &Dynamic) -> Option<Refused> {
        let near = match self {
            Self::Words(words) => {
                let text = text(value).unwrap_or_default();
                if words.iter().any(|word| *word == *text) {
                    return None;
                }
                near(&text, words.iter().map(String::as_str)).map(str::to_owned)
            }
            Self::Range { low, high } if number(value).is_some_and(|value| (*low..=*high).contains(&value)) => {
                return None;
            }
            Self::Range { .. } => None,
        };
        Some(Refused { item: None, near })
    }

    /// What a value like the default may be, as it stands in messages.
    pub(crate) fn words(&self, default: &Dynamic) -> String {
        match self {
            Self::Words(words) if default.is_array() => {
                format!("some of {}", enumerate(words.iter().map(String::as_str)))
            }
            Self::Words(words) => one_of(words.iter().map(String::as_str)),
            Self::Range { low, high } => format!("a number from {low} to {high}"),
        }
    }
}

/// The arguments with which a constant declares what it may be.
pub(crate) fn declaration(constant: &Expr) -> Option<&[Expr]> {
    match constant {
        Expr::FnCall(call, _) if call.namespace.is_empty() && call.name == DECLARATION => Some(&call.args),
        _ => None,
    }
}
