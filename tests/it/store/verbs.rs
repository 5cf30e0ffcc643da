//! What `vta db` prints of a day with an operator: a replay of a capture that has commands.

use std::process::Output as Printed;

use insta::assert_snapshot;
use vta::capture::{About, CaptureWriter};
use vta::command::{Command, CommandVerb};
use vta::court::{Datagram, Input};
use vta::event::{CommandId, Origin};

use super::*;
use crate::support::{Venue, output, stderr, stdout, vta};

const LOAD: &str = "\
pre;FightLoaded
at1;A. ANA;Ana ANA;GER;at2;B. BEA;Bea BEA;FRA
mch;12;Final;M -68kg;0;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Seniors;3;120;cntDown;20;5;
rnd;1
clk;02:00;start";

/// A rehearsal of bout 12, then bout 12: a second for each line, which is a message or a command after `>`.
fn day() -> Venue {
    let lines = format!(
        "> rehearsal start\n{LOAD}\n> review red\nch2;0\nch2;-1\nwin;BLUE\n> rehearsal stop\n{LOAD}\n\
         > review blue\nch1;\n> verdict accepted won\n> review close\nch2;\nch2;0;\nch2;-1;\n> save kick"
    );
    let venue = Venue::with_rules("", "");
    let mut bytes = Vec::new();
    let about = About { court: "court-1".into(), local: "0.0.0.0:6000".parse().unwrap(), event: "Test Open".into() };
    let mut writer = CaptureWriter::new(&mut bytes, &about).unwrap();
    for (at, line) in (0..).map(second).zip(lines.lines()) {
        let input = match line.strip_prefix("> ") {
            Some(words) => {
                let verb = CommandVerb::read(words.split(' ')).unwrap();
                Input::Command(Arc::new(Command { id: CommandId::new(), origin: Origin::Ctl, by: None, verb }))
            }
            None => Input::Datagram(Datagram { bytes: line.to_owned().into(), from: None, truncated: false }),
        };
        writer.write(at, &input).unwrap();
    }
    writer.write(second(60), &Input::Stop).unwrap();
    writer.flush().unwrap();
    drop(writer);
    std::fs::write(venue.path("day.pcapng"), bytes).unwrap();
    let replay = ["replay", "day.pcapng", "--speed", "max"];
    let replay = output(vta().args(replay).current_dir(venue.path("")));
    assert!(replay.status.success(), "{}", stderr(&replay));
    venue
}

fn db(venue: &Venue, words: &str) -> Printed {
    let printed = output(vta().arg("db").args(words.split(' ')).current_dir(venue.path("")));
    assert!(printed.status.success(), "{words}: {}", stderr(&printed));
    printed
}

#[test]
fn rehearsals_are_left_out_of_lists_unless_all_are_wanted() {
    let venue = day();
    for verb in ["bouts", "reviews"] {
        let (some, all) = (db(&venue, verb), db(&venue, &format!("{verb} --all")));
        let count =
            |printed: &Printed| (stdout(printed).lines().count(), stdout(printed).matches("(rehearsal)").count());
        let real = if verb == "bouts" { 1 } else { 2 };
        assert_eq!((count(&some), count(&all)), ((1 + real, 0), (2 + real, 1)), "{verb}: {}", stdout(&all));
        assert_eq!(stderr(&some), "note: a row of a rehearsal was left out; --all has it\n");
        assert_eq!(stderr(&all), "");
    }
    let info: serde_json::Value = serde_json::from_str(stdout(&db(&venue, "info --format ndjson"))).unwrap();
    assert_eq!((&info["bouts"], &info["rehearsals"]), (&1.into(), &1.into()), "{info:#}");
    let of_both = stdout(&db(&venue, "timeline --bout 12")).matches("bout 12 on court-1").count();
    assert_eq!(of_both, 2, "a timeline hides nothing");

    let database = rusqlite::Connection::open(venue.path("day.db")).unwrap();
    let counts = "SELECT group_concat(rehearsal) FROM (SELECT rehearsal FROM review_list ORDER BY review)";
    let counts: String = database.query_row(counts, [], |row| row.get(0)).unwrap();
    assert_eq!(counts, "1,0,0");
}

#[test]
fn reviews_say_who_requested_and_decided_them() {
    let venue = day();
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(stdout(&db(&venue, "reviews --format json --all"))).unwrap();
    let rows: Vec<_> =
        rows.iter().map(|row| ["side", "origin", "decided_by"].map(|key| row[key].as_str().unwrap())).collect();
    assert_eq!(rows, [["red", "both", "console"], ["blue", "both", "operator"], ["red", "console", "console"]]);
    assert_snapshot!(stdout(&db(&venue, "reviews")), @"
    requested                  court    bout  review  side  answer         origin   athlete  saved  shown  answered  clip
    2026-05-02T09:00:16+00:00  court-1  12    32      blue  accepted, won  both     Ana ANA                2000 ms
    2026-05-02T09:00:20+00:00  court-1  12    43      red   rejected       console  Bea BEA                1000 ms
    ");
}

#[test]
fn timeline_of_a_bout_has_the_commands_in_it() {
    let venue = day();
    let timeline = db(&venue, "timeline --bout 12 --only events");
    let commands = stdout(&timeline).lines().filter(|line| line.contains("  command "));
    assert_snapshot!(commands.collect::<Vec<_>>().join("\n"), @"
    2026-05-02T09:00:06.000+00:00  event      11  command            review red (ctl) -> done after 0 ms
    2026-05-02T09:00:10.000+00:00  event      22  command            rehearsal stop (ctl) -> done after 0 ms
    2026-05-02T09:00:16.000+00:00  event      32  command            review blue (ctl) -> done after 0 ms
    2026-05-02T09:00:18.000+00:00  event      37  command            verdict accepted won (ctl) -> done after 0 ms
    2026-05-02T09:00:19.000+00:00  event      40  command            review close (ctl) -> done after 0 ms
    2026-05-02T09:00:23.000+00:00  event      49  command            save kick (ctl) -> refused after 0 ms: no OBS serves this court: add a sink of `type: obs`
    ");
}
