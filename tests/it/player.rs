//! The player with a real mpv.

mod jury;
mod queue;
mod screens;

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command as Program, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vta::action::{Moment, Outcome, Play, PlayerVerb, Report};
use vta::bout::ClipState;
use vta::court::{Court, Datagram, Input, Output};
use vta::event::{Kind, PlayerDisconnected};
use vta::rules::Rules;

use self::jury::*;
use crate::headless_obs::{is_installed, start_display};
use crate::obs::driver::Log;
use crate::support::wait_for;

#[tokio::test]
async fn a_clip_opens_at_its_instant_and_is_told_when_it_is_on_the_screen() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    let seq = jury.gives(still(&path, 3.5)).await;
    let shown = jury.shown().await;
    // mpv has the frame by then.
    assert_eq!(jury.property("path"), json!(path));
    assert_near(jury.number("time-pos"), 3.5);
    let Report::ClipShown { player, camera, review, action_seq, position_us, shows, took_us, .. } = shown else {
        panic!("{shown:?}")
    };
    assert_eq!((player.as_str(), camera.as_deref(), review, action_seq), ("jury", Some("mat"), Some(4), Some(seq)));
    assert_near(position_us as f64 / 1e6, 3.5);
    assert_near(shows.unwrap().since(BEGINS_AT).as_secs_f64(), 3.5);
    assert!(took_us.is_some_and(|took| took < 1_000_000), "{took_us:?}");
    let outcome = jury.hears(|report| matches!(report, Report::Outcome { .. })).await;
    assert!(matches!(outcome, Report::Outcome { outcome: Outcome::Done, .. }), "{outcome:?}");
    assert_eq!(jury.property("pause"), json!(true));

    let moving = Play { last_seconds: Some(4.0), speed: 0.5, ..Play::of(clip(&path, "mat", None)) };
    assert_near(jury.sees(play(moving)).await.1, 6.0);
    assert_eq!(jury.property("speed"), json!(0.5));
    jury.waits_for("time-pos", |position| position.as_f64() > Some(6.1));
}

#[tokio::test]
async fn an_instant_outside_of_the_clip_is_its_nearest_frame() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    let from = |from| play(Play { from: Some(from), paused: true, ..Play::of(clip(&path, "mat", Some(at(2.0)))) });
    assert_near(jury.sees(from(at(0.0))).await.1, 0.0);
    assert_near(jury.sees(from(at(60.0))).await.1, 9.967);
    let long = Play { last_seconds: Some(60.0), paused: true, ..Play::of(clip(&path, "mat", None)) };
    assert_near(jury.sees(play(long)).await.1, 0.0);
}

#[tokio::test]
async fn the_jury_step_by_frames_change_the_speed_and_move() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    jury.sees(still(&path, 3.0)).await;
    jury.does(PlayerVerb::Step { frames: 2 }).await;
    jury.waits_for("time-pos", |at| (at.as_f64().unwrap() - 3.067).abs() < 0.01);
    jury.does(PlayerVerb::Step { frames: -4 }).await;
    let at = jury.number("time-pos");
    assert!((at - 2.933).abs() < 0.01, "{at}");
    jury.does(PlayerVerb::Seek { seconds: 4.0 }).await;
    assert_near(jury.number("time-pos"), 6.933);
    jury.does(PlayerVerb::Speed { speed: 0.25 }).await;
    jury.does(PlayerVerb::Pause { paused: false }).await;
    jury.waits_for("time-pos", |at| at.as_f64() > Some(7.0));
    assert_eq!(jury.property("speed"), json!(0.25));
    jury.does(PlayerVerb::Pause { paused: true }).await;
    assert_eq!(jury.property("pause"), json!(true));
}

#[tokio::test]
async fn a_part_is_played_over_and_over_until_it_is_not() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    jury.sees(play(Play { from: Some(at(2.0)), ..Play::of(clip(&path, "mat", Some(BEGINS_AT))) })).await;
    jury.does(PlayerVerb::Loop { from: Moment::At(at(2.0)), to: Moment::Seconds(2.4) }).await;
    jury.waits_for("time-pos", |at| at.as_f64() > Some(2.25));
    jury.waits_for("time-pos", |at| at.as_f64() < Some(2.2));
    jury.does(PlayerVerb::EndLoop {}).await;
    jury.waits_for("time-pos", |at| at.as_f64() > Some(2.6));
    let reason = jury.fails(PlayerVerb::Loop { from: Moment::Seconds(3.0), to: Moment::Seconds(2.0) }).await;
    assert_eq!(reason, "a loop must end after it begins");
}

#[tokio::test]
async fn another_camera_shows_the_same_instant() {
    let Some(mut jury) = Jury::sits().await else { return };
    let paths = ["a.mkv", "b.mkv", "c.mkv"].map(|name| jury.media_file(name));
    let reason = jury.fails(PlayerVerb::NextCamera {}).await;
    assert_eq!(reason, "no clip is shown");
    jury.sees(still(&paths[0], 3.0)).await;
    assert_eq!(jury.fails(PlayerVerb::NextCamera {}).await, "there is no other camera");
    // The second camera's clip begins a second and a half later; of the third it is not known when.
    jury.does(PlayerVerb::Add(clip(&paths[1], "corner", Some(at(1.5))))).await;
    jury.does(PlayerVerb::Add(clip(&paths[2], "venue", None))).await;
    jury.does(PlayerVerb::Speed { speed: 0.5 }).await;
    let (path, position) = jury.sees(PlayerVerb::NextCamera {}).await;
    assert_eq!(path, paths[1]);
    assert_near(position, 1.5);
    assert_eq!((jury.property("pause"), jury.property("speed")), (json!(true), json!(0.5)));
    // What was stepped on one camera counts on the other.
    jury.does(PlayerVerb::Step { frames: -3 }).await;
    let (path, position) = jury.sees(PlayerVerb::PreviousCamera {}).await;
    assert_eq!(path, paths[0]);
    assert_near(position, 2.9);
    let (path, position) = jury.sees(PlayerVerb::PreviousCamera {}).await;
    assert_eq!(path, paths[2]);
    assert_near(position, 2.9);
}

#[tokio::test]
async fn the_jury_change_the_camera_and_the_clip_by_keys_in_the_window() {
    let Some(mut jury) = Jury::sits().await else { return };
    let paths = ["a.mkv", "b.mkv", "c.mkv"].map(|name| jury.media_file(name));
    jury.sees(still(&paths[0], 2.0)).await;
    // A key that can do nothing is answered on the screen, and takes nothing off it.
    jury.ask(json!(["keypress", "c"]));
    jury.ask(json!(["keypress", ">"]));
    jury.sees(still(&paths[1], 3.0)).await;
    jury.does(PlayerVerb::Add(clip(&paths[2], "corner", Some(at(1.5))))).await;
    for (key, path, seconds) in
        [("c", &paths[2], 1.5), ("C", &paths[1], 3.0), ("<", &paths[0], 2.0), (">", &paths[1], 3.0)]
    {
        jury.ask(json!(["keypress", key]));
        let shown = jury.shown().await;
        let Report::ClipShown { path: shown, position_us, action_seq: None, .. } = shown else { panic!("{shown:?}") };
        assert_eq!(&shown, path, "{key}");
        assert_near(position_us as f64 / 1e6, seconds);
        assert_eq!(jury.property("path"), json!(path), "{key}");
    }
}

#[tokio::test]
async fn a_clip_that_was_played_before_can_be_come_back_to() {
    let Some(mut jury) = Jury::sits().await else { return };
    let paths = ["a.mkv", "b.mkv"].map(|name| jury.media_file(name));
    // With nothing on the screen, an added clip is shown.
    assert_eq!(jury.sees(PlayerVerb::Add(clip(&paths[0], "mat", None))).await.0, paths[0]);
    jury.sees(still(&paths[1], 3.0)).await;
    assert_eq!(jury.fails(PlayerVerb::NextClip {}).await, "there is no other clip");
    assert_eq!(jury.sees(PlayerVerb::PreviousClip {}).await.0, paths[0]);
    let (path, position) = jury.sees(PlayerVerb::NextClip {}).await;
    assert_eq!(path, paths[1]);
    assert_near(position, 3.0);
    jury.does(PlayerVerb::Close { review: None }).await;
    jury.waits_for("path", Value::is_null);
    assert_eq!(jury.sees(PlayerVerb::PreviousClip {}).await.0, paths[1]);
}

#[tokio::test]
async fn a_clip_that_could_never_be_played_is_not_come_back_to() {
    let Some(mut jury) = Jury::sits().await else { return };
    let paths = ["a.mkv", "b.mkv"].map(|name| jury.media_file(name));
    for path in &paths {
        jury.sees(still(path, 3.0)).await;
    }
    for _ in 0..2 {
        jury.fails(still("/nowhere/clip.mkv", 1.0)).await;
    }
    for path in paths.iter().rev() {
        assert_eq!(jury.sees(PlayerVerb::PreviousClip {}).await.0, *path);
    }
    assert_eq!(jury.fails(PlayerVerb::PreviousClip {}).await, "there is no other clip");
}

#[tokio::test]
async fn a_part_that_the_clip_stands_behind_is_gone_back_to_and_one_behind_its_end_refused() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    jury.sees(still(&path, 6.0)).await;
    let part = |from, to| PlayerVerb::Loop { from: Moment::Seconds(from), to: Moment::Seconds(to) };
    jury.does(part(2.0, 4.0)).await;
    assert_near(jury.number("time-pos"), 2.0);
    // Inside of it, it stays where it is.
    jury.does(part(1.0, 4.0)).await;
    assert_near(jury.number("time-pos"), 2.0);
    let reason = jury.fails(part(100.0, 200.0)).await;
    assert_eq!(reason, "the loop begins behind the end of the clip, which plays for 10.0 s");
    assert_eq!((jury.number("ab-loop-a"), jury.number("ab-loop-b")), (1.0, 4.0));
    // What lies before it is seen once, on the way there.
    jury.does(part(8.0, 60.0)).await;
    assert_near(jury.number("time-pos"), 8.0);
}

#[tokio::test]
async fn the_overlay_stays_as_it_was_written_until_the_player_is_closed() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    assert_eq!(jury.property("osd-msg1"), json!("$>waiting for a review"));
    let text = r"Bout 12\A R2 0:45 blue ${path} 김\n".to_owned();
    let with_text = Play { overlay: Some(text.clone()), ..Play::of(clip(&path, "mat", None)) };
    jury.sees(play(with_text)).await;
    assert_eq!(jury.property("osd-msg1"), json!(r"$>Bout 12\\A R2 0:45 blue ${path} 김\\n"));
    jury.does(PlayerVerb::Overlay { text: "accepted".to_owned(), review: None }).await;
    assert_eq!(jury.property("osd-msg1"), json!("$>accepted"));
    let pid = jury.pid();
    jury.does(PlayerVerb::Close { review: None }).await;
    assert_eq!(jury.property("osd-msg1"), json!("$>waiting for a review"));
    assert_eq!(jury.pid(), pid);
}

#[tokio::test]
async fn what_cannot_be_played_leaves_an_empty_screen_and_says_why() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    let broken = jury.folder.path().join("broken.mkv");
    std::fs::write(&broken, "no media file").unwrap();
    for (wrong, reason) in [
        (broken.to_str().unwrap(), "mpv cannot play `"),
        ("/nowhere/clip.mkv", "the clip `/nowhere/clip.mkv` cannot be opened: No such file"),
    ] {
        jury.sees(still(&path, 1.0)).await;
        let said = jury.fails(still(wrong, 1.0)).await;
        assert!(said.starts_with(reason), "{said}");
        jury.waits_for("path", Value::is_null);
    }
    jury.sees(still(&path, 1.0)).await;
}

#[tokio::test]
async fn a_player_that_is_killed_comes_back_with_what_it_showed() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    let quiet = Play {
        from: Some(at(3.0)),
        paused: true,
        speed: 0.5,
        overlay: Some("Bout 12".to_owned()),
        ..Play::of(clip(&path, "mat", Some(BEGINS_AT)))
    };
    jury.sees(play(quiet)).await;
    jury.does(PlayerVerb::Step { frames: -3 }).await;
    jury.has_run();
    let pid = jury.pid();
    let killed = Instant::now();
    signal("-KILL", &pid);
    let gone = jury.hears(|report| matches!(report, Report::PlayerDisconnected(_))).await;
    let Report::PlayerDisconnected(PlayerDisconnected { reason, .. }) = gone else { unreachable!() };
    assert_eq!(reason, "the player ended: signal: 9 (SIGKILL)");
    let shown = jury.shown().await;
    let Report::ClipShown { path: again, action_seq: None, position_us, .. } = shown else { panic!("{shown:?}") };
    assert_eq!(again, path);
    assert_near(position_us as f64 / 1e6, 2.9);
    assert!(killed.elapsed() < Duration::from_secs(10), "{:?}", killed.elapsed());
    assert_ne!(jury.pid(), pid);
    assert_eq!((jury.property("pause"), jury.property("speed")), (json!(true), json!(0.5)));
    assert_eq!(jury.property("osd-msg1"), json!("$>Bout 12"));
    jury.does(PlayerVerb::Step { frames: 1 }).await;
}

#[tokio::test]
async fn a_frozen_player_is_replaced_and_nobody_waits_long() {
    let Some(mut jury) = Jury::sits().await else { return };
    let paths = ["a.mkv", "b.mkv"].map(|name| jury.media_file(name));
    jury.sees(still(&paths[0], 3.0)).await;
    let pid = jury.pid();
    signal("-STOP", &pid);
    let began = Instant::now();
    let (path, position) = jury.sees(still(&paths[1], 2.0)).await;
    assert_eq!(path, paths[1]);
    assert_near(position, 2.0);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_ne!(jury.pid(), pid);
    assert!(!is_alive(&pid));
}

#[tokio::test]
async fn a_missing_player_is_said_once_and_its_commands_fail_at_once() {
    let (log, _guard) = Log::listen();
    let mut jury = Jury::with("no-such-player", &[]);
    jury.hears(|report| matches!(report, Report::PlayerDisconnected(_))).await;
    let began = Instant::now();
    let missing = "the player `no-such-player` was not found: install mpv, or say in `command` where it is";
    // Long enough for it to be tried again.
    while began.elapsed() < Duration::from_millis(600) {
        let asked = Instant::now();
        assert_eq!(jury.fails(still("a.mkv", 1.0)).await, missing);
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    }
    jury.does(PlayerVerb::Close { review: None }).await;
    assert_eq!(log.lines("WARN").len(), 1, "{:?}", log.lines("WARN"));
    assert_eq!(log.lines(missing).len(), 1);
}

#[tokio::test]
async fn a_player_that_takes_not_its_arguments_says_so() {
    if !is_installed("mpv") {
        return;
    }
    let jury = Jury::with("mpv", &["--no-such-option=1"]);
    let gone = jury.hears(|report| matches!(report, Report::PlayerDisconnected(_))).await;
    let Report::PlayerDisconnected(PlayerDisconnected { reason, .. }) = gone else { unreachable!() };
    assert!(reason.starts_with("the player `mpv` did not start: it ended at once: exit status: 1;"), "{reason}");
}

#[tokio::test]
async fn one_that_was_closed_by_hand_stays_closed_until_the_next_clip() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    jury.sees(still(&path, 3.0)).await;
    jury.has_run();
    jury.ask(json!(["keypress", "CLOSE_WIN"]));
    let gone = jury.hears(|report| matches!(report, Report::PlayerDisconnected(_))).await;
    let Report::PlayerDisconnected(PlayerDisconnected { reason, .. }) = gone else { unreachable!() };
    assert_eq!(reason, "the player was closed by hand; the next clip opens it again");
    assert_eq!(jury.fails(PlayerVerb::Step { frames: 1 }).await, reason);
    jury.does(PlayerVerb::Close { review: None }).await;
    assert!(!jury.court.try_iter().any(|report| matches!(report, Report::PlayerConnected(_))));
    let (shown, position) = jury.sees(still(&path, 4.0)).await;
    assert_eq!(shown, path);
    assert_near(position, 4.0);
}

#[tokio::test]
async fn a_recording_that_is_still_written_can_be_looked_into() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.folder.path().join("recording.mkv");
    let mut recorder = Program::new("ffmpeg")
        .args(["-v", "error", "-re", "-f", "lavfi", "-i", "testsrc=s=320x180:r=30", "-c:v", "libx264"])
        .args(["-preset", "ultrafast", "-g", "15", "-tune", "zerolatency", "-flush_packets", "1"])
        .args(["-cluster_time_limit", "500"])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for("three seconds of it", || (std::fs::metadata(&path).ok()?.len() > 60_000).then_some(()));
    let before = std::fs::metadata(&path).unwrap().len();
    let (_, position) = jury.sees(still(path.to_str().unwrap(), 1.0)).await;
    assert_near(position, 1.0);
    wait_for("it to grow", || (std::fs::metadata(&path).ok()?.len() > before).then_some(()));
    recorder.kill().unwrap();
    recorder.wait().unwrap();
}

#[tokio::test]
async fn the_player_ends_with_us() {
    let Some(mut jury) = Jury::sits().await else { return };
    let path = jury.media_file("a.mkv");
    jury.sees(still(&path, 3.0)).await;
    let pid = jury.pid();
    assert!(is_alive(&pid));
    drop(jury.commands);
    jury.task.await.unwrap();
    assert!(!is_alive(&pid));
}

#[test]
fn a_clip_that_is_shown_is_an_event_and_the_review_knows_of_it() {
    let mut court = Court::new("court-1".into(), Vec::new(), Rules::none());
    let mut outputs = Vec::new();
    for message in ["pre;FightLoaded;", "rdy;FightReady;", "ch1;"] {
        let datagram = Datagram { bytes: message.into(), from: None, truncated: false };
        court.step(BEGINS_AT, &Input::Datagram(datagram), &mut outputs);
    }
    let seq_of_request = outputs.iter().find_map(|output| match output {
        Output::Event { event, .. } if event.kind() == Kind::Review => Some(event.seq),
        _ => None,
    });
    outputs.clear();
    let shown = Report::ClipShown {
        player: "jury".to_owned(),
        path: "a.mkv".to_owned(),
        camera: None,
        review: seq_of_request,
        action_seq: Some(2),
        position_us: 1_500_000,
        shows: Some(at(1.5)),
        took_us: Some(20_000),
    };
    // As captures keep it.
    let shown = serde_json::from_str(&serde_json::to_string(&shown).unwrap()).unwrap();
    court.step(BEGINS_AT, &Input::Report(shown), &mut outputs);
    let Some(Output::Event { event, .. }) = outputs.first() else { panic!("{outputs:?}") };
    let event = serde_json::to_value(event).unwrap();
    assert_eq!(
        (&event["kind"], &event["position_seconds"], &event["review"], &event["shows"]),
        (&json!("clip_shown"), &json!(1.5), &json!(seq_of_request), &json!(at(1.5)))
    );
    assert_eq!(court.bout().review().unwrap().clip, Some(ClipState::Shown));
}

/// A display that ends with its value.
struct Screen(Child);

impl Screen {
    fn start() -> (Self, String) {
        let log = tempfile::NamedTempFile::new().unwrap();
        let (screen, display) = start_display(log.path());
        (Self(screen), display)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The colour on a display, where no cursor stands.
fn colour(display: &str) -> [u8; 3] {
    part_of(display, "crop=2:2:320:540")[..3].try_into().unwrap()
}

/// What stands on a display where mpv puts its texts.
fn picture(display: &str) -> Vec<u8> {
    part_of(display, "crop=1000:200:0:0")
}

fn part_of(display: &str, part: &str) -> Vec<u8> {
    let grab = Program::new("ffmpeg")
        .args(["-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-i", display, "-frames:v", "1"])
        .args(["-vf", part, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .unwrap();
    grab.stdout
}

#[tokio::test]
async fn what_is_told_to_be_shown_is_on_a_real_screen() {
    if !is_installed("Xvfb") || !is_installed("mpv") {
        assert!(std::env::var_os("CI").is_none(), "Xvfb or mpv is not installed");
        return;
    }
    let (_screen, display) = Screen::start();
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("mpv-there");
    std::fs::write(&there, format!("#!/bin/sh\nDISPLAY={display} exec mpv \"$@\"\n")).unwrap();
    std::fs::set_permissions(&there, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut jury = Jury::with(
        there.to_str().unwrap(),
        &["--vo=x11", "--ao=null", "--geometry=1280x720+0+0", "--keepaspect-window=no", "--border=no"],
    );
    let path = jury.media_file("a.mkv");
    for (at, red, blue) in [(3.0, true, false), (8.0, false, true)] {
        jury.sees(still(&path, at)).await;
        let [r, _, b] = colour(&display);
        assert_eq!((r > 200, b > 200), (red, blue), "at {at}: {r} {b}");
    }
    // mpv's own words in place of a text that it cannot read.
    let overlay = |text: &str| PlayerVerb::Overlay { text: text.to_owned(), review: None };
    let bare = picture(&display);
    jury.does(overlay("(broken escape sequences)")).await;
    let broken = wait_for("a text", || Some(picture(&display)).filter(|picture| *picture != bare));
    jury.does(overlay(r"Bout 12\A")).await;
    wait_for("another text", || (picture(&display) != broken).then_some(()));
    jury.does(PlayerVerb::Close { review: None }).await;
    wait_for("a black screen", || (colour(&display) == [0, 0, 0]).then_some(()));
    drop(jury.commands);
    jury.task.await.unwrap();
}
