//! A player that has no screen to show clips on, or does not answer: the doctor and the log say so before the first clip.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::jury::*;
use super::{Screen, colour, picture};
use vta::action::{Clip, Play};

use crate::headless_obs::is_installed;
use crate::support::{Venue, output, stderr, stdout, vta, wait_for};

/// A venue whose player is a script that notes each of its starts in the file `starts`.
fn venue(script: &str) -> Venue {
    let venue = Venue::new("  jury: { type: player, command: ./player, arguments: [--ao=null] }\n");
    let player = venue.path("player");
    fs::write(&player, format!("#!/bin/sh\necho >>'{}'\n{script}\n", starts(&venue).display())).unwrap();
    fs::set_permissions(&player, fs::Permissions::from_mode(0o755)).unwrap();
    venue
}

fn starts(venue: &Venue) -> PathBuf {
    venue.path("starts")
}

fn without_screen() -> Command {
    let mut vta = vta();
    vta.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    vta
}

fn is_mpv_there() -> bool {
    assert!(is_installed("mpv") || std::env::var_os("CI").is_none(), "mpv is not installed");
    is_installed("mpv")
}

#[test]
fn a_player_without_a_screen_is_found_by_the_doctor_and_logged_once() {
    if !is_mpv_there() {
        return;
    }
    let venue = venue(r#"exec mpv "$@""#);
    let doctor = output(without_screen().args(["doctor", "--config"]).arg(venue.config()));
    assert_eq!(doctor.status.code(), Some(4), "{}", stderr(&doctor));
    let line = stdout(&doctor).lines().find(|line| line.contains("jury: ")).unwrap();
    assert!(line.starts_with("fail  jury: the player `") && line.contains("neither DISPLAY nor"), "{line}");

    fs::remove_file(starts(&venue)).unwrap();
    let mut running = venue.run_by(without_screen());
    running.wait_for_log("[player.cannot_start]");
    wait_for("three starts", || (fs::read(starts(&venue)).ok()?.len() >= 3).then_some(()));
    let (_, log) = running.end();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("[player.")).collect();
    let [line] = lines[..] else { panic!("{log}") };
    assert!(line.contains("neither DISPLAY nor WAYLAND_DISPLAY is set"), "{line}");
    assert!(!log.contains("closed the connection"), "{log}");
}

#[test]
fn the_last_words_of_a_player_stand_in_the_log() {
    let venue = venue("echo 'cannot open display: :7' >&2; exit 0");
    let mut with_screen = vta();
    with_screen.env("DISPLAY", ":7");
    let mut running = venue.run_by(with_screen);
    running.wait_for_log("did not start: it ended at once: exit status: 0; ");
    running.wait_for_log("; its last words: cannot open display: :7 [player.cannot_start]");
    running.end();
}

#[test]
fn a_player_that_never_answers_is_logged_before_the_first_clip() {
    let venue = venue("kill -STOP $$");
    let mut running = venue.run();
    running.wait_for_log("did not start: the player did not answer within 10 s [player.cannot_start]");
    let (_, log) = running.end();
    assert!(log.contains("player jury had trouble"), "{log}");
}

#[test]
fn the_test_clip_of_the_doctor_is_on_the_screen() {
    if !is_installed("Xvfb") || !is_mpv_there() {
        assert!(std::env::var_os("CI").is_none(), "Xvfb is not installed");
        return;
    }
    let (_screen, display) = Screen::start();
    let venue = venue(r#"exec mpv --vo=x11 --fullscreen "$@""#);
    let mut doctor = vta().args(["doctor", "--config"]).arg(venue.config()).env("DISPLAY", &display).spawn().unwrap();
    wait_for("the grey of the clip", || colour(&display).iter().all(|value| (60..200).contains(value)).then_some(()));
    assert!(doctor.wait().unwrap().success());
    wait_for("an empty screen", || (colour(&display) == [0, 0, 0]).then_some(()));
}

#[test]
fn the_doctor_leaves_the_screen_to_the_vta_that_runs() {
    if !is_mpv_there() {
        return;
    }
    let venue = venue(r#"exec mpv --vo=null "$@""#);
    let mut running = venue.run();
    running.wait_for_log("[player.runs]");
    let doctor = output(vta().args(["doctor", "--config"]).arg(venue.config()));
    assert!(stdout(&doctor).contains("jury: no test clip is shown"), "{}", stdout(&doctor));
    assert_eq!(fs::read(starts(&venue)).unwrap().len(), 1);
    running.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mat_that_waits_is_announced_on_the_picture() {
    if !is_installed("Xvfb") || !is_mpv_there() {
        assert!(std::env::var_os("CI").is_none(), "Xvfb is not installed");
        return;
    }
    let (_screen, display) = Screen::start();
    let venue = venue(&format!(r#"DISPLAY={display} exec mpv --vo=x11 --fullscreen "$@""#));
    let player = venue.path("player").display().to_string();
    let mut jury = Jury::of(&["mat-1", "mat-2"], 30, &player, &["--ao=null"]);
    let path = jury.media_file("a.mkv");
    let review = |review, text: &str| {
        let clip = Clip { review: Some(review), ..clip(&path, "mat", Some(BEGINS_AT)) };
        play(Play { paused: true, overlay: Some(text.to_owned()), ..Play::of(clip) })
    };
    jury.gives_of("mat-1", review(4, "Bout 112  R2  1:53  blue")).await;
    jury.shown().await;
    let before = wait_for("red", || (colour(&display)[0] > 200).then(|| picture(&display)));
    jury.gives_of("mat-2", review(9, "Bout 215  R1  0:07  red")).await;
    wait_for("the announcement", || (picture(&display) != before).then_some(()));
    drop(jury.commands);
    jury.task.await.unwrap();
}
