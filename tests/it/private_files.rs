//! Files with names and passwords are for their owner alone, whatever the umask.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Venue, output, repository, stderr, stdout, vta};

/// `vta` under a umask that hides nothing.
fn vta_of_all() -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(vta().get_program()).env("NO_COLOR", "1");
    shell
}

/// The files and folders in a folder that others may read or write, with their modes.
fn open_to_others(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = path.metadata().unwrap().permissions().mode() & 0o7777;
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        if mode != expected {
            found.push((path.clone(), format!("{mode:o}")));
        }
        if path.is_dir() {
            found.extend(open_to_others(&path));
        }
    }
    found
}

#[test]
fn what_a_day_writes_is_for_its_owner_alone() {
    let venue = Venue::with_rules("  log: { type: log, directory: a/logs }\n", "");
    let config = fs::read_to_string(venue.config()).unwrap();
    let config = config.replace("path: day.db", "path: data/2026/day.db").replace("127.0.0.9:0", "127.0.0.1:0");
    fs::write(venue.config(), config).unwrap();
    fs::set_permissions(venue.config(), fs::Permissions::from_mode(0o600)).unwrap();
    let running = venue.run_by(vta_of_all());
    assert!(venue.path("event.yaml.run").exists(), "the run file is there");
    assert!(venue.path("data/2026/day.db-wal").exists(), "the log of the database is there");
    assert_eq!(open_to_others(&venue.path("")), []);
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    let export = ["db", "export", "--output", "events.csv"];
    let export = output(vta_of_all().args(export).current_dir(venue.path("")));
    assert!(export.status.success(), "{}", stderr(&export));
    let init = output(vta_of_all().args(["init", "new"]).current_dir(venue.path("")));
    assert!(init.status.success(), "{}", stderr(&init));
    assert_eq!(open_to_others(&venue.path("")), []);
}

#[test]
fn doctor_names_files_that_others_may_read_and_leaves_them_so() {
    let venue = Venue::with_rules("", "");
    let replay = ["replay", "--speed", "max", "--config", "event.yaml"];
    let trace = repository("examples/bout-with-review.tsv");
    assert!(output(vta().args(replay).arg(trace).current_dir(venue.path(""))).status.success());
    fs::create_dir(venue.path("captures")).unwrap();
    for name in ["1", "2"] {
        fs::write(venue.path("captures").join(name).with_extension("pcapng"), "").unwrap();
    }
    let doctor = || output(vta().arg("doctor").current_dir(venue.path("")));
    let warnings = |text: &str| text.lines().filter(|line| line.contains("other users")).count();
    for file in ["event.yaml", "day.db", "captures/1.pcapng", "captures/2.pcapng"] {
        fs::set_permissions(venue.path(file), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let looked = doctor();
    assert_eq!(warnings(stdout(&looked)), 3, "{}", stdout(&looked));
    assert!(stdout(&looked).contains("chmod go= "), "{}", stdout(&looked));
    assert!(stdout(&looked).contains(" and 1 more, "), "{}", stdout(&looked));
    assert_eq!(venue.path("day.db").metadata().unwrap().permissions().mode() & 0o777, 0o644);
    for file in ["event.yaml", "day.db", "captures/1.pcapng", "captures/2.pcapng"] {
        fs::set_permissions(venue.path(file), fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert_eq!(warnings(stdout(&doctor())), 0);
}
