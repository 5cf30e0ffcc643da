//! A hundred reviews of the simulator in a row with a real OBS: a clip each, and each the right one.

use std::collections::HashSet;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use vta::time::Time;

use crate::headless_obs::HeadlessObs;
use crate::obs::length;
use crate::support::{output, stderr, vta};
use crate::venue::Mat;

const REVIEWS: usize = 100;

#[test]
fn a_hundred_reviews_in_a_row_have_a_clip_each_and_each_is_the_right_one() {
    let Some(obs) = HeadlessObs::start() else { return };
    let mut mat = Mat::that_saves(&obs);
    let mut requested = Vec::new();
    for message in reviews_of_the_simulator() {
        if is_request(&message) {
            if requested.len() == REVIEWS {
                break;
            }
            // A console's next card does not come in the burst of the answer before.
            mat.wait_for_everything();
            sleep(Duration::from_millis(300));
            requested.push(mat.say(&message));
            // As soon as its clip is there, the jury answers and the bout goes on.
            mat.wait_for(requested.len(), "SELECT path FROM clips");
        } else {
            if message.starts_with("pre") {
                // Nor does it load the next bout in the burst of an answer.
                sleep(Duration::from_millis(300));
            }
            mat.say(&message);
        }
    }
    let closed = Time::now();
    let log = mat.close();

    let reviews = mat.rows(
        "SELECT reviews.requested_at, count(clips.path) OVER (PARTITION BY reviews.review), clips.path, clips.begins_at, clips.ends_at
         FROM reviews LEFT JOIN clips ON clips.review = reviews.review ORDER BY reviews.review",
        |row| {
            let time = |column| row.get::<_, Time>(column);
            Ok((time(0)?, row.get::<_, usize>(1)?, row.get::<_, String>(2)?, time(3)?, time(4)?))
        },
    );
    assert_eq!(reviews.len(), REVIEWS, "{log}");
    let mut files = HashSet::new();
    let next_said = requested.iter().skip(1).copied().chain([closed]);
    for (((requested_at, clips, path, begins_at, ends_at), said_at), next) in
        reviews.into_iter().zip(&requested).zip(next_said)
    {
        assert_eq!(clips, 1, "{path}");
        assert!(begins_at < *said_at && requested_at <= ends_at, "{path}: {begins_at} {requested_at} {ends_at}");
        assert!(ends_at < next, "{path} ends with a later request: {ends_at} {next}");
        let covers = ends_at.since(begins_at).as_secs_f64();
        assert!((covers - length(Path::new(&path))).abs() < 0.002, "{path} is not {covers} s long");
        assert!(files.insert(path.clone()), "{path} twice");
    }
    // The clip of each has its request in it.
    let unseen = mat.texts(
        "SELECT seq FROM events
         WHERE kind = 'review_opened' AND seq NOT IN (SELECT seq FROM sightings WHERE media = 'clip')",
    );
    assert!(unseen.is_empty(), "{unseen:?}");
}

fn is_request(message: &str) -> bool {
    ["ch0;", "ch1;", "ch2;"].contains(&message)
}

/// What the simulator says around its reviews, with the loads of their bouts.
fn reviews_of_the_simulator() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("bouts.tsv");
    let simulated = output(vta().args(["simulate", "--bouts", "160", "--seed", "7", "--trace-out"]).arg(&trace));
    assert!(simulated.status.success(), "{}", stderr(&simulated));
    let trace = std::fs::read_to_string(trace).unwrap();
    let said: Vec<_> = trace.lines().map(|line| line.split_once('\t').unwrap().1).collect();
    let near =
        |place: usize| said[place.saturating_sub(5)..said.len().min(place + 6)].iter().any(|m| m.starts_with("ch"));
    let loads = |message: &str| ["pre", "at1", "mch", "rdy"].iter().any(|stream| message.starts_with(stream));
    let kept = said.iter().enumerate().filter(|(place, message)| near(*place) || loads(message));
    kept.map(|(_, message)| (*message).to_owned()).collect()
}
