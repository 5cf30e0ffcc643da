//! The rows of reviews, which are written as they happen.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use vta::bout::{BoutId, Stage};
use vta::event::*;
use vta::store::{Filter, ReviewRow};

use super::*;

const KINDS: [&str; 7] =
    ["review_opened", "review_joined", "clip_saved", "clip_shown", "clip_missing", "review_decided", "review_closed"];

/// A step of one of a few reviews; each may come at any time, and more than once.
fn step() -> impl Strategy<Value = (&'static str, Option<u64>, bool)> {
    (prop::sample::select(&KINDS[..]), prop::option::weighted(0.9, 1_u64..6), any::<bool>())
}

fn body(kind: &str, review: Option<u64>, flag: bool) -> Body {
    let side = if review.is_some_and(|review| review % 2 == 0) { Requester::Red } else { Requester::Blue };
    let request = review.unwrap_or(1);
    let origin = if flag { ReviewOrigin::Operator } else { ReviewOrigin::Console };
    match kind {
        "review_opened" => Body::ReviewOpened(ReviewSide { side, review: Some(request), origin }),
        "review_joined" => Body::ReviewJoined(ReviewJoined { side, review, origin }),
        "clip_saved" => Body::ClipSaved(ClipSaved { review, ..clip_saved(format!("{request}.mkv")) }),
        "clip_shown" => Body::ClipShown(ClipShown {
            player: "jury".into(),
            path: format!("{request}.mkv"),
            camera: None,
            review,
            action_seq: None,
            position_seconds: 0.0,
            shows: None,
            took_us: None,
        }),
        "clip_missing" => {
            Body::ClipMissing(ClipMissing { review: request, reason: format!("not there: {flag}"), awaited: false })
        }
        "review_decided" => Body::ReviewDecided(ReviewDecided {
            origin,
            side,
            review,
            state: if flag { ReviewState::Accepted } else { ReviewState::Rejected },
            verdict: flag.then_some(Verdict::Won),
            took_ms: None,
            requests_left: None,
        }),
        _ => Body::ReviewClosed(ReviewClosed { side, review, took_ms: None }),
    }
}

/// The reviews by a scan of the events: the origin, state, verdict, who gave it, why there was no clip in time, and the times of the
/// steps.
type Scanned = BTreeMap<u64, ([Value; 5], [Option<Time>; 5])>;

fn scan(path: &Path) -> Scanned {
    let mut reviews = Scanned::new();
    let mut times = BTreeMap::new();
    reader(path)
        .events(&Filter::default(), &[], |event| {
            times.insert(event.seq, event.at);
            let fields: Value = serde_json::from_str(event.fields).unwrap();
            let message = event.cause.and_then(|cause| times.get(&cause).copied());
            let Some(number) = fields["review"].as_u64() else { return Ok(()) };
            if event.kind == "review_opened" {
                let times = [Some(event.at), None, None, None, None];
                reviews.entry(number).or_insert_with(|| {
                    let [state, verdict, decided_by, missing] = [const { Value::Null }; 4];
                    ([fields["origin"].clone(), state, verdict, decided_by, missing], times)
                });
            }
            let Some((texts, [_, saved, shown, decided, closed])) = reviews.get_mut(&number) else {
                return Ok(());
            };
            let [origin, state, verdict, decided_by, missing] = texts;
            match event.kind {
                "review_joined" if *origin != fields["origin"] => *origin = "both".into(),
                "clip_saved" => {
                    saved.get_or_insert(event.at);
                }
                "clip_missing" if saved.is_none() && missing.is_null() => *missing = fields["reason"].clone(),
                "clip_shown" => {
                    shown.get_or_insert(event.at);
                }
                "review_decided" => {
                    (*state, *verdict) = (fields["state"].clone(), fields["verdict"].clone());
                    *decided_by = fields["origin"].clone();
                    *decided = message;
                }
                "review_closed" => {
                    closed.get_or_insert(message.unwrap());
                }
                _ => {}
            }
            Ok(())
        })
        .unwrap();
    reviews
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_are_what_a_scan_of_the_events_gives(steps in prop::collection::vec(step(), 0..60)) {
        let (_folder, path) = database();
        let outputs = (2..).zip(steps).map(|(seq, (kind, review, flag))| {
            let body = body(kind, review, flag);
            event_of(1, if kind.starts_with("review") { derived(seq, seq - 1, body) } else { reported(seq, body) })
        });
        let first = event_of(1, event(1, "pre", Body::BoutLoaded {}, "pre"));
        keep(&path, &session(Mode::Live), std::iter::once(first).chain(outputs).collect());
        let (rows, _) = reader(&path).reviews(&Filter::default()).unwrap();
        let row = |row: &ReviewRow| {
            let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::from);
            let times = [Some(row.requested_at), row.saved_at, row.shown_at, row.decided_at, row.closed_at];
            let [state, verdict] = [&row.state, &row.verdict].map(text);
            let texts = [row.origin.clone().into(), state, verdict, text(&row.decided_by), text(&row.missing)];
            (row.review, (texts, times))
        };
        prop_assert_eq!(rows.iter().map(row).collect::<Scanned>(), scan(&path));
    }
}

#[test]
fn request_and_answer_after_a_restart_are_of_the_review_that_is_open() {
    let (_folder, path) = database();
    let (before, after) = (session(Mode::Live), session(Mode::Live));
    let id = BoutId { session: before.id, load: 1 };
    let state = || bout_of(id, Bout { load: 1, stage: Stage::Stopped, ..Bout::default() });
    let opened = |seq, side| {
        derived(
            seq,
            seq - 1,
            Body::ReviewOpened(ReviewSide { side, review: Some(seq - 1), origin: ReviewOrigin::Console }),
        )
    };
    let closed =
        |seq, side, review| derived(seq, seq - 1, Body::ReviewClosed(ReviewClosed { side, review, took_ms: None }));
    let decided = |seq, side| {
        let (state, verdict) = (ReviewState::Accepted, Some(Verdict::Lost));
        let decided = ReviewDecided {
            origin: ReviewOrigin::Console,
            side,
            review: None,
            state,
            verdict,
            took_ms: None,
            requests_left: None,
        };
        derived(seq, seq - 1, Body::ReviewDecided(decided))
    };
    let (blue, red) = (Requester::Blue, Requester::Red);
    let earlier = vec![
        load_of(1, id),
        state(),
        event_of(1, opened(2, blue)),
        event_of(1, closed(4, blue, Some(1))),
        event_of(1, opened(6, blue)),
        event_of(1, opened(8, red)),
    ];
    keep(&path, &before, earlier);
    let joined = ReviewJoined { side: blue, review: None, origin: ReviewOrigin::Operator };
    let later = vec![
        load_of(1, id),
        state(),
        event_of(1, derived(10, 9, Body::ReviewJoined(joined))),
        event_of(1, decided(2, blue)),
        event_of(1, closed(4, blue, None)),
    ];
    keep(&path, &after, later);
    // Nobody asked: there is no review of the referee.
    keep(&path, &session(Mode::Live), vec![event_of(1, decided(2, Requester::Referee))]);

    let (reviews, _) = reader(&path).reviews(&Filter { sessions: Sessions::All, ..Filter::default() }).unwrap();
    let row = |row: &ReviewRow| {
        (row.session, row.review, row.origin.clone(), row.verdict.clone(), row.decided_at, row.closed_at)
    };
    assert_eq!(
        reviews.iter().map(row).collect::<Vec<_>>(),
        [
            (1, 1, "console".into(), None, None, Some(second(4))),
            (1, 5, "both".into(), Some("lost".into()), Some(second(2)), Some(second(4))),
            (1, 7, "console".into(), None, None, None),
        ]
    );
}
