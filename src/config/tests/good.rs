use std::net::SocketAddr;

use super::super::{Config, Protocol, Sink};
use super::{HEAD, parse};
use crate::served::Served;

#[test]
fn a_full_config_is_understood() {
    let config = parse(
        r#"
name: Hamburg Open 2026
courts:
  court-1:
    type: pss
    bind: 0.0.0.0:6000
    allow: [192.168.7.0/24, 192.168.8.20]
    receive_buffer_bytes: 1048576
    resync: 192.168.7.20:6001
  court-2: { type: pss, bind: "[::1]:6001" }
decoder: { protocol: pss-2.3 }
rules:
  max_operations: 20000
reviews: { seconds: 45, reminder_seconds: 15, quota: 2, won_keeps_quota: false }
names: { clip: "{court} {bout} {side}", recording: "{bout} {blue} - {red}" }
sinks:
  store:   { type: sqlite, path: data/hamburg.db }
  capture: { type: capture, directory: data/captures }
  replay:  { type: obs, host: 192.168.7.30, recording_in_progress: split, min_free_mb: 20000, port: "${OBS_PORT:-4455}", password: "${OBS_PASSWORD:-}", courts: [court-1] }
  jury:    { type: player, command: tools/mpv, arguments: [--mute=yes], courts: [court-1, court-2] }
  log:     { type: log, directory: data/logs, level: warn, keep_files: 3 }
"#,
    );
    insta::assert_debug_snapshot!(config.unwrap(), @r#"
    Config {
        file: "event.yaml",
        name: "Hamburg Open 2026",
        courts: {
            "court-1": CourtConfig {
                kind: Pss,
                bind: 0.0.0.0:6000,
                allow: [
                    192.168.7.0/24,
                    192.168.8.20/32,
                ],
                receive_buffer_bytes: 1048576,
                resync: Some(
                    192.168.7.20:6001,
                ),
                fallback_encoding: None,
            },
            "court-2": CourtConfig {
                kind: Pss,
                bind: [::1]:6001,
                allow: [],
                receive_buffer_bytes: 4194304,
                resync: None,
                fallback_encoding: None,
            },
        },
        decoder: Decoder {
            protocol: Pss23,
            fallback_encoding: Windows-1252,
        },
        rules: Rules {
            files: [],
            max_operations: 20000,
        },
        reviews: ReviewRules {
            limit: 45s,
            reminder: 15s,
            requests: 2,
            won_is_kept: false,
        },
        names: Names {
            event: "Hamburg Open 2026",
            clip: `{court} {bout} {side}`,
            recording: `{bout} {blue} - {red}`,
        },
        sinks: {
            "capture": Capture(
                CaptureSink {
                    directory: "data/captures",
                    max_total_gb: 20,
                    min_free_mb: 500,
                    when_full: Stop,
                    courts: All,
                },
            ),
            "jury": Player(
                PlayerSink {
                    command: "tools/mpv",
                    arguments: [
                        "--mute=yes",
                    ],
                    corner: TopLeft,
                    hold: 30,
                    courts: Courts(
                        {
                            "court-1",
                            "court-2",
                        },
                    ),
                },
            ),
            "log": Log(
                LogSink {
                    directory: Some(
                        "data/logs",
                    ),
                    level: Warn,
                    keep_files: 3,
                },
            ),
            "replay": Obs(
                ObsSink {
                    host: "192.168.7.30",
                    port: 4456,
                    password: Some(
                        ***,
                    ),
                    timeout_secs: 2.0,
                    recording_in_progress: Split,
                    min_free_mb: 20000,
                    paths: {},
                    courts: Courts(
                        {
                            "court-1",
                        },
                    ),
                },
            ),
            "store": Store(
                StoreSink {
                    path: "data/hamburg.db",
                },
            ),
        },
        server: ServerConfig {
            bind: 127.0.0.1:7800,
        },
        effective: "",
        warnings: [],
    }
    "#);
}

#[test]
fn either_protocol_can_be_named() {
    for (name, protocol) in [("pss-2.3", Protocol::Pss23), ("tkstrike-json", Protocol::TkstrikeJson)] {
        let config = parse(&format!("{HEAD}decoder: {{ protocol: {name} }}\n"));
        assert_eq!(config.unwrap().decoder.protocol, protocol);
    }
}

#[test]
fn the_encoding_of_old_consoles_can_be_named() {
    let config = |name: &str| parse(&format!("{HEAD}decoder: {{ fallback_encoding: {name} }}\n"));
    for (name, encoding) in [("CP1250", "Windows-1250"), ("1251", "Windows-1251"), ("cp949", "EUC-KR")] {
        assert_eq!(config(name).unwrap().decoder.fallback_encoding.to_string(), encoding);
    }
    let refused = config("UTF-16").unwrap_err().to_string();
    assert!(refused.contains("an encoding such as `CP1250`"), "{refused}");
}

#[test]
fn what_is_left_out_has_a_default() {
    let config = parse(&format!(
        "{HEAD}sinks:\n  replay: {{ type: obs }}\n  jury: {{ type: player }}\n  log:\n    type: log\n    directory:\n"
    ));
    insta::assert_debug_snapshot!(config.unwrap(), @r#"
    Config {
        file: "event.yaml",
        name: "Hamburg Open 2026",
        courts: {
            "court-1": CourtConfig {
                kind: Pss,
                bind: 0.0.0.0:6000,
                allow: [],
                receive_buffer_bytes: 4194304,
                resync: None,
                fallback_encoding: None,
            },
        },
        decoder: Decoder {
            protocol: Pss23,
            fallback_encoding: Windows-1252,
        },
        rules: Rules {
            files: [],
            max_operations: 5000,
        },
        reviews: ReviewRules {
            limit: 30s,
            reminder: 10s,
            requests: 1,
            won_is_kept: true,
        },
        names: Names {
            event: "Hamburg Open 2026",
            clip: `{event} {court} {bout} R{round} {reason} {date} {time}`,
            recording: `{event} {court} {bout} {phase} {blue} {blue_country} - {red} {red_country} {date} {time}`,
        },
        sinks: {
            "jury": Player(
                PlayerSink {
                    command: "mpv",
                    arguments: [],
                    corner: TopLeft,
                    hold: 30,
                    courts: All,
                },
            ),
            "log": Log(
                LogSink {
                    directory: None,
                    level: Info,
                    keep_files: 14,
                },
            ),
            "replay": Obs(
                ObsSink {
                    host: "127.0.0.1",
                    port: 4455,
                    password: None,
                    timeout_secs: 2.0,
                    recording_in_progress: Leave,
                    min_free_mb: 5000,
                    paths: {},
                    courts: All,
                },
            ),
        },
        server: ServerConfig {
            bind: 127.0.0.1:7800,
        },
        effective: "",
        warnings: [],
    }
    "#);
}

#[test]
fn paths_are_relative_to_the_file_and_a_program_s_name_is_looked_up() {
    let text = format!("{HEAD}sinks:\n  store: {{ type: sqlite, path: data/a.db }}\n  jury: {{ type: player }}\n");
    let config = super::Config::parse(super::Path::new("/home/tkd/event.yaml"), &text, &|_| None).unwrap();
    let Sink::Store(store) = &config.sinks["store"] else { panic!("{config:?}") };
    assert_eq!(store.path, super::Path::new("/home/tkd/data/a.db"));
    let Sink::Player(player) = &config.sinks["jury"] else { panic!("{config:?}") };
    assert_eq!(player.command, super::Path::new("mpv"));
}

#[test]
fn a_sink_without_courts_serves_every_court() {
    assert!(Served::All.serves("court-9"));
    let some = Served::Courts(["court-1".into()].into());
    assert!(some.serves("court-1"));
    assert!(!some.serves("court-9"));
}

#[test]
fn values_are_the_text_that_stands_there() {
    let config = parse(&format!(
        "{}sinks:\n  a: {{ type: obs, password: 0123, timeout_secs: 0.5 }}\n",
        HEAD.replace("Hamburg Open 2026", "2026")
    ));
    let config = config.unwrap();
    assert_eq!(config.name, "2026");
    let Sink::Obs(obs) = &config.sinks["a"] else { panic!("{config:?}") };
    assert_eq!(obs.password.as_ref().unwrap().expose(), "0123");
    assert_eq!(obs.timeout_secs, 0.5);
    for (written, meant) in [
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("yes", "yes"),
        ("True", "True"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("'~'", "~"),
        ("'it''s'", "it's"),
        (r#""\u00e9\\""#, "\u{e9}\\"),
        ("two\n      words", "two words"),
        ("|-\n      two\n      lines", "two\nlines"),
    ] {
        let config = parse(&format!("{HEAD}sinks:\n  a:\n    type: obs\n    password: {written}\n    port: 4455\n"));
        let config = config.unwrap();
        let Sink::Obs(obs) = &config.sinks["a"] else { panic!("{config:?}") };
        assert_eq!(obs.password.as_ref().unwrap().expose(), meant);
    }
}

#[test]
fn line_ends_and_byte_order_mark_of_windows_are_taken() {
    let text = format!("\u{feff}{}", HEAD.replace('\n', "\r\n"));
    let config = parse(&text).unwrap();
    assert_eq!(config.name, "Hamburg Open 2026");
    assert_eq!(config.courts["court-1"].bind, "0.0.0.0:6000".parse::<SocketAddr>().unwrap());
}

#[test]
fn rules_take_settings_as_they_are_written_with_their_lines() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["a.rhai", "b.rhai"] {
        let constants = "const PRE_ROLL = \"1s\";\nconst KINDS = [\"body\"];\n";
        std::fs::write(directory.path().join(name), constants).unwrap();
    }
    let text = "rules:\n  files:\n    - a.rhai\n    - file: b.rhai\n      with: { pre_roll: 5s, kinds: [head, \"${KIND}\"] }\nsinks:\n";
    let config =
        Config::parse(&directory.path().join("event.yaml"), &format!("{HEAD}{text}"), &|_| Some("body".to_owned()));
    let config = config.unwrap_or_else(|error| panic!("{}", error.render(false)));
    let settings: Vec<_> = config.rules.files[1]
        .with
        .iter()
        .map(|setting| {
            let (name, value, span) = (&setting.name, &setting.value, setting.place.span.clone());
            format!("{name} {value:?} | {}", &setting.place.text[span.start..].lines().next().unwrap())
        })
        .collect();
    assert!(config.rules.files[0].with.is_empty());
    assert_eq!(
        settings,
        [
            r#"pre_roll Text("5s") | pre_roll: 5s, kinds: [head, "${KIND}"] }"#,
            r#"kinds List(["head", "body"]) | kinds: [head, "${KIND}"] }"#,
        ]
    );
}
