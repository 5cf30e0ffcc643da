//! Rules in a real `vta run`: what never ends, what is changed while it runs, and timers in replays.

use std::fs;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::headless_obs::HeadlessObs;
use crate::support::{Running, Venue, output, repository, stderr, stdout, vta, wait_for};

/// Sends hits, so many a second, until it is told to stop; gives how many they were.
struct Feed {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    thread: thread::JoinHandle<()>,
}

impl Feed {
    fn start(to: std::net::SocketAddr, a_second: u32) -> Self {
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let thread = thread::spawn({
            let (stop, sent) = (stop.clone(), sent.clone());
            move || {
                let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
                let began = Instant::now();
                for number in 1.. {
                    if stop.load(Relaxed) {
                        return;
                    }
                    socket.send_to(b"hl1;50;", to).unwrap();
                    sent.store(number, Relaxed);
                    let due = began + Duration::from_secs(number) / a_second;
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                }
            }
        });
        Self { stop, sent, thread }
    }

    fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    fn end(self) -> u64 {
        self.stop.store(true, Relaxed);
        self.thread.join().unwrap();
        self.sent.load(Relaxed)
    }
}

/// Ends the run once all hits that were sent are in the database; gives its log, which reports no loss.
fn end_with_all_hits(venue: &Venue, running: Running, sent: u64) -> String {
    wait_for("every event", || (hits(venue) >= sent).then_some(()));
    let (status, log) = running.end();
    assert!(status.success(), "{log}");
    assert_eq!(hits(venue), sent);
    assert!(!log.contains("lost"), "{log}");
    log
}

fn hits(venue: &Venue) -> u64 {
    venue.events("1").lines().filter(|line| line.contains(r#""kind":"hit""#)).count() as u64
}

#[test]
fn rules_that_never_end_hold_up_nothing_under_a_thousand_datagrams_a_second() {
    let venue = Venue::with_rules("", "loop.rhai, text.rhai, deep.rhai, fine.rhai");
    fs::write(venue.path("loop.rhai"), "fn on_hit(event, bout) {\n  loop { }\n}\n").unwrap();
    fs::write(venue.path("text.rhai"), "fn on_hit(event, bout) {\n  let s = \"x\";\n  loop { s += s; }\n}\n").unwrap();
    fs::write(venue.path("deep.rhai"), "fn on_hit(event, bout) {\n  deeper(1);\n}\nfn deeper(n) { deeper(n + 1) }\n")
        .unwrap();
    fs::write(venue.path("fine.rhai"), "fn on_hit(event, bout) {\n  if event.seq == 1 { mark(\"fine\"); }\n}\n")
        .unwrap();
    let running = venue.run();
    let feed = Feed::start(running.to, 1000);
    wait_for("three thousand datagrams", || (feed.sent() >= 3000).then_some(()));
    let sent = feed.end();
    let log = end_with_all_hits(&venue, running, sent);
    for (place, message) in [
        ("text.rhai:1:4", "Length of string too large"),
        ("deep.rhai:", "functions call each other too deep: does one call itself?"),
    ] {
        let lines: Vec<_> = log.lines().filter(|line| line.contains(place)).collect();
        assert!(lines.iter().all(|line| line.contains(message) && line.contains("on_hit") || line.contains("deeper")));
        let times: Vec<_> =
            lines.iter().filter_map(|line| line.split(", for the ").nth(1)?.split("th").next()).collect();
        assert_eq!((lines.len(), times), (4, vec!["10", "100", "1000"]), "{log}");
    }
    assert!(venue.db(&["export", "--actions"]).contains("fine"));
}

#[test]
fn rule_that_never_ends_with_the_highest_limit_loses_none_of_five_thousand_datagrams() {
    let venue = Venue::with_rules("", "loop.rhai], max_operations: 100000, x: [");
    let config = fs::read_to_string(venue.config()).unwrap().replace(", x: []", "");
    fs::write(venue.config(), config).unwrap();
    fs::write(
        venue.path("loop.rhai"),
        "fn on_hit(event, bout) {\n  loop { }\n}\nfn on_round(event, bout) { mark(\"fine\"); }\n",
    )
    .unwrap();
    let running = venue.run();
    assert!(running.log().contains("holds up its court for up to 1.0 s at each call"), "{}", running.log());
    let feed = Feed::start(running.to, 5000);
    wait_for("five thousand datagrams", || (feed.sent() >= 5000).then_some(()));
    let sent = feed.end();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    wait_for("another handler of the rule", || {
        socket.send_to(b"rnd;1;", running.to).unwrap();
        venue.db(&["export", "--actions"]).contains("fine").then_some(())
    });
    let log = end_with_all_hits(&venue, running, sent);
    for message in ["it ran too long: is there a loop", "it ran too long again and again"] {
        assert!(log.contains(message), "{log}");
    }
}

#[test]
fn a_rule_is_changed_while_it_runs_and_no_datagram_is_lost() {
    let venue = Venue::with_rules("", "rule.rhai");
    let rule = |text: &str| {
        // As editors do it: another file is put in its place.
        fs::write(venue.path("rule.rhai~"), text).unwrap();
        fs::rename(venue.path("rule.rhai~"), venue.path("rule.rhai")).unwrap();
    };
    let marks = |text: &str| {
        let actions = venue.db(&["export", "--actions", "--format", "ndjson"]);
        actions.lines().filter(|line| line.contains(text)).count()
    };
    rule(
        "fn on_start(bout) { mark(\"begin\"); every(\"100ms\", || mark(\"tick one\")); }\nfn on_hit(event, bout) {\n  this.count = (this.count ?? 0) + 1;\n  if cooldown(\"old\", \"500ms\") { mark(\"old\"); }\n}\n",
    );
    let mut running = venue.run();
    let feed = Feed::start(running.to, 200);
    wait_for("the first rule", || (marks("\"old\"") > 1 && marks("tick one") > 1).then_some(()));

    rule("fn on_hit(event, bout) {\n  mark(;\n}\n");
    running.wait_for_log("rule.rhai:2:8: ");
    running.wait_for_log("the changed rules are wrong; those from before go on");
    assert!(running.log().contains("  |   mark(;\n  |        ^"), "{}", running.log());
    // So is what would fail only when it is heard.
    rule("fn on_hit(event, bout) {\n  mrak(\"hit\");\n}\n");
    running.wait_for_log("rule.rhai:2:3: there is no function `mrak`; did you mean `mark`?");
    let before = marks("\"old\"");
    wait_for("the first rule to go on", || (marks("\"old\"") > before).then_some(()));

    rule(
        "fn on_start(bout) { mark(\"begin\"); every(\"100ms\", || mark(\"tick two\")); }\nfn on_hit(event, bout) {\n  if this.count > 0 && once_per_bout(\"new\") { mark(\"new\"); }\n}\n",
    );
    running.wait_for_log("the rules were changed");
    wait_for("the second rule and its timer", || (marks("\"new\"") == 1 && marks("tick two") > 1).then_some(()));
    running.signal(Signal::SIGUSR1);
    wait_for("the rules to be read again", || {
        running.log().contains("the rules were read again, and are the same").then_some(())
    });
    let sent = feed.end();
    let log = end_with_all_hits(&venue, running, sent);
    assert_eq!(marks("begin"), 1, "it was heard once");
    let events = venue.events("1");
    for (kind, times) in [("rules_reloaded", 2), ("rules_rejected", 2), ("rule_failed", 0)] {
        assert_eq!(events.matches(&format!(r#""kind":"{kind}""#)).count(), times, "{kind}: {log}");
    }
    // What the capture has is told again by a replay.
    let replay =
        output(vta().arg("replay").arg(&venue.captures()[0]).args(["--speed", "max", "--config"]).arg(venue.config()));
    assert!(replay.status.success(), "{}", stderr(&replay));
    assert_eq!(venue.events("2").matches(r#""kind":"rules_reloaded""#).count(), 2);
}

#[test]
fn a_replay_at_the_speed_of_life_and_one_at_full_speed_give_the_same_actions() {
    let venue = Venue::with_rules("", "timers.rhai");
    let timers = r#"
        fn on_start(bout) { every("300ms", || mark("tick")); }
        fn on_clock(event, bout) { after("clock", "700ms", || mark(`clock ${event.seconds}`)); }
        fn on_any(event, bout) { if cooldown("any", "400ms") { mark(`${event.kind} ${event.seq}`); } }
    "#;
    fs::write(venue.path("timers.rhai"), timers).unwrap();
    // The first messages of a bout, in three seconds.
    let trace = fs::read_to_string(repository("tests/data/console-bout-2.tsv")).unwrap();
    let lines = (0..)
        .zip(trace.lines().take(60))
        .map(|(number, line)| format!("{}\t{}\n", number * 50, line.split_once('\t').unwrap().1));
    fs::write(venue.path("short.tsv"), lines.collect::<String>()).unwrap();
    let actions = |speed: &str| {
        let replay = output(
            vta()
                .arg("replay")
                .arg(venue.path("short.tsv"))
                .args(["--dry-run", "--speed", speed, "--config"])
                .arg(venue.config()),
        );
        assert!(replay.status.success(), "{}", stderr(&replay));
        stdout(&replay).to_owned()
    };
    let fast = actions("max");
    assert!(fast.lines().count() > 20, "{fast}");
    assert_eq!(actions("1"), fast);
}

#[test]
fn reload_names_the_changed_files_and_warns_of_scenes_that_obs_has_not() {
    let Some(obs) = HeadlessObs::start() else { return };
    let sink = format!("  replay: {{ type: obs, port: {}, password: \"{}\" }}\n", obs.port, obs.password);
    let venue = Venue::with_rules(&sink, "a.rhai, b.rhai");
    let scene = |file: &str, scene: &str| {
        let rule = format!("fn on_bout_loaded(event, bout) {{ obs::scene(\"{scene}\"); }}\n");
        fs::write(venue.path(file), rule).unwrap();
    };
    scene("a.rhai", "Live");
    scene("b.rhai", "Rplay");
    let mut running = venue.run();
    running.wait_for_log("OBS `replay` has no scene `Rplay`, which ");
    running.wait_for_log(" names; did you mean `Replay`? [obs.lacks]");

    scene("b.rhai", "Liev");
    running.wait_for_log(&format!("the rules were changed: {} [rules.changed]", venue.path("b.rhai").display()));
    running.wait_for_log("OBS `replay` has no scene `Liev`, which ");
    scene("b.rhai", "Replay");
    let reload = || {
        let reload = output(vta().args(["ctl", "reload", "--config"]).arg(venue.config()));
        stdout(&reload).trim().to_owned()
    };
    let changed = format!("done: changed: {}", venue.path("b.rhai").display());
    let same = "done: the rules are the same";
    // The files are also watched.
    assert!([changed.as_str(), same].contains(&reload().as_str()));
    assert_eq!(reload(), same);
    let (_, log) = running.end();
    assert_eq!(log.matches("[obs.lacks]").count(), 2, "{log}");
}
