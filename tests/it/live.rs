//! `vta run`, `vta replay` and `vta simulate`, as a technician runs them, on real sockets and files.

use std::fs;
use std::net::UdpSocket;
use std::process::Command;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use rusqlite::Connection;

use crate::support::{Venue, output, repository, run_if_there, stderr, stdout, vta, wait_for};

/// Plays a trace of the repository to a running vta.
fn play(trace: &str, to: std::net::SocketAddr, speed: &str) {
    let output = output(
        vta().args(["simulate", "--speed", speed, "--to"]).arg(to.to_string()).arg("--trace").arg(repository(trace)),
    );
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn replay_of_a_capture_repeats_events_and_actions() {
    // Failed actions come back as reports, and timers fire while nothing comes: a replay must repeat both.
    let venue = Venue::with_rules("", "replay.rhai, timers.rhai");
    fs::copy(repository("rules/instant-replay.rhai"), venue.path("replay.rhai")).unwrap();
    let timers = r#"
        fn on_score(event, bout) { after("30ms", || mark(`score ${event.blue}-${event.red}`)); }
        fn on_action_failed(event, bout) { mark(event.reason); }
        fn on_winner(event, bout) { after("50ms", || mark("the end")); }
    "#;
    fs::write(venue.path("timers.rhai"), timers).unwrap();
    let running = venue.run();
    play("tests/data/console-bout-2.tsv", running.to, "2000");
    let actions = |session| venue.db(&["export", "--actions", "--format", "ndjson", "--session", session]);
    wait_for("the last timer", || actions("1").contains("the end").then_some(()));
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    let live = venue.events("1");
    assert_eq!(live.lines().filter(|line| line.contains(r#""raw":"#)).count(), 378);

    let captures = venue.captures();
    assert_eq!(captures.len(), 1);
    let replay = output(vta().arg("replay").arg(&captures[0]).args(["--speed", "max", "--config"]).arg(venue.config()));
    assert!(replay.status.success(), "{}", stderr(&replay));
    let counts = stderr(&replay).lines().last().unwrap_or_default();
    assert!(counts.contains("INFO court-1: 378 datagrams, ") && counts.ends_with("[run.court_counts]"), "{counts}");
    assert_eq!(venue.events("2"), live);
    assert!(actions("1").lines().count() > 10, "{}", actions("1"));
    assert_eq!(actions("2"), actions("1"));
}

#[test]
fn session_without_an_end_is_named_by_the_next_one_of_its_court() {
    let venue = Venue::new("");
    let killed = venue.run();
    assert!(!killed.log().contains("has no end"), "{}", killed.log());
    killed.signal(Signal::SIGKILL);
    drop(killed);
    let (status, log) = venue.run().end();
    assert!(status.success(), "{log}");
    assert!(log.contains("session 1 of this court, which began at 20"), "{log}");
    let (_, log) = venue.run().end();
    assert!(!log.contains("has no end"), "the last one has an end: {log}");
    let sessions = venue.db(&["info", "--format", "ndjson"]);
    let ends: Vec<_> = sessions.lines().map(|line| !line.contains(r#""ended_at":null"#)).collect();
    assert_eq!(ends, [false, true, true]);
    assert_eq!(venue.db(&["info"]).matches("none: it runs, or was killed").count(), 1);
}

#[test]
fn tshark_reads_a_capture() {
    let venue = Venue::new("");
    let running = venue.run();
    play("tests/data/console-bout-1.tsv", running.to, "5000");
    wait_for("all events", || (venue.events("1").lines().count() > 435).then_some(()));
    running.end();
    let mut tshark = Command::new("tshark");
    let Some(listed) = run_if_there(tshark.arg("-r").arg(&venue.captures()[0]).args(["-Y", "udp"])) else { return };
    assert!(listed.status.success(), "{}", stderr(&listed));
    assert_eq!(stdout(&listed).lines().count(), 435);
}

#[test]
fn capture_has_the_inputs_of_all_stored_events_after_a_kill_under_load() {
    for _ in 0..5 {
        let venue = Venue::new("");
        let mut running = venue.run();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let database = Connection::open(venue.path("day.db")).unwrap();
        let stored = || database.query_row("SELECT count(*) FROM events", [], |row| row.get::<_, u64>(0)).unwrap();
        // One datagram after the other, until the database has just written a batch.
        let mut before = 0;
        wait_for("the database to write", || {
            for _ in 0..200 {
                socket.send_to(b"hl1;50;", running.to).unwrap();
                thread::sleep(Duration::from_micros(200));
                let now = stored();
                if now > before.max(100) {
                    return Some(());
                }
                before = now;
            }
            None
        });
        running.signal(Signal::SIGKILL);
        running.wait();

        let live = venue.events("1");
        assert!(live.lines().count() > 100, "{live}");
        let replay = output(
            vta().arg("replay").arg(&venue.captures()[0]).args(["--speed", "max", "--config"]).arg(venue.config()),
        );
        assert!(replay.status.success(), "{}", stderr(&replay));
        let replayed = venue.events("2");
        assert!(
            replayed.starts_with(&live),
            "{} stored, {} in the capture",
            live.lines().count(),
            replayed.lines().count()
        );
    }
}

#[test]
fn a_dry_run_prints_the_actions_and_keeps_nothing() {
    let venue = Venue::new("");
    let trace = repository("examples/bout-with-review.tsv");
    let replay = output(vta().arg("replay").arg(trace).args(["--dry-run", "--config"]).arg(venue.config()));
    assert!(replay.status.success(), "{}", stderr(&replay));
    insta::assert_snapshot!(stdout(&replay));
    assert!(!venue.path("day.db").exists());
}

#[test]
fn empty_and_foreign_datagrams_do_not_end_the_receiver() {
    let venue = Venue::new("");
    let running = venue.run();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for datagram in [&b""[..], b"\r\n", b"\0\0", &[0xff; 9000], b"hel;"] {
        socket.send_to(datagram, running.to).unwrap();
    }
    wait_for("the message after them", || venue.events("1").contains(r#""state":"up""#).then_some(()));
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("1 datagrams longer than can be read"), "{log}");
}

#[test]
fn datagrams_of_a_refused_sender_are_counted_not_decoded() {
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    let config = config.replace("bind: \"127.0.0.1:0\"", "bind: \"127.0.0.1:0\", allow: [192.168.7.0/24]");
    fs::write(venue.config(), config).unwrap();
    let running = venue.run();
    play("tests/data/console-bout-2.tsv", running.to, "100000");
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("378 datagrams from senders that are not allowed"), "{log}");
    assert_eq!(venue.events("1"), "");
}

#[test]
fn log_ends_with_the_component_that_had_trouble() {
    let venue = Venue::new("  jury: { type: player, command: no-such-player }\n");
    let mut running = venue.run();
    running.wait_for_log("no clip can be shown");
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    let trouble: Vec<_> = log.lines().filter(|line| line.contains("[run.component_trouble]")).collect();
    let [player] = trouble[..] else { panic!("{log}") };
    assert!(player.contains("player jury had trouble, the last time at "), "{log}");
    assert!(player.contains("no-such-player"), "{log}");
}

#[test]
fn failing_rule_is_logged_with_its_place_and_events_go_on() {
    let venue = Venue::with_rules("", "broken.rhai");
    fs::write(venue.path("broken.rhai"), "fn on_point(event, bout) {\n    let gap = event.points - this.nothing;\n}\n")
        .unwrap();
    let mut running = venue.run();
    play("tests/data/console-bout-2.tsv", running.to, "5000");
    running.wait_for_log("broken.rhai:2:");
    wait_for("all events", || venue.events("1").contains(r#""decision":"PTF""#).then_some(()));
    let (_, log) = running.end();
    assert!(log.contains("let gap = event.points - this.nothing;"), "{log}");
    assert_eq!(log.matches("broken.rhai:2:").count(), 2, "told the first and the tenth time: {log}");
}

#[test]
fn rule_that_repeats_what_failed_is_stopped_and_a_replay_repeats_that() {
    let venue = Venue::with_rules("", "again.rhai");
    let rule = "fn on_round(event, bout) { obs::scene(\"A\"); }\n\
                fn on_action_failed(event, bout) {\n    obs::scene(\"A\");\n}\n";
    fs::write(venue.path("again.rhai"), rule).unwrap();
    let mut running = venue.run();
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"rnd;1;", running.to).unwrap();
    running.wait_for_log("again.rhai:3:10: on_action_failed failed: it answers its own actions without end");
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("1 datagrams, 13 events, 11 actions, 11 of them failed"), "{log}");
    assert_eq!(log.matches("without end").count(), 1, "{log}");
    let replay = output(vta().arg("replay").arg(&venue.captures()[0]).arg("--config").arg(venue.config()));
    assert!(replay.status.success(), "{}", stderr(&replay));
    assert_eq!(venue.events("2"), venue.events("1"));
}

/// Runs vta with a config that cannot work; returns its exit code and its errors.
fn refused(change: impl FnOnce(&Venue, String) -> String) -> (i32, String) {
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    let config = change(&venue, config.replace("127.0.0.1:0", "127.0.0.1:6000"));
    fs::write(venue.config(), config).unwrap();
    let output = output(vta().arg("run").arg("--config").arg("event.yaml").current_dir(venue.path("")));
    let text = stderr(&output).replace(&venue.path("").display().to_string(), "HALL/");
    (output.status.code().unwrap(), text)
}

#[test]
fn an_unknown_key_is_refused() {
    let (code, text) = refused(|_, config| config.replace("path: day.db", "pth: day.db"));
    assert_eq!(code, 3);
    insta::assert_snapshot!(text);
}

#[test]
fn a_tab_in_the_yaml_is_refused() {
    let (code, text) = refused(|_, config| config.replace("sinks:\n  ", "sinks:\n\t"));
    assert_eq!(code, 3);
    insta::assert_snapshot!(text);
}

#[test]
fn an_unset_variable_is_refused() {
    let (code, text) = refused(|_, config| config.replace("Test Open", "\"${VTA_TEST_UNSET}\""));
    assert_eq!(code, 3);
    insta::assert_snapshot!(text);
}

/// The config with one rule, of this text, in place of its own.
fn with_rule(venue: &Venue, config: &str, text: &str) -> String {
    fs::write(venue.path("wrong.rhai"), text).unwrap();
    let (before, after) = config.split_once("files: [").unwrap();
    let (_, after) = after.split_once(']').unwrap();
    format!("{before}files: [wrong.rhai]{after}")
}

#[test]
fn a_rule_with_a_syntax_error_is_refused() {
    let (code, text) =
        refused(|venue, config| with_rule(venue, &config, "fn on_point(event, bout) {\n    mark(\"a\";\n}\n"));
    assert_eq!(code, 3);
    insta::assert_snapshot!(text);
}

#[test]
fn a_handler_of_no_event_is_refused() {
    let (code, text) =
        refused(|venue, config| with_rule(venue, &config, "fn on_poimt(event, bout) {}\nfn on_point(event) {}\n"));
    assert_eq!(code, 3);
    insta::assert_snapshot!(text);
}

#[test]
fn a_port_in_use_is_refused() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (code, text) = refused(|_, config| config.replace("127.0.0.1:6000", &address.to_string()));
    assert_eq!(code, 4);
    let text = text.replace(&address.port().to_string(), "PORT");
    let mut error = text.lines().last().unwrap().to_owned();
    if cfg!(target_os = "linux") {
        // The program is this one.
        let begin = error.find(": `it-").unwrap();
        let end = format!("` (process {})", std::process::id());
        error.replace_range(begin..error.find(&end).unwrap() + end.len(), ": another program");
    }
    insta::assert_snapshot!(error);
}

#[cfg(target_os = "linux")]
#[test]
fn port_that_a_vta_has_names_its_config() {
    let (venue, other) = (Venue::new(""), Venue::new(""));
    let running = venue.run();
    let config = fs::read_to_string(other.config()).unwrap();
    fs::write(other.config(), config.replace("127.0.0.1:0", &running.to.to_string())).unwrap();
    let refused = output(vta().arg("run").arg("--config").arg(other.config()));
    assert_eq!(refused.status.code(), Some(4));
    let wanted = format!(
        "`vta run --config {}` in {} (process {}) listens on port {} already; end it",
        venue.config().display(),
        std::env::current_dir().unwrap().display(),
        running.id(),
        running.to.port()
    );
    assert!(stderr(&refused).contains(&wanted), "{}", stderr(&refused));
}

#[test]
fn a_database_path_that_is_a_folder_is_refused() {
    let (code, text) = refused(|venue, config| {
        fs::create_dir(venue.path("day.db")).unwrap();
        config.replace("127.0.0.1:6000", "127.0.0.1:0")
    });
    assert_eq!(code, 4);
    insta::assert_snapshot!(text.lines().last().unwrap());
}

#[test]
fn check_creates_and_binds_nothing() {
    let venue = Venue::new("");
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let config = fs::read_to_string(venue.config()).unwrap();
    fs::write(venue.config(), config.replace("127.0.0.1:0", &taken.local_addr().unwrap().to_string())).unwrap();
    let check = output(vta().arg("check").arg("--config").arg(venue.config()));
    assert!(check.status.success(), "{}", stderr(&check));
    assert!(stdout(&check).ends_with("is fine: 1 court, 3 rules, 2 sinks\n"), "{}", stdout(&check));
    let there: Vec<_> = fs::read_dir(venue.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(there, ["event.yaml"]);
}

#[test]
fn init_writes_a_valid_config() {
    let venue = Venue::new("");
    let folder = venue.path("new");
    let init = output(vta().arg("init").arg(&folder));
    assert!(init.status.success(), "{}", stderr(&init));
    let check = output(vta().arg("check").arg("--config").arg(folder.join("event.yaml")));
    assert!(check.status.success(), "{}", stderr(&check));
    for rule in fs::read_dir(repository("rules")).unwrap().map(|entry| entry.unwrap()) {
        let written = folder.join("rules").join(rule.file_name());
        assert!(written.exists(), "{} is not written", written.display());
        if written.is_file() {
            let check = output(vta().args(["rules", "check"]).arg(&written));
            assert!(check.status.success(), "{}", stderr(&check));
        }
    }
    let again = output(vta().arg("init").arg(&folder));
    assert_eq!(again.status.code(), Some(4));
    assert!(stderr(&again).contains("event.yaml is there already"), "{}", stderr(&again));
}

#[test]
fn silent_pss_is_logged_once_despite_its_broadcasts() {
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let console = UdpSocket::bind("127.0.0.1:0").unwrap();
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    let resync = format!("bind: \"127.0.0.1:0\", resync: \"{}\"", nobody.local_addr().unwrap());
    fs::write(venue.config(), config.replace("bind: \"127.0.0.1:0\"", &resync)).unwrap();
    let running = venue.run();
    let complaint = format!("the PSS at {} does not answer", nobody.local_addr().unwrap());
    wait_for("the complaint", || {
        console.send_to(b"clk;01:10;", running.to).unwrap();
        running.log().contains(&complaint).then_some(())
    });
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert_eq!(log.matches(&complaint).count(), 1, "{log}");
}

#[test]
fn run_started_in_mid_bout_asks_the_pss_for_the_bout() {
    let pss = UdpSocket::bind("127.0.0.1:0").unwrap();
    pss.set_read_timeout(Some(crate::support::WAIT_TIMEOUT)).unwrap();
    let venue = Venue::new("");
    let config = fs::read_to_string(venue.config()).unwrap();
    let resync = format!("bind: \"127.0.0.1:0\", resync: \"{}\"", pss.local_addr().unwrap());
    fs::write(venue.config(), config.replace("bind: \"127.0.0.1:0\"", &resync)).unwrap();
    let mut running = venue.run();
    let mut questions = [0; 512];
    let (length, from) = pss.recv_from(&mut questions).unwrap();
    let questions = std::str::from_utf8(&questions[..length]).unwrap();
    assert!(length <= 256 && questions.contains("athletes\r\n") && questions.contains("winperiods;"), "{questions:?}");
    assert_eq!(from.port(), running.to.port());
    for answer in [
        "sc1;5;sc2;7;",
        "rnd;2;",
        "at1;A;Ana A;CRO;at2;B;Bea B;FRA;",
        "mch;12;Final;W -57kg;;;;;;;Senior;3;120;cntDown;20;5;",
        "brk;0:20;",
        "wmh;",
        "clk;01:10;",
    ] {
        pss.send_to(answer.as_bytes(), from).unwrap();
    }
    running.wait_for_log("bout 12: Ana A (CRO) against Bea B (FRA), round 2, 5-7");
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert!(!log.contains("does not answer"), "{log}");
}
