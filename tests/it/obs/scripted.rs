//! The driver against a scripted peer that answers as a newer OBS than the installed one does, or as no OBS does.

use std::path::PathBuf;

use futures_util::SinkExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_stream::StreamExt as _;
use tokio_websockets::{Message, ServerBuilder, WebSocketStream};
use vta::event::ClipSource;

use super::*;

type Socket = WebSocketStream<TcpStream>;

const SCENE_EVENTS: u64 = 1 << 2;

const REQUESTS: [&str; 10] = [
    "GetVersion",
    "GetStats",
    "GetCurrentProgramScene",
    "SetCurrentProgramScene",
    "GetReplayBufferStatus",
    "SaveReplayBuffer",
    "GetRecordStatus",
    "GetOutputSettings",
    "SplitRecordFile",
    "CreateRecordChapter",
];

async fn say(socket: &mut Socket, op: u8, d: Value) {
    socket.send(Message::text(json!({"op": op, "d": d}).to_string())).await.unwrap();
}

async fn tell(socket: &mut Socket, event: &str, data: Value) {
    say(socket, 5, json!({"eventType": event, "eventIntent": 0, "eventData": data})).await;
}

/// OBS 31 without a password: its answers and scene events carry UUIDs.
async fn newer_obs(listener: TcpListener, films: PathBuf, records: bool) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, films.clone(), records));
    }
}

/// Serves one connection. Its first replay is late: the event comes only when the second is asked for. If it records,
/// somebody else began that, and a split goes on in `part 1.mkv` and so on.
async fn serve(stream: TcpStream, films: PathBuf, records: bool) {
    let (mut saves, mut parts) = (0, 0);
    let began = Instant::now();
    let part = |number: u32| films.join(format!("part {number}.mkv"));
    let (_, mut socket) = ServerBuilder::new().accept(stream).await.unwrap();
    say(&mut socket, 0, json!({"obsWebSocketVersion": "5.5.4", "rpcVersion": 1})).await;
    let mut subscribed = 0;
    while let Some(Ok(message)) = socket.next().await {
        let Some(text) = message.as_text() else { continue };
        let message: Value = serde_json::from_str(text).unwrap();
        let d = &message["d"];
        if message["op"] != 6 {
            subscribed = d["eventSubscriptions"].as_u64().unwrap();
            say(&mut socket, 2, json!({"negotiatedRpcVersion": 1})).await;
            continue;
        }
        let uuid = "8a4e4f7c-9d0e-4b6e-9c55-0d4c2f4f6a11";
        let answer = match d["requestType"].as_str().unwrap() {
            "GetVersion" => json!({
                "obsVersion": "31.0.2", "obsWebSocketVersion": "5.5.4", "rpcVersion": 1, "availableRequests": REQUESTS,
                "supportedImageFormats": [], "platform": "windows", "platformDescription": "Windows 11"
            }),
            "GetCurrentProgramScene" => json!({
                "currentProgramSceneName": "Live", "currentProgramSceneUuid": uuid, "sceneName": "Live",
                "sceneUuid": uuid
            }),
            "GetReplayBufferStatus" => json!({"outputActive": true}),
            "GetStats" => json!({"availableDiskSpace": 900.5}),
            "GetRecordStatus" => json!({
                "outputActive": records, "outputPaused": false, "outputTimecode": "00:01:00.000",
                "outputDuration": 60_000 + u64::try_from(began.elapsed().as_millis()).unwrap(), "outputBytes": 1
            }),
            "GetOutputSettings" => json!({"outputSettings": {"path": part(0)}}),
            _ => Value::Null,
        };
        let status = json!({"result": true, "code": 100});
        let response = json!({
            "requestType": d["requestType"], "requestId": d["requestId"], "requestStatus": status,
            "responseData": answer
        });
        say(&mut socket, 7, response).await;
        match d["requestType"].as_str().unwrap() {
            "SetCurrentProgramScene" if subscribed & SCENE_EVENTS != 0 => {
                let scene = json!({"sceneName": d["requestData"]["sceneName"], "sceneUuid": uuid});
                tell(&mut socket, "CurrentProgramSceneChanged", scene).await;
            }
            "SaveReplayBuffer" => {
                saves += 1;
                let file = |number| films.join(format!("{number}.mkv"));
                std::fs::write(file(saves), "a film").unwrap();
                if saves == 2 {
                    tell(&mut socket, "ReplayBufferSaved", json!({"savedReplayPath": file(1)})).await;
                    tell(&mut socket, "ReplayBufferSaved", json!({"savedReplayPath": file(2)})).await;
                }
            }
            "SplitRecordFile" => {
                parts += 1;
                std::fs::write(part(parts), "a film").unwrap();
                tell(&mut socket, "RecordFileChanged", json!({"newOutputPath": part(parts)})).await;
            }
            "CreateRecordChapter" => {
                let chapter = d["requestData"]["chapterName"].as_str().unwrap();
                std::fs::write(films.join("chapter"), chapter).unwrap();
            }
            _ => {}
        }
    }
}

/// A driver that is connected to a newer OBS.
async fn driver_of_newer_obs(films: &Path) -> Driver {
    driver_beside(films, false, false).await
}

/// A driver that is connected to a newer OBS, which somebody else may have told to record.
async fn driver_beside(films: &Path, records: bool, splits_recordings: bool) -> Driver {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let driver = Driver::with_options(ObsOptions { splits_recordings, ..options(port, None) });
    tokio::spawn(newer_obs(listener, films.to_owned(), records));
    driver.hears(|report| matches!(report, Report::ReplayBuffer { active: true, .. })).await;
    driver
}

#[tokio::test]
async fn every_court_is_told_once_that_the_disk_of_obs_is_nearly_full() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let driver = Driver::with_options(ObsOptions { min_free_mb: 1000, ..options(port, None) });
    tokio::spawn(newer_obs(listener, PathBuf::new(), false));
    let told = |report: &Report| matches!(report, Report::DiskLow { .. });
    for court in [&driver.court_1, &driver.court_2] {
        let expected = Report::DiskLow { instance: "replay".to_owned(), free_mb: 900 };
        assert_eq!(hear(court, told).await, expected);
        assert!(!court.try_iter().any(|report| told(&report)));
    }
}

#[tokio::test]
async fn a_newer_obs_is_no_cause_for_warnings_and_reports_its_scenes_itself() {
    let (log, _guard) = Log::listen();
    let mut driver = driver_of_newer_obs(Path::new("")).await;
    let old = log.lines("older than");
    assert!(old.is_empty(), "{old:?}");
    for name in ["Replay", "Live"] {
        driver.does(scene(name)).await;
    }
    let shown = |report: &Report| matches!(report, Report::SceneChanged { .. });
    for name in ["Live", "Replay", "Live"] {
        let expected = Report::SceneChanged { instance: "replay".to_owned(), scene: name.to_owned() };
        assert_eq!(hear(&driver.court_2, shown).await, expected);
    }
    assert!(!driver.court_2.try_iter().any(|report| shown(&report)));
}

#[tokio::test]
async fn a_clip_that_comes_too_late_is_not_taken_for_the_next() {
    let replays = tempfile::tempdir().unwrap();
    let file = |number: u32| replays.path().join(format!("{number}.mkv")).to_string_lossy().into_owned();
    let mut driver = driver_of_newer_obs(replays.path()).await;
    let reason = driver.fails(save()).await;
    assert_eq!(reason, "OBS named no saved replay within 10s; is its disk full, or the recording paused?");
    let second = driver.give(save()).await;
    let saved = |report: &Report| matches!(report, Report::ClipSaved { .. });
    assert_eq!(clip(driver.hears(saved).await, &[]), file(1));
    assert_eq!(clip(driver.hears(saved).await, &[second]), file(2));
    assert_eq!(driver.outcome_of(second).await, Outcome::Done);
}

#[tokio::test]
async fn somebody_else_s_recording_is_split_for_ours_and_goes_on_after_it() {
    let films = tempfile::tempdir().unwrap();
    let mut driver = driver_beside(films.path(), true, true).await;
    let starting = driver.give(start_recording(Some("Bout 7"))).await;
    let started = driver.hears(|report| matches!(report, Report::RecordingStarted { .. })).await;
    let Report::RecordingStarted(started) = started else { panic!() };
    assert_eq!(started.path.map(PathBuf::from), Some(films.path().join("part 1.mkv")));
    assert_eq!(started.action_seq, Some(starting));
    assert_eq!(driver.outcome_of(starting).await, Outcome::Done);
    let stopping = driver.give(stop_recording()).await;
    let stopped = driver.hears(|report| matches!(report, Report::RecordingStopped { .. })).await;
    let Report::RecordingStopped(stopped) = stopped else { panic!() };
    assert_eq!(stopped.path.map(PathBuf::from), Some(films.path().join("Bout 7.mkv")));
    assert_eq!(stopped.action_seq, Some(starting));
    assert_eq!(driver.outcome_of(stopping).await, Outcome::Done);
    assert!(films.path().join("Bout 7.mkv").is_file() && films.path().join("part 2.mkv").is_file());
}

#[tokio::test]
async fn a_replay_that_fails_is_taken_from_the_recording_that_runs() {
    let films = tempfile::tempdir().unwrap();
    let mut driver = driver_beside(films.path(), true, false).await;
    let seq = driver.give(save()).await;
    let saved = driver.hears(|report| matches!(report, Report::ClipSaved { .. })).await;
    let Report::ClipSaved(clip) = saved else { panic!() };
    assert_eq!((clip.from, PathBuf::from(clip.path)), (ClipSource::Recording, films.path().join("part 0.mkv")));
    assert!(clip.note.unwrap().starts_with("OBS named no saved replay within"));
    let length = clip.ends_at.unwrap().since(clip.begins_at.unwrap());
    assert!((Duration::from_secs(59)..Duration::from_secs(70)).contains(&length), "{length:?}");
    assert_eq!(clip.action_seqs, [seq]);
    assert_eq!(driver.outcome_of(seq).await, Outcome::Done);
}

#[tokio::test]
async fn a_chapter_is_set_where_obs_can() {
    let films = tempfile::tempdir().unwrap();
    let mut driver = driver_beside(films.path(), true, false).await;
    driver.does(ObsVerb::Chapter { name: "Round 2".to_owned() }.on(None)).await;
    assert_eq!(std::fs::read_to_string(films.path().join("chapter")).unwrap(), "Round 2");
}

#[tokio::test]
async fn a_port_that_is_not_of_obs_is_named_as_the_fault() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut driver = Driver::with_password(port, None);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.readable().await.unwrap();
            stream.try_write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
    });
    let deadline = Instant::now() + PATIENCE;
    let mut reason = String::new();
    while !reason.contains(&format!("what answers at 127.0.0.1:{port} is not obs-websocket 5")) {
        assert!(Instant::now() < deadline, "{reason}");
        reason = driver.fails(scene("Live")).await;
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_computer_that_nobody_knows_is_named_as_the_fault() {
    let options = ObsOptions { host: "no-such-computer.invalid".to_owned(), ..options(4455, None) };
    let mut driver = Driver::with_options(options);
    let deadline = Instant::now() + PATIENCE;
    let mut reason = String::new();
    while !reason.contains("no computer is known as `no-such-computer.invalid`") {
        assert!(Instant::now() < deadline, "{reason}");
        reason = driver.fails(scene("Live")).await;
        sleep(Duration::from_millis(20)).await;
    }
}
