//! From a datagram's being sent to the request for OBS being on the wire, at 1,000 datagrams a second, with a real OBS
//! behind a relay that notes the time of each request.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::headless_obs::HeadlessObs;
use super::process::{Run, hall, messages};

const SECONDS: u64 = 20;
const RATE: u64 = 1000;
/// One datagram in so many asks for a scene.
const EVERY: u64 = 20;

/// Passes bytes on both ways; tells when a whole frame that asks for a scene has come from the client.
fn relay(port: u16, requests: Sender<Instant>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let relayed = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
            let requests = requests.clone();
            thread::spawn(move || forward(client, server, &requests));
        }
    });
    relayed
}

fn forward(mut client: TcpStream, mut server: TcpStream, requests: &Sender<Instant>) {
    let mut buffer = [0; 16_384];
    let mut pending = Vec::new();
    let mut upgraded = false;
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let at = Instant::now();
        server.write_all(&buffer[..length]).unwrap();
        pending.extend_from_slice(&buffer[..length]);
        if !upgraded {
            let Some(end) = pending.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            pending.drain(..end + 4);
            upgraded = true;
        }
        while let Some((payload, size)) = frame(&pending) {
            pending.drain(..size);
            if payload.windows(22).any(|window| window == b"SetCurrentProgramScene") && requests.send(at).is_err() {
                return;
            }
        }
    }
}

/// The first whole frame of a client: its payload, and its size with all headers (RFC 6455).
fn frame(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let length = usize::from(bytes.get(1)? & 0x7f);
    let (length, header) = match length {
        126 => (usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])), 4),
        127 => panic!("no request is that long"),
        short => (short, 2),
    };
    let mask = bytes.get(header..header + 4)?;
    let payload = bytes.get(header + 4..header + 4 + length)?;
    Some((payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect(), header + 4 + length))
}

pub fn bench() {
    let Some(obs) = HeadlessObs::start() else { return println!("left out: no OBS") };
    let (sender, requests) = channel();
    let port = relay(obs.port, sender);
    let rules = tempfile::tempdir().unwrap();
    let rule = rules.path().join("scene.rhai");
    fs::write(&rule, "fn on_hit(event, bout) { obs::scene(if event.level == 99 { \"Live\" } else { \"Replay\" }); }")
        .unwrap();
    let shipped = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{name}.rhai"));
    let hall = hall(
        &format!(
            "  store: {{ type: sqlite, path: day.db }}\n  capture: {{ type: capture, directory: captures }}\n  \
             replay: {{ type: obs, port: {port}, password: \"{}\" }}\n",
            obs.password
        ),
        &[rule, shipped("instant-replay"), shipped("recording")],
    );
    let run = Run::start(hall.path(), "connected to OBS");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    // A load of one bout that never begins, so that nothing but our rule asks for anything.
    let load: Vec<_> =
        messages().into_iter().filter(|message| message.starts_with(b"sc1") || message.starts_with(b"wg1")).collect();
    let mut sent = Vec::new();
    let began = Instant::now();
    for number in 0..RATE * SECONDS {
        thread::sleep(
            (began + Duration::from_micros(number * 1_000_000 / RATE)).saturating_duration_since(Instant::now()),
        );
        if number % EVERY == 0 {
            let message: &[u8] = if (number / EVERY).is_multiple_of(2) { b"hl1;99;" } else { b"hl1;50;" };
            sent.push(Instant::now());
            socket.send_to(message, run.to).unwrap();
        } else {
            socket.send_to(&load[number as usize % load.len()], run.to).unwrap();
        }
    }
    let asked: Vec<_> = sent.iter().map_while(|_| requests.recv_timeout(Duration::from_secs(2)).ok()).collect();
    let ended = run.end();
    let mut took: Vec<_> = sent.iter().zip(&asked).map(|(sent, asked)| asked.duration_since(*sent)).collect();
    took.sort();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{} requests of {} seen, at {RATE} datagrams a second for {SECONDS} s", asked.len(), sent.len());
    println!(
        "datagram sent to request on the wire: median {:.2} ms, 99th of 100 {:.2} ms, worst {:.2} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    println!("memory: {:.0} MB at most", ended.peak_mb);
}
