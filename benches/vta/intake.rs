//! Datagrams at 1,000 and at 50,000 a second for 10 s: vta with decoder, bout, three rules, store and capture, against
//! a bare receive loop.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use super::process::{Run, hall, messages, vta};

const RATES: [u64; 2] = [1_000, 50_000];
const SECONDS: u64 = 10;

/// Sends the bouts over and over at the rate; gives how many a second went out.
fn send(to: SocketAddr, rate: u64) -> (u64, f64) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let messages = messages();
    let began = Instant::now();
    let mut sent = 0;
    while sent < rate * SECONDS {
        // What is due by now, so that a sender that was held up makes up for it.
        let due = (began.elapsed().as_secs_f64() * rate as f64) as u64;
        while sent < due.min(rate * SECONDS) {
            let message = &messages[sent as usize % messages.len()];
            socket.send_to(message, to).unwrap();
            sent += 1;
        }
        thread::sleep(Duration::from_micros(200));
    }
    (sent, sent as f64 / began.elapsed().as_secs_f64())
}

pub fn bench() {
    RATES.into_iter().for_each(at);
}

fn at(wanted: u64) {
    // The bare loop: one thread that receives and counts.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let to = socket.local_addr().unwrap();
    let (count, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let bare = thread::spawn({
        let (count, stop) = (count.clone(), stop.clone());
        move || {
            let mut buffer = [0; 2049];
            while !stop.load(Relaxed) {
                if socket.recv(&mut buffer).is_ok() {
                    count.fetch_add(1, Relaxed);
                }
            }
            let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
            Duration::from(time).as_secs_f64()
        }
    });
    let (sent, rate) = send(to, wanted);
    thread::sleep(Duration::from_millis(300));
    stop.store(true, Relaxed);
    let bare_cpu = bare.join().unwrap();
    let bare_lost = sent - count.load(Relaxed);
    println!(
        "bare loop: {sent} datagrams at {rate:.0}/s, {bare_lost} lost, {:.1} µs of processor each",
        bare_cpu * 1e6 / sent as f64
    );

    let hall =
        hall("  store: { type: sqlite, path: day.db }\n  capture: { type: capture, directory: captures }\n", &[]);
    let run = Run::start(hall.path(), "is ready");
    let (sent, rate) = send(run.to, wanted);
    // The database's batches come at the latest within 100 ms of quiet.
    thread::sleep(Duration::from_secs(1));
    let cpu = run.cpu_seconds();
    let ended = run.end();
    let kept = vta()
        .args(["db", "export", "--format", "ndjson", "--db"])
        .arg(hall.path().join("day.db"))
        .output()
        .unwrap()
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| line.windows(6).any(|window| window == b"\"raw\":"))
        .count() as u64;
    println!(
        "vta:       {sent} datagrams at {rate:.0}/s, {} lost, {:.1} µs of processor each, {:.0} MB at most",
        sent - kept,
        cpu * 1e6 / sent as f64,
        ended.peak_mb
    );
    println!("ratio:     {:.1} times the processor time of the bare loop", cpu / bare_cpu);
    for line in ended.log.lines().filter(|line| line.contains("lost")) {
        println!("log:       {line}");
    }
}
