//! The driver against a scripted peer that answers as a newer OBS than the installed one does, or as no OBS does.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use futures_util::SinkExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_stream::StreamExt as _;
use tokio_websockets::{Message, ServerBuilder, WebSocketStream};
use vta::event::{ClipSource, DiskLow, ReplayBuffer, SceneChanged};

use super::*;
use crate::support::run_if_there;

type Socket = WebSocketStream<TcpStream>;

const SCENE_EVENTS: u64 = 1 << 2;

const SCENE_EVENT: &str = "CurrentProgramSceneChanged";

const REQUESTS: [&str; 13] = [
    "GetVersion",
    "GetStats",
    "GetCurrentProgramScene",
    "SetCurrentProgramScene",
    "GetReplayBufferStatus",
    "SaveReplayBuffer",
    "StartReplayBuffer",
    "GetRecordStatus",
    "GetOutputSettings",
    "StartRecord",
    "StopRecord",
    "SplitRecordFile",
    "CreateRecordChapter",
];

/// A Matroska file with nothing but one empty block.
const WHOLE: &[u8] = b"\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67\x87\x1F\x43\xB6\x75\x82\xA3\x80";

async fn say(socket: &mut Socket, op: u8, d: Value) {
    socket.send(Message::text(json!({"op": op, "d": d}).to_string())).await.unwrap();
}

/// OBS 31 without a password: its answers and scene events carry UUIDs.
#[derive(Clone, Default)]
struct NewerObs {
    /// Where its media files are.
    folder: PathBuf,
    /// Whether somebody else has told it to record.
    records: bool,
    /// Whether its first replay is late: begun after six seconds, and named only when the second is asked for.
    late: bool,
    /// Whether it leaves the first request for a replay unanswered, and names that replay only when the second is asked for.
    mute: bool,
    /// Whether its replay buffer stops in place of the first save, as when the disk is full.
    stops: bool,
    /// Whether its first replay breaks off.
    cut: bool,
    /// A file. The first replay never comes, and the second is a copy of this.
    second: Option<PathBuf>,
    /// Whether it names no file of the first save.
    unnamed: bool,
    /// So often it is not ready for each request about the replay buffer.
    not_ready: usize,
}

impl NewerObs {
    /// A driver that is connected to it.
    async fn driver(self, splits_recordings: bool) -> Driver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let driver = Driver::with_options(ObsOptions { splits_recordings, ..options(port, None) });
        tokio::spawn(self.listens(listener));
        driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
        driver
    }

    async fn listens(self, listener: TcpListener) {
        let (events, _) = broadcast::channel(64);
        let parts = Arc::default();
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, self.clone(), events.clone(), Arc::clone(&parts)));
        }
    }
}

/// What it tells every connection: the event's name and data.
type Events = broadcast::Sender<(&'static str, Value)>;

/// Serves one connection. A recording is in `part 0.mkv`, and a split goes on in `part 1.mkv` and so on. Each replay that
/// is asked for is noted in a file such as `asked 1`.
async fn serve(stream: TcpStream, obs: NewerObs, events: Events, parts: Arc<AtomicU32>) {
    let NewerObs { folder, records, late, mute, stops, cut, second, unnamed, not_ready } = obs;
    let mut told = events.subscribe();
    let tell = |event, data| _ = events.send((event, data));
    let mut saves = 0;
    let mut refused: HashMap<String, usize> = HashMap::new();
    let began = Instant::now();
    let part = |number: u32| folder.join(format!("part {number}.mkv"));
    let (_, mut socket) = ServerBuilder::new().accept(stream).await.unwrap();
    say(&mut socket, 0, json!({"obsWebSocketVersion": "5.5.4", "rpcVersion": 1})).await;
    let mut subscribed = 0;
    loop {
        let message = tokio::select! {
            message = socket.next() => match message {
                Some(Ok(message)) => message,
                _ => return,
            },
            event = told.recv() => {
                let (name, data) = event.unwrap();
                if name != SCENE_EVENT || subscribed & SCENE_EVENTS != 0 {
                    let event = json!({"eventType": name, "eventIntent": 0, "eventData": data});
                    say(&mut socket, 5, event).await;
                }
                continue;
            }
        };
        let Some(text) = message.as_text() else { continue };
        let message: Value = serde_json::from_str(text).unwrap();
        let d = &message["d"];
        if message["op"] != 6 {
            subscribed = d["eventSubscriptions"].as_u64().unwrap();
            say(&mut socket, 2, json!({"negotiatedRpcVersion": 1})).await;
            continue;
        }
        let file = |number| folder.join(format!("{number}.mkv"));
        if mute && saves == 0 && d["requestType"] == "SaveReplayBuffer" {
            saves += 1;
            std::fs::write(file(saves), WHOLE).unwrap();
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
            "StopRecord" => json!({"outputPath": part(parts.load(Relaxed))}),
            _ => Value::Null,
        };
        let name = d["requestType"].as_str().unwrap();
        let refusals = refused.entry(name.to_owned()).or_default();
        let status = if name.contains("ReplayBuffer") && *refusals < not_ready {
            *refusals += 1;
            json!({"result": false, "code": 207})
        } else {
            json!({"result": true, "code": 100})
        };
        let response = json!({
            "requestType": d["requestType"], "requestId": d["requestId"], "requestStatus": status,
            "responseData": answer
        });
        say(&mut socket, 7, response).await;
        if status["result"] == false {
            continue;
        }
        let recording = |state: &str, part: PathBuf| {
            let state = format!("OBS_WEBSOCKET_OUTPUT_{state}");
            json!({"outputActive": state.ends_with("STARTED"), "outputState": state, "outputPath": part})
        };
        match d["requestType"].as_str().unwrap() {
            "SetCurrentProgramScene" => {
                let scene = json!({"sceneName": d["requestData"]["sceneName"], "sceneUuid": uuid});
                tell(SCENE_EVENT, scene);
            }
            "SaveReplayBuffer" => {
                saves += 1;
                std::fs::write(folder.join(format!("asked {saves}")), "").unwrap();
                if stops && saves == 1 {
                    tell("ReplayBufferStateChanged", recording("STOPPED", PathBuf::new()));
                    continue;
                }
                if let Some(second) = &second {
                    if saves == 2 {
                        std::fs::copy(second, file(2)).unwrap();
                        tell("ReplayBufferSaved", json!({"savedReplayPath": file(2)}));
                    }
                    continue;
                }
                if unnamed && saves == 1 {
                    tell("ReplayBufferSaved", json!({"savedReplayPath": ""}));
                    continue;
                }
                if late && saves == 1 {
                    let first = file(1);
                    tokio::spawn(async move {
                        sleep(Duration::from_secs(6)).await;
                        std::fs::write(first, WHOLE).unwrap();
                    });
                    continue;
                }
                let length = if cut && saves == 1 { WHOLE.len() - 1 } else { WHOLE.len() };
                std::fs::write(file(saves), &WHOLE[..length]).unwrap();
                if (late || mute) && saves == 2 {
                    tell("ReplayBufferSaved", json!({"savedReplayPath": file(1)}));
                }
                tell("ReplayBufferSaved", json!({"savedReplayPath": file(saves)}));
            }
            "StartReplayBuffer" => tell("ReplayBufferStateChanged", recording("STARTED", PathBuf::new())),
            "StartRecord" => {
                std::fs::write(part(parts.load(Relaxed)), WHOLE).unwrap();
                tell("RecordStateChanged", recording("STARTED", part(parts.load(Relaxed))));
            }
            "StopRecord" => tell("RecordStateChanged", recording("STOPPED", part(parts.load(Relaxed)))),
            "SplitRecordFile" => {
                let next = part(parts.fetch_add(1, Relaxed) + 1);
                std::fs::write(&next, WHOLE).unwrap();
                tell("RecordFileChanged", json!({"newOutputPath": next}));
            }
            "CreateRecordChapter" => {
                let chapter = d["requestData"]["chapterName"].as_str().unwrap();
                std::fs::write(folder.join("chapter"), chapter).unwrap();
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn every_court_is_told_once_that_the_disk_of_obs_is_nearly_full() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let driver = Driver::with_options(ObsOptions { min_free_mb: 1000, ..options(port, None) });
    tokio::spawn(NewerObs::default().listens(listener));
    let told = |report: &Report| matches!(report, Report::DiskLow(_));
    for court in [&driver.court_1, &driver.court_2] {
        let expected = Report::DiskLow(DiskLow { instance: "replay".to_owned(), free_mb: 900 });
        assert_eq!(hear(court, told).await, expected);
        assert!(!court.try_iter().any(|report| told(&report)));
    }
}

#[tokio::test]
async fn a_newer_obs_is_no_cause_for_warnings_and_reports_its_scenes_itself() {
    let (log, _guard) = Log::listen();
    let mut driver = NewerObs::default().driver(false).await;
    let old = log.lines("older than");
    assert!(old.is_empty(), "{old:?}");
    for name in ["Replay", "Live"] {
        driver.does(scene(name)).await;
    }
    let shown = |report: &Report| matches!(report, Report::SceneChanged(_));
    for name in ["Live", "Replay", "Live"] {
        let expected = Report::SceneChanged(SceneChanged { instance: "replay".to_owned(), scene: name.to_owned() });
        assert_eq!(hear(&driver.court_2, shown).await, expected);
    }
    assert!(!driver.court_2.try_iter().any(|report| shown(&report)));
}

#[tokio::test]
async fn a_clip_that_comes_late_is_still_that_of_its_request_and_not_of_the_next() {
    let replays = tempfile::tempdir().unwrap();
    let file = |number: u32| replays.path().join(format!("{number}.mkv")).to_string_lossy().into_owned();
    let obs = NewerObs { folder: replays.path().to_owned(), late: true, ..NewerObs::default() };
    let mut driver = obs.driver(false).await;
    let first = driver.give(save()).await;
    wait_until("OBS to be asked", || replays.path().join("asked 1").is_file()).await;
    // It comes while OBS saves, and has its own ten seconds when the first has had them.
    let second = driver.give(save()).await;
    driver.hears(|report| matches!(report, Report::ClipAwaited { action_seq, .. } if *action_seq == first)).await;
    let saved = |report: &Report| matches!(report, Report::ClipSaved { .. });
    assert_eq!(clip(driver.hears(saved).await, &[first]), file(1));
    assert_eq!(driver.outcome_of(first).await, Outcome::Done);
    assert_eq!(clip(driver.hears(saved).await, &[second]), file(2));
    assert_eq!(driver.outcome_of(second).await, Outcome::Done);
}

#[tokio::test]
async fn a_buffer_that_stops_on_a_save_fails_it_at_once_and_is_started_again() {
    let replays = tempfile::tempdir().unwrap();
    let obs = NewerObs { folder: replays.path().to_owned(), stops: true, ..NewerObs::default() };
    let mut driver = obs.driver(false).await;
    let given = Instant::now();
    let reason = driver.fails(save()).await;
    assert!(reason.starts_with("the replay buffer stopped in place of saving"), "{reason}");
    assert!(given.elapsed() < Duration::from_secs(5), "{:?}", given.elapsed());
    driver.saves().await;
}

#[tokio::test]
async fn a_part_of_a_clip_is_no_clip_and_the_recording_stands_in_for_it() {
    let begins = [MATROSKA, b"\x1F\x43\xB6\x75 and pictures"].concat();
    for records in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let obs = NewerObs { folder: folder.path().to_owned(), cut: true, records, ..NewerObs::default() };
        let mut driver = obs.driver(false).await;
        std::fs::write(folder.path().join("part 0.mkv"), &begins).unwrap();
        let seq = driver.give(save_as("Review")).await;
        let reason = if records {
            let saved = driver.hears(|report| matches!(report, Report::ClipSaved { .. })).await;
            let Report::ClipSaved(clip) = saved else { panic!() };
            assert_eq!(
                (clip.from, PathBuf::from(clip.path)),
                (ClipSource::Recording, folder.path().join("part 0.mkv"))
            );
            assert_eq!(clip.action_seqs, [seq]);
            clip.note.unwrap()
        } else {
            let Outcome::Failed { reason } = driver.outcome_of(seq).await else { panic!("half a clip was taken") };
            reason
        };
        assert!(reason.contains("1.mkv, but only a part of the clip is there, 16 bytes"), "{reason}");
        assert!(!folder.path().join("Review.mkv").exists());
    }
}

#[tokio::test]
async fn a_late_save_gets_no_clip_that_begins_after_its_request() {
    let folder = tempfile::tempdir().unwrap();
    let second = folder.path().join("a second long.mkv");
    let mut ffmpeg = Program::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", "color=size=64x64:rate=30:duration=1"]).arg(&second);
    if run_if_there(&mut ffmpeg).is_none() {
        return;
    }
    let obs = NewerObs { folder: folder.path().to_owned(), second: Some(second), ..NewerObs::default() };
    let mut driver = obs.driver(false).await;
    let first = driver.give(save()).await;
    driver.hears(|report| matches!(report, Report::ClipAwaited { action_seq, .. } if *action_seq == first)).await;
    let second = driver.give(save()).await;
    let ended = driver.hears(|report| matches!(report, Report::ClipSaved(_) | Report::Outcome { .. })).await;
    let Report::Outcome { action_seq, outcome: Outcome::Failed { reason }, .. } = ended else { panic!("{ended:?}") };
    assert_eq!(action_seq, first);
    assert_eq!(reason, "the replay buffer had just been started: its clip begins after what was requested");
    clip(driver.hears(|report| matches!(report, Report::ClipSaved(_))).await, &[second]);
    assert_eq!(driver.outcome_of(second).await, Outcome::Done);
}

#[tokio::test]
async fn a_save_without_a_name_of_a_file_fails_at_once() {
    let replays = tempfile::tempdir().unwrap();
    let obs = NewerObs { folder: replays.path().to_owned(), unnamed: true, ..NewerObs::default() };
    let mut driver = obs.driver(false).await;
    let reason = driver.fails(save()).await;
    assert_eq!(reason, "OBS says that it saved a replay, but names no file; is its disk full?");
    driver.saves().await;
}

#[tokio::test]
async fn a_clip_of_a_request_that_was_left_unanswered_is_not_taken_for_the_next() {
    let replays = tempfile::tempdir().unwrap();
    let file = |number: u32| replays.path().join(format!("{number}.mkv")).to_string_lossy().into_owned();
    let mut driver =
        NewerObs { folder: replays.path().to_owned(), mute: true, ..NewerObs::default() }.driver(false).await;
    let reason = driver.fails(save()).await;
    assert!(reason.starts_with("OBS did not answer `SaveReplayBuffer`"), "{reason}");
    driver.does_at_last(scene("Live")).await;
    let second = driver.give(save()).await;
    let saved = |report: &Report| matches!(report, Report::ClipSaved { .. });
    assert_eq!(clip(driver.hears(saved).await, &[]), file(1));
    assert_eq!(clip(driver.hears(saved).await, &[second]), file(2));
}

#[tokio::test]
async fn a_replay_waits_for_an_obs_that_is_not_ready() {
    let replays = tempfile::tempdir().unwrap();
    let mut driver =
        NewerObs { folder: replays.path().to_owned(), not_ready: 3, ..NewerObs::default() }.driver(false).await;
    assert_eq!(Path::new(&driver.saves().await), replays.path().join("1.mkv"));
}

#[tokio::test]
async fn a_recording_of_ours_that_goes_on_in_another_file_stays_ours() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = NewerObs { folder: folder.path().to_owned(), ..NewerObs::default() }.driver(false).await;
    let starting = driver.give(start_recording(Some("Bout 7"))).await;
    assert_eq!(driver.outcome_of(starting).await, Outcome::Done);
    // Whoever splits it, or OBS by itself.
    driver.does(request("SplitRecordFile", Value::Null)).await;
    let told = |report: Report| match report {
        Report::RecordingStarted(told) | Report::RecordingStopped(told) => told,
        other => panic!("{other:?}"),
    };
    let part = |report: &Report| matches!(report, Report::RecordingStarted(_) | Report::RecordingStopped(_));
    // The second court gives no commands, so that nothing is passed over while an outcome is waited for.
    for (stopped, file) in [(false, "part 0.mkv"), (true, "Bout 7.mkv"), (false, "part 1.mkv")] {
        let report = hear(&driver.court_2, part).await;
        assert_eq!(matches!(report, Report::RecordingStopped(_)), stopped, "{report:?}");
        assert_eq!(told(report).path.map(PathBuf::from), Some(folder.path().join(file)));
    }
    driver.does(stop_recording()).await;
    let last = told(hear(&driver.court_2, part).await);
    assert_eq!(last.path.map(PathBuf::from), Some(folder.path().join("Bout 7 (2).mkv")));
    let of_ours: Vec<_> = driver.court_1.try_iter().filter(part).map(|report| told(report).action_seq).collect();
    assert!(of_ours.iter().all(|seq| *seq == Some(starting)), "{of_ours:?}");
    driver.does(start_recording(Some("Bout 8"))).await;
}

#[tokio::test]
async fn somebody_else_s_recording_is_split_for_ours_and_goes_on_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver =
        NewerObs { folder: folder.path().to_owned(), records: true, ..NewerObs::default() }.driver(true).await;
    let starting = driver.give(start_recording(Some("Bout 7"))).await;
    let started = driver.hears(|report| matches!(report, Report::RecordingStarted { .. })).await;
    let Report::RecordingStarted(started) = started else { panic!() };
    assert_eq!(started.path.map(PathBuf::from), Some(folder.path().join("part 1.mkv")));
    assert_eq!(started.action_seq, Some(starting));
    assert_eq!(driver.outcome_of(starting).await, Outcome::Done);
    let stopping = driver.give(stop_recording()).await;
    let stopped = driver.hears(|report| matches!(report, Report::RecordingStopped { .. })).await;
    let Report::RecordingStopped(stopped) = stopped else { panic!() };
    assert_eq!(stopped.path.map(PathBuf::from), Some(folder.path().join("Bout 7.mkv")));
    assert_eq!(stopped.action_seq, Some(starting));
    assert_eq!(driver.outcome_of(stopping).await, Outcome::Done);
    assert!(folder.path().join("Bout 7.mkv").is_file() && folder.path().join("part 2.mkv").is_file());
}

/// How Matroska begins, before its first picture.
const MATROSKA: &[u8] = b"\x1A\x45\xDF\xA3 and so on";

#[tokio::test]
async fn a_recording_without_a_picture_does_not_stand_in_for_a_replay_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let obs = NewerObs { folder: folder.path().to_owned(), records: true, late: true, ..NewerObs::default() };
    let mut driver = obs.driver(false).await;
    std::fs::write(folder.path().join("part 0.mkv"), MATROSKA).unwrap();
    driver.give(save()).await;
    let Report::ClipAwaited { reason, .. } = driver.hears(|report| matches!(report, Report::ClipAwaited { .. })).await
    else {
        panic!()
    };
    assert!(reason.starts_with("OBS named no saved replay within"), "{reason}");
    assert!(!driver.court_2.try_iter().any(|report| matches!(report, Report::ClipSaved { .. })));
}

#[tokio::test]
async fn a_replay_that_fails_is_taken_from_the_recording_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let obs = NewerObs { folder: folder.path().to_owned(), records: true, late: true, ..NewerObs::default() };
    let mut driver = obs.driver(false).await;
    std::fs::write(folder.path().join("part 0.mkv"), [MATROSKA, b"\x1F\x43\xB6\x75 and pictures"].concat()).unwrap();
    let seq = driver.give(save()).await;
    let saved = driver.hears(|report| matches!(report, Report::ClipSaved { .. })).await;
    let Report::ClipSaved(clip) = saved else { panic!() };
    assert_eq!((clip.from, PathBuf::from(clip.path)), (ClipSource::Recording, folder.path().join("part 0.mkv")));
    assert!(clip.note.unwrap().starts_with("OBS named no saved replay within"));
    let length = clip.ends_at.unwrap().since(clip.begins_at.unwrap());
    assert!((Duration::from_secs(59)..Duration::from_secs(70)).contains(&length), "{length:?}");
    assert_eq!(clip.action_seqs, [seq]);
    assert_eq!(driver.outcome_of(seq).await, Outcome::Done);
}

#[tokio::test]
async fn a_chapter_is_set_where_obs_can() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver =
        NewerObs { folder: folder.path().to_owned(), records: true, ..NewerObs::default() }.driver(false).await;
    driver.does(ObsVerb::Chapter { name: "Round 2".to_owned() }.on(None)).await;
    assert_eq!(std::fs::read_to_string(folder.path().join("chapter")).unwrap(), "Round 2");
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
    let deadline = Instant::now() + WAIT_TIMEOUT;
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
    let deadline = Instant::now() + WAIT_TIMEOUT;
    let mut reason = String::new();
    while !reason.contains("no computer is known as `no-such-computer.invalid`") {
        assert!(Instant::now() < deadline, "{reason}");
        reason = driver.fails(scene("Live")).await;
        sleep(Duration::from_millis(20)).await;
    }
}
