//! What the log says: each message with its code, repeats as a number, the JSON lines with all fields.

use std::fs;

use serde_json::Value;

use crate::support::{Venue, output, stderr, vta};

/// Replays a trace of these messages, a millisecond apart; gives the log.
fn replay(venue: &Venue, messages: impl Iterator<Item = String>) -> String {
    let trace: String = messages.enumerate().map(|(at, message)| format!("{at}\t{message}\n")).collect();
    fs::write(venue.path("trace.tsv"), trace).unwrap();
    let output = output(
        vta().arg("replay").arg(venue.path("trace.tsv")).args(["--speed", "max", "--config"]).arg(venue.config()),
    );
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output).to_owned()
}

#[test]
fn a_hundred_thousand_invalid_messages_are_a_handful_of_lines_and_none_is_uncounted() {
    let venue = Venue::with_rules("", "");
    let log = replay(&venue, (0..100_000).map(|number| format!("rnd;x{number};")));
    assert!(log.lines().count() < 20, "{log}");
    let first = "court-1: a message is invalid: `round` is `x0`, which is no number from 1 to 99 (event 1: \"rnd;x0;\") \
                 [message.invalid]";
    assert_eq!(log.matches(first).count(), 1, "{log}");
    let told = log.split_whitespace().zip(log.split_whitespace().skip(1)).filter(|(_, word)| *word == "more");
    let repeats = told.map(|(number, _)| number.trim_start_matches('(').parse::<u64>().unwrap()).sum::<u64>();
    assert_eq!(repeats, 99_999, "{log}");
    assert!(log.contains("warnings and errors: message.invalid 100000 "), "{log}");
}

#[test]
fn a_rule_that_throws_another_text_each_time_is_written_once_for_its_place() {
    let venue = Venue::with_rules("", "throws.rhai");
    fs::write(venue.path("throws.rhai"), "fn on_hit(event, bout) {\n    throw `hit ${event.seq} of many`;\n}\n")
        .unwrap();
    let log = replay(&venue, (0..500).map(|_| "hl1;50;".to_owned()));
    assert_eq!(log.matches("throws.rhai:2:5: on_hit failed: ").count(), 2, "{log}");
    assert!(log.contains("(499 more in the last "), "{log}");
}

#[test]
fn actions_that_fail_for_one_reason_are_written_once_for_each_action() {
    let venue = Venue::with_rules("", "texts.rhai");
    let rule = "fn on_hit(event, bout) {\n    obs::text(\"Score\", `${event.seq}`);\n    obs::scene(\"Live\");\n}\n";
    fs::write(venue.path("texts.rhai"), rule).unwrap();
    let log = replay(&venue, (0..200).map(|_| "hl1;50;".to_owned()));
    for action in ["obs.text", "obs.scene"] {
        let line = format!("court-1: {action} failed: no OBS serves this court: add a sink of `type: obs`");
        assert_eq!(log.matches(&line).count(), 2, "{log}");
        assert_eq!(log.matches(&format!("{line} (199 more in the last ")).count(), 1, "{log}");
    }
}

#[test]
fn the_log_file_has_the_code_and_the_fields_of_each_message() {
    let venue = Venue::with_rules("  log: { type: log, directory: logs }\n", "");
    replay(&venue, ["rnd;x;".to_owned()].into_iter());
    let file = fs::read_dir(venue.path("logs")).unwrap().next().unwrap().unwrap().path();
    let lines = fs::read_to_string(file).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let fields: Vec<_> = lines.map(|line| line["fields"].clone()).collect();
    let invalid = fields.iter().find(|fields| fields["code"] == "message.invalid").unwrap();
    assert_eq!(
        (&invalid["court"], &invalid["stream"], &invalid["seq"]),
        (&"court-1".into(), &"rnd".into(), &"1".into())
    );
}
