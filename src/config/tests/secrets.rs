use super::super::Secret;
use super::{messages, messages_after_head, parse};

#[test]
fn a_secret_is_not_shown() {
    let secret = Secret::new("hunter2");
    assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "*** *** Some(\n    ***,\n)");
    assert_eq!(secret.expose(), "hunter2");
}

#[test]
fn the_line_of_an_error_masks_the_password() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, password: hunter2, port: abc }\n"), @"
    error: `port` wants a number from 1 to 65535
     --> event.yaml:5:45
      |
    5 |   replay: { type: obs, password: ***, port: abc }
      |                                             ^^^
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay:\n    type: obs\n    password: [hunter2]\n"), @"
    error: `password` wants text
     --> event.yaml:7:15
      |
    7 |     password: ***
      |               ^^^ this is a list
    ");
}

#[test]
fn a_misspelt_key_masks_its_value_too() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, pasword: hunter2 }\n"), @"
    error: unknown key `pasword` in `replay`
     --> event.yaml:5:24
      |
    5 |   replay: { type: obs, pasword: *** }
      |                        ^^^^^^^ did you mean `password`?
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, obs_pass: hunter2 }\n"), @"
    error: unknown key `obs_pass` in `replay`
     --> event.yaml:5:24
      |
    5 |   replay: { type: obs, obs_pass: *** }
      |                        ^^^^^^^^
      |
      = help: known: `type`, `host`, `port`, `password`, `timeout_secs`, `recording_in_progress`, `min_free_mb` and `courts`
    ");
}

#[test]
fn a_password_under_another_key_is_masked_and_its_length_is_not_shown() {
    for key in ["pw", "obs_key", "auth", "login", "kennwort", "parole", "Passwort", "secret"] {
        let shown = ["hunter2", "hunter2hunter2hunter2"].map(|secret| {
            messages_after_head(&format!("sinks:\n  replay: {{ type: obs, {key}: {secret}, port: abc }}\n"))
        });
        assert!(shown[0].contains(&format!("{key}: ***, port: abc")), "{}", shown[0]);
        assert_eq!(shown[0], shown[1]);
    }
    // Other misspelt keys show what they hold.
    assert!(messages_after_head("sinks:\n  replay: { type: obs, hots: studio }\n").contains("hots: studio"));
}

#[test]
fn text_that_is_no_yaml_masks_the_password() {
    insta::assert_snapshot!(messages("sinks: { a: { 'password': @hunter2 } }\n"), @"
    error: a value cannot begin with this character
     --> event.yaml:1:27
      |
    1 | sinks: { a: { 'password': ***
      |                           ^^^
      |
      = help: put the value in single quotes
    ");
    insta::assert_snapshot!(messages("sinks:\n  a:\n    password: \"hunter2\" hunter3\n    port: 1\n"), @"
    error: quotes are not closed, or something follows them
     --> event.yaml:3:15
      |
    3 |     password: ***
      |               ^^^
      |
      = help: within single quotes write `'` twice
    ");
    insta::assert_snapshot!(messages("sinks:\n  a:\n    password:\n      \"hunter2\n    port: 1\n"), @"
    error: quotes are not closed, or something follows them
     --> event.yaml:4:7
      |
    4 |       ***
      |       ^^^
      |
      = help: within single quotes write `'` twice
    ");
}

#[test]
fn a_password_taken_for_a_comment_is_masked() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, prot: 1, password: #hunter2\n    }\n"), @"
    error: unknown key `prot` in `replay`
     --> event.yaml:5:24
      |
    5 |   replay: { type: obs, prot: 1, password: ***
      |                        ^^^^ did you mean `port`?
    ");
}

#[test]
fn a_secret_of_several_lines_is_masked_to_its_end() {
    for value in [
        "|\n      a\n\n      hunter2",
        ">-\n      a\n      hunter2",
        "a\n      hunter2",
        "\"a\\\"\n      hunter2\"",
        "'a''\n      hunter2'",
        "[a,\n      {b: hunter2}]",
    ] {
        let error = parse(&format!("name: a\nsinks:\n  a:\n    password: {value}\n    prot: 1\n")).unwrap_err();
        let shown = format!("{error:?}");
        assert!(!shown.contains("hunter2") && shown.contains("prot: 1"), "{value}\n{shown}");
    }
}

#[test]
fn no_error_holds_the_password_however_it_is_shown() {
    let broken =
        ["port: abc", "prot: 1", "a: b: c", "type: obs", "courts: [b]", "}", "\tport: 1", "password: hunter2", "x"];
    let values =
        ["hunter2", "'hunter2'", "\"hunter2\"", "\n      hunter2", "|\n      hunter2", "[hunter2]", "#hunter2"];
    let passwords = values.map(|value| format!("password: {value}"));
    let mistakes = [
        "password:hunter2",
        "password: '${OBS PASS:-hunter2}'",
        "password: '${OBS_PASS:-hunter2'",
        "type: obs password:hunter2",
        "courts: [password:hunter2]",
        "{ password:hunter2 }",
        "[password:hunter2]",
        "pasword: hunter2",
        "x: password:hunter2",
        "password: !!int hunter2",
        "password: &x !!bool 'hunter2'",
    ];
    for password in passwords.iter().map(String::as_str).chain(mistakes) {
        for broken in broken {
            let block = format!("sinks:\n  a:\n    type: obs\n    {password}\n    {broken}\n");
            let flow = format!("sinks:\n  a: {{ type: obs, {password}, {broken} }}\n");
            for text in [block, flow] {
                let error = parse(&text).unwrap_err();
                let shown = format!("{error} {error:?} {} {}", error.render(false), error.render(true));
                assert!(!shown.contains("hunter2"), "{text}\n{shown}");
            }
        }
    }
}

#[test]
fn what_a_variable_holds_is_not_shown() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  replay: { type: obs, port: '${OBS_PASSWORD}' }\n"), @"
    error: `port` wants a number from 1 to 65535
     --> event.yaml:5:30
      |
    5 |   replay: { type: obs, port: '${OBS_PASSWORD}' }
      |                              ^^^^^^^^^^^^^^^^^ the variable holds something else
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  log: { type: log, level: '${OBS_PASSWORD}' }\n"), @"
    error: unknown `level`
     --> event.yaml:5:28
      |
    5 |   log: { type: log, level: '${OBS_PASSWORD}' }
      |                            ^^^^^^^^^^^^^^^^^
      |
      = help: known: `debug`, `info`, `warn` and `error`
    ");
}

#[test]
fn a_variable_s_name_is_shown_but_not_its_default() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  a:\n    type: obs\n    password: ${NOT_SET}\n"), @"
    error: the variable `NOT_SET` is not set
     --> event.yaml:7:15
      |
    7 |     password: ${NOT_SET}
      |               ^^^^^^^^^^
      |
      = help: set it before vta starts, or give a default: `${NOT_SET:-default}`
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  a: { type: obs, port: x, password: '${NOT_SET:-hunter2}' }\n"), @"
    error: `port` wants a number from 1 to 65535
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, port: x, password: *** }
      |                         ^
    ");
}
