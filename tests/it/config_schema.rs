//! docs/event.schema.json: a validator that knows nothing of vta judges configs by it as `vta check` does.

use std::fs;

use jsonschema::Validator;
use serde_json::Value;
use vta::config::{self, Config};

use crate::support::repository;

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&config::json_schema()).unwrap();
    assert!(schema["$schema"].as_str().unwrap().contains("draft-07"));
    jsonschema::draft7::new(&schema).unwrap()
}

/// Whether the schema and the check accept a config.
fn accepted(validator: &Validator, text: &str) -> (bool, bool) {
    let instance: Value = serde_yaml::from_str(text).unwrap();
    let checked = Config::parse(&repository("examples/event.yaml"), text, &|_| None);
    (validator.is_valid(&instance), checked.is_ok())
}

#[test]
fn a_validator_accepts_the_example_and_every_way_to_write_a_value() {
    let validator = validator();
    let example = fs::read_to_string(repository("examples/event.yaml")).unwrap();
    let head = "name: a\ncourts: { c: { bind: 0.0.0.0:6000 } }\n";
    let ways = [
        "name: 2026\ncourts: { c: { bind: 0.0.0.0:6000, allow: [192.168.7.0/24, '::1'], resync: 192.168.7.20:6001 } }",
        "name: a\ncourts: { c: { type: pss, bind: '[::1]:6000', allow: , resync: } }",
        "name: a\ncourts: { c: { bind: '${BIND:-0.0.0.0:6000}' } }",
        "sinks: { a: { type: obs, password: 0123, port: '${PORT:-4455}', timeout_secs: 0.5, courts: [c] } }",
        "sinks: { a: { type: obs, port: '4455', timeout_secs: '0.5' } }\nreviews: { won_keeps_quota: 'true' }",
        "sinks: { a: { type: obs, host: '::1', recording_in_progress: split, password: } }",
        "sinks: { a: { type: sqlite, path: 2026 }, b: { type: log, directory: , level: '${LEVEL:-warn}' } }",
        "reviews: { won_keeps_quota: '${KEEPS:-true}', quota: 0 }\nnames: { clip: '{court} {bout}' }\nrules:\nsinks:",
    ];
    let whole = |text: &&str| if text.starts_with("name") { (*text).to_owned() } else { format!("{head}{text}") };
    for text in [example].into_iter().chain(ways.iter().map(whole)) {
        assert_eq!(accepted(&validator, &text), (true, true), "{text}");
    }
}

#[test]
fn a_validator_refuses_each_mistake() {
    let validator = validator();
    let example = fs::read_to_string(repository("examples/event.yaml")).unwrap();
    let config: Value = serde_yaml::from_str(&example).unwrap();
    let mistakes = [
        ("/name", r#"" ""#),
        ("/name", r#"["a"]"#),
        ("/courts", "{}"),
        ("/courts", r#"["court-1"]"#),
        ("/courts/court-1", r#"{}"#),
        ("/courts/court-1", r#""0.0.0.0:6000""#),
        ("/courts/court-1/type", r#""udp""#),
        ("/courts/court-1/bind", "6000"),
        ("/courts/court-1/bind", r#""localhost:6000""#),
        ("/courts/court-1/bind", r#""0.0.0.0:65536""#),
        ("/courts/court-1/bind", r#""0.0.0.256:6000""#),
        ("/courts/court-1/allow", r#"["192.168.7"]"#),
        ("/courts/court-1/allow", r#"["192.168.7.0/33"]"#),
        ("/courts/court-1/allow", r#"["::1/129"]"#),
        ("/courts/court-1/allow", r#""192.168.7.20""#),
        ("/courts/court-1/resync", r#""pss.local:6001""#),
        ("/courts/court-1/receive_buffer_bytes", "12"),
        ("/courts/court-1/color", r#""blue""#),
        ("/sources", r#"{ "court-1": { "bind": "0.0.0.0:6000" } }"#),
        ("/decoder/protocol", r#""pss-2.2""#),
        ("/rules", r#""a.rhai""#),
        ("/rules/files", r#""a.rhai""#),
        ("/rules/files", r#"[["a.rhai"]]"#),
        ("/rules/files", r#"[{ "with": { "a": "1" } }]"#),
        ("/rules/files", r#"[{ "file": "../rules/scenes.rhai", "courts": [] }]"#),
        ("/rules/files", r#"[{ "file": "../rules/scenes.rhai", "with": { "loaded": { "a": "b" } } }]"#),
        ("/rules/max_operations", "0"),
        ("/reviews/quota", r#""many""#),
        ("/reviews/won_keeps_quota", r#""perhaps""#),
        ("/names/clip", r#""{court} {match}""#),
        ("/sinks", r#"["obs"]"#),
        ("/sinks/replay", "null"),
        ("/sinks/replay", r#"{ "host": "127.0.0.1" }"#),
        ("/sinks/replay/type", r#""obss""#),
        ("/sinks/replay/port", "70000"),
        ("/sinks/replay/port", r#""abc""#),
        ("/sinks/replay/timeout_secs", r#""61""#),
        ("/sinks/replay/port", r#""4455 ""#),
        ("/sinks/replay/prot", "4455"),
        ("/sinks/replay/host", r#""me@pc""#),
        ("/sinks/replay/host", r#""ws://127.0.0.1""#),
        ("/sinks/replay/timeout_secs", "0"),
        ("/sinks/replay/recording_in_progress", r#""stop""#),
        ("/sinks/replay/courts", "[]"),
        ("/sinks/replay/courts", r#""court-1""#),
        ("/sinks/replay/password", r#"["hunter2"]"#),
        ("/sinks/store/path", r#""~/event.db""#),
        ("/sinks/store/path", r#""a\tb""#),
        ("/sinks/store/path", "null"),
        ("/sinks/log/level", r#""inf""#),
        ("/sinks/log/keep_files", "0"),
        ("/sinks/jury/arguments", r#""--mute""#),
    ];
    for (pointer, value) in mistakes {
        let mut config = config.clone();
        let (section, key) = pointer.rsplit_once('/').unwrap();
        // Some sections are not in the example.
        if config.pointer(section).is_none() {
            config[section.trim_start_matches('/')] = Value::Object(serde_json::Map::new());
        }
        config.pointer_mut(section).unwrap()[key] = serde_json::from_str(value).unwrap();
        let text = serde_yaml::to_string(&config).unwrap();
        assert_eq!(accepted(&validator, &text), (false, false), "{pointer}: {value}");
    }
}

#[test]
fn quoted_number_is_accepted_within_its_limits_alone() {
    let validator = validator();
    let keys = [("sinks", "a: { type: obs, port: 'N' }"), ("reviews", "quota: 'N'"), ("rules", "max_operations: 'N'")];
    for (section, key) in keys {
        for limit in [0, 1, 9, 10, 99, 100, 999, 1000, 1999, 2000, 9999, 65_535, 999_999, 1_000_000_000_u64] {
            for number in [limit.saturating_sub(1), limit, limit + 1] {
                let text = format!("name: a\ncourts: {{ c: {{ bind: 0.0.0.0:6000 }} }}\n{section}: {{ {key} }}\n");
                let text = text.replace('N', &number.to_string());
                let (by_schema, by_check) = accepted(&validator, &text);
                assert_eq!(by_schema, by_check, "{text}");
            }
        }
    }
}
