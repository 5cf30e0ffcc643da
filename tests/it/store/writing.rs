use std::time::Duration;

use rusqlite::Connection;
use vta::action::{ActionVerb, LogLevel};
use vta::bout::{Bout, Stage};
use vta::court::Output;
use vta::event::{
    ActionDone, ActionFailed, Body, BoutConfig, ClipSaved, Hit, MaybeSide, Requester, ReviewOrigin, ReviewSide, Side,
};
use vta::store::{Filter, Full, ReviewRow, StoreReader};
use vta::telemetry::Counters;

use super::*;
use crate::support::repository;

fn hit(seq: u64) -> Output {
    event_of(1, event(seq, "hl1", Body::Hit(Hit { side: Side::Blue, level: 50 }), "hl1;50"))
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Another program that holds the database.
fn lock(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(WAIT_TIMEOUT).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    connection
}

#[test]
fn reader_sees_an_event_while_the_store_is_open() {
    let (_folder, path) = database();
    let mut store = Store::open(&path).unwrap();
    let session = store.begin_session(&session(Mode::Live)).unwrap();
    let (handle, thread) = store.spawn(16).unwrap();
    let reader = Connection::open(&path).unwrap();

    handle.try_send(session, hit(1)).unwrap();
    eventually("the event can be read", || number(&reader, "SELECT count(*) FROM events") == 1);
    assert_eq!((handle.counts().written, handle.counts().queued), (1, 0));

    drop((handle, reader));
    assert_eq!(thread.join(WAIT_TIMEOUT).missing(), 0);
}

#[test]
fn several_batches_are_written_in_order_to_one_file() {
    let (folder, path) = database();
    let counts = keep(&path, &session(Mode::Replay), (1..=10_000).map(hit).collect());
    assert_eq!(counts, StoreCounts { queued: 0, written: 10_000, dropped: 0, failed: 0 });
    assert_eq!(counts.missing(), 0);

    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["vta.db"]);
    let mut seqs = Vec::new();
    let found = reader(&path)
        .events(&Filter::default(), &[], |event| {
            seqs.push(event.seq);
            Ok(())
        })
        .unwrap();
    assert_eq!(found.rows, 10_000);
    assert!(seqs.into_iter().eq(1..=10_000));
}

#[test]
fn locked_database_loses_nothing() {
    let (_folder, path) = database();
    let mut store = Store::open(&path).unwrap();
    let session = store.begin_session(&session(Mode::Live)).unwrap();
    let (handle, thread) = store.spawn(1024).unwrap();

    let locked = lock(&path);
    for seq in 1..=100 {
        handle.try_send(session, hit(seq)).unwrap();
    }
    eventually("the writer meets the lock", || handle.status().is_degraded());
    for seq in 101..=200 {
        handle.try_send(session, hit(seq)).unwrap();
    }
    assert_eq!((handle.counts().written, handle.counts().queued), (0, 200));
    locked.execute_batch("ROLLBACK").unwrap();

    eventually("the writer has gone on", || handle.counts().written == 200);
    assert!(!handle.status().is_degraded());
    drop(handle);
    assert_eq!(thread.join(WAIT_TIMEOUT), StoreCounts { queued: 0, written: 200, dropped: 0, failed: 0 });
    assert_eq!(number(&locked, "SELECT count(*) FROM events"), 200);
}

#[test]
fn full_queue_counts_what_it_drops() {
    let (_folder, path) = database();
    let mut store = Store::open(&path).unwrap();
    let session = store.begin_session(&session(Mode::Live)).unwrap();
    let (handle, thread) = store.spawn(4).unwrap();

    let locked = lock(&path);
    let mut sent = 0;
    eventually("the queue is full", || {
        sent += 1;
        handle.try_send(session, hit(sent)) == Err(Full) && handle.status().is_degraded()
    });
    for _ in 0..10 {
        sent += 1;
        assert_eq!(handle.try_send(session, hit(sent)), Err(Full));
    }
    let dropped = handle.counts().dropped;
    assert!(dropped >= 11, "{dropped}");
    locked.execute_batch("ROLLBACK").unwrap();

    drop(handle);
    assert_eq!(thread.join(WAIT_TIMEOUT), StoreCounts { queued: 0, written: sent - dropped, dropped, failed: 0 });
    assert_eq!(number(&locked, "SELECT count(*) FROM events"), i64::try_from(sent - dropped).unwrap());
}

#[test]
fn join_ends_in_time_and_returns_what_is_left() {
    let (_folder, path) = database();
    let mut store = Store::open(&path).unwrap();
    let session = store.begin_session(&session(Mode::Live)).unwrap();
    let (handle, thread) = store.spawn(16).unwrap();
    let _locked = lock(&path);
    for seq in 1..=7 {
        handle.try_send(session, hit(seq)).unwrap();
    }
    drop(handle);
    let counts = thread.join(Duration::from_millis(50));
    assert_eq!(counts, StoreCounts { queued: 7, written: 0, dropped: 0, failed: 0 });
    assert_eq!(counts.missing(), 7);
}

#[test]
fn several_writers_of_one_database_lose_nothing() {
    let (_folder, path) = database();
    let start = std::sync::Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                start.wait();
                for _ in 0..3 {
                    assert_eq!(keep(&path, &session(Mode::Replay), (1..=100).map(hit).collect()).missing(), 0);
                }
            });
        }
    });
    let info = reader(&path).info().unwrap();
    assert_eq!(info.sessions.iter().map(|session| session.events).collect::<Vec<_>>(), [100; 12]);
}

#[test]
fn refused_entry_does_not_block_the_others() {
    let (_folder, path) = database();
    let counts = keep(&path, &session(Mode::Live), vec![hit(1), hit(2), hit(2), hit(3)]);
    assert_eq!(counts, StoreCounts { queued: 0, written: 3, dropped: 0, failed: 1 });
}

#[test]
fn outcome_is_stored_with_its_action() {
    let (_folder, path) = database();
    let log = |text: &str| ActionVerb::Log { level: LogLevel::Info, text: text.into() };
    let done = ActionDone { action_seq: 1, action: "log".into(), took_us: 1500, earlier_bout: None };
    let failed = ActionFailed {
        action_seq: 2,
        action: "log".into(),
        review: None,
        reason: "OBS is not connected".into(),
        took_us: 30,
        earlier_bout: None,
    };
    keep(
        &path,
        &session(Mode::Live),
        vec![
            hit(1),
            action_of(1, action(1, 1, log("first"))),
            action_of(1, action(2, 1, log("second"))),
            action_of(1, action(3, 1, log("third"))),
            event_of(1, reported(2, Body::ActionDone(done))),
            event_of(1, reported(3, Body::ActionFailed(failed))),
        ],
    );
    let mut outcomes = Vec::new();
    reader(&path)
        .actions(&Filter::default(), |action| {
            outcomes.push((
                action.seq,
                action.outcome.map(str::to_owned),
                action.reason.map(str::to_owned),
                action.took_us,
            ));
            Ok(())
        })
        .unwrap();
    assert_eq!(
        outcomes,
        [
            (1, Some("done".into()), None, Some(1500)),
            (2, Some("failed".into()), Some("OBS is not connected".into()), Some(30)),
            (3, Some("done".into()), None, None),
        ]
    );
    let info = reader(&path).info().unwrap();
    let session = info.sessions.first().unwrap();
    assert_eq!((session.actions_done, session.actions_failed, session.actions_open), (2, 1, 0));
}

#[test]
fn last_state_of_a_bout_is_stored() {
    let (_folder, path) = database();
    let config = BoutConfig { number: Some("245.A".into()), ..BoutConfig::default() };
    let new = session(Mode::Live);
    let id = BoutId { session: new.id, load: 1 };
    let bout = |stage| bout_of(id, Bout { load: 1, stage, config: config.clone().into(), ..Bout::default() });
    keep(&path, &new, vec![load_of(1, id), bout(Stage::Loaded), bout(Stage::Fighting), bout(Stage::Ended)]);
    let (bouts, _) = reader(&path).bouts(&Filter::default()).unwrap();
    let bouts: Vec<_> = bouts.iter().map(|bout| (&*bout.id, bout.number.as_deref(), &*bout.stage)).collect();
    assert_eq!(bouts, [(&*id.to_string(), Some("245.A"), "ended")]);
}

#[test]
fn a_column_that_is_added_as_contributing_says_is_filled_for_old_and_new_bouts() {
    let (_folder, path) = database();
    let bout_of_session = |leader| {
        let new = session(Mode::Live);
        let id = BoutId { session: new.id, load: 1 };
        let bout = bout_of(id, Bout { load: 1, leader, ..Bout::default() });
        keep(&path, &new, vec![load_of(1, id), bout]);
    };
    bout_of_session(MaybeSide::Blue);
    let contributing = std::fs::read_to_string(repository("CONTRIBUTING.md")).unwrap();
    let sql = contributing.split("```sql").nth(1).unwrap().split("```").next().unwrap();
    let database = Connection::open(&path).unwrap();
    database.execute_batch(sql).unwrap();
    bout_of_session(MaybeSide::Red);
    let leaders: String =
        database.query_row("SELECT group_concat(leader, ' ') FROM bouts", [], |row| row.get(0)).unwrap();
    assert_eq!(leaders, "blue red");
}

#[test]
fn ended_session_has_its_counts() {
    let (_folder, path) = database();
    let mut store = Store::open(&path).unwrap();
    let ended = store.begin_session(&session(Mode::Live)).unwrap();
    let running = store.begin_session(&session(Mode::Replay)).unwrap();
    assert_ne!(ended, running);
    let (handle, thread) = store.spawn(16).unwrap();
    handle.try_send(ended, hit(1)).unwrap();
    let counts = Counters::default();
    counts.received.add(20);
    counts.lost_in_kernel.add(1);
    counts.lost_in_queue.add(2);
    counts.entries_dropped.add(1);
    handle.end_session(ended, second(60), Arc::new(counts)).unwrap();
    drop(handle);
    assert_eq!(thread.join(WAIT_TIMEOUT).missing(), 0);

    let sessions = reader(&path).info().unwrap().sessions;
    let [first, second_one] = sessions.as_slice() else { panic!("{sessions:?}") };
    assert_eq!((first.mode.as_str(), first.ended_at), ("live", Some(second(60))));
    assert_eq!((first.datagrams, first.datagrams_lost, first.entries_dropped), (Some(20), Some(3), Some(1)));
    assert_eq!((first.events, first.first_at, first.last_at), (1, Some(second(1)), Some(second(1))));
    assert_eq!(first.event_name.as_deref(), Some("Hamburg Open 2026"));
    assert_eq!((second_one.mode.as_str(), second_one.ended_at, second_one.events), ("replay", None, 0));
}

#[test]
fn clip_to_show_is_found_after_a_restart_by_path_by_file_name_and_as_the_latest_of_the_day() {
    let (_folder, path) = database();
    let clip = |clip: &str| vec![event_of(1, reported(1, Body::ClipSaved(clip_saved(clip))))];
    keep(&path, &session(Mode::Live), clip("C:\\clips\\1 blue.mkv"));
    keep(&path, &session(Mode::Live), clip("/clips/2 red.mkv"));
    keep(&path, &NewSession { court: "court-2".into(), ..session(Mode::Live) }, clip("/clips/3 red.mkv"));
    let restarted = session(Mode::Live);
    keep(&path, &restarted, Vec::new());
    let tomorrow = NewSession { started_at: second(20 * 60 * 60), ..session(Mode::Live) };
    keep(&path, &tomorrow, Vec::new());

    let shown = |session: &NewSession, name| {
        let found = reader(&path).clip(session.id, name).unwrap();
        found.map(|clip| clip.path)
    };
    assert_eq!(shown(&restarted, None).as_deref(), Some("/clips/2 red.mkv"));
    assert_eq!(shown(&restarted, Some("1 blue.mkv")).as_deref(), Some("C:\\clips\\1 blue.mkv"));
    assert_eq!(shown(&tomorrow, Some("/clips/2 red.mkv")).as_deref(), Some("/clips/2 red.mkv"));
    assert_eq!(
        [shown(&restarted, Some("red.mkv")), shown(&restarted, Some("3 red.mkv")), shown(&tomorrow, None)],
        [const { None }; 3]
    );
}

#[test]
fn clip_is_stored_with_its_review() {
    let (_folder, path) = database();
    let clip = ClipSaved {
        reason: Some("review".into()),
        action_seq: Some(1),
        review: Some(1),
        ..clip_saved("clips/245.A blue.mkv")
    };
    let opened =
        |side, request| Body::ReviewOpened(ReviewSide { side, review: Some(request), origin: ReviewOrigin::Console });
    let decided = vta::event::ReviewDecided {
        origin: ReviewOrigin::Console,
        side: Requester::Blue,
        state: vta::event::ReviewState::Accepted,
        verdict: Some(vta::event::Verdict::Won),
        requests_left: None,
        took_ms: Some(3200),
        review: Some(1),
    };
    let answer = vta::event::Review {
        side: Requester::Blue,
        state: vta::event::ReviewState::Accepted,
        verdict: Some(vta::event::Verdict::Won),
    };
    keep(
        &path,
        &session(Mode::Live),
        vec![
            event_of(1, derived(2, 1, opened(Requester::Blue, 1))),
            event_of(1, derived(3, 10, opened(Requester::Red, 10))),
            event_of(1, reported(4, Body::ClipSaved(clip))),
            // The answer, and what is derived from it when its burst is over.
            event_of(1, event(5, "ch1", Body::Review(answer), "ch1;1;1")),
            event_of(1, derived(6, 5, Body::ReviewDecided(decided))),
            event_of(1, derived(7, 11, opened(Requester::Blue, 11))),
        ],
    );
    let (reviews, _) = StoreReader::open_read_only(&path).unwrap().reviews(&Filter::default()).unwrap();
    let short = |review: &ReviewRow| (review.review, review.side.clone(), review.state.clone(), review.clips.clone());
    assert_eq!(
        reviews.iter().map(short).collect::<Vec<_>>(),
        [
            (1, "blue".into(), Some("accepted".into()), vec!["clips/245.A blue.mkv".to_owned()]),
            (10, "red".into(), None, vec![]),
            (11, "blue".into(), None, vec![]),
        ]
    );
    let first = &reviews[0];
    assert_eq!((first.verdict.as_deref(), first.save_ms, first.took_ms), (Some("won"), Some(2000), Some(3000)));
}
