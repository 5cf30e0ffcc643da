//! Files and room that are taken away while vta runs: it is reported, counted, and goes on with new files.

use std::fs::{self, File};
use std::net::UdpSocket;

use crate::support::{Running, Venue, output, stderr, stdout, vta, wait_for};

/// Sends a message, and waits until the database has its event.
fn send(venue: &Venue, running: &Running, message: &str, text: &str) {
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(message.as_bytes(), running.to).unwrap();
    wait_for(&format!("the event of {message}"), || all_events(venue).contains(text).then_some(()));
}

fn all_events(venue: &Venue) -> String {
    venue.db(&["export", "--format", "ndjson"])
}

#[test]
fn capture_that_is_deleted_is_begun_anew_and_what_was_in_it_is_counted() {
    let venue = Venue::new("");
    let mut running = venue.run();
    send(&venue, &running, "rnd;1;", r#""round":1"#);
    fs::remove_dir_all(venue.path("captures")).unwrap();
    running.wait_for_log("[capture.gone]");
    running.wait_for_log("the capture goes on in");
    send(&venue, &running, "rnd;2;", r#""round":2"#);
    let (status, log) = running.end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("inputs that are in no capture"), "{log}");
    let capture = fs::read(&venue.captures()[0]).unwrap();
    assert!(capture.windows(6).any(|bytes| bytes == b"rnd;2;"), "the new one has what came later");
}

#[test]
fn capture_that_is_moved_keeps_what_it_has_and_another_is_begun() {
    let venue = Venue::new("");
    let mut running = venue.run();
    send(&venue, &running, "rnd;1;", r#""round":1"#);
    fs::rename(&venue.captures()[0], venue.path("moved.pcapng")).unwrap();
    running.wait_for_log("the capture goes on in");
    send(&venue, &running, "rnd;2;", r#""round":2"#);
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("and 0 inputs are in no capture"), "{log}");
    assert_eq!(venue.captures().len(), 1);
}

#[test]
fn captures_that_have_reached_their_limit_are_kept_and_the_rest_goes_on() {
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    fs::write(venue.config(), config.replace("directory: captures", "directory: captures, max_total_gb: 1")).unwrap();
    fs::create_dir(venue.path("captures")).unwrap();
    let old = venue.path("captures/2026-01-01T00-00-00Z-court-1.pcapng");
    File::create(&old).unwrap().set_len(1_000_000_000).unwrap();
    let mut running = venue.run();
    running.wait_for_log("[capture.failed]");
    send(&venue, &running, "rnd;1;", r#""round":1"#);
    let (status, log) = running.end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("as many as `max_total_gb` allows"), "{log}");
    assert!(log.contains("inputs that are in no capture"), "{log}");
    assert!(old.exists());
}

#[test]
fn database_that_is_deleted_is_made_anew_and_what_was_in_it_is_counted() {
    let venue = Venue::new("");
    let mut running = venue.run();
    send(&venue, &running, "rnd;1;", r#""round":1"#);
    for file in ["day.db", "day.db-wal", "day.db-shm"] {
        fs::remove_file(venue.path(file)).unwrap();
    }
    running.wait_for_log("[store.gone]");
    running.wait_for_log("the database can be written again");
    send(&venue, &running, "rnd;2;", r#""round":2"#);
    let (status, log) = running.end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("entries that are not in the database (the captures have what they came from)"), "{log}");
    let events = all_events(&venue);
    assert!(!events.contains(r#""round":1"#) && events.contains(r#""round":2"#), "{events}");
    assert!(venue.db(&["info", "--format", "ndjson"]).contains(r#""datagrams":2"#));
}

#[test]
fn database_that_is_moved_keeps_what_it_has_and_another_is_made() {
    let venue = Venue::new("");
    let mut running = venue.run();
    send(&venue, &running, "rnd;1;", r#""round":1"#);
    fs::rename(venue.path("day.db"), venue.path("moved.db")).unwrap();
    running.wait_for_log("[store.gone]");
    running.wait_for_log("the database can be written again");
    send(&venue, &running, "rnd;2;", r#""round":2"#);
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("0 entries are in none"), "{log}");
    let moved = rusqlite::Connection::open(venue.path("moved.db")).unwrap();
    let events: u64 = moved.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(events, 1);
}

/// Overwrites the middle of the database.
fn damage(venue: &Venue) {
    let path = venue.path("day.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[4096..middle + 4096].fill(0x5a);
    fs::write(path, bytes).unwrap();
}

#[test]
fn damaged_database_is_found_at_the_start_and_by_the_doctor() {
    let venue = Venue::new("");
    let running = venue.run();
    send(&venue, &running, "rnd;1;", r#""round":1"#);
    running.end();
    damage(&venue);
    let run = output(vta().arg("run").arg("--config").arg(venue.config()));
    assert_eq!(run.status.code(), Some(4), "{}", stderr(&run));
    assert!(stderr(&run).contains("is damaged: "), "{}", stderr(&run));
    let doctor = output(vta().args(["doctor", "--config"]).arg(venue.config()));
    assert!(stdout(&doctor).contains("is damaged: "), "{}", stdout(&doctor));
}

#[test]
fn log_that_is_deleted_is_made_anew_and_one_that_cannot_be_is_reported() {
    let venue = Venue::new("  log: { type: log, directory: logs, level: debug }\n");
    let mut running = venue.run();
    let lines = || {
        let files = fs::read_dir(venue.path("logs")).into_iter().flatten().flatten();
        files.map(|file| fs::read_to_string(file.path()).unwrap_or_default()).collect::<String>()
    };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    fs::remove_dir_all(venue.path("logs")).unwrap();
    wait_for("a new file", || {
        socket.send_to(b"rnd;1;", running.to).unwrap();
        lines().contains("round").then_some(())
    });
    fs::remove_dir_all(venue.path("logs")).unwrap();
    fs::write(venue.path("logs"), "not a folder").unwrap();
    wait_for("the trouble on the terminal", || {
        socket.send_to(b"rnd;2;", running.to).unwrap();
        running.log().contains("the log cannot be written to").then_some(())
    });
    running.wait_for_log("[log.not_written]");
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("lines of the log are missing in the log files, which could not be written"), "{log}");
}
