//! Rules that answer what comes of their own actions, and for how long they may.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use vta::action::{Outcome, Report};
use vta::court::{Court, Datagram, Input, Output};
use vta::event::{Body, SceneChanged};
use vta::rules::{Limits, Rules, Surroundings};
use vta::time::Time;

const MILLISECOND: Duration = Duration::from_millis(1);

/// What rules have done.
#[derive(Debug, Default)]
struct Done {
    /// The seconds at which actions were requested.
    actions: Vec<u64>,
    failures: Vec<String>,
}

/// Plays messages with a rule for some seconds; each action gets `answers` a millisecond later.
fn play(rule: &str, seconds: u32, answers: impl Fn(u64) -> Vec<Report>) -> Done {
    let files = [(PathBuf::from("again.rhai"), rule.to_owned())];
    let rules = Rules::compile(&files, Limits::default(), &Surroundings { obs: vec!["replay".into()] });
    let mut court = Court::new("court-1".into(), Vec::new(), rules.ok().unwrap());
    let datagram = Datagram { bytes: Bytes::from_static(b"rnd;1;"), from: None, truncated: false };
    let mut done = Done::default();
    let mut inputs = vec![Input::Datagram(datagram)];
    for millisecond in 0..seconds * 1000 {
        let (at, mut outputs) = (Time::default() + MILLISECOND * millisecond, Vec::new());
        if inputs.is_empty() {
            court.advance(at, &mut outputs);
        }
        for input in std::mem::take(&mut inputs) {
            court.step(at, &input, &mut outputs);
        }
        for output in outputs {
            match output {
                Output::Action { action, .. } => {
                    done.actions.push(u64::from(millisecond) / 1000);
                    inputs.extend(answers(action.seq).into_iter().map(Input::Report));
                }
                Output::Event { event, .. } => {
                    if let Body::RuleFailed(failed) = &event.body {
                        let place = format!("{}:{}:{}", failed.rule, failed.line, failed.column);
                        done.failures.push(format!("{place} {} ({})", failed.message, failed.times));
                    }
                }
                _ => {}
            }
        }
    }
    done
}

/// OBS refuses.
fn fails(action_seq: u64) -> Vec<Report> {
    let outcome = Outcome::Failed { reason: "no".to_owned() };
    vec![Report::Outcome { action_seq, action: "obs.scene".to_owned(), outcome, took_us: 1000 }]
}

/// OBS does it, and reports the scene.
fn changes_the_scene(action_seq: u64) -> Vec<Report> {
    let done = Report::Outcome { action_seq, action: "obs.scene".to_owned(), outcome: Outcome::Done, took_us: 1000 };
    let scene = SceneChanged { instance: "replay".to_owned(), scene: format!("scene {action_seq}") };
    vec![done, Report::SceneChanged(scene)]
}

#[test]
fn action_that_is_requested_again_each_time_it_fails_ends_after_ten_in_a_row() {
    let rule = "fn on_round(event, bout) { obs::scene(\"A\"); }\n\
                fn on_action_failed(event, bout) {\n  obs::scene(\"A\");\n}";
    let done = play(rule, 10, fails);
    assert_eq!(done.actions.len(), 11, "{done:?}");
    insta::assert_snapshot!(done.failures.join("\n"), @r#"again.rhai:3:8 it answers its own actions without end: this one would be number 11 in a row; to try again, wait: after("1s", || …) (1)"#);
}

#[test]
fn several_actions_for_each_that_fails_are_no_more_than_a_rule_may_request_at_once() {
    let rule = "fn on_round(event, bout) { obs::scene(\"A\"); }\n\
                fn on_action_failed(event, bout) {\n  for i in 0..50 { obs::scene(\"A\"); }\n}";
    let done = play(rule, 10, fails);
    assert!(done.actions.len() < 110, "{} actions", done.actions.len());
    assert!(done.failures[0].starts_with("again.rhai:3:"), "{:?}", done.failures);
}

#[test]
fn scenes_that_are_changed_in_answer_to_each_other_slow_down() {
    let rule = "fn on_round(event, bout) { obs::scene(\"A\"); }\n\
                fn on_scene_changed(event, bout) {\n  obs::scene(\"B\");\n}";
    let done = play(rule, 10, changes_the_scene);
    assert!(done.actions.len() < 110, "{} actions", done.actions.len());
    insta::assert_snapshot!(done.failures.join("\n"), @"again.rhai:3:8 it requests too many actions that answer neither a message nor a command: more than 100, and then more than 20 a second (1)");
}

#[test]
fn timer_that_acts_and_sets_itself_anew_is_slowed_down() {
    let rule = "fn again() { obs::scene(\"A\"); after(\"10ms\", || again()); }\nfn on_round(event, bout) { again(); }\n\
                fn on_start(bout) { every(\"10ms\", || obs::scene(\"B\")); }";
    let done = play(rule, 10, fails);
    assert!(done.actions.len() < 100 + 20 * 10 + 2, "{} actions", done.actions.len());
}

#[test]
fn failure_that_is_answered_by_an_action_that_leads_to_it_ends() {
    let rule = "fn on_round(event, bout) { obs::scene(\"A\"); }\n\
                fn on_action_failed(event, bout) { throw `failure ${event.seq}`; }\n\
                fn on_rule_failed(event, bout) { obs::scene(\"A\"); }";
    let done = play(rule, 10, fails);
    assert!(done.actions.len() < 100 + 20 * 10 + 2, "{} actions", done.actions.len());
}

#[test]
fn retry_after_a_pause_goes_on_as_long_as_it_takes() {
    let rule = "fn on_round(event, bout) { obs::scene(\"A\"); }\n\
                fn on_action_failed(event, bout) { after(\"2s\", || obs::scene(\"A\")); }";
    let done = play(rule, 60, fails);
    assert_eq!(done.actions, (0..30).map(|time| time * 2).collect::<Vec<_>>());
    assert!(done.failures.is_empty(), "{:?}", done.failures);
}

#[test]
fn animation_of_ten_steps_a_second_is_not_slowed_down() {
    let rule = "fn on_round(event, bout) { every(\"100ms\", || obs::scene(\"A\")); }";
    let done = play(rule, 60, changes_the_scene);
    assert_eq!(done.actions.len(), 599);
    assert!(done.failures.is_empty(), "{:?}", done.failures);
}

#[test]
fn a_message_is_answered_however_fast_messages_come() {
    let rule = "fn on_round(event, bout) { for i in 0..100 { obs::scene(\"A\"); } }\n\
                fn on_action_done(event, bout) { if cooldown(\"first\", \"1h\") { obs::scene(\"B\"); } }";
    let done = play(rule, 1, changes_the_scene);
    assert_eq!(done.actions.len(), 101);
    assert!(done.failures.is_empty(), "{:?}", done.failures);
}
