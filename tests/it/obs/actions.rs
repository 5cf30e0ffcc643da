//! What rules ask of OBS beyond replays, on a real one.

use std::process::{Child, Stdio};

use obws::responses::media_inputs::MediaState;
use vta::action::MediaAction;
use vta::event::SceneChanged;

use super::*;

/// Polls until a condition holds.
async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while !condition().await {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Puts `Live` on program, and nothing else, whatever state a test that failed has left.
async fn live(driver: &mut Driver, client: &obws::Client) {
    client.ui().set_studio_mode_enabled(false).await.unwrap();
    driver.does(scene("Live")).await;
    until("the scene to be live alone", || async {
        is_shown(client, "Live").await && !is_shown(client, "Replay").await
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_shown_and_put_on_program_in_studio_mode_alone() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;
    let preview = || ObsVerb::PreviewScene { scene: "Replay".to_owned() }.on(None);
    live(&mut driver, &someone).await;
    let no_preview = "OBS is not in studio mode, so there is no preview; in OBS, click Studio Mode";
    assert_eq!(driver.fails(preview()).await, no_preview);
    assert_eq!(driver.fails(ObsVerb::TriggerTransition {}.on(None)).await, no_preview);
    // The second court gives no commands, so that nothing is passed over while an outcome is waited for.
    let shows =
        |scene: &str| Report::SceneChanged(SceneChanged { instance: "replay".to_owned(), scene: scene.to_owned() });
    hear(&driver.court_2, |report| *report == shows("Live")).await;

    someone.ui().set_studio_mode_enabled(true).await.unwrap();
    // OBS passes over a transition while another goes on, as when studio mode begins, and puts the scene that was on
    // program on preview when that ends: both are asked for again. In studio mode a copy of the scene is on program, so
    // only OBS's report tells.
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while !driver.court_2.try_iter().any(|report| report == shows("Replay")) {
        assert!(Instant::now() < deadline, "the preview is never put on program");
        driver.does(preview()).await;
        driver.does(ObsVerb::TriggerTransition {}.on(None)).await;
        sleep(Duration::from_millis(100)).await;
        until("the transition to end", || async { someone.transitions().current_cursor().await.unwrap() >= 1.0 }).await;
    }
    someone.ui().set_studio_mode_enabled(false).await.unwrap();
    driver.does(scene("Live")).await;
}

#[tokio::test]
async fn a_transition_is_chosen_and_takes_its_time() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;
    let transition = |name: &str, duration_ms| ObsVerb::Transition { name: name.to_owned(), duration_ms }.on(None);
    live(&mut driver, &someone).await;
    // While it fades, both scenes are to be seen.
    driver.does(transition("Fade", Some(1500))).await;
    driver.does(scene("Replay")).await;
    assert!(is_shown(&someone, "Live").await);
    until("the fade to end", || async { !is_shown(&someone, "Live").await }).await;
    driver.does(transition("Cut", None)).await;
    driver.does(scene("Live")).await;
    until("the cut", || async { !is_shown(&someone, "Replay").await }).await;
    driver.does(transition("Fade", Some(300))).await;
    let reason = driver.fails(transition("Nope", None)).await;
    assert_eq!(reason, "OBS refused `SetCurrentSceneTransition`: No scene transition was found by that name.");
}

#[tokio::test]
async fn a_media_source_is_given_a_file_played_paused_and_muted() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let someone = someone_else(&obs).await;
    sleep(Duration::from_secs(1)).await;
    let clip = driver.saves().await;
    let input = json!({"sceneName": "Live", "inputName": "Clip", "inputKind": "ffmpeg_source",
        "inputSettings": {"looping": true}});
    driver.does(request("CreateInput", input)).await;

    let file = |source: &str| ObsVerb::MediaFile { source: source.to_owned(), path: clip.clone() }.on(None);
    driver.does(file("Clip")).await;
    let settings = someone.inputs().settings::<Value>("Clip".into()).await.unwrap().settings;
    assert_eq!(settings["local_file"], *clip);
    assert_eq!(
        driver.fails(file("Mat camera")).await,
        "`Mat camera` is no media source, but of the kind `color_source_v3`"
    );

    // What was stopped counts as ended a moment later.
    for (action, states) in [
        (MediaAction::Restart, &[MediaState::Playing][..]),
        (MediaAction::Pause, &[MediaState::Paused]),
        (MediaAction::Play, &[MediaState::Playing]),
        (MediaAction::Stop, &[MediaState::Stopped, MediaState::Ended]),
    ] {
        driver.does(ObsVerb::Media { source: "Clip".to_owned(), action }.on(None)).await;
        until(&format!("{states:?}"), || async {
            states.contains(&someone.media_inputs().status("Clip".into()).await.unwrap().state)
        })
        .await;
    }

    for muted in [true, false] {
        driver.does(ObsVerb::Mute { source: "Clip".to_owned(), muted }.on(None)).await;
        assert_eq!(someone.inputs().muted("Clip".into()).await.unwrap(), muted);
    }
    let reason = driver.fails(ObsVerb::Mute { source: "Nope".to_owned(), muted: true }.on(None)).await;
    assert_eq!(reason, "OBS refused `SetInputMute`: No source was found by the name of `Nope`.");
    driver.does(request("RemoveInput", json!({"inputName": "Clip"}))).await;
}

#[tokio::test]
async fn a_hotkey_is_pressed() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    driver.does(ObsVerb::Hotkey { name: "ReplayBuffer.Save".to_owned() }.on(None)).await;
    clip(driver.hears(|report| matches!(report, Report::ClipSaved { .. })).await, &[]);
    let reason = driver.fails(ObsVerb::Hotkey { name: "Nope".to_owned() }.on(None)).await;
    assert_eq!(reason, "OBS refused `TriggerHotkeyByName`: No hotkeys were found by that name.");
}

/// A server that takes one stream; none where ffmpeg is not installed.
fn stream_server(port: u16) -> Option<Child> {
    let url = format!("rtmp://127.0.0.1:{port}/live/vta");
    let mut ffmpeg = Program::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-listen", "1", "-i", &url, "-f", "null", "-"]);
    match ffmpeg.stdin(Stdio::null()).stderr(Stdio::null()).spawn() {
        Ok(server) => Some(server),
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("left out: ffmpeg does not start: {error}");
            None
        }
        Err(error) => panic!("ffmpeg does not start: {error}"),
    }
}

#[tokio::test]
async fn a_stream_has_begun_when_its_server_has_it_and_a_camera_that_is_not_there_fails() {
    let Some(obs) = shared().await else { return };
    let mut driver = Driver::ready(&obs).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let service = json!({"streamServiceType": "rtmp_custom", "streamServiceSettings":
        {"server": format!("rtmp://127.0.0.1:{port}/live"), "key": "vta", "use_auth": false}});
    driver.does(request("SetStreamServiceSettings", service)).await;
    let streaming = |on| ObsVerb::Streaming { on }.on(None);

    // Nobody takes the stream: OBS accepts the request all the same. Other actions do not wait.
    let in_vain = driver.give(streaming(true)).await;
    driver.does(scene("Live")).await;
    let Outcome::Failed { reason } = driver.outcome_of(in_vain).await else { panic!("nothing can have been streamed") };
    assert!(reason.starts_with("OBS accepted `StartStream`, but did not do it within 10s"), "{reason}");

    let someone = someone_else(&obs).await;
    if let Some(mut server) = stream_server(port) {
        driver.does_at_last(streaming(true)).await;
        assert!(someone.streaming().status().await.unwrap().active);
        driver.does(streaming(false)).await;
        assert!(!someone.streaming().status().await.unwrap().active);
        // One that is so already is well.
        driver.does(streaming(false)).await;
        _ = server.kill();
        _ = server.wait();
    }

    // Whether this machine has a virtual camera or not, what is said of it is so.
    match driver.outcome(ObsVerb::VirtualCamera { on: true }.on(None)).await {
        Outcome::Failed { reason } => assert!(reason.contains("VirtualCam"), "{reason}"),
        Outcome::Done => {
            assert!(someone.virtual_cam().status().await.unwrap());
            driver.does(ObsVerb::VirtualCamera { on: false }.on(None)).await;
        }
    }
}
