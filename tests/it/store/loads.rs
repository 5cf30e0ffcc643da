//! Loads, the bouts that they are of, and what a later session needs of them.

use rusqlite::Connection;
use vta::action::{ActionVerb, PlayerVerb};
use vta::bout::{BoutId, Stage};
use vta::court::{Court, Datagram, Input};
use vta::event::*;
use vta::rules::Rules;
use vta::store::{BoutRow, Filter};

use super::*;

fn round(seq: u64) -> Event {
    event(seq, "rnd", Body::Round(Round { round: 1 }), "rnd;1")
}

fn clip(seq: u64) -> Event {
    reported(seq, Body::ClipSaved(clip_saved(format!("{seq}.mkv"))))
}

/// The state of bout `number` in a load.
fn state(load: u32, number: &str, stage: Stage, winner: Option<BoutWinner>) -> Bout {
    let config = BoutConfig { number: Some(number.into()), ..BoutConfig::default() };
    let started_at = (stage > Stage::Ready).then(|| second(load.into()));
    Bout { load, stage, winner, started_at, config: config.into(), ..Bout::default() }
}

fn bouts(path: &Path) -> Vec<BoutRow> {
    reader(path).bouts(&Filter::default()).unwrap().0
}

fn seqs(path: &Path, bout: &str) -> Vec<(i64, u64)> {
    let mut seqs = Vec::new();
    let filter = Filter { bout: Some(bout.into()), ..Filter::default() };
    reader(path)
        .events(&filter, &[], |event| {
            seqs.push((event.session, event.seq));
            Ok(())
        })
        .unwrap();
    seqs
}

#[test]
fn clip_that_comes_late_is_of_the_load_in_which_it_was_requested() {
    let (_folder, path) = database();
    let new = session(Mode::Live);
    let id = |load| BoutId { session: new.id, load };
    let outputs = vec![
        load_of(1, id(1)),
        bout_of(id(1), state(1, "1", Stage::Ended, None)),
        event_of(1, round(1)),
        event_of(2, round(2)),
        load_of(2, id(2)),
        bout_of(id(2), state(2, "2", Stage::Fighting, None)),
        event_of(1, clip(3)),
        event_of(2, clip(4)),
        event_of(3, round(5)),
    ];
    keep(&path, &new, outputs);
    assert_eq!(seqs(&path, "1"), [(1, 1), (1, 3)]);
    assert_eq!(seqs(&path, "2"), [(1, 2), (1, 4)]);
    let counts: Vec<_> = bouts(&path).iter().map(|bout| (bout.events, bout.clips)).collect();
    assert_eq!(counts, [(2, 1), (2, 1)]);
    let timeline = reader(&path).timelines(&Filter { bout: Some("1".into()), ..Filter::default() }).unwrap().0;
    assert_eq!(timeline[0].lines.iter().map(|line| line.seq).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn loads_of_one_bout_are_one_row_over_all_sessions() {
    let (_folder, path) = database();
    let (first, second) = (session(Mode::Live), session(Mode::Live));
    let id = BoutId { session: first.id, load: 1 };
    let loads = |loads: &[u32]| -> Vec<Output> {
        let of = |load: u32| {
            let close = action(load.into(), load.into(), ActionVerb::Player(PlayerVerb::Close { review: None }));
            let bout = bout_of(id, state(load, "245.A", Stage::Fighting, None));
            [event_of(load, round(load.into())), load_of(load, id), bout, action_of(load, close)]
        };
        loads.iter().copied().flat_map(of).collect()
    };
    keep(&path, &first, loads(&[1, 2]));
    keep(&path, &second, loads(&[1]));
    let rows = bouts(&path);
    let [bout] = &rows[..] else { panic!("{rows:#?}") };
    assert_eq!((bout.id.clone(), bout.events, bout.session), (id.to_string(), 3, 1));
    assert_eq!(seqs(&path, "245.A"), [(1, 1), (1, 2), (2, 1)]);
    let timelines = reader(&path).timelines(&Filter::default()).unwrap().0;
    let lines: Vec<_> = timelines[0].lines.iter().map(|line| (&*line.what, line.seq)).collect();
    assert_eq!(lines, [("event", 1), ("action", 1), ("event", 2), ("action", 2), ("event", 1), ("action", 1)]);
}

#[test]
fn bout_that_is_loaded_again_keeps_its_result_until_it_begins() {
    let (_folder, path) = database();
    let new = session(Mode::Live);
    let id = BoutId { session: new.id, load: 1 };
    let shown = |stage, winner: Option<&str>| {
        let rows = bouts(&path);
        let [bout] = &rows[..] else { panic!("{rows:#?}") };
        assert_eq!((&*bout.stage, bout.winner.as_deref()), (stage, winner));
        assert_eq!(bout.started_at, Some(second(1)), "its clock ran first in the first load");
    };
    let mut store = Store::open(&path).unwrap();
    let session = store.begin_session(&new).unwrap();
    let (handle, thread) = store.spawn(16).unwrap();
    let send = |stage, load, winner| {
        handle.send(session, load_of(load, id)).unwrap();
        handle.send(session, bout_of(id, state(load, "245.A", stage, winner))).unwrap();
        eventually("it is written", || handle.counts().queued == 0);
    };
    send(Stage::Ended, 1, Some(BoutWinner::Red));
    send(Stage::Ready, 2, None);
    shown("ended", Some("red"));
    send(Stage::Fighting, 2, None);
    shown("fighting", None);
    drop(handle);
    thread.join(WAIT_TIMEOUT);
}

#[test]
fn load_that_turns_out_to_be_of_another_bout_leaves_the_first_as_it_was() {
    let (_folder, path) = database();
    let new = session(Mode::Live);
    let id = |load| BoutId { session: new.id, load };
    let outputs = vec![
        event_of(1, round(1)),
        load_of(1, id(1)),
        bout_of(id(1), state(1, "1", Stage::Ended, Some(BoutWinner::Blue))),
        event_of(2, round(2)),
        load_of(2, id(1)),
        bout_of(id(1), state(2, "1", Stage::Fighting, None)),
        load_of(2, id(2)),
        bout_of(id(2), state(2, "2", Stage::Fighting, None)),
        // A load of its own at first, and then of the same bout.
        event_of(3, round(3)),
        load_of(3, id(3)),
        bout_of(id(3), state(3, "2", Stage::Loaded, None)),
        load_of(3, id(2)),
    ];
    keep(&path, &new, outputs);
    let rows = bouts(&path);
    let rows: Vec<_> = rows.iter().map(|bout| (bout.number.as_deref(), bout.winner.as_deref(), bout.events)).collect();
    assert_eq!(rows, [(Some("1"), Some("blue"), 1), (Some("2"), None, 2)]);
    assert_eq!(seqs(&path, "2"), [(1, 2), (1, 3)]);
}

#[test]
fn replay_of_a_bout_is_a_row_of_its_own() {
    let (_folder, path) = database();
    let live = session(Mode::Live);
    let id = BoutId { session: live.id, load: 1 };
    let outputs = |id, stage| vec![event_of(1, round(1)), load_of(1, id), bout_of(id, state(1, "1", stage, None))];
    keep(&path, &live, outputs(id, Stage::Ended));
    let replay = NewSession { replay_of: Some(live.id), ..session(Mode::Replay) };
    keep(&path, &replay, outputs(BoutId { session: replay.id, load: 1 }, Stage::Fighting));
    let replays = Store::open(&path).unwrap().replays().unwrap();
    assert_eq!(replays.into_iter().collect::<Vec<_>>(), [(live.id, replay.id)]);
    let rows = bouts(&path);
    assert_eq!(rows.iter().map(|bout| (&*bout.stage, bout.events)).collect::<Vec<_>>(), [("ended", 1)]);
    let all = Filter { sessions: Sessions::All, ..Filter::default() };
    let rows = reader(&path).bouts(&all).unwrap().0;
    assert_eq!(
        rows.iter().map(|bout| (bout.session, &*bout.stage)).collect::<Vec<_>>(),
        [(1, "ended"), (2, "fighting")]
    );
    assert_eq!(seqs(&path, "1"), [(1, 1)]);
}

#[test]
fn order_is_by_seq_when_the_clock_was_set_back() {
    let (_folder, path) = database();
    let new = session(Mode::Live);
    let id = BoutId { session: new.id, load: 1 };
    let close = || ActionVerb::Player(PlayerVerb::Close { review: None });
    let back = Event { at: second(0), ..round(2) };
    let outputs = vec![
        load_of(1, id),
        bout_of(id, state(1, "1", Stage::Fighting, None)),
        event_of(1, round(1)),
        action_of(1, action(1, 1, close())),
        event_of(1, back),
        action_of(1, Action { at: second(0), ..action(2, 2, close()) }),
        // Of a timer that the first event has set.
        event_of(1, Event { at: second(1), ..round(3) }),
        action_of(1, Action { at: second(1), ..action(3, 1, close()) }),
    ];
    keep(&path, &new, outputs);
    let timelines = reader(&path).timelines(&Filter::default()).unwrap().0;
    let lines: Vec<_> = timelines[0].lines.iter().map(|line| (&*line.what, line.seq)).collect();
    assert_eq!(lines, [("event", 1), ("action", 1), ("event", 2), ("action", 2), ("event", 3), ("action", 3)]);
}

/// What a court gives out of a bout: from the load to a point.
fn outputs_of_a_court(new: &NewSession) -> Vec<Output> {
    let mut court = Court::new("court-1".into(), Vec::new(), Rules::none()).with_session(new.id);
    let mut outputs = Vec::new();
    let messages = [
        "pre;FightLoaded;",
        "at1;B. ETOILE;Bruno ETOILE;CRO;at2;R. GARCIA;Rosa GARCIA;GER;",
        "mch;245.A;Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;",
        "rdy;FightReady;",
        "rnd;1;",
        "clk;1:59;start;",
        "clk;1:58;",
    ];
    for (number, message) in (0..).zip(messages) {
        let bytes = Bytes::from_static(message.as_bytes());
        let datagram = Datagram { bytes, from: None, truncated: false };
        court.step(second(number), &Input::Datagram(datagram), &mut outputs);
    }
    court.advance(second(60), &mut outputs);
    outputs
}

#[test]
fn later_session_goes_on_with_what_the_earlier_one_knew() {
    let (_folder, path) = database();
    let new = session(Mode::Live);
    let outputs = outputs_of_a_court(&new);
    keep(&path, &new, outputs.clone());
    // Neither says anything of the court as it is.
    keep(&path, &session(Mode::Replay), outputs.clone());
    keep(&path, &NewSession { court: "court-2".into(), ..session(Mode::Live) }, outputs.clone());

    let store = Store::open(&path).unwrap();
    let resume = store.resume("court-1", second(600)).unwrap();
    let mut snapshots = outputs.iter().filter_map(|output| match output {
        Output::Snapshot(snapshot) => Some(snapshot),
        _ => None,
    });
    let last = snapshots.next_back().unwrap();
    assert_eq!(serde_json::to_value(&resume.snapshot).unwrap(), serde_json::to_value(last).unwrap());
    let [known] = &resume.bouts[..] else { panic!("{:#?}", resume.bouts) };
    assert_eq!((known.id, known.decided), (BoutId { session: new.id, load: 1 }, false));
    assert_eq!(known.facts.number.as_deref(), Some("245.A"));
    assert!(known.facts.athletes.iter().eq(["bruno etoile", "rosa garcia"]), "{:?}", known.facts);
    assert!(known.last_at >= second(6));

    let tomorrow = second(13 * 3600);
    assert_eq!(store.resume("court-1", tomorrow).unwrap().bouts, []);
    let nothing = store.resume("court-3", second(600)).unwrap();
    assert_eq!((nothing.snapshot, nothing.bouts), (None, vec![]));

    Connection::open(&path).unwrap().execute_batch("UPDATE snapshots SET snapshot = '{\"bout\":7}'").unwrap();
    let resume = store.resume("court-1", second(600)).unwrap();
    assert_eq!((resume.snapshot, resume.bouts.len()), (None, 1));
}
