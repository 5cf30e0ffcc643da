//! Losses are logged; how a run ends when not everything can be finished.

use std::fs;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rusqlite::Connection;

use crate::headless_obs::is_installed;
use crate::support::{Running, Venue, vta, wait_for};
use crate::venue::JURY;

#[test]
fn broadcast_is_received() {
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    fs::write(venue.config(), config.replace("127.0.0.1:0", "0.0.0.0:0")).unwrap();
    let running = venue.run();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_broadcast(true).unwrap();
    socket.send_to(b"hel;", ("127.255.255.255", running.to.port())).unwrap();
    wait_for("the broadcast", || venue.events("1").contains(r#""state":"up""#).then_some(()));
}

#[test]
fn kernel_losses_are_counted_and_logged() {
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    let small = "bind: \"127.0.0.1:0\", receive_buffer_bytes: 65536";
    fs::write(venue.config(), config.replace("bind: \"127.0.0.1:0\"", small)).unwrap();
    let mut running = venue.run();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    running.signal(Signal::SIGSTOP);
    for _ in 0..5000 {
        socket.send_to(b"hl1;50;", running.to).unwrap();
    }
    running.signal(Signal::SIGCONT);
    // The kernel reports its losses with the next datagram.
    wait_for("the loss in the log", || {
        socket.send_to(b"hel;", running.to).unwrap();
        running.log().contains("datagrams were lost in the system's receive buffer").then_some(())
    });
    running.signal(Signal::SIGINT);
    let (status, log) = running.wait();
    assert!(status.success(), "{log}");
    let info: serde_json::Value = serde_json::from_str(&venue.db(&["info", "--format", "json"])).unwrap();
    let (kept, lost) = (info[0]["datagrams"].as_u64().unwrap(), info[0]["datagrams_lost"].as_u64().unwrap());
    assert!(lost > 0 && kept + lost > 5000, "{kept} kept, {lost} lost");
}

#[test]
fn ctrl_c_in_the_terminal_ends_the_player_in_order() {
    use std::os::unix::process::CommandExt as _;

    if !is_installed("mpv") {
        assert!(std::env::var_os("CI").is_none(), "mpv is not installed");
        return;
    }
    let venue = Venue::new(JURY);
    let mut terminal = vta();
    terminal.process_group(0);
    let mut running = venue.run_by(terminal);
    running.wait_for_log("player.runs");
    // As the terminal does, to all that run in it.
    nix::sys::signal::killpg(nix::unistd::Pid::from_raw(running.id().cast_signed()), Signal::SIGINT).unwrap();
    let (status, log) = running.wait();
    assert!(status.success(), "{log}");
    let after = log.split_once("player.runs").unwrap().1;
    assert!(!after.contains("player."), "{log}");
}

/// A running vta with an entry that it cannot write while the connection is open.
fn run_with_a_locked_database(venue: &Venue) -> (Running, Connection) {
    let mut running = venue.run();
    let lock = Connection::open(venue.path("day.db")).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"hel;", running.to).unwrap();
    running.wait_for_log("the database cannot be written");
    (running, lock)
}

#[test]
fn unwritten_entries_give_exit_code_1() {
    let venue = Venue::new("");
    let (running, _lock) = run_with_a_locked_database(&venue);
    let asked = Instant::now();
    let (status, log) = running.end();
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("not everything could be finished: 2 entries that are not in the database"), "{log}");
    assert!(log.contains("day.db had trouble, the last time at "), "{log}");
    assert!(log.contains(": database is locked [run.component_trouble]"), "{log}");
}

#[test]
fn a_closed_terminal_ends_in_order_however_often_it_is_reported() {
    let venue = Venue::new("");
    let (mut running, lock) = run_with_a_locked_database(&venue);
    running.signal(Signal::SIGHUP);
    running.wait_for_log("ending");
    running.signal(Signal::SIGHUP);
    drop(lock);
    let (status, log) = running.wait();
    assert!(status.success(), "{log}");
}

#[test]
fn second_signal_ends_at_once() {
    let venue = Venue::new("");
    let (mut running, _lock) = run_with_a_locked_database(&venue);
    running.signal(Signal::SIGTERM);
    running.wait_for_log("ending");
    running.signal(Signal::SIGTERM);
    let (status, log) = running.wait();
    assert_eq!(status.code(), Some(130), "{log}");
}
