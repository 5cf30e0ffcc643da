//! Messages of a bout that come after the next was loaded.

use super::*;

/// A bout that red has won, another that was loaded at half a minute, and what follows on that load.
fn after_the_load(late: &[(u64, &str)]) -> Vec<Message> {
    let mut messages = begun(&[
        (6000, "pt2;3"),
        (6010, "sc1;0;sc2;5"),
        (6020, "wg1;2;wg2;0"),
        (8000, "clk;1:19;stop"),
        (8300, "ij1;1:00;show"),
        (9000, "win;RED"),
        (9010, "wmh;B B;0-1 RSC"),
    ]);
    messages.extend((0..).map(|number| 30_000 + number * 10).zip(load("102")));
    messages.extend(late.iter().map(|(at, text)| (30_000 + at, (*text).to_owned())));
    messages.sort_by_key(|(at, _)| *at);
    messages.push((40_000, "clk;02:00;start".to_owned()));
    messages
}

#[test]
fn a_winner_said_late_does_not_end_a_bout_that_was_loaded_twice() {
    let mut messages = after_the_load(&[(700, "win;RED"), (710, "wmh;B B;0-1 RSC")]);
    messages.extend((0..).map(|number| 30_200 + number * 10).zip(load("102")));
    messages.sort_by_key(|(at, _)| *at);
    let (events, bout) = play(&messages);
    assert_eq!(kinds(&events).iter().filter(|kind| **kind == "bout_ended").count(), 1);
    assert_eq!((bout.config.number.as_deref(), bout.winner, bout.result.is_none()), (Some("102"), None, true));
}

#[test]
fn a_winner_first_heard_after_the_load_is_not_that_of_the_bout_loaded() {
    let mut messages = after_the_load(&[(15, "win;RED"), (400, "wmh;B B;0-1 RSC")]);
    messages.retain(|(at, text)| *at > 30_000 || !(text.starts_with("win") || text.starts_with("wmh")));
    let (events, bout) = play(&messages);
    assert!(!kinds(&events).contains(&"bout_ended"));
    assert_eq!((bout.config.number.as_deref(), bout.winner, bout.result.is_none()), (Some("102"), None, true));
}

#[test]
fn points_injuries_and_verdicts_that_come_late_are_not_of_the_bout_loaded() {
    let expected = play(&after_the_load(&[]));
    for late in [
        "pt2;3",
        "hl2;50",
        "ij1;0:30",
        "ch1;0",
        "ch1;-1",
        "sc1;0;sc2;6",
        "wg1;2;wg2;1",
        "sup;1",
        "s11;0;s21;3;s12;0;s22;0",
        "wrd;rd1;2;rd2;0;rd3;0",
    ] {
        for at in [25, 300] {
            assert_eq!(play(&after_the_load(&[(at, late)])), expected, "{late} {at}");
        }
    }
}

#[test]
fn what_a_bout_that_is_loaded_again_had_come_to_is_its_own() {
    let messages: Vec<Message> = after_the_load(&[(300, "sc1;0;sc2;5"), (310, "wg1;2;wg2;0")])
        .into_iter()
        .map(|(at, text)| (at, text.replace("mch;102", "mch;101")))
        .filter(|(at, text)| *at < 30_000 || !text.starts_with("sc1;0;sc2;0"))
        .collect();
    let (events, bout) = play(&messages);
    assert_eq!((bout.ordinal, bout.red.score, bout.blue.penalties), (2, 5, 2));
    assert!(!kinds(&events).contains(&"score_corrected"), "it is where the bout goes on from");
}

#[test]
fn an_answer_to_a_request_of_the_bout_loaded_is_its_own() {
    let (events, bout) = play(&after_the_load(&[(300, "ch1;"), (600, "ch1;0"), (610, "ch1;-1")]));
    assert!(kinds(&events).contains(&"review_closed"));
    assert_eq!(bout.blue.requests_left, 0);
}

#[test]
fn a_bout_that_is_told_of_in_its_middle_keeps_what_is_told() {
    let mut messages = begun(&[(6000, "pt2;3"), (6010, "sc1;0;sc2;3")]);
    let asked = [
        "clk;01:30;stop",
        "rnd;2",
        "sc1;5;sc2;3",
        "wg1;1;wg2;0",
        "mch;102;Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;",
        "wrd;rd1;1;rd2;0",
    ];
    messages.extend((0..).map(|number| 30_000 + number * 5).zip(asked.map(str::to_owned)));
    messages.push((40_000, "clk;01:30;start".to_owned()));
    let bout = play(&messages).1;
    assert_eq!((bout.config.number.as_deref(), bout.round), (Some("102"), 2));
    assert_eq!((bout.blue.score, bout.red.score, bout.blue.penalties), (5, 3, 1));
    assert_eq!(bout.rounds_won(), (1, 0));
}
