//! `vta doctor` and `vta obs status` against a real OBS that is well, ill or not there.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use futures_util::SinkExt as _;
use obws::requests::profiles::SetParameter;
use serde_json::Value;
use tokio_stream::StreamExt as _;

use crate::headless_obs::HeadlessObs;
use crate::obs::someone_else;
use crate::support::{Venue, output, run_if_there, stderr, stdout, vta, wait_for};

/// A venue with OBS sinks of these names, ports and passwords.
fn venue(instances: &[(&str, u16, &str)]) -> Venue {
    let sinks = instances.iter().map(|(name, port, password)| {
        format!("  {name}: {{ type: obs, port: {port}, password: \"{password}\", timeout_secs: 3 }}\n")
    });
    Venue::new(&sinks.collect::<String>())
}

fn examine(venue: &Venue, format: &str) -> Output {
    output(vta().args(["doctor", "--format", format, "--config"]).arg(venue.config()))
}

fn obs_status(venue: &Venue, format: &str) -> Output {
    output(vta().args(["obs", "status", "--format", format, "--config"]).arg(venue.config()))
}

fn json(output: &Output) -> Value {
    serde_json::from_str(stdout(output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

/// The doctor's exit code, and what it says about an instance as `mark: text` lines.
fn doctor(venue: &Venue, about: &str) -> (i32, Vec<String>) {
    let output = examine(venue, "json");
    let findings = json(&output);
    let about = findings.as_array().unwrap().iter().filter(|finding| finding["about"] == about);
    let lines = about.map(|f| format!("{}: {}", f["mark"].as_str().unwrap(), f["text"].as_str().unwrap()));
    (output.status.code().unwrap(), lines.collect())
}

#[track_caller]
fn says(lines: &[String], begin: &str) -> String {
    let line = lines.iter().find(|line| line.starts_with(begin));
    line.unwrap_or_else(|| panic!("no line begins with `{begin}`: {lines:#?}")).clone()
}

fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_well_obs_passes_and_each_illness_is_found() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    let well = venue(&[("replay", obs.port, &obs.password)]);

    // It is well.
    let (code, lines) = doctor(&well, "replay");
    assert_eq!(code, 0, "{lines:#?}");
    says(&lines, "ok: connected to OBS ");
    says(&lines, "ok: the password is right");
    // OBS starts it a moment after it listens.
    let runs = says(&lines, "ok: the replay buffer ");
    assert!(runs.contains("runs") || runs.contains("was started"), "{runs}");
    says(&lines, "ok: the replay buffer keeps 20 s; a review needs 8s");
    let save = says(&lines, "ok: a test save took ");
    assert!(save.ends_with("; the file was deleted again"), "{save}");
    says(&lines, &format!("ok: {} can be written", obs.recordings.display()));
    says(&lines, "ok: the scenes, sources and filters that the rules name are there");
    assert!(lines.iter().any(|line| line.contains("10 h of recordings take about")), "{lines:#?}");
    assert_eq!(std::fs::read_dir(&obs.recordings).unwrap().count(), 0, "what was made is gone");

    // Its folder has another path on this computer, where it is not mounted, and then is.
    let other = tempfile::tempdir().unwrap();
    let mounted = other.path().join("stream-pc");
    let (on_obs, here) = (obs.recordings.display(), mounted.display());
    let paths = format!("paths: {{ \"{on_obs}\": \"{here}\" }}");
    let sink = format!("  replay: {{ type: obs, port: {}, password: \"{}\", {paths} }}\n", obs.port, obs.password);
    let shared = Venue::with_rules(&sink, "");
    let (code, lines) = doctor(&shared, "replay");
    assert_eq!(code, 4, "{lines:#?}");
    let save = says(&lines, &format!("fail: the test save {here}/Replay "));
    let wanted =
        format!("`paths` says that OBS's folder {on_obs} is {here} on this computer; is it shared and mounted?");
    assert!(save.ends_with(&wanted), "{save}");
    std::os::unix::fs::symlink(&obs.recordings, &mounted).unwrap();
    let (code, lines) = doctor(&shared, "replay");
    assert_eq!(code, 0, "{lines:#?}");
    assert!(says(&lines, "ok: a test save took ").ends_with("; the file was deleted again"), "{lines:#?}");
    says(&lines, &format!("ok: {here} can be written"));
    for left in std::fs::read_dir(&obs.recordings).unwrap() {
        std::fs::remove_file(left.unwrap().path()).unwrap();
    }

    // The same as text.
    let text = examine(&well, "text");
    assert!(stdout(&text).lines().any(|line| line.starts_with("ok    replay: connected to OBS ")), "{}", stdout(&text));
    assert!(stdout(&text).lines().any(|line| line.starts_with("ok    court-1: port 0 is free")), "{}", stdout(&text));

    // The password is wrong, or missing; nobody listens.
    let (code, lines) = doctor(&venue(&[("replay", obs.port, "wrong and secret")]), "replay");
    assert_eq!(code, 4);
    let [line] = &lines[..] else { panic!("{lines:#?}") };
    assert!(line.starts_with("fail: OBS at ") && line.contains("refused the password; set this sink's"), "{line}");
    assert!(!line.contains("secret"), "{line}");
    let (code, lines) = doctor(&venue(&[("replay", obs.port, "")]), "replay");
    assert_eq!(code, 4);
    assert!(lines[0].contains("asks for a password and this sink has none"), "{lines:#?}");
    let (code, lines) = doctor(&venue(&[("replay", closed_port(), "")]), "replay");
    assert_eq!(code, 4);
    assert!(lines[0].contains("connection refused") && lines[0].contains("is OBS running"), "{lines:#?}");

    // Rules name a scene that it lacks, and want more of the buffer than it keeps.
    let rules = well.path("rules");
    std::fs::create_dir(&rules).unwrap();
    let script = "const PRE_ROLL = \"30s\";\nfn on_rest(event, bout) { obs::scene(\"Rest\"); }\n";
    std::fs::write(rules.join("rest.rhai"), script).unwrap();
    let sink = format!("  replay: {{ type: obs, port: {}, password: \"{}\" }}\n", obs.port, obs.password);
    let wanting = Venue::with_rules(&sink, &rules.join("rest.rhai").display().to_string());
    let (code, lines) = doctor(&wanting, "replay");
    assert_eq!(code, 4);
    says(&lines, "fail: the replay buffer keeps 20 s, and a review needs 33s: raise ");
    let named = says(&lines, "fail: OBS `replay` has no scene `Rest`, which ");
    assert!(named.contains("rest.rhai:2:38 names"), "{named}");

    // How it is, beside one that is gone.
    let two = venue(&[("replay", obs.port, &obs.password), ("stage", closed_port(), "")]);
    let status = obs_status(&two, "json");
    assert_eq!(status.status.code(), Some(4));
    assert_eq!(stderr(&status).trim(), "error: OBS cannot be queried: `stage`");
    let status = json(&status);
    let [replay, stage] = &status.as_array().unwrap()[..] else { panic!("{status}") };
    assert_eq!((&replay["state"], &replay["scene"]), (&"ready".into(), &"Live".into()));
    assert_eq!((&replay["replay_buffer"], &replay["recording"]), (&"running".into(), &Value::Null));
    assert!(replay["disk_free_mb"].as_f64().unwrap() > 0.0 && replay["render_total_frames"].as_u64().unwrap() > 0);
    assert_eq!(stage["state"], "gone");
    assert!(stage["reason"].as_str().unwrap().contains("connection refused"), "{stage}");
    let lines = obs_status(&two, "ndjson");
    let names: Vec<Value> =
        stdout(&lines).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["instance"].clone()).collect();
    assert_eq!(names, ["replay", "stage"]);
    let status = obs_status(&well, "table");
    assert_eq!(status.status.code(), Some(0), "{}", stderr(&status));
    let row = stdout(&status).lines().nth(1).unwrap();
    assert!(row.contains("replay") && row.contains("Live") && row.contains("running"), "{row}");

    // Rules stream, and name a file; no service is set, and there is no such file.
    let script =
        "fn on_bout_loaded(event, bout) { obs::streaming(true); obs::media_file(\"Gong\", \"/no/gong.wav\"); }\n";
    std::fs::write(rules.join("rest.rhai"), script).unwrap();
    let (_, lines) = doctor(&wanting, "replay");
    says(&lines, "ok: streams have no service to go to");
    says(&lines, "fail: OBS `replay` has no service that a stream could go to, which ");
    says(&lines, "fail: OBS `replay` has no file /no/gong.wav, which ");

    // The buffer is too short; then it is not enabled.
    obs.change_profile("RecRBTime=20", "RecRBTime=5");
    obs.restart();
    let (code, lines) = doctor(&well, "replay");
    assert_eq!(code, 4);
    says(&lines, "fail: the replay buffer keeps 5 s, and a review needs 8s: raise ");
    obs.change_profile("RecRB=true", "RecRB=false");
    obs.restart();
    let (code, lines) = doctor(&well, "replay");
    assert_eq!(code, 4);
    says(&lines, "fail: the replay buffer is not enabled; in OBS, tick ");
}

#[tokio::test]
async fn the_doctor_names_the_folder_that_keeps_the_replay_buffer_from_starting() {
    let Some(obs) = HeadlessObs::start() else { return };
    let someone = someone_else(&obs).await;
    let nowhere = obs.recordings.join("nowhere");
    let folder = SetParameter { category: "SimpleOutput", name: "FilePath", value: nowhere.to_str() };
    someone.profiles().set_parameter(folder).await.unwrap();
    // OBS starts it a moment after it listens.
    while !someone.replay_buffer().status().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    someone.replay_buffer().stop().await.unwrap();
    while someone.replay_buffer().status().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let venue = venue(&[("replay", obs.port, &obs.password)]);
    let (code, lines) = tokio::task::spawn_blocking(move || doctor(&venue, "replay")).await.unwrap();
    assert_eq!(code, 4, "{lines:#?}");
    says(&lines, "fail: OBS did not start the replay buffer within 3s");
    let begin = format!("fail: OBS's folder {} cannot be written: ", nowhere.display());
    assert!(says(&lines, &begin).ends_with("; choose another one in OBS"), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("are free on OBS's disk")), "{lines:#?}");
}

#[test]
fn the_doctor_finds_what_is_wrong_beside_obs() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let venue = Venue::new("  jury: { type: player, command: no-such-player }\n");
    let config = std::fs::read_to_string(venue.config()).unwrap();
    let config = config
        .replace("127.0.0.1:0", &taken.local_addr().unwrap().to_string())
        .replace("directory: captures", "directory: event.yaml/captures");
    std::fs::write(venue.config(), config).unwrap();
    let output = examine(&venue, "text");
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(stderr(&output).trim(), "error: the day cannot begin: see the 3 lines marked `fail`");
    let lines: Vec<_> = stdout(&output).lines().map(str::to_owned).collect();
    let port = taken.local_addr().unwrap().port();
    let in_use = says(&lines, "fail  court-1: failed to listen on UDP 127.0.0.1:");
    assert!(in_use.contains(&format!("listens on port {port} already; end it")), "{in_use}");
    says(&lines, "fail  jury: the player `no-such-player` was not found: install mpv");
    says(&lines, "ok    store: ");
    let capture = says(&lines, "fail  capture: ");
    assert!(capture.contains("cannot be written"), "{capture}");
    assert!(!venue.path("day.db").exists());
}

#[test]
fn a_password_put_right_and_an_obs_that_is_dead_beside_one_that_lives() {
    let Some(obs) = HeadlessObs::start() else { return };
    let sinks = format!(
        "  replay: {{ type: obs, port: {}, password: wrong }}\n  stage: {{ type: obs, port: {} }}\n",
        obs.port,
        closed_port()
    );
    let venue = Venue::with_rules(&sinks, "acts.rhai");
    let rule = r#"
        fn on_bout_loaded(event, bout) {
            obs::scene("Replay");
            obs::on("replay").transition("Fade", "400ms");
            obs::on("replay").hotkey("Nope");
            try { obs::media("Clip", "fly"); } catch (error) { mark(`${error}`); }
        }
    "#;
    std::fs::write(venue.path("acts.rhai"), rule).unwrap();

    let mut running = venue.run();
    running.wait_for_log("refused the password");
    let (_, log) = running.end();
    let lines =
        log.lines().filter(|line| line.contains("refused the password") && line.contains("[obs.not_connected]"));
    assert_eq!(lines.count(), 1, "{log}");

    let config = std::fs::read_to_string(venue.config()).unwrap();
    std::fs::write(venue.config(), config.replace("password: wrong", &format!("password: {}", obs.password))).unwrap();
    let mut running = venue.run();
    running.wait_for_log("connected to OBS");
    running.wait_for_log("stage: not connected");
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"pre;FightLoaded;", running.to).unwrap();
    let ends = || {
        let events = venue.events("last");
        let events = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let ends = events.filter(|event| event["kind"] == "action_done" || event["kind"] == "action_failed");
        let mut ends: Vec<_> = ends.collect();
        ends.sort_by_key(|end| end["action_seq"].as_u64());
        ends
    };
    let ends = wait_for("the outcomes", || Some(ends()).filter(|ends| ends.len() == 4));
    let (_, log) = running.end();
    let told =
        |end: &Value| format!("{}: {}", end["action"].as_str().unwrap(), end["reason"].as_str().unwrap_or("done"));
    let [scene, dead, transition, hotkey] = &ends.iter().map(told).collect::<Vec<_>>()[..] else { panic!("{ends:#?}") };
    assert_eq!(scene, "obs.scene: done", "{log}");
    assert!(dead.starts_with("obs.scene: OBS `stage` is not connected: connection refused"), "{dead}");
    assert_eq!(transition, "obs.transition: done");
    assert_eq!(hotkey, "obs.hotkey: OBS refused `TriggerHotkeyByName`: No hotkeys were found by that name.");
    let marks = venue.db(&["export", "--actions", "--format", "ndjson", "--session", "last"]);
    assert!(
        marks.contains("`obs::media` knows `play`, `pause`, `restart`, `stop`, `next` and `previous`, not `fly`"),
        "{marks}"
    );
}

#[test]
fn database_that_run_refuses_fails_in_the_same_words() {
    let venue = Venue::with_rules("", "");
    let spoil: [fn(&Venue); 3] = [
        |venue| {
            let database = rusqlite::Connection::open(venue.path("day.db")).unwrap();
            database
                .execute_batch("PRAGMA application_id = 0x76746164; PRAGMA user_version = 99; CREATE TABLE a (b);")
                .unwrap();
        },
        |venue| std::fs::write(venue.path("day.db"), "my own notes, which are no database").unwrap(),
        |venue| std::fs::create_dir(venue.path("day.db")).unwrap(),
    ];
    for spoil in spoil {
        spoil(&venue);
        let run = output(vta().args(["run", "--config"]).arg(venue.config()));
        assert_eq!(run.status.code(), Some(4), "{}", stderr(&run));
        let words = stderr(&run).lines().find_map(|line| line.strip_prefix("error: ")).unwrap().to_owned();
        let (code, lines) = doctor(&venue, "store");
        assert_eq!(code, 4, "{lines:#?}");
        says(&lines, &format!("fail: {words}"));
        let _file = std::fs::remove_file(venue.path("day.db"));
    }
}

/// What the sink `replay` of a venue is, for this OBS.
fn replay(obs: &HeadlessObs) -> String {
    format!("  replay: {{ type: obs, port: {}, password: \"{}\" }}\n", obs.port, obs.password)
}

#[test]
fn every_review_has_its_clip_and_the_database_no_other_while_the_doctor_looks() {
    let Some(obs) = HeadlessObs::start() else { return };
    let venue = Venue::new(&replay(&obs));
    // Another config with the same OBS, as on a second computer.
    let second = Venue::new(&replay(&obs));
    let mut running = venue.run();
    running.wait_for_log("connected to OBS");
    let console = UdpSocket::bind("127.0.0.1:0").unwrap();
    for message in ["pre;FightLoaded;", "mch;12;;;R 1;3;W-57;;;;", "at1;A. BLUE;BLUE Anna;GER;", "rdy;FightReady;"] {
        console.send_to(message.as_bytes(), running.to).unwrap();
    }
    running.wait_for_log("bout 12");
    let ctl = |words: &[&str]| {
        let answer = output(vta().arg("ctl").args(words).arg("--config").arg(venue.config()));
        assert!(answer.status.success(), "{}", stderr(&answer));
    };
    let clips = || {
        let database = rusqlite::Connection::open(venue.path("day.db")).unwrap();
        let mut clips = database.prepare("SELECT path, review FROM clips").unwrap();
        let clips = clips.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        clips.map(Result::unwrap).collect::<Vec<(String, Option<i64>)>>()
    };
    std::thread::scope(|scope| {
        let reviews = scope.spawn(|| {
            for number in 1..=5 {
                ctl(&["review", "blue"]);
                wait_for("the clip", || (clips().len() >= number).then_some(()));
                ctl(&["review", "close"]);
            }
        });
        while !reviews.is_finished() {
            for venue in [&venue, &second] {
                let (code, lines) = doctor(venue, "replay");
                assert_eq!(code, 0, "{lines:#?}");
                says(&lines, "ok: no test save is made, since ");
            }
        }
    });
    let (status, log) = running.end();
    assert!(status.success(), "{log}");

    let reviews: Value = serde_json::from_str(&venue.db(&["reviews", "--format", "json"])).unwrap();
    let reviews = reviews.as_array().unwrap();
    assert_eq!(reviews.len(), 5, "{log}");
    let clips = clips();
    assert_eq!(clips.len(), 5, "{clips:?} {log}");
    for (path, review) in &clips {
        assert!(review.is_some() && std::path::Path::new(path).exists(), "{path}: {review:?}");
    }
}

/// Sends messages to a port again and again until it is dropped: those of a console from one port, others from another.
struct Senders(Arc<AtomicBool>, [u16; 2]);

impl Senders {
    fn start(to: SocketAddr) -> Self {
        let sockets = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
        let ports = [&sockets[0], &sockets[1]].map(|socket| socket.local_addr().unwrap().port());
        let ended = Arc::new(AtomicBool::new(false));
        let is_over = ended.clone();
        std::thread::spawn(move || {
            while !is_over.load(Relaxed) {
                for (socket, message) in sockets.iter().zip([&b"clk;01:00;"[..], b"what is this"]) {
                    // Until it listens, the system refuses them.
                    let _sent = socket.send_to(message, to);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Self(ended, ports)
    }
}

impl Drop for Senders {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

#[test]
fn where_a_console_is_to_send_and_who_sends_to_which_court() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let venue = Venue::with_rules("", "");
    let config = std::fs::read_to_string(venue.config()).unwrap();
    let config = config.replace("bind: \"127.0.0.1:0\"", &format!("bind: \"0.0.0.0:{port}\""));
    std::fs::write(venue.config(), &config).unwrap();
    let courts = || doctor(&venue, "court-1").1;

    let lines = courts();
    says(&lines, &format!("ok: port {port} is free"));
    says(&lines, "warn: nothing comes: is the console on, ");
    // Without a network there is another line.
    if !lines.iter().any(|line| line.contains("has no address in a network")) {
        assert!(says(&lines, "ok: set the console to ").contains(&format!(":{port} (")), "{lines:#?}");
    }

    // Who sends is heard without a vta, and known to a running one.
    let senders = Senders::start(([127, 0, 0, 1], port).into());
    let [console, other] = senders.1.map(|port| format!("127.0.0.1:{port} has sent "));
    let hears_both = |lines: &[String]| {
        assert!(says(lines, &format!("ok: {console}")).ends_with(" s ago, as a console does"), "{lines:#?}");
        assert!(says(lines, &format!("warn: {other}")).ends_with(" s ago, but no message of the PSS"), "{lines:#?}");
    };
    hears_both(&courts());
    let running = venue.run();
    wait_for("the senders", || courts().iter().any(|line| line.contains(&other)).then_some(()));
    let lines = courts();
    says(&lines, &format!("ok: the running vta listens on UDP 0.0.0.0:{port}"));
    hears_both(&lines);
    running.end();

    let allowed = config.replace("type: pss,", "type: pss, allow: [127.0.0.2],");
    std::fs::write(venue.config(), allowed).unwrap();
    assert!(says(&courts(), &format!("warn: {console}")).contains("`allow` does not have it"));
}

#[tokio::test(flavor = "multi_thread")]
async fn obs_websocket_4_and_servers_that_want_tls_are_named() {
    // It says nothing until it is asked, in its own words.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (_, mut socket) = tokio_websockets::ServerBuilder::new().accept(stream).await.unwrap();
            let asked = socket.next().await.unwrap().unwrap();
            let id = serde_json::from_str::<Value>(asked.as_text().unwrap()).unwrap()["message-id"].clone();
            let answer = serde_json::json!({ "authRequired": false, "message-id": id, "status": "ok" });
            socket.send(tokio_websockets::Message::text(answer.to_string())).await.unwrap();
        }
    });
    let examine = |port| async move {
        let venue = venue(&[("replay", port, "")]);
        tokio::task::spawn_blocking(move || doctor(&venue, "replay")).await.unwrap()
    };
    let (code, lines) = examine(port).await;
    assert_eq!(code, 4);
    assert!(lines[0].starts_with(&format!("fail: obs-websocket 4 answers at 127.0.0.1:{port}, ")), "{lines:#?}");

    let folder = tempfile::tempdir().unwrap();
    let words = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=obs -batch";
    let mut make_key = Command::new("openssl");
    if run_if_there(make_key.args(words.split(' ')).current_dir(folder.path())).is_none() {
        return;
    }
    let port = closed_port();
    let mut server = Command::new("openssl")
        .args(["s_server", "-quiet", "-key", "key.pem", "-cert", "cert.pem", "-accept", &format!("127.0.0.1:{port}")])
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_for("the server", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    let (code, lines) = examine(port).await;
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(code, 4);
    assert!(lines[0].starts_with(&format!("fail: what answers at 127.0.0.1:{port} wants TLS")), "{lines:#?}");
}
