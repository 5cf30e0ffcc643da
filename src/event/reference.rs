//! The fields of the events of each kind, read from the types themselves, so that the reference is never out of date.

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Body, Kind, Line};

/// A field of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether it may be absent.
    pub optional: bool,
    /// What it is, as Markdown.
    pub docs: String,
    /// The type of its value.
    pub shape: Shape,
}

/// The type of a field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// One of a few words.
    Word(Vec<Word>),
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A list of such values.
    List(Box<Shape>),
    /// Fields of its own.
    Fields(Vec<Field>),
    /// Anything.
    Any,
}

/// A word that a field may have as its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub name: String,
    /// What it means, as Markdown; empty if the word explains itself.
    pub docs: String,
}

/// The fields that events of every kind have.
pub fn common() -> &'static [Field] {
    &REFERENCE.common
}

/// The fields of the events of a kind, without those that all events have.
pub fn fields(kind: Kind) -> &'static [Field] {
    REFERENCE.kinds.get(kind as usize).map_or(&[], |(_, fields)| fields)
}

/// What an event of this kind means, as Markdown.
pub fn docs(kind: Kind) -> &'static str {
    REFERENCE.kinds.get(kind as usize).map_or("", |(docs, _)| docs)
}

static REFERENCE: LazyLock<Reference> = LazyLock::new(Reference::read);

struct Reference {
    common: Vec<Field>,
    /// By kind, in its order.
    kinds: Vec<(String, Vec<Field>)>,
}

impl Reference {
    fn read() -> Self {
        let schema = |schema: schemars::Schema| Value::from(schema);
        let generator = || SchemaSettings::draft2020_12().for_serialize().into_generator();
        let line = schema(generator().into_root_schema_for::<Line<'static>>());
        let body = schema(generator().into_root_schema_for::<Body>());
        // The variants are in the order of the kinds: both come from the same enum.
        let kinds = list(&body, "anyOf").map(|variant| (text(variant, "description"), object(&body, variant)));
        Self { common: object(&line, &line), kinds: kinds.collect() }
    }
}

/// What the variants of an enum are, and the fields of each, in its order. Of one that is tagged, the content counts.
pub(crate) fn variants<T: JsonSchema>() -> Vec<(String, Vec<Field>)> {
    let schema =
        Value::from(SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>());
    let variant = |variant| {
        let content = variant_content(variant);
        (text(variant, "description"), object(&schema, content))
    };
    list(&schema, "anyOf").chain(list(&schema, "oneOf")).map(variant).collect()
}

fn variant_content(variant: &Value) -> &Value {
    variant.pointer("/properties/args").unwrap_or(variant)
}

/// The fields of an object, or of several of which it is one.
fn object(root: &Value, schema: &Value) -> Vec<Field> {
    let schema = resolved(root, schema);
    let required = |name: &str| list(schema, "required").any(|required| required == name);
    let mut fields: Vec<Field> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, property)| Field {
            name: name.clone(),
            optional: !required(name),
            docs: text(property, "description"),
            shape: shape(root, property),
        })
        .collect();
    for either in list(schema, "anyOf") {
        fields.extend(object(root, either).into_iter().map(|field| Field { optional: true, ..field }));
    }
    fields
}

fn shape(root: &Value, schema: &Value) -> Shape {
    let schema = resolved(root, schema);
    let words = words(schema);
    if !words.is_empty() {
        return Shape::Word(words);
    }
    // Whether a value may be absent is a property of the field.
    if let Some(value) = list(schema, "anyOf").find(|either| !is(either, "null")) {
        return shape(root, value);
    }
    if is(schema, "array") {
        let items = schema.get("items").unwrap_or(&Value::Null);
        return Shape::List(Box::new(shape(root, items)));
    }
    if is(schema, "object") {
        return Shape::Fields(object(root, schema));
    }
    if is(schema, "integer") || is(schema, "number") {
        return Shape::Number;
    }
    if is(schema, "boolean") {
        return Shape::Flag;
    }
    if is(schema, "string") { Shape::Text } else { Shape::Any }
}

/// The words that a value may be: in the schema, those with docs are separate, the others together.
fn words(schema: &Value) -> Vec<Word> {
    let word = |name: &Value, docs: String| Some(Word { name: name.as_str()?.to_owned(), docs });
    let alone = schema.get("const").and_then(|name| word(name, text(schema, "description")));
    let together = list(schema, "enum").filter_map(|name| word(name, String::new()));
    let nested = list(schema, "oneOf").flat_map(words);
    alone.into_iter().chain(together).chain(nested).collect()
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.strip_prefix('#')?));
    named.unwrap_or(schema)
}

fn is(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

fn list<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(schema: &Value, key: &str) -> String {
    schema.get(key).and_then(Value::as_str).unwrap_or_default().replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use strum::{EnumCount, IntoEnumIterator};

    use super::*;

    fn names(fields: &[Field]) -> Vec<&str> {
        fields.iter().map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn each_kind_has_its_own_fields() {
        assert_eq!(REFERENCE.kinds.len(), Kind::COUNT);
        assert_eq!(names(fields(Kind::Point)), ["side", "technique", "points", "level"]);
        assert_eq!(
            names(fields(Kind::ActionFailed)),
            ["action_seq", "action", "review", "reason", "took_us", "earlier_bout"]
        );
        assert_eq!(names(fields(Kind::Console)), ["state", "name", "value"]);
        assert_eq!(names(fields(Kind::BoutLoaded)), [""; 0]);
        assert_eq!(docs(Kind::ActionFailed), "An action failed.");
        assert!(Kind::iter().all(|kind| !docs(kind).is_empty()));
    }

    #[test]
    fn a_field_tells_what_it_may_be() {
        let [side, technique, points, level] = fields(Kind::Point) else { panic!("four fields") };
        assert!(level.optional);
        let words = |field: &Field| match &field.shape {
            Shape::Word(words) => words.iter().map(|word| word.name.clone()).collect(),
            _ => Vec::new(),
        };
        assert_eq!(words(side), ["blue", "red"]);
        assert_eq!(words(technique), ["punch", "body", "head", "technical_body", "technical_head"]);
        assert_eq!((points.shape.clone(), points.optional, points.docs.as_str()), (Shape::Number, false, "How many."));
        let [review, _] = &fields(Kind::ReviewOpened)[1..] else { panic!("side, review and origin") };
        assert_eq!((review.shape.clone(), review.optional), (Shape::Number, true));
        let args = fields(Kind::Trigger).iter().find(|field| field.name == "args");
        assert_eq!(args.map(|args| args.shape.clone()), Some(Shape::Any));
    }

    #[test]
    fn fields_within_fields_are_told_too() {
        let [blue, _] = fields(Kind::Athletes) else { panic!("two athletes") };
        assert!(matches!(&blue.shape, Shape::Fields(inner) if names(inner) == ["short_name", "long_name", "country"]));
        let [rounds] = fields(Kind::RoundScores) else { panic!("one list") };
        let Shape::List(round) = &rounds.shape else { panic!("a list") };
        assert!(matches!(&**round, Shape::Fields(inner) if names(inner) == ["round", "blue", "red"]));
        let [winners] = fields(Kind::RoundWinners) else { panic!("one list") };
        assert!(matches!(&winners.shape, Shape::List(word) if matches!(**word, Shape::Word(_))));
    }

    #[test]
    fn what_every_event_has_is_told_apart() {
        let all = ["seq", "at", "court", "stream", "kind", "status", "derived", "cause", "notes", "raw"];
        assert_eq!(names(common()), all);
    }
}
