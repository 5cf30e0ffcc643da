//! The config that `vta init` writes.

use serde_json::Value as Json;

use super::docs::description;
use super::schema;

/// The template. A line ends with the path of the key whose meaning becomes its comment. Below `%one` are lines for one
/// court, below `%several` for the first of several, and below `%further` for each further one.
const TEMPLATE: &str = include_str!("template.txt");

/// Where the comments begin.
const COMMENTS: usize = 44;

/// A config for so many courts, with a comment on each key.
pub(super) fn template(schema: &Json, courts: usize) -> String {
    let mut text = String::new();
    for part in TEMPLATE.split('%').skip(1) {
        let (when, lines) = part.split_once('\n').unwrap_or_default();
        let numbers = match when {
            "one" if courts == 1 => 1..=1,
            "several" if courts > 1 => 1..=1,
            "further" => 2..=courts,
            "always" => 1..=1,
            _ => continue,
        };
        for number in numbers {
            // One computer can run several OBS, each with a port of its own.
            let lines = lines
                .replace("{n}", &number.to_string())
                .replace("{port}", &(5999 + number).to_string())
                .replace("{obs_port}", &(4454 + number).to_string());
            lines.lines().for_each(|line| add_line(&mut text, schema, line));
        }
    }
    text
}

/// Adds a line, with the first sentence of what its key means.
fn add_line(text: &mut String, schema: &Json, line: &str) {
    let (line, path) = line.split_once(" @").unwrap_or((line, ""));
    text.push_str(line);
    let sentence = key(schema, path).map(description).unwrap_or_default();
    let end = [". ", "; ", ": "].iter().filter_map(|end| sentence.find(end)).min();
    let sentence = sentence[..end.unwrap_or(sentence.len())].trim_end_matches('.');
    if !sentence.is_empty() {
        let gap = COMMENTS.saturating_sub(line.chars().count()).max(2);
        text.push_str(&format!("{:gap$}# {}", "", without_links(sentence)));
    }
    text.push('\n');
}

/// The schema of a key.
fn key<'a>(schema: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(schema, |schema, part| {
        let named = schema.get("additionalProperties").filter(|named| named.is_object());
        let variant =
            named.and_then(|named| schema::tagged(named).iter().find(|variant| schema::tag(variant) == Some(part)));
        variant.or_else(|| schema::property(schema, part))
    })
}

/// Text without the targets of its links.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((name, after)) = after.split_once("](") else { break };
        plain.push_str(name);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    plain + rest
}
