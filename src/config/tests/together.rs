use super::{HEAD, messages, messages_after_head, parse};

fn two_courts(one: &str, other: &str) -> String {
    format!(
        "name: a\ncourts:\n  court-1:\n    type: pss\n    bind: {one}\n  court-2:\n    type: pss\n    bind: {other}\n"
    )
}

#[test]
fn a_sink_names_only_courts_that_are_there() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, courts: [court-2] }\n"), @"
    error: there is no such court
     --> event.yaml:5:33
      |
    5 |   replay: { type: obs, courts: [court-2] }
      |                                 ^^^^^^^ did you mean `court-1`?
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, courts: [court-1, finals] }\n"), @"
    error: there is no such court
     --> event.yaml:5:42
      |
    5 |   replay: { type: obs, courts: [court-1, ***] }
      |                                          ^^^
      |
      = help: the courts: `court-1`
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, courts: [] }\n"), @"
    error: `courts` must name a court
     --> event.yaml:5:32
      |
    5 |   replay: { type: obs, courts: [] }
      |                                ^^
      |
      = help: leave `courts` out for every court
    ");
}

#[test]
fn there_is_one_store_one_capture_and_one_log() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  store: { type: sqlite, path: a.db }\n  archive: { type: sqlite, path: b.db }\n"), @"
    error: `store` and `archive` are both of type `sqlite`, of which there can be one
     --> event.yaml:6:3
      |
    5 |   store: { type: sqlite, path: a.db }
      |   ----- the first
    6 |   archive: { type: sqlite, path: b.db }
      |   ^^^^^^^ the second
      |
      = help: remove one of them
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  a: { type: capture, directory: a }\n  b: { type: capture, directory: b }\n"), @"
    error: `a` and `b` are both of type `capture`, of which there can be one
     --> event.yaml:6:3
      |
    5 |   a: { type: capture, directory: a }
      |   - the first
    6 |   b: { type: capture, directory: b }
      |   ^ the second
      |
      = help: remove one of them
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  a: { type: log }\n  b: { type: log }\n"), @"
    error: `a` and `b` are both of type `log`, of which there can be one
     --> event.yaml:6:3
      |
    5 |   a: { type: log }
      |   - the first
    6 |   b: { type: log }
      |   ^ the second
      |
      = help: remove one of them
    ");
}

#[test]
fn a_court_has_one_player() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  jury: { type: player }\n  hall: { type: player, courts: [court-1] }\n"), @"
    error: `jury` and `hall` are both the player of `court-1`
     --> event.yaml:6:3
      |
    5 |   jury: { type: player }
      |   ---- the first
    6 |   hall: { type: player, courts: [court-1] }
      |   ^^^^ the second
      |
      = help: remove one of them
    ");
    let apart = "sinks:\n  a: { type: player, courts: [court-1] }\n  b: { type: player, courts: [court-2] }\n";
    assert!(parse(&(two_courts("0.0.0.0:1", "0.0.0.0:2") + apart)).is_ok());
}

#[test]
fn courts_have_names_that_differ_as_names_of_files() {
    let courts = |one: &str, other: &str| {
        messages(&format!("name: a\ncourts:\n  {one}: {{ bind: 0.0.0.0:1 }}\n  {other}: {{ bind: 0.0.0.0:2 }}\n"))
    };
    insta::assert_snapshot!(courts("a/b", "A-b"), @"
    error: the captures of these courts would have the same name
     --> event.yaml:4:3
      |
    3 |   a/b: { bind: 0.0.0.0:1 }
      |   --- the first
    4 |   A-b: { bind: 0.0.0.0:2 }
      |   ^^^ the second
      |
      = help: choose another name: upper and lower case, and what no file can have in its name, are the same there
    ");
    insta::assert_snapshot!(courts("''", "' '"), @"
    error: this name is empty
     --> event.yaml:3:3
      |
    3 |   '': { bind: 0.0.0.0:1 }
      |   ^^
      |
      = help: choose one: it stands in the names of files and in each line of the log

    error: this name is empty
     --> event.yaml:4:3
      |
    4 |   ' ': { bind: 0.0.0.0:2 }
      |   ^^^
      |
      = help: choose one: it stands in the names of files and in each line of the log
    ");
}

#[test]
fn jury_is_reminded_within_their_time() {
    insta::assert_snapshot!(messages_after_head("reviews: { seconds: 20, reminder_seconds: 21 }\n"), @"
    error: the jury would be reminded before their time begins
     --> event.yaml:4:43
      |
    4 | reviews: { seconds: 20, reminder_seconds: 21 }
      |                                           ^^
      |
      = help: `reminder_seconds` can be as long as `seconds` at most
    ");
    insta::assert_snapshot!(messages_after_head("reviews: { seconds: 5 }\n"), @"
    error: the jury would be reminded before their time begins
     --> event.yaml:4:21
      |
    4 | reviews: { seconds: 5 }
      |                     ^
      |
      = help: `reminder_seconds`, which is 10 if it is left out, can be as long as `seconds` at most
    ");
    assert!(parse(&format!("{HEAD}reviews: {{ seconds: 20, reminder_seconds: 20 }}\n")).is_ok());
}

#[test]
fn two_courts_cannot_receive_on_the_same_address() {
    insta::assert_snapshot!(messages(&two_courts("0.0.0.0:6000", "0.0.0.0:6000")), @"
    error: `court-1` and `court-2` cannot receive on the same address
     --> event.yaml:8:11
      |
    5 |     bind: 0.0.0.0:6000
      |           ------------ `court-1`
    ...
    8 |     bind: 0.0.0.0:6000
      |           ^^^^^^^^^^^^ taken by `court-1`
      |
      = help: give each court a port of its own
    ");
    insta::assert_snapshot!(messages(&two_courts("0.0.0.0:6000", "192.168.7.5:6000")), @"
    error: `court-1` and `court-2` cannot receive on the same port: one of them does so on every address
     --> event.yaml:8:11
      |
    5 |     bind: 0.0.0.0:6000
      |           ------------ `court-1`
    ...
    8 |     bind: 192.168.7.5:6000
      |           ^^^^^^^^^^^^^^^^ `court-2`
      |
      = help: give each court a port of its own
    ");
    assert!(parse(&two_courts("192.168.7.5:6000", "192.168.7.6:6000")).is_ok());
    assert!(parse(&two_courts("0.0.0.0:6000", "0.0.0.0:6001")).is_ok());
    assert!(parse(&two_courts("127.0.0.1:0", "127.0.0.1:0")).is_ok());
}

/// What `vta check` shows of a config that can be run.
fn warned(text: &str) -> String {
    let warnings = parse(text).unwrap().warnings;
    warnings.iter().map(|warning| warning.render(false)).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn two_sinks_for_one_obs_are_suspicious() {
    insta::assert_snapshot!(warned(&format!("{HEAD}sinks:\n  a: {{ type: obs, host: localhost }}\n  b: {{ type: obs }}\n")), @"
    warning: `a` and `b` are the same OBS, at 127.0.0.1:4455
     --> event.yaml:6:3
      |
    5 |   a: { type: obs, host: localhost }
      |   - the first
    6 |   b: { type: obs }
      |   ^
      |
      = help: write one sink with the `courts` of both; rules can have other settings for each court
    ");
    assert_eq!(warned(&format!("{HEAD}sinks:\n  a: {{ type: obs, port: 4456 }}\n  b: {{ type: obs }}\n")), "");
}

#[test]
fn a_court_that_no_obs_and_no_player_serves_is_suspicious() {
    let courts = two_courts("0.0.0.0:6000", "0.0.0.0:6001");
    insta::assert_snapshot!(warned(&format!("{courts}sinks:\n  a: {{ type: obs, courts: [court-1] }}\n")), @"
    warning: no OBS and no player serves `court-2`
     --> event.yaml:6:3
      |
    6 |   court-2:
      |   ^^^^^^^
      |
      = help: add it to the `courts` of a sink
    ");
    assert_eq!(warned(&courts), "");
    assert_eq!(
        warned(&format!("{courts}sinks:\n  a: {{ type: obs, courts: [court-1] }}\n  b: {{ type: player }}\n")),
        ""
    );
}

#[test]
fn a_port_that_the_system_chooses_is_suspicious() {
    insta::assert_snapshot!(warned("name: a\ncourts: { court-1: { bind: 0.0.0.0:0 } }\n"), @"
    warning: with port 0 the system chooses a port, which the console cannot know
     --> event.yaml:2:28
      |
    2 | courts: { court-1: { bind: 0.0.0.0:0 } }
      |                            ^^^^^^^^^
      |
      = help: write the console's port
    ");
}

#[test]
fn names_and_paths_that_no_file_can_have_are_refused() {
    let long = "x".repeat(256);
    let short = |text: String| text.replace(&long, "LONG").replace(&"^".repeat(256), "^");
    insta::assert_snapshot!(short(messages(&format!("name: {long}\ncourts:\n  {long}: {{ bind: 0.0.0.0:6000 }}\n"))), @"
    error: `name` wants 100 characters at most
     --> event.yaml:1:7
      |
    1 | name: LONG
      |       ^

    error: this name is longer than 100 characters
     --> event.yaml:3:3
      |
    3 |   LONG: {...
      |   ^
      |
      = help: choose a shorter one: it stands in the names of files and in each line of the log
    ");
    let paths =
        format!("sinks:\n  a: {{ type: sqlite, path: ~/a.db }}\n  b: {{ type: log, directory: logs/{long} }}\n");
    insta::assert_snapshot!(short(messages_after_head(&paths)), @"
    error: `~` does not stand for the home directory here
     --> event.yaml:5:28
      |
    5 |   a: { type: sqlite, path: ~/a.db }
      |                            ^^^^^^
      |
      = help: write the whole path, or `${HOME}` in its place

    error: a name in this path is longer than 255 bytes, which no file can have
     --> event.yaml:6:30
      |
    6 | ...y: logs/LONG }
      |       ^^^^^^
      |
      = help: choose a shorter name
    ");
    assert!(parse(&format!("{HEAD}sinks:\n  a: {{ type: sqlite, path: a~b/~c.db }}\n")).is_ok());
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let text = "name: a\nsource:\n  b:\ncourts:\n  court-1: { type: pss, bind: here }\nsinks:\n  replay: { type: obs, port: abc, prot: 1, courts: [court-2] }\n";
    insta::assert_snapshot!(messages(text), @"
    error: unknown key `source` in the config
     --> event.yaml:2:1
      |
    2 | source:
      | ^^^^^^
      |
      = help: known: `name`, `courts`, `decoder`, `rules`, `reviews`, `names`, `sinks` and `server`

    error: `bind` wants an IP address with a port such as `192.168.7.20:6000`
     --> event.yaml:5:31
      |
    5 |   court-1: { type: pss, bind: here }
      |                               ^^^^

    error: `port` wants a number from 1 to 65535
     --> event.yaml:7:30
      |
    7 |   replay: { type: obs, port: ***, prot: 1, courts: [court-2] }
      |                              ^^^

    error: unknown key `prot` in `replay`
     --> event.yaml:7:35
      |
    7 |   replay: { type: obs, port: ***, prot: 1, courts: [court-2] }
      |                                   ^^^^ did you mean `port`?

    error: there is no such court
     --> event.yaml:7:53
      |
    7 |   replay: { type: obs, port: ***, prot: 1, courts: [court-2] }
      |                                                     ^^^^^^^ did you mean `court-1`?
    ");
    insta::assert_snapshot!(parse(text).unwrap_err(), @"
    event.yaml:2:1: unknown key `source` in the config; known: `name`, `courts`, `decoder`, `rules`, `reviews`, `names`, `sinks` and `server`
    event.yaml:5:31: `bind` wants an IP address with a port such as `192.168.7.20:6000`
    event.yaml:7:30: `port` wants a number from 1 to 65535
    event.yaml:7:35: unknown key `prot` in `replay`; did you mean `port`?
    event.yaml:7:53: there is no such court; did you mean `court-1`?
    ");
}
