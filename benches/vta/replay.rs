//! A replay at full speed, against bare batched inserts of the same rows.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::process::{hall, messages, vta};

/// How often the two bouts are played over.
const TIMES: u64 = 400;
const BATCH: usize = 4096;

fn trace(path: &Path) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    for (number, message) in (0..TIMES).flat_map(|_| messages()).enumerate() {
        write!(out, "{}\t", number * 10).unwrap();
        out.write_all(&message).unwrap();
        out.write_all(b"\n").unwrap();
    }
}

pub fn bench() {
    let hall = hall("  store: { type: sqlite, path: day.db }\n  log: { type: log, level: error }\n", &[]);
    let path = hall.path().join("day.tsv");
    trace(&path);
    let began = Instant::now();
    let replayed = vta()
        .arg("replay")
        .arg(&path)
        .args(["--speed", "max", "--config"])
        .arg(hall.path().join("event.yaml"))
        .output()
        .unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));

    // The same rows, ready in memory, into the same table.
    let database = Connection::open(hall.path().join("day.db")).unwrap();
    let mut statement = database.prepare("SELECT * FROM events").unwrap();
    let columns = statement.column_count();
    let rows: Vec<Vec<Value>> = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let schema: Vec<String> = database
        .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = 'events' AND sql IS NOT NULL ORDER BY type = 'index'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let bare_path = hall.path().join("bare.db");
    let mut bare = Connection::open(&bare_path).unwrap();
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL").unwrap();
    bare.execute_batch(&schema.join(";").replace("REFERENCES sessions (id) ON DELETE CASCADE", "")).unwrap();
    let marks = vec!["?"; columns].join(",");
    let insert = format!("INSERT INTO events VALUES ({marks})");
    let bare_began = Instant::now();
    for batch in rows.chunks(BATCH) {
        let transaction = bare.transaction().unwrap();
        {
            let mut statement = transaction.prepare_cached(&insert).unwrap();
            for row in batch {
                statement.execute(params_from_iter(row)).unwrap();
            }
        }
        transaction.commit().unwrap();
    }
    // Closing brings SQLite's log into the file, as the replay's end does.
    drop(bare);
    let bare_took = bare_began.elapsed().as_secs_f64();
    let count = rows.len() as f64;
    println!("bare inserts: {count} rows in {bare_took:.2} s, {:.0}/s", count / bare_took);
    println!(
        "vta replay:   {count} events in {took:.2} s, {:.0}/s (capture read, decoder, bout, three rules, store)",
        count / took
    );
    println!("ratio:        {:.2} of the bare rate", bare_took / took);
    println!("database:     {:.0} MB", fs::metadata(bare_path).unwrap().len() as f64 / 1e6);
}
