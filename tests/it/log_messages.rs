//! What the log says: each message with its code, repeats as a number, the JSON lines with all fields.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::{Venue, output, stderr, vta, wait_for};

/// Replays a trace of these messages, a millisecond apart; gives the log.
fn replay(venue: &Venue, messages: impl Iterator<Item = String>) -> String {
    let trace: String = messages.enumerate().map(|(at, message)| format!("{at}\t{message}\n")).collect();
    fs::write(venue.path("trace.tsv"), trace).unwrap();
    let output = output(
        vta()
            .arg("replay")
            .arg(venue.path("trace.tsv"))
            .args(["--act", "--speed", "max", "--config"])
            .arg(venue.config()),
    );
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output).to_owned()
}

#[test]
fn repeated_invalid_messages_are_folded_and_all_counted() {
    let venue = Venue::with_rules("", "");
    let log = replay(&venue, (0..100_000).map(|number| format!("rnd;x{number};")));
    assert!(log.lines().count() < 20, "{log}");
    let first = "court-1: a message is invalid: `round` is `x0`, which is no number from 1 to 99 (event 1: \"rnd;x0;\") \
                 [message.invalid]";
    assert_eq!(log.matches(first).count(), 1, "{log}");
    let told = log.split_whitespace().zip(log.split_whitespace().skip(1)).filter(|(_, word)| *word == "more");
    let repeats = told.map(|(number, _)| number.trim_start_matches('(').parse::<u64>().unwrap()).sum::<u64>();
    assert_eq!(repeats, 99_999, "{log}");
    assert!(log.contains("warnings and errors: message.invalid 100000, "), "{log}");
}

#[test]
fn first_message_of_an_unknown_stream_is_logged_at_once_and_the_rest_is_counted() {
    let venue = Venue::with_rules("", "");
    let log = replay(&venue, (0..20_000).map(|number| format!("xy{};{number};", number % 7)));
    let first = "court-1: a message of a stream that is not documented (event 1: \"xy0;0;\") [message.unknown]";
    assert_eq!(log.matches(first).count(), 1, "{log}");
    assert!(log.lines().count() < 20, "{log}");
    assert!(log.contains("(19999 more in the last "), "{log}");
}

#[test]
fn rule_that_throws_varying_texts_is_folded_by_place() {
    let venue = Venue::with_rules("", "throws.rhai");
    fs::write(venue.path("throws.rhai"), "fn on_hit(event, bout) {\n    throw `hit ${event.seq} of many`;\n}\n")
        .unwrap();
    let log = replay(&venue, (0..500).map(|_| "hl1;50;".to_owned()));
    assert_eq!(log.matches("throws.rhai:2:5: on_hit failed: ").count(), 2, "{log}");
    assert!(log.contains("(499 more in the last "), "{log}");
}

#[test]
fn failed_actions_are_folded_by_action_and_reason() {
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
fn log_file_has_code_and_fields() {
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

#[test]
fn lines_lost_on_a_held_terminal_are_counted() {
    let venue = Venue::with_rules("", "");
    let config = "name: Test\ncourts:\n  court-1: { bind: \"127.0.0.1:0\" }\n\
                  sinks:\n  log: { type: log, directory: logs, level: debug }\n";
    fs::write(venue.config(), config).unwrap();
    let log = || {
        let file = fs::read_dir(venue.path("logs")).ok()?.next()?.unwrap().path();
        Some(fs::read_to_string(file).unwrap())
    };
    // What it writes to the terminal is not read.
    let mut command = vta();
    command.arg("run").arg("--config").arg(venue.config()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let to: SocketAddr = wait_for("the port", || {
        log()
            .filter(|log| log.contains("run.ready"))?
            .split("listening on UDP ")
            .nth(1)?
            .split('"')
            .next()?
            .parse()
            .ok()
    });
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    // More lines than the queue of the terminal has room for, and then a message that ends them.
    let datagram = "hl1;50;\n".repeat(150);
    for _ in 0..1000 {
        socket.send_to(datagram.as_bytes(), to).unwrap();
        thread::sleep(Duration::from_micros(200));
    }
    wait_for("the last message", || {
        socket.send_to(b"hel;", to).unwrap();
        thread::sleep(Duration::from_millis(200));
        log()?.lines().next_back()?.contains("\"kind\":\"console\"").then_some(())
    });
    kill(Pid::from_raw(running.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let status = wait_for("the end", || running.try_wait().unwrap());
    let log = log().unwrap();
    assert!(status.success(), "{status}");
    let lost = log.lines().rfind(|line| line.contains("lines of the log are missing on the terminal")).unwrap();
    let lost: Value = serde_json::from_str(lost).unwrap();
    assert!(lost["fields"]["count"].as_str().unwrap().parse::<u64>().unwrap() > 1000, "{lost}");
}

#[test]
fn bout_without_a_number_is_named_and_a_winner_that_was_inferred_is_called_so() {
    let venue = Venue::with_rules("", "");
    let trace = "0\tpre;FightLoaded;\n10\tat1;A. BLUE;Anna BLUE;GER;at2;R. RED;Rita RED;CRO;\n30\trnd;1;\n1000\tclk;02:00;start;\n\
                 7000\tclk;01:58;stop;\n7010\tclk;0:00;stopEnd;\n7100\twrd;rd1;1;rd2;1;rd3;0;\n8000\twmh;Anna BLUE;2-0 PTF;\n30000\thel;\n";
    fs::write(venue.path("friendly.tsv"), trace).unwrap();
    let replay = output(
        vta().args(["replay", "--speed", "max"]).arg(venue.path("friendly.tsv")).arg("--config").arg(venue.config()),
    );
    let log = stderr(&replay);
    assert!(log.contains("a bout without a number: Anna BLUE (GER) against Rita RED (CRO)"), "{log}");
    assert!(
        log.contains("blue wins by the rounds, though the console has not named the winner [bout.end_inferred]"),
        "{log}"
    );
    assert!(!log.contains("[bout.ended]"), "{log}");
    let bouts = venue.db(&["bouts"]);
    assert!(bouts.contains("Anna BLUE (GER)") && bouts.contains("2-0 PTF"), "{bouts}");
}
