//! The tables of docs/configuration.md.

use serde_json::Value as Json;

use super::format::Format;
use super::schema::{self, is_required, kind, property};

/// The tables by name: `top`, `rule`, each section of the top and each type of sink.
pub(super) fn tables(root: &Json) -> Vec<(String, String)> {
    let mut tables = vec![("top".to_owned(), table(root))];
    let Some(properties) = root.get("properties").and_then(Json::as_object) else { return tables };
    for (key, section) in properties {
        let section = section.get("additionalProperties").filter(|named| named.is_object()).unwrap_or(section);
        if section.get("properties").is_some() {
            tables.push((key.clone(), table(section)));
        }
        for variant in schema::tagged(section) {
            let name = schema::tag(variant).unwrap_or_default();
            tables.push((name.to_owned(), format!("{}\n\n{}", description(variant), table(variant))));
        }
    }
    let rule = property(root, "rules").and_then(|rules| property(rules, "files")).and_then(|files| files.get("items"));
    let full = rule.and_then(|rule| rule.get("anyOf")).and_then(Json::as_array);
    let full = full.into_iter().flatten().find(|either| kind(either) == Some("object"));
    tables.extend(full.map(|rule| ("rule".to_owned(), table(rule))));
    tables
}

/// The keys of a section.
fn table(section: &Json) -> String {
    let mut text = "| key | type | default | meaning |\n|---|---|---|---|\n".to_owned();
    for key in schema::keys(section) {
        let Some(schema) = property(section, key) else { continue };
        // The heading has the type already.
        if schema.get("const").is_some() {
            continue;
        }
        let default = if is_required(section, key) { "required".to_owned() } else { default(schema) };
        text.push_str(&format!("| `{key}` | {} | {default} | {} |\n", value(schema), description(schema)));
    }
    text
}

/// The doc comment, in one line.
pub(super) fn description(schema: &Json) -> String {
    let text = schema::text(schema, "description").unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a value can be.
fn value(schema: &Json) -> String {
    let words = schema::words(schema);
    if !words.is_empty() {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    let bound = |keyword| schema.get(keyword).and_then(Json::as_f64);
    match kind(schema) {
        Some("integer" | "number") => match (bound("minimum"), bound("maximum")) {
            (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}"),
            _ => "number".to_owned(),
        },
        Some("boolean") => "`true`, `false`".to_owned(),
        Some("array") => match schema.get("items") {
            Some(items) if items.get("anyOf").is_some() => "list of rules".to_owned(),
            Some(items) => format!("list of {}", value(items)),
            None => "list".to_owned(),
        },
        Some("string") => Format::of(schema).map_or("text", |format| format.short).to_owned(),
        _ => match schema.get("anyOf").and_then(Json::as_array).and_then(|either| either.first()) {
            Some(first) => value(first),
            None => "section".to_owned(),
        },
    }
}

fn default(schema: &Json) -> String {
    if let Some(words) = schema::text(schema, "x-default") {
        return words.to_owned();
    }
    match schema.get("default") {
        Some(Json::String(text)) => format!("`{text}`"),
        Some(Json::Bool(value)) => format!("`{value}`"),
        Some(Json::Number(number)) => number.as_f64().unwrap_or_default().to_string(),
        _ => String::new(),
    }
}
