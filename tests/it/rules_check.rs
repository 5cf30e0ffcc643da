//! `vta rules check`: each mistake with its place, on the real program.

use std::fs;
#[cfg(unix)]
use std::path::Path;

use serde_json::Value;

use crate::headless_obs::HeadlessObs;
use crate::support::{Venue, output, repository, stderr, stdout, vta};

/// What is said of a script of tests/data/rules_check.
fn told(name: &str) -> String {
    let folder = repository("tests/data/rules_check");
    let output = output(vta().args(["rules", "check", &format!("{name}.rhai")]).current_dir(folder));
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert_eq!(stdout(&output), "");
    stderr(&output).to_owned()
}

/// Compares what is said with what stands beside the script.
fn compare(name: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(repository("tests/data/rules_check"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, told(name)));
}

#[test]
fn five_mistakes_of_five_sorts_are_told_at_once_each_with_its_place() {
    compare("five");
    let errors = told("five").matches("error: ").count();
    assert_eq!(errors, 5);
}

#[test]
fn handlers_of_what_never_happens() {
    compare("handlers");
}

#[test]
fn functions_that_do_not_exist_or_want_other_arguments() {
    compare("functions");
}

#[test]
fn arguments_that_a_function_never_takes() {
    compare("arguments");
}

#[test]
fn functions_of_an_imported_file_and_what_is_wrong_in_it() {
    compare("imports");
}

#[test]
fn words_that_a_setting_never_is_and_settings_that_do_not_say_what_they_may_be() {
    compare("settings");
}

#[test]
fn variables_that_do_not_exist() {
    compare("variables");
}

#[test]
fn fields_that_events_and_bouts_have_not() {
    compare("fields");
}

#[test]
fn words_that_a_field_never_is() {
    compare("words");
}

#[test]
fn words_and_signs_of_other_languages_get_a_line_of_help() {
    compare("beginners");
}

#[test]
fn what_other_languages_write_and_signs_that_are_missing_get_a_line_of_help() {
    compare("languages");
    let told = told("languages");
    assert_eq!(told.matches("error: ").count(), told.matches("= help: ").count(), "{told}");
}

#[test]
fn errors_hide_nothing_in_other_functions_between_them_or_in_statements_behind() {
    compare("hidden");
}

#[test]
fn comparisons_that_never_hold_and_functions_that_are_called_at_once() {
    compare("comparisons");
}

#[test]
fn errors_of_syntax_in_several_functions_hide_neither_each_other_nor_the_rest() {
    compare("syntax");
}

#[test]
fn variables_constants_and_comments_outside_of_functions_and_functions_that_are_indented() {
    compare("top");
}

#[test]
fn what_is_right_is_found_right() {
    let folder = repository("tests/data/rules_check");
    let output = output(vta().args(["rules", "check", "fine.rhai", "helpers.rhai"]).current_dir(folder));
    assert_eq!(stderr(&output), "");
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), "2 rules are fine: fine.rhai, helpers.rhai\n"));
}

#[test]
fn the_mistakes_of_all_files_are_told_and_a_file_that_is_not_there_is_one() {
    let folder = repository("tests/data/rules_check");
    let output = output(vta().args(["rules", "check", "words.rhai", "gone.rhai", "handlers.rhai"]).current_dir(folder));
    let text = stderr(&output);
    assert!(text.contains("--> words.rhai:2:27") && text.contains("--> handlers.rhai:1:4"), "{text}");
    assert!(text.contains("gone.rhai: the file cannot be read"), "{text}");
}

#[test]
fn editors_get_json() {
    let folder = repository("tests/data/rules_check");
    let output = output(vta().args(["rules", "check", "--format", "json", "five.rhai"]).current_dir(folder));
    assert_eq!(output.status.code(), Some(3));
    let told: Vec<Value> = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(told.len(), 5);
    let field = serde_json::json!({
        "code": "rules.unknown_field", "file": "five.rhai", "line": 15, "column": 14, "end_column": 21, "severity": "error",
        "message": "an event `point` has no field `technik`", "help": "did you mean `technique`?",
    });
    assert_eq!(told[3], field);
}

#[test]
fn the_rules_of_a_config_are_checked_by_both_verbs() {
    let script = repository("tests/data/rules_check/words.rhai").display().to_string();
    let venue = Venue::with_rules("  jury: { type: obs, host: 127.0.0.1 }\n", &script);
    for verb in [&["check"][..], &["rules", "check"]] {
        let output = output(vta().args(verb).arg("--config").arg(venue.config()));
        assert_eq!(output.status.code(), Some(3), "{verb:?}: {}", stdout(&output));
        assert!(stderr(&output).contains("`technique` is never \"hed\""), "{verb:?}: {}", stderr(&output));
    }
    let output = output(vta().args(["rules", "check", "--config"]).arg(Venue::new("").config()));
    assert!(stdout(&output).starts_with("3 rules are fine: "), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn an_obs_that_the_config_does_not_have_is_told() {
    // One that serves another court is one all the same: a rule may look at the court first.
    let sinks = "  jury: { type: obs, host: 127.0.0.1 }\n  other: { type: obs, host: 127.0.0.1, courts: [court-2] }\n";
    let venue = Venue::with_rules(sinks, "own.rhai");
    let config = fs::read_to_string(venue.config()).unwrap();
    let second = "courts:\n  court-2: { type: pss, bind: \"127.0.0.1:0\" }\n";
    fs::write(venue.config(), config.replacen("courts:\n", second, 1)).unwrap();
    let rule = "const JURY = \"other\";\n\
                fn on_point(event, bout) {\n    obs::on(\"nix\").scene(\"Live\");\n    obs::on(JURY).scene(\"Live\");\n}\n";
    fs::write(venue.path("own.rhai"), rule).unwrap();
    let output = output(vta().args(["rules", "check", "--config"]).arg(venue.config()));
    let text = stderr(&output);
    assert_eq!((output.status.code(), text.matches("error: ").count()), (Some(3), 1), "{text}");
    assert!(text.contains("error: there is no OBS `nix` for this court"), "{text}");
    assert!(text.contains("own.rhai:3:13") && text.contains("help: there is `jury` and `other`"), "{text}");
}

#[test]
fn a_connected_obs_must_have_the_scenes_sources_and_filters_that_rules_name() {
    let Some(obs) = HeadlessObs::start() else { return };
    let sink = format!("  replay: {{ type: obs, port: {}, password: \"{}\" }}\n", obs.port, obs.password);
    let venue = Venue::with_rules(&sink, "own.rhai");
    let rule = "const SCENE = \"Replai\";\n\
                fn on_point(event, bout) {\n    obs::scene(\"Live\");\n    obs::scene(SCENE);\n\
                \x20   obs::source_visible(\"Live\", \"Mat camera\", true);\n\
                \x20   obs::source_visible(\"Live\", \"Mat kamera\", true);\n    obs::text(\"Score\", \"0\");\n\
                \x20   obs::filter(\"Mat camera\", \"Glow\", true);\n    obs::on(\"replay\").scene(\"Pause\");\n\
                \x20   obs::scene(`Mat ${bout.number}`);\n    obs::text(\"\", \"0\");\n\
                \x20   let scene = switch bout.stage { \"rest\" => SCENE, \"ended\" => \"\", _ => \"Rest\" };\n\
                \x20   obs::preview_scene(scene);\n    obs::mute(\"Mikro\", true);\n    obs::media(\"Gong\", \"stop\");\n\
                \x20   obs::media_file(\"Clip\", \"a.mkv\");\n    obs::transition(\"Fad\");\n\
                \x20   obs::hotkey(\"nothing of it\");\n    for name in [\"Live\", \"Lve\"] { obs::scene(name); }\n\
                \x20   let one = obs::on(\"replay\");\n    after(\"2s\", || one.scene(\"Break\"));\n}\n";
    fs::write(venue.path("own.rhai"), format!("import \"switching\" as switching;\n{rule}")).unwrap();
    fs::write(venue.path("switching.rhai"), "fn back() { obs::scene(\"Liv\"); }\n").unwrap();
    let mut command = vta();
    command.args(["rules", "check", "--connect", "--format", "json", "--config"]).arg(venue.config());
    let output = self::output(&mut command);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let told: Vec<Value> = serde_json::from_str(stdout(&output)).unwrap();
    let told: Vec<_> = told.iter().map(|m| format!("{}:{} {}", m["line"], m["column"], m["message"])).collect();
    insta::assert_snapshot!(told.join("\n"));

    // What is not known before is no mistake, but not passed over in silence.
    let rule = "fn on_point(event, bout) {\n    obs::scene(`Mat ${bout.number}`);\n    obs::scene(\"Live\");\n}\n";
    fs::write(venue.path("own.rhai"), rule).unwrap();
    let mut command = vta();
    let output = self::output(command.args(["rules", "check", "--connect", "--config"]).arg(venue.config()));
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{}", stdout(&output));
    let said: Vec<_> = stdout(&output).lines().collect();
    let [fine, note] = said[..] else { panic!("{said:#?}") };
    assert!(fine.starts_with("1 rule is fine: "), "{fine}");
    assert!(note.starts_with("1 name is not looked up in OBS") && note.contains("own.rhai:2:16"), "{note}");
}

#[test]
fn an_obs_that_cannot_be_asked_is_no_mistake_of_the_rules() {
    let venue = Venue::new("  replay: { type: obs, port: 1 }\n");
    let output = output(vta().args(["rules", "check", "--connect", "--config"]).arg(venue.config()));
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("OBS `replay`"), "{}", stderr(&output));
}

#[test]
fn file_that_cannot_be_read_is_reported_with_what_to_do() {
    let venue = Venue::new("");
    let rule = "fn on_point(event, bout) { mark(\"a\"); }\n";
    fs::write(venue.path("head-kicks.rhai"), rule).unwrap();
    fs::write(venue.path("latin.rhai"), b"// gr\xfc\xdfe\n").unwrap();
    fs::write(venue.path("long.rhai"), " ".repeat(5 << 20)).unwrap();
    fs::create_dir(venue.path("tests")).unwrap();
    fs::create_dir(venue.path("empty")).unwrap();
    fs::write(venue.path("tests/kicks.yaml"), "rules: [../head-kicks.rhai]\nscenarios: {}\n").unwrap();
    let told = |verb: &str, file: &str| {
        let output = output(vta().args(["rules", verb, file]).current_dir(venue.path("")));
        assert_eq!((output.status.code(), stdout(&output)), (Some(3), ""), "{verb} {file}");
        stderr(&output).trim_end().replace('\\', "/")
    };
    for verb in ["check", "eval"] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(verb, "head-kick.rhai"), @r"
            error: head-kick.rhai: the file cannot be read: it is not there
             |
             = help: did you mean `head-kicks.rhai`?
            ");
        }
    }
    insta::assert_snapshot!(told("check", "other.rhai"), @r"
    error: other.rhai: the file cannot be read: it is not there
     |
     = help: there is `head-kicks.rhai`, `latin.rhai` and `long.rhai`
    ");
    insta::assert_snapshot!(told("check", "empty"), @r"
    error: empty: the file cannot be read: it is a folder
     |
     = help: name a file that ends with `.rhai`
    ");
    insta::assert_snapshot!(told("check", "rules/other.rhai"), @r"
    error: rules/other.rhai: the file cannot be read: it is not there
     |
     = help: there is no folder `rules`
    ");
    insta::assert_snapshot!(told("check", "empty/other.rhai"), @r"
    error: empty/other.rhai: the file cannot be read: it is not there
     |
     = help: no file in `empty` ends with `.rhai`
    ");
    insta::assert_snapshot!(told("check", "."), @r"
    error: .: the file cannot be read: it is a folder
     |
     = help: name a file in it: there is `head-kicks.rhai`, `latin.rhai` and `long.rhai`
    ");
    insta::assert_snapshot!(told("check", "latin.rhai"), @r"
    error: the file cannot be read: it is not UTF-8 from here on
     --> latin.rhai:1:6
      |
    1 | // gr��e
      |      ^
      |
      = help: save the file in the encoding UTF-8
    ");
    insta::assert_snapshot!(told("check", "long.rhai"), @r"
    error: long.rhai: the file cannot be read: it is longer than 4 MB
     |
     = help: is this the right file?
    ");
    insta::assert_snapshot!(told("check", "event.yaml"), @r"
    error: event.yaml: this is a YAML file, and no rule
     |
     = help: rules end with `.rhai`; `vta rules test` plays scenarios, `vta check` checks a config
    ");
    insta::assert_snapshot!(told("test", "head-kicks.rhai"), @r"
    error: head-kicks.rhai: this is a rule, and not a file of scenarios
     |
     = help: name its scenarios: `tests/kicks.yaml`
    ");
    insta::assert_snapshot!(told("test", "latin.rhai"), @r"
    error: latin.rhai: this is a rule, and not a file of scenarios
     |
     = help: write one, as docs/rules.md says, usually in tests
    ");
    insta::assert_snapshot!(told("test", "tests/kick.yaml"), @r"
    error: tests/kick.yaml: the file cannot be read: it is not there
     |
     = help: did you mean `tests/kicks.yaml`?
    ");
    insta::assert_snapshot!(told("test", "tests"), @r"
    error: tests: the file cannot be read: it is a folder
     |
     = help: name a file in it: there is `kicks.yaml`
    ");
}

#[cfg(unix)]
#[test]
fn device_or_pipe_is_refused_at_once() {
    let venue = Venue::new("");
    let pipe = venue.path("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    for verb in ["check", "test"] {
        for file in [Path::new("/dev/zero"), &pipe] {
            let output = output(vta().args(["rules", verb]).arg(file));
            let text = stderr(&output);
            assert_eq!(output.status.code(), Some(3), "{text}");
            assert!(text.contains("it is a device or a pipe") && text.contains("help: name a file"), "{text}");
        }
    }
}
