//! The rest between two rounds, which no message starts or ends.

use super::*;

const RESTS: [&str; 2] = ["rest_started", "rest_ended"];

fn rests(messages: &[Message]) -> Vec<String> {
    derived(messages, &RESTS, &["round", "seconds", "took_ms"])
}

/// Two rounds, with a rest of a few seconds between them.
fn two_rounds(after: &[(u64, &str)]) -> Vec<Message> {
    let mut messages = begun(&[
        (8000, "clk;0:00;stopEnd"),
        (13_000, "wrd;rd1;1;rd2;0;rd3;0"),
        (13_050, "brk;00:59"),
        (14_050, "brk;00:58"),
        (15_050, "brk;00:57"),
        (20_000, "rnd;2"),
        (22_000, "clk;02:00;start"),
        (23_000, "clk;01:59"),
    ]);
    messages.extend(after.iter().map(|(at, text)| (*at, (*text).to_owned())));
    messages
}

const FIRST_REST: [&str; 2] = ["rest_started 1 59", "rest_ended 1 7000"];

#[test]
fn each_real_bout_has_a_rest_after_each_round_but_the_last() {
    let rests = |name| rests(&real_bout(name));
    let expected =
        ["rest_started 1 59", "rest_ended 1 12625", "rest_started 2 59", "rest_ended 2 6203"].map(str::to_owned);
    assert_eq!(rests("console-bout-1.tsv"), expected);
    let expected =
        ["rest_started 1 59", "rest_ended 1 16669", "rest_started 2 59", "rest_ended 2 5336"].map(str::to_owned);
    assert_eq!(rests("console-bout-2.tsv"), expected);
}

#[test]
fn rest_starts_with_its_first_tick_and_ends_with_the_next_round() {
    assert_eq!(rests(&two_rounds(&[])), FIRST_REST);
    for lost in ["rnd;2", "brk;00:58", "wrd;rd1;1;rd2;0;rd3;0", "clk;0:00;stopEnd"] {
        let mut messages = two_rounds(&[]);
        messages.retain(|(_, text)| text != lost);
        assert_eq!(rests(&messages).len(), 2, "{lost}");
    }
}

#[test]
fn rest_whose_time_is_over_ends_once() {
    for end in ["brk;00:00", "brk;0:00;stopEnd"] {
        let messages = begun(&[
            (8000, "clk;0:00;stopEnd"),
            (13_050, "brk;00:03"),
            (14_050, "brk;00:02"),
            (16_050, end),
            (17_000, "brk;00:00"),
            (20_000, "rnd;2"),
            (22_000, "clk;02:00;start"),
        ]);
        assert_eq!(rests(&messages), ["rest_started 1 3", "rest_ended 1 3000"], "{end}");
    }
}

#[test]
fn rest_ends_with_the_bout() {
    let mut messages = two_rounds(&[]);
    messages.retain(|(at, _)| *at < 20_000);
    messages.push((21_000, "win;BLUE".to_owned()));
    assert_eq!(derived(&messages, &["rest_ended", "bout_ended"], &["round"]), ["rest_ended 1", "bout_ended"]);
}

#[test]
fn last_rest_that_a_pss_repeats_starts_no_rest() {
    let messages = two_rounds(&[
        (24_000, "brk;00:57"),
        (30_000, "clk;0:00;stopEnd"),
        (36_000, "brk;00:57"),
        (42_000, "brk;00:57"),
        (50_000, "brk;00:59"),
        (51_000, "rnd;3"),
        (52_000, "brk;00:59"),
    ]);
    let expected = [FIRST_REST, ["rest_started 2 59", "rest_ended 2 1000"]].concat();
    assert_eq!(rests(&messages), expected);
}

#[test]
fn rest_of_the_bout_before_starts_no_rest() {
    let mut messages = two_rounds(&[]);
    messages.extend((0..).map(|number| 60_000 + number * 10).zip(load("102")));
    for (at, text) in [(70_000, "clk;02:00;start"), (75_000, "clk;0:00;stopEnd"), (81_000, "brk;00:57")] {
        messages.push((at, text.to_owned()));
    }
    assert_eq!(rests(&messages), FIRST_REST);
}

#[test]
fn rest_after_a_round_that_goes_on_is_a_rest_of_its_own() {
    let messages = begun(&[
        (8000, "clk;0:00;stopEnd"),
        (13_000, "brk;00:59"),
        (14_000, "clk;0:30;start"),
        (15_000, "clk;0:29"),
        (16_000, "clk;0:00;stopEnd"),
        (20_000, "brk;00:59"),
        (21_000, "brk;00:58"),
        (23_000, "rnd;2"),
    ]);
    let expected = ["rest_started 1 59", "rest_ended 1 1000", "rest_started 1 58", "rest_ended 1 2000"];
    assert_eq!(rests(&messages), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rest_messages_in_any_order_within_bursts_give_the_same_rests(seed: u64) {
        let mut in_order = two_rounds(&[]);
        in_order.retain(|(at, _)| *at < 8000);
        // The end of the round, its rest and the next round, all with hardly a pause.
        in_order.extend([
            (8000, "clk;0:01".to_owned()),
            (8010, "clk;0:00;stopEnd".to_owned()),
            (8020, "wrd;rd1;1;rd2;0;rd3;0".to_owned()),
            (8030, "brk;00:59".to_owned()),
            (9030, "brk;00:58".to_owned()),
            (9040, "brk;00:57".to_owned()),
            (10_040, "brk;00:56".to_owned()),
            (10_050, "rnd;2".to_owned()),
            (10_060, "clk;02:00;start".to_owned()),
            (11_060, "clk;01:59".to_owned()),
        ]);
        let expected = play(&in_order);
        prop_assert_eq!(rests(&in_order), ["rest_started 1 59", "rest_ended 1 2040"]);
        prop_assert_eq!(play(&shuffled(&bursts(in_order), seed)), expected);
    }

    #[test]
    fn rests_start_and_end_in_turn_whatever_is_lost(seed: u64, lost in 0.0..0.9) {
        let mut random = fastrand::Rng::with_seed(seed);
        for name in ["console-bout-1.tsv", "console-bout-2.tsv"] {
            let mut messages = real_bout(name);
            messages.retain(|_| random.f64() >= lost);
            let rests = derived(&messages, &RESTS, &["round"]);
            prop_assert!(rests.len() <= 4, "{:?}", rests);
            // Everything that ends the last rest may be lost.
            for (number, rest) in (0..).zip(rests.chunks(2)) {
                let rounds: Vec<_> = rest.iter().map(|rest| rest.rsplit(' ').next()).collect();
                let is_last = number == rests.len().div_ceil(2) - 1;
                prop_assert!(rounds.get(1).map_or(is_last, |ended| rounds[0] == *ended), "{:?}", rests);
                prop_assert!(rest[0].starts_with("rest_started"), "{:?}", rests);
                prop_assert!(rest.get(1).is_none_or(|ended| ended.starts_with("rest_ended")), "{:?}", rests);
            }
        }
    }
}
