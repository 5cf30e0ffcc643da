//! Reviews: their clocks, what they cost, and what becomes of their clips.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use vta::action::{Outcome, Report};
use vta::bout::{ClipState, ReviewRules};
use vta::court::{Court, Datagram, Input, Output};
use vta::rules::{Limits, Rules, Surroundings};
use vta::time::Time;

use crate::support::clip;

/// Saves a replay of each OBS for each review.
const SAVES: &str = r#"fn on_review_opened(event, bout) { obs::save_replay("review"); }"#;

struct Table {
    court: Court,
    outputs: Vec<Output>,
}

impl Table {
    fn with(review_rules: ReviewRules, obs: &[&str]) -> Self {
        let surroundings = Surroundings { obs: obs.iter().map(|name| (*name).into()).collect() };
        let rules = Rules::compile(&[("review.rhai".into(), SAVES.into())], Limits::default(), &surroundings);
        let court = Court::new("court-1".into(), Vec::new(), rules.ok().unwrap()).with_review_rules(review_rules);
        let mut table = Self { court, outputs: Vec::new() };
        table.receive(0.0, "pre;FightLoaded");
        table.receive(0.1, "mch;12;Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;");
        table
    }

    fn new() -> Self {
        Self::with(ReviewRules::default(), &["mat"])
    }

    fn at(seconds: f64) -> Time {
        Time::default() + Duration::from_secs_f64(seconds)
    }

    fn receive(&mut self, at: f64, message: &'static str) {
        let bytes = Bytes::from_static(message.as_bytes());
        let input = Input::Datagram(Datagram { bytes, from: None, truncated: false });
        self.court.step(Self::at(at), &input, &mut self.outputs);
    }

    fn report(&mut self, at: f64, report: Report) {
        self.court.step(Self::at(at), &Input::Report(report), &mut self.outputs);
    }

    fn ended(&mut self, at: f64, action_seq: u64, outcome: Outcome) {
        self.report(at, Report::Outcome { action_seq, action: "obs.save_replay".into(), outcome, took_us: 1 });
    }

    fn failed(&mut self, at: f64, action_seq: u64) {
        self.ended(at, action_seq, Outcome::Failed { reason: "OBS is gone".into() });
    }

    /// Lets the time pass, and gives the events of some kinds so far: second, kind and fields.
    fn events(&mut self, until: f64, kinds: &[&str]) -> Vec<(f64, Value)> {
        self.court.advance(Self::at(until), &mut self.outputs);
        let event = |output: &Output| match output {
            Output::Event { event, .. } => Some(event.clone()),
            _ => None,
        };
        let of_kinds = self.outputs.iter().filter_map(event).filter(|event| kinds.contains(&event.kind().into()));
        of_kinds
            .map(|event| {
                let Value::Object(mut fields) = serde_json::to_value(&event.body).unwrap() else { panic!() };
                fields.insert("kind".into(), event.kind().to_string().into());
                (event.at.since(Time::default()).as_secs_f64(), fields.into())
            })
            .collect()
    }

    fn left(&self) -> (u8, u8) {
        (self.court.bout().blue.requests_left, self.court.bout().red.requests_left)
    }

    fn clip(&self) -> Option<ClipState> {
        self.court.bout().review().unwrap().clip
    }
}

#[test]
fn the_jury_are_reminded_once_at_ten_seconds_and_once_at_the_end() {
    let mut table = Table::new();
    table.receive(1.0, "ch1;");
    table.receive(1.5, "ch1;");
    let events = table.events(60.0, &["review_deadline"]);
    let deadline = |left: u64| json!({"side": "blue", "review": 3, "seconds_left": left, "kind": "review_deadline"});
    assert_eq!(events, [(21.0, deadline(10)), (31.0, deadline(0))]);
}

#[test]
fn a_jury_that_has_answered_is_not_reminded() {
    for answer in ["ch1;1;1;", "ch1;0;", "ch1;-1;"] {
        let mut table = Table::new();
        table.receive(1.0, "ch1;");
        table.receive(15.0, answer);
        assert_eq!(table.events(60.0, &["review_deadline"]), [], "{answer}");
    }
}

#[test]
fn the_answer_and_the_closing_tell_how_long_they_took() {
    let mut table = Table::new();
    table.receive(1.0, "ch2;");
    table.receive(9.5, "ch2;0;");
    table.receive(12.0, "ch2;-1;");
    let events = table.events(60.0, &["review_decided", "review_closed"]);
    let took: Vec<_> = events.iter().map(|(_, event)| (event["kind"].clone(), event["took_ms"].clone())).collect();
    assert_eq!(took, [(json!("review_decided"), json!(8500)), (json!("review_closed"), json!(11_000))]);
}

#[test]
fn a_rejected_request_is_lost_a_granted_one_is_kept_and_the_referee_s_is_free() {
    let mut table = Table::new();
    assert_eq!(table.left(), (1, 1));
    for (at, message) in [(1.0, "ch1;"), (5.0, "ch1;0;"), (6.0, "ch1;-1;"), (10.0, "ch2;"), (15.0, "ch2;1;1;")] {
        table.receive(at, message);
    }
    table.receive(20.0, "ch0;");
    table.receive(25.0, "ch0;0;");
    let decided = table.events(30.0, &["review_decided"]);
    let left: Vec<_> = decided.iter().map(|(_, event)| event.get("requests_left").cloned()).collect();
    assert_eq!(left, [Some(json!(0)), Some(json!(1)), None]);
    assert_eq!(table.left(), (0, 1));
}

#[test]
fn a_verdict_that_is_corrected_is_counted_once() {
    let mut table = Table::new();
    for (at, message) in [(1.0, "ch1;"), (5.0, "ch1;0;"), (5.5, "ch1;0;"), (7.0, "ch1;1;1;")] {
        table.receive(at, message);
    }
    table.events(10.0, &[]);
    assert_eq!(table.left(), (1, 1));
}

#[test]
fn a_corrected_verdict_gives_back_no_request_that_was_lost_before() {
    let mut table = Table::new();
    for (at, message) in [(1.0, "ch1;"), (5.0, "ch1;0;"), (5.1, "ch1;-1;"), (9.0, "ch1;"), (12.0, "ch1;0;")] {
        table.receive(at, message);
    }
    // It had one, and asked twice all the same; the second answer was meant otherwise.
    table.receive(14.0, "ch1;1;1;");
    table.events(20.0, &[]);
    assert_eq!(table.left(), (0, 1));
}

#[test]
fn an_answer_repeated_after_the_window_was_closed_changes_nothing() {
    let mut table = Table::with(ReviewRules { requests: 2, ..ReviewRules::default() }, &["mat"]);
    for (at, message) in [(7.0, "ch1;"), (9.0, "ch1;0;"), (9.012, "ch1;-1;"), (9.2, "ch1;0;"), (9.5, "ch1;-1;")] {
        table.receive(at, message);
    }
    assert_eq!(table.events(20.0, &["review_decided", "review_closed"]).len(), 2);
    assert_eq!(table.left(), (1, 2));
}

#[test]
fn a_verdict_after_the_window_was_closed_is_that_of_its_review() {
    let mut table = Table::new();
    for (at, message) in [(7.0, "ch1;"), (10.2, "ch1;1;"), (10.212, "ch1;-1;"), (25.0, "ch1;1;0;")] {
        table.receive(at, message);
    }
    let decided = table.events(30.0, &["review_decided"]);
    let fields = |event: &Value| (event["review"].clone(), event["took_ms"].clone(), event["requests_left"].clone());
    let actual: Vec<_> = decided.iter().map(|(_, event)| fields(event)).collect();
    assert_eq!(actual, [(json!(3), json!(3200), json!(1)), (json!(3), json!(18_000), json!(0))]);
    assert_eq!(table.left(), (0, 1));
}

#[test]
fn an_answer_long_after_the_window_was_closed_is_to_a_request_that_was_lost() {
    let mut table = Table::with(ReviewRules { requests: 2, ..ReviewRules::default() }, &["mat"]);
    for (at, message) in [(7.0, "ch1;"), (9.0, "ch1;0;"), (9.012, "ch1;-1;"), (200.0, "ch1;0;")] {
        table.receive(at, message);
    }
    let decided = table.events(210.0, &["review_decided"]);
    let reviews: Vec<_> = decided.iter().map(|(_, event)| event.get("review").cloned()).collect();
    assert_eq!(reviews, [Some(json!(3)), None]);
    assert_eq!(table.left(), (0, 2));
}

#[test]
fn an_answer_that_overtakes_its_request_answers_it() {
    let mut table = Table::new();
    table.receive(7.0, "ch1;-1;");
    table.receive(7.01, "ch1;");
    table.receive(30.0, "ch2;0;");
    table.receive(30.01, "ch2;");
    let events = table.events(90.0, &["review_opened", "review_decided", "review_closed", "review_deadline"]);
    let actual: Vec<_> = events.iter().map(|(_, event)| (event["kind"].clone(), event["review"].clone())).collect();
    let expected = [("review_opened", 4), ("review_closed", 4), ("review_opened", 8), ("review_decided", 8)];
    assert_eq!(actual, expected.map(|(kind, review)| (json!(kind), json!(review))));
}

#[test]
fn the_competition_says_how_many_requests_there_are_and_whether_a_granted_one_is_kept() {
    let mut table = Table::with(ReviewRules { requests: 2, won_is_kept: false, ..ReviewRules::default() }, &["mat"]);
    table.receive(1.0, "ch1;");
    table.receive(5.0, "ch1;1;1;");
    table.events(10.0, &[]);
    assert_eq!(table.left(), (1, 2));
}

#[test]
fn a_review_without_a_clip_says_so_and_gives_the_card_back() {
    let mut table = Table::new();
    table.receive(1.0, "ch1;");
    assert_eq!(table.clip(), Some(ClipState::Saving));
    table.failed(2.0, 1);
    let missing = json!({"review": 3, "reason": "OBS is gone", "awaited": false, "kind": "clip_missing"});
    assert_eq!(table.events(3.0, &["clip_missing"]), [(2.0, missing)]);
    assert_eq!(table.clip(), Some(ClipState::Missing));
    table.receive(5.0, "ch1;0;");
    table.events(10.0, &[]);
    assert_eq!(table.left(), (1, 1), "the request is rejected, and the card is given back");
}

#[test]
fn one_camera_of_two_is_enough_for_a_clip() {
    for saved_first in [true, false] {
        let mut table = Table::with(ReviewRules::default(), &["mat", "side"]);
        table.receive(1.0, "ch1;");
        if !saved_first {
            table.failed(1.5, 2);
        }
        table.report(2.0, clip("mat", "a.mkv", vec![1]));
        table.ended(2.0, 1, Outcome::Done);
        if saved_first {
            table.failed(2.5, 2);
        }
        assert_eq!(table.events(3.0, &["clip_missing"]), []);
        assert_eq!(table.clip(), Some(ClipState::Saved));
    }
}
