//! The schema for other programs: JSON Schema, draft-07, and nothing else.
//!
//! Branches for different types of values are merged, and those of a section are chosen by its `type`. So a validator
//! says what is wrong with a value, not that it matches none of several.

use serde_json::{Map, Value as Json, json};

use super::format::Format;
use super::schema::{kind, tag, tagged, text, words};

/// Text that holds a variable of the environment, in the place of any value.
const VARIABLE: &str = r"\$\{";

/// Says in JSON Schema alone what the check knows besides: a value may be a variable, numbers are text, too, and a key
/// that may be left out may be empty.
pub(super) fn export(schema: &mut Json, is_required: bool) {
    let (format, kind) = (Format::of(schema), kind(schema).map(str::to_owned));
    let words: Vec<_> = words(schema).into_iter().map(str::to_owned).collect();
    let (branches, meanings) = (tagged(schema).to_vec(), meanings(schema));
    let Json::Object(object) = schema else { return };
    object.retain(|keyword, _| !keyword.starts_with("x-") && keyword != "format");
    if object.get("default") == Some(&Json::Null) {
        object.remove("default");
    }
    if let Some(Json::String(description)) = object.get_mut("description") {
        description.push_str(&meanings);
    }
    if !branches.is_empty() {
        return by_type(object, branches);
    }
    let required = object.get("required").cloned().unwrap_or_default();
    let is_key_required =
        |key: &str| required.as_array().is_some_and(|keys| keys.iter().any(|required| required == key));
    if let Some(Json::Object(properties)) = object.get_mut("properties") {
        for (key, property) in properties {
            // The type of a section stays as it is.
            if property.get("const").is_none() {
                export(property, is_key_required(key));
            }
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(schema) = object.get_mut(keyword) {
            // Nothing at all behind a name is a section without keys.
            export(schema, keyword == "items" || schema.get("required").is_some());
        }
    }
    let mut types = vec![];
    if let Some(Json::Array(branches)) = object.remove("anyOf") {
        types = merge(object, branches);
    }
    types.extend(kind.clone().map(Json::from));
    let pattern = match kind.as_deref() {
        _ if !words.is_empty() => {
            object.remove("oneOf");
            object.remove("enum");
            let nothing = (!is_required).then_some(Json::Null);
            let words: Vec<_> = words.into_iter().map(Json::from).chain(nothing).collect();
            object.insert("if".to_owned(), json!({ "type": "string", "pattern": VARIABLE }));
            object.insert("else".to_owned(), json!({ "enum": words }));
            types = vec!["string".into()];
            None
        }
        Some("integer") => Some(format!("^0*({})$", whole_numbers(object)).into()),
        // Whether a fraction is within the limits is left to the check.
        Some("number") => Some(format!(r"^0*({})(\.[0-9]*)?$", whole_numbers(object)).into()),
        Some("boolean") => Some("^(true|false)$".into()),
        Some("string") => {
            let takes_numbers = format.is_none_or(|format| matches!(format.short, "text" | "path" | "courts"));
            types.extend(takes_numbers.then_some(["number".into(), "boolean".into()]).into_iter().flatten());
            format.and_then(Format::pattern)
        }
        _ => None,
    };
    if let Some(pattern) = pattern {
        object.insert("pattern".to_owned(), json!(format!("{pattern}|{VARIABLE}")));
        if kind.as_deref() != Some("string") {
            types.push("string".into());
        }
    }
    if !is_required && !types.is_empty() {
        types.push("null".into());
    }
    let mut seen = Vec::new();
    types.retain(|kind| {
        !seen.contains(kind) && {
            seen.push(kind.clone());
            true
        }
    });
    match &types[..] {
        [] => {}
        [only] => drop(object.insert("type".to_owned(), only.clone())),
        _ => drop(object.insert("type".to_owned(), Json::Array(types))),
    }
}

/// A pattern of the whole numbers within the limits of a schema, without zeros before them.
fn whole_numbers(schema: &Map<String, Json>) -> String {
    let limit = |keyword: &str| schema.get(keyword).and_then(Json::as_f64).map(|limit| limit as u64);
    let (mut low, Some(high)) = (limit("minimum").unwrap_or(0), limit("maximum")) else { return "[0-9]+".to_owned() };
    let mut patterns = Vec::new();
    // Each pattern is of the next numbers that differ in one digit, and in those behind it, which can be any.
    while low <= high {
        let mut count = 1;
        while low > 0 && low % (count * 10) == 0 && low + count * 10 - 1 <= high {
            count *= 10;
        }
        let (before, digit) = (low / count / 10, low / count % 10);
        let last = (digit + 1).max((high + 1) / count - before * 10).min(10) - 1;
        let before = if before > 0 { before.to_string() } else { String::new() };
        patterns.push(format!("{before}[{digit}-{last}][0-9]{{{}}}", count.ilog10()));
        low += (last + 1 - digit) * count;
    }
    patterns.join("|")
}

/// What each of several words means, as a list.
fn meanings(schema: &Json) -> String {
    let variants = schema.get("oneOf").and_then(Json::as_array).into_iter().flatten();
    let meaning = |variant| {
        Some(format!("\n- `{}`: {}", text(variant, "const").or_else(|| tag(variant))?, text(variant, "description")?))
    };
    variants.filter_map(meaning).collect()
}

/// Puts the keywords of branches for different types of values side by side; gives the types.
fn merge(object: &mut Map<String, Json>, branches: Vec<Json>) -> Vec<Json> {
    let mut types = Vec::new();
    for mut branch in branches {
        export(&mut branch, true);
        let Json::Object(keywords) = branch else { continue };
        for (keyword, value) in keywords {
            match value {
                Json::Array(several) if keyword == "type" => types.extend(several),
                one if keyword == "type" => types.push(one),
                value => drop(object.entry(keyword).or_insert(value)),
            }
        }
    }
    types
}

/// A section whose `type` decides what else it has.
fn by_type(object: &mut Map<String, Json>, branches: Vec<Json>) {
    let is = |kind: &Json| json!({ "properties": { "type": kind }, "required": ["type"] });
    let (mut tags, mut chosen) = (Vec::new(), Vec::new());
    for mut branch in branches {
        let Some(kind) = tag(&branch).map(str::to_owned) else { continue };
        export(&mut branch, true);
        chosen.push(json!({ "if": is(&json!({ "const": kind })), "then": branch }));
        tags.push(kind);
    }
    object.remove("oneOf");
    object.insert("type".to_owned(), "object".into());
    object.insert("properties".to_owned(), json!({ "type": { "enum": tags } }));
    object.insert("required".to_owned(), json!(["type"]));
    object.insert("allOf".to_owned(), Json::Array(chosen));
}
