//! What goes wrong on a day, with the whole program: the store has every event, and the jury never get another clip than
//! the one that they asked for.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use vta::time::Time;

use crate::headless_obs::HeadlessObs;
use crate::obs::{length, someone_else};
use crate::support::{Venue, repository, run_if_there, wait_for};
use crate::venue::{JURY, Mat, sink};

fn shipped(rules: &[&str]) -> String {
    let path = |rule: &&str| repository(&format!("rules/{rule}.rhai")).display().to_string();
    rules.iter().map(path).collect::<Vec<_>>().join(", ")
}

fn connected(mat: &Mat, times: usize) {
    mat.wait_for(times, "SELECT kind FROM events WHERE kind = 'obs_connected'");
}

/// Every clip shows the instant that it was asked for, each file is a review's alone, and ffprobe reads it.
fn clips_are_right(mat: &Mat) {
    let clips = mat.rows(
        "SELECT clips.path, clips.begins_at, clips.ends_at, reviews.requested_at FROM clips
         JOIN reviews ON reviews.review = clips.review WHERE taken_from = 'replay_buffer'",
        |row| {
            let time = |column| row.get::<_, Time>(column);
            Ok((row.get::<_, String>(0)?, time(1)?, time(2)?, time(3)?))
        },
    );
    let mut paths = Vec::new();
    for (path, begins_at, ends_at, requested_at) in clips {
        assert!(begins_at < requested_at && requested_at <= ends_at, "{path}");
        let covers = ends_at.since(begins_at).as_secs_f64();
        assert!((covers - length(path.as_ref())).abs() < 0.002, "{path} is not {covers} s long");
        assert!(!paths.contains(&path), "{path} twice");
        paths.push(path);
    }
}

#[tokio::test]
async fn whatever_becomes_of_obs_and_mpv_the_jury_get_their_clip_or_hear_why_not() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    let rules = format!("{}, hurt.rhai", shipped(&["instant-replay"]));
    let venue = Venue::with_rules(&format!("{}{JURY}", sink("replay", &obs)), &rules);
    std::fs::write(venue.path("hurt.rhai"), r#"fn on_injury(event, bout) { obs::scene("Nowhere"); }"#).unwrap();
    let mut mat = Mat::open(venue);
    mat.wait_for_buffer(1);
    mat.begin_bout();
    mat.say("hl1;41;");

    // All is well.
    let review = mat.ask(1);
    let (well, from) = mat.gets(review).unwrap();
    assert_eq!(from, "replay_buffer");
    assert_eq!(mat.sees(review).0, well);

    // mpv is killed while it shows the clip: it is shown again, by another one.
    let mpv = Command::new("pgrep").args(["-P", &mat.running.id().to_string(), "-x", "mpv"]).output().unwrap();
    let mpv = String::from_utf8(mpv.stdout).unwrap();
    assert!(Command::new("kill").args(["-KILL", mpv.trim()]).status().unwrap().success(), "{mpv}");
    mat.say("hl1;42;");
    let again = "SELECT fields ->> '$.path' FROM events WHERE kind = 'clip_shown' ORDER BY seq";
    assert_eq!(mat.wait_for(2, again)[1], well);
    mat.answer(1);

    // A scene that is not there fails alone.
    mat.say("ij1;00:59;show;");
    let reason = mat.wait_for(1, "SELECT reason FROM actions WHERE action = 'obs.scene' AND outcome = 'failed'");
    assert!(reason[0].contains("`Nowhere`"), "{reason:?}");

    // The buffer is off: there is no clip, and the next review has one.
    someone_else(&obs).await.replay_buffer().stop().await.unwrap();
    mat.wait_for(1, "SELECT kind FROM events WHERE kind = 'replay_buffer' AND NOT fields ->> '$.active'");
    let review = mat.ask(2);
    assert_eq!(mat.gets(review).unwrap_err(), "the replay buffer was not running; it has been started");
    mat.wait_for_buffer(2);
    mat.answer(2);
    let review = mat.ask(1);
    let (path, _) = mat.gets(review).unwrap();
    assert_eq!(mat.sees(review).0, path);
    mat.answer(1);

    // OBS dies in the middle of a save.
    let review = mat.ask(2);
    obs.kill();
    mat.say("hl2;43;");
    match mat.gets(review) {
        Err(reason) => assert!(reason.contains("the connection to OBS was lost"), "{reason}"),
        // It was quicker than the test; then the clip has to be whole.
        Ok((path, _)) => assert_eq!(mat.sees(review).0, path),
    }
    mat.answer(2);
    let review = mat.ask(1);
    let reason = mat.gets(review).unwrap_err();
    assert!(reason.starts_with("OBS `replay` is not connected: "), "{reason}");
    mat.answer(1);
    obs.restart();
    mat.wait_for_buffer(3);
    let review = mat.ask(2);
    let (path, _) = mat.gets(review).unwrap();
    assert_eq!(mat.sees(review).0, path);
    mat.answer(2);

    // OBS is frozen for ten seconds.
    obs.stop();
    let began = Instant::now();
    let review = mat.ask(1);
    mat.gets(review).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    mat.answer(1);
    let mut hits = 0;
    wait_for("ten seconds", || {
        hits += 1;
        mat.say(&format!("hl2;{};", hits % 90));
        (began.elapsed() > Duration::from_secs(10)).then_some(())
    });
    assert!(hits > 100, "{hits}");
    mat.wait_for_everything();
    obs.cont();
    connected(&mat, 3);
    mat.wait_for_buffer(4);
    let review = mat.ask(2);
    let (path, _) = mat.gets(review).unwrap();
    assert_eq!(mat.sees(review).0, path);
    mat.answer(2);

    let log = mat.close();
    clips_are_right(&mat);
    // Whoever had no clip saw none.
    let shown = mat.texts(
        "SELECT raw FROM events WHERE seq IN (SELECT review FROM reviews WHERE missing IS NOT NULL AND shown_at IS NOT NULL)",
    );
    assert!(shown.is_empty(), "{shown:?}\n{log}");
}

#[test]
fn both_coaches_at_once_have_a_clip_each_that_shows_their_request_also_of_a_slow_obs() {
    let Some(obs) = HeadlessObs::start() else { return };
    let mut mat = Mat::that_saves(&obs);
    mat.begin_bout();
    for slow in [false, true] {
        if slow {
            // What it has missed it makes up for, and each save takes seconds from then on.
            obs.stop();
            let began = Instant::now();
            wait_for("five seconds", || (began.elapsed() > Duration::from_secs(5)).then_some(()));
            obs.cont();
        }
        let (blue, red) = (mat.ask(1), mat.ask(2));
        for (side, review) in [("blue", blue), ("red", red)] {
            let (path, from) = mat.gets(review).unwrap();
            assert_eq!(from, "replay_buffer");
            assert!(path.contains(&format!(" {side} review ")), "{path} is that of {side}");
        }
        mat.answer(1);
        mat.answer(2);
    }
    mat.close();
    clips_are_right(&mat);
    assert_eq!(mat.texts("SELECT path FROM clips").len(), 4);
}

#[test]
fn without_a_buffer_the_jury_see_their_seconds_in_the_recording_that_runs() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    obs.change_profile("RecRB=true", "RecRB=false");
    obs.restart();
    let rules = shipped(&["instant-replay", "recording"]);
    let mut mat = Mat::open(Venue::with_rules(&format!("{}{JURY}", sink("replay", &obs)), &rules));
    connected(&mat, 1);
    mat.begin_bout();
    mat.wait_for(1, "SELECT kind FROM events WHERE kind = 'recording_started'");
    let began = Instant::now();
    wait_for("a recording of some seconds", || (began.elapsed() > Duration::from_secs(8)).then_some(()));
    let review = mat.ask(1);
    let (path, from) = mat.gets(review).unwrap();
    assert_eq!(from, "recording");
    let (shown, position) = mat.sees(review);
    assert_eq!(shown, path);
    // Five seconds before the request, counted from the recording's beginning.
    let wanted = mat.rows(
        "SELECT (requested_at - begins_at) / 1e6 - 5 FROM reviews
         JOIN clips ON clips.review = reviews.review",
        |row| row.get::<_, f64>(0),
    );
    assert!((position - wanted[0]).abs() < 0.1, "it opened at {position} s, not at {wanted:?}");
    mat.answer(1);
    mat.say("win;BLUE;");
    let recording = mat.wait_for(1, "SELECT path FROM recordings");
    mat.close();
    assert!(length(recording[0].as_ref()) > 8.0);
}

/// A disk over a folder.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// Of so many KB. None, with the reason printed, where disks cannot be mounted.
    fn mount(folder: &'a Path, kilobytes: u32) -> Option<Self> {
        let options = format!("size={kilobytes}k");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).output().unwrap();
        if !mounted.status.success() {
            eprintln!("left out: a disk cannot be mounted: {}", String::from_utf8_lossy(&mounted.stderr));
        }
        mounted.status.success().then_some(Self(folder))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(self.0).output();
    }
}

#[test]
fn half_a_clip_of_a_full_disk_is_no_clip_for_the_jury() {
    let Some(obs) = HeadlessObs::start() else { return };
    let rules = shipped(&["instant-replay"]);
    let mut mat = Mat::open(Venue::with_rules(&format!("{}{JURY}", sink("replay", &obs)), &rules));
    mat.wait_for_buffer(1);
    mat.begin_bout();
    let began = Instant::now();
    wait_for("a clip of some seconds", || (began.elapsed() > Duration::from_secs(4)).then_some(()));
    let Some(disk) = SmallDisk::mount(&obs.recordings, 8) else { return };
    let review = mat.ask(1);
    let reason = mat.gets(review).unwrap_err();
    assert!(reason.contains("only a part of the clip is there, 8192 bytes; is its disk full?"), "{reason}");
    mat.wait_for(1, "SELECT args FROM actions WHERE action = 'player.overlay' AND args ->> '$.text' LIKE 'NO CLIP%'");
    mat.answer(1);
    let seen = mat.texts("SELECT kind FROM events WHERE kind IN ('clip_saved', 'clip_shown')");
    assert!(seen.is_empty(), "{seen:?}");

    // On a disk with room the next clip is whole.
    drop(disk);
    let review = mat.ask(2);
    let (path, _) = mat.gets(review).unwrap();
    assert_eq!(mat.sees(review).0, path);
    mat.answer(2);
    mat.close();
    clips_are_right(&mat);
}

#[test]
fn one_camera_of_three_is_enough_and_a_password_put_right_brings_the_next() {
    if run_if_there(Command::new("mpv").arg("--version")).is_none() {
        return;
    }
    let Some(obs) = HeadlessObs::start() else { return };
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = format!("  dead: {{ type: obs, port: {nobody} }}\n");
    let good = sink("good", &obs);
    let wrong = good.replace("good:", "wrong:").replace(&obs.password, "no");
    let rules = shipped(&["instant-replay"]);
    let mut mat = Mat::open(Venue::with_rules(&format!("{dead}{wrong}{good}{JURY}"), &rules));
    mat.wait_for_buffer(1);
    mat.running.wait_for_log("refused the password");
    mat.begin_bout();
    let review = mat.ask(1);
    let (path, _) = mat.gets(review).unwrap();
    assert_eq!(mat.sees(review).0, path);
    mat.answer(1);
    let failed = mat.wait_for(2, "SELECT reason FROM actions WHERE outcome = 'failed' ORDER BY reason");
    assert!(failed[0].contains("connection refused") && failed[1].contains("refused the password"), "{failed:?}");
    mat.close();
    clips_are_right(&mat);

    // The wrong one alone gives no clip; put right in the config, it does.
    let mut mat = Mat::open(Venue::with_rules(&format!("{wrong}{JURY}"), &rules));
    mat.running.wait_for_log("refused the password");
    mat.begin_bout();
    let review = mat.ask(1);
    let reason = mat.gets(review).unwrap_err();
    assert!(reason.contains("refused the password; set this sink's `password`"), "{reason}");
    mat.answer(1);
    mat.close();
    let right = wrong.replace("\"no\"", &format!("\"{}\"", obs.password));
    let mut mat = Mat::open(Venue::with_rules(&format!("{right}{JURY}"), &rules));
    mat.wait_for_buffer(1);
    mat.begin_bout();
    let review = mat.ask(1);
    let (path, _) = mat.gets(review).unwrap();
    assert_eq!(mat.sees(review).0, path);
    mat.close();
    clips_are_right(&mat);
}
