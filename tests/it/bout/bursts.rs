//! Messages that belong together and come apart, or in another order.

use super::*;

const SCORING: [&str; 3] = ["scored", "score_corrected", "penalty_given"];

#[test]
fn a_point_and_its_score_belong_together_150_milliseconds_apart() {
    for (first, second) in [("sc1;0;sc2;3", "pt2;3"), ("pt2;3", "sc1;0;sc2;3")] {
        let messages = begun(&[(6000, first), (6150, second), (8000, "clk;1:57")]);
        assert_eq!(derived(&messages, &SCORING, &["side", "blue", "red"]), ["scored red 0 3"], "{first}");
    }
}

#[test]
fn a_gam_jeom_and_its_score_belong_together_150_milliseconds_apart() {
    for (first, second) in [("sc1;0;sc2;1", "wg1;1;wg2;0"), ("wg1;1;wg2;0", "sc1;0;sc2;1")] {
        let messages = begun(&[(6000, first), (6150, second), (8000, "clk;1:57")]);
        assert_eq!(derived(&messages, &SCORING, &["side", "count"]), ["penalty_given blue 1"], "{first}");
    }
}

#[test]
fn a_winner_and_the_banner_belong_together_150_milliseconds_apart() {
    for (first, second) in [("win;BLUE", "wmh;A A;2-0 RSC"), ("wmh;A A;2-0 RSC", "win;BLUE")] {
        let messages = begun(&[(9000, first), (9150, second), (20_000, "bye;")]);
        let actual = derived(&messages, &["bout_ended"], &["winner", "result", "decision"]);
        assert_eq!(actual, ["bout_ended blue 2-0 RSC"], "{first}");
    }
}

#[test]
fn a_banner_without_its_end_undoes_none_that_is_whole() {
    for (whole, cut) in [(9000, 9005), (9005, 9000), (8000, 9000)] {
        let messages = begun(&[(whole, "wmh;A A;2-0 RSC"), (cut, "wmh;A A"), (9010, "win;BLUE"), (20_000, "bye;")]);
        let actual = derived(&messages, &["bout_ended"], &["winner", "result", "decision"]);
        assert_eq!(actual, ["bout_ended blue 2-0 RSC"], "{whole} {cut}");
    }
}

#[test]
fn what_waits_for_more_waits_a_quarter_of_a_second_and_no_longer_than_one() {
    let messages =
        begun(&[(6000, "clk;1:58"), (6090, "sc1;0;sc2;3"), (6180, "hl1;40"), (6240, "hl1;41"), (9000, "clk;1:56")]);
    let events = play(&messages).0;
    let corrected = events.iter().find(|event| event["kind"] == "score_corrected").unwrap();
    assert_eq!(corrected["at"], "1970-01-01T00:00:06.490000Z");
    let mut messages = begun(&[(6000, "sc1;0;sc2;3")]);
    messages.extend((1..20).map(|number| (6000 + number * 90, format!("hl1;{}", 40 + number))));
    let events = play(&messages).0;
    let corrected = events.iter().find(|event| event["kind"] == "score_corrected").unwrap();
    assert_eq!(corrected["at"], "1970-01-01T00:00:07.000000Z");
    let messages = begun(&[(6000, "sc1;0;sc2;3"), (9000, "clk;1:56")]);
    let events = play(&messages).0;
    let corrected = events.iter().find(|event| event["kind"] == "score_corrected").unwrap();
    assert_eq!(corrected["at"], "1970-01-01T00:00:06.250000Z");
}

#[test]
fn what_is_whole_waits_for_a_pause_alone() {
    let messages = begun(&[(6000, "sc1;0;sc2;3"), (6020, "pt2;3"), (9000, "clk;1:56")]);
    let events = play(&messages).0;
    let scored = events.iter().find(|event| event["kind"] == "scored").unwrap();
    assert_eq!(scored["at"], "1970-01-01T00:00:06.120000Z");
}

#[test]
fn a_point_that_comes_again_without_a_score_is_the_same_point() {
    let messages =
        begun(&[(6000, "pt2;3"), (6010, "sc1;0;sc2;3"), (6160, "pt2;3"), (6170, "sc1;0;sc2;3"), (8000, "clk;1:57")]);
    assert_eq!(derived(&messages, &SCORING, &["side", "blue", "red"]), ["scored red 0 3"]);
}

#[test]
fn two_points_alike_that_the_score_counts_are_two() {
    let messages =
        begun(&[(6000, "pt2;3"), (6010, "sc1;0;sc2;3"), (6160, "pt2;3"), (6170, "sc1;0;sc2;6"), (8000, "clk;1:57")]);
    assert_eq!(derived(&messages, &SCORING, &["side", "blue", "red"]), ["scored red 0 3", "scored red 0 6"]);
}

#[test]
fn two_athletes_who_are_hurt_at_once_have_a_clock_each() {
    let messages = begun(&[
        (6500, "ij1;1:00;show"),
        (6512, "ij1;0:59"),
        (7000, "ij2;1:00;show"),
        (8000, "ij1;0:58"),
        (8100, "ij2;0:58"),
        (9000, "ij2;0:57;hide"),
        (9500, "ij1;0:56"),
        (10_500, "ij1;0:55;hide"),
    ]);
    let actual = derived(&messages, &["injury_started", "injury_ended"], &["side", "took_ms"]);
    let expected = ["injury_started blue", "injury_started red", "injury_ended red 2000", "injury_ended blue 4000"];
    assert_eq!(actual, expected);
}

#[test]
fn a_tick_that_comes_after_the_injury_clock_was_hidden_begins_no_injury() {
    for late in [5, 150, 600] {
        let messages = begun(&[
            (6500, "ij1;1:00;show"),
            (7500, "ij1;0:59"),
            (8500, "ij1;0:58;hide"),
            (8500 + late, "ij1;0:58"),
            (12_000, "clk;1:58;start"),
        ]);
        let actual = derived(&messages, &["injury_started", "injury_ended"], &["side"]);
        assert_eq!(actual, ["injury_started blue", "injury_ended blue"], "{late}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// An injury, reviews, gam-jeom, a correction and the end of the bout, each in a burst of its own.
    #[test]
    fn the_order_within_bursts_of_injuries_and_reviews_changes_nothing(seed: u64) {
        let in_order = begun(&[
            (6000, "clk;01:58;stop"),
            (6010, "ij1;1:00;show"),
            (6020, "ij1;0:59"),
            (7000, "ij1;0:58"),
            (7010, "ij1;0:58;hide"),
            (7020, "ij2;1:00;show"),
            (8000, "ch1;"),
            (8050, "hl1;20"),
            (8060, "ij2;0:59;hide"),
            (12_000, "ch1;0"),
            (12_012, "ch1;-1"),
            (13_000, "ch2;1;1"),
            (13_010, "ch2;"),
            (13_020, "ch2;-1"),
            (14_000, "sc1;0;sc2;2"),
            (14_010, "s11;0;s21;2"),
            (15_000, "clk;01:58;start"),
            (15_010, "clk;01:57"),
            (15_020, "wg1;1;wg2;0"),
            (15_030, "sc1;0;sc2;3"),
            (15_040, "s11;0;s21;3"),
            (16_000, "clk;01:56;stop"),
            (16_010, "clk;0:00;stopEnd"),
            (16_020, "wrd;rd1;2;rd2;0"),
            (16_030, "win;RED"),
            (16_040, "wmh;B B;0-1 WDR"),
            (20_000, "bye;"),
        ]);
        let review_first = |actual: (Vec<Value>, Arc<Bout>)| {
            // That a review is opened is actual when it is asked for, wherever in its burst.
            let (mut events, bout) = actual;
            let mut bout = Bout::clone(&bout);
            for review in &mut bout.reviews {
                review.request = None;
            }
            events.retain(|event| event["kind"] != "review_opened");
            for event in &mut events {
                let fields = event.as_object_mut().unwrap();
                fields.remove("took_ms");
                // An answer waits for nothing, so it comes when it is received.
                if fields["kind"] == "review_decided" {
                    fields.remove("at");
                }
            }
            (events, bout)
        };
        let expected = review_first(play(&in_order));
        let shuffled = review_first(play(&shuffled(&bursts(in_order), seed)));
        prop_assert_eq!(shuffled, expected);
    }
}

#[test]
fn a_score_corrected_twice_at_once_is_what_was_said_last() {
    for (first, second) in [(2, 1), (4, 3)] {
        let [one, other] = [first, second].map(|blue| format!("sc1;{blue};sc2;0"));
        let scored = [(6000, "pt1;3"), (6010, "sc1;3;sc2;0"), (9000, &*one), (9200, &*other), (20_000, "clk;1:40")];
        let messages = begun(&scored);
        let corrected = [first, second].map(|blue| format!("score_corrected {blue} 0"));
        assert_eq!(derived(&messages, &["score_corrected"], &["blue", "red"]), corrected);
        assert_eq!(play(&messages).1.blue.score, second);
    }
}

#[test]
fn a_sender_that_pauses_between_its_messages_corrects_no_score() {
    let kick = ["hl2;85", "sup;2", "sc1;0", "sc2;3", "s11;0", "s21;3", "pt2;3"];
    let penalty = ["wg1;1", "wg2;0", "sc1;0", "sc2;1"];
    for pause in [101, 120, 200] {
        for seed in 0..30 {
            for (texts, expected) in [
                (&kick[..], "scored red 0 3"),
                (&["pt2;3", "hl2;85", "sc1;0", "sc2;3"], "scored red 0 3"),
                (&["sc1;0", "sc2;3", "pt2;3"], "scored red 0 3"),
                (&penalty, "penalty_given blue 1"),
            ] {
                // A longer message is as many pauses long.
                if pause * texts.len() as u64 > 800 {
                    continue;
                }
                let mut texts = texts.to_vec();
                fastrand::Rng::with_seed(seed).shuffle(&mut texts);
                let mut messages = begun(&[(20_000, "hel;")]);
                let kick = texts.iter().map(|text| (*text).to_owned());
                messages.extend((0..).map(|number| 6000 + number * pause).zip(kick));
                messages.sort_by_key(|(at, _)| *at);
                let actual = derived(&messages, &SCORING, &["side", "count", "blue", "red"]);
                assert_eq!(actual, [expected], "{pause} {texts:?}");
            }
        }
    }
}

#[test]
fn a_technical_bonus_without_a_point_of_its_own_is_no_correction() {
    let corrections = |after: &[(u64, &str)]| {
        let mut messages = begun(after);
        messages.push((30_000, "hel;".to_owned()));
        derived(&messages, &["score_corrected"], &["blue", "red"])
    };
    // With its kick, and when the judges have pressed.
    assert_eq!(corrections(&[(6000, "pt1;2"), (6010, "sc1;4;sc2;0")]), [""; 0]);
    assert_eq!(corrections(&[(6000, "pt1;3"), (6010, "sc1;5;sc2;0")]), [""; 0]);
    assert_eq!(corrections(&[(6000, "pt2;3"), (6010, "sc1;0;sc2;3"), (7300, "sc1;0;sc2;5")]), [""; 0]);
    // A punch has no bonus, a kick has one, of two points, for its own side, and soon.
    assert_eq!(corrections(&[(6000, "pt1;1"), (6010, "sc1;3;sc2;0")]), ["score_corrected 3 0"]);
    let twice = [(6000, "pt1;2"), (6010, "sc1;2;sc2;0"), (7000, "sc1;4;sc2;0"), (7600, "sc1;6;sc2;0")];
    assert_eq!(corrections(&twice), ["score_corrected 6 0"]);
    let other = [(6000, "pt1;2"), (6010, "sc1;2;sc2;0"), (7000, "sc1;2;sc2;2")];
    assert_eq!(corrections(&other), ["score_corrected 2 2"]);
    let other = [(6000, "pt1;2"), (6010, "sc1;2;sc2;0"), (7000, "sc1;3;sc2;0")];
    assert_eq!(corrections(&other), ["score_corrected 3 0"]);
    let late = [(6000, "pt1;2"), (6010, "sc1;2;sc2;0"), (16_000, "sc1;4;sc2;0")];
    assert_eq!(corrections(&late), ["score_corrected 4 0"]);
}
