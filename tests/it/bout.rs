//! The state and the derived events of a bout, for its messages in any order.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;
use vta::bout::Bout;
use vta::court::{Court, Datagram, Input, Output};
use vta::rules::Rules;
use vta::time::Time;

use crate::support::repository;

mod bursts;
mod late;
mod lost;
mod moments;
mod rests;
mod unnamed;

/// A message and when it comes, in milliseconds.
type Message = (u64, String);

pub(crate) fn real_bout(name: &str) -> Vec<Message> {
    let trace = fs::read_to_string(repository(&format!("tests/data/{name}"))).unwrap();
    let message = |line: &str| {
        let (at, text) = line.split_once('\t').unwrap();
        (at.parse().unwrap(), text.to_owned())
    };
    trace.lines().map(message).collect()
}

/// Plays messages to a court: the derived events without their numbers, and the bout at the end.
fn play(messages: &[Message]) -> (Vec<Value>, Arc<Bout>) {
    let mut court = Court::new("court-1".into(), Vec::new(), Rules::none());
    let mut outputs = Vec::new();
    let mut last = Time::default();
    for (at, text) in messages {
        last = Time::default() + Duration::from_millis(*at);
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        court.step(last, &Input::Datagram(Datagram { bytes, from: None, truncated: false }), &mut outputs);
    }
    court.step(last, &Input::Stop, &mut outputs);
    let events = outputs.iter().filter_map(|output| match output {
        Output::Event { event, .. } if event.is_derived() => {
            let mut event = serde_json::to_value(&**event).unwrap();
            let fields = event.as_object_mut().unwrap();
            for number in ["seq", "cause", "review"] {
                fields.remove(number);
            }
            Some(event)
        }
        _ => None,
    });
    (events.collect(), court.bout().clone())
}

/// The bursts of a bout: messages with hardly a pause between them.
fn bursts(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut bursts: Vec<Vec<Message>> = Vec::new();
    for message in messages {
        match bursts.last_mut() {
            Some(burst)
                if burst.last().is_some_and(|last| message.0 - last.0 < 100) && message.0 - burst[0].0 < 250 =>
            {
                burst.push(message);
            }
            _ => bursts.push(vec![message]),
        }
    }
    bursts
}

/// The same times, the messages of each burst in another order.
fn shuffled(bursts: &[Vec<Message>], seed: u64) -> Vec<Message> {
    let mut random = fastrand::Rng::with_seed(seed);
    let shuffle = |burst: &Vec<Message>| {
        let mut texts: Vec<_> = burst.iter().map(|(_, text)| text.clone()).collect();
        random.shuffle(&mut texts);
        burst.iter().map(|(at, _)| *at).zip(texts).collect::<Vec<_>>()
    };
    bursts.iter().map(shuffle).collect::<Vec<_>>().concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_within_bursts_changes_nothing(seed: u64) {
        for name in ["console-bout-1.tsv", "console-bout-2.tsv"] {
            let in_order = real_bout(name);
            let (events, bout) = play(&in_order);
            let (shuffled_events, shuffled_bout) = play(&shuffled(&bursts(in_order), seed));
            prop_assert_eq!(shuffled_events, events);
            prop_assert_eq!(shuffled_bout, bout);
        }
    }

    #[test]
    fn messages_said_twice_change_nothing(seed: u64) {
        let once = real_bout("console-bout-2.tsv");
        let mut random = fastrand::Rng::with_seed(seed);
        let twice: Vec<_> =
            once.iter().flat_map(|message| std::iter::repeat_n(message.clone(), random.usize(1..=2))).collect();
        let (events, bout) = play(&once);
        let (events_twice, bout_twice) = play(&twice);
        prop_assert_eq!(events_twice, events);
        prop_assert_eq!(bout_twice, bout);
    }
}

/// The derived events of messages, each as its kind and some of its fields.
fn derived(messages: &[Message], kinds: &[&str], fields: &[&str]) -> Vec<String> {
    let actual = play(messages).0;
    let chosen = actual.iter().filter(|event| kinds.contains(&event["kind"].as_str().unwrap()));
    let line = |event: &Value| {
        let fields = fields.iter().filter_map(|name| event.get(*name)).map(|value| value.to_string().replace('"', ""));
        std::iter::once(event["kind"].as_str().unwrap().to_owned()).chain(fields).collect::<Vec<_>>().join(" ")
    };
    chosen.map(line).collect()
}

/// A bout that was loaded and has begun after five seconds, and what follows.
fn begun(after: &[(u64, &str)]) -> Vec<Message> {
    let mut messages: Vec<Message> = (0..).map(|number| number * 12).zip(load("101")).collect();
    messages.extend([(5000, "clk;02:00;start".to_owned()), (5012, "clk;01:59".to_owned())]);
    messages.extend(after.iter().map(|(at, text)| (*at, (*text).to_owned())));
    messages
}

/// Messages one after the other, `gap` milliseconds apart.
fn apart(gap: u64, messages: &[&str]) -> Vec<Message> {
    (0..).map(|number| number * gap).zip(messages.iter().map(|text| (*text).to_owned())).collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

const MATCH: &str = "Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;";

fn load(number: &str) -> Vec<String> {
    [
        "pre;FightLoaded".into(),
        format!("mch;{number};{MATCH}"),
        "at1;A;A A;GER;at2;B;B B;FRA;".into(),
        "sc1;0;sc2;0;".into(),
        "clk;02:00;".into(),
        "rnd;1;".into(),
        "rdy;FightReady".into(),
    ]
    .to_vec()
}

#[test]
fn a_bout_loaded_three_times_over_is_one_bout() {
    let load = load("12");
    let thrice: Vec<&str> = [&load[..], &load, &load].concat().leak().iter().map(String::as_str).collect();
    let (_, bout) = play(&apart(400, &thrice));
    assert_eq!((bout.ordinal, bout.config.number.as_deref()), (1, Some("12")));
    let other = self::load("13");
    let both: Vec<&str> = load.iter().chain(&other).map(String::as_str).collect();
    let (_, bout) = play(&apart(400, &both));
    assert_eq!((bout.ordinal, bout.config.number.as_deref()), (2, Some("13")));
}

#[test]
fn late_messages_of_the_bout_before_do_not_leak_into_the_next() {
    let mut messages: Vec<String> = load("12");
    messages
        .extend(["clk;02:00;start", "sc1;3;sc2;0;", "wg1;1;wg2;0;", "clk;00:40;stop", "win;BLUE;"].map(str::to_owned));
    let mut messages: Vec<Message> = (0..).map(|number| number * 1000).zip(messages).collect();
    let end = messages.last().unwrap().0 + 10_000;
    let late = ["wg1;1;wg2;0;", "sc1;3;sc2;0;", "win;BLUE;", "clk;00:40;"].map(str::to_owned);
    messages.extend((0..).map(|number| end + number * 10).zip(load("13").into_iter().chain(late)));
    let (events, bout) = play(&messages);
    assert_eq!(bout.config.number.as_deref(), Some("13"));
    assert_eq!((bout.blue.score, bout.blue.penalties, bout.clock, bout.winner), (0, 0, Some(120), None));
    assert_eq!(kinds(&events).iter().filter(|kind| **kind == "bout_ended").count(), 1);
}

#[test]
fn a_score_without_a_point_is_a_correction() {
    let mut messages = load("12");
    messages.extend(["clk;02:00;start", "sc1;2;sc2;0;", "sc1;0;sc2;0;"].map(str::to_owned));
    let messages: Vec<_> = messages.iter().map(String::as_str).collect();
    let (events, _) = play(&apart(500, &messages));
    assert_eq!(
        kinds(&events),
        ["bout_started", "round_started", "lead_changed", "point_gap", "score_corrected", "score_corrected"]
    );
}

#[test]
fn a_session_begun_in_the_middle_knows_the_bout_from_answers_in_any_order() {
    let answers = [
        "sc1;5;sc2;7;".to_owned(),
        "rnd;2;".to_owned(),
        format!("mch;12;{MATCH}"),
        "wg1;1;wg2;2;".to_owned(),
        "at1;A;A A;GER;at2;B;B B;FRA;".to_owned(),
        "wrd;rd1;1;rd2;0;rd3;0;".to_owned(),
        "clk;01:10;".to_owned(),
        "wmh;".to_owned(),
    ];
    for seed in 0..50 {
        let mut messages = answers.to_vec();
        fastrand::Rng::with_seed(seed).shuffle(&mut messages);
        let messages: Vec<_> = messages.iter().map(String::as_str).collect();
        let (events, bout) = play(&apart(5, &messages));
        assert_eq!((bout.round, bout.clock, bout.ordinal), (2, Some(70), 1));
        assert_eq!((bout.blue.score, bout.red.score, bout.blue.penalties, bout.red.penalties), (5, 7, 1, 2));
        assert_eq!(bout.config.number.as_deref(), Some("12"));
        assert_eq!(kinds(&events), ["lead_changed", "point_gap"], "seed {seed}");
    }
}

#[test]
fn each_round_keeps_its_gam_jeom() {
    let (_, bout) = play(&real_bout("console-bout-2.tsv"));
    let counts = bout.rounds.iter().map(|round| (round.blue_penalties, round.red_penalties));
    assert_eq!(counts.collect::<Vec<_>>(), [(0, 0), (0, 0), (1, 2)]);
}

#[test]
fn who_is_behind_in_rounds_can_win_without_a_contradiction() {
    let contradicts = |winners: &'static str| {
        let mut messages = load("12");
        messages.extend(["clk;02:00;start", winners, "win;RED;", "wmh;B B;1-0 WDR;"].map(str::to_owned));
        let messages: Vec<_> = messages.iter().map(String::as_str).collect();
        let (events, _) = play(&apart(500, &messages));
        kinds(&events).contains(&"contradiction")
    };
    assert!(!contradicts("wrd;rd1;1;rd2;0;rd3;0;"), "red wins by a withdrawal");
    assert!(contradicts("wrd;rd1;1;rd2;1;rd3;0;"), "blue has won two of three rounds");
}

#[test]
fn silence_while_the_clock_runs_is_said_once() {
    let mut messages: Vec<Message> = (0..).map(|number| number * 20).zip(load("12")).collect();
    messages.extend([
        (1000, "clk;02:00;start".to_owned()),
        (2000, "clk;01:59".to_owned()),
        (20_000, "hl1;30;".to_owned()),
    ]);
    let (events, _) = play(&messages);
    let silences: Vec<_> = events.iter().filter(|event| event["kind"] == "silence").collect();
    assert_eq!(silences.len(), 1);
    assert_eq!(silences[0]["at"], "1970-01-01T00:00:07.000000Z");
}
