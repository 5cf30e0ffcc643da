//! The config that `vta init` writes.

use serde_json::Value as Json;

use super::docs::description;
use super::schema;

/// Where the comments begin.
const COMMENTS: usize = 44;

/// A config for so many courts, with a comment on each key.
pub(super) fn template(schema: &Json, courts: usize) -> String {
    let mut text = Template { schema, text: String::new() };
    text.line("# `vta check --config event.yaml` checks it, `vta run --config event.yaml` runs it.", &[]);
    text.line("", &[]);
    text.line("name: Hamburg Open 2026", &["name"]);
    text.line("", &[]);
    text.line("courts:", &["courts"]);
    for court in 1..=courts {
        let port = 5999 + court;
        let bind = if courts == 1 { format!("\"${{VTA_BIND:-0.0.0.0:{port}}}\"") } else { format!("0.0.0.0:{port}") };
        text.line(&format!("  court-{court}:"), &[]);
        text.line(&format!("    bind: {bind}"), if court == 1 { &["courts", "*", "bind"] } else { &[] });
        if court == 1 {
            text.line("    # allow: [192.168.7.0/24]", &["courts", "*", "allow"]);
            text.line(&format!("    # resync: 192.168.7.20:{port}"), &["courts", "*", "resync"]);
        }
    }
    text.line("", &[]);
    text.line("decoder:", &["decoder"]);
    text.line("  protocol: pss-2.3", &["decoder", "protocol"]);
    text.line("", &[]);
    text.line("rules:", &["rules"]);
    text.line("  files:", &["rules", "files"]);
    text.line("    # What each rule does, and its settings, stand at its top.", &[]);
    for rule in ["instant-replay", "recording", "scenes", "highlights", "watchdog"] {
        text.line(&format!("    - rules/{rule}.rhai"), &[]);
    }
    text.line("    # For the texts that OBS has:", &[]);
    text.line("    # - file: rules/scoreboard.rhai", &[]);
    text.line(
        "    #   with: { blue_name: Blue name, red_name: Red name, blue_score: Blue score, red_score: Red score, clock: Clock }",
        &[],
    );
    text.line("    # - file: rules/alerts.rhai", &[]);
    text.line("    #   with: { text: Alert, gap: 10 }", &[]);
    text.line("", &[]);
    text.line("sinks:", &["sinks"]);
    text.line("  store: { type: sqlite, path: data/event.db }", &[]);
    text.line("  capture: { type: capture, directory: data/captures }", &[]);
    for court in 1..=courts {
        let (replay, jury, serves) = match courts {
            1 => ("replay".to_owned(), "jury".to_owned(), String::new()),
            _ => (format!("replay-{court}"), format!("jury-{court}"), format!("\n    courts: [court-{court}]")),
        };
        // One computer can run several OBS, each with a port of its own.
        let port = 4454 + court;
        let port = if courts == 1 { format!("\"${{OBS_PORT:-{port}}}\"") } else { port.to_string() };
        text.line(&format!("  {replay}:"), &[]);
        text.line("    type: obs", &[]);
        let first = |key: &'static str| -> Vec<&'static str> {
            if court == 1 { vec!["sinks", "obs", key] } else { Vec::new() }
        };
        text.line("    host: 127.0.0.1", &first("host"));
        text.line(&format!("    port: {port}"), &first("port"));
        text.line("    password: \"${OBS_PASSWORD:-}\"", &first("password"));
        if let Some(serves) = serves.strip_prefix('\n') {
            text.line(serves, &first("courts"));
        }
        let serves = if courts == 1 { String::new() } else { format!(", courts: [court-{court}]") };
        text.line(&format!("  {jury}: {{ type: player, command: mpv{serves} }}"), &[]);
    }
    text.line("  log: { type: log, directory: data/logs, level: info }", &[]);
    text.text
}

struct Template<'a> {
    schema: &'a Json,
    text: String,
}

impl Template<'_> {
    /// A line with what the key means.
    fn line(&mut self, line: &str, key: &[&str]) {
        self.text.push_str(line);
        let mut schema = Some(self.schema);
        for part in key {
            schema = schema.and_then(|schema| {
                let named = schema.get("additionalProperties").filter(|named| named.is_object());
                let variant = named
                    .and_then(|named| schema::tagged(named).iter().find(|variant| schema::tag(variant) == Some(part)));
                variant.or_else(|| schema::property(schema, part))
            });
        }
        let sentence = schema.filter(|_| !key.is_empty()).map(description).unwrap_or_default();
        let end = [". ", "; ", ": "].iter().filter_map(|end| sentence.find(end)).min();
        let sentence = sentence[..end.unwrap_or(sentence.len())].trim_end_matches('.');
        if !sentence.is_empty() {
            let gap = COMMENTS.saturating_sub(line.chars().count()).max(2);
            self.text.push_str(&format!("{:gap$}# {}", "", without_links(sentence)));
        }
        self.text.push('\n');
    }
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
