//! The state and the derived events although messages were lost.

use std::collections::HashSet;

use super::*;

const ROUNDS: [&str; 3] = ["round_started", "round_ended", "golden_round"];

/// The second real bout without the message at that time.
fn without(at: u64) -> Vec<Message> {
    let mut messages = real_bout("console-bout-2.tsv");
    let before = messages.len();
    messages.retain(|(time, _)| *time != at);
    assert_eq!(messages.len(), before - 1);
    messages
}

#[test]
fn a_round_whose_end_was_lost_ends_with_its_rest() {
    let messages = begun(&[
        (6000, "clk;1:36;corr"),
        (6500, "clk;1:36;stop"),
        (20_000, "brk;00:59"),
        (21_000, "brk;00:58"),
        (40_000, "rnd;2"),
        (41_000, "clk;2:00;start"),
    ]);
    let actual = derived(&messages, &ROUNDS, &["round", "how"]);
    assert_eq!(actual, ["round_started 1", "round_ended 1 operator", "round_started 2"]);
}

#[test]
fn a_round_whose_end_and_rest_were_lost_ends_before_the_next() {
    let messages = begun(&[(6500, "clk;1:58;stop"), (40_000, "rnd;2"), (41_000, "clk;2:00;start")]);
    let actual = derived(&messages, &ROUNDS, &["round", "how"]);
    assert_eq!(actual, ["round_started 1", "round_ended 1 operator", "round_started 2"]);
}

#[test]
fn the_last_rest_told_again_ends_no_round() {
    let messages = begun(&[
        (6000, "clk;1:36;corr"),
        (6500, "clk;1:36;stop"),
        (20_000, "brk;00:43"),
        (30_000, "brk;00:43"),
        (40_000, "clk;1:36;start"),
    ]);
    assert_eq!(derived(&messages, &ROUNDS, &["round"]), ["round_started 1"]);
}

#[test]
fn a_round_whose_number_was_lost_is_known_by_its_full_clock() {
    let (whole, bout) = play(&real_bout("console-bout-2.tsv"));
    let rounds = |events: Vec<Value>| -> Vec<Value> {
        events.into_iter().filter(|event| ROUNDS.contains(&event["kind"].as_str().unwrap())).collect()
    };
    let whole = rounds(whole);
    for lost in [116, 289_728, 335_074] {
        let (events, without) = play(&without(lost));
        assert_eq!(rounds(events), whole, "{lost}");
        assert_eq!(without.rounds, bout.rounds, "{lost}");
    }
}

#[test]
fn a_round_that_scores_in_the_table_is_the_round_that_is_on() {
    let messages = begun(&[
        (8000, "sc1;1;sc2;0"),
        (8010, "pt1;1"),
        (9000, "clk;0:00;stopEnd"),
        (50_000, "clk;1:40;start"),
        (51_000, "pt2;3"),
        (51_010, "sc1;0;sc2;3"),
        (51_020, "s11;1;s21;0;s12;0;s22;3"),
        (52_000, "clk;1:38"),
        (53_000, "clk;0:00;stopEnd"),
    ]);
    let told_rounds = derived(&messages, &ROUNDS, &["round", "blue", "red"]);
    assert_eq!(told_rounds, ["round_started 1", "round_ended 1 1 0", "round_started 2", "round_ended 2 0 3"]);
    let scored = derived(&messages, &["scored", "score_corrected", "contradiction"], &["round", "blue", "red"]);
    assert_eq!(scored, ["scored 1 1 0", "scored 2 0 3"]);
    let rounds = play(&messages).1.rounds.clone();
    let rounds: Vec<_> = rounds.iter().map(|round| (round.round, round.blue, round.red)).collect();
    assert_eq!(rounds, [(1, 1, 0), (2, 0, 3)]);
}

#[test]
fn a_round_that_was_ended_by_mistake_goes_on_and_ends_once() {
    let messages = begun(&[
        (9000, "clk;0:00;stopEnd"),
        (15_000, "clk;1:40;corr"),
        (16_000, "clk;1:40;start"),
        (17_000, "clk;1:39"),
        (18_000, "clk;0:00;stopEnd"),
        (19_000, "wrd;rd1;1;rd2;0;rd3;0"),
    ]);
    assert_eq!(derived(&messages, &ROUNDS, &["round"]), ["round_started 1", "round_ended 1"]);
}

#[test]
fn a_table_that_is_older_than_the_score_contradicts_nothing() {
    let whole = real_bout("console-bout-2.tsv");
    let tables: Vec<_> = whole.iter().filter(|(_, text)| text.starts_with("s11")).map(|(at, _)| *at).collect();
    assert!(tables.len() > 12);
    let contradictions = |messages: &[Message]| derived(messages, &["contradiction"], &["what"]);
    let expected = contradictions(&whole);
    for lost in tables {
        assert_eq!(contradictions(&without(lost)), expected, "{lost}");
    }
}

#[test]
fn a_table_that_is_as_new_as_the_score_contradicts_it_once() {
    let messages = begun(&[
        (6000, "sc1;2;sc2;0"),
        (6010, "s11;0;s21;2"),
        (7000, "clk;01:57"),
        (8000, "clk;01:56"),
        (9000, "s11;0;s21;2"),
    ]);
    let actual = derived(&messages, &["contradiction"], &["what"]);
    assert_eq!(actual, ["contradiction the table of rounds gives round 1 as 0-2, but its score is 2-0"]);
}

#[test]
fn the_first_gam_jeom_is_told_even_if_none_was_told_at_the_load() {
    let whole = derived(&real_bout("console-bout-2.tsv"), &["penalty_given"], &["side", "count"]);
    assert_eq!(derived(&without(53), &["penalty_given"], &["side", "count"]), whole);
}

#[test]
fn the_first_correction_is_told_even_if_no_score_was_told_at_the_load() {
    let mut messages = begun(&[(7000, "sc1;0;sc2;3")]);
    messages.retain(|(_, text)| !text.starts_with("sc1;0;sc2;0"));
    let actual = derived(&messages, &["score_corrected"], &["blue", "red", "red_before"]);
    assert_eq!(actual, ["score_corrected 0 3 0"]);
}

#[test]
fn a_round_that_runs_out_is_over_by_time_even_if_its_last_tick_was_lost() {
    let end = |after: &[&str]| {
        let after: Vec<_> = (6000..).step_by(10).zip(after.iter().copied()).collect();
        let mut messages = begun(&[(5500, "clk;0:03;corr"), (5800, "clk;0:02")]);
        messages.extend(after.iter().map(|(at, text)| (*at, (*text).to_owned())));
        derived(&messages, &["round_ended"], &["how"]).join(", ")
    };
    assert_eq!(end(&["clk;0:00;stopEnd"]), "round_ended time");
    assert_eq!(end(&["clk;0:00;stopEnd", "clk;00:00;stop"]), "round_ended time");
    assert_eq!(end(&["clk;0:02;stop", "clk;0:00;stopEnd"]), "round_ended operator");
}

#[test]
fn a_clock_that_counts_up_and_is_set_back_at_its_end_has_run_out() {
    let end = |last: &str| {
        let messages: Vec<Message> =
            begun(&[(6000, "clk;1:58;corr"), (7000, last), (8000, "clk;0:00;stopEnd"), (8010, "clk;0:00;stop")])
                .into_iter()
                .map(|(at, text)| {
                    (at, text.replace("cntDown", "cntUp").replace("02:00", "00:00").replace("01:59", "00:01"))
                })
                .collect();
        derived(&messages, &["round_ended"], &["how"]).join(", ")
    };
    assert_eq!(end("clk;2:00"), "round_ended time");
    assert_eq!(end("clk;1:59"), "round_ended time");
    assert_eq!(end("clk;1:58;stop"), "round_ended operator");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// From hardly any messages lost to most of a bout.
    #[test]
    fn whatever_is_lost_a_round_starts_and_ends_once(seed: u64, lost in 0.0..0.9) {
        let mut random = fastrand::Rng::with_seed(seed);
        for name in ["console-bout-1.tsv", "console-bout-2.tsv"] {
            let mut messages = real_bout(name);
            messages.retain(|_| random.f64() >= lost);
            let actual = derived(&messages, &["bout_started", "round_started", "round_ended", "bout_ended"], &["round"]);
            let once: HashSet<_> = actual.iter().collect();
            prop_assert_eq!(once.len(), actual.len(), "{:?}", actual);
        }
    }
}

#[test]
fn a_score_that_was_lost_contradicts_no_table() {
    let whole = real_bout("console-bout-2.tsv");
    let scores = whole.iter().filter(|(_, message)| message.starts_with("sc1;")).map(|(at, _)| *at);
    let times: HashSet<_> = scores.collect();
    assert!(times.len() > 10);
    for at in times {
        let mut messages = whole.clone();
        messages.retain(|(time, message)| *time != at || !message.starts_with("sc1;"));
        let actual = derived(&messages, &["contradiction"], &["what"]);
        // The console's own, about the winner, stays.
        assert_eq!(actual.len(), 1, "without the score at {at}: {actual:?}");
    }
}

#[test]
fn an_injury_whose_end_was_lost_is_over_when_the_fight_goes_on() {
    let messages = begun(&[
        (6000, "clk;1:58;stop"),
        (6100, "ij1;1:00;show"),
        (7100, "ij1;0:59"),
        (20_000, "clk;1:58;start"),
        (21_000, "clk;1:57"),
        (40_000, "clk;1:38;stop"),
        (40_100, "ij1;1:00;show"),
        (45_100, "ij1;0:55;hide"),
        (50_000, "clk;1:38;start"),
    ]);
    let actual = derived(&messages, &["injury_started", "injury_ended"], &["side", "took_ms"]);
    assert_eq!(
        actual,
        ["injury_started blue", "injury_ended blue 13900", "injury_started blue", "injury_ended blue 5000"]
    );
}

#[test]
fn a_bout_begins_before_its_first_round_does_though_the_number_was_lost() {
    let load =
        ["pre;FightLoaded", "mch;101;Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;"];
    let messages = [
        (0, load[0].to_owned()),
        (5, load[1].to_owned()),
        (5000, "clk;02:00;start".to_owned()),
        (6000, "clk;01:59".to_owned()),
    ];
    assert_eq!(derived(&messages, &["bout_started", "round_started"], &["round"]), ["bout_started", "round_started 1"]);
}
