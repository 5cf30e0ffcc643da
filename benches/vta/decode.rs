//! The two real bouts decoded over and over on one thread, against a bare loop that only splits the same bytes at `;`.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use vta::court::{Court, Datagram, Input};
use vta::pss;
use vta::rules::Rules;
use vta::time::Time;

/// How often the bouts are decoded in one measurement, and how many measurements are made; the fastest counts, because
/// other work of the machine can only slow one down.
const TIMES: usize = 1000;
const MEASUREMENTS: usize = 7;

/// The datagrams of the two bouts, each with its time from the start of the first; and how long they took.
fn datagrams() -> (Vec<(Duration, Bytes)>, Duration) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut datagrams = Vec::new();
    let mut start = Duration::ZERO;
    for bout in ["console-bout-1.tsv", "console-bout-2.tsv"] {
        let mut last = start;
        for line in fs::read_to_string(folder.join(bout)).unwrap().lines() {
            let (milliseconds, message) = line.split_once('\t').unwrap();
            last = start + Duration::from_millis(milliseconds.parse().unwrap());
            datagrams.push((last, Bytes::from(message.to_owned())));
        }
        start = last + Duration::from_secs(60);
    }
    (datagrams, start)
}

/// Messages a second.
fn rate(datagrams: usize, mut run: impl FnMut()) -> f64 {
    let fastest = (0..MEASUREMENTS).map(|_| {
        let began = Instant::now();
        run();
        began.elapsed()
    });
    (datagrams * TIMES) as f64 / fastest.min().unwrap().as_secs_f64()
}

pub fn bench() {
    let (datagrams, lasted) = datagrams();
    let bare = rate(datagrams.len(), || {
        for (_, datagram) in (0..TIMES).flat_map(|_| &datagrams) {
            for field in datagram.split(|byte| *byte == b';') {
                black_box(field);
            }
        }
    });
    let decoded = rate(datagrams.len(), || {
        for (_, datagram) in (0..TIMES).flat_map(|_| &datagrams) {
            pss::decode(datagram, false, |message| {
                black_box(&message);
            });
        }
    });
    let inputs: Vec<_> = datagrams
        .into_iter()
        .map(|(at, bytes)| (at, Input::Datagram(Datagram { bytes, from: None, truncated: false })))
        .collect();
    let bout = rate(inputs.len(), || {
        let mut court = Court::new(Arc::from("court-1"), Vec::new(), Rules::none());
        let mut outputs = Vec::new();
        let mut start = Time::from_micros(0);
        for _ in 0..TIMES {
            for (at, input) in &inputs {
                court.step(start + *at, input, &mut outputs);
                black_box(&outputs);
                outputs.clear();
            }
            start = start + lasted;
        }
    });
    let million = |rate: f64| rate / 1e6;
    println!("split at `;`:    {:.2} million messages a second", million(bare));
    println!("decode:          {:.2} million a second, {:.2} of the bare rate", million(decoded), decoded / bare);
    println!("decode and bout: {:.2} million a second, {:.2} of the bare rate", million(bout), bout / bare);
}
