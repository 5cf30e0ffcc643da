use super::{messages, messages_after_head};

#[test]
fn an_unknown_key_suggests_the_near_one() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, prot: 4455 }\n"), @"
    error: unknown key `prot` in `replay`
     --> event.yaml:5:24
      |
    5 |   replay: { type: obs, prot: 4455 }
      |                        ^^^^ did you mean `port`?
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, timeout: 3 }\n"), @"
    error: unknown key `timeout` in `replay`
     --> event.yaml:5:24
      |
    5 |   replay: { type: obs, timeout: 3 }
      |                        ^^^^^^^ did you mean `timeout_secs`?
    ");
    insta::assert_snapshot!(messages_after_head("sink:\n  replay: { type: obs }\n"), @"
    error: unknown key `sink` in the config
     --> event.yaml:4:1
      |
    4 | sink:
      | ^^^^ did you mean `sinks`?
    ");
}

#[test]
fn an_unknown_key_without_a_near_one_shows_what_is_known() {
    insta::assert_snapshot!(messages_after_head("rules:\n  color: blue\n"), @"
    error: unknown key `color` in `rules`
     --> event.yaml:5:3
      |
    5 |   color: ***
      |   ^^^^^
      |
      = help: known: `files` and `max_operations`
    ");
    insta::assert_snapshot!(messages("name: a\ncourts:\n  court-1:\n    type: pss\n    bind: 0.0.0.0:6000\n    color: blue\n"), @"
    error: unknown key `color` in `court-1`
     --> event.yaml:6:5
      |
    6 |     color: ***
      |     ^^^^^
      |
      = help: known: `type`, `bind`, `allow`, `receive_buffer_bytes`, `resync` and `fallback_encoding`
    ");
}

#[test]
fn a_key_that_stands_twice_shows_both() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  a:\n    type: obs\n    port: 4455\n    host: obs\n    port: 4456\n"), @"
    error: `port` stands twice in `a`
     --> event.yaml:9:5
      |
    7 |     port: 4455
      |     ---- here
    8 |     host: obs
    9 |     port: 4456
      |     ^^^^ and again here
      |
      = help: remove one of them
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  a: { type: obs }\n  b: { type: log }\n  a: { type: player }\n"), @"
    error: `a` stands twice in `sinks`
     --> event.yaml:7:3
      |
    5 |   a: { type: obs }
      |   - here
    6 |   b: { type: log }
    7 |   a: { type: player }
      |   ^ and again here
      |
      = help: remove one of them
    ");
}

#[test]
fn a_missing_key_points_at_the_section_that_lacks_it() {
    insta::assert_snapshot!(messages("name: a\ncourts:\n  court-1:\n    type: pss\n"), @"
    error: `bind` is missing in `court-1`
     --> event.yaml:3:3
      |
    3 |   court-1:
      |   ^^^^^^^
      |
      = help: write for example `bind: 0.0.0.0:6000`
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { host: obs }\n"), @"
    error: `type` is missing in `replay`
     --> event.yaml:5:3
      |
    5 |   replay: { host: *** }
      |   ^^^^^^
      |
      = help: write for example `type: obs`
    ");
    insta::assert_snapshot!(messages("name: a\n"), @"
    error: `courts` is missing in the config
     --> event.yaml:1:1
      |
    1 | name: a
      | ^^^^
      |
      = help: write for example `courts: { court-1: { bind: 0.0.0.0:6000 } }`
    ");
    insta::assert_snapshot!(messages("decoder: { protocol: pss-2.3 }\ncourts: { a: { type: pss, bind: 0.0.0.0:6000 } }\n"), @"
    error: `name` is missing in the config
     --> event.yaml:1:1
      |
    1 | decoder: { protocol: pss-2.3 }
      | ^^^^^^^
      |
      = help: write for example `name: Hamburg Open 2026`
    ");
}

#[test]
fn a_required_key_wants_a_value() {
    insta::assert_snapshot!(messages("name: a\ncourts:\n"), @"
    error: `courts` has no value
     --> event.yaml:2:1
      |
    2 | courts:
      | ^^^^^^
      |
      = help: write for example `courts: { court-1: { bind: 0.0.0.0:6000 } }`
    ");
    insta::assert_snapshot!(messages("name: a\ncourts: {}\n"), @"
    error: `courts` wants at least one court
     --> event.yaml:2:9
      |
    2 | courts: {}
      |         ^^
    ");
    insta::assert_snapshot!(messages("name: ' '\ncourts:\n  court-1:\n"), @"
    error: `name` wants text that is not blank
     --> event.yaml:1:7
      |
    1 | name: ' '
      |       ^^^

    error: `bind` is missing in `court-1`
     --> event.yaml:3:3
      |
    3 |   court-1:
      |   ^^^^^^^
      |
      = help: write for example `bind: 0.0.0.0:6000`
    ");
}

#[test]
fn an_unknown_word_suggests_the_near_one() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obss }\n"), @"
    error: unknown `type`
     --> event.yaml:5:19
      |
    5 |   replay: { type: obss }
      |                   ^^^^ did you mean `obs`?
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: http }\n"), @"
    error: unknown `type`
     --> event.yaml:5:19
      |
    5 |   replay: { type: *** }
      |                   ^^^
      |
      = help: known: `sqlite`, `capture`, `obs`, `player` and `log`
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  log: { type: log, level: inf }\n"), @"
    error: unknown `level`
     --> event.yaml:5:28
      |
    5 |   log: { type: log, level: inf }
      |                            ^^^ did you mean `info`?
    ");
    insta::assert_snapshot!(messages_after_head("decoder: { protocol: pss-2.2 }\n"), @"
    error: unknown `protocol`
     --> event.yaml:4:22
      |
    4 | decoder: { protocol: pss-2.2 }
      |                      ^^^^^^^ did you mean `pss-2.3`?
    ");
    insta::assert_snapshot!(messages("name: a\ncourts:\n  court-1: { type: tcp, bind: 0.0.0.0:6000 }\n"), @"
    error: unknown `type`
     --> event.yaml:3:20
      |
    3 |   court-1: { type: tcp, bind: 0.0.0.0:6000 }
      |                    ^^^
      |
      = help: known: `pss`
    ");
}

#[test]
fn a_renamed_key_or_word_names_the_new_one() {
    insta::assert_snapshot!(messages("name: a\nsources:\n  court-1: { bind: 0.0.0.0:6000 }\n"), @"
    error: `sources` is now `courts`
     --> event.yaml:2:1
      |
    2 | sources:
      | ^^^^^^^
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, sources: [court-1] }\n"), @"
    error: `sources` is now `courts`
     --> event.yaml:5:24
      |
    5 |   replay: { type: obs, sources: [court-1] }
      |                        ^^^^^^^
    ");
    insta::assert_snapshot!(messages("name: a\ncourts:\n  court-1: { type: udp, bind: 0.0.0.0:6000 }\n"), @"
    error: `type: udp` is now `type: pss`
     --> event.yaml:3:20
      |
    3 |   court-1: { type: udp, bind: 0.0.0.0:6000 }
      |                    ^^^
    ");
}
