//! The computer's clock is set, or the computer sleeps, while a real vta runs: the clock of libfaketime is.

use std::fs;
use std::net::UdpSocket;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::support::{Running, Venue, run_if_there, stdout, vta, wait_for};

const RULE: &str = "fn on_start(bout) { every(\"1s\", || mark(\"tick\")); }\n\
                    fn on_clock_step(event, bout) { mark(`step of ${event.ahead_ms / 1000} s`); }\n";

/// A vta whose wall clock is ahead by what the file `ahead` says.
fn run(venue: &Venue) -> Option<Running> {
    fs::write(venue.path("steps.rhai"), RULE).unwrap();
    let preload = run_if_there(Command::new("faketime").args(["-m", "-f", "+0s", "printenv", "LD_PRELOAD"]))?;
    set_clock(venue, "+0");
    let mut command = vta();
    command
        .env("LD_PRELOAD", stdout(&preload).trim())
        .env("FAKETIME_TIMESTAMP_FILE", venue.path("ahead"))
        .env("FAKETIME_NO_CACHE", "1")
        .env("DONT_FAKE_MONOTONIC", "1");
    Some(venue.run_by(command))
}

fn set_clock(venue: &Venue, ahead: &str) {
    fs::write(venue.path("ahead~"), ahead).unwrap();
    fs::rename(venue.path("ahead~"), venue.path("ahead")).unwrap();
}

fn marks(venue: &Venue, text: &str) -> usize {
    venue.db(&["export", "--actions", "--format", "ndjson"]).lines().filter(|line| line.contains(text)).count()
}

/// Sends the number of a round, and gives the seconds of its event ahead of the clock that is right.
fn seconds_ahead(venue: &Venue, running: &Running, round: u8) -> i64 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(format!("rnd;{round};").as_bytes(), running.to).unwrap();
    let now = jiff::Timestamp::now();
    let line = wait_for("its event", || {
        let events = venue.events("1");
        let line =
            events.lines().find(|line| line.contains(&format!(r#""kind":"round","status":"ok","round":{round}"#)))?;
        Some(line.to_owned())
    });
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    let at: jiff::Timestamp = event["at"].as_str().unwrap().parse().unwrap();
    at.as_second() - now.as_second()
}

#[test]
fn clock_that_is_set_by_an_hour_is_an_event_and_times_are_right_at_once() {
    let venue = Venue::with_rules("", "steps.rhai");
    let Some(mut running) = run(&venue) else { return };
    let begin = Instant::now();
    assert!(seconds_ahead(&venue, &running, 1).abs() <= 2);
    wait_for("the timer", || (marks(&venue, "tick") > 0).then_some(()));

    set_clock(&venue, "+3600");
    running.wait_for_log("the computer's clock was set by 3");
    assert!((seconds_ahead(&venue, &running, 2) - 3600).abs() <= 2);
    set_clock(&venue, "-3600");
    running.wait_for_log("the computer's clock was set by -7");
    assert!((seconds_ahead(&venue, &running, 3) + 3600).abs() <= 2);
    let ticks = marks(&venue, "tick");
    wait_for("the timer to go on", || (marks(&venue, "tick") > ticks + 1).then_some(()));

    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(marks(&venue, "tick") as u64 <= begin.elapsed().as_secs() + 2, "it fires once a second: {log}");
    assert_eq!((marks(&venue, "step of 3"), marks(&venue, "step of -7")), (1, 1), "{log}");
}

#[test]
fn sleep_of_the_computer_is_a_step_and_a_timer_fires_once_for_it() {
    let venue = Venue::with_rules("", "steps.rhai");
    fs::write(venue.path("steps.rhai"), RULE).unwrap();
    let mut running = venue.run();
    seconds_ahead(&venue, &running, 1);
    wait_for("the timer", || (marks(&venue, "tick") > 0).then_some(()));
    running.signal(Signal::SIGSTOP);
    let ticks = marks(&venue, "tick");
    thread::sleep(Duration::from_secs(7));
    running.signal(Signal::SIGCONT);
    running.wait_for_log("or the computer slept");
    wait_for("the step", || (marks(&venue, "step of 0 s") == 1).then_some(()));
    let fired = marks(&venue, "tick") - ticks;
    assert!(fired <= 3, "{fired} times");
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
}
