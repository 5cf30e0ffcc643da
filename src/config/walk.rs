//! A walk through YAML that tells what there is, and stops where it is told to.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

/// What kind of value stands where.
pub(super) enum Shape {
    Empty,
    Text,
    List(Vec<Shape>),
    /// Keys with their values.
    Section(Vec<(Shape, Shape)>),
}

/// Reads everything, or fails at one node so that the error tells its place.
pub(super) struct Walk {
    /// How many nodes to pass; forever if none.
    to_pass: Cell<Option<usize>>,
    /// The text that stands at the node at which the walk stopped.
    written: RefCell<String>,
}

impl Walk {
    pub(super) fn through() -> Self {
        Self { to_pass: Cell::new(None), written: RefCell::default() }
    }

    /// Stops at the node that has `number` nodes before it: keys and values, as they stand in the text.
    pub(super) fn to(number: usize) -> Self {
        Self { to_pass: Cell::new(Some(number)), written: RefCell::default() }
    }

    pub(super) fn into_written(self) -> String {
        self.written.into_inner()
    }
}

impl<'de> DeserializeSeed<'de> for &Walk {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        match self.to_pass.get() {
            Some(0) => deserializer.deserialize_str(Stop(&self.written)),
            to_pass => {
                self.to_pass.set(to_pass.map(|nodes| nodes - 1));
                deserializer.deserialize_any(self)
            }
        }
    }
}

impl<'de> Visitor<'de> for &Walk {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_none<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::Empty)
    }

    fn visit_unit<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::Empty)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let mut section = Vec::new();
        while let Some(entry) = entries.next_entry_seed(self, self)? {
            section.push(entry);
        }
        Ok(Shape::Section(section))
    }

    /// A value with a tag.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Shape, A::Error> {
        let (IgnoredAny, value) = tagged.variant()?;
        value.newtype_variant_seed(self)
    }
}

/// Takes the text and fails.
struct Stop<'a>(&'a RefCell<String>);

impl Visitor<'_> for Stop<'_> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the end of the walk")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Shape, E> {
        text.clone_into(&mut self.0.borrow_mut());
        Err(E::custom("the walk ends here"))
    }
}
