//! Which bout each load is of, and bouts that go on after vta was started again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use vta::bout::{BoutId, SessionId};
use vta::command::{Command, CommandVerb, Switch};
use vta::court::{Court, Datagram, Input, Output, Resume};
use vta::event::{Body, CommandId, Origin};
use vta::rules::Rules;
use vta::time::{Offset, Time};

use crate::bout::real_bout;

/// A court of a session, and what it has given out.
struct Session {
    id: SessionId,
    court: Court,
    at: Time,
    outputs: Vec<Output>,
}

/// Times count from here.
fn start() -> Time {
    "2026-11-25T23:50:00Z".parse().unwrap()
}

impl Session {
    fn new(at: Time) -> Self {
        let id = SessionId::new();
        let court = Court::new("court-1".into(), Vec::new(), Rules::none()).with_session(id);
        Self { id, court, at, outputs: Vec::new() }
    }

    /// A session that goes on where others have ended, by way of JSON, as a capture and the database have it.
    fn resumed(at: Time, resume: &Resume) -> Self {
        let mut session = Self::new(at);
        let text = serde_json::to_string(resume).unwrap();
        session.take(&Input::Resume(Arc::new(serde_json::from_str(&text).unwrap())));
        session
    }

    fn take(&mut self, input: &Input) {
        self.court.step(self.at, input, &mut self.outputs);
    }

    /// Messages, half a second apart.
    fn send(&mut self, messages: &[&str]) {
        for message in messages {
            self.at = self.at + Duration::from_millis(500);
            let bytes = Bytes::copy_from_slice(message.as_bytes());
            self.take(&Input::Datagram(Datagram { bytes, from: None, truncated: false }));
        }
    }

    /// What is derived from the last messages.
    fn settle(&mut self) {
        self.at = self.at + Duration::from_secs(1);
        self.court.advance(self.at, &mut self.outputs);
    }

    fn load(&mut self, number: &str, category: &str, athletes: [&str; 2]) {
        let [blue, red] = athletes;
        let athletes = format!("at1;{blue};{blue};GER;at2;{red};{red};FRA");
        self.send(&["pre;FightLoaded", &athletes, &config(number, category, "null")]);
    }

    fn fight(&mut self) {
        self.send(&["rnd;1", "clk;02:00;start", "clk;01:59"]);
    }

    fn rehearsal(&mut self, switch: Switch) {
        self.settle();
        let verb = CommandVerb::Rehearsal { switch };
        self.take(&Input::Command(Arc::new(Command { id: CommandId::new(), origin: Origin::Ctl, by: None, verb })));
    }

    /// The bout of each load, as it is known last.
    fn bouts(&mut self) -> Vec<BoutId> {
        self.settle();
        let mut bouts = BTreeMap::new();
        for output in &self.outputs {
            if let Output::Load { load, bout, .. } = output {
                bouts.insert(*load, *bout);
            }
        }
        bouts.into_values().collect()
    }

    /// The same as numbers of loads, for a session that resumes nothing.
    fn own(&mut self) -> Vec<u32> {
        let id = self.id;
        let own = |bout: BoutId| {
            assert_eq!(bout.session, id);
            bout.load
        };
        self.bouts().into_iter().map(own).collect()
    }

    fn kinds(&self) -> Vec<String> {
        let events = self.outputs.iter().filter_map(|output| match output {
            Output::Event { event, .. } => Some(event.kind().to_string()),
            _ => None,
        });
        events.collect()
    }
}

fn config(number: &str, category: &str, internal_id: &str) -> String {
    format!("mch;{number};Final;{category};0;#0000ff;#FFFFFF;#ff0000;#FFFFFF;{internal_id};Seniors;3;120;cntDown;20;5;")
}

const ATHLETES: [&str; 2] = ["Ana", "Bea"];

#[test]
fn each_load_has_a_number_and_loads_of_a_bout_are_one() {
    let mut session = Session::new(start());
    for _ in 0..3 {
        session.load("12", "M -68kg", ATHLETES);
    }
    session.fight();
    session.load("12", "M -68kg", ATHLETES);
    session.load("13", "M -68kg", ["Cem", "Dan"]);
    assert_eq!(session.own(), [1, 1, 1, 1, 5]);
    assert_eq!(session.court.bout().load, 5);
}

#[test]
fn bout_that_was_rehearsed_is_another_bout() {
    let mut session = Session::new(start());
    session.rehearsal(Switch::Start);
    session.load("12", "M -68kg", ATHLETES);
    session.fight();
    session.rehearsal(Switch::Stop);
    session.load("12", "M -68kg", ATHLETES);
    session.fight();
    session.rehearsal(Switch::Start);
    session.load("12", "M -68kg", ATHLETES);
    session.settle();
    session.rehearsal(Switch::Stop);
    assert_eq!(session.own(), [1, 2, 2], "the third load became real before it began");

    let mut later = Session::resumed(session.at, &session.court.leave());
    later.load("12", "M -68kg", ATHLETES);
    assert_eq!(later.bouts(), [2, 2].map(|load| BoutId { session: session.id, load }));
}

#[test]
fn rehearsal_that_goes_on_after_a_restart_is_reported() {
    let mut session = Session::new(start());
    session.rehearsal(Switch::Start);
    session.load("12", "M -68kg", ATHLETES);
    session.settle();
    let resumed = Session::resumed(session.at, &session.court.leave());
    assert_eq!(resumed.kinds(), ["bout_resumed", "rehearsal"]);
}

#[test]
fn no_event_changes_its_load_when_another_number_arrives() {
    let mut session = Session::new(start());
    session.load("1", "M -68kg", ATHLETES);
    session.send(&["pre;FightLoaded"]);
    session.settle();
    let before = session.outputs.len();
    session.send(&["at1;Cem;Cem;GER;at2;Dan;Dan;FRA", &config("2", "M -68kg", "null")]);
    session.fight();
    assert_eq!(session.own(), [1, 2]);
    let loads = |outputs: &[Output]| -> Vec<u32> {
        let loads = outputs.iter().filter_map(|output| match output {
            Output::Event { load, .. } => Some(*load),
            _ => None,
        });
        loads.collect()
    };
    assert_eq!(loads(&session.outputs[..before]).last(), Some(&2), "what follows the second `pre` is of its load");
    assert!(loads(&session.outputs[before..]).iter().all(|load| *load == 2));
}

#[test]
fn a_load_whose_messages_come_in_any_order_has_one_number() {
    for seed in 0..20 {
        let mut session = Session::new(start());
        session.load("1", "M -68kg", ATHLETES);
        session.fight();
        session.settle();
        let mut messages =
            ["pre;FightLoaded", "at1;Cem;Cem;GER;at2;Dan;Dan;FRA", &config("2", "M -68kg", "null"), "rdy;FightReady"];
        fastrand::Rng::with_seed(seed).shuffle(&mut messages);
        for message in messages {
            let bytes = Bytes::copy_from_slice(message.as_bytes());
            session.take(&Input::Datagram(Datagram { bytes, from: None, truncated: false }));
        }
        assert_eq!(session.own(), [1, 2], "seed {seed}");
        assert_eq!(session.court.bout().load, 2);
    }
}

#[test]
fn one_number_in_two_categories_is_two_bouts_and_an_internal_id_is_one() {
    let mut session = Session::new(start());
    session.load("1", "M -68kg", ATHLETES);
    session.load("1", "F -57kg", ATHLETES);
    assert_eq!(session.own(), [1, 2]);
    let mut session = Session::new(start());
    session.send(&["pre;FightLoaded", &config("1", "M -68kg", "abc")]);
    session.fight();
    session.send(&["pre;FightLoaded", &config("2", "F -57kg", "abc")]);
    session.fight();
    session.send(&["pre;FightLoaded", &config("2", "F -57kg", "null")]);
    session.fight();
    assert_eq!(session.own(), [1, 1, 3], "and `null` is none");
}

#[test]
fn id_or_number_of_zero_is_none_and_an_id_that_is_used_again_is_another_bout() {
    let mut session = Session::new(start());
    let load = |session: &mut Session, number: &str, id: &str, [blue, red]: [&str; 2]| {
        let athletes = format!("at1;{blue};{blue};GER;at2;{red};{red};FRA");
        session.send(&["pre;FightLoaded", &athletes, &config(number, "M -68kg", id)]);
        session.fight();
        session.send(&["win;BLUE"]);
        session.settle();
    };
    load(&mut session, "5", "0", ["Ana", "Bea"]);
    load(&mut session, "6", "0", ["Cem", "Dan"]);
    load(&mut session, "7", "900", ["Eva", "Fee"]);
    load(&mut session, "8", "900", ["Gil", "Hal"]);
    load(&mut session, "0", "null", ["Ida", "Jon"]);
    load(&mut session, "0", "null", ["Ida", "Kim"]);
    load(&mut session, "0", "null", ["Leo", "Kim"]);
    assert_eq!(session.own(), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_name_that_is_corrected_leaves_the_bout_what_it_is() {
    let mut session = Session::new(start());
    session.load("1", "M -68kg", ["Ana", "Bea"]);
    session.load("1", "M -68kg", ["Anna", "Bea"]);
    session.load("1", "M -68kg", ["Anna", "Beate"]);
    session.load("1", "M -68kg", ["Cem", "Dan"]);
    assert_eq!(session.own(), [1, 1, 1, 4]);
}

#[test]
fn friendlies_without_numbers_are_one_bout_until_it_is_decided() {
    let mut session = Session::new(start());
    let load = |session: &mut Session, athletes: [&str; 2]| {
        let [blue, red] = athletes;
        session.send(&["pre;FightLoaded", &format!("at1;{blue};{blue};GER;at2;{red};{red};FRA")]);
        session.fight();
    };
    load(&mut session, ["Ana", "Bea"]);
    load(&mut session, ["Ana", "Bea"]);
    load(&mut session, ["Ana", "Dan"]);
    load(&mut session, ["Ana", "Bea"]);
    session.send(&["win;BLUE"]);
    session.settle();
    load(&mut session, ["Ana", "Bea"]);
    assert_eq!(session.own(), [1, 1, 3, 1, 5]);
}

#[test]
fn a_bout_goes_on_past_midnight_and_not_after_twelve_hours() {
    let mut session = Session::new(start());
    session.load("1", "M -68kg", ATHLETES);
    session.fight();
    session.settle();
    session.at = session.at + Duration::from_secs(11 * 3600);
    session.load("1", "M -68kg", ATHLETES);
    session.fight();
    session.settle();
    session.at = session.at + Duration::from_secs(13 * 3600);
    session.load("1", "M -68kg", ATHLETES);
    assert_eq!(session.own(), [1, 1, 3]);
}

#[test]
fn a_decided_bout_that_is_loaded_again_is_reopened() {
    let mut session = Session::new(start());
    session.load("1", "M -68kg", ATHLETES);
    session.fight();
    session.send(&["win;RED"]);
    session.settle();
    session.load("1", "M -68kg", ATHLETES);
    assert_eq!(session.own(), [1, 1]);
}

#[test]
fn a_session_begun_in_mid_bout_goes_on_with_its_bout() {
    let mut first = Session::new(start());
    first.load("12", "M -68kg", ATHLETES);
    first.fight();
    first.send(&["sc1;3;sc2;1", "ch1;", "ch1;0", "ch1;-1", "clk;00:00;stopEnd", "wrd;rd1;1;rd2;0;rd3;0;", "rnd;2"]);
    first.send(&["clk;02:00;start", "wg1;2;wg2;0"]);
    first.settle();
    let id = first.bouts()[0];
    let mut second = Session::resumed(first.at + Duration::from_secs(20), &first.court.leave());
    assert_eq!(second.kinds(), ["bout_resumed"]);
    second.send(&["clk;01:10", "sc1;4;sc2;2", "clk;00:00;stopEnd", "wrd;rd1;1;rd2;1;rd3;0;", "win;BLUE"]);
    assert_eq!(second.bouts(), [id]);
    let bout = second.court.bout();
    assert_eq!((bout.load, bout.config.number.as_deref(), bout.blue.penalties), (1, Some("12"), 2));
    assert_eq!((bout.rounds.len(), bout.rounds_won(), bout.blue.requests_left), (2, (2, 0), 0));
    assert_eq!(second.kinds().iter().filter(|kind| **kind == "bout_started").count(), 0);
    assert!(!second.kinds().contains(&"score_corrected".to_owned()), "what was scored meanwhile was not received");
}

#[test]
fn a_later_session_knows_the_bouts_of_earlier_ones() {
    let mut first = Session::new(start());
    first.load("1", "M -68kg", ATHLETES);
    first.fight();
    first.send(&["win;RED"]);
    first.load("2", "M -68kg", ["Cem", "Dan"]);
    let [one, two] = first.bouts()[..] else { panic!() };
    let mut second = Session::resumed(first.at + Duration::from_secs(60), &first.court.leave());
    second.load("1", "M -68kg", ATHLETES);
    let mut third = Session::resumed(second.at + Duration::from_secs(60), &second.court.leave());
    third.load("2", "M -68kg", ["Cem", "Dan"]);
    third.load("3", "M -68kg", ["Eva", "Fee"]);
    assert_eq!(second.bouts(), [two, one]);
    assert_eq!(third.bouts(), [one, two, BoutId { session: third.id, load: 3 }]);
}

#[test]
fn a_snapshot_that_does_not_fit_is_dropped_and_reported() {
    let mut first = Session::new(start());
    first.load("1", "M -68kg", ATHLETES);
    first.fight();
    first.settle();
    let resume = first.court.leave();
    let other = |messages: &[&str]| {
        let mut second = Session::resumed(first.at + Duration::from_secs(60), &resume);
        second.send(messages);
        second.settle();
        (second.kinds().contains(&"resume_dropped".to_owned()), second.court.bout().load)
    };
    assert_eq!(other(&[&config("2", "M -68kg", "null")]), (true, 2));
    assert_eq!(other(&["at1;Cem;Cem;GER;at2;Dan;Dan;FRA", &config("2", "M -68kg", "null")]), (true, 2));
    assert_eq!(other(&[&config("1", "M -68kg", "null"), "at1;Ana;Ana;GER;at2;Bea;Bea;FRA"]), (false, 1));
    let late = Session::resumed(first.at + Duration::from_secs(13 * 3600), &resume);
    assert_eq!((late.kinds(), late.court.bout().load), (vec!["resume_dropped".to_owned()], 0));
}

#[test]
fn a_bout_that_is_cut_anywhere_comes_to_the_same_end() {
    for name in ["console-bout-1.tsv", "console-bout-2.tsv"] {
        let messages = real_bout(name);
        let play = |session: &mut Session, messages: &[(u64, String)]| {
            for (at, text) in messages {
                session.at = start() + Duration::from_millis(*at);
                let bytes = Bytes::copy_from_slice(text.as_bytes());
                session.take(&Input::Datagram(Datagram { bytes, from: None, truncated: false }));
            }
        };
        let mut whole = Session::new(start());
        play(&mut whole, &messages);
        whole.take(&Input::Stop);
        for cut in (1..messages.len()).step_by(7) {
            let mut first = Session::new(start());
            play(&mut first, &messages[..cut]);
            let mut second = Session::resumed(first.at, &first.court.leave());
            play(&mut second, &messages[cut..]);
            second.take(&Input::Stop);
            let (bout, expected) = (second.court.bout(), whole.court.bout());
            assert_eq!((&bout.config, &bout.rounds), (&expected.config, &expected.rounds), "{name} cut at {cut}");
            assert_eq!(
                (bout.winner, &bout.result, &bout.blue, &bout.red, bout.started_at.is_some()),
                (expected.winner, &expected.result, &expected.blue, &expected.red, true),
                "{name} cut at {cut}"
            );
            assert_eq!(bout.load, 1);
            let ids: Vec<_> = first.bouts().into_iter().chain(second.bouts()).collect();
            assert!(ids.iter().all(|id| id.session == first.id), "{name} cut at {cut}: {ids:?}");
        }
    }
}

#[test]
fn a_clock_that_is_set_moves_what_people_read_and_nothing_else() {
    let mut session = Session::new(start());
    session.load("1", "M -68kg", ATHLETES);
    session.fight();
    session.at = session.at + Duration::from_secs(1);
    let (ran_until, offset) = (session.at, Offset::from_micros(-3_600_000_000));
    session.take(&Input::ClockStep { ran_until, offset });
    session.send(&["ch1;", "ch1;0"]);
    session.settle();
    let decided = session.outputs.iter().find_map(|output| match output {
        Output::Event { event, .. } => match &event.body {
            Body::ReviewDecided(decided) => Some((event.at, decided.took_ms)),
            _ => None,
        },
        _ => None,
    });
    let (at, took_ms) = decided.unwrap();
    assert_eq!(took_ms, Some(500));
    assert_eq!((session.at - at).as_micros() / 1_000_000, 3601, "{at}");
    assert_eq!(session.court.bout().started_at.map(|at| at > start()), Some(true));
}
