//! The rows of commands, which are written as they come and end.

use rusqlite::Connection;
use serde_json::{Value, json};
use vta::event::{CommandEnded, CommandId, CommandOutcome, CommandReceived, Origin};
use vta::store::Filter;

use super::*;

fn id(seq: u64) -> CommandId {
    format!("0197a5c0-1200-7000-8000-{seq:012x}").parse().unwrap()
}

fn received(seq: u64, command: &str, args: Value) -> Output {
    let by = (seq == 1).then(|| "deck".to_owned());
    let received = CommandReceived { id: id(seq), origin: Origin::Http, by, command: command.into(), args };
    event_of(1, reported(seq, Body::Command(Box::new(received))))
}

fn ended(seq: u64, command_seq: u64, outcome: CommandOutcome, reason: Option<&str>) -> Output {
    let ended = CommandEnded {
        id: id(command_seq),
        command_seq,
        command: "save".into(),
        outcome,
        reason: reason.map(str::to_owned),
        clips: Vec::new(),
        took_ms: 0,
    };
    event_of(1, derived(seq, command_seq, Body::CommandEnded(Box::new(ended))))
}

/// Commands of one bout: one that is done later, one that is refused at once, and one of which no end came.
fn day() -> Vec<Output> {
    let bout = BoutId { session: SessionId::new(), load: 1 };
    vec![
        load_of(1, bout),
        bout_of(bout, Bout { load: 1, ..Bout::default() }),
        received(1, "review", json!({"what": "blue", "counts": true})),
        received(2, "show", json!({"what": "last"})),
        ended(3, 2, CommandOutcome::Refused, Some("there is no clip of this court yet")),
        ended(4, 1, CommandOutcome::Done, None),
        received(5, "trigger", json!({"name": "board", "args": {"x": 1}})),
    ]
}

#[test]
fn command_is_a_row_with_its_outcome_once_it_has_one() {
    let (_folder, path) = database();
    assert_eq!(keep(&path, &session(Mode::Live), day()).missing(), 0);
    let rows: Vec<String> = Connection::open(&path)
        .unwrap()
        .prepare(
            "SELECT json_array(seq, at, load, id, origin, by, command, json(args), outcome, reason, ended_at)
             FROM commands WHERE session = 1 ORDER BY seq",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let rows: Vec<Value> = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    let at = |seq| second(seq).as_micros();
    assert_eq!(
        rows,
        [
            json!([1, at(1), 1, id(1), "http", "deck", "review", {"what": "blue", "counts": true}, "done", null, at(4)]),
            json!([
                2, at(2), 1, id(2), "http", null, "show", {"what": "last"},
                "refused", "there is no clip of this court yet", at(3)
            ]),
            json!([5, at(5), 1, id(5), "http", null, "trigger", {"name": "board", "args": {"x": 1}}, null, null, null]),
        ]
    );
}

#[test]
fn timeline_has_commands_as_they_are_typed_with_their_outcomes() {
    let (_folder, path) = database();
    keep(&path, &session(Mode::Live), day());
    let (timelines, _) = reader(&path).timelines(&Filter::default()).unwrap();
    let lines: Vec<_> = timelines.iter().flat_map(|timeline| &timeline.lines).map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    2026-05-02T09:00:01.000000Z  event       1  command            review blue --counts (http, deck) -> done after 3000 ms
    2026-05-02T09:00:02.000000Z  event       2  command            show last (http) -> refused after 1000 ms: there is no clip of this court yet
    2026-05-02T09:00:05.000000Z  event       5  command            trigger board (http) -> no outcome
    ");
}
