//! The OBS driver against a real OBS.

mod actions;
pub(crate) mod driver;
mod scripted;

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::sleep;
use vta::action::{ObsVerb, Outcome, Report};
use vta::event::{ObsConnected, ReplayBuffer, SceneChanged};
use vta::obs::ObsOptions;
use vta::time::Time;

use self::driver::*;
use crate::headless_obs::HeadlessObs;

/// The OBS that is shared by the tests that leave it in order, one at a time.
async fn shared() -> Option<MutexGuard<'static, HeadlessObs>> {
    static SHARED: OnceLock<Option<Mutex<HeadlessObs>>> = OnceLock::new();
    Some(SHARED.get_or_init(|| HeadlessObs::start().map(Mutex::new)).as_ref()?.lock().await)
}

/// Another program that controls the same OBS.
pub(crate) async fn someone_else(obs: &HeadlessObs) -> obws::Client {
    let config = obws::client::ConnectConfig {
        host: "127.0.0.1",
        port: obs.port,
        password: Some(obs.password.as_str()),
        event_subscriptions: None,
        broadcast_capacity: 16,
        connect_timeout: WAIT_TIMEOUT,
        dangerous: Some(obws::client::DangerousConnectConfig {
            skip_studio_version_check: true,
            skip_websocket_version_check: true,
        }),
    };
    obws::Client::connect_with_config(config).await.unwrap()
}

/// Passes on what an OBS sends, except events of a name; returns the port to connect to.
fn relay_that_loses(event: &'static str, obs: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut server = TcpStream::connect(("127.0.0.1", obs)).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || io::copy(&mut from, &mut to));
            std::thread::spawn(move || {
                let mut buffer = [0; 1 << 16];
                while let Ok(length @ 1..) = server.read(&mut buffer) {
                    // A name of the same length, so that the frame stays one.
                    for at in 0..length.saturating_sub(event.len()) {
                        if buffer[at..].starts_with(event.as_bytes()) {
                            buffer[at..at + event.len()].fill(b'X');
                        }
                    }
                    if client.write_all(&buffer[..length]).is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

/// Whether a source or a scene is on program.
async fn is_shown(client: &obws::Client, source: &str) -> bool {
    client.sources().active(source.into()).await.unwrap().active
}

/// The length of a media file in seconds, as ffprobe reads it.
pub(crate) fn length(path: &Path) -> f64 {
    let probe = Program::new("ffprobe")
        .args(["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(probe.stdout).unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn an_old_obs_is_connected_to_with_one_warning() {
    let Some(obs) = shared().await else { return };
    let (log, _guard) = Log::listen();
    let driver = Driver::of(&obs);
    let connected = driver.hears(|report| matches!(report, Report::ObsConnected(_))).await;
    let Report::ObsConnected(ObsConnected { instance, obs_version, websocket_version }) = connected else {
        unreachable!()
    };
    assert_eq!(instance, "replay");
    assert!(websocket_version.starts_with("5."), "{websocket_version}");
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    let version: Vec<u32> = obs_version.split('.').filter_map(|number| number.parse().ok()).collect();
    let warnings = log.lines("WARN");
    assert_eq!(warnings.len(), usize::from(version < vec![30, 2]), "{warnings:#?}");
    assert!(
        warnings.iter().all(|line| line.contains(&obs_version) && line.contains("instance=replay")),
        "{warnings:?}"
    );
    assert_eq!(log.lines("connected to OBS").len(), 1);
    assert_eq!(log.lines(&obs.password).len(), 0);
}

#[tokio::test]
async fn a_scene_is_switched_and_reported_once_to_every_court() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;
    for name in ["Replay", "Live"] {
        driver.does(scene(name)).await;
        assert!(is_shown(&someone, name).await, "{name}");
    }
    let shown = |report: &Report| matches!(report, Report::SceneChanged(_));
    // The first is the one that it found.
    for scene in ["Live", "Replay", "Live"] {
        let expected = Report::SceneChanged(SceneChanged { instance: "replay".to_owned(), scene: scene.to_owned() });
        assert_eq!(hear(&driver.court_2, shown).await, expected);
    }
    assert!(!driver.court_2.try_iter().any(|report| shown(&report)));
}

#[tokio::test]
async fn an_unknown_scene_fails_with_those_that_there_are() {
    let Some(obs) = shared().await else { return };
    let reason = Driver::ready(&obs).await.fails(scene("Nope")).await;
    assert!(reason.starts_with("OBS has no scene `Nope`; its scenes: `"), "{reason}");
    let reason = Driver::ready(&obs).await.fails(scene("Lvie")).await;
    assert_eq!(reason, "OBS has no scene `Lvie`; did you mean `Live`?");
}

#[tokio::test]
async fn a_source_is_hidden_and_shown() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;
    let visible = |visible| {
        ObsVerb::SourceVisible { scene: "Live".to_owned(), source: "Mat camera".to_owned(), visible }.on(None)
    };
    for wanted in [false, true] {
        driver.does(visible(wanted)).await;
        assert_eq!(someone.scene_items().enabled("Live".into(), 1).await.unwrap(), wanted);
    }
}

#[tokio::test]
async fn requests_by_name_do_what_obws_cannot() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;

    driver.does(request("CreateScene", json!({"sceneName": "Scores"}))).await;
    let kind = "text_ft2_source_v2";
    driver.does(request("CreateInput", json!({"sceneName": "Scores", "inputName": "Blue", "inputKind": kind}))).await;
    driver.does(ObsVerb::Text { source: "Blue".to_owned(), text: "KIM 김 12".to_owned() }.on(None)).await;
    let settings = someone.inputs().settings::<Value>("Blue".into()).await.unwrap().settings;
    assert_eq!(settings["text"], "KIM 김 12");

    let filter = json!({"sourceName": "Blue", "filterName": "Grey", "filterKind": "color_filter_v2"});
    driver.does(request("CreateSourceFilter", filter)).await;
    for enabled in [false, true] {
        let grey = || "Grey".to_owned();
        driver.does(ObsVerb::Filter { source: "Blue".to_owned(), filter: grey(), enabled }.on(None)).await;
        assert_eq!(someone.filters().get("Blue".into(), "Grey").await.unwrap().enabled, enabled);
    }
    driver.does(request("RemoveScene", json!({"sceneName": "Scores"}))).await;

    let reason = driver.fails(request("RemoveScene", json!({"sceneName": "Nope"}))).await;
    assert_eq!(reason, "OBS refused `RemoveScene`: No source was found by the name of `Nope`.");
    let reason = driver.fails(request("MakeCoffee", Value::Null)).await;
    assert!(reason.contains("does not know the request `MakeCoffee`"), "{reason}");
    let reason = driver.fails(request("RemoveScene", json!("Scores"))).await;
    assert_eq!(reason, "the data of `RemoveScene` must be an object, with a name for each value");
    driver.does(request("GetStats", Value::Null)).await;
}

#[tokio::test]
async fn a_saved_clip_is_there_and_can_be_read_when_it_is_reported() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    // A clip needs a picture before it can have a length.
    sleep(Duration::from_secs(1)).await;
    let path = driver.saves().await;
    assert!(Path::new(&path).starts_with(&obs.recordings), "{path}");
    assert!(length(Path::new(&path)) > 0.3);
    let of_court_2 = hear(&driver.court_2, |report| matches!(report, Report::ClipSaved { .. })).await;
    assert_eq!(clip(of_court_2, &[]), path);
}

#[tokio::test]
async fn saves_that_come_before_obs_is_asked_share_a_clip_and_each_court_hears_of_its_own() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let first = driver.give(save()).await;
    let second = driver.give_for("court-2", save()).await;
    let third = driver.give(save()).await;
    let given = Time::now();
    let saved = |report: &Report| matches!(report, Report::ClipSaved { .. });
    let Report::ClipSaved(shared) = driver.hears(saved).await else { panic!() };
    assert!(shared.ends_at.unwrap() >= given, "{shared:?} ends before the last was asked for, {given}");
    let path = clip(Report::ClipSaved(shared), &[first, third]);
    assert_eq!(clip(hear(&driver.court_2, saved).await, &[second]), path);
    assert_eq!(driver.outcome_of(first).await, Outcome::Done);
    assert_eq!(driver.outcome_of(third).await, Outcome::Done);
    let of_court_2 = hear(&driver.court_2, |report| matches!(report, Report::Outcome { .. })).await;
    assert!(
        matches!(of_court_2, Report::Outcome { action_seq, outcome: Outcome::Done, .. } if action_seq == second),
        "{of_court_2:?}"
    );
}

#[tokio::test]
async fn saves_that_come_while_obs_saves_get_clips_of_their_own_that_end_after_them() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let saved = |report: &Report| matches!(report, Report::ClipSaved { .. });
    let files = || std::fs::read_dir(&obs.recordings).unwrap().count();
    // Of what others have saved within this second, OBS would write over the file.
    driver.saves().await;
    for round in 1..=3 {
        let before = files();
        let first = driver.give(save_as(&format!("R{round} blue review"))).await;
        // A file is begun: OBS was asked, and saves.
        wait_until("OBS to begin a file", || files() > before).await;
        let given = Time::now();
        let second = driver.give_for("court-2", save_as(&format!("R{round} red review"))).await;
        let path = clip(driver.hears(saved).await, &[first]);
        assert_eq!(Path::new(&path), obs.recordings.join(format!("R{round} blue review.mkv")));
        assert_eq!(driver.outcome_of(first).await, Outcome::Done);
        hear(&driver.court_2, |report| matches!(report, Report::ClipSaved(clip) if clip.path == path)).await;
        let Report::ClipSaved(of_court_2) = hear(&driver.court_2, saved).await else { panic!() };
        assert!(of_court_2.ends_at.unwrap() >= given, "{of_court_2:?} ends before it was asked for, {given}");
        let path = clip(Report::ClipSaved(of_court_2), &[second]);
        assert_eq!(Path::new(&path), obs.recordings.join(format!("R{round} red review.mkv")));
        assert_eq!(clip(driver.hears(saved).await, &[]), path);
    }
}

#[tokio::test]
async fn saves_of_two_names_at_once_give_two_clips_of_these_names() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let saved = |report: &Report| matches!(report, Report::ClipSaved { .. });
    let blue = driver.give(save_as("at once, blue")).await;
    let red = driver.give(save_as("at once, red")).await;
    let again = driver.give(save_as("at once, blue")).await;
    for (name, seqs) in [("at once, blue.mkv", &[blue, again][..]), ("at once, red.mkv", &[red])] {
        assert_eq!(Path::new(&clip(driver.hears(saved).await, seqs)), obs.recordings.join(name));
    }
}

#[tokio::test]
async fn saves_in_a_row_have_files_of_their_own() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let mut paths = [driver.saves().await, driver.saves().await, driver.saves().await].to_vec();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 3, "{paths:?}");
}

#[tokio::test]
async fn a_clip_that_someone_else_saved_belongs_to_no_action() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    someone_else(&obs).await.replay_buffer().save().await.unwrap();
    let path = clip(driver.hears(|report| matches!(report, Report::ClipSaved { .. })).await, &[]);
    assert_ne!(driver.saves().await, path);
}

#[tokio::test]
async fn replays_whose_events_obs_loses_are_found_each_in_its_own_file() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::with_password(relay_that_loses("ReplayBufferSaved", obs.port), Some(&obs.password));
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    let saved = [driver.saves().await, driver.saves().await];
    assert_ne!(saved[0], saved[1]);
    for path in saved {
        assert!(length(Path::new(&path)) > 0.0, "{path}");
    }
}

#[tokio::test]
async fn after_obs_hung_a_buffer_that_lags_is_started_again_and_clips_come_in_time() {
    let Some(obs) = HeadlessObs::start() else { return };
    let (log, _guard) = Log::listen();
    // The log folds the lines about one instance.
    let instance = "lags".into();
    let mut driver = Driver::with_options(ObsOptions { instance, ..options(obs.port, Some(&obs.password)) });
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    driver.saves().await;
    obs.stop();
    wait_until("OBS to be seen hanging", || !log.lines("obs.frozen").is_empty()).await;
    sleep(Duration::from_secs(5)).await;
    obs.cont();
    wait_until("OBS to answer", || !log.lines("obs.answers_again").is_empty()).await;
    let lagging = Instant::now();
    driver.saves().await;
    if lagging.elapsed() < Duration::from_secs(3) {
        // This OBS does not lag.
        return;
    }
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: false, .. }))).await;
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    assert_eq!(log.lines("obs.replay_buffer_lags").len(), 1);
    // A clip needs a picture.
    sleep(Duration::from_secs(1)).await;
    let in_time = Instant::now();
    driver.saves().await;
    assert!(in_time.elapsed() < Duration::from_secs(3), "{:?}", in_time.elapsed());
}

#[tokio::test]
async fn what_comes_before_the_first_connection_waits_for_it() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::of(&obs);
    driver.does(scene("Replay")).await;
    driver.does(scene("Live")).await;
}

#[tokio::test]
async fn a_save_holds_up_no_scene() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let saving = driver.give(save()).await;
    let showing = driver.give(scene("Live")).await;
    let ended = driver.hears(|report| matches!(report, Report::Outcome { .. })).await;
    assert!(matches!(ended, Report::Outcome { action_seq, .. } if action_seq == showing), "{ended:?}");
    assert_eq!(driver.outcome_of(saving).await, Outcome::Done);
}

#[tokio::test]
async fn a_save_without_a_running_buffer_fails_and_starts_it() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    someone_else(&obs).await.replay_buffer().stop().await.unwrap();
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: false, .. }))).await;
    let saving = driver.give(save()).await;
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    assert_eq!(
        driver.outcome_of(saving).await,
        Outcome::Failed { reason: "the replay buffer was not running; it has been started".to_owned() }
    );
    driver.saves().await;
}

#[tokio::test]
async fn what_is_in_flight_ends_before_the_driver_does() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let saving = driver.give(save()).await;
    let Driver { commands, task, court_1, .. } = driver;
    drop(commands);
    task.await.unwrap();
    let done = court_1.try_iter().any(
        |report| matches!(report, Report::Outcome { action_seq, outcome: Outcome::Done, .. } if action_seq == saving),
    );
    assert!(done);
}

#[tokio::test]
async fn a_recording_gets_its_name_and_overwrites_none() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let stopped = |report: &Report| matches!(report, Report::RecordingStopped { .. });
    for file in ["Bout 12- KOR-GER.mkv", "Bout 12- KOR-GER (2).mkv"] {
        let starting = driver.give(start_recording(Some("Bout 12: KOR/GER"))).await;
        driver.hears(|report| matches!(report, Report::RecordingStarted { .. })).await;
        assert_eq!(driver.outcome_of(starting).await, Outcome::Done);
        // A recording needs a picture before it can have a length.
        sleep(Duration::from_secs(1)).await;
        let stopping = driver.give(stop_recording()).await;
        let path = obs.recordings.join(file);
        let Report::RecordingStopped(recording) = driver.hears(stopped).await else { panic!() };
        assert_eq!(recording.path.as_deref().map(Path::new), Some(&*path));
        assert_eq!(recording.action_seq, Some(starting));
        let (began, ended) = (recording.begins_at.unwrap(), recording.ends_at.unwrap());
        assert_eq!(ended.since(began).as_millis(), (length(&path) * 1000.0).round() as u128);
        assert_eq!(driver.outcome_of(stopping).await, Outcome::Done);
        assert!(length(&path) > 0.3);
    }
    assert_eq!(driver.fails(stop_recording()).await, "OBS is not recording");
}

#[cfg(unix)]
#[tokio::test]
async fn files_of_an_obs_on_another_computer_are_found_named_and_shown_to_it_again() {
    let Some(obs) = shared().await else { return };
    let computer = tempfile::tempdir().unwrap();
    let mounted = computer.path().join("stream-pc");
    std::os::unix::fs::symlink(&obs.recordings, &mounted).unwrap();
    let paths = [(obs.recordings.display().to_string(), mounted.display().to_string())];
    let folders = vta::obs::SharedFolders::new(&paths.into());
    let mut driver = Driver::with_options(ObsOptions { folders, ..options(obs.port, Some(&obs.password)) });
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    let saving = driver.give(save_as("Shared")).await;
    let path = clip(driver.hears(|report| matches!(report, Report::ClipSaved { .. })).await, &[saving]);
    assert_eq!(Path::new(&path), mounted.join("Shared.mkv"));
    assert!(length(Path::new(&path)) > 0.0);

    driver.does(start_recording(Some("Shared bout"))).await;
    sleep(Duration::from_secs(1)).await;
    driver.give(stop_recording()).await;
    let stopped = driver.hears(|report| matches!(report, Report::RecordingStopped { .. })).await;
    let Report::RecordingStopped(recording) = stopped else { panic!() };
    assert_eq!(recording.path.map(PathBuf::from), Some(mounted.join("Shared bout.mkv")));

    // OBS gets its own path.
    let input = json!({"sceneName": "Replay", "inputName": "Shared", "inputKind": "ffmpeg_source"});
    driver.does(request("CreateInput", input)).await;
    driver.does(ObsVerb::MediaFile { source: "Shared".to_owned(), path }.on(None)).await;
    let someone = someone_else(&obs).await;
    let settings = someone.inputs().settings::<Value>("Shared".into()).await.unwrap().settings;
    assert_eq!(settings["local_file"], json!(obs.recordings.join("Shared.mkv")));
    driver.does(request("RemoveInput", json!({"inputName": "Shared"}))).await;
}

#[tokio::test]
async fn a_recording_can_follow_another_at_once() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let mut given = Vec::new();
    for name in ["first", "second"] {
        given.push(driver.give(start_recording(Some(name))).await);
        given.push(driver.give(stop_recording()).await);
    }
    for seq in given {
        assert_eq!(driver.outcome_of(seq).await, Outcome::Done);
    }
    assert!(obs.recordings.join("first.mkv").is_file() && obs.recordings.join("second.mkv").is_file());
}

#[tokio::test]
async fn a_recording_of_someone_else_is_left_alone() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;
    someone.recording().start().await.unwrap();
    driver.hears(|report| matches!(report, Report::RecordingStarted { .. })).await;
    let reason = driver.fails(start_recording(Some("Bout 13"))).await;
    assert_eq!(reason, "OBS is recording already, and not for us; stop that recording in OBS first");
    let reason = driver.fails(stop_recording()).await;
    assert_eq!(reason, "the recording that runs is not ours, and is left alone; stop it in OBS");
    let path = someone.recording().stop().await.unwrap();
    let stopped = driver.hears(|report| matches!(report, Report::RecordingStopped { .. })).await;
    let Report::RecordingStopped(recording) = stopped else { panic!() };
    assert_eq!((recording.path, recording.action_seq), (Some(path), None));
}

#[tokio::test]
async fn a_recording_of_another_court_is_left_alone() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    driver.does(start_recording(Some("court 1"))).await;
    let of_court_2 =
        |seq| move |report: &Report| matches!(report, Report::Outcome { action_seq, .. } if *action_seq == seq);
    for (verb, why) in [
        (start_recording(Some("court 2")), "OBS is recording already, for "),
        (stop_recording(), "the recording that runs is that of `court-1`, and is left alone"),
    ] {
        let seq = driver.give_for("court-2", verb).await;
        let ended = hear(&driver.court_2, of_court_2(seq)).await;
        let Report::Outcome { outcome: Outcome::Failed { reason }, .. } = ended else { panic!("{ended:?}") };
        assert!(reason.starts_with(why), "{reason}");
    }
    assert!(someone_else(&obs).await.recording().status().await.unwrap().active);
    driver.does(stop_recording()).await;
    assert!(obs.recordings.join("court 1.mkv").is_file());
}

#[tokio::test]
async fn a_recording_that_has_nothing_yet_does_not_stand_in_for_a_replay() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    // Its first picture is the next key frame, eight seconds away at most.
    obs.change_profile("keyint=15", "keyint=250");
    obs.restart();
    let mut driver = Driver::ready(&obs).await;
    driver.does(start_recording(None)).await;
    someone_else(&obs).await.replay_buffer().stop().await.unwrap();
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: false, .. }))).await;
    let saving = driver.give(save()).await;
    let told = |report: &Report| matches!(report, Report::ClipSaved { .. } | Report::Outcome { .. });
    match driver.hears(told).await {
        Report::Outcome { action_seq, outcome, .. } => {
            let reason = "the replay buffer was not running; it has been started".to_owned();
            assert_eq!((action_seq, outcome), (saving, Outcome::Failed { reason }));
        }
        // The key frame was quicker than the test; then there has to be something to see.
        Report::ClipSaved(clip) => {
            assert!(clip.begins_at < clip.ends_at, "{clip:?}");
            assert!(Path::new(&clip.path).metadata().unwrap().len() > 0, "{clip:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_password_is_said_once_and_not_tried_again_soon() {
    let Some(obs) = shared().await else { return };
    let (log, _guard) = Log::listen();
    let attempts = || obs.log().matches("New WebSocket client has connected").count();
    let before = attempts();
    let mut driver = Driver::with_password(obs.port, Some("wrong and secret"));
    let mut reason = String::new();
    let deadline = Instant::now() + Duration::from_secs(3);
    while Instant::now() < deadline {
        reason = driver.fails(scene("Live")).await;
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        reason,
        format!(
            "OBS `replay` is not connected: OBS at 127.0.0.1:{} refused the password; set this sink's `password` to \
             the one in OBS under Tools → WebSocket Server Settings → Show Connect Info",
            obs.port
        )
    );
    assert_eq!(attempts() - before, 1);
    assert_eq!(log.lines("refused the password").len(), 1, "{:#?}", log.lines(""));
    assert!(log.lines("secret").is_empty());
}

#[tokio::test]
async fn a_missing_password_is_told_from_a_wrong_one() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::with_password(obs.port, None);
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while !driver.fails(scene("Live")).await.contains("asks for a password and this sink has none") {
        assert!(Instant::now() < deadline);
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_frozen_obs_fails_commands_and_works_again_when_it_goes_on() {
    let Some(obs) = HeadlessObs::start() else { return };
    let request_timeout = Duration::from_secs(1);
    let mut driver = Driver::with_options(ObsOptions { request_timeout, ..options(obs.port, Some(&obs.password)) });
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    obs.stop();
    let began = Instant::now();
    driver.fails(scene("Replay")).await;
    assert!(began.elapsed() < request_timeout * 3, "{:?}", began.elapsed());
    let began = Instant::now();
    let reason = driver.fails(scene("Replay")).await;
    assert!(reason.starts_with("OBS does not answer"), "{reason}");
    let reason = driver.fails(save()).await;
    assert!(reason.starts_with("OBS does not answer"), "{reason}");
    assert!(began.elapsed() < request_timeout, "{:?}", began.elapsed());
    obs.cont();
    driver.does_at_last(scene("Live")).await;
    assert!(is_shown(&someone_else(&obs).await, "Live").await);

    // It stays silent: the connection is given up, and made anew when OBS goes on. A recording does not mind.
    driver.does(start_recording(Some("Bout 14"))).await;
    obs.stop();
    let began = Instant::now();
    driver.hears(|report| matches!(report, Report::ObsDisconnected(_))).await;
    sleep(Duration::from_secs(10).saturating_sub(began.elapsed())).await;
    obs.cont();
    driver.hears(|report| matches!(report, Report::ObsConnected(_))).await;
    driver.does_at_last(save()).await;
    driver.does(stop_recording()).await;
    let files: Vec<_> = std::fs::read_dir(&obs.recordings).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert!(obs.recordings.join("Bout 14.mkv").is_file(), "{files:?}");
}

#[tokio::test]
async fn an_obs_that_hangs_again_and_again_is_reported_once_and_then_counted() {
    let Some(obs) = HeadlessObs::start() else { return };
    let (log, _guard) = Log::listen();
    let (instance, request_timeout) = ("hangs".into(), Duration::from_millis(500));
    let options = ObsOptions { instance, request_timeout, ..options(obs.port, Some(&obs.password)) };
    let mut driver = Driver::with_options(options);
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    for _ in 0..3 {
        obs.stop();
        driver.fails(scene("Replay")).await;
        obs.cont();
        driver.does_at_last(scene("Live")).await;
    }
    for code in ["obs.frozen", "obs.answers_again"] {
        assert_eq!(log.lines(code).len(), 1, "{:?}", log.lines(code));
    }
}

#[tokio::test]
async fn flood_of_events_is_one_line_and_holds_up_no_command() {
    let Some(obs) = HeadlessObs::start() else { return };
    let (log, _guard) = Log::listen();
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;
    let floods = (0..20).map(|_| async {
        for _ in 0..100 {
            someone.general().broadcast_custom_event(&serde_json::json!({ "vta": "who" })).await.unwrap();
        }
    });
    futures_util::future::join_all(floods).await;
    driver.does(scene("Live")).await;
    let lost = log.lines("obs.events_lost");
    assert!(lost.len() <= 1, "{lost:?}");
}

#[tokio::test]
async fn an_obs_that_crashed_is_missed_at_once_and_found_again() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    let mut driver = Driver::ready(&obs).await;
    let saving = driver.give(save()).await;
    obs.kill();
    let began = Instant::now();
    let Outcome::Failed { reason } = driver.outcome_of(saving).await else { panic!("nothing can have been saved") };
    assert!(reason.contains("the connection to OBS was lost"), "{reason}");
    driver.hears(|report| matches!(report, Report::ObsDisconnected(_))).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let reason = driver.fails(scene("Live")).await;
    assert!(reason.starts_with("OBS `replay` is not connected: "), "{reason}");

    obs.restart();
    driver.hears(|report| matches!(report, Report::ObsConnected(_))).await;
    driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
    assert!(driver.court_2.try_iter().any(|report| matches!(report, Report::ObsDisconnected(_))));
    let path = driver.saves().await;
    assert!(Path::new(&path).is_file(), "{path}");
}

#[tokio::test]
async fn the_scene_is_known_through_other_hands_other_collections_and_a_restart() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    let mut driver = Driver::of(&obs);
    let shows =
        |scene: &str| Report::SceneChanged(SceneChanged { instance: "replay".to_owned(), scene: scene.to_owned() });
    // The second court gives no commands, so that nothing is passed over while an outcome is waited for.
    let court = driver.court_2.clone();
    let next = || hear(&court, |report| matches!(report, Report::SceneChanged(_)));
    assert_eq!(next().await, shows("Live"));
    someone_else(&obs).await.scenes().set_current_program_scene("Replay").await.unwrap();
    assert_eq!(next().await, shows("Replay"));

    // Another collection has another scene, and not these.
    driver.does(request("CreateSceneCollection", json!({"sceneCollectionName": "Other"}))).await;
    assert_eq!(next().await, shows("Scene"));
    let reason = driver.fails(scene("Live")).await;
    assert_eq!(reason, "OBS has no scene `Live`; its scenes: `Scene`");
    driver.saves().await;
    driver.does(request("SetCurrentSceneCollection", json!({"sceneCollectionName": "VTA"}))).await;
    driver.does(scene("Replay")).await;
    hear(&court, |report| *report == shows("Replay")).await;

    // After a crash it shows what it had saved, and that is told if it is another scene.
    obs.kill();
    obs.restart();
    hear(&court, |report| matches!(report, Report::ObsConnected(_))).await;
    driver.does_at_last(scene("Live")).await;
    assert_eq!(next().await, shows("Live"));
}
