//! What would control a terminal, or show a text as another one, comes from the network to no output as it is.

use std::fs;
use std::process::Command;

use crate::support::{Venue, output, stderr, vta};

/// Whether a text is safe on a terminal.
fn is_safe(text: &str) -> bool {
    !text.contains(|c: char| {
        c != '\n' && c != '\r' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    })
}

/// A bout whose number, names and countries have escape sequences, C1, NUL, marks of direction and lengths without end.
fn trace() -> String {
    let long = "x".repeat(300);
    format!(
        "0\tpre;FightLoaded\n\
         10\tmch;\u{1b}[5m9;Fi\u{9b}31mnal;W -57kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Seniors;3;120;cntDown;20;5\n\
         20\tat1;\u{1b}]0;title\u{7};Jo\u{1b}[31mhn\u{0}\u{202e};CRO;at2;{long};{long};G\u{7f}R\n\
         30\trnd;1\n40\trdy;FightReady\n5000\tclk;02:00;start\n6000\tclk;01:59\n7000\tch1;\n8000\tzzz;\u{9b}2J\u{2066}\n\
         9000\tsc1;\u{1b}[2J\u{9b}\n"
    )
}

fn in_venue(venue: &Venue, line: &str) -> Command {
    let mut command = vta();
    command.args(line.split(' ')).current_dir(venue.path(""));
    command
}

fn replayed() -> Venue {
    let venue = Venue::new("  log: { type: log, directory: logs, level: debug }\n");
    fs::write(venue.path("t.tsv"), trace()).unwrap();
    let replay = output(&mut in_venue(&venue, "replay t.tsv --config event.yaml --speed max"));
    assert!(replay.status.success(), "{}", stderr(&replay));
    assert!(is_safe(stderr(&replay)), "{}", stderr(&replay));
    venue
}

#[test]
fn no_verb_prints_what_controls_a_terminal() {
    let venue = replayed();
    for line in [
        "decode t.tsv",
        "decode t.tsv --derived",
        "replay t.tsv --config event.yaml --explain",
        "replay t.tsv --config event.yaml --dry-run",
        "db info",
        "db bouts",
        "db bouts --format json",
        "db bouts --format ndjson",
        "db reviews",
        "db reviews --format json",
        "db timeline",
        "db bouts --format csv",
        "db export",
        "db export --actions --format csv",
        "db export --format json",
        "db export --format ndjson",
        "db export --actions",
    ] {
        let printed = output(&mut in_venue(&venue, line));
        let text = String::from_utf8([printed.stdout, printed.stderr].concat()).unwrap();
        assert!(is_safe(&text), "{line}: {text}");
        assert!(!text.is_empty(), "{line}");
    }
    let logs = fs::read_dir(venue.path("logs")).unwrap().map(|log| fs::read_to_string(log.unwrap().path()).unwrap());
    let logs: String = logs.collect();
    assert!(is_safe(&logs) && !logs.is_empty(), "{logs}");
}

#[test]
fn decoded_values_are_the_same_although_they_are_escaped() {
    let venue = replayed();
    let decoded = output(&mut in_venue(&venue, "decode t.tsv"));
    let lines = String::from_utf8(decoded.stdout).unwrap();
    let raw: Vec<_> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["raw"].as_str().unwrap().to_owned())
        .collect();
    assert!(raw.contains(&"zzz;\u{9b}2J\u{2066}".to_owned()), "{raw:?}");
}

#[test]
fn name_of_300_characters_breaks_no_table() {
    let venue = replayed();
    for verb in ["db bouts", "db reviews", "db info"] {
        let printed = output(&mut in_venue(&venue, verb));
        let text = String::from_utf8(printed.stdout).unwrap();
        assert!(!text.contains(&"x".repeat(60)), "{verb}: {text}");
    }
    let bouts = output(&mut in_venue(&venue, "db bouts --format json"));
    assert!(String::from_utf8(bouts.stdout).unwrap().contains(&"x".repeat(300)), "JSON has all of it");
}
