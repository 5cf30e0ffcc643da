//! `vta simulate`: bouts by the rules of the sport, on the wire and in traces.

mod sport;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Venue, WAIT_TIMEOUT, output, stderr, stdout, vta, wait_for};

const DIALECTS: [&str; 3] = ["tkstrike-2", "tkstrike-3", "published"];

/// Writes a trace; gives what is printed.
fn simulate(trace: &Path, args: &[&str]) -> String {
    let output = output(vta().arg("simulate").args(args).args(["--force", "--trace-out"]).arg(trace));
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).to_owned()
}

fn decode(trace: &Path, args: &[&str]) -> Vec<Value> {
    let output = output(vta().arg("decode").args(args).arg(trace));
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A bout as it is printed: number, scores of the rounds, winner, result with decision.
fn printed(lines: &str) -> Vec<String> {
    let bout = |line: &str| {
        let (number, rest) = line.split_once(": ")?;
        let [_, rounds, winner, result] = rest.split(", ").collect::<Vec<_>>()[..] else { return None };
        Some(format!("{number}, {rounds}, {winner}, {result}"))
    };
    lines.lines().filter_map(bout).collect()
}

/// The same, from the derived events.
fn derived_bouts(events: &[Value]) -> Vec<String> {
    let mut bouts = Vec::new();
    let mut rounds = Vec::new();
    for event in events {
        match event["kind"].as_str().unwrap() {
            "round_ended" => rounds.push(format!("{}-{}", event["blue"], event["red"])),
            "bout_ended" => {
                let scores = if rounds.is_empty() { "no rounds".to_owned() } else { rounds.join(" ") };
                rounds.clear();
                let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
                let [number, winner, result, decision] = ["number", "winner", "result", "decision"].map(text);
                bouts.push(format!("{number}, {scores}, {winner}, {result} {decision}"));
            }
            _ => {}
        }
    }
    bouts
}

#[test]
fn play_without_waiting_is_refused_since_a_court_would_take_it_for_one_burst() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let output =
        output(vta().args(["simulate", "--speed", "max", "--to"]).arg(socket.local_addr().unwrap().to_string()));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("one burst"), "{}", stderr(&output));
    socket.set_nonblocking(true).unwrap();
    assert!(socket.recv(&mut [0; 10]).is_err(), "nothing is sent");
}

#[test]
fn the_same_seed_gives_the_same_bouts() {
    let folder = tempfile::tempdir().unwrap();
    let trace = |name: &str, seed: &str| {
        let path = folder.path().join(name);
        let printout = simulate(&path, &["--bouts", "3", "--defects", "--courts", "2", "--seed", seed]);
        let second = path.with_file_name(format!("{}-2.tsv", path.file_stem().unwrap().to_str().unwrap()));
        (printed(&printout), fs::read(path).unwrap(), fs::read(second).unwrap())
    };
    let first = trace("one.tsv", "7");
    assert_eq!(first.0.len(), 6);
    assert_eq!(first, trace("again.tsv", "7"));
    let other = trace("other.tsv", "8");
    assert!(first.1 != other.1 && first.1 != first.2);
}

#[test]
fn a_seed_that_is_made_up_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (one, again) = (folder.path().join("one.tsv"), folder.path().join("again.tsv"));
    let output = output(vta().args(["simulate", "--trace-out"]).arg(&one));
    let seed = stderr(&output).lines().find_map(|line| line.strip_prefix("seed ")).unwrap().to_owned();
    simulate(&again, &["--seed", &seed]);
    assert!(fs::read(one).unwrap() == fs::read(again).unwrap(), "{seed}");
}

#[test]
fn every_message_without_defects_is_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("t.tsv");
    for dialect in DIALECTS {
        simulate(&trace, &["--bouts", "20", "--seed", "7", "--dialect", dialect]);
        let events = decode(&trace, &[]);
        assert!(events.len() > 5000, "{}", events.len());
        let odd: Vec<_> = events.iter().filter(|event| event["status"] != "ok").collect();
        assert!(odd.is_empty(), "{dialect}: {odd:?}");
    }
}

#[test]
fn every_defect_is_mended_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("t.tsv");
    for dialect in DIALECTS {
        let printout = simulate(&trace, &["--bouts", "20", "--seed", "7", "--defects", "--dialect", dialect]);
        let defects = printout.lines().find_map(|line| line.strip_prefix("defects: ")).unwrap();
        let counts = defects.split(", ").map(|defect| defect.split_once(' ').unwrap());
        let counts: BTreeMap<_, u64> = counts.map(|(count, name)| (name, count.parse().unwrap())).collect();
        assert_eq!(counts.len(), 9, "{counts:?}");

        let events = decode(&trace, &[]);
        let mut noted: BTreeMap<&str, u64> = BTreeMap::new();
        for event in &events {
            assert!(event["status"] == "ok" || event["status"] == "recovered", "{event}");
            let notes: Vec<_> = event["notes"].as_array().into_iter().flatten().map(|n| n.as_str().unwrap()).collect();
            assert_eq!(notes.is_empty(), event["status"] == "ok", "{event}");
            let has = |part: &str| notes.iter().any(|note| note.contains(part));
            let raw = event["raw"].as_str().unwrap();
            for (name, found) in [
                ("cut tails", has("is cut after") || has("the message was cut")),
                ("glued hits", has("glued together")),
                ("nulls", has("is `null`")),
                ("extra fields", has("extra fields")),
                ("old encodings", has("Windows-1252")),
                ("empty fields", raw.starts_with("wmh;;") || raw.contains(";;at2") || raw.contains(";;Seniors")),
            ] {
                *noted.entry(name).or_default() += u64::from(found);
            }
        }
        // A cut right behind a `;` or a country cannot be seen.
        assert!(noted["cut tails"] > 0 && noted["empty fields"] > 0, "{dialect}: {noted:?}");
        // Two hits are one defect, and a datagram that comes twice has its defect twice.
        assert!(noted["glued hits"] >= 2 * counts["glued hits"], "{dialect}: {noted:?} {counts:?}");
        for name in ["nulls", "extra fields", "old encodings"] {
            assert!(noted[name] >= counts[name], "{dialect}: {noted:?} {counts:?}");
        }
    }
}

#[test]
fn the_derived_events_tell_the_bouts_that_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("t.tsv");
    for seed in ["1", "2", "3", "4", "7", "11"] {
        let mut same = BTreeSet::new();
        for (dialect, defects) in DIALECTS.into_iter().flat_map(|dialect| [(dialect, false), (dialect, true)]) {
            let args = ["--bouts", "20", "--seed", seed, "--dialect", dialect, "--defects"];
            let printout = simulate(&trace, if defects { &args[..] } else { &args[..6] });
            let events = decode(&trace, &["--derived"]);
            let printed = printed(&printout);
            assert_eq!(printed.len(), 20, "{printout}");
            assert_eq!(derived_bouts(&events), printed, "{dialect}, seed {seed}, defects {defects}");
            let disputed: Vec<_> = events.iter().filter(|event| event["kind"] == "contradiction").collect();
            assert!(disputed.is_empty(), "{disputed:?}");
            same.insert(printed);
        }
        assert_eq!(same.len(), 1, "dialects and defects change nothing about the bouts of seed {seed}");
    }
}

/// A simulator that goes on until the test is over.
struct Console {
    child: Child,
    /// Where its courts answer.
    courts: Vec<SocketAddr>,
}

impl Console {
    fn start(courts: usize, args: &[&str]) -> Self {
        let mut command = vta();
        command.args(["simulate", "--courts", &courts.to_string()]).args(args);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let ports = lines.filter_map(|line| {
            let from = line.split_once(" sends from ")?.1.split(' ').next()?;
            Some(from.parse::<SocketAddr>().unwrap().port())
        });
        let courts = ports.take(courts).map(|port| ([127, 0, 0, 1], port).into()).collect();
        Self { child, courts }
    }

    /// Asks a court until it has answered so often; gives the answers.
    fn ask(&self, court: usize, questions: &str, answers: usize) -> Vec<String> {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
        socket.send_to(questions.as_bytes(), self.courts[court]).unwrap();
        let mut buffer = [0; 512];
        let answer = |_| {
            let (length, from) = socket.recv_from(&mut buffer).unwrap();
            assert_eq!(from, self.courts[court]);
            String::from_utf8(buffer[..length].to_vec()).unwrap()
        };
        (0..answers).map(answer).collect()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

const QUESTIONS: &str = "clock\r\nbreak\r\nperiod\r\nscores\r\ngam-jeom\r\ninformations\r\nathletes\r\nwinmatch\r\n\
                         referees\r\nwinperiods;\r\n";

#[test]
fn questions_are_answered_with_the_last_message_of_each_kind() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = silent.local_addr().unwrap().to_string();
    let console = Console::start(2, &["--to", &to, "--seed", "7", "--bouts", "1"]);
    let first = wait_for("the first court to have loaded its bout", || {
        let answers = console.ask(0, QUESTIONS, 10);
        answers[2].starts_with("rnd;1").then_some(answers)
    });
    let begins =
        ["clk;0", "brk;", "rnd;1", "sc1;0;sc2;0", "wg1;0;wg2;0", "mch;101", "at1;", "wmh;", "ref;", "wrd;rd1;0;rd2;0"];
    for (answer, begin) in first.iter().zip(begins) {
        assert!(answer.starts_with(begin) && answer.ends_with("\r\n"), "{answer:?} where {begin} is expected");
    }
    assert_eq!((&*first[1], &*first[7]), ("brk;\r\n", "wmh;\r\n"), "{first:?}");
    assert!(first[6].contains(";at2;"), "{first:?}");
    // The second court begins some seconds later.
    assert_eq!(console.ask(1, "athletes\r\nscores\r\ninformations", 3), ["at1;at2;\r\n", "sc1;sc2;\r\n", "mch;\r\n"]);
}

#[test]
fn a_session_begun_in_the_middle_of_a_bout_asks_for_it() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = silent.local_addr().unwrap().to_string();
    let console = Console::start(1, &["--to", &to, "--seed", "7", "--bouts", "1", "--speed", "60"]);
    wait_for("a score in the first round", || {
        let score = console.ask(0, "scores", 1).remove(0);
        (score.starts_with("sc1;") && score != "sc1;0;sc2;0\r\n" && score != "sc1;sc2;\r\n").then_some(())
    });
    let venue = Venue::with_rules("", "");
    let config = fs::read_to_string(venue.config()).unwrap();
    let resync = format!("bind: \"127.0.0.1:0\", resync: \"{}\"", console.courts[0]);
    fs::write(venue.config(), config.replace("bind: \"127.0.0.1:0\"", &resync)).unwrap();
    let mut running = venue.run();
    running.wait_for_log("bout 101: ");
    running.wait_for_log("round 1, ");
}

#[test]
fn a_rate_and_a_time_bound_what_is_sent() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_millis(1500))).unwrap();
    let to = receiver.local_addr().unwrap().to_string();
    let mut command = vta();
    command.args(["simulate", "--rate", "2000", "--seconds", "1", "--seed", "7", "--to", &to]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut received = 0;
    let mut buffer = [0; 2048];
    while receiver.recv_from(&mut buffer).is_ok() {
        received += 1;
    }
    let output = child.wait_with_output().unwrap();
    let printout = stdout(&output);
    let last = printout.lines().last().unwrap();
    assert!(last.starts_with(&format!("sent {received} datagrams to {to} in ")), "{received}: {printout}");
    assert!((1000..=2000).contains(&received), "{printout}");
    // Bouts that ended in that time are printed.
    assert!(printed(printout).len() >= 2, "{printout}");
}

#[test]
fn each_court_has_the_next_port() {
    let (first, second) = wait_for("two free ports in a row", || {
        let first = UdpSocket::bind("127.0.0.1:0").unwrap();
        let next = first.local_addr().unwrap().port().checked_add(1)?;
        UdpSocket::bind(("127.0.0.1", next)).ok().map(|second| (first, second))
    });
    let to = first.local_addr().unwrap().to_string();
    let output = output(vta().args([
        "simulate",
        "--courts",
        "2",
        "--seed",
        "7",
        "--rate",
        "400",
        "--seconds",
        "1",
        "--to",
        &to,
    ]));
    assert!(output.status.success(), "{}", stderr(&output));
    let mut buffer = [0; 2048];
    for (socket, number) in [(first, "mch;1"), (second, "mch;2")] {
        socket.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
        wait_for("the court's bout", || {
            let length = socket.recv(&mut buffer).unwrap();
            buffer[..length].starts_with(number.as_bytes()).then_some(())
        });
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    for (args, part) in [
        (&["--bouts", "1"][..], "--to"),
        (&["--to", "127.0.0.1:65535", "--courts", "2"], "there is no port"),
        (&["--to", "127.0.0.1:6000", "--dialect", "kpnp"], "tkstrike-3"),
        (&["--to", "127.0.0.1:6000", "--trace", "t.tsv", "--bouts", "2"], "cannot be used with"),
        (&["--to", "127.0.0.1:6000", "--rate", "5", "--speed", "2"], "cannot be used with"),
        (&["--to", "127.0.0.1:6000", "--trace-out", "t.tsv"], "cannot be used with"),
    ] {
        let output = output(vta().arg("simulate").args(args));
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(part), "{args:?}: {}", stderr(&output));
    }
    let output = output(vta().args(["simulate", "--trace-out", "/nowhere/t.tsv"]));
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("/nowhere/t.tsv cannot be written"), "{}", stderr(&output));
}
