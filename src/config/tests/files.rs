use std::fs;

use super::super::{Config, ConfigError};
use super::HEAD;

/// The messages about a file with these bytes, without the directory that changes from run to run.
fn messages(bytes: &[u8]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("event.yaml");
    fs::write(&file, bytes).unwrap();
    let message = Config::load(&file).unwrap_err().render(false);
    message.replace(&directory.path().join("").display().to_string(), "DIRECTORY/")
}

#[test]
fn a_config_that_is_not_there_says_how_to_make_one() {
    let directory = tempfile::tempdir().unwrap();
    let error = Config::load(&directory.path().join("event.yaml")).unwrap_err();
    assert!(matches!(error, ConfigError::Missing(_)));
    let message = error.render(false).replace(&directory.path().join("").display().to_string(), "DIRECTORY/");
    insta::assert_snapshot!(message, @"error: the config DIRECTORY/event.yaml does not exist: `vta init` writes one to start from, `--config` names another");
}

#[test]
fn a_directory_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("event.yaml"), HEAD).unwrap();
    let message = Config::load(directory.path()).unwrap_err().to_string();
    assert!(
        message.ends_with("the file cannot be read: it is a folder; name a file in it: there is `event.yaml`"),
        "{message}"
    );
}

#[test]
fn a_rule_file_that_is_not_there_is_shown_with_its_place() {
    insta::assert_snapshot!(messages(format!("{HEAD}rules:\n  files:\n    - event.yaml\n    - rules/replay.rhai\n").as_bytes()), @"
    error: there is no rule file DIRECTORY/rules/replay.rhai
     --> DIRECTORY/event.yaml:7:7
      |
    7 |     - rules/replay.rhai
      |       ^^^^^^^^^^^^^^^^^
      |
      = help: paths are relative to the config's directory
    ");
}

#[test]
fn a_setting_without_a_value_and_one_that_is_set_twice_are_mistakes() {
    insta::assert_snapshot!(messages(format!("{HEAD}rules: {{ files: [{{ file: event.yaml, with: {{ speed: 0,5 }} }}] }}\n").as_bytes()), @"
    error: the setting `5` has no value
     --> DIRECTORY/event.yaml:4:55
      |
    4 | rules: { files: [{ file: event.yaml, with: { speed: 0,5 } }] }
      |                                                       ^
      |
      = help: a fraction is written with a point: `0.5`
    ");
    insta::assert_snapshot!(messages(format!("{HEAD}rules: {{ files: [{{ file: event.yaml, with: {{ speed: 1, SPEED: 2 }} }}] }}\n").as_bytes()), @r#"
    error: `SPEED` is set already
     --> DIRECTORY/event.yaml:4:56
      |
    4 | rules: { files: [{ file: event.yaml, with: { speed: 1, SPEED: 2 } }] }
      |                                              -----     ^^^^^
      |                                              |
      |                                              here first
      |
      = help: remove one of them
    "#);
}

#[test]
fn a_rule_file_that_is_listed_twice_would_act_twice() {
    insta::assert_snapshot!(messages(format!("{HEAD}rules: {{ files: [event.yaml, ./event.yaml] }}\n").as_bytes()), @"
    error: this rule file is listed twice and would act twice
     --> DIRECTORY/event.yaml:4:30
      |
    4 | rules: { files: [event.yaml, ./event.yaml] }
      |                  ----------  ^^^^^^^^^^^^
      |                  |
      |                  here first
      |
      = help: remove one of them
    ");
}

#[test]
fn text_that_is_not_utf_8_is_shown_with_its_place() {
    insta::assert_snapshot!(messages(b"# Deutsch\nname: M\xfcnchen Open\npassword: hunter2\xff\n"), @"
    error: the file cannot be read: it is not UTF-8 from here on
     --> DIRECTORY/event.yaml:2:8
      |
    2 | name: M�nchen Open
      |        ^
      |
      = help: save the file in the encoding UTF-8
    ");
    let utf_16: Vec<u8> =
        std::iter::once(0xfeff).chain("name: a\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    insta::assert_snapshot!(messages(&utf_16), @"
    error: the file cannot be read: it is not UTF-8 from here on
     --> DIRECTORY/event.yaml:1:1
      |
    1 | ��n␀a␀m␀e␀:␀ ␀a␀
      | ^
      |
      = help: save the file in the encoding UTF-8
    ");
}

#[test]
fn a_file_that_is_too_long_or_never_ends_is_refused_at_once() {
    insta::assert_snapshot!(messages(&vec![b'#'; 5 << 20]), @"
    error: DIRECTORY/event.yaml: the file cannot be read: it is longer than 4 MB
     |
     = help: is this the right file?
    ");
    #[cfg(unix)]
    insta::assert_snapshot!(Config::load(std::path::Path::new("/dev/zero")).unwrap_err(), @"/dev/zero: the file cannot be read: it is a device or a pipe; name a file that ends with `.yaml`");
}

#[test]
fn a_rule_can_stand_again_for_other_courts() {
    let courts = "name: a\ncourts: { mat-1: { bind: 0.0.0.0:1 }, mat-2: { bind: 0.0.0.0:2 } }\n";
    let rules = |one: &str, other: &str| {
        format!(
            "{courts}rules: {{ files: [{{ file: event.yaml, courts: [{one}] }}, {{ file: event.yaml, courts: [{other}] }}] }}\n"
        )
    };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("event.yaml");
    fs::write(&file, rules("mat-1", "mat-2")).unwrap();
    let serves = Config::load(&file).unwrap().rules.files.into_iter().map(|file| file.courts.serves("mat-2"));
    assert_eq!(serves.collect::<Vec<_>>(), [false, true]);
    insta::assert_snapshot!(messages(rules("mat-1", "mat-2, mat-1").as_bytes()), @"
    error: this rule file is listed twice and would act twice
     --> DIRECTORY/event.yaml:3:57
      |
    3 | rules: { files: [{ file: event.yaml, courts: [mat-1] }, { file: event.yaml, courts: [mat-2, mat-1] }] }
      |                  -------------------------------------  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |                  |
      |                  here first
      |
      = help: remove one of them
    ");
    insta::assert_snapshot!(messages(rules("mat-1", "mat-3").as_bytes()), @"
    error: there is no such court
     --> DIRECTORY/event.yaml:3:86
      |
    3 | rules: { files: [{ file: event.yaml, courts: [mat-1] }, { file: event.yaml, courts: [mat-3] }] }
      |                                                                                      ^^^^^ did you mean `mat-1`?
    ");
}

#[test]
fn loading_reads_and_leaves_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("event.yaml");
    fs::write(directory.path().join("a.rhai"), "").unwrap();
    let text = "rules: { files: [a.rhai] }\nsinks:\n  store: { type: sqlite, path: data/a.db }\n  log: { type: log, directory: logs }\n";
    fs::write(&file, format!("{HEAD}{text}")).unwrap();
    let config = Config::load(&file).unwrap();
    assert_eq!(config.file, file);
    assert_eq!(config.rules.files, [directory.path().join("a.rhai").into()]);
    let mut names: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.rhai", "event.yaml"]);
}
