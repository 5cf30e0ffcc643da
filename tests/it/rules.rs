//! What a rule can do to the court: nothing.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use vta::action::ActionVerb;
use vta::court::{Court, Datagram, Input, Output};
use vta::event::Body;
use vta::rules::{Limits, Rules, Surroundings};
use vta::time::{Offset, Time};

use crate::endless_handlers;
use crate::support::clip;

/// What comes of messages, a second apart, with a rule: its actions, and its failures.
fn told(rule: &str, messages: &[&str]) -> Vec<String> {
    let files = [(PathBuf::from("rules/rule.rhai"), rule.to_owned())];
    let rules = Rules::compile(&files, Limits::default(), &Surroundings { obs: vec!["a".into(), "b".into()] });
    let mut court = Court::new("court-1".into(), Vec::new(), rules.ok().unwrap());
    let mut outputs = Vec::new();
    for (number, message) in (0..).zip(messages) {
        let bytes = Bytes::copy_from_slice(message.as_bytes());
        let input = Input::Datagram(Datagram { bytes, from: None, truncated: false });
        court.step(Time::default() + Duration::from_secs(number), &input, &mut outputs);
    }
    let told = outputs.iter().filter_map(|output| match output {
        Output::Action { action, .. } => {
            Some(format!("{} {}", action.at, serde_json::to_string(&action.verb).unwrap()))
        }
        Output::Event { event, .. } => match &event.body {
            Body::RuleFailed(f) => {
                Some(format!("{}:{}:{} {}: {} | {}", f.rule, f.line, f.column, f.function, f.message, f.text))
            }
            _ => None,
        },
        _ => None,
    });
    told.collect()
}

fn wrong(rule: &str) -> String {
    let files = [(PathBuf::from("rules/rule.rhai"), rule.to_owned())];
    let errors = Rules::compile(&files, Limits::default(), &Surroundings::default()).err().unwrap();
    errors.iter().map(|error| error.to_string().replace('\\', "/")).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_action_goes_to_every_obs_of_the_court_or_to_the_one_named() {
    let rule = r#"fn on_round(event, bout) { obs::scene("Live"); obs::on("b").text("Round", `${event.round}`); }"#;
    insta::assert_snapshot!(told(rule, &["rnd;2"]).join("\n"), @r##"
    1970-01-01T00:00:00.000000Z {"action":"obs.scene","args":{"instance":"a","scene":"Live"}}
    1970-01-01T00:00:00.000000Z {"action":"obs.scene","args":{"instance":"b","scene":"Live"}}
    1970-01-01T00:00:00.000000Z {"action":"obs.text","args":{"instance":"b","source":"Round","text":"2"}}
    "##);
}

#[test]
fn an_obs_that_is_not_there_is_told_with_those_that_are() {
    let rule = "fn on_round(event, bout) {\n  obs::on(\"c\").scene(\"Live\");\n}";
    insta::assert_snapshot!(told(rule, &["rnd;2"]).join("\n"), @r##"rule.rhai:2:8 on_round: there is no OBS `c` for this court: there is `a` and `b` |   obs::on("c").scene("Live");"##);
}

#[test]
fn this_lasts_and_timers_fire_at_their_times_with_the_last_of_a_key() {
    let rule = r#"
        fn on_round(event, bout) {
            this.rounds = if this.rounds == () { 1 } else { this.rounds + 1 };
            after("say", "1500ms", || mark(`${this.rounds} rounds`));
            after("2s", || mark("two seconds"));
        }
        fn on_leader(event, bout) { cancel("say"); }
    "#;
    insta::assert_snapshot!(told(rule, &["rnd;1", "rnd;2", "hel;", "hel;", "rnd;3", "sup;1", "hel;", "hel;"]).join("\n"), @r##"
    1970-01-01T00:00:02.000000Z {"action":"mark","args":{"text":"two seconds"}}
    1970-01-01T00:00:02.500000Z {"action":"mark","args":{"text":"2 rounds"}}
    1970-01-01T00:00:03.000000Z {"action":"mark","args":{"text":"two seconds"}}
    1970-01-01T00:00:06.000000Z {"action":"mark","args":{"text":"two seconds"}}
    "##);
}

#[test]
fn mistakes_are_told_once_with_their_places_and_the_others_go_on() {
    let rule = "fn on_round(event, bout) {\n  loop { }\n}\nfn on_leader(event, bout) {\n  let s = \"a\";\n  loop { s += s; }\n}\n\
                fn on_hit(event, bout) {\n  deeper(1);\n}\nfn deeper(n) {\n  deeper(n + 1)\n}\n\
                fn on_point(event, bout) {\n  sleep(5);\n}\nfn on_score(event, bout) {\n  mark(\"fine\");\n}";
    let messages = ["rnd;1", "rnd;2", "rnd;3", "sup;1", "hl1;5", "pt1;2", "sc1;2;sc2;0"];
    insta::assert_snapshot!(told(rule, &messages).join("\n"), @r##"
    rule.rhai:1:4 on_round: it ran too long: is there a loop that never ends? | fn on_round(event, bout) {
    rule.rhai:4:4 on_leader: Length of string too large | fn on_leader(event, bout) {
    rule.rhai:8:4 on_hit: functions call each other too deep: does one call itself? | fn on_hit(event, bout) {
    rule.rhai:15:3 on_point: a rule cannot sleep: use after("2s", || …) |   sleep(5);
    1970-01-01T00:00:06.000000Z {"action":"mark","args":{"text":"fine"}}
    "##);
}

#[test]
fn whatever_never_ends_is_stopped_with_the_reason() {
    for (what, body) in endless_handlers::ENDLESS {
        let told = told(&endless_handlers::rule(body), &["pt1;2"]);
        let [failure] = &told[..] else { panic!("{what}: {told:?}") };
        assert!(failure.contains("it ran too long: is there a loop that never ends?"), "{what}: {failure}");
    }
}

#[test]
fn what_a_rule_keeps_cannot_grow_without_end() {
    let rule = r#"fn on_clock(event, bout) {
        let text = "x";
        while text.len() < 2000 { text += text; }
        this[`${event.seq}`] = text;
    }"#;
    let ticks: Vec<String> = (0..200).map(|second| format!("clk;{second}")).collect();
    let ticks: Vec<&str> = ticks.iter().map(String::as_str).collect();
    let told = told(rule, &ticks);
    assert!(told.iter().all(|line| line.contains("has grown too large")) && !told.is_empty(), "{told:?}");
}

#[test]
fn timers_that_came_due_while_the_court_did_not_run_fire_once_and_go_on() {
    let rule = r#"
        fn again() { mark("again"); after("10ms", || again()); }
        fn on_console(event, bout) { again(); every("1s", || mark("each second")); after("1h", || mark("once")); }
    "#;
    let files = [(PathBuf::from("rule.rhai"), rule.to_owned())];
    let rules = Rules::compile(&files, Limits::default(), &Surroundings::default()).ok().unwrap();
    let mut court = Court::new("court-1".into(), Vec::new(), rules);
    let marks = |court: &mut Court, at: Time, input: Option<Input>| {
        let mut outputs = Vec::new();
        match input {
            Some(input) => court.step(at, &input, &mut outputs),
            None => court.advance(at, &mut outputs),
        };
        let texts = outputs.iter().filter_map(|output| match output {
            Output::Action { action, .. } => match &action.verb {
                ActionVerb::Mark { text } => Some(text.clone()),
                _ => None,
            },
            _ => None,
        });
        texts.collect::<Vec<_>>()
    };
    let hello = Input::Datagram(Datagram { bytes: Bytes::from_static(b"hel;"), from: None, truncated: false });
    assert_eq!(marks(&mut court, Time::default(), Some(hello)), ["again"]);
    let later = Time::default() + Duration::from_millis(6 * 365 * 24 * 3600 * 1000 + 500);
    let step = Input::ClockStep { ran_until: Time::default(), offset: Offset::default() };
    let mut overdue = marks(&mut court, later, Some(step));
    overdue.sort();
    assert_eq!(overdue, ["again", "each second", "once"]);
    let after = marks(&mut court, later + Duration::from_millis(501), None);
    assert_eq!(after.iter().filter(|text| *text == "again").count(), 50);
    assert_eq!(after.iter().filter(|text| *text == "each second").count(), 1, "it keeps its beat");
    assert_eq!(court.timers(), 1);
}

#[test]
fn no_clock_no_foreign_import_no_eval() {
    insta::assert_snapshot!(told("fn on_round(event, bout) {\n  timestamp();\n}", &["rnd;1"]).join("\n"), @r##"rule.rhai:2:3 on_round: Function not found: timestamp () |   timestamp();"##);
    insta::assert_snapshot!(wrong("import \"other\" as other;\nfn on_round(event, bout) {}"), @r##"rules/rule.rhai:1:8: the file rules/other.rhai cannot be read: it is not there"##);
    insta::assert_snapshot!(wrong("import \"../other\" as other;\nfn on_round(event, bout) {}"), @r##"rules/rule.rhai:1:8: only files of the rules' own folder can be imported, by their names: not `../other`"##);
    insta::assert_snapshot!(wrong("fn on_round(event, bout) {\n  eval(\"1\");\n}"), @r##"rules/rule.rhai:2:3: reserved keyword 'eval' is disabled"##);
}

#[test]
fn only_constants_stand_outside_of_functions() {
    insta::assert_snapshot!(wrong("const A = 1;\nmark(\"at the top\");"), @r##"rules/rule.rhai:1:1: only constants may stand outside of functions: put this in a handler"##);
}

/// What a rule asks for when a clip was saved, or why it failed.
fn played(script: &str) -> String {
    let rule = format!("fn on_clip_saved(event, bout) {{ {script} }}");
    let files = [(PathBuf::from("rule.rhai"), rule)];
    let rules = Rules::compile(&files, Limits::default(), &Surroundings::default()).unwrap();
    let mut court = Court::new("court-1".into(), Vec::new(), rules);
    let mut outputs = Vec::new();
    let report = clip("mat", "/clips/1.mkv", Vec::new());
    court.step(Time::from_micros(30_000_000), &Input::Report(report), &mut outputs);
    let lines = outputs.iter().filter_map(|output| match output {
        Output::Action { action, .. } => Some(serde_json::to_string(&action.verb).unwrap()),
        Output::Event { event, .. } => match &event.body {
            Body::RuleFailed(failed) => Some(failed.message.clone()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_clip_is_played_by_its_event_its_path_or_a_map() {
    insta::assert_snapshot!(played(
        r#"
        player::play(event, #{ at: event, pre_roll: "5s", paused: true });
        player::play("/a.mkv");
        player::play(#{ path: "/b.mkv", camera: "hall", begins_at: event.at }, #{ last_seconds: 8, speed: 0.5, overlay: "Bout 12" });
        player::play("/c.mkv", #{ at: event.at, pre_roll: 2.5, begins_at: event, camera: "mat" });
        player::loop_between(event.at, "1970-01-01T00:00:32Z");
    "#
    ));
}

#[test]
fn wrong_arguments_of_the_player_are_told_with_what_would_be_right() {
    let wrong = [
        "player::play(42)",
        "player::play(event, #{ pre_roll: 5 })",
        "player::play(event, #{ at: \"soon\" })",
        "player::play(event, #{ at: event, pre_roll: -1 })",
        "player::play(event, #{ speed: 0 })",
        "player::play(event, #{ slow: true })",
        "player::loop_between(-1, 2)",
    ];
    insta::assert_snapshot!(wrong.map(played).join("\n"));
}
