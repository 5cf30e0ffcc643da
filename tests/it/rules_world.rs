//! What rules can say: handlers, helpers, settings and imports, through a court.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use vta::action::Report;
use vta::court::{Court, Datagram, Input, Output};
use vta::diagnostic::Place;
use vta::event::{Body, ObsDisconnected, SceneChanged};
use vta::naming::Names;
use vta::rules::{Limits, Reaction, RuleFile, Rules, Setting, SettingValue, Surroundings};
use vta::served::Served;
use vta::time::Time;

fn rules(text: &str) -> Rules {
    let files = [(PathBuf::from("rule.rhai"), text.to_owned())];
    Rules::compile(&files, Limits::default(), &Surroundings::default()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

/// The seconds and texts of the marks that rules set at messages, a second apart, and what failed.
fn marks_of(rules: Rules, messages: &[&str]) -> Vec<String> {
    let mut court = Court::new("court-1".into(), Vec::new(), rules);
    let mut outputs = Vec::new();
    for (number, message) in (0..).zip(messages) {
        let bytes = Bytes::copy_from_slice(message.as_bytes());
        let input = Input::Datagram(Datagram { bytes, from: None, truncated: false });
        court.step(Time::default() + Duration::from_secs(number), &input, &mut outputs);
    }
    lines(&outputs)
}

/// The marks and failures among outputs.
fn lines(outputs: &[Output]) -> Vec<String> {
    let marks = outputs.iter().filter_map(|output| match output {
        Output::Action { action, .. } => {
            let action = serde_json::to_value(action).unwrap();
            let at = action["at"].as_str().unwrap().get(17..21).unwrap().to_owned();
            Some(format!("{at} {}", action["args"]["text"].as_str().unwrap()))
        }
        Output::Event { event, .. } => match &event.body {
            Body::RuleFailed(f) => {
                Some(format!("{}:{}:{} {} at {}: {}", f.rule, f.line, f.column, f.function, f.heard, f.message))
            }
            _ => None,
        },
        _ => None,
    });
    marks.collect()
}

fn marks(rule: &str, messages: &[&str]) -> Vec<String> {
    marks_of(rules(rule), messages)
}

#[test]
fn on_start_is_heard_once_before_the_first_event_and_on_any_hears_all() {
    let rule = r#"
        fn on_start(bout) { this.heard = []; mark(`start in round ${bout.round}`); }
        fn on_round(event, bout) { mark("a round"); }
        fn on_any(event, bout) { mark(`${event.seq} ${event.kind}`); }
    "#;
    let told = marks(rule, &["rnd;2", "hl1;5"]);
    assert_eq!(told, ["00.0 start in round 2", "00.0 a round", "00.0 1 round", "01.0 2 hit"]);
}

#[test]
fn unknown_field_of_an_event_fails_like_one_of_the_bout() {
    // Through a function, so that the check does not see it.
    let failed = |message: &str, kind: &str, read: &str| {
        let rule =
            format!("fn read(event, bout) {{ {read} }}\nfn on_{kind}(event, bout) {{\n  mark(read(event, bout));\n}}");
        marks(&rule, &[message]).join("\n")
    };
    let point = |read: &str| failed("pt2;3", "point", read);
    insta::assert_snapshot!(point("bout.nothing"), @"rule.rhai:1:29 read at point: the bout has no field `nothing`: it has `blue`, `clock`, `division`, `gap`, `gender`, `leader`, `number`, `phase`, `planned_rounds`, `red`, `rehearsal`, `review`, `round`, `round_seconds`, `rounds`, `stage`, `weight_class` and `winner`");
    insta::assert_snapshot!(point("event.technik"), @"rule.rhai:1:30 read at point: an event `point` has no field `technik`: did you mean `technique`?");
    insta::assert_snapshot!(point("event[\"technik\"]"), @"rule.rhai:1:29 read at point: an event `point` has no field `technik`: did you mean `technique`?");
    insta::assert_snapshot!(point("bout.blue.nam"), @"rule.rhai:1:34 read at point: `blue` has no field `nam`: did you mean `name`?");
    insta::assert_snapshot!(point("bout[\"gap\"]"), @"00.0 0");
    // A field of another kind is none of this one, and one that this event leaves out is `()`.
    insta::assert_snapshot!(point("event.seconds"), @"rule.rhai:1:30 read at point: an event `point` has no field `seconds`: it has `level`, `points`, `side`, `technique`, `seq`, `at`, `court`, `stream`, `kind`, `status`, `derived`, `cause`, `notes` and `raw`");
    insta::assert_snapshot!(point("type_of(event.cause)"), @"00.0 ()");
    let athletes = |read: &str| failed("at1;R. STUBBINS;Rory STUBBINS;GER", "athletes", read);
    insta::assert_snapshot!(athletes("event.blue.nme"), @"rule.rhai:1:35 read at athletes: `blue` has no field `nme`: it has `country`, `long_name` and `short_name`");
    insta::assert_snapshot!(athletes("event.blue.country"), @"00.0 GER");
    insta::assert_snapshot!(athletes("type_of(event.red.country)"), @"00.0 ()");
    insta::assert_snapshot!(athletes("event.blue"), @r#"00.0 #{"country": "GER", "long_name": "Rory STUBBINS", "short_name": "R. STUBBINS"}"#);
    insta::assert_snapshot!(failed("ch1;", "review_opened", "bout.review.sequ"), @"rule.rhai:1:36 read at review_opened: `review` has no field `sequ`: did you mean `seq`?");
    insta::assert_snapshot!(failed("rnd;1", "round", "bout.rounds[0].blu"), @"rule.rhai:1:39 read at round: `rounds` has no field `blu`: did you mean `blue`?");
    insta::assert_snapshot!(failed("rnd;1", "round", "bout.rounds"), @r#"00.0 [#{"blue": 0, "blue_penalties": 0, "red": 0, "red_penalties": 0, "round": 1, "winner": ()}]"#);
}

#[test]
fn on_any_reads_the_fields_of_every_kind() {
    let rule = "fn on_any(event, bout) {\n  mark(type_of(event.points));\n  event.pionts;\n}";
    insta::assert_snapshot!(marks(rule, &["pt2;3", "rnd;1"]).join("\n"), @r"
    00.0 i64
    rule.rhai:3:9 on_any at point: an event has no field `pionts`: did you mean `points`?
    00.0 ()
    00.2 i64
    01.0 ()
    ");
}

#[test]
fn a_handler_with_other_parameters_is_refused() {
    let files = [(PathBuf::from("r.rhai"), "fn on_start(event, bout) {}\nfn on_any(event) {}".to_owned())];
    let wrong = Rules::compile(&files, Limits::default(), &Surroundings::default()).err().unwrap();
    let wrong: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(
        wrong,
        [
            "r.rhai:1:4: this handler takes one parameter: fn on_start(bout)",
            "r.rhai:2:4: a handler takes two parameters: fn on_any(event, bout)",
        ]
    );
}

#[test]
fn once_per_bout_and_per_round_and_cooldowns_say_yes_when_they_may() {
    let rule = r#"
        fn on_hit(event, bout) {
            if once_per_bout("b") { mark("bout"); }
            if once_per_round("r") { mark("round"); }
            if cooldown("c", "2s") { mark("cool"); }
        }
    "#;
    let told = marks(
        rule,
        &["pre;", "rnd;1", "hl1;5", "hl1;5", "hl1;5", "rnd;2", "hl1;5", "clk;1:00;start;", "pre;", "hl1;5"],
    );
    let expected = ["02.0 bout", "02.0 round", "02.0 cool", "04.0 cool", "06.0 round", "06.0 cool"];
    assert_eq!(told[..6], expected);
    assert_eq!(told[6..], ["09.0 bout", "09.0 round", "09.0 cool"]);
}

#[test]
fn every_repeats_until_it_is_cancelled_and_is_not_doubled() {
    let rule = r#"
        fn on_round(event, bout) { every("1500ms", || mark("tick")); every("k", "1s", || mark("tock")); }
        fn on_leader(event, bout) { cancel("k"); }
    "#;
    let told = marks(rule, &["rnd;1", "rnd;1", "sup;1", "hel;", "hel;", "hel;"]);
    assert_eq!(told, ["01.0 tock", "02.0 tock", "02.5 tick", "04.0 tick"]);
}

#[test]
fn between_and_seconds_compare_what_is_known() {
    let rule = r#"
        fn on_round(event, bout) {
            mark(`${between(5, 5, 6)} ${between(4.9, 5, 6)} ${between(bout.clock, 0, 10)} ${seconds("1m")} ${seconds("500ms")}`);
        }
    "#;
    assert_eq!(marks(rule, &["rnd;1"]), ["00.0 true false false 60 0.5"]);
    let wrong = marks("fn on_round(event, bout) {\n  between(\"x\", 1, 2);\n}", &["rnd;1"]);
    assert_eq!(
        wrong,
        ["rule.rhai:2:3 on_round at round: between(value, low, high) compares numbers, and `x` is string"]
    );
}

#[test]
fn constants_are_known_by_their_names_everywhere() {
    let rule = r#"
        const WAIT = "1s";
        const KINDS = ["a", "b"];
        fn deeper() { WAIT + global::WAIT + KINDS.len() }
        fn on_round(event, bout) {
            if "b" in KINDS { mark(deeper()); }
            after(WAIT, || mark(`later ${KINDS[1]} ${global::KINDS.len()}`));
        }
    "#;
    assert_eq!(marks(rule, &["rnd;1", "hel;"]), ["00.0 1s1s2", "01.0 later b 2"]);
}

/// A folder with rules in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn load(folder: &tempfile::TempDir, with: Vec<Setting>) -> Result<Rules, String> {
    let files = [RuleFile { path: folder.path().join("rule.rhai"), with, courts: Served::All }];
    let here = folder.path().display().to_string();
    Rules::load(&files, Limits::default(), &Surroundings::default()).map_err(|wrong| {
        wrong
            .iter()
            .map(|error| error.to_string().replace(&here, "RULES").replace('\\', "/"))
            .collect::<Vec<_>>()
            .join("\n")
    })
}

fn setting(name: &str, value: &str) -> Setting {
    let text = format!("{}    {name}: {value}", "\n".repeat(6));
    let place = Place::new(text.into(), 10..10 + name.len());
    let value = SettingValue::Text(value.to_owned());
    Setting { name: name.to_owned(), value, is_variable: false, file: "event.yaml".into(), place }
}

#[test]
fn settings_take_the_place_of_constants() {
    let text = r#"
        const PRE_ROLL = "5s"; const POINTS = 3; const SHARE = 0.5; const LOUD = false;
        fn on_round(event, bout) { mark(`${PRE_ROLL} ${global::POINTS} ${SHARE} ${LOUD}`); }
    "#;
    let folder = folder(&[("rule.rhai", text)]);
    let with = vec![setting("pre_roll", "2s"), setting("POINTS", "4"), setting("share", "1"), setting("loud", "true")];
    let rules = load(&folder, with).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(marks_of(rules, &["rnd;1"]), ["00.0 2s 4 1.0 true"]);
}

#[test]
fn wrong_settings_are_told_all_at_once_with_the_line_of_the_config() {
    let folder = folder(&[(
        "rule.rhai",
        "const PRE_ROLL = \"5s\";\nconst POINTS = 3;\nconst SHARE = 0.5;\nconst OFFSET = 0;\nfn on_round(event, bout) {}",
    )]);
    let mut with = vec![setting("preroll", "2s"), setting("points", "many"), setting("pre_roll", "5")];
    with.extend([setting("points", "-1"), setting("share", "-1"), setting("offset", "-1")]);
    insta::assert_snapshot!(load(&folder, with).err().unwrap(), @r#"
    event.yaml:7:5: rule.rhai has no setting `preroll`; did you mean `pre_roll`?
    event.yaml:7:5: `points` takes a whole number; `POINTS` of rule.rhai is 3
    event.yaml:7:5: `pre_roll` takes a duration: "500ms", "2s" or "1m"; `PRE_ROLL` of rule.rhai is "5s"
    event.yaml:7:5: `points` takes a whole number that is not negative; `POINTS` of rule.rhai is 3
    event.yaml:7:5: `share` takes a number that is not negative; `SHARE` of rule.rhai is 0.5
    "#);
}

#[test]
fn a_constant_of_which_others_are_made_cannot_be_set() {
    let folder = folder(&[("rule.rhai", "const A = 5;\nconst B = [A, 2];\nfn on_round(event, bout) { mark(B[0]); }")]);
    insta::assert_snapshot!(load(&folder, vec![setting("a", "7")]).err().unwrap(), @r#"RULES/rule.rhai:2:12: `B` is made of `A`, which the config sets; work it out in a function, so that it follows"#);
    assert_eq!(marks_of(load(&folder, Vec::new()).unwrap_or_else(|wrong| panic!("{wrong}")), &["rnd;1"]), ["00.0 5"]);
}

#[test]
fn what_a_loop_puts_off_is_about_each_of_its_turns_and_a_repeated_timer_keeps_its_own_variables() {
    let rule = r#"
        fn on_round(event, bout) {
            for number in 1..4 { after(`${number}s`, || mark(number)); }
            let count = 0;
            every("count", "2s", || { count += 1; mark(`count ${count}`); });
            count = 10;
        }
    "#;
    let told = marks(rule, &["rnd;1", "hel;", "hel;", "hel;", "hel;"]);
    assert_eq!(told, ["01.0 1", "02.0 2", "02.0 count 1", "03.0 3", "04.0 count 2"]);
}

#[test]
fn what_cannot_be_put_off_is_told_at_once() {
    let folder = folder(&[
        (
            "rule.rhai",
            "import \"lib\" as lib;\nfn on_round(event, bout) { lib::late(); }\nfn on_winner(event, bout) { after(\"1s\", Fn(\"on_round\")); }",
        ),
        ("lib.rhai", "fn late() { after(\"1s\", || mark(\"late\")); }"),
    ]);
    let told =
        marks_of(load(&folder, Vec::new()).unwrap_or_else(|wrong| panic!("{wrong}")), &["rnd;1", "win;BLUE", "hel;"]);
    insta::assert_snapshot!(told.join("\n"), @r#"
    rule.rhai:2:4 on_round at round: what a timer is to do must stand in the rule's own file, not in one that it imports
    rule.rhai:3:4 on_winner at winner: a timer gives `on_round` no arguments, and it takes some
    "#);
}

#[test]
fn a_cooldown_counts_from_its_last_yes_as_long_as_each_call_says() {
    let rule = r#"
        fn on_round(event, bout) { mark(cooldown("key", "10s")); }
        fn on_hit(event, bout) { mark(cooldown("key", "2s")); }
    "#;
    let told = marks(rule, &["rnd;1", "hl1;5", "hl1;6", "rnd;2", "hl1;7", "rnd;3"]);
    assert_eq!(told, ["00.0 true", "01.0 false", "02.0 true", "03.0 false", "04.0 true", "05.0 false"]);
}

#[test]
fn default_that_the_setting_itself_does_not_allow_is_refused() {
    let folder = folder(&[("rule.rhai", "const A = 1;\nconst FROM = setting(\"klip\", [\"clip\", \"request\"]);\n")]);
    insta::assert_snapshot!(load(&folder, Vec::new()).err().unwrap(), @"RULES/rule.rhai:2:14: the setting takes `clip` or `request`, and its default is something else");
}

#[test]
fn imports_come_from_the_rules_folder_with_constants_of_their_own() {
    let folder = folder(&[
        (
            "rule.rhai",
            "import \"names\" as names;\nconst OTHER = \"!\";\nfn on_round(event, bout) { mark(names::full(\"x\")); after(\"1s\", || mark(names::full(\"y\"))); }",
        ),
        (
            "names.rhai",
            "import \"signs\" as signs;\nconst SIGN = \"?\";\nfn full(name) { name + SIGN + signs::more() }",
        ),
        ("signs.rhai", "const LIST = [\"+\"];\nfn more() { LIST[0] + LIST.len() }"),
    ]);
    let rules = load(&folder, Vec::new()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(marks_of(rules, &["rnd;1", "hel;"]), ["00.0 x?+1", "01.0 y?+1"]);
}

#[test]
fn what_is_wrong_in_an_imported_file_is_told_with_its_own_place() {
    let rule = "import \"names\" as names;\nfn on_round(event, bout) {\n  mark(names::full(bout));\n}";
    let failing = folder(&[("rule.rhai", rule), ("names.rhai", "fn full(bout) {\n  bout.nothing\n}")]);
    let rules = load(&failing, Vec::new()).unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut told = marks_of(rules, &["rnd;1"]);
    let wrong = |rule: &str, names: &str| {
        load(&folder(&[("rule.rhai", rule), ("names.rhai", names)]), Vec::new()).err().unwrap()
    };
    told.push(wrong(rule, "fn full(bout) {\n  bout.(\n}"));
    told.push(wrong(rule, "import \"rule\" as rule;\nfn full(bout) { }"));
    told.push(wrong("const A = 1;\nimport \"names\" as names;", "const A = 2;"));
    told.push(wrong("let a = 1;\nfn on_round(event, bout) { }", ""));
    let late = folder(&[("rule.rhai", "fn on_round(event, bout) {\n  import \"names\" as n;\n}"), ("names.rhai", "")]);
    told.extend(marks_of(load(&late, Vec::new()).ok().unwrap(), &["rnd;1"]));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn the_current_scene_is_known_from_the_reports_of_each_obs_and_stays_when_rules_change() {
    let rule = r#"
        fn on_round(event, bout) { mark(`${obs::current_scene("a")} ${obs::on("b").current_scene() ?? "?"}`); }
    "#;
    let compiled = || {
        let surroundings = Surroundings { obs: vec!["a".into(), "b".into()] };
        let files = [(PathBuf::from("rule.rhai"), rule.to_owned())];
        Rules::compile(&files, Limits::default(), &surroundings).unwrap_or_else(|wrong| panic!("{wrong:?}"))
    };
    let mut court = Court::new("court-1".into(), Vec::new(), compiled());
    let mut outputs = Vec::new();
    let round = || Input::Datagram(Datagram { bytes: Bytes::from_static(b"rnd;1"), from: None, truncated: false });
    let shows = |instance: &str, scene: &str| {
        Input::Report(Report::SceneChanged(SceneChanged { instance: instance.to_owned(), scene: scene.to_owned() }))
    };
    let gone = || {
        Input::Report(Report::ObsDisconnected(ObsDisconnected {
            instance: "a".to_owned(),
            reason: "closed".to_owned(),
        }))
    };
    let mut at = Time::default();
    let mut step = |court: &mut Court, input: Input| {
        at = at + Duration::from_secs(1);
        court.step(at, &input, &mut outputs);
    };
    step(&mut court, round());
    step(&mut court, shows("a", "Live"));
    step(&mut court, shows("b", "Replay"));
    step(&mut court, round());
    court.change_rules(Time::default() + Duration::from_secs(5), compiled(), &mut Vec::new());
    step(&mut court, round());
    step(&mut court, gone());
    step(&mut court, round());
    assert_eq!(lines(&outputs), ["01.0  ?", "04.0 Live Replay", "05.0 Live Replay", "07.0  Replay"]);
}

#[test]
fn a_clip_is_named_by_its_reason_and_its_athlete_also_when_a_timer_saves_it() {
    let rule = r#"
        fn on_point(event, bout) { obs::save_replay("kick"); after("1s", || obs::save_replay("late")); }
        fn on_review_opened(event, bout) { obs::save_replay(`${event.side} review`); }
        fn on_round(event, bout) { obs::save_replay("round"); obs::save_replay("round", #{ name: "own {time}" }); }
    "#;
    let (clip, recording) = ("{reason} {athlete}".parse().unwrap(), "{bout}".parse().unwrap());
    let names = Names { event: "Open".into(), clip, recording };
    let mut court = Court::new("court-1".into(), Vec::new(), rules(rule)).with_names(names);
    let mut outputs = Vec::new();
    let messages =
        ["at1;R. STUBBINS;Rory STUBBINS;GER;at2;M. TENG;Ming TENG;TPE", "pt2;3", "hel;", "ch1;", "hel;", "rnd;1"];
    for (second, message) in (0..).zip(messages) {
        let input = Input::Datagram(Datagram { bytes: message.into(), from: None, truncated: false });
        court.step(Time::default() + Duration::from_secs(2 * second), &input, &mut outputs);
    }
    let named: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Action { action, .. } => {
                serde_json::to_value(&action.verb).unwrap()["args"]["name"].as_str().map(str::to_owned)
            }
            _ => None,
        })
        .collect();
    assert_eq!(named, ["kick M. TENG", "late M. TENG", "blue review R. STUBBINS", "round", "own {time}"]);
}

/// What a rule that another takes the place of after a second, and that other, come to.
fn changed(before: &str, after: &str) -> Vec<String> {
    let mut court = Court::new("court-1".into(), Vec::new(), rules(before));
    let mut outputs = Vec::new();
    let hear = |court: &mut Court, second, message: &'static [u8], outputs: &mut Vec<Output>| {
        let input = Input::Datagram(Datagram { bytes: Bytes::from_static(message), from: None, truncated: false });
        court.step(Time::default() + Duration::from_secs(second), &input, outputs);
    };
    hear(&mut court, 0, b"rnd;1", &mut outputs);
    court.change_rules(Time::default() + Duration::from_secs(1), rules(after), &mut outputs);
    hear(&mut court, 2, b"rnd;1", &mut outputs);
    hear(&mut court, 5, b"hel;", &mut outputs);
    lines(&outputs)
}

#[test]
fn what_a_rule_keeps_and_its_timers_stay_when_it_is_changed() {
    let before = r#"
        fn on_start(bout) { this.count = 0; every("900ms", || this.count += 1); }
        fn on_round(event, bout) { if once_per_bout("a") { after("4s", || mark(`first, ${this.count}`)); } }
    "#;
    let after = r#"
        // The lines stand elsewhere, the timers do something else, and there is one more function.
        fn on_start(bout) { mark("not again"); }
        fn another() { || mark("another") }
        fn on_round(event, bout) {
            mark(`round, ${this.count}`);
            if once_per_bout("a") { mark("not again"); }
            after("4s", || mark(`first, ${this.count}`));
            every("900ms", || this.count += 1);
        }
    "#;
    // The timer from before fires at its time, and the one that repeats goes on until it is set anew.
    assert_eq!(changed(before, after), ["02.0 round, 2", "04.0 first, 4"]);
}

#[test]
fn a_timer_whose_function_is_gone_is_dropped_and_that_is_told() {
    let before = "fn on_round(event, bout) { after(\"4s\", || mark(\"one\")); after(\"4s\", Fn(\"two\")); }\nfn two() { mark(\"two\"); }";
    let after = "fn two() { mark(\"two, changed\"); }";
    let gone = "rule.rhai:0:0 a timer at timer: the rule was changed, and what this timer was to do is no longer in it";
    assert_eq!(changed(before, after), [gone, "04.0 two, changed"]);
    assert_eq!(changed(before, "").len(), 2);
}

#[test]
fn what_a_rule_did_and_what_held_it_back_can_be_explained() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut rules = rules(
        "fn on_hit(event, bout) { if once_per_round(\"r\") && cooldown(\"c\", \"10s\") { mark(\"hit\"); after(\"1s\", || mark(\"later\")); } else { cooldown(\"c\", \"10s\"); } }",
    );
    rules.explain_to(Box::new({
        let told = told.clone();
        move |explained| {
            let what = match &explained.reaction {
                Reaction::NoHandler => "no handler".to_owned(),
                Reaction::Ran { function, actions, timers, denials, failed, .. } => {
                    let denials: Vec<_> = denials.iter().map(ToString::to_string).collect();
                    format!("{function}: {} actions, {timers} timers, {denials:?}, {failed:?}", actions.len())
                }
            };
            told.lock().unwrap().push(format!("{} {} {what}", explained.rule, explained.cause));
        }
    }));
    marks_of(rules, &["hl1;5", "hl1;5", "rnd;1"]);
    insta::assert_snapshot!(told.lock().unwrap().join("\n"));
}
