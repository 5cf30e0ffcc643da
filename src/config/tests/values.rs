use super::{HEAD, messages, messages_after_head, parse};

fn messages_of_sink(sink: &str) -> String {
    messages_after_head(&format!("sinks:\n  a: {{ {sink} }}\n"))
}

fn messages_of_court(court: &str) -> String {
    messages(&format!("name: a\ncourts:\n  court-1: {{ type: pss, {court} }}\n"))
}

#[test]
fn a_value_of_the_wrong_type_says_what_is_wanted() {
    insta::assert_snapshot!(messages_of_sink("type: obs, port: abc"), @"
    error: `port` wants a number from 1 to 65535
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, port: *** }
      |                         ^^^
    ");
    insta::assert_snapshot!(messages_of_sink("type: obs, port: [1, 2]"), @"
    error: `port` wants a number from 1 to 65535
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, port: [***, ***] }
      |                         ^^^^^^^^^^ this is a list
    ");
    insta::assert_snapshot!(messages_of_sink("type: obs, courts: court-1"), @"
    error: `courts` wants a list: `[one, another]`
     --> event.yaml:5:27
      |
    5 |   a: { type: obs, courts: court-1 }
      |                           ^^^^^^^
    ");
    insta::assert_snapshot!(messages_after_head("sinks: [obs, log]\n"), @"
    error: `sinks` wants keys with values, indented below it
     --> event.yaml:4:8
      |
    4 | sinks: [***, ***]
      |        ^^^^^^^^^^ this is a list
    ");
    insta::assert_snapshot!(messages_after_head("rules: a.rhai\n"), @"
    error: `rules` wants keys with values, indented below it
     --> event.yaml:4:8
      |
    4 | rules: a.rhai
      |        ^^^^^^
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: obs\n"), @"
    error: `replay` wants keys with values, indented below it
     --> event.yaml:5:11
      |
    5 |   replay: ***
      |           ^^^
      |
      = help: write for example `replay: { type: obs }`
    ");
    insta::assert_snapshot!(messages("name:\n  a: b\ncourts:\n  a: { type: pss, bind: 0.0.0.0:6000 }\n"), @"
    error: `name` wants text that is not blank
     --> event.yaml:2:3
      |
    2 |   a: ***
      |   ^^^^^^ this is a section
    ");
}

#[test]
fn a_number_out_of_range_shows_the_range() {
    insta::assert_snapshot!(messages_of_sink("type: obs, port: 70000"), @"
    error: `port` wants a number from 1 to 65535
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, port: 70000 }
      |                         ^^^^^
    ");
    insta::assert_snapshot!(messages_of_sink("type: obs, timeout_secs: 0"), @"
    error: `timeout_secs` wants a number from 0.1 to 60
     --> event.yaml:5:33
      |
    5 |   a: { type: obs, timeout_secs: 0 }
      |                                 ^
    ");
    insta::assert_snapshot!(messages_of_sink("type: obs, timeout_secs: NaN"), @"
    error: `timeout_secs` wants a number from 0.1 to 60
     --> event.yaml:5:33
      |
    5 |   a: { type: obs, timeout_secs: NaN }
      |                                 ^^^
    ");
    insta::assert_snapshot!(messages_of_sink("type: log, keep_files: 0"), @"
    error: `keep_files` wants a number from 1 to 10000
     --> event.yaml:5:31
      |
    5 |   a: { type: log, keep_files: 0 }
      |                               ^
    ");
    insta::assert_snapshot!(messages_after_head("rules: { max_operations: 0 }\n"), @"
    error: `max_operations` wants a number from 1000 to 100000
     --> event.yaml:4:26
      |
    4 | rules: { max_operations: 0 }
      |                          ^
      |
      = help: a handler that never ends holds up its court for up to a second in 100000 operations; with more, messages would be lost
    ");
    insta::assert_snapshot!(messages_of_court("bind: 0.0.0.0:6000, receive_buffer_bytes: 12"), @"
    error: `receive_buffer_bytes` wants a number from 65536 to 1073741824
     --> event.yaml:3:67
      |
    3 |   court-1: { type: pss, bind: 0.0.0.0:6000, receive_buffer_bytes: 12 }
      |                                                                   ^^
    ");
}

#[test]
fn an_address_is_checked() {
    insta::assert_snapshot!(messages_of_court("bind: 6000"), @"
    error: `bind` wants an IP address with a port such as `192.168.7.20:6000`
     --> event.yaml:3:31
      |
    3 |   court-1: { type: pss, bind: 6000 }
      |                               ^^^^
    ");
    insta::assert_snapshot!(messages_of_court("bind: 0.0.0.0:6000, allow: [192.168.7.0/24, 192.168.7]"), @"
    error: `allow` wants networks or addresses such as `192.168.7.0/24` or `192.168.7.20`
     --> event.yaml:3:69
      |
    3 |   court-1: { type: pss, bind: 0.0.0.0:6000, allow: [192.168.7.0/24, 192.168.7] }
      |                                                                     ^^^^^^^^^
    ");
    insta::assert_snapshot!(messages_of_court("bind: 0.0.0.0:6000, resync: pss.local:6001"), @"
    error: `resync` wants an IP address with a port such as `192.168.7.20:6000`
     --> event.yaml:3:53
      |
    3 |   court-1: { type: pss, bind: 0.0.0.0:6000, resync: pss.local:6001 }
      |                                                     ^^^^^^^^^^^^^^
    ");
}

#[test]
fn what_is_asked_is_another_than_the_court_and_may_answer() {
    insta::assert_snapshot!(messages_of_court("bind: 192.168.7.10:6000, resync: 192.168.7.10:6000"), @r#"
    error: `resync` is where the court itself receives
     --> event.yaml:3:58
      |
    3 |   court-1: { type: pss, bind: 192.168.7.10:6000, resync: 192.168.7.10:6000 }
      |                                                          ^^^^^^^^^^^^^^^^^
      |
      = help: name the port on which the PSS answers questions, or leave `resync` out
    "#);
    insta::assert_snapshot!(messages_of_court("bind: 0.0.0.0:6000, resync: 127.0.0.1:6000"), @r#"
    error: `resync` is where the court itself receives
     --> event.yaml:3:53
      |
    3 |   court-1: { type: pss, bind: 0.0.0.0:6000, resync: 127.0.0.1:6000 }
      |                                                     ^^^^^^^^^^^^^^
      |
      = help: name the port on which the PSS answers questions, or leave `resync` out
    "#);
    insta::assert_snapshot!(messages_of_court("bind: 0.0.0.0:6000, allow: [192.168.8.0/24], resync: 192.168.7.20:6001"), @r#"
    error: `allow` refuses what the PSS at `resync` answers
     --> event.yaml:3:78
      |
    3 |   court-1: { type: pss, bind: 0.0.0.0:6000, allow: [192.168.8.0/24], resync: 192.168.7.20:6001 }
      |                                                                              ^^^^^^^^^^^^^^^^^
      |
      = help: add 192.168.7.20 to `allow`
    "#);
    for fine in
        ["resync: 192.168.7.20:6000", "allow: [192.168.7.20], resync: 192.168.7.20:6001", "resync: 127.0.0.1:6001"]
    {
        let config = format!("name: a\ncourts:\n  court-1: {{ type: pss, bind: 0.0.0.0:6000, {fine} }}\n");
        assert!(parse(&config).is_ok(), "{fine}");
    }
}

#[test]
fn a_host_is_no_url_and_has_no_port() {
    insta::assert_snapshot!(messages_of_sink("type: obs, host: 'ws://127.0.0.1'"), @"
    error: `host` wants a name or an address alone, such as `127.0.0.1`
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, host: *** }
      |                         ^^^
    ");
    insta::assert_snapshot!(messages_of_sink("type: obs, host: 127.0.0.1:4455"), @"
    error: `host` wants a name or an address alone, such as `127.0.0.1`
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, host: *** }
      |                         ^^^
    ");
    insta::assert_snapshot!(messages_of_sink("type: obs, host: me@pc"), @"
    error: `host` wants a name or an address alone, such as `127.0.0.1`
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, host: *** }
      |                         ^^^
    ");
}

#[test]
fn a_path_with_a_mistaken_escape_is_found() {
    insta::assert_snapshot!(messages_of_sink(r#"type: sqlite, path: "C:\temp\new.db""#), @r#"
    error: `path` wants a path; write it with `/`, or in single quotes if it has a `\`
     --> event.yaml:5:28
      |
    5 |   a: { type: sqlite, path: "C:\temp\new.db" }
      |                            ^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn each_wrong_placeholder_of_a_name_is_shown() {
    insta::assert_snapshot!(messages_after_head("names: { clip: \"{court} {match} {reson} {\" }\n"), @r#"
    error: there is no placeholder `{match}`
     --> event.yaml:4:25
      |
    4 | names: { clip: "{court} {match} {reson} {" }
      |                         ^^^^^^^
      |
      = help: known: `{event}`, `{court}`, `{bout}`, `{phase}`, `{weight_class}`, `{division}`, `{round}`, `{blue}`, `{blue_country}`, `{red}`, `{red_country}`, `{side}`, `{athlete}`, `{reason}`, `{date}` and `{time}`

    error: there is no placeholder `{reson}`
     --> event.yaml:4:33
      |
    4 | names: { clip: "{court} {match} {reson} {" }
      |                                 ^^^^^^^ did you mean `{reason}`?

    error: a brace stands alone: a placeholder is written `{bout}`
     --> event.yaml:4:41
      |
    4 | names: { clip: "{court} {match} {reson} {" }
      |                                         ^
    "#);
    let long = messages_after_head(&format!("names: {{ clip: '{}' }}\n", "{a}".repeat(500)));
    assert!(long.starts_with("error: `clip` wants 1000 characters at most\n"), "{long}");
}

#[test]
fn a_quota_that_is_no_number_says_which_numbers_there_are() {
    insta::assert_snapshot!(messages_after_head("reviews: { quota: many, won_keeps_quota: perhaps }\n"), @r#"
    error: `quota` wants a number from 0 to 99
     --> event.yaml:4:19
      |
    4 | reviews: { quota: many, won_keeps_quota: perhaps }
      |                   ^^^^

    error: `won_keeps_quota` wants `true` or `false`
     --> event.yaml:4:42
      |
    4 | reviews: { quota: many, won_keeps_quota: perhaps }
      |                                          ^^^^^^^
    "#);
}

#[test]
fn cost_of_many_operations_is_a_warning() {
    let warnings = |operations: u64| {
        let config = parse(&format!("{HEAD}rules: {{ max_operations: {operations} }}\n")).unwrap();
        config.warnings.into_iter().map(|warning| warning.message).collect::<Vec<_>>()
    };
    assert_eq!(warnings(20_000), Vec::<String>::new());
    assert_eq!(warnings(60_000), ["a handler that never ends holds up its court for up to 0.6 s at each call"]);
}
