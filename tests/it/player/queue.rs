//! Several reviews with one screen: each keeps it until it is over.

use serde_json::{Value, json};
use vta::action::{Clip, Outcome, Play, PlayerVerb, Report};

use super::jury::*;

fn of(path: &str, review: u64, text: &str) -> PlayerVerb {
    let clip = Clip { review: Some(review), ..clip(path, "mat", Some(BEGINS_AT)) };
    play(Play { paused: true, overlay: Some(text.to_owned()), ..Play::of(clip) })
}

/// Two courts with one player, and how many seconds a review keeps the screen once another waits.
async fn two_courts(hold: u64) -> Option<(Jury, [String; 3])> {
    // One that sits shows that mpv is there.
    drop(Jury::sits().await?);
    let jury = Jury::of(&["mat-1", "mat-2"], hold, "mpv", &["--vo=null", "--ao=null"]);
    jury.hears(|report| matches!(report, Report::PlayerConnected(_))).await;
    let paths = ["a.mkv", "b.mkv", "c.mkv"].map(|name| jury.media_file(name));
    Some((jury, paths))
}

fn shows(jury: &Jury, text: &str) {
    jury.waits_for("osd-msg1", |shown| *shown == json!(format!("$>{text}")));
}

async fn is_shown(jury: &Jury, wanted: &str, by: Option<u64>) {
    let shown = jury.shown().await;
    let Report::ClipShown { path, action_seq, .. } = shown else { panic!("{shown:?}") };
    assert_eq!((path.as_str(), action_seq), (wanted, by));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_mat_waits_until_the_first_is_over_and_opens_by_itself() {
    let Some((mut jury, [a, b, _])) = two_courts(30).await else { return };
    let first = jury.gives_of("mat-1", of(&a, 4, "R1  blue")).await;
    is_shown(&jury, &a, Some(first)).await;
    let second = jury.gives_of("mat-2", of(&b, 9, "R2  red")).await;
    shows(&jury, "mat-1  R1  blue\nmat-2 waits (>)");
    // What mat-2 does is about its own review.
    jury.gives_of("mat-2", PlayerVerb::Speed { speed: 0.5 }).await;
    jury.gives_of("mat-2", PlayerVerb::Overlay { text: "R2  red  9 s left".to_owned(), review: Some(9) }).await;
    let outcomes =
        jury.hears(|report| matches!(report, Report::Outcome { action, .. } if action == "player.overlay")).await;
    assert!(matches!(outcomes, Report::Outcome { outcome: Outcome::Done, .. }));
    assert_eq!((jury.property("path"), jury.property("speed")), (json!(a), json!(1.0)));
    jury.gives_of("mat-1", PlayerVerb::Close { review: Some(4) }).await;
    is_shown(&jury, &b, Some(second)).await;
    shows(&jury, "mat-2  R2  red  9 s left");
    assert_eq!(jury.property("speed"), json!(0.5));
    jury.gives_of("mat-2", PlayerVerb::Close { review: None }).await;
    shows(&jury, "waiting for a review");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_closing_holds_up_the_next_mat_for_no_longer_than_the_hold() {
    let Some((mut jury, [a, b, _])) = two_courts(2).await else { return };
    jury.gives_of("mat-1", of(&a, 4, "blue")).await;
    is_shown(&jury, &a, Some(1)).await;
    let waits = std::time::Instant::now();
    jury.gives_of("mat-2", of(&b, 9, "red")).await;
    is_shown(&jury, &b, Some(2)).await;
    assert!(waits.elapsed().as_secs_f64() > 1.9, "{:?}", waits.elapsed());
    // The first is still open, but was seen.
    shows(&jury, "mat-2  red\nmat-1 waits (<)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_go_between_reviews_and_a_waiting_one_that_is_closed_is_never_shown() {
    let Some((mut jury, [a, b, c])) = two_courts(30).await else { return };
    jury.gives_of("mat-1", of(&a, 4, "blue")).await;
    is_shown(&jury, &a, Some(1)).await;
    jury.gives_of("mat-2", of(&b, 9, "red")).await;
    jury.ask(json!(["keypress", ">"]));
    is_shown(&jury, &b, Some(2)).await;
    jury.gives_of("mat-1", of(&c, 5, "red")).await;
    shows(&jury, "mat-2  red\nmat-1 waits (<)\nmat-1 waits (>)");
    jury.gives_of("mat-1", PlayerVerb::Close { review: Some(5) }).await;
    let failed = jury.shown().await;
    let Report::Outcome { action_seq: 3, outcome: Outcome::Failed { reason }, .. } = failed else {
        panic!("{failed:?}")
    };
    assert!(reason.starts_with("its review was over"), "{reason}");
    // The one that was left is shown once the screen is free.
    jury.gives_of("mat-2", PlayerVerb::Close { review: Some(9) }).await;
    is_shown(&jury, &a, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_gets_the_screen_at_once_and_two_reviews_of_a_mat_queue() {
    let Some((mut jury, [a, b, c])) = two_courts(2).await else { return };
    jury.gives_of("mat-1", of(&a, 4, "blue")).await;
    is_shown(&jury, &a, Some(1)).await;
    jury.gives_of("mat-1", of(&b, 5, "red")).await;
    shows(&jury, "mat-1  blue\nmat-1  red waits (>)");
    let now = play(Play { now: true, ..Play::of(Clip { review: None, ..clip(&c, "mat", None) }) });
    jury.gives_of("mat-2", now).await;
    is_shown(&jury, &c, Some(3)).await;
    // A review comes back by itself.
    is_shown(&jury, &a, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_clip_is_another_text_than_a_free_screen() {
    let Some((mut jury, _)) = two_courts(30).await else { return };
    shows(&jury, "waiting for a review");
    jury.gives_of("mat-1", of("/nowhere/clip.mkv", 4, "R1  blue")).await;
    shows(&jury, "mat-1  NO CLIP  R1  blue");
    jury.waits_for("path", Value::is_null);
}
