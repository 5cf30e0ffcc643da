//! Memory and start of a whole hall: 12 courts with the three rules that ship, store and capture.

use std::net::UdpSocket;
use std::thread;
use std::time::{Duration, Instant};

use super::process::{Run, courts, hall_of, messages};

const COURTS: usize = 12;
/// How often each court gets the two bouts, as fast as they can be sent.
const TIMES: usize = 10;
/// How long everything is left alone before its memory is read.
const QUIET: Duration = Duration::from_secs(5);

pub fn bench() {
    let hall = hall_of(
        &courts(COURTS),
        "  store: { type: sqlite, path: day.db }\n  capture: { type: capture, directory: captures }\n",
        &[],
    );
    let began = Instant::now();
    let run = Run::start(hall.path(), "is ready");
    println!("start:      {:.0} ms until {COURTS} courts are ready", began.elapsed().as_secs_f64() * 1e3);
    thread::sleep(QUIET);
    println!("idle:       {:.0} MB resident", run.resident_mb());

    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let messages = messages();
    let began = Instant::now();
    for _ in 0..TIMES {
        for message in &messages {
            for court in &run.courts {
                socket.send_to(message, court).unwrap();
            }
        }
    }
    let (sent, took) = (TIMES * messages.len() * COURTS, began.elapsed().as_secs_f64());
    println!("burst:      {sent} datagrams at {:.0}/s", sent as f64 / took);
    thread::sleep(QUIET);
    println!("afterwards: {:.0} MB resident", run.resident_mb());
    let ended = run.end();
    println!("            {:.0} MB at most", ended.peak_mb);
    for line in ended.log.lines().filter(|line| line.contains("lost")) {
        println!("log:        {line}");
    }
}
