//! The JSON Schema of what can be written: made from the types, walked by the check, exported for other programs.
//!
//! The types add these keywords to those of JSON Schema: `x-example`, how a key is written; `x-default`, what a key that is
//! left out means; `x-wants`, what a message asks for; `x-noun`, what a
//! name is the name of; `x-empty`, what is wrong with nothing in a list or section;
//! `x-absent`, advice where a value is missing or out of range. The export has none of them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Number, Value as Json};

use super::yaml::{Node, Value};

/// The schema of a type.
pub(crate) fn of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().into()
}

/// A keyword's text.
pub(super) fn text<'a>(schema: &'a Json, keyword: &str) -> Option<&'a str> {
    schema.get(keyword)?.as_str()
}

/// The schemas of a keyword that lists some.
fn list<'a>(schema: &'a Json, keyword: &str) -> &'a [Json] {
    schema.get(keyword).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The type, apart from `null`, if it can be only one.
pub(super) fn kind(schema: &Json) -> Option<&str> {
    match schema.get("type")? {
        Json::String(kind) => Some(kind),
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

/// The few words that a value can be; none of anything else.
pub(super) fn words(schema: &Json) -> Vec<&str> {
    let constant = |schema| text(schema, "const");
    match list(schema, "enum") {
        [] => list(schema, "oneOf").iter().chain([schema]).filter_map(constant).collect(),
        words => words.iter().filter_map(Json::as_str).collect(),
    }
}

/// The schemas of a section whose `type` is one of several; none of anything else.
pub(super) fn tagged(schema: &Json) -> &[Json] {
    match list(schema, "oneOf") {
        variants if variants.iter().all(|variant| property(variant, "type").is_some()) => variants,
        _ => &[],
    }
}

/// The `type` of one of [`tagged`].
pub(super) fn tag(variant: &Json) -> Option<&str> {
    text(property(variant, "type")?, "const")
}

/// The one of a value's schemas that fits a node, if any.
pub(super) fn branch<'a>(schema: &'a Json, node: &Node) -> Option<&'a Json> {
    let tagged = tagged(schema);
    if !tagged.is_empty() {
        let Some(Value::Text(wanted)) = node.get("type").map(|entry| &entry.node.value) else { return None };
        return tagged.iter().find(|variant| tag(variant) == Some(wanted));
    }
    let fits = |schema: &&Json| match &node.value {
        Value::Empty => kind(schema).is_some(),
        Value::Text(_) => matches!(kind(schema), Some("string" | "integer" | "number" | "boolean")),
        Value::List(_) => kind(schema) == Some("array"),
        Value::Section(_) => kind(schema) == Some("object"),
    };
    match list(schema, "anyOf") {
        [] => Some(schema),
        [only] => Some(only),
        [only, null] | [null, only] if text(null, "type") == Some("null") => branch(only, node),
        several => several.iter().find(fits),
    }
}

/// The schema of a key's value in a section.
pub(super) fn property<'a>(section: &'a Json, key: &str) -> Option<&'a Json> {
    let named = section.get("properties").and_then(|properties| properties.get(key));
    named.or_else(|| section.get("additionalProperties").filter(|schema| schema.is_object()))
}

/// The keys of a section that has some of its own, in their order.
pub(super) fn keys(section: &Json) -> impl Iterator<Item = &str> {
    section.get("properties").and_then(Json::as_object).into_iter().flatten().map(|(key, _)| key.as_str())
}

/// The limits of a number.
pub(super) fn limits(schema: &Json) -> (Option<f64>, Option<f64>) {
    let limit = |keyword| schema.get(keyword).and_then(Json::as_f64);
    (limit("minimum"), limit("maximum"))
}

/// The number that text is, if it is one that the schema accepts.
pub(super) fn number(schema: &Json, text: &str) -> Option<Number> {
    let number = match kind(schema) {
        Some("integer") => text.parse::<u64>().ok().map(Number::from),
        _ => text.parse::<f64>().ok().and_then(Number::from_f64),
    };
    let (minimum, maximum) = limits(schema);
    number.filter(|number| {
        let value = number.as_f64().unwrap_or(f64::NAN);
        minimum.is_none_or(|minimum| value >= minimum) && maximum.is_none_or(|maximum| value <= maximum)
    })
}

pub(super) fn is_required(section: &Json, key: &str) -> bool {
    list(section, "required").iter().any(|required| required == key)
}
