//! CSV for spreadsheets: what the verbs print, read back by a reader of CSV.

use std::fs;
use std::process::Output;

use crate::support::{Venue, output, stderr, stdout, vta};

/// A venue with a bout whose number, names and streams a spreadsheet would take for formulas, and a review of it.
fn venue() -> Venue {
    let venue = Venue::new("");
    let trace = "0\tpre;FightLoaded\n10\tmch;+49;Final;W -57kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Seniors;3;120;\
                 cntDown;20;5\n20\tat1;=1+1;=HYPERLINK(1);CRO;at2;@B;Željko ŠARIĆ;GER\n30\trnd;1\n40\trdy;FightReady\n\
                 5000\tclk;02:00;start\n6000\tclk;01:59\n7000\tch1;\n8000\t=1+1;x\n8010\t@SUM(1+1)\n9000\tch1;1\n";
    fs::write(venue.path("t.tsv"), trace).unwrap();
    let replay = run(&venue, "replay t.tsv --config event.yaml --speed max");
    assert!(replay.status.success(), "{}", stderr(&replay));
    venue
}

fn run(venue: &Venue, line: &str) -> Output {
    output(vta().args(line.split(' ')).current_dir(venue.path("")))
}

/// The cells of a table, and its head.
fn table(bytes: &[u8], separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(bytes);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn no_cell_of_any_table_is_a_formula() {
    let venue = venue();
    for line in [
        "db export",
        "db export --excel=,",
        "db export --actions --format csv",
        "db bouts --format csv",
        "db reviews --format csv",
        "db info --format csv",
    ] {
        let printed = run(&venue, line);
        assert!(printed.status.success(), "{line}: {}", stderr(&printed));
        let bytes = printed.stdout.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&printed.stdout);
        let rows = table(bytes, b',');
        assert!(rows.len() > 1, "{line}: {}", stdout(&printed));
        let cells = rows.iter().flatten();
        let formulas: Vec<_> = cells.filter(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])).collect();
        assert!(formulas.is_empty(), "{line}: {formulas:?}");
    }
    let events = table(&run(&venue, "db export").stdout, b',');
    for (name, text) in [("bout", "'+49"), ("stream", "'=1+1"), ("raw", "'@SUM(1+1)")] {
        let column = events[0].iter().position(|column| column == name).unwrap();
        assert!(events.iter().any(|row| row[column] == text), "{name}: {events:?}");
    }
}

#[test]
fn excel_sees_utf_8_and_the_separator_that_was_chosen() {
    let venue = venue();
    for (option, separator) in [("--excel", b';'), ("--excel=;", b';'), ("--excel=,", b','), ("--excel=tab", b'\t')] {
        for verb in ["export", "bouts", "reviews"] {
            let printed = run(&venue, &format!("db {verb} {option}"));
            let rest = printed.stdout.strip_prefix("\u{feff}".as_bytes()).unwrap();
            let rows = table(rest, separator);
            assert!(rows[0].len() > 5 && rows.len() > 1, "{verb} {option}: {rows:?}");
        }
    }
    let bouts = table(&run(&venue, "db bouts --excel").stdout[3..], b';');
    let red = bouts[0].iter().position(|column| column == "red").unwrap();
    assert_eq!(bouts[1][red], "Željko ŠARIĆ");
    assert!(!run(&venue, "db bouts --format csv").stdout.starts_with("\u{feff}".as_bytes()));
    let refused = run(&venue, "db bouts --format json --excel");
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
}

#[test]
fn actions_are_exported_in_each_format() {
    let venue = venue();
    let actions = table(&run(&venue, "db export --actions --format csv").stdout, b',');
    assert_eq!(
        actions[0],
        ["session", "seq", "at", "court", "bout", "rule", "cause", "action", "args", "outcome", "reason", "took_us"]
    );
    let array: Vec<serde_json::Value> =
        serde_json::from_str(stdout(&run(&venue, "db export --actions --format json"))).unwrap();
    let lines = run(&venue, "db export --actions");
    assert_eq!(stdout(&lines).lines().count(), array.len());
    assert_eq!(actions.len(), array.len() + 1);
}
