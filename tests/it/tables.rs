//! Tables for people: what `db bouts` and `db reviews` show of a day on several courts.

use std::fs;
use std::process::{Command, Output};

use crate::support::{Venue, output, repository, run_if_there, stderr, stdout, vta};

fn bout(number: u32, begins: u32, is_fought: bool) -> String {
    let clock = if is_fought { "clk;02:00;start" } else { "rdy;FightReady" };
    let (at, later, end) = (begins, begins + 5000, begins + 9000);
    let review = if is_fought { format!("{later}\tch1;\n{end}\tch1;1\n") } else { String::new() };
    format!(
        "{at}\tpre;FightLoaded\n{at}\tmch;{number};Final;W -57kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Seniors;3;120;\
         cntDown;{number};5\n{at}\tat1;A. ANA;Ana ANA{number};CRO;at2;B. BEA;Bea BEA;GER\n{at}\trnd;1\n{later}\t{clock}\n{review}"
    )
}

/// Courts mat-10 and mat-2, each with two bouts that were fought, one that was passed over, and one that is loaded.
fn day() -> Venue {
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    let courts = "  mat-10: { bind: \"127.0.0.1:0\" }\n  mat-2: { bind: \"127.0.0.2:0\" }\n";
    let court = "  court-1: { type: pss, bind: \"127.0.0.1:0\" }\n";
    fs::write(venue.config(), config.replace(court, courts)).unwrap();
    for (court, first) in [("mat-10", 100), ("mat-2", 200)] {
        let bouts = [(0, true), (1, false), (2, true), (3, false)];
        let trace = bouts.map(|(place, is_fought)| bout(first + place, place * 100_000, is_fought)).concat();
        fs::write(venue.path("t.tsv"), trace).unwrap();
        let replay = run(&venue, &format!("replay t.tsv --config event.yaml --speed max --court {court}"));
        assert!(replay.status.success(), "{}", stderr(&replay));
    }
    venue
}

fn command(venue: &Venue, line: &str) -> Command {
    let mut command = vta();
    command.args(line.split(' ')).current_dir(venue.path(""));
    command
}

fn run(venue: &Venue, line: &str) -> Output {
    output(&mut command(venue, line))
}

#[test]
fn bouts_are_in_the_order_of_courts_with_time_and_session_and_without_those_never_fought() {
    let venue = day();
    let bouts = run(&venue, "db bouts");
    let rows: Vec<Vec<&str>> = stdout(&bouts).lines().map(|line| line.split_whitespace().take(4).collect()).collect();
    assert_eq!(rows[0], ["session", "time", "court", "bout"]);
    let rows: Vec<_> = rows[1..].iter().map(|row| row.join(" ")).collect();
    let expected = [
        "2 1970-01-01T00:00:05+00:00 mat-2 200",
        "2 1970-01-01T00:03:25+00:00 mat-2 202",
        "2 1970-01-01T00:05:00+00:00 mat-2 203",
        "1 1970-01-01T00:00:05+00:00 mat-10 100",
        "1 1970-01-01T00:03:25+00:00 mat-10 102",
        "1 1970-01-01T00:05:00+00:00 mat-10 103",
    ];
    assert_eq!(rows, expected, "{}", stdout(&bouts));
    assert_eq!(stderr(&bouts), "note: 2 bouts that were never fought were left out; --all has them\n");
    assert_eq!(stdout(&run(&venue, "db bouts --all")).lines().count(), 9);
}

#[test]
fn times_of_tables_are_what_since_takes_in_any_zone() {
    let venue = day();
    for (zone, offset) in [("Europe/Berlin", "+01:00"), ("America/New_York", "-05:00"), ("UTC", "+00:00")] {
        let bouts = output(command(&venue, "db bouts --court mat-2").env("TZ", zone));
        let time = stdout(&bouts).lines().nth(2).unwrap().split_whitespace().nth(1).unwrap();
        assert!(time.ends_with(offset), "{zone}: {time}");
        let since = output(command(&venue, &format!("db bouts --court mat-2 --since {time}")).env("TZ", zone));
        assert_eq!(stdout(&since).lines().count(), 3, "{zone}: {}", stdout(&since));
        let timeline = output(command(&venue, "db timeline --bout 200").env("TZ", zone));
        let line = stdout(&timeline).lines().nth(1).unwrap();
        assert!(line.split_whitespace().next().unwrap().ends_with(offset), "{zone}: {line}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let venue = day();
    for verb in ["bouts", "reviews", "info"] {
        let printed = output(command(&venue, &format!("db {verb}")).env("COLUMNS", "80"));
        let widest =
            stdout(&printed).lines().skip_while(|line| line.contains("MB")).map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= 80, "{verb}: {}", stdout(&printed));
        assert!(stdout(&printed).contains("\n     "), "{verb}: a row goes on in the next line: {}", stdout(&printed));
    }
}

#[test]
fn reviews_name_the_athlete_and_why_there_is_no_clip() {
    let venue = day();
    let reviews = run(&venue, "db reviews --court mat-2");
    let row = stdout(&reviews).lines().nth(1).unwrap();
    assert!(row.contains("Ana ANA200"), "{}", stdout(&reviews));
    let database = rusqlite::Connection::open(venue.path("day.db")).unwrap();
    database
        .execute(
            "UPDATE reviews SET missing = 'OBS is not there, and it was not there the last time that vta looked'",
            [],
        )
        .unwrap();
    assert!(
        stdout(&run(&venue, "db reviews"))
            .contains("none: OBS is not there, and it was not there the last time that vta looked")
    );
    database
        .execute_batch(
            "INSERT INTO clips (session, seq, at, load, review, instance, path, taken_from)
             SELECT session, 9000 + review, requested_at, load, review, 'replay', '/clips/1.mkv', 'replay_buffer'
             FROM reviews;
             INSERT INTO actions (session, seq, at, load, after, rule, cause, action, args, outcome, reason)
             SELECT session, 9000 + review, requested_at, load, 0, 'a.rhai', 9000 + review, 'player.play', '{}', 'failed',
                    'mpv has no screen' FROM reviews;",
        )
        .unwrap();
    let reviews = run(&venue, "db reviews");
    assert!(stdout(&reviews).contains("not shown: mpv has no screen"), "{}", stdout(&reviews));
}

#[test]
fn queries_of_the_docs_run_on_sqlite_3_40() {
    let Some(version) = run_if_there(Command::new("sqlite3").arg("--version")) else { return };
    let venue = day();
    let docs = fs::read_to_string(repository("docs/operations.md")).unwrap();
    let queries: Vec<_> = docs
        .split("```sql\n")
        .skip(1)
        .map(|block| block.split("\n```").next().unwrap())
        .filter(|q| q.contains("SELECT"))
        .collect();
    assert!(!queries.is_empty());
    for sql in queries {
        let queried = run_if_there(Command::new("sqlite3").arg("-bail").arg(venue.path("day.db")).arg(sql)).unwrap();
        assert!(queried.status.success(), "{}: {sql}: {}", stdout(&version), stderr(&queried));
    }
}
