use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::{Config, Secret};
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
    5 |   replay: { type: obs, password: ***, port: *** }
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
      = help: known: `type`, `host`, `port`, `password`, `timeout_secs`, `recording_in_progress`, `min_free_mb`, `paths` and `courts`
    ");
}

#[test]
fn a_password_under_another_key_is_masked_and_its_length_is_not_shown() {
    for key in ["pw", "obs_key", "auth", "login", "kennwort", "parole", "Passwort", "secret"] {
        let shown = ["hunter2", "hunter2hunter2hunter2"].map(|secret| {
            messages_after_head(&format!("sinks:\n  replay: {{ type: obs, {key}: {secret}, port: abc }}\n"))
        });
        assert!(shown[0].contains(&format!("{key}: ***, port: ***")), "{}", shown[0]);
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
    5 |   replay: { type: obs, prot: ***, password: #***
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
    5 |   a: { type: obs, port: ***, password: *** }
      |                         ^^^
    ");
}

/// Ways to write a password that say in some word what it is; `SECRET` is the password.
const NAMED: &[&str] = &[
    "password: SECRET",
    "password SECRET",
    "password=SECRET",
    "password:SECRET",
    "password : SECRET",
    "Password: SECRET",
    "pasword: SECRET",
    "passwordSECRET",
    "PASSWORD SECRET",
    "pwd: SECRET",
    "pw SECRET",
    "token: SECRET",
    "obs_key: SECRET",
    "apiKey: SECRET",
    "secret: [SECRET]",
    "secret: { a: SECRET }",
    "password: a, SECRET",
    "password: a, SECRET: b",
    "password: 'SECRET",
    "password: \"SECRET",
    "\"password\": SECRET",
    "'password SECRET'",
    "password: ${NOT_SET:-SECRET}",
    "password: ${SECRET",
    "password: ${NOT SECRET}",
    "password: !SECRET",
    "password: &SECRET a",
    "password: *SECRET",
    "password: @SECRET",
    "password: #SECRET",
    "password: \\SECRET",
    "password: a: SECRET",
    "password: SECRET: a",
    "password: a #SECRET",
    "password: |\n        SECRET",
    "password: >-\n        a\n        SECRET",
    "password:\n        SECRET",
    "password:\n        - SECRET",
    "# password: SECRET",
    "# password SECRET",
    "# SECRET is the token",
    "port: 4455 # the password is SECRET",
    "port: 4455 password SECRET",
    "host: ws://user:SECRET@pc",
    "host: user:SECRET@pc",
    "host: SECRET@pc",
    "arguments: [--password=SECRET]",
    "with: { obs_password: SECRET }",
];

/// Ways to write a password in a sink of type `obs` where nothing says what it is.
const UNNAMED: &[&str] = &[
    "port: SECRET",
    "port: [SECRET]",
    "prot: SECRET",
    "login: SECRET",
    "timeout_secs: SECRET",
    "recording_in_progress: SECRET",
    "min_free_mb: SECRET",
    "courts: [SECRET]",
    "courts: SECRET",
    "host: a SECRET",
    "host: pc:SECRET",
    "type: SECRET",
    "port: ${SECRET_VARIABLE}",
    "host: ${SECRET_VARIABLE} a",
    "type: ${SECRET_VARIABLE}",
    "courts: [\"${SECRET_VARIABLE}\"]",
];

/// Values of the whole config that a variable gives.
const VARIABLES: &[&str] = &[
    "names: { clip: '{${SECRET_VARIABLE}}' }",
    "rules: { files: ['${SECRET_VARIABLE}'] }",
    "rules: { files: [{ file: '${SECRET_VARIABLE}/a.rhai', with: { a: b } }] }",
    "rules: { max_operations: '${SECRET_VARIABLE}' }",
    "rules: '${SECRET_VARIABLE}'",
    "decoder: { protocol: '${SECRET_VARIABLE}' }",
    "reviews: { quota: '${SECRET_VARIABLE}', won_keeps_quota: '${SECRET_VARIABLE}' }",
    "sinks: { a: { type: sqlite, path: \"~/${SECRET_VARIABLE}\" } }",
    "sinks: { a: { type: log, keep_files: '${SECRET_VARIABLE}' } }",
    "sinks: { a: { type: obs, host: '${SECRET_VARIABLE}', port: '1' }, b: { type: obs, host: '${SECRET_VARIABLE}', port: 1 } }",
];

/// All that the program shows of a config, whether it is right or wrong.
fn shown(text: &str, secret: &str) -> String {
    let environment = |name: &str| (name == "SECRET_VARIABLE").then(|| secret.to_owned());
    let file = Path::new("examples/event.yaml");
    match Config::parse(file, text, &environment) {
        Ok(config) => {
            let warnings = config.warnings.iter().map(|warning| format!("{warning} {}", warning.render(false)));
            warnings.chain([config.effective.clone()]).collect::<Vec<_>>().join("\n")
        }
        Err(error) => format!("{error}\n{error:?}\n{}\n{}", error.render(false), error.render(true)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_output_has_the_secret_however_it_was_written(
        secret in "[a-z]?(7q|x9)[a-z0-9]{6,12}",
        named in any::<bool>(),
        way in any::<proptest::sample::Index>(),
        indent in select(vec![0_usize, 2, 4, 4, 4, 6, 8]),
        is_flow in any::<bool>(),
        other in select(vec!["", "prot: 1", "port: abc", "type: obs", "x", "}", "\tport: 1", "courts: [b]", "host: [a"]),
        is_before in any::<bool>(),
    ) {
        let (way, indent) = if named { (way.get(NAMED), indent) } else { (way.get(UNNAMED), 4) };
        let way = way.replace("SECRET_VARIABLE", "SECRET-VARIABLE").replace("SECRET", &secret);
        let way = way.replace(&format!("{secret}-VARIABLE"), "SECRET_VARIABLE");
        // Without a word for it, it is known in a tree only.
        let other = if named { other } else { ["", "prot: 1", "courts: [b]"][other.len() % 3] };
        let example = include_str!("../../../examples/event.yaml");
        let sink = example.find("    type: obs").unwrap();
        let end = sink + example[sink..].find("  jury:").unwrap();
        let text = if is_flow {
            let (first, second) = if is_before { (&*way, other) } else { (other, &*way) };
            let entries = ["type: obs", first, second].into_iter().filter(|entry| !entry.is_empty());
            let entries = entries.collect::<Vec<_>>().join(", ");
            format!("{} {{ {entries} }}\n{}", example[..sink].trim_end(), &example[end..])
        } else {
            let way = format!("{:indent$}{way}\n", "");
            let other = if other.is_empty() { String::new() } else { format!("    {other}\n") };
            let (first, second) = if is_before { (way, other) } else { (other, way) };
            format!("{}    type: obs\n{first}{second}{}", &example[..sink], &example[end..])
        };
        let shown = shown(&text, &secret);
        prop_assert!(!shown.contains(&secret), "{}\n{}", text, shown);
    }
}

#[test]
fn no_message_shows_what_a_variable_holds() {
    for value in VARIABLES {
        for secret in ["hunter2", "/hunter2", "{hunter2}", "hunter2 "] {
            let shown = shown(&format!("{}{value}\n", super::HEAD), secret);
            // A name that is right is shown by `config show`, as it should be.
            assert!(value.contains("host:") || !shown.contains("hunter2"), "{value}\n{shown}");
        }
    }
}

#[test]
fn what_stands_below_with_shows_no_password() {
    for with in [
        "password hunter2",
        "password=hunter2",
        "password: hunter2",
        "obs_pasword: [hunter2]",
        "login: hunter2",
        "rest: Rest, login: hunter2",
        "password hunter2: a",
        "loaded: password hunter2, fighting: 5, rets: Rest",
        "user: ${SECRET_VARIABLE}",
    ] {
        let rules = format!("rules: {{ files: [{{ file: ../rules/scenes.rhai, with: {{ {with} }} }}] }}");
        let shown = shown(&format!("{}{rules}\n", super::HEAD), "hunter2");
        assert!(shown.contains("scenes.rhai") || shown.contains("setting"), "{shown}");
        assert!(!shown.contains("hunter2"), "{with}\n{shown}");
    }
}

#[test]
fn effective_config_and_refused_names_show_no_password() {
    for value in [
        "sinks: { a: { type: player, arguments: [--password, hunter2] } }",
        "sinks: { a: { type: player, arguments: [--password=hunter2, 'http://me:hunter2@pc/'] } }",
        "sinks: { a: { type: obs, password: hunter2 } }",
        "names: { clip: '{password hunter2}' }",
        "rules: { files: [{ file: ../rules/scenes.rhai, with: { rest: 'password: hunter2' } }] }",
    ] {
        let shown = shown(&format!("{}{value}\n", super::HEAD), "");
        assert!(!shown.contains("hunter2"), "{value}\n{shown}");
    }
}
