//! A hundred reviews in a row with a real OBS: a clip each, and each the right one.

use std::collections::HashSet;
use std::path::Path;

use vta::time::Time;

use crate::headless_obs::HeadlessObs;
use crate::mat::{Mat, sink};
use crate::obs::length;
use crate::support::Hall;

const REVIEWS: usize = 100;

#[test]
fn a_hundred_reviews_in_a_row_have_a_clip_each_and_each_is_the_right_one() {
    let Some(obs) = HeadlessObs::start() else { return };
    // Beside other tests OBS may take its time.
    let patient = sink("replay", &obs).replace("timeout_secs: 1", "timeout_secs: 10");
    let hall = Hall::with_rules(&patient, "rule.rhai");
    std::fs::write(hall.path("rule.rhai"), r#"fn on_review_opened(event, bout) { obs::save_replay("review"); }"#)
        .unwrap();
    let mut mat = Mat::open(hall);
    mat.wait_for_buffer(1);
    mat.begin_bout();
    let mut requested = Vec::new();
    for number in 0..REVIEWS {
        let side = 1 + number % 2;
        mat.say(&format!("hl{side};{number};"));
        requested.push(mat.say(&format!("ch{side};")));
        // As soon as its clip is there, the jury answers and the next card is raised.
        mat.wait_for(number + 1, "SELECT path FROM clips");
        mat.say(&format!("ch{side};{};", number % 3 % 2));
        mat.say(&format!("ch{side};-1;"));
    }
    let log = mat.close();

    let reviews = mat.rows(
        "SELECT reviews.requested_at, json_array_length(reviews.clips), clips.path, clips.begins_at, clips.ends_at
         FROM reviews LEFT JOIN clips ON clips.review = reviews.review ORDER BY reviews.review",
        |row| {
            let time = |column| row.get::<_, String>(column).map(|text| text.parse::<Time>().unwrap());
            Ok((time(0)?, row.get::<_, usize>(1)?, row.get::<_, String>(2)?, time(3)?, time(4)?))
        },
    );
    assert_eq!(reviews.len(), REVIEWS, "{log}");
    let mut files = HashSet::new();
    for ((requested_at, clips, path, begins_at, ends_at), said_at) in reviews.into_iter().zip(requested) {
        assert_eq!(clips, 1, "{path}");
        assert!(begins_at < said_at && requested_at <= ends_at, "{path}: {begins_at} {requested_at} {ends_at}");
        // The clip ends with its request, and not with a later one.
        let late = ends_at.since(said_at).as_secs_f64();
        assert!(late < 0.5, "{path} ends {late} s after its request");
        let covers = ends_at.since(begins_at).as_secs_f64();
        assert!((covers - length(Path::new(&path))).abs() < 0.002, "{path} is not {covers} s long");
        assert!(files.insert(path.clone()), "{path} twice");
    }
    // The clip of each has its hit in it.
    let unseen = mat.texts(
        "SELECT raw FROM events WHERE kind = 'hit' AND seq NOT IN (SELECT seq FROM sightings WHERE film = 'clip')",
    );
    assert!(unseen.is_empty(), "{unseen:?}");
}
