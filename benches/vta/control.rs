//! A command and `/health` over one connection that stays open, from sending the request to the whole answer, while the court
//! receives 1,000 datagrams a second; against a bare server that answers the same bytes at once.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::process::{Run, hall, messages};

const REQUESTS: usize = 2000;
/// Between two datagrams.
const INTERVAL: Duration = Duration::from_millis(1);

pub fn bench() {
    let hall = hall(
        "  store: { type: sqlite, path: day.db }\n  capture: { type: capture, directory: captures }\n\
         server: { bind: \"127.0.0.1:0\" }\n",
        &[],
    );
    let run = Run::start(hall.path(), "is ready");
    let file = hall.path().join("event.yaml.run");
    let address = loop {
        let read = fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        match read.and_then(|run| run["address"].as_str()?.parse::<SocketAddr>().ok()) {
            Some(address) => break address,
            None => thread::sleep(INTERVAL),
        }
    };
    let ends = AtomicBool::new(false);
    let answer = thread::scope(|scope| {
        scope.spawn(|| feed(run.to, &ends));
        let command = "POST /api/courts/court-1/mark/here";
        report("command", &ask(address, command).0);
        let (took, answer) = ask(address, "GET /health");
        report("/health", &took);
        ends.store(true, Relaxed);
        answer
    });
    println!("memory: {:.0} MB at most", run.end().peak_mb);
    report("the answer of /health from a bare server", &ask(bare(answer), "GET /health").0);
}

/// Sends datagrams until it is to end.
fn feed(to: SocketAddr, ends: &AtomicBool) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for message in messages().iter().cycle().take_while(|_| !ends.load(Relaxed)) {
        socket.send_to(message, to).unwrap();
        thread::sleep(INTERVAL);
    }
}

/// Sends a request many times; gives how long each took, sorted, and the last answer.
fn ask(address: SocketAddr, request: &str) -> (Vec<Duration>, Vec<u8>) {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut to, mut from) = (stream.try_clone().unwrap(), BufReader::new(stream));
    let request = format!("{request} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut last = Vec::new();
    let mut took: Vec<_> = (0..REQUESTS)
        .map(|_| {
            let began = Instant::now();
            to.write_all(request.as_bytes()).unwrap();
            last = answer(&mut from);
            began.elapsed()
        })
        .collect();
    took.sort();
    (took, last)
}

/// Reads an answer with a body of known length.
fn answer(from: &mut BufReader<TcpStream>) -> Vec<u8> {
    let (mut answer, mut length) = (Vec::new(), 0);
    loop {
        let begin = answer.len();
        assert!(from.read_until(b'\n', &mut answer).unwrap() > 0, "the connection was closed");
        let line = String::from_utf8_lossy(&answer[begin..]).to_lowercase();
        if begin == 0 {
            assert!(line.starts_with("http/1.1 200"), "{line}");
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let begin = answer.len();
    answer.resize(begin + length, 0);
    from.read_exact(&mut answer[begin..]).unwrap();
    answer
}

/// A server that answers each request of one connection with the same bytes.
fn bare(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        while let Ok(1..) = stream.read(&mut [0; 4096]) {
            stream.write_all(&answer).unwrap();
        }
    });
    address
}

fn report(what: &str, took: &[Duration]) {
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{what}: median {:.2} ms, 99th of 100 {:.2} ms, worst {:.2} ms", at(0.5), at(0.99), at(1.0));
}
