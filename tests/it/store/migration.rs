//! A database of 0.1.0, read by this version: `tests/data/database-0.1.0`, with what that version printed of it.

use std::process::Command;

use rusqlite::types::Value as Column;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use vta::spreadsheet::CsvStyle;
use vta::store::{Filter, Format};

use super::*;
use crate::support::repository;

fn of_0_1_0(name: &str) -> PathBuf {
    repository(&format!("tests/data/database-0.1.0/{name}"))
}

fn all() -> Filter {
    Filter { sessions: Sessions::All, ..Filter::default() }
}

/// A copy of the database of 0.1.0.
fn old_database() -> (TempDir, PathBuf) {
    let (folder, path) = database();
    std::fs::copy(of_0_1_0("day.db"), &path).unwrap();
    (folder, path)
}

/// What 0.1.0 printed as JSON, without what is called another thing today.
fn printed(name: &str) -> Vec<Value> {
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(of_0_1_0(name)).unwrap()).unwrap();
    rows.into_iter().map(|row| without(row, &["source", "ordinal"])).collect()
}

fn without(mut row: Value, keys: &[&str]) -> Value {
    let object = row.as_object_mut().unwrap();
    keys.iter().for_each(|key| drop(object.remove(*key)));
    row
}

#[test]
fn bouts_are_what_they_were() {
    let (_folder, path) = old_database();
    let (bouts, _) = reader(&path).bouts(&all()).unwrap();
    assert!(bouts.iter().all(|bout| !bout.rehearsal));
    let new = ["id", "court", "rehearsal", "blue_requests_left", "red_requests_left", "loaded_at"];
    let now = bouts.iter().map(|bout| without(serde_json::to_value(bout).unwrap(), &new));
    assert_eq!(now.collect::<Vec<_>>(), printed("bouts.json"));

    let uuids: Vec<_> = reader(&path).info().unwrap().sessions.into_iter().map(|session| session.uuid).collect();
    assert!(uuids.iter().all(|uuid| uuid.parse::<SessionId>().is_ok()), "{uuids:?}");
    let ids: Vec<_> = bouts.iter().map(|bout| bout.id.clone()).collect();
    let [first, second] = &uuids[..] else { panic!("{uuids:?}") };
    assert_eq!(ids, [format!("{first}:1"), format!("{first}:2"), format!("{first}:3"), format!("{second}:1")]);
}

#[test]
fn reviews_are_what_they_were() {
    let (_folder, path) = old_database();
    let (reviews, _) = reader(&path).reviews(&all()).unwrap();
    let now = reviews.iter().map(|review| {
        assert_eq!((&*review.origin, review.decided_by.is_some()), ("console", review.state.is_some()));
        without(
            serde_json::to_value(review).unwrap(),
            &["court", "origin", "decided_by", "rehearsal", "blue", "red", "not_shown"],
        )
    });
    assert_eq!(now.collect::<Vec<_>>(), printed("reviews.json"));
}

#[test]
fn timelines_are_what_they_were() {
    let (_folder, path) = old_database();
    let filter = Filter { bout: Some("101".into()), ..Filter::default() };
    let (timelines, _) = reader(&path).timelines(&filter).unwrap();
    let now: Vec<_> = timelines.iter().flat_map(|timeline| &timeline.lines).map(ToString::to_string).collect();
    let printed = std::fs::read_to_string(of_0_1_0("timeline.txt")).unwrap();
    let before: Vec<_> = printed.lines().filter(|line| line.starts_with("20")).collect();
    assert!(before.len() > 100);
    assert_eq!(now, before);
}

#[test]
fn every_event_and_action_is_kept() {
    let (_folder, path) = old_database();
    let old = Connection::open_with_flags(of_0_1_0("day.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = old
        .prepare(
            "SELECT events.session, seq, at, bout, stream, kind, status, cause, fields, notes, raw
             FROM events ORDER BY session, seq",
        )
        .unwrap();
    let mut before = statement.query([]).unwrap();
    let summary = reader(&path)
        .events(&all(), &[], |event| {
            let row = before.next().unwrap().unwrap();
            let text = |column| row.get::<_, Option<String>>(column).unwrap();
            assert_eq!((event.session, event.seq), (row.get(0).unwrap(), row.get(1).unwrap()));
            assert_eq!((Some(event.at.to_string()), event.load), (text(2), row.get(3).unwrap()));
            assert_eq!((event.stream, Some(event.kind)), (text(4).as_deref(), text(5).as_deref()));
            assert_eq!((Some(event.status), event.cause), (text(6).as_deref(), row.get(7).unwrap()));
            assert_eq!((Some(event.fields), event.notes), (text(8).as_deref(), text(9).as_deref()));
            assert_eq!(event.raw_text().as_deref(), text(10).as_deref());
            Ok(())
        })
        .unwrap();
    assert!(before.next().unwrap().is_none());
    assert_eq!(summary.rows, 1628);

    let actions = text(|out| {
        reader(&path).export_actions(&all(), Format::Ndjson, out).unwrap();
    });
    let before: Vec<String> = old
        .prepare("SELECT json_object('session', session, 'seq', seq, 'at', at, 'rule', rule, 'cause', cause, 'action', action,
                                     'args', json(args)) FROM actions ORDER BY session, seq")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(actions.lines().collect::<Vec<_>>(), before);
}

#[test]
fn export_by_bout_has_the_events_of_its_load() {
    let (_folder, path) = old_database();
    let lines = |filter: Filter| {
        text(|out| {
            reader(&path).export_events(&filter, &[], Format::Csv(CsvStyle::default()), out).unwrap();
        })
    };
    let by_number = lines(Filter { bout: Some("101.A".into()), ..Filter::default() });
    let of_all = lines(Filter::default());
    let scanned: Vec<_> = of_all.lines().filter(|line| line.split(',').nth(4) == Some("101.A")).collect();
    assert!(scanned.len() > 300, "{}", scanned.len());
    assert_eq!(by_number.lines().skip(1).collect::<Vec<_>>(), scanned);
}

#[test]
fn newer_database_is_refused() {
    let (_folder, path) = old_database();
    drop(Store::open(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 5").unwrap();
    let error = StoreReader::open_read_only(&path).unwrap_err();
    assert!(error.to_string().contains("was made by a newer vta"), "{error}");
}

/// Debian 12 has SQLite 3.40: people read the views with that.
#[test]
fn views_are_the_same_to_the_system_s_sqlite() {
    let (_folder, path) = old_database();
    drop(Store::open(&path).unwrap());
    let own = Connection::open(&path).unwrap();
    let views: Vec<String> = own
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        views,
        ["bout_events", "bout_list", "load_bouts", "media_files", "review_list", "sightings", "timeline"]
    );
    for view in views {
        let sql = format!("SELECT * FROM {view}");
        let mut statement = own.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|i| row.get::<_, Column>(i)).collect()).unwrap();
        let mut rows: Vec<Vec<Column>> = rows.map(Result::unwrap).collect();
        assert!(!rows.is_empty(), "{view}");
        let text = |value: &Column| match value {
            Column::Null => String::new(),
            Column::Integer(value) => value.to_string(),
            Column::Real(value) => format!("{value:?}"),
            Column::Text(text) => text.clone(),
            Column::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        };
        let mut own: Vec<String> =
            rows.drain(..).map(|row| row.iter().map(text).collect::<Vec<_>>().join("\u{1}")).collect();
        let Ok(output) =
            Command::new("sqlite3").args(["-separator", "\u{1}", "-newline", "\u{2}"]).arg(&path).arg(&sql).output()
        else {
            return;
        };
        let output = String::from_utf8(output.stdout).unwrap();
        let mut systems: Vec<&str> = output.split_terminator('\u{2}').collect();
        own.sort();
        systems.sort();
        assert_eq!(own, systems, "{view}");
    }
}
