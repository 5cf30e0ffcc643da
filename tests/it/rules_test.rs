//! `vta rules test`: scenarios, on the real program.

use std::fs;

use crate::support::{Venue, output, repository, stderr, stdout, vta};

/// What a run over files of tests/data/scenarios says, and its exit code.
fn run(files: &[&str]) -> (String, Option<i32>) {
    let folder = repository("tests/data/scenarios");
    let output = output(vta().args(["rules", "test"]).args(files).current_dir(folder));
    (format!("{}{}", stdout(&output), stderr(&output)), output.status.code())
}

/// Compares what is said with what stands beside the scenarios.
fn compare(name: &str, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(repository("tests/data/scenarios"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, told));
}

#[test]
fn the_scenarios_of_every_rule_that_ships_go_as_expected() {
    let config = repository("examples/event.yaml");
    let root = config.parent().and_then(std::path::Path::parent).unwrap();
    let output = output(vta().args(["rules", "test"]).current_dir(root));
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    for rule in fs::read_dir(repository("rules")).unwrap().map(|entry| entry.unwrap().path()) {
        if rule.extension().is_some_and(|ending| ending == "rhai") {
            let name = rule.file_stem().unwrap().to_str().unwrap().to_owned();
            assert!(repository(&format!("rules/tests/{name}.yaml")).is_file(), "{name} has no scenarios");
        }
    }
}

#[test]
fn wrong_scenarios_fail_and_say_what_was_expected_what_came_and_where() {
    let (told, code) = run(&["mistakes.yaml"]);
    assert_eq!(code, Some(1));
    compare("mistakes", &told);
}

#[test]
fn a_broken_file_of_scenarios_is_told_with_its_lines() {
    let (told, code) = run(&["broken.yaml"]);
    assert_eq!(code, Some(3));
    compare("broken", &told);
}

#[test]
fn a_rule_that_fails_fails_its_scenario() {
    let venue = Venue::new("");
    fs::write(venue.path("wrong.rhai"), "fn on_review_opened(event, bout) {\n    throw \"no\";\n}\n").unwrap();
    let scenario = "rules: [wrong.rhai]\nscenarios:\n  it fails: { given: [ch1;], expect: [] }\n";
    fs::write(venue.path("wrong.yaml"), scenario).unwrap();
    let output = output(vta().args(["rules", "test"]).arg(venue.path("wrong.yaml")));
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("wrong.rhai:2:5: on_review_opened failed: no"), "{}", stdout(&output));
}

#[test]
fn scenarios_of_a_rule_that_the_check_finds_wrong_are_not_played() {
    let venue = Venue::new("");
    let rule = "fn on_point(event, bout) { if event.technik == \"head\" { mark(\"x\"); } }\n";
    fs::write(venue.path("wrong.rhai"), rule).unwrap();
    let scenario = "rules: [wrong.rhai]\nscenarios:\n  it: { given: [pt1;2], expect: [] }\n";
    fs::write(venue.path("wrong.yaml"), scenario).unwrap();
    let tested = output(vta().args(["rules", "test"]).arg(venue.path("wrong.yaml")));
    let checked = output(vta().args(["rules", "check"]).arg(venue.path("wrong.rhai")));
    assert_eq!((tested.status.code(), stdout(&tested)), (Some(3), ""));
    assert!(stderr(&tested).contains("an event `point` has no field `technik`"), "{}", stderr(&tested));
    assert_eq!(stderr(&tested), stderr(&checked));
}

#[test]
fn what_answers_a_derived_event_may_come_as_late_as_that_event() {
    let venue = Venue::new("");
    let rule = "fn on_point(event, bout) { mark(\"said\"); }\nfn on_scored(event, bout) { mark(\"derived\"); }\n";
    fs::write(venue.path("say.rhai"), rule).unwrap();
    let play = |said: &str, derived: &str| {
        let scenario = format!(
            "rules: [say.rhai]\nscenarios:\n  a:\n    given: [pre;FightLoaded, rnd;1, clk;02:00;start, wait: 4s, pt1;1, sc1;1;sc2;0]\n    \
             includes: [{{ mark: {{ text: said }}, at: {said} }}, {{ mark: {{ text: derived }}, at: {derived} }}]\n"
        );
        fs::write(venue.path("a.yaml"), scenario).unwrap();
        let output = output(vta().args(["rules", "test"]).arg(venue.path("a.yaml")));
        (output.status.code(), format!("{}{}", stdout(&output), stderr(&output)))
    };
    let (code, shown) = play("4s", "4s");
    assert_eq!(code, Some(0), "{shown}");
    for (said, derived) in [("3.9s", "4s"), ("4s", "3.7s"), ("4s", "4.5s")] {
        let (code, shown) = play(said, derived);
        assert_eq!(code, Some(1), "{said} {derived}: {shown}");
    }
}

#[test]
fn rules_that_answer_themselves_without_end_fail_their_scenario() {
    let venue = Venue::new("");
    fs::write(venue.path("again.rhai"), "fn on_any(event, bout) { obs::scene(\"Live\"); }\n").unwrap();
    let scenario = "rules: [again.rhai]\nscenarios:\n  it ends: { given: [ch1;], includes: [obs.scene] }\n";
    fs::write(venue.path("again.yaml"), scenario).unwrap();
    let output = output(vta().args(["rules", "test"]).arg(venue.path("again.yaml")));
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("without end"), "{}", stdout(&output));
}

#[test]
fn results_are_written_for_ci() {
    let venue = Venue::new("");
    let junit = venue.path("results.xml");
    let file = repository("tests/data/scenarios/mistakes.yaml");
    let output = output(vta().args(["rules", "test", "--junit"]).arg(&junit).arg(&file));
    assert_eq!(output.status.code(), Some(1));
    let xml = fs::read_to_string(junit).unwrap();
    assert!(xml.contains(r#"tests="6" skipped="0" errors="0" failures="5""#), "{xml}");
    assert!(xml.contains(r#"<testcase name="this one is right"/>"#), "{xml}");
    assert!(xml.contains("mistakes.yaml:9\">") && xml.contains("player.play path: other.mkv"), "{xml}");
}
