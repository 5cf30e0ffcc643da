//! The files that verbs write for the user: what they replace, and what they never do.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Venue, output, repository, stderr, vta};

/// A venue with a session in its database, a capture of it and a rule; rows of the log stay in the `-wal`, since a reader
/// has the database open.
fn venue() -> (Venue, rusqlite::Connection) {
    let venue = Venue::new("");
    fs::create_dir(venue.path("captures")).unwrap();
    fs::create_dir(venue.path("rules")).unwrap();
    fs::copy(repository("rules/scenes.rhai"), venue.path("rules/scenes.rhai")).unwrap();
    let open = || rusqlite::Connection::open(venue.path("day.db")).unwrap();
    let replay = || {
        let replay = ["replay", "--speed", "max", "--config", "event.yaml"];
        let trace = repository("examples/bout-with-review.tsv");
        let replay = output(vta().args(replay).arg(trace).current_dir(venue.path("")));
        assert!(replay.status.success(), "{}", stderr(&replay));
    };
    replay();
    let reader = open();
    let _rows: i64 = reader.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
    replay();
    // The magic number of pcapng is enough.
    fs::write(venue.path("captures/day.pcapng"), b"\x0a\x0d\x0d\x0a\x1c\0\0\0").unwrap();
    (venue, reader)
}

fn in_venue(venue: &Venue, args: &[&str]) -> Output {
    output(vta().args(args).current_dir(venue.path("")))
}

/// The files of a folder, with what is in them; without the index of a database's log, in which readers note what they
/// read.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(contents(&path)),
            false if path.to_string_lossy().contains("shm") => {}
            false => found.push((path.clone(), fs::read(path).unwrap())),
        }
    }
    found.sort();
    found
}

#[test]
fn no_verb_writes_over_a_database_a_capture_a_config_or_a_rule() {
    let (venue, reader) = venue();
    symlink("day.db", venue.path("link.csv")).unwrap();
    fs::hard_link(venue.path("day.db"), venue.path("hard.csv")).unwrap();
    symlink("day.db-wal", venue.path("wal.csv")).unwrap();
    fs::hard_link(venue.path("day.db-shm"), venue.path("shm.csv")).unwrap();
    fs::hard_link(venue.config(), venue.path("config.csv")).unwrap();
    fs::hard_link(venue.path("rules/scenes.rhai"), venue.path("rule.csv")).unwrap();
    symlink("captures/day.pcapng", venue.path("capture.csv")).unwrap();
    let absolute = venue.path("day.db").display().to_string();
    let before = contents(&venue.path(""));
    let scenarios = repository("rules/tests/scenes.yaml").display().to_string();
    for target in [
        &absolute,
        "day.db",
        "./day.db",
        "captures/../day.db",
        "link.csv",
        "hard.csv",
        "day.db-wal",
        "day.db-shm",
        "wal.csv",
        "shm.csv",
        "event.yaml",
        "config.csv",
        "rules/scenes.rhai",
        "rule.csv",
        "captures/day.pcapng",
        "capture.csv",
    ] {
        for verb in [
            &["db", "export", "--output", target][..],
            &["db", "export", "--actions", "--format", "ndjson", "--output", target],
            &["simulate", "--seed", "1", "--trace-out", target],
            &["rules", "test", &scenarios, "--junit", target],
        ] {
            for force in [&[][..], &["--force"]] {
                let refused = in_venue(&venue, &[verb, force].concat());
                assert_eq!(refused.status.code(), Some(4), "{verb:?} {force:?}: {}", stderr(&refused));
                assert!(stderr(&refused).contains("never written over"), "{verb:?}: {}", stderr(&refused));
            }
        }
    }
    assert!(contents(&venue.path("")) == before, "something was written");
    drop(reader);
}

#[test]
fn other_files_are_replaced_with_force_alone_and_links_to_them_stay() {
    let (venue, _reader) = venue();
    fs::write(venue.path("old.csv"), "my own").unwrap();
    symlink("old.csv", venue.path("link.csv")).unwrap();
    let export = ["db", "export", "--output", "link.csv"];
    let refused = in_venue(&venue, &export);
    assert_eq!(refused.status.code(), Some(4), "{}", stderr(&refused));
    let text = "error: link.csv is there already: choose another name, or write over it with --force\n";
    assert_eq!(stderr(&refused), text);
    assert_eq!(fs::read_to_string(venue.path("old.csv")).unwrap(), "my own");
    let written = in_venue(&venue, &[&export[..], &["--force"]].concat());
    assert!(written.status.success(), "{}", stderr(&written));
    assert!(venue.path("link.csv").is_symlink());
    assert!(fs::read_to_string(venue.path("old.csv")).unwrap().starts_with("session,seq,at,"));
}

#[test]
fn failed_export_leaves_the_old_file_and_nothing_else() {
    let (venue, _reader) = venue();
    fs::write(venue.path("old.csv"), "my own").unwrap();
    let before = contents(&venue.path(""));
    let failed = in_venue(&venue, &["db", "export", "--session", "99", "--force", "--output", "old.csv"]);
    assert_eq!(failed.status.code(), Some(4), "{}", stderr(&failed));
    assert!(contents(&venue.path("")) == before, "something was written");
}

#[test]
fn exports_go_to_devices_and_pipes_as_they_are() {
    let (venue, _reader) = venue();
    let written = in_venue(&venue, &["db", "export", "--output", "/dev/stdout"]);
    assert!(written.status.success(), "{}", stderr(&written));
    assert!(written.stdout.starts_with(b"session,seq,at,"));
}
