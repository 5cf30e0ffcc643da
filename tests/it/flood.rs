//! Floods of datagrams beside a bout, at the door of a real `vta run`.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Venue, output, repository, stderr, vta, wait_for};

/// Sends datagrams that are no messages, 30,000 a second.
fn flood(to: SocketAddr, datagrams: u32, ports: usize) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let sockets: Vec<_> = (0..ports).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        let (begin, mut random) = (Instant::now(), 1u64);
        for number in 0..datagrams {
            let mut bytes = [0; 400];
            for byte in &mut bytes {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (random >> 56) as u8;
            }
            let socket = &sockets[number as usize % ports];
            socket.send_to(&bytes, to).unwrap();
            let due = begin + Duration::from_secs(1) * number / 30_000;
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    })
}

fn number_before(text: &str, log: &str) -> u32 {
    let line = log.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {log}"));
    line.split(text).next().unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn flood_of_random_datagrams_beside_a_bout_leaves_the_bout_whole() {
    const FLOOD: u32 = 100_000;
    let venue = Venue::new("");
    let running = venue.run();
    let flood = flood(running.to, FLOOD, 100);
    let simulate = output(
        vta()
            .args(["simulate", "--speed", "100", "--to"])
            .arg(running.to.to_string())
            .arg("--trace")
            .arg(repository("tests/data/console-bout-2.tsv")),
    );
    assert!(simulate.status.success(), "{}", stderr(&simulate));
    flood.join().unwrap();
    wait_for("the end of the bout", || venue.events("1").contains(r#""decision":"PTF""#).then_some(()));
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(!log.contains("were lost in"), "{log}");
    assert!(log.contains("sends too much"), "{log}");

    let live = venue.events("1");
    let documented = live.lines().filter(|line| line.contains(r#""raw":"#) && !line.contains(r#""kind":"unknown""#));
    assert_eq!(documented.count(), 378);
    let (received, shed) = (number_before(" datagrams, ", &log), number_before(" datagrams thrown away, of", &log));
    assert_eq!(received + shed, FLOOD + 378, "{log}");
    let reported: u64 = live
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|event| event["kind"] == "datagrams_shed")
        .map(|event| event["datagrams"].as_u64().unwrap())
        .sum();
    assert_eq!(reported, u64::from(shed), "each has its place in the database");
    let capture = fs::metadata(&venue.captures()[0]).unwrap().len();
    assert!(capture < 8_000_000, "{capture} bytes");

    let replay =
        output(vta().arg("replay").arg(&venue.captures()[0]).args(["--speed", "max", "--config"]).arg(venue.config()));
    assert!(replay.status.success(), "{}", stderr(&replay));
    assert!(venue.events("2") == live, "the capture has what was shed");
}
