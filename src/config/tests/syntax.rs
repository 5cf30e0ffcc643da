use proptest::prelude::*;

use super::{HEAD, messages, messages_after_head, parse};

#[test]
fn a_tab_that_indents_is_named() {
    insta::assert_snapshot!(messages("name: a\ncourts:\n\tcourt-1: { type: pss }\n"), @"
    error: YAML does not allow tabs for indentation: use spaces
     --> event.yaml:3:1
      |
    3 |     court-1: { type: pss }
      | ^^^^ a tab
    ");
    insta::assert_snapshot!(messages("courts:\n  court-1:\n    type: pss\n\tbind: 0.0.0.0:6000\n"), @"
    error: YAML does not allow tabs for indentation: use spaces
     --> event.yaml:4:1
      |
    4 |     bind: 0.0.0.0:6000
      | ^^^^ a tab
    ");
    insta::assert_snapshot!(messages("courts:\n  court-1:\n  \ttype: pss\n"), @"
    error: YAML does not allow tabs for indentation: use spaces
     --> event.yaml:3:3
      |
    3 |       type: pss
      |   ^^^^ a tab
    ");
    insta::assert_snapshot!(messages("rules:\n  files:\n\t- a.rhai\n"), @"
    error: YAML does not allow tabs for indentation: use spaces
     --> event.yaml:3:1
      |
    3 |     - a.rhai
      | ^^^^ a tab
    ");
}

#[test]
fn a_backslash_in_double_quotes_is_explained() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  store: { type: sqlite, path: \"C:\\Daten\\a.db\" }\n"), @r#"
    error: `\` has a meaning of its own in double quotes
     --> event.yaml:5:35
      |
    5 |   store: { type: sqlite, path: "C:\Daten\a.db" }
      |                                   ^
      |
      = help: write paths with `/`, or in single quotes
    "#);
    insta::assert_snapshot!(messages_after_head("sinks:\n  store: { type: sqlite, path: \"C:\\Users\\a.db\" }\n"), @r#"
    error: `\` has a meaning of its own in double quotes
     --> event.yaml:5:35
      |
    5 |   store: { type: sqlite, path: "C:\Users\a.db" }
      |                                   ^
      |
      = help: write paths with `/`, or in single quotes
    "#);
}

#[test]
fn a_variable_that_needs_quotes_is_explained() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, port: ${OBS_PORT} }\n"), @r#"
    error: a variable needs quotes between `{ }` and `[ ]`
     --> event.yaml:5:31
      |
    5 |   replay: { type: obs, port: ${OBS_PORT} }
      |                               ^
      |
      = help: write "${NAME}"
    "#);
}

#[test]
fn a_forgotten_colon_is_shown_where_it_is() {
    insta::assert_snapshot!(messages("name: Hamburg\ncourts\n  court-1:\n    type: pss\n"), @"
    error: a colon is missing after this key
     --> event.yaml:2:1
      |
    2 | courts
      | ^^^^^^
      |
      = help: write `key: value`, with a space after the colon
    ");
    insta::assert_snapshot!(messages("name: Hamburg\ndecoder\nrules:\n"), @"
    error: a colon is missing after this key
     --> event.yaml:2:1
      |
    2 | decoder
      | ^^^^^^^
      |
      = help: write `key: value`, with a space after the colon
    ");
    insta::assert_snapshot!(messages("name: Hamburg\ndecoder"), @"
    error: a colon is missing after this key
     --> event.yaml:2:1
      |
    2 | decoder
      | ^^^^^^^
      |
      = help: write `key: value`, with a space after the colon
    ");
}

#[test]
fn a_forgotten_space_after_a_colon_is_shown() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, port:4455 }\n"), @"
    error: a space is missing after the colon
     --> event.yaml:5:24
      |
    5 |   replay: { type: obs, port:4455 }
      |                        ^^^^^^^^^
      |
      = help: write `key: value`
    ");
    insta::assert_snapshot!(messages("name:Hamburg\ncourts:\n"), @"
    error: a colon cannot stand here
     --> event.yaml:2:7
      |
    2 | courts:
      |       ^
      |
      = help: put a value with `: ` in quotes; indent keys of a section alike
    ");
}

#[test]
fn other_mistakes_in_yaml_come_with_advice() {
    insta::assert_snapshot!(messages("name: Hamburg: the Open\n"), @"
    error: a colon cannot stand here
     --> event.yaml:1:14
      |
    1 | name: Hamburg: the Open
      |              ^
      |
      = help: put a value with `: ` in quotes; indent keys of a section alike
    ");
    insta::assert_snapshot!(messages("name: 'Hamburg\ncourts:\n"), @"
    error: quotes are not closed, or something follows them
     --> event.yaml:1:7
      |
    1 | name: 'Hamburg
      |       ^
      |
      = help: within single quotes write `'` twice
    ");
    insta::assert_snapshot!(messages("name: @Hamburg\n"), @"
    error: a value cannot begin with this character
     --> event.yaml:1:7
      |
    1 | name: @Hamburg
      |       ^
      |
      = help: put the value in single quotes
    ");
    insta::assert_snapshot!(messages("name: *Hamburg\n"), @"
    error: a value cannot begin with `*`
     --> event.yaml:1:7
      |
    1 | name: *Hamburg
      |       ^
      |
      = help: put the value in single quotes
    ");
    insta::assert_snapshot!(messages("name: &Hamburg\n"), @"
    error: anchors, aliases and tags of YAML are not taken
     --> event.yaml:1:7
      |
    1 | name: &Hamburg
      |       ^^^^^^^^
      |
      = help: write the value out, or put it in quotes if it is text that begins with `&`, `*` or `!`
    ");
    insta::assert_snapshot!(messages("rules: { files: [!path a.rhai] }\n"), @"
    error: anchors, aliases and tags of YAML are not taken
     --> event.yaml:1:18
      |
    1 | rules: { files: [!path a.rhai] }
      |                  ^^^^^
      |
      = help: write the value out, or put it in quotes if it is text that begins with `&`, `*` or `!`
    ");
    insta::assert_snapshot!(messages("name: a\nrules: { files: [a, b }\n"), @"
    error: a comma or a closing bracket is missing
     --> event.yaml:2:23
      |
    2 | rules: { files: [a, b }
      |                       ^
      |
      = help: look at what stands before
    ");
    insta::assert_snapshot!(messages("name: a\nrules: { files: [a,\n"), @"
    error: a value is missing here
     --> event.yaml:2:20
      |
    2 | rules: { files: [a,
      |                    ^
      |
      = help: look at what stands before
    ");
    insta::assert_snapshot!(messages("name: a\0\ncourts:\n"), @"
    error: a control character stands here
     --> event.yaml:1:8
      |
    1 | name: a␀
      |        ^
      |
      = help: remove it: YAML is plain text
    ");
    insta::assert_snapshot!(messages("courts:\n  court-1:\n    type: pss\n   bind: 0.0.0.0:6000\n"), @"
    error: this is not indented like the rest of its section
     --> event.yaml:4:4
      |
    4 |    bind: 0.0.0.0:6000
      |    ^
      |
      = help: indent the keys of a section alike
    ");
}

#[test]
fn one_document_with_keys_is_wanted() {
    insta::assert_snapshot!(messages("# nothing\n"), @"
    error: the config is empty
     --> event.yaml:1:1
      |
    1 | # nothing
      | ^
      |
      = help: `vta init` writes one to start from
    ");
    insta::assert_snapshot!(messages("Hamburg\n"), @"
    error: the config wants keys with values such as `name: Hamburg Open 2026`
     --> event.yaml:1:1
      |
    1 | ***
      | ^^^
      |
      = help: `vta init` writes one to start from
    ");
    insta::assert_snapshot!(messages("name: a\n---\nname: b\n"), @"
    error: a second YAML document begins here
     --> event.yaml:2:1
      |
    2 | ---
      | ^^^
      |
      = help: remove the `---`: the config is one document
    ");
    insta::assert_snapshot!(messages("? [a, b]\n: c\n"), @"
    error: a key must be a word
     --> event.yaml:1:3
      |
    1 | ? [a, b]
      |   ^^^^^^
      |
      = help: write `key: value`
    ");
    insta::assert_snapshot!(parse(&format!("name: {}", "[".repeat(200))).unwrap_err(), @"event.yaml:1:22: sections lie too deep in each other; the config needs five levels");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-c:,{}\\[\\]\"'&*!|>$#%@`\\- \n\r\t\u{e9}\u{1F94B}\0]{0,40}") {
        if let Err(error) = parse(&text) {
            prop_assert!(!error.render(true).is_empty() && !error.to_string().is_empty());
        }
    }

    #[test]
    fn no_damage_makes_it_panic(cut in 0..400_usize, insert in "[:,{}\\[\\]\"'&\n\t$ ]{0,3}") {
        let text = format!("{HEAD}rules: {{ files: [\"é.rhai\"] }}\nsinks:\n  a: {{ type: obs, password: \"${{X}}\" }}\n");
        let cut = text.floor_char_boundary(cut % text.len());
        let (before, after) = text.split_at(cut);
        if let Err(error) = parse(&format!("{before}{insert}{after}")) {
            prop_assert!(!error.render(false).is_empty() && !error.to_string().is_empty());
        }
    }
}
