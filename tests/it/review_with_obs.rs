//! A bout with a review, from the console's datagrams to a real OBS, its files and the database.

use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::{Connection, OpenFlags};

use crate::headless_obs::HeadlessObs;
use crate::support::{Venue, output, repository, stderr, vta, wait_for};

/// What ffprobe says of a video's length, in seconds.
fn seconds(video: &Path) -> f64 {
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"])
        .arg(video)
        .output()
        .unwrap();
    assert!(probe.status.success(), "{}: {}", video.display(), stderr(&probe));
    String::from_utf8(probe.stdout).unwrap().trim().parse().unwrap()
}

fn texts(connection: &Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_review_saves_one_clip_shows_the_replay_and_the_bout_is_recorded() {
    let Some(obs) = HeadlessObs::start() else { return };
    let sinks = format!(
        "  replay: {{ type: obs, host: 127.0.0.1, port: {}, password: \"{}\" }}\n  \
         jury: {{ type: player, command: mpv, arguments: [--vo=null, --ao=null, --keep-open=no] }}\n",
        obs.port, obs.password
    );
    let venue = Venue::new(&sinks);
    let mut running = venue.run();
    running.wait_for_log("connected to OBS");

    // The bout's eight minutes in twelve seconds: the review stays open for longer than OBS takes to save.
    let simulated = output(
        vta()
            .args(["simulate", "--speed", "25", "--to"])
            .arg(running.to.to_string())
            .arg("--trace")
            .arg(repository("examples/bout-with-review.tsv")),
    );
    assert!(simulated.status.success(), "{}", stderr(&simulated));
    running.wait_for_log("OBS has recorded");
    let (status, log) = running.end();
    assert!(status.success(), "{log}");

    let database = Connection::open_with_flags(venue.path("day.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    // One clip, of that bout and that review; its file is there and plays.
    let clips = texts(
        &database,
        "SELECT clips.path FROM clips JOIN load_bouts USING (session, load) JOIN bouts ON bouts.id = bout AND bouts.number = '7894'
         JOIN events ON events.seq = clips.review AND events.raw = 'ch1;'",
    );
    let [clip] = &clips[..] else { panic!("not one clip: {clips:?}\n{log}") };
    assert_eq!(texts(&database, "SELECT path FROM clips"), clips);
    assert!(seconds(Path::new(clip)) > 1.0, "{clip}");

    // The scenes, as OBS itself reported or confirmed them.
    let scenes = texts(&database, "SELECT fields ->> '$.scene' FROM events WHERE kind = 'scene_changed' ORDER BY seq");
    assert!(scenes.ends_with(&["Replay".to_owned(), "Live".to_owned()]), "{scenes:?}\n{log}");

    // The recording bears the bout's number and names, and lasts from the first second to after the winner.
    let recordings = texts(&database, "SELECT fields ->> '$.path' FROM events WHERE kind = 'recording_stopped'");
    let [recording] = &recordings[..] else { panic!("not one recording: {recordings:?}\n{log}") };
    let recording = PathBuf::from(recording);
    let name = recording.file_stem().unwrap().to_str().unwrap();
    assert!(name.starts_with("Test Open court-1 7894 Semifinals B. ĐURIC CRO - R. MULLER CRO 20"), "{name}");
    assert!(seconds(&recording) > 15.0, "{}", recording.display());

    // Every action has come to an end, and none has failed.
    let open =
        texts(&database, "SELECT action || ' ' || coalesce(reason, '?') FROM actions WHERE outcome IS NOT 'done'");
    assert!(open.is_empty(), "{open:?}\n{log}");

    // The day without OBS: the capture has its answers.
    let capture = &venue.captures()[0];
    let replay = output(vta().arg("replay").arg(capture).args(["--speed", "max", "--config"]).arg(venue.config()));
    assert!(replay.status.success(), "{}", stderr(&replay));
    assert_eq!(venue.events("2"), venue.events("1"));
}

#[test]
fn a_frozen_obs_holds_up_nothing() {
    let Some(obs) = HeadlessObs::start() else { return };
    let sinks = format!(
        "  replay: {{ type: obs, host: 127.0.0.1, port: {}, password: \"{}\", timeout_secs: 0.5 }}\n",
        obs.port, obs.password
    );
    let venue = Venue::new(&sinks);
    let mut running = venue.run();
    running.wait_for_log("connected to OBS");
    obs.stop();
    let simulated = output(
        vta()
            .args(["simulate", "--speed", "1000", "--to"])
            .arg(running.to.to_string())
            .arg("--trace")
            .arg(repository("examples/bout-with-review.tsv")),
    );
    assert!(simulated.status.success(), "{}", stderr(&simulated));
    wait_for("every event in the database", || venue.events("1").contains(r#""decision":"PTF""#).then_some(()));
    running.wait_for_log("obs.save_replay failed");
    obs.cont();
    let (_, log) = running.end();
    let said = venue.events("1").lines().filter(|line| line.contains(r#""raw":"#)).count();
    assert_eq!(said, 381, "{log}");
}
