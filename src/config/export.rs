//! The schema for other programs: JSON Schema, draft-07, and nothing else.

use serde_json::{Map, Value as Json, json};

use super::format::Format;
use super::schema::{kind, words};

/// Text that holds a variable of the environment, in the place of any value.
const VARIABLE: &str = r"\$\{";

/// Says in JSON Schema alone what the check knows besides: a value may be a variable, numbers are text, too, and a key
/// that may be left out may be empty.
pub(super) fn export(schema: &mut Json, is_required: bool) {
    let Json::Object(object) = schema else { return };
    let format = Format::of(&Json::Object(object.clone()));
    object.retain(|keyword, _| !keyword.starts_with("x-") && keyword != "format");
    let required: Vec<String> = object
        .get("required")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect();
    if let Some(Json::Object(properties)) = object.get_mut("properties") {
        for (key, property) in properties {
            // The type of a section stays as it is.
            if property.get("const").is_none() {
                export(property, required.contains(key));
            }
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(schema) = object.get_mut(keyword) {
            // Nothing at all behind a name is a section without keys.
            export(schema, keyword == "items" || schema.get("required").is_some());
        }
    }
    for keyword in ["oneOf", "anyOf"] {
        for schema in object.get_mut(keyword).and_then(Json::as_array_mut).into_iter().flatten() {
            if schema.get("const").is_none() {
                export(schema, true);
            }
        }
    }
    let nothing = || (!is_required).then(|| json!({ "type": "null" }));
    let words = words(&Json::Object(object.clone())).len();
    if object.get("default") == Some(&Json::Null) {
        object.remove("default");
    }
    match kind(&Json::Object(object.clone())).map(str::to_owned).as_deref() {
        _ if words > 0 => either(object, [Some(json!({ "type": "string", "pattern": VARIABLE })), nothing()]),
        Some("integer" | "number" | "boolean") => {
            either(object, [Some(json!({ "type": "string", "pattern": VARIABLE })), nothing()]);
        }
        Some("string") => {
            let takes_numbers = format.is_none_or(|format| matches!(format.short, "text" | "path" | "courts"));
            let mut kinds = vec!["string"];
            kinds.extend(takes_numbers.then_some(["number", "boolean"]).into_iter().flatten());
            kinds.extend((!is_required).then_some("null"));
            object.insert("type".to_owned(), json!(kinds));
            if let Some(pattern) = format.and_then(Format::pattern) {
                object.insert("pattern".to_owned(), json!(format!("{pattern}|{VARIABLE}")));
            }
        }
        Some("object" | "array") if !is_required => {
            if let Some(Json::String(kind)) = object.get("type").cloned() {
                object.insert("type".to_owned(), json!([kind, "null"]));
            }
        }
        _ => {}
    }
}

/// Lets a value be something else, too.
fn either(object: &mut Map<String, Json>, others: [Option<Json>; 2]) {
    let outside = ["description", "default", "title"];
    let (kept, value): (Map<_, _>, Map<_, _>) =
        std::mem::take(object).into_iter().partition(|(keyword, _)| outside.contains(&keyword.as_str()));
    *object = kept;
    let all: Vec<Json> = [Some(Json::Object(value))].into_iter().chain(others).flatten().collect();
    object.insert("anyOf".to_owned(), Json::Array(all));
}
