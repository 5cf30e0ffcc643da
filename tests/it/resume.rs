//! A run that is killed in mid-bout and started again, as a technician would: the bout stays one.

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::{Running, Venue, output, stderr, vta, wait_for};

/// The bout until the second round; each line is a burst.
const BEFORE: [&[&str]; 8] = [
    &["pre;FightLoaded", "at1;A. ANA;Ana ANA;GER;at2;B. BEA;Bea BEA;FRA", MATCH, "rdy;FightReady"],
    &["rnd;1", "clk;02:00;start"],
    &["pt1;3", "hl1;60", "sc1;3;sc2;0"],
    &["ch2;"],
    &["ch2;0", "ch2;-1"],
    &["clk;00:00;stopEnd", "s11;3;s21;0", "wrd;rd1;1;rd2;0;rd3;0"],
    &["rnd;2", "sc1;0;sc2;0", "clk;02:00;start"],
    &["wg1;0;wg2;1", "sc1;1;sc2;0"],
];
const MATCH: &str = "mch;12;Final;M -68kg;0;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Seniors;3;120;cntDown;20;5;";

/// The rest of it.
const AFTER: [&[&str]; 3] = [
    &["clk;00:20", "sc1;5;sc2;1", "wg1;0;wg2;2"],
    &["clk;00:00;stopEnd", "s11;3;s21;0;s12;5;s22;1", "wrd;rd1;1;rd2;1;rd3;0"],
    &["win;BLUE", "wmh;Ana ANA;2-0 PTF"],
];

fn send(running: &Running, bursts: &[&[&str]]) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for burst in bursts {
        for message in *burst {
            socket.send_to(message.as_bytes(), running.to).unwrap();
        }
        // The pause between bursts is what a console makes.
        thread::sleep(Duration::from_millis(300));
    }
}

/// What the database has of an event kind, in all sessions.
fn count(venue: &Venue, kind: &str) -> usize {
    let events = venue.db(&["export", "--format", "ndjson", "--session", "all"]);
    events.matches(&format!(r#""kind":"{kind}""#)).count()
}

/// Runs the first half and kills it.
fn first_half(venue: &Venue) {
    let mut running = venue.run();
    send(&running, &BEFORE);
    wait_for("the second round", || (count(venue, "penalty_given") == 1).then_some(()));
    running.signal(Signal::SIGKILL);
    running.wait();
}

/// Runs the second half to the end of the bout; gives the log.
fn second_half(venue: &Venue) -> String {
    let running = venue.run();
    send(&running, &AFTER);
    wait_for("the end of the bout", || (count(venue, "bout_ended") == 1).then_some(()));
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    log
}

/// The one bout, whole.
fn assert_whole(bouts: &str) {
    let bouts: Value = serde_json::from_str(bouts).unwrap();
    let [bout] = &bouts.as_array().unwrap()[..] else { panic!("{bouts:#}") };
    assert_eq!((&bout["number"], &bout["winner"], &bout["result"]), (&"12".into(), &"blue".into(), &"2-0".into()));
    let rounds: Vec<_> = bout["rounds"].as_array().unwrap().iter().map(|round| round["winner"].clone()).collect();
    assert_eq!(rounds, ["blue", "blue"], "{bout:#}");
    assert!(bout["events"].as_u64().unwrap() > 30, "of both sessions: {bout:#}");
}

fn assert_state(database: &Path) {
    let database = rusqlite::Connection::open(database).unwrap();
    let state: String = database
        .query_row("SELECT state FROM bouts JOIN load_states USING (session, load)", [], |row| row.get(0))
        .unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!((&state["red"]["requests_left"], &state["red"]["penalties"]), (&0.into(), &2.into()), "{state:#}");
    assert_eq!((&state["blue"]["requests_left"], &state["rounds"][0]["blue"]), (&1.into(), &3.into()), "{state:#}");
}

#[test]
fn bout_of_a_run_that_is_killed_and_started_again_is_one_whole_bout() {
    let venue = Venue::with_rules("", "");
    first_half(&venue);
    let log = second_half(&venue);
    assert!(log.contains("bout 12"), "{log}");
    assert_whole(&venue.db(&["bouts", "--format", "json"]));
    assert_state(&venue.path("day.db"));
    assert_eq!((count(&venue, "bout_resumed"), count(&venue, "bout_started")), (1, 1));

    // A replay of both captures has one bout, too.
    let captures = venue.captures();
    assert_eq!(captures.len(), 2);
    let elsewhere = tempfile::tempdir().unwrap();
    for capture in &captures {
        let replay = output(
            vta().arg("replay").arg(capture).args(["--speed", "max", "--db", "new.db"]).current_dir(elsewhere.path()),
        );
        assert!(replay.status.success(), "{}", stderr(&replay));
    }
    let bouts = output(vta().args(["db", "bouts", "--format", "json", "--db", "new.db"]).current_dir(elsewhere.path()));
    assert_whole(std::str::from_utf8(&bouts.stdout).unwrap());
    assert_state(&elsewhere.path().join("new.db"));
}

#[test]
fn bout_goes_on_where_the_pss_answers_what_it_is_queried_for() {
    let venue = Venue::with_rules("", "");
    let pss = UdpSocket::bind("127.0.0.1:0").unwrap();
    pss.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let config = fs::read_to_string(venue.config()).unwrap();
    let resync = format!("bind: \"127.0.0.1:0\", resync: \"{}\"", pss.local_addr().unwrap());
    fs::write(venue.config(), config.replace("bind: \"127.0.0.1:0\"", &resync)).unwrap();
    first_half(&venue);
    let mut query = [0; 512];
    while pss.recv(&mut query).is_ok() {}
    let running = venue.run();
    let from = wait_for("the query", || pss.recv_from(&mut query).ok()).1;
    let answers = [
        MATCH,
        "at1;A. ANA;Ana ANA;GER;at2;B. BEA;Bea BEA;FRA",
        "rnd;2",
        "sc1;3;sc2;0",
        "wg1;0;wg2;1",
        "clk;01:00",
        "wrd;rd1;1;rd2;0;rd3;0",
    ];
    for answer in answers {
        pss.send_to(answer.as_bytes(), from).unwrap();
    }
    send(&running, &AFTER);
    wait_for("the end of the bout", || (count(&venue, "bout_ended") == 1).then_some(()));
    running.end();
    assert_whole(&venue.db(&["bouts", "--format", "json"]));
    assert_state(&venue.path("day.db"));
}

#[test]
fn spare_computer_with_a_copy_of_the_database_goes_on_with_the_bout() {
    let venue = Venue::with_rules("", "");
    first_half(&venue);
    let spare = Venue::with_rules("", "");
    for file in ["day.db", "day.db-wal", "day.db-shm"] {
        if venue.path(file).exists() {
            fs::copy(venue.path(file), spare.path(file)).unwrap();
        }
    }
    second_half(&spare);
    assert_whole(&spare.db(&["bouts", "--format", "json"]));
    assert_state(&spare.path("day.db"));
}

#[test]
fn without_a_database_the_last_capture_tells_what_was_on() {
    let venue = Venue::with_rules("", "");
    let config = fs::read_to_string(venue.config()).unwrap();
    first_half(&venue);
    fs::write(venue.config(), config.replace("  store: { type: sqlite, path: day.db }\n", "")).unwrap();
    let running = venue.run();
    send(&running, &AFTER);
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    let replay = output(
        vta()
            .arg("replay")
            .arg(&venue.captures()[1])
            .args(["--speed", "max", "--db", "new.db"])
            .current_dir(venue.path("")),
    );
    assert!(replay.status.success(), "{}", stderr(&replay));
    let bouts = output(vta().args(["db", "bouts", "--format", "json", "--db", "new.db"]).current_dir(venue.path("")));
    let bouts: Value = serde_json::from_slice(&bouts.stdout).unwrap();
    assert_eq!((&bouts[0]["number"], &bouts[0]["rounds"][0]["blue"]), (&"12".into(), &3.into()), "{bouts:#}");
}

#[test]
fn replay_in_an_empty_folder_repeats_a_day_with_a_changed_rule_and_a_new_start() {
    let venue = Venue::with_rules("", "rule.rhai");
    let rule = |word: &str| {
        let text = format!("fn on_score(event, bout) {{ mark(`{word} ${{event.blue}}`); obs::scene(\"Score\"); }}\n");
        fs::write(venue.path("rule.rhai"), text).unwrap();
    };
    rule("one");
    let mut running = venue.run();
    send(&running, &BEFORE[..4]);
    rule("two");
    running.wait_for_log("the rules were changed");
    send(&running, &BEFORE[4..]);
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    second_half(&venue);

    let elsewhere = tempfile::tempdir().unwrap();
    for (number, capture) in (1..).zip(&venue.captures()) {
        let replay = output(
            vta().arg("replay").arg(capture).args(["--speed", "max", "--db", "new.db"]).current_dir(elsewhere.path()),
        );
        assert!(replay.status.success(), "{}", stderr(&replay));
        let session = number.to_string();
        for what in [&["--format", "ndjson"][..], &["--actions"]] {
            let live = venue.db(&[&["export", "--session", &session], what].concat());
            let replayed = output(
                vta()
                    .args(["db", "export", "--db", "new.db", "--session", &session])
                    .args(what)
                    .current_dir(elsewhere.path()),
            );
            assert!(live.lines().count() > 1, "{live}");
            assert_eq!(std::str::from_utf8(&replayed.stdout).unwrap(), live, "session {session} {what:?}");
        }
    }
    let actions = venue.db(&["export", "--actions", "--session", "1"]);
    assert!(actions.contains("one 3") && actions.contains("two 1"), "{actions}");
}
