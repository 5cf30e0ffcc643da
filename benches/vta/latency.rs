//! From a datagram's being sent to the request for OBS being on the wire, at 1,000 datagrams a second, with a real OBS
//! behind a relay that notes the time of each request; against a bare loop beside the same OBS.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::headless_obs::HeadlessObs;
use super::process::{Run, hall, messages};

/// The first request that showing a source takes. It changes no picture, so that OBS is as busy as always.
const REQUEST: &[u8] = b"GetSceneItemId";
const SECONDS: u64 = 20;
const RATE: u64 = 1000;
/// One datagram in so many asks for what the rule wants.
const EVERY: u64 = 20;

/// Passes bytes on both ways; tells when a whole frame that asks for what the rule wants has come from the client.
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
            if payload.windows(REQUEST.len()).any(|window| window == REQUEST) && requests.send(at).is_err() {
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
    fs::write(&rule, "fn on_hit(event, bout) { obs::source_visible(\"Live\", \"Mat camera\", event.level > 0); }")
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
    // OBS answers the first requests late: it is still starting the replay buffer.
    socket.send_to(b"hl1;99;", run.to).unwrap();
    requests.recv_timeout(Duration::from_secs(10)).unwrap();
    thread::sleep(Duration::from_secs(1));
    let sent = send(&socket, run.to);
    let asked: Vec<_> = sent.iter().map_while(|_| requests.recv_timeout(Duration::from_secs(2)).ok()).collect();
    let ended = run.end();
    println!(
        "{} requests of {} seen, at {RATE} datagrams a second for {SECONDS} s, with a real OBS",
        asked.len(),
        sent.len()
    );
    report("vta, datagram sent to request on the wire: ", &sent, &asked);
    let (sent, arrived) = bare();
    report("bare loop, datagram sent to byte on the wire:", &sent, &arrived);
    println!("memory: {:.0} MB at most", ended.peak_mb);
}

/// The same way through nothing but one thread that receives datagrams and writes a byte for each that asks for it.
fn bare() -> (Vec<Instant>, Vec<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut out = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    out.set_nodelay(true).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = receiver.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 2049];
        while let Ok(length @ 1..) = receiver.recv(&mut buffer) {
            if buffer.get(..3) == Some(b"hl1") && length > 0 {
                out.write_all(b"x").unwrap();
            }
        }
    });
    let (sender, arrivals) = channel();
    thread::spawn(move || {
        let mut byte = [0];
        while peer.read_exact(&mut byte).is_ok() && sender.send(Instant::now()).is_ok() {}
    });
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sent = send(&socket, to);
    // An empty datagram ends the loop.
    socket.send_to(b"", to).unwrap();
    let arrived = sent.iter().map_while(|_| arrivals.recv_timeout(Duration::from_secs(2)).ok()).collect();
    (sent, arrived)
}

fn report(what: &str, from: &[Instant], to: &[Instant]) {
    let mut took: Vec<_> = from.iter().zip(to).map(|(from, to)| to.duration_since(*from)).collect();
    took.sort();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{what} median {:.2} ms, 99th of 100 {:.2} ms, worst {:.2} ms", at(0.5), at(0.99), at(1.0));
}

/// Sends datagrams at the rate; gives when those were sent that ask for something.
fn send(socket: &UdpSocket, to: SocketAddr) -> Vec<Instant> {
    // Messages of a bout that never begins, so that nothing but our rule asks for anything.
    let load: Vec<_> =
        messages().into_iter().filter(|message| message.starts_with(b"sc1") || message.starts_with(b"wg1")).collect();
    let mut sent = Vec::new();
    let began = Instant::now();
    for number in 0..RATE * SECONDS {
        let due = began + Duration::from_micros(number * 1_000_000 / RATE);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if number % EVERY == 0 {
            let message: &[u8] = if (number / EVERY).is_multiple_of(2) { b"hl1;99;" } else { b"hl1;50;" };
            sent.push(Instant::now());
            socket.send_to(message, to).unwrap();
        } else {
            socket.send_to(&load[number as usize % load.len()], to).unwrap();
        }
    }
    sent
}
