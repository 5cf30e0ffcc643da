//! What rules cost: handlers that look at an event and do nothing, against bare Rhai calls of the same bodies; events
//! that nobody handles; and the longest that a handler can take before it is stopped.

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rhai::{AST, Dynamic, Engine, Map, Scope};
use vta::bout::Bout;
use vta::event::{Body, Event, Point, Round, Side, Status, Technique};
use vta::rules::{Chain, Limits, RuleOutput, Rules, Surroundings};
use vta::time::Time;

use crate::endless_handlers;

const CALLS: u32 = 100_000;
const RUNS: usize = 5;

/// The bodies of three handlers that look and do nothing.
const BODIES: [&str; 3] = [
    r#"if event.side == "blue" && event.points > 5 { throw "never"; }"#,
    r#"if event.technique == "technical_head" || event.points == 0 { throw "never"; }"#,
    r#"if event.points > 4 && event.side == "red" { throw "never"; }"#,
];

pub fn bench() {
    against_bare_calls();
    unheard();
    longest();
}

fn point(seq: u64) -> Arc<Event> {
    let body = Body::Point(Point { side: Side::Blue, technique: Technique::Head, points: 3, level: None });
    event(seq, body)
}

fn event(seq: u64, body: Body) -> Arc<Event> {
    let (court, at) = ("court-1".into(), Time::default());
    Arc::new(Event {
        seq,
        at,
        court,
        stream: None,
        status: Status::Ok,
        cause: None,
        body,
        notes: Vec::new(),
        raw: None,
    })
}

fn rules(texts: &[String]) -> Rules {
    let files: Vec<_> =
        (0..).zip(texts).map(|(number, text)| (PathBuf::from(format!("{number}.rhai")), text.clone())).collect();
    Rules::compile(&files, Limits::default(), &Surroundings::default()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

/// The best of a few runs, a call.
fn best(mut run: impl FnMut()) -> Duration {
    (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed() / CALLS
        })
        .min()
        .unwrap()
}

fn against_bare_calls() {
    let handlers: Vec<_> = BODIES.iter().map(|body| format!("fn on_point(event, bout) {{ {body} }}")).collect();
    let mut rules = rules(&handlers);
    let bout = Arc::new(Bout::default());
    let events: Vec<_> = (0..64).map(point).collect();
    let mut said: Vec<RuleOutput> = Vec::new();
    let ours = best(|| {
        for call in 0..CALLS {
            // Each event is new, so that it is turned into a value of the script's each time.
            let event = Arc::new((*events[call as usize % 64]).clone());
            rules.hear(&event, event.at, &bout, Chain::default(), &mut said);
        }
    });
    assert!(said.is_empty());

    let engine = Engine::new();
    let asts: Vec<AST> = handlers.iter().map(|handler| engine.compile(handler).unwrap()).collect();
    let bout = Dynamic::from_map(Map::new());
    let bare = best(|| {
        for call in 0..CALLS {
            let event = rhai::serde::to_dynamic(&events[call as usize % 64].body).unwrap();
            for ast in &asts {
                let arguments = (event.clone(), bout.clone());
                let _result: Dynamic =
                    black_box(engine.call_fn::<Dynamic>(&mut Scope::new(), ast, "on_point", arguments).unwrap());
            }
        }
    });
    let ready = rhai::serde::to_dynamic(&events[0].body).unwrap();
    let prepared = best(|| {
        for _ in 0..CALLS {
            for ast in &asts {
                let arguments = (ready.clone(), bout.clone());
                let _result: Dynamic =
                    black_box(engine.call_fn::<Dynamic>(&mut Scope::new(), ast, "on_point", arguments).unwrap());
            }
        }
    });
    println!("three handlers that look and do nothing: {ours:?} an event");
    println!("bare Rhai calls, the event made a map for each: {bare:?} ({:.2} times)", ratio(ours, bare));
    println!("bare Rhai calls, the map made once for all: {prepared:?} ({:.2} times)", ratio(ours, prepared));
}

fn ratio(ours: Duration, bare: Duration) -> f64 {
    ours.as_secs_f64() / bare.as_secs_f64()
}

fn unheard() {
    let handlers: Vec<_> = BODIES.iter().map(|body| format!("fn on_point(event, bout) {{ {body} }}")).collect();
    let mut rules = rules(&handlers);
    let (bout, event) = (Arc::new(Bout::default()), event(1, Body::Round(Round { round: 1 })));
    let mut said = Vec::new();
    let time = best(|| {
        for _ in 0..CALLS {
            rules.hear(black_box(&event), event.at, &bout, Chain::default(), &mut said);
        }
    });
    println!("an event of a kind that nobody handles: {time:?}");
}

fn longest() {
    let mut worst = Duration::ZERO;
    for (what, body) in endless_handlers::ENDLESS {
        let mut rules = rules(&[endless_handlers::rule(body)]);
        let bout = Arc::new(Bout::default());
        let mut said = Vec::new();
        let time = (0..RUNS)
            .map(|_| {
                let began = Instant::now();
                rules.hear(&point(1), point(1).at, &bout, Chain::default(), &mut said);
                began.elapsed()
            })
            .min()
            .unwrap();
        let Some(RuleOutput::Failed { failure, .. }) = said.first() else { panic!("{what} came to its end") };
        println!("{what}: {:.1} ms ({})", time.as_secs_f64() * 1000.0, failure.message);
        worst = worst.max(time);
    }
    println!("the longest: {:.1} ms", worst.as_secs_f64() * 1000.0);
}
