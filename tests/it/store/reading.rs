use rusqlite::Connection;
use serde_json::json;
use vta::action::{ActionVerb, Clip, ObsVerb, Play, PlayerVerb};
use vta::bout::{Bout, Corner, RoundState, Stage};
use vta::event::*;
use vta::spreadsheet::CsvStyle;
use vta::store::{Filter, Format, StoreError};

use super::*;

/// Events of every status, and of every form that fields, notes and raw can have.
fn events_of_every_form() -> Vec<Event> {
    let athlete = |name: &str, country: Option<&str>| Athlete {
        short_name: Some(name.into()),
        long_name: None,
        country: country.map(Into::into),
    };
    let athletes = Athletes { blue: athlete("Müller \"M\" \\ ;", Some("GER")), red: athlete("李", None) };
    let unknown =
        |fields: &[&str]| Body::Unknown(Unknown { fields: fields.iter().map(|field| (*field).to_owned()).collect() });
    vec![
        event(1, "pre", Body::BoutLoaded {}, "pre;FightLoaded"),
        with_notes(
            event(2, "at1", Body::Athletes(athletes), "at1;M;ü"),
            Status::Recovered,
            &["cut: \"long_name\"", "second"],
        ),
        with_notes(event(3, "xyz", unknown(&["a", ""]), "xyz;a;"), Status::Unknown, &["nobody has documented it"]),
        with_notes(event(4, "hl1", unknown(&["x"]), b"hl1;\xff\xfe\x00;"), Status::Invalid, &["not UTF-8"]),
        event(5, "clk", Body::Clock(Clock { seconds: 59, action: None }), "clk;0:59\0"),
        event(6, "sc1", Body::Score(Pair::default()), ""),
        event(7, "inlb", Body::Console(Console::Setting { name: "inlb", value: Some("3\n".into()) }), "inlb:3\n"),
        event(8, "wrd", Body::RoundWinners(RoundWinners { winners: vec![Some(Side::Red), None] }), "wrd;rd1;2;rd2;0"),
        derived(9, 8, Body::RoundStarted(Round { round: 2 })),
        derived(10, 8, Body::BoutStarted(BoutStarted { number: None })),
        reported(11, Body::ObsDisconnected(ObsDisconnected { instance: "replay".into(), reason: "gone".into() })),
    ]
}

fn actions_of_every_form() -> Vec<Action> {
    let instance = || Some("replay".into());
    let clip = Clip { path: r"C:\clips\1.mkv".into(), ..Clip::default() };
    let play = Play { last_seconds: Some(0.1 + 0.2), ..Play::of(clip) };
    let data = json!({"z": 1, "a": [0.1 + 0.2, null, {"text": "ü\u{1f600}\u{7}"}]});
    vec![
        action(1, 3, ObsVerb::SaveReplay { reason: "review \"blue\"".into(), name: None }.on(instance())),
        action(2, 3, ActionVerb::Player(PlayerVerb::Play(Box::new(play)))),
        action(3, 3, ActionVerb::Player(PlayerVerb::Close { review: None })),
        action(4, 5, ObsVerb::Request { request: "SetInputMute".into(), data }.on(None)),
    ]
}

fn kept_of_every_form(path: &Path) {
    let events = events_of_every_form().into_iter().map(|event| event_of(1, event));
    let actions = actions_of_every_form().into_iter().map(|action| action_of(1, action));
    assert_eq!(keep(path, &session(Mode::Live), events.chain(actions).collect()).missing(), 0);
}

#[test]
fn exported_event_is_its_own_json_byte_for_byte() {
    let (_folder, path) = database();
    kept_of_every_form(&path);
    let lines = text(|out| {
        reader(&path).export_events(&Filter::default(), &[], Format::Ndjson, out).unwrap();
    });
    let own: Vec<_> = events_of_every_form().iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    assert_eq!(lines.lines().collect::<Vec<_>>(), own);
}

#[test]
fn exported_action_is_its_own_json_byte_for_byte() {
    let (_folder, path) = database();
    kept_of_every_form(&path);
    let lines = text(|out| {
        reader(&path).export_actions(&Filter::default(), Format::Ndjson, out).unwrap();
    });
    let own: Vec<_> = actions_of_every_form().iter().map(|action| serde_json::to_string(action).unwrap()).collect();
    assert_eq!(lines.lines().collect::<Vec<_>>(), own);
}

#[test]
fn raw_bytes_are_read_back_unchanged() {
    let (_folder, path) = database();
    kept_of_every_form(&path);
    let mut kept = Vec::new();
    reader(&path)
        .events(&Filter::default(), &[], |event| {
            kept.push(event.raw.map(<[u8]>::to_vec));
            Ok(())
        })
        .unwrap();
    let sent: Vec<_> = events_of_every_form().iter().map(|e| e.raw.as_ref().map(|raw| raw.bytes().to_vec())).collect();
    assert_eq!(kept, sent);
}

#[test]
fn json_export_is_one_array() {
    let (_folder, path) = database();
    kept_of_every_form(&path);
    let export = |filter: &Filter| {
        text(|out| {
            reader(&path).export_events(filter, &[], Format::Json, out).unwrap();
        })
    };
    let all: serde_json::Value = serde_json::from_str(&export(&Filter::default())).unwrap();
    assert_eq!(all, serde_json::to_value(events_of_every_form()).unwrap());
    assert_eq!(export(&Filter { since: Some(second(999)), ..Filter::default() }), "[]\n");
}

#[test]
fn csv_export_has_a_column_for_each_common_field() {
    let (_folder, path) = database();
    kept_bout(&path);
    let filter = Filter { until: Some(second(6)), ..Filter::default() };
    let table = text(|out| {
        reader(&path).export_events(&filter, &[], Format::Csv(CsvStyle::default()), out).unwrap();
    });
    assert_eq!(table.matches("\r\n").count(), 6, "RFC 4180 ends lines so");
    insta::assert_snapshot!(table.replace("\r\n", "\n"), @r#"
    session,seq,at,court,bout,stream,kind,status,cause,side,fields,notes,raw
    1,1,2026-05-02T09:00:01.000000Z,court-1,245.A,pre,bout_loaded,ok,,,{},,pre;FightLoaded
    1,2,2026-05-02T09:00:02.000000Z,court-1,245.A,clk,clock,ok,,,"{""seconds"":120,""action"":""start""}",,clk;2:00;start
    1,3,2026-05-02T09:00:03.000000Z,court-1,245.A,clk,clock,ok,,,"{""seconds"":119}",,clk;1:59
    1,4,2026-05-02T09:00:04.000000Z,court-1,245.A,ch1,review,ok,,blue,"{""side"":""blue"",""state"":""requested""}",,ch1;
    1,5,2026-05-02T09:00:05.000000Z,court-1,245.A,,review_opened,ok,4,blue,"{""side"":""blue"",""review"":4,""origin"":""console""}",,
    "#);
}

/// The id of that bout.
const BOUT: &str = "0197a5c0-1200-7000-8000-00000000002a:1";

/// A bout with a review, as a court gives it out.
fn kept_bout(path: &Path) {
    let id: BoutId = BOUT.parse().unwrap();
    let corner = |name: &str, country: &str| Corner {
        athlete: Athlete { short_name: Some(name.into()), long_name: None, country: Some(country.into()) }.into(),
        ..Corner::default()
    };
    let bout = Bout {
        load: 1,
        stage: Stage::Ended,
        config: BoutConfig {
            number: Some("245.A".into()),
            phase: Some("Semifinals".into()),
            gender: Some(Gender::Women),
            weight_class: Some("W +73kg".into()),
            ..BoutConfig::default()
        }
        .into(),
        blue: corner("MÜLLER", "GER"),
        red: corner("KIM", "KOR"),
        rounds: vec![RoundState {
            round: 1,
            blue: 3,
            red: 5,
            blue_penalties: 1,
            red_penalties: 0,
            winner: Some(Side::Red),
            started: true,
            ended: true,
        }],
        winner: Some(BoutWinner::Red),
        result: Some(ResultBanner { name: None, result: Some("0-2".into()), decision: Some(Decision::Ptf) }),
        started_at: Some(second(2)),
        ended_at: Some(second(9)),
        ..Bout::default()
    };
    let clip = ClipSaved {
        begins_at: "2026-05-02T09:00:01.25Z".parse().ok(),
        ends_at: "2026-05-02T09:00:05.5Z".parse().ok(),
        reason: Some("review".into()),
        action_seq: Some(1),
        review: Some(4),
        ..clip_saved("clips/1.mkv")
    };
    let clock = |seconds, action| Body::Clock(Clock { seconds, action });
    let outputs = vec![
        event_of(1, event(1, "pre", Body::BoutLoaded {}, "pre;FightLoaded")),
        event_of(1, event(2, "clk", clock(120, Some(ClockAction::Start)), "clk;2:00;start")),
        event_of(1, event(3, "clk", clock(119, None), "clk;1:59")),
        event_of(
            1,
            event(
                4,
                "ch1",
                Body::Review(Review { side: Requester::Blue, state: ReviewState::Requested, verdict: None }),
                "ch1;",
            ),
        ),
        event_of(
            1,
            derived(
                5,
                4,
                Body::ReviewOpened(ReviewSide {
                    side: Requester::Blue,
                    review: Some(4),
                    origin: ReviewOrigin::Console,
                }),
            ),
        ),
        action_of(
            1,
            action(1, 5, ObsVerb::SaveReplay { reason: "review".into(), name: None }.on(Some("replay".into()))),
        ),
        action_of(1, action(2, 5, ActionVerb::Player(PlayerVerb::Close { review: None }))),
        event_of(
            1,
            reported(
                6,
                Body::ActionDone(ActionDone {
                    action_seq: 1,
                    action: "obs.save_replay".into(),
                    took_us: 740_000,
                    earlier_bout: None,
                }),
            ),
        ),
        event_of(1, reported(7, Body::ClipSaved(clip))),
        event_of(1, event(8, "win", Body::Winner(Winner { winner: BoutWinner::Red }), "win;RED")),
        load_of(1, id),
        bout_of(id, bout),
        event_of(2, event(9, "pre", Body::BoutLoaded {}, "pre;FightLoaded")),
    ];
    assert_eq!(keep(path, &NewSession { id: id.session, ..session(Mode::Live) }, outputs).missing(), 0);
}

#[test]
fn bout_is_listed_with_its_result() {
    let (_folder, path) = database();
    kept_bout(&path);
    let (bouts, found) = reader(&path).bouts(&Filter::default()).unwrap();
    assert_eq!((found.rows, found.sessions), (1, 1));
    insta::assert_json_snapshot!(bouts, @r#"
    [
      {
        "id": "0197a5c0-1200-7000-8000-00000000002a:1",
        "session": 1,
        "court": "court-1",
        "number": "245.A",
        "phase": "Semifinals",
        "gender": "women",
        "weight_class": "W +73kg",
        "division": null,
        "blue": "MÜLLER",
        "blue_country": "GER",
        "red": "KIM",
        "red_country": "KOR",
        "rounds": [
          {
            "round": 1,
            "blue": 3,
            "red": 5,
            "blue_penalties": 1,
            "red_penalties": 0,
            "winner": "red"
          }
        ],
        "blue_requests_left": 0,
        "red_requests_left": 0,
        "winner": "red",
        "result": "0-2",
        "decision": "PTF",
        "stage": "ended",
        "rehearsal": false,
        "loaded_at": null,
        "started_at": "2026-05-02T09:00:02.000000Z",
        "ended_at": "2026-05-02T09:00:09.000000Z",
        "events": 8,
        "clips": 1
      }
    ]
    "#);
}

#[test]
fn timeline_has_no_ticks_and_outcomes_next_to_actions() {
    let (_folder, path) = database();
    kept_bout(&path);
    let lines = |bout: &str| {
        let bout = Some(bout.to_owned());
        let (timelines, _) = reader(&path).timelines(&Filter { bout, ..Filter::default() }).unwrap();
        let lines: Vec<_> = timelines.iter().flat_map(|timeline| &timeline.lines).map(ToString::to_string).collect();
        lines.join("\n")
    };
    let by_number = lines("245.A");
    insta::assert_snapshot!(by_number, @r#"
    2026-05-02T09:00:01.000000Z  event       1  bout_loaded
    2026-05-02T09:00:02.000000Z  event       2  clock              seconds=120 action=start  [clip 7 at 0.750 s]
    2026-05-02T09:00:04.000000Z  event       4  review             side=blue state=requested  [clip 7 at 2.750 s]
    2026-05-02T09:00:05.000000Z  event       5  review_opened      side=blue review=4 origin=console  [clip 7 at 3.750 s]
    2026-05-02T09:00:05.000000Z  action      1  obs.save_replay    instance=replay reason=review -> done after 740 ms
    2026-05-02T09:00:05.000000Z  action      2  player.close       -> no outcome
    2026-05-02T09:00:07.000000Z  clip        7  clip_saved         instance=replay path=clips/1.mkv from=replay_buffer begins_at=2026-05-02T09:00:01.250000Z ends_at=2026-05-02T09:00:05.500000Z reason=review action_seq=1 review=4
    2026-05-02T09:00:08.000000Z  event       8  winner             winner=red
    "#);
    assert_eq!(lines(BOUT), by_number);
    assert_eq!(lines("245"), "");
}

#[test]
fn queries_by_bout_do_not_scan_the_session() {
    let (_folder, path) = database();
    kept_bout(&path);
    let connection = Connection::open(&path).unwrap();
    for view in ["timeline", "bout_events"] {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE bout = 1 ORDER BY session"))
            .unwrap();
        let steps: Vec<String> = statement.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(steps.iter().any(|step| step.contains("events USING PRIMARY KEY (session=? AND seq>? AND seq<?)")));
        let scans = steps.iter().filter(|step| step.starts_with("SCAN") && !step.ends_with(view));
        assert_eq!(scans.count(), 0, "{steps:#?}");
    }
}

/// The seqs that a filter finds, with what is said of the sessions.
fn found(path: &Path, filter: &Filter, kinds: &[Kind]) -> (Vec<(i64, u64)>, usize) {
    let mut seqs = Vec::new();
    let found = reader(path)
        .events(filter, kinds, |event| {
            seqs.push((event.session, event.seq));
            Ok(())
        })
        .unwrap();
    assert_eq!(found.rows, seqs.len() as u64);
    (seqs, found.replays_left_out)
}

#[test]
fn filters_limit_the_result() {
    let (_folder, path) = database();
    kept_bout(&path);
    let seqs = |filter: Filter, kinds: &[Kind]| -> Vec<u64> {
        found(&path, &filter, kinds).0.into_iter().map(|(_, seq)| seq).collect()
    };
    let all = Filter::default;
    assert_eq!(seqs(all(), &[Kind::Clock, Kind::Winner]), [2, 3, 8]);
    assert_eq!(seqs(Filter { since: Some(second(3)), until: Some(second(5)), ..all() }, &[]), [3, 4]);
    let bout = |bout: &str| Filter { bout: Some(bout.into()), ..all() };
    assert_eq!(seqs(bout("245.A"), &[]), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(seqs(bout(BOUT), &[Kind::Clock]), [2, 3]);
    assert_eq!(seqs(bout("245"), &[]), [0; 0]);
    assert_eq!(seqs(Filter { court: Some("court-2".into()), ..all() }, &[]), [0; 0]);
    assert_eq!(seqs(Filter { court: Some("court-1".into()), ..all() }, &[Kind::BoutLoaded]), [1, 9]);
}

#[test]
fn replays_are_left_out_unless_there_is_no_live_session() {
    let (_folder, path) = database();
    let loaded = || vec![event_of(0, event(1, "pre", Body::BoutLoaded {}, "pre;FightLoaded"))];
    let of = |sessions| found(&path, &Filter { sessions, ..Filter::default() }, &[]);
    keep(&path, &session(Mode::Replay), loaded());
    assert_eq!(of(Sessions::Live), (vec![(1, 1)], 0));

    keep(&path, &session(Mode::Live), loaded());
    keep(&path, &session(Mode::Replay), loaded());
    assert_eq!(of(Sessions::Live), (vec![(2, 1)], 2));
    assert_eq!(of(Sessions::All), (vec![(1, 1), (2, 1), (3, 1)], 0));
    assert_eq!(of(Sessions::One(2)), (vec![(2, 1)], 0));
    assert_eq!(of(Sessions::Last), (vec![(3, 1)], 0));

    let filter = Filter { sessions: Sessions::One(7), ..Filter::default() };
    let error = reader(&path).events(&filter, &[], |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("there is no session 7"), "{error}");
}

#[test]
fn lines_of_several_sessions_begin_with_the_session() {
    let (_folder, path) = database();
    for _ in 0..2 {
        keep(
            &path,
            &session(Mode::Live),
            vec![
                event_of(0, event(1, "pre", Body::BoutLoaded {}, "pre")),
                action_of(0, action(1, 1, ActionVerb::Player(PlayerVerb::Close { review: None }))),
            ],
        );
    }
    let events = text(|out| {
        reader(&path).export_events(&Filter::default(), &[], Format::Ndjson, out).unwrap();
    });
    insta::assert_snapshot!(events, @r#"
    {"session":1,"seq":1,"at":"2026-05-02T09:00:01.000000Z","court":"court-1","stream":"pre","kind":"bout_loaded","status":"ok","raw":"pre"}
    {"session":2,"seq":1,"at":"2026-05-02T09:00:01.000000Z","court":"court-1","stream":"pre","kind":"bout_loaded","status":"ok","raw":"pre"}
    "#);
    let actions = text(|out| {
        reader(&path).export_actions(&Filter::default(), Format::Ndjson, out).unwrap();
    });
    insta::assert_snapshot!(actions, @r#"
    {"session":1,"seq":1,"at":"2026-05-02T09:00:01.000000Z","rule":"instant-replay.rhai","cause":1,"action":"player.close","args":{}}
    {"session":2,"seq":1,"at":"2026-05-02T09:00:01.000000Z","rule":"instant-replay.rhai","cause":1,"action":"player.close","args":{}}
    "#);
}

#[test]
fn opening_for_reading_reports_errors_and_creates_nothing() {
    let (folder, path) = database();
    assert!(matches!(StoreReader::open_read_only(&path), Err(StoreError::NotFound(_))));
    assert!(!path.exists());
    assert!(matches!(StoreReader::open_read_only(folder.path()), Err(StoreError::IsFolder(_))));

    std::fs::write(&path, "").unwrap();
    assert!(matches!(StoreReader::open_read_only(&path), Err(StoreError::NotOurs(_))));
    std::fs::write(&path, "not a database, but long enough to be taken for one".repeat(20)).unwrap();
    assert!(matches!(StoreReader::open_read_only(&path), Err(StoreError::NotADatabase(_))));

    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
    assert!(matches!(StoreReader::open_read_only(&other), Err(StoreError::NotOurs(_))));
}

#[test]
fn output_error_ends_the_query() {
    let (_folder, path) = database();
    kept_bout(&path);
    let closed = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
    let error = reader(&path).events(&Filter::default(), &[], |_| Err(closed())).unwrap_err();
    assert!(matches!(&error, StoreError::Output(reason) if reason.kind() == std::io::ErrorKind::BrokenPipe), "{error}");
}
