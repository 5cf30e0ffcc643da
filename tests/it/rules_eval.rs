//! `vta rules eval` and `vta replay --explain`, on the real program.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Venue, output, repository, stderr, stdout, vta};

/// What comes of lines that are piped in: standard output, standard error and the exit code.
fn eval(args: &[&str], lines: &str) -> (String, String, Option<i32>) {
    let mut command = vta();
    command.args(["rules", "eval"]).args(args).current_dir(repository(""));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (stdout(&output).to_owned(), stderr(&output).to_owned(), output.status.code())
}

const CAPTURE: &str = "examples/bout-with-review.tsv";

#[test]
fn expressions_and_handlers_are_tried_at_a_moment_of_a_capture() {
    let lines = "event.kind\nbout.blue.name\non_review_opened(event, bout)\nlet x = 5\nx + 1\nLAST_SECONDS\n\
                 on_bout_started(event, bout)\nstate.recording\n";
    let rules = ["rules/recording.rhai", "rules/instant-replay.rhai"];
    let (out, err, code) = eval(&[rules[0], rules[1], "--capture", CAPTURE, "--at", "101.5s"], lines);
    assert_eq!((err.as_str(), code), ("", Some(0)));
    insta::assert_snapshot!(out);
}

#[test]
fn commands_go_from_event_to_event() {
    let lines =
        ":event 3\nevent.blue.country\n:next clock\nevent.seconds\n:next\nevent.seq\n:kinds\n:quit\nevent.nothing()\n";
    let (out, err, code) = eval(&["--capture", CAPTURE], lines);
    assert_eq!((err.as_str(), code), ("", Some(0)));
    for line in ["\"CRO\"", "120", "10", "     1  review_opened"] {
        assert!(out.lines().any(|told| told == line), "{line}: {out}");
    }
}

#[test]
fn a_line_that_is_wrong_is_told_and_the_others_are_tried() {
    let (out, err, code) =
        eval(&["--capture", CAPTURE, "--seq", "3"], "bout.nothing\n1 +\n:bogus\n:event 100000\n1 + 1\n");
    assert_eq!((out.as_str(), code), ("2\n", Some(1)));
    assert_eq!(err.matches("error: ").count(), 4, "{err}");
    let (_, err, code) = eval(&["--capture", CAPTURE, "--seq", "100000"], "1");
    assert_eq!(code, Some(2), "{err}");
    let (out, err, code) = eval(&[], "event == ()\nloop {}\n");
    assert_eq!((out.as_str(), code), ("true\n", Some(1)));
    assert!(err.contains("it ran too long"), "{err}");
}

#[test]
fn a_replay_explains_what_each_rule_did_and_why_it_did_no_more() {
    let venue = Venue::new("  replay: { type: obs, host: 127.0.0.1 }\n");
    let rule = "fn on_review_opened(event, bout) {\n    if once_per_bout(\"first\") { mark(\"first\"); }\n\
                \x20   if !once_per_bout(\"first\") { return; }\n}\n\
                fn on_rest(event, bout) { if event.seconds > 1000 { mark(\"long\"); } }\n\
                fn on_winner(event, bout) { throw \"no\"; }\n\
                fn on_bout_ended(event, bout) { after(\"2s\", || mark(\"late\")); }\n";
    fs::write(venue.path("own.rhai"), rule).unwrap();
    let config = fs::read_to_string(venue.config()).unwrap();
    let scenes = repository("rules/scenes.rhai").display().to_string();
    let start = config.find("rules: {").unwrap();
    let end = start + config[start..].find('\n').unwrap();
    fs::write(
        venue.config(),
        format!("{}rules: {{ files: [own.rhai, {scenes}] }}{}", &config[..start], &config[end..]),
    )
    .unwrap();
    let mut command = vta();
    command.args(["replay", "--explain", "--config"]).arg(venue.config()).arg(repository(CAPTURE));
    let output = output(&mut command);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = stdout(&output);
    for expected in [
        "#26 review_opened  side: \"blue\", review: 25, origin: \"console\"\n    own.rhai on_review_opened: held back by once per bout `first`",
        "    own.rhai on_review_opened: requested mark {\"text\":\"first\"}\n    scenes.rhai on_review_opened: requested nothing",
        "    own.rhai on_rest: did nothing: its conditions did not hold\n",
        "    own.rhai on_winner: failed: no\n",
        "    own.rhai on_bout_ended: set or cancelled 1 timer\n",
        "a timer that was set in answer to #",
        "    own.rhai a timer: requested mark {\"text\":\"late\"}\n",
        "    scenes.rhai on_bout_loaded: requested obs.scene {\"instance\":\"replay\",\"scene\":\"Live\"}\n",
        "    no handler: own.rhai, scenes.rhai\n",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    assert!(!venue.path("day.db").exists(), "nothing is kept");
}

#[test]
fn a_replay_that_does_nothing_does_not_wait() {
    let venue = Venue::new("");
    fs::write(venue.path("a.tsv"), "0\thel;\n60000\thel;\n").unwrap();
    for flag in ["--explain", "--dry-run"] {
        let began = Instant::now();
        let output = output(vta().args(["replay", flag, "--config"]).arg(venue.config()).arg(venue.path("a.tsv")));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(began.elapsed() < Duration::from_secs(30), "{flag} took {:?}", began.elapsed());
    }
}
