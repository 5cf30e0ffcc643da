//! From the command to the clip's frame in mpv, against mpv driven by hand: the same clips, turn about.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use vta::action::{Action, ActionVerb, Clip, Play, PlayerVerb, Report};
use vta::config::PlayerSink;
use vta::player::PlayerOptions;
use vta::telemetry::StatusHandle;
use vta::time::Time;

const PLAYS: u64 = 60;
const ARGUMENTS: [&str; 2] = ["--vo=null", "--ao=null"];

pub fn bench() {
    let folder = tempfile::tempdir().unwrap();
    let clips = ["a.mkv", "b.mkv"].map(|name| folder.path().join(name).display().to_string());
    for clip in &clips {
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=1280x720:r=30:d=20", "-c:v", "libx264"])
            .args(["-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", clip])
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return println!("left out: no ffmpeg");
        }
    }
    if Command::new("mpv").arg("--version").stdout(Stdio::null()).status().is_err() {
        return println!("left out: no mpv");
    }
    report("vta, command to `clip_shown`:            ", ours(&clips));
    report("by hand, `loadfile` to `playback-restart`:", by_hand(&clips));
}

fn ours(clips: &[String; 2]) -> Vec<Duration> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _guard = runtime.enter();
    let (commands, queue) = mpsc::channel(4);
    let (reports, court) = vta::queue::bounded(64);
    let arguments = ARGUMENTS.map(str::to_owned).to_vec();
    let sink = PlayerSink { arguments, ..PlayerSink::default() };
    let options = PlayerOptions::of(&"jury".into(), &sink);
    let task = vta::player::spawn(
        options,
        queue,
        HashMap::from([(Arc::from("court-1"), reports)]),
        StatusHandle::new("player", "jury"),
    );
    let hear = |wanted: fn(&Report) -> bool| {
        while !wanted(&court.recv_timeout(Duration::from_secs(10)).unwrap()) {}
    };
    hear(|report| matches!(report, Report::PlayerConnected(_)));
    let mut took = Vec::new();
    for (seq, path) in (1..=PLAYS).zip(clips.iter().cycle()) {
        let clip = Clip { path: path.clone(), begins_at: Some(Time::default()), ..Clip::default() };
        let from = Some(Time::default() + Duration::from_secs(13));
        let verb = ActionVerb::Player(PlayerVerb::Play(Box::new(Play { from, paused: true, ..Play::of(clip) })));
        let action = Action { seq, at: Time::default(), rule: "bench.rhai".into(), cause: 1, verb };
        let received = Instant::now();
        let command = vta::sink::Command { court: "court-1".into(), action: Arc::new(action), received };
        commands.try_send(command).unwrap();
        hear(|report| matches!(report, Report::ClipShown { .. }));
        took.push(received.elapsed());
        hear(|report| matches!(report, Report::Outcome { .. }));
    }
    drop(commands);
    runtime.block_on(task).unwrap();
    took
}

fn by_hand(clips: &[String; 2]) -> Vec<Duration> {
    let (mut ours, its) = UnixStream::pair().unwrap();
    let mut mpv = Command::new("mpv")
        .args(ARGUMENTS)
        .args(["--force-window=yes", "--keep-open=yes", "--idle=yes", "--no-terminal", "--pause=yes"])
        .arg("--input-ipc-client=fd://0")
        .stdin(OwnedFd::from(its))
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(ours.try_clone().unwrap()).lines();
    let mut until = |what: &str| while !lines.next().unwrap().unwrap().contains(what) {};
    writeln!(ours, r#"{{"command":["get_property","mpv-version"]}}"#).unwrap();
    until("success");
    let mut took = Vec::new();
    for (_, path) in (1..=PLAYS).zip(clips.iter().cycle()) {
        let began = Instant::now();
        writeln!(ours, r#"{{"command":["loadfile","{path}","replace","start=13"]}}"#).unwrap();
        until("start-file");
        until("playback-restart");
        took.push(began.elapsed());
    }
    mpv.kill().unwrap();
    mpv.wait().unwrap();
    took
}

fn report(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{what} median {:.1} ms, 95th of 100 {:.1} ms, worst {:.1} ms", at(0.5), at(0.95), at(1.0));
}
