//! What events and the bout look like, as their own descriptions have it.

use std::sync::{Arc, LazyLock};

use strum::{EnumCount, IntoEnumIterator};

use super::shape::{Shape, Sort};
use crate::event::{Kind, reference};
use crate::rules::views::{self, Field, FieldKind};

/// What a handler of a kind is given; of no kind in particular, any event.
pub(super) fn event(kind: Option<Kind>) -> Shape {
    static EVENTS: LazyLock<Vec<Shape>> =
        LazyLock::new(|| Kind::iter().map(|kind| read_event(Some(kind))).chain([read_event(None)]).collect());
    EVENTS.get(kind.map_or(Kind::COUNT, |kind| kind as usize)).cloned().unwrap_or(Shape::Any)
}

/// What a handler is given as the bout.
pub(super) fn bout() -> Shape {
    static WHOLE: LazyLock<Shape> = LazyLock::new(|| record("the bout", views::BOUT));
    WHOLE.clone()
}

fn record<T>(of: &str, fields: &[Field<T>]) -> Shape {
    let quoted = |name: &str| format!("`{name}`");
    let shape = |field: &Field<T>| match field.kind {
        FieldKind::Text => simple(field.name, Sort::Text),
        FieldKind::Number => simple(field.name, Sort::Number),
        FieldKind::Flag => simple(field.name, Sort::Flag),
        FieldKind::Word(words) => {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            Shape::Word { field: field.name.to_owned(), words }
        }
        FieldKind::Corner => record(&quoted(field.name), views::CORNER),
        FieldKind::Rounds => Shape::List(Arc::new(record(&quoted(field.name), views::ROUND))),
        FieldKind::Review => record(&quoted(field.name), views::REVIEW),
    };
    let fields = fields.iter().map(|field| (field.name.to_owned(), shape(field))).collect();
    Shape::Fields { of: of.into(), fields }
}

fn simple(field: &str, sort: Sort) -> Shape {
    Shape::Field { name: field.to_owned(), sort }
}

fn read_event(kind: Option<Kind>) -> Shape {
    let of = kind.map_or("an event".to_owned(), |kind| format!("an event `{kind}`"));
    let mut fields: Vec<(String, Shape)> = Vec::new();
    for kind in Kind::iter().filter(|of| kind.is_none_or(|kind| kind == *of)) {
        for (name, shape) in described(reference::fields(kind)) {
            match fields.iter_mut().find(|(known, _)| *known == name) {
                // What several kinds have may differ between them.
                Some((_, other)) if *other != shape => *other = Shape::Any,
                Some(_) => {}
                None => fields.push((name, shape)),
            }
        }
    }
    fields.extend(described(reference::common()));
    if let (None, Some((_, name))) = (kind, fields.iter_mut().find(|(name, _)| name == "kind")) {
        *name = Shape::Word { field: "kind".to_owned(), words: Kind::iter().map(|kind| kind.to_string()).collect() };
    }
    Shape::Fields { of: of.into(), fields: fields.into() }
}

fn described(fields: &[reference::Field]) -> Vec<(String, Shape)> {
    fields.iter().map(|field| (field.name.clone(), value(&field.name, &field.shape))).collect()
}

fn value(field: &str, shape: &reference::Shape) -> Shape {
    match shape {
        reference::Shape::Number => simple(field, Sort::Number),
        reference::Shape::Flag => simple(field, Sort::Flag),
        reference::Shape::Text => simple(field, Sort::Text),
        reference::Shape::Any => Shape::Any,
        reference::Shape::Word(words) => {
            Shape::Word { field: field.to_owned(), words: words.iter().map(|word| word.name.clone()).collect() }
        }
        reference::Shape::List(inner) => Shape::List(Arc::new(value(field, inner))),
        reference::Shape::Fields(inner) => {
            Shape::Fields { of: format!("`{field}`").into(), fields: described(inner).into() }
        }
    }
}
