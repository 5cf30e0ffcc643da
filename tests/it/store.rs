//! Outputs of courts, written to real databases and read back.

mod commands;
mod loads;
mod migration;
mod reading;
mod reviews;
mod verbs;
mod writing;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tempfile::TempDir;
use vta::action::{Action, ActionVerb};
use vta::bout::{Bout, BoutId, SessionId};
use vta::court::Output;
use vta::event::{Body, ClipSaved, ClipSource, Event, Note, Raw, Status};
use vta::store::{Mode, NewSession, Sessions, Store, StoreCounts, StoreReader};
use vta::time::Time;

/// Longer than anything here should take.
const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

/// A folder of its own with the path of a database in it.
fn database() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vta.db");
    (folder, path)
}

fn session(mode: Mode) -> NewSession {
    NewSession {
        id: SessionId::new(),
        replay_of: None,
        court: "court-1".into(),
        mode,
        event_name: Some("Hamburg Open 2026".into()),
        capture: None,
        started_at: second(0),
    }
}

/// So many seconds after the start of the day.
fn second(seconds: u64) -> Time {
    "2026-05-02T09:00:00Z".parse::<Time>().unwrap() + Duration::from_secs(seconds)
}

/// An event a second, each a second after the one before.
fn event(seq: u64, stream: &'static str, body: Body, raw: impl Into<Vec<u8>>) -> Event {
    Event {
        seq,
        at: second(seq),
        court: "court-1".into(),
        stream: Some(stream.into()),
        status: Status::Ok,
        cause: None,
        body,
        notes: Vec::new(),
        raw: Some(Raw::new(Bytes::from(raw.into()))),
    }
}

fn derived(seq: u64, cause: u64, body: Body) -> Event {
    Event { stream: None, cause: Some(cause), raw: None, ..event(seq, "", body, "") }
}

fn reported(seq: u64, body: Body) -> Event {
    Event { stream: None, raw: None, ..event(seq, "", body, "") }
}

fn with_notes(event: Event, status: Status, notes: &[&'static str]) -> Event {
    Event { status, notes: notes.iter().map(|note| Note::Borrowed(note)).collect(), ..event }
}

fn action(seq: u64, cause: u64, verb: ActionVerb) -> Action {
    Action { seq, at: second(cause), rule: "instant-replay.rhai".into(), cause, verb }
}

fn event_of(load: u32, event: Event) -> Output {
    Output::Event { event: Arc::new(event), load }
}

fn action_of(load: u32, action: Action) -> Output {
    Output::Action { action: Arc::new(action), load }
}

/// A load is of a bout.
fn load_of(load: u32, bout: BoutId) -> Output {
    Output::Load { load, bout, at: second(0) }
}

fn bout_of(id: BoutId, bout: Bout) -> Output {
    Output::Bout { id, bout: Arc::new(bout) }
}

/// A clip without anything that can be absent.
fn clip_saved(path: impl Into<String>) -> ClipSaved {
    ClipSaved {
        instance: "replay".into(),
        path: path.into(),
        from: ClipSource::ReplayBuffer,
        begins_at: None,
        ends_at: None,
        note: None,
        reason: None,
        action_seq: None,
        review: None,
    }
}

/// Writes one session of outputs, and waits until everything is written.
fn keep(path: &Path, new: &NewSession, outputs: Vec<Output>) -> StoreCounts {
    let mut store = Store::open(path).unwrap();
    let session = store.begin_session(new).unwrap();
    let (handle, thread) = store.spawn(1024).unwrap();
    for output in outputs {
        handle.send(session, output).unwrap();
    }
    drop(handle);
    thread.join(WAIT_TIMEOUT)
}

fn reader(path: &Path) -> StoreReader {
    StoreReader::open_read_only(path).unwrap()
}

/// An export as text.
fn text(export: impl FnOnce(&mut dyn std::io::Write)) -> String {
    let mut out = Vec::new();
    export(&mut out);
    String::from_utf8(out).unwrap()
}

/// Polls until a condition holds.
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + WAIT_TIMEOUT;
    while !is_so() {
        assert!(Instant::now() < end, "not so in time: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
