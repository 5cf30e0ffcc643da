//! What values look like: which fields an event of a kind and the bout have, as the code itself tells it.

mod bout;

use std::sync::Arc;

use strum::IntoEnumIterator;

pub(super) use self::bout::bout;
use super::value::Value;
use crate::event::{Kind, reference};

/// What is known of a value before anything runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Nothing is.
    Any,
    /// A field that is one of a few words.
    Word {
        /// The field.
        field: String,
        words: Arc<[String]>,
    },
    /// One of a few values that stand in the script.
    OneOf(Arc<[Value]>),
    /// What `obs::on` gives.
    Obs {
        /// The name, where it stands in the script.
        instance: Option<String>,
    },
    /// A list of such values.
    List(Arc<Shape>),
    /// Fields, and no others.
    Fields {
        /// What has them, as it stands in a message.
        of: Arc<str>,
        fields: Arc<[(String, Shape)]>,
        /// Whether nothing of it can be changed.
        fixed: bool,
    },
}

impl From<Value> for Shape {
    fn from(value: Value) -> Self {
        Self::OneOf([value].into())
    }
}

impl Shape {
    /// Whether it has what another one has, whatever the two are called.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fields { fields, .. }, Self::Fields { fields: others, .. }) => fields == others,
            _ => self == other,
        }
    }

    /// What is known of a value that is like one or like another.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::OneOf(values), Self::OneOf(others)) => {
                let more = others.iter().filter(|other| !values.contains(other));
                Self::OneOf(values.iter().chain(more).cloned().collect())
            }
            (one, other) if one.is_like(&other) => one,
            _ => Self::Any,
        }
    }

    /// The values that it can be; none where that is not known.
    pub(super) fn values(&self) -> &[Value] {
        if let Self::OneOf(values) = self { values } else { &[] }
    }

    /// The only value that it can be.
    pub(super) fn value(&self) -> Option<&Value> {
        if let [only] = self.values() { Some(only) } else { None }
    }

    /// What is known of each item, if it is a list.
    pub(super) fn item(&self) -> Self {
        match (self, self.value()) {
            (Self::List(inner), _) | (_, Some(Value::List(inner))) => (**inner).clone(),
            _ => Self::Any,
        }
    }
}

/// An event: of one kind, or of any.
pub(super) fn event(kind: Option<Kind>) -> Shape {
    let of = kind.map_or("an event".to_owned(), |kind| format!("an event `{kind}`"));
    let mut fields: Vec<(String, Shape)> = Vec::new();
    for kind in Kind::iter().filter(|of| kind.is_none_or(|kind| kind == *of)) {
        for (name, shape) in record(reference::fields(kind)) {
            match fields.iter_mut().find(|(known, _)| *known == name) {
                // What several kinds have may differ between them.
                Some((_, other)) if *other != shape => *other = Shape::Any,
                Some(_) => {}
                None => fields.push((name, shape)),
            }
        }
    }
    fields.extend(record(reference::common()));
    if let (None, Some((_, name))) = (kind, fields.iter_mut().find(|(name, _)| name == "kind")) {
        *name = Shape::Word { field: "kind".to_owned(), words: Kind::iter().map(|kind| kind.to_string()).collect() };
    }
    Shape::Fields { of: of.into(), fields: fields.into(), fixed: true }
}

fn record(fields: &[reference::Field]) -> Vec<(String, Shape)> {
    fields.iter().map(|field| (field.name.clone(), value(&field.name, &field.shape))).collect()
}

fn value(field: &str, shape: &reference::Shape) -> Shape {
    match shape {
        reference::Shape::Text | reference::Shape::Number | reference::Shape::Flag => Shape::Any,
        reference::Shape::Word(words) => {
            Shape::Word { field: field.to_owned(), words: words.iter().map(|word| word.name.clone()).collect() }
        }
        reference::Shape::List(inner) => Shape::List(Arc::new(value(field, inner))),
        reference::Shape::Fields(inner) => {
            Shape::Fields { of: format!("`{field}`").into(), fields: record(inner).into(), fixed: false }
        }
    }
}
