//! Queries of a database with a season in it, and how much of the disk an event takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use vta::action::{ActionSink, ClipReport, Outcome, Report};
use vta::bout::SessionId;
use vta::court::{Court, Datagram, Input, Output};
use vta::event::ClipSource;
use vta::rules::{Limits, Rules, Surroundings};
use vta::store::{Mode, NewSession, Store};
use vta::time::Time;

use super::process::{messages, vta};

const SESSIONS: usize = 80;
/// In each session.
const BOUTS: usize = 150;
/// Of six bouts, so many have a review.
const REVIEWED: usize = 5;
const RULE: &str = r#"fn on_review_opened(event, bout) { obs::save_replay("review"); }"#;
const RUNS: u32 = 5;

/// Has a court take the messages of bouts, numbered from `number` on, with a review in most of them.
fn hear(id: SessionId, begins_at: Time, numbers: std::ops::Range<usize>, send: &mut impl FnMut(Output)) {
    let rules = [(PathBuf::from("rule.rhai"), RULE.to_owned())];
    let rules = Rules::compile(&rules, Limits::default(), &Surroundings::default()).unwrap();
    let mut court = Court::new("court-1".into(), Vec::new(), rules).with_session(id);
    let messages = messages();
    let bouts: Vec<_> = messages.split_inclusive(|message| message.starts_with(b"win;")).collect();
    let mut now = begins_at;
    let mut outputs = Vec::new();
    for number in numbers {
        for (place, message) in bouts[number % 2].iter().enumerate() {
            let mut said = vec![renamed(message, number)];
            if place == 100 && number % 6 < REVIEWED {
                said.extend(["ch1;", "ch1;1;1", "ch1;-1"].map(|text| text.as_bytes().to_vec()));
            }
            for bytes in said {
                now = now + Duration::from_millis(400);
                let datagram = Datagram { bytes: Bytes::from(bytes), from: None, truncated: false };
                court.step(now, &Input::Datagram(datagram), &mut outputs);
                let saved: Vec<_> = outputs.iter().filter_map(|output| saved(output, now)).collect();
                for report in saved.into_iter().flatten() {
                    court.step(now, &Input::Report(report), &mut outputs);
                }
                outputs.drain(..).for_each(&mut *send);
            }
        }
        now = now + Duration::from_secs(30);
    }
    court.step(now, &Input::Stop, &mut outputs);
    outputs.drain(..).for_each(send);
}

/// The message, with the number of its bout.
fn renamed(message: &[u8], number: usize) -> Vec<u8> {
    match std::str::from_utf8(message).ok().and_then(|text| text.strip_prefix("mch;")?.split_once(';')) {
        Some((_, rest)) => format!("mch;{number};{rest}").into_bytes(),
        None => message.to_vec(),
    }
}

/// What OBS reports of a replay that is to be saved.
fn saved(output: &Output, at: Time) -> Option<[Report; 2]> {
    let Output::Action { action, .. } = output else { return None };
    let ActionSink::Obs(_) = action.verb.sink() else { return None };
    let clip = ClipReport {
        instance: "replay".into(),
        path: format!("/srv/clips/Hamburg Open 2026 court-1 {} blue.mkv", action.seq),
        from: ClipSource::ReplayBuffer,
        begins_at: Some(at - Duration::from_secs(20)),
        ends_at: Some(at),
        note: None,
        action_seqs: vec![action.seq],
    };
    let name = action.verb.name().to_owned();
    let done = Report::Outcome { action_seq: action.seq, action: name, outcome: Outcome::Done, took_us: 700_000 };
    Some([Report::ClipSaved(clip), done])
}

fn write(path: &Path) -> u64 {
    let mut ids = Vec::new();
    let mut store = Store::open(path).unwrap();
    for session in 0..SESSIONS {
        let started_at = Time::from_micros(1_777_712_400_000_000) + Duration::from_secs(session as u64 * 86_400);
        let new = NewSession {
            id: SessionId::new(),
            replay_of: None,
            court: "court-1".into(),
            mode: Mode::Live,
            event_name: Some("Hamburg Open 2026".into()),
            capture: None,
            started_at,
        };
        ids.push((store.begin_session(&new).unwrap(), new));
    }
    let (handle, thread) = store.spawn(100_000).unwrap();
    let mut events = 0;
    for (place, (session, new)) in ids.into_iter().enumerate() {
        let first = 1 + place * BOUTS;
        hear(new.id, new.started_at, first..first + BOUTS, &mut |output| {
            events += u64::from(matches!(output, Output::Event { .. }));
            handle.send(session, output).unwrap();
        });
    }
    drop(handle);
    assert_eq!(thread.join(Duration::from_secs(600)).missing(), 0);
    events
}

pub fn bench() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("season.db");
    let began = Instant::now();
    let events = write(&path);
    let took = began.elapsed().as_secs_f64();
    let bytes = fs::metadata(&path).unwrap().len();
    println!(
        "written:  {events} events of {} bouts in {SESSIONS} sessions in {took:.1} s, {:.0}/s (decoder, bout, a rule, store)",
        SESSIONS * BOUTS,
        events as f64 / took
    );
    println!("database: {:.0} MB, {:.0} bytes an event", bytes as f64 / 1e6, bytes as f64 / events as f64);
    let last = (SESSIONS * BOUTS - 6).to_string();
    for arguments in [
        &["bouts"][..],
        &["bouts", "--bout", &last],
        &["reviews"],
        &["timeline", "--bout", &last],
        &["export", "--bout", &last],
        &["export", "--bout", &last, "--actions"],
        &["info"],
    ] {
        let mut rows = 0;
        let times = (0..RUNS).map(|_| {
            let began = Instant::now();
            let printed = vta().arg("db").args(arguments).arg("--db").arg(&path).output().unwrap();
            assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
            rows = printed.stdout.iter().filter(|byte| **byte == b'\n').count();
            began.elapsed()
        });
        let best = times.min().unwrap_or_default().as_secs_f64();
        println!("db {:<36} {best:.3} s, {rows} lines", arguments.join(" "));
    }
}
