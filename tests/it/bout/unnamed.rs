//! The end of a bout whose `win` was lost.

use super::*;

const ENDS: [&str; 3] = ["round_ended", "bout_ended", "contradiction"];
const NEXT: u64 = 60_000;

/// A bout that blue wins two rounds of, and what follows; `load` loads the next one a minute after its beginning.
fn fought(after: &[(u64, &str)], load: bool) -> Vec<Message> {
    let mut messages = begun(&[(7000, "clk;01:58;stop"), (7010, "clk;0:00;stopEnd"), (7100, "wrd;rd1;1;rd2;1;rd3;0")]);
    messages.extend(after.iter().map(|(at, text)| (*at, (*text).to_owned())));
    if load {
        messages.extend((0..).map(|number| NEXT + number * 12).zip(self::load("102")));
    }
    messages.sort_by_key(|(at, _)| *at);
    messages
}

fn ends(messages: &[Message]) -> Vec<String> {
    derived(messages, &ENDS[1..], &["winner", "inferred", "result", "decision", "what"])
}

fn ended_at(messages: &[Message]) -> Vec<String> {
    derived(messages, &["bout_ended"], &["at"])
}

#[test]
fn a_bout_whose_winner_is_not_named_ends_ten_seconds_after_its_banner() {
    let messages = fought(&[(8000, "wmh;A A;2-0 PTF"), (30_000, "hel;")], false);
    assert_eq!(ends(&messages), ["bout_ended blue true 2-0 PTF"]);
    assert_eq!(ended_at(&messages), ["bout_ended 1970-01-01T00:00:18.000000Z"]);
    let bout = play(&messages).1;
    assert_eq!((bout.winner, bout.stage), (Some(vta::event::BoutWinner::Blue), vta::bout::Stage::Ended));
    assert!(bout.ended_at.is_some());
}

#[test]
fn the_order_of_winners_of_rounds_and_banner_makes_no_difference() {
    for (banner, rounds) in [(8000, 8005), (8000, 9000), (8000, 17_000)] {
        let mut messages = fought(&[(banner, "wmh;A A;2-0 PTF"), (40_000, "hel;")], false);
        messages.retain(|(_, text)| !text.starts_with("wrd"));
        messages.push((rounds, "wrd;rd1;1;rd2;1;rd3;0".to_owned()));
        messages.sort_by_key(|(at, _)| *at);
        assert_eq!(ends(&messages), ["bout_ended blue true 2-0 PTF"], "{rounds}");
    }
}

#[test]
fn messages_that_are_repeated_do_not_put_the_end_off() {
    let repeated: Vec<_> = (0..30).map(|number| (8000 + number * 1000, "wmh;A A;2-0 PTF")).collect();
    assert_eq!(ended_at(&fought(&repeated, false)), ["bout_ended 1970-01-01T00:00:18.000000Z"]);
}

#[test]
fn a_bout_whose_winner_is_not_named_ends_before_the_next_is_loaded() {
    let mut court = Court::new("court-1".into(), Vec::new(), Rules::none());
    let mut outputs = Vec::new();
    for (at, text) in fought(&[(NEXT - 2000, "wmh;A A;2-0 PTF")], true) {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        let at = Time::default() + Duration::from_millis(at);
        court.step(at, &Input::Datagram(Datagram { bytes, from: None, truncated: false }), &mut outputs);
    }
    let place = |kind: &str| {
        let is = |output: &Output| matches!(output, Output::Event { event, .. } if event.kind().to_string() == kind);
        outputs.iter().rposition(is).unwrap()
    };
    assert!(place("bout_ended") < place("bout_loaded"));
    let Output::Event { event, load } = &outputs[place("bout_ended")] else { panic!() };
    assert_eq!(*load, 1);
    assert_eq!(event.at, Time::default() + Duration::from_millis(NEXT));
    let mut stored = outputs.iter().filter_map(|output| match output {
        Output::Bout { bout, .. } if bout.load == 1 => Some(bout.winner),
        _ => None,
    });
    assert_eq!(stored.next_back().unwrap(), Some(vta::event::BoutWinner::Blue));
    assert_eq!((court.bout().load, court.bout().winner), (2, None));
}

#[test]
fn any_order_of_the_next_load_ends_it_once() {
    for seed in 0..40 {
        let before = fought(&[(NEXT - 2000, "wmh;A A;2-0 PTF")], false);
        let mut load = load("102");
        fastrand::Rng::with_seed(seed).shuffle(&mut load);
        let load = (0..).map(|number| NEXT + number * 5).zip(load);
        let messages: Vec<_> = before.into_iter().chain(load).collect();
        assert_eq!(ends(&messages), ["bout_ended blue true 2-0 PTF"], "{seed}");
        assert_eq!(play(&messages).1.config.number.as_deref(), Some("102"), "{seed}");
    }
}

#[test]
fn the_next_bout_whose_load_begins_without_pre_ends_the_one_before() {
    let mut messages = fought(&[(NEXT - 2000, "wmh;A A;2-0 PTF")], true);
    messages.retain(|(at, text)| *at < NEXT || !text.starts_with("pre"));
    assert_eq!(ends(&messages), ["bout_ended blue true 2-0 PTF"]);
}

#[test]
fn a_winner_that_is_named_after_all_ends_no_bout_twice() {
    let ended = "bout_ended blue true 2-0 PTF";
    for at in [18_100, 25_000, 100_000] {
        assert_eq!(ends(&fought(&[(8000, "wmh;A A;2-0 PTF"), (at, "win;BLUE")], false)), [ended]);
        let other = ends(&fought(&[(8000, "wmh;A A;2-0 PTF"), (at, "win;RED"), (at + 500, "win;RED")], false));
        assert_eq!(other.len(), 2, "{other:?}");
        assert_eq!(other[0], ended);
        assert!(other[1].contains("`win` names red"), "{other:?}");
    }
    let in_time = ends(&fought(&[(8000, "wmh;A A;2-0 PTF"), (15_000, "win;BLUE"), (80_000, "hel;")], false));
    assert_eq!(in_time, ["bout_ended blue 2-0 PTF"]);
}

#[test]
fn a_winner_that_the_next_load_overtakes_is_compared_with_what_was_inferred() {
    let late = |winner| ends(&fought(&[(NEXT - 2000, "wmh;A A;2-0 PTF"), (NEXT + 15, winner)], true));
    assert_eq!(late("win;BLUE"), ["bout_ended blue true 2-0 PTF"]);
    let other = late("win;RED");
    assert_eq!(other.len(), 2, "{other:?}");
    assert!(other[1].contains("`win` names red"), "{other:?}");
}

#[test]
fn what_does_not_decide_a_bout_ends_none() {
    for banner in ["wmh;", "wmh;null;null", "win;GREEN", "hel;"] {
        assert_eq!(ends(&fought(&[(8000, banner)], true)), [""; 0], "{banner}");
    }
    // One round is not enough, and the banner says no more.
    let mut messages = fought(&[(8000, "wmh;A A;1-0")], true);
    for (_, text) in &mut messages {
        *text = text.replace("rd2;1", "rd2;0");
    }
    assert_eq!(ends(&messages), [""; 0]);
    // The fight goes on.
    let on = [(8000, "wmh;A A;2-0 PTF"), (9000, "clk;01:50;start"), (10_000, "clk;01:49"), (NEXT - 1, "clk;01:48")];
    assert_eq!(ends(&fought(&on, false)), [""; 0]);
}

#[test]
fn a_banner_and_rounds_that_name_different_winners_are_a_contradiction() {
    for banner in ["wmh;B B;0-2 PTF", "wmh;B B;2-0 PTF", "wmh;;0-2 PTF"] {
        let actual = ends(&fought(&[(8000, banner)], true));
        assert_eq!(actual.len(), 1, "{actual:?}");
        assert!(actual[0].starts_with("contradiction") && actual[0].contains("red"), "{actual:?}");
    }
}

#[test]
fn a_banner_alone_decides_a_bout_that_was_broken_off() {
    for (banner, expected) in [
        ("wmh;B B;0-1 WDR", "red true 0-1 WDR"),
        ("wmh;a  a;0-0 DSQ", "blue true 0-0 DSQ"),
        ("wmh;B;1-2", "red true 1-2"),
    ] {
        let messages = begun(&[(7000, "clk;01:58;stop"), (8000, banner), (50_000, "hel;")]);
        assert_eq!(ends(&messages), [format!("bout_ended {expected}")], "{banner}");
    }
    // It is that of another bout.
    let messages = begun(&[(7000, "clk;01:58;stop"), (8000, "wmh;C C;2-0 PTF"), (50_000, "hel;")]);
    assert_eq!(ends(&messages), [""; 0]);
}

#[test]
fn a_banner_that_is_repeated_does_not_end_the_next_bout() {
    let mut messages = fought(&[(8000, "win;BLUE"), (8010, "wmh;A A;2-0 PTF")], true);
    messages.extend([(NEXT + 5000, "wmh;A A;2-0 PTF".to_owned()), (NEXT + 50_000, "hel;".to_owned())]);
    assert_eq!(ends(&messages), ["bout_ended blue 2-0 PTF"]);
}

#[test]
fn a_session_that_ends_before_the_next_load_ends_the_bout() {
    assert_eq!(ends(&fought(&[(8000, "wmh;A A;2-0 PTF")], false)), ["bout_ended blue true 2-0 PTF"]);
}

#[test]
fn a_round_and_a_rest_that_are_on_end_with_the_bout() {
    let messages = begun(&[(8000, "clk;01:50;stop"), (9000, "wmh;A A;0-0 RSC"), (40_000, "hel;")]);
    assert_eq!(derived(&messages, &ENDS, &["how", "winner"]), ["round_ended operator", "bout_ended blue"]);
}

#[test]
fn a_tie_beside_two_rounds_won_is_a_contradiction() {
    for order in [["win;TIE", "wrd;rd1;1;rd2;1;rd3;0"], ["wrd;rd1;1;rd2;1;rd3;0", "win;TIE"]] {
        let messages = begun(&[(8000, "clk;01:50;stop"), (9000, order[0]), (12_000, order[1]), (30_000, "hel;")]);
        let actual = derived(&messages, &["contradiction"], &["what"]);
        assert_eq!(actual, ["contradiction `win` names tie, but `wrd` gives blue 2 and red 0 rounds"]);
    }
    let messages = begun(&[(8000, "clk;01:50;stop"), (9000, "wrd;rd1;1;rd2;2;rd3;0"), (12_000, "win;TIE")]);
    assert_eq!(derived(&messages, &["contradiction"], &["what"]), [""; 0]);
}
