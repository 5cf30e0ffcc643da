//! When derived events come, and in which order.

use super::*;

#[test]
fn the_points_that_end_a_round_come_before_its_end() {
    for (point, score) in [(6000, 6005), (6005, 6000)] {
        let messages = begun(&[
            (point, "pt1;5"),
            (score, "sc1;12;sc2;0"),
            (6010, "pt1;5"),
            (6012, "pt1;2"),
            (6020, "clk;01:58;stop"),
            (6030, "clk;0:00;stopEnd"),
        ]);
        let actual = derived(&messages, &["scored", "round_ended"], &["technique", "how"]);
        assert_eq!(actual.len(), 4, "{actual:?}");
        assert_eq!(actual[3], "round_ended point_gap");
    }
}

#[test]
fn the_gam_jeom_that_loses_a_round_comes_before_its_end() {
    let messages =
        begun(&[(6000, "wg1;5;wg2;0"), (6005, "sc1;0;sc2;5"), (6010, "clk;0:00;stopEnd"), (6015, "win;RED")]);
    let actual = derived(&messages, &["penalty_given", "round_ended", "bout_ended"], &["how"]);
    assert_eq!(actual, ["penalty_given", "round_ended disqualification", "bout_ended"]);
}

#[test]
fn the_round_begins_before_its_points() {
    let mut messages = begun(&[]);
    messages.retain(|(at, _)| *at < 5000);
    let fight = [(5000, "clk;02:00;start"), (5010, "pt1;3"), (5015, "sc1;3;sc2;0"), (6000, "clk;01:59")];
    messages.extend(fight.map(|(at, text)| (at, text.to_owned())));
    let actual = derived(&messages, &["round_started", "scored"], &["side"]);
    assert_eq!(actual, ["round_started", "scored blue"]);
}

#[test]
fn the_closing_of_a_review_takes_its_own_time() {
    let messages = begun(&[(6000, "ch1;"), (9178, "ch1;1"), (9190, "ch1;-1"), (20_000, "hel;")]);
    let actual = derived(&messages, &["review_decided", "review_closed"], &["took_ms", "at"]);
    assert_eq!(
        actual,
        ["review_decided 3178 1970-01-01T00:00:09.178000Z", "review_closed 3190 1970-01-01T00:00:09.290000Z"]
    );
}

#[test]
fn an_answer_to_a_review_waits_for_nothing() {
    let at = |before: &[(u64, &str)]| {
        let mut messages = begun(&[(6000, "ch2;")]);
        messages.extend(before.iter().map(|(at, text)| (*at, (*text).to_owned())));
        messages.extend([(9000, "ch2;0".to_owned()), (9030, "clk;01:50".to_owned()), (20_000, "hel;".to_owned())]);
        derived(&messages, &["review_decided"], &["took_ms", "at"])
    };
    let expected = ["review_decided 3000 1970-01-01T00:00:09.000000Z"];
    assert_eq!(at(&[]), expected);
    assert_eq!(at(&[(8980, "sc1;0;sc2;2")]), expected);
    assert_eq!(at(&[(8980, "sc1;0;sc2;2"), (8990, "hl2;50")]), expected);
}

#[test]
fn an_answer_that_comes_after_the_closing_is_as_late_as_it_is() {
    for apart in [5, 60, 500] {
        let (closed, answered) = (9000, 9000 + apart);
        let messages = begun(&[(6000, "ch1;"), (closed, "ch1;-1"), (answered, "ch1;1;0"), (20_000, "hel;")]);
        let took = |kind| derived(&messages, &[kind], &["took_ms"]);
        assert_eq!(took("review_closed"), ["review_closed 3000"], "{apart}");
        assert_eq!(took("review_decided"), [format!("review_decided {}", 3000 + apart)], "{apart}");
        assert!(play(&messages).1.reviews[0].verdict.is_some());
    }
}

#[test]
fn an_answer_that_overtakes_its_request_still_belongs_to_it() {
    let messages = begun(&[(6000, "ch1;1;1"), (6010, "ch1;"), (6020, "ch1;-1"), (20_000, "hel;")]);
    let kinds = ["review_opened", "review_decided", "review_closed"];
    let actual = derived(&messages, &kinds, &["state", "verdict"]);
    assert_eq!(actual, ["review_opened", "review_decided accepted won", "review_closed"]);
}
