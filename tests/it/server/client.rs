//! How `vta ctl` and `vta status` find the running vta, and what they print.

use super::*;

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let running = Running::start(&["mat-1"]);
    for verb in [&["ctl", "mark", "here"][..], &["status"]] {
        let mut command = vta(&running.folder, verb);
        for proxy in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
            command.env(proxy, "http://127.0.0.1:1");
        }
        let done = command.output().unwrap();
        assert!(done.status.success(), "{verb:?}: {}", text(&done.stderr));
    }
}

#[test]
fn a_run_file_of_a_vta_that_was_killed_is_seen_whatever_has_its_port_now() {
    let mut running = Running::start(&["mat-1"]);
    running.vta.kill().unwrap();
    running.vta.wait().unwrap();
    let says = |what: &str| {
        let is_silent = what.contains("it hangs");
        let began = Instant::now();
        for verb in [&["ctl", "mark", "here"][..], &["status"]] {
            let refused = vta(&running.folder, verb).output().unwrap();
            let error = text(&refused.stderr);
            assert_eq!(refused.status.code(), Some(4), "{error}");
            assert_eq!(error.starts_with("error: no vta runs with event.yaml"), !is_silent, "{error}");
            assert!(error.contains(what), "{error}");
            assert_eq!(error.ends_with("start it with `vta run --config event.yaml`"), !is_silent, "{error}");
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    };
    says("has ended without removing event.yaml.run");

    // A program that is silent, and ones that answer.
    let silent = TcpListener::bind(running.address).unwrap();
    says("it hangs, or another program has its address");
    drop(silent);
    for answer in ["{\"detail\":\"no\"}", "{\"program\":\"vta\"}", "<html>"] {
        let listener = TcpListener::bind(running.address).unwrap();
        let server = std::thread::spawn(move || {
            for stream in listener.incoming().take(2) {
                let mut stream = stream.unwrap();
                let _head = stream.read(&mut [0; 4096]).unwrap();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close", answer.len());
                write!(stream, "{head}\r\n\r\n{answer}").unwrap();
            }
        });
        says("another program has its address");
        server.join().unwrap();
    }

    let other = Running::start_at(&running.address.to_string(), &["mat-9"], "");
    says("another vta has its address");
    drop(other);
}

#[test]
fn the_run_file_has_an_address_that_can_be_used_and_a_long_token() {
    for (bind, host) in [("0.0.0.0:0", "127.0.0.1"), ("[::]:0", "::1"), ("127.0.0.1:0", "127.0.0.1")] {
        let running = Running::start_at(bind, &["mat-1"], "");
        assert_eq!(running.address.ip().to_string(), host);
        let run: Value = serde_json::from_slice(&fs::read(running.run_file()).unwrap()).unwrap();
        assert_eq!(run["token"].as_str().unwrap().len(), 64, "32 bytes in hexadecimal");
        let started: jiff::Timestamp = run["started_at"].as_str().unwrap().parse().unwrap();
        assert!(jiff::Timestamp::now().duration_since(started).as_secs() < 60, "{run}");
        let done = running.ctl(&["mark", "here"]);
        assert_eq!((text(&done.stdout), text(&done.stderr)), ("done".to_owned(), String::new()), "{bind}");
    }
}

#[test]
fn the_status_has_the_address_the_uptime_and_the_last_trouble() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let running = Running::start_at("127.0.0.1:0", &["mat-1"], &format!("  dead: {{ type: obs, port: {closed} }}\n"));
    running.wait_for_log("obs.not_connected");
    let table = text(&vta(&running.folder, &["status"]).output().unwrap().stdout);
    assert!(table.contains(&format!("at http://{}, running for ", running.address)), "{table}");
    let status: Value = serde_json::from_str(&running.get("/api/status").1).unwrap();
    assert_eq!(status["address"], running.address.to_string());
    assert!(status["uptime_seconds"].as_u64().unwrap() < 60, "{status}");
    status["started_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let components = status["components"].as_array().unwrap();
    let dead = components.iter().find(|component| component["name"] == "dead").unwrap();
    let reason = dead["last_trouble"]["reason"].as_str().unwrap();
    assert!(reason.contains("connection refused"), "{dead}");
    dead["last_trouble"]["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
}

#[test]
fn trouble_that_is_over_is_in_the_status() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let free = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        drop(taken);
    });
    let running = Running::start_at(&address.to_string(), &["mat-1"], "");
    free.join().unwrap();
    let table = text(&vta(&running.folder, &["status"]).output().unwrap().stdout);
    let server = table.lines().find(|line| line.contains("server http")).unwrap();
    assert!(server.contains("running; its last trouble, at "), "{table}");
    assert!(server.contains("another program has the port"), "{table}");
}

#[test]
fn text_from_outside_controls_no_terminal() {
    let mut running = Running::start(&["mat-1"]);
    for message in [
        "pre;FightLoaded",
        "at1;Ana;Ana\u{1b}[31m A;GER;at2;Bea;Bea\u{9b}2J B;FRA",
        "mch;12;Fi\u{1b}nal;M -68kg;0;#0;#F;#f;#F;null;Seniors;3;120;cntDown;20;5;",
        "rnd;1",
        "clk;01:53;start",
        "xyz;\u{1b}]0;title\u{7}",
    ] {
        running.court.send(message.as_bytes()).unwrap();
    }
    wait_for("the clock", || (running.get("/api/courts/mat-1/clock").1 == "1:53").then_some(()));
    for words in [&["review", "blue"][..], &["mark", "he\u{1b}[2Jre"], &["show", "\u{1b}[2J"]] {
        let answer = running.ctl(words);
        assert!(!holds_controls(&answer), "{words:?}: {answer:?}");
    }
    let table = vta(&running.folder, &["status"]).output().unwrap();
    assert!(text(&table.stdout).contains(r"Ana\u{1b}[31m A"), "{}", text(&table.stdout));
    assert!(text(&table.stdout).starts_with(r"O\u{1b}[2Jpen (vta"), "{}", text(&table.stdout));
    assert!(!holds_controls(&table), "{table:?}");
    running.ctl(&["quit"]);
    wait_for("the end", || running.vta.try_wait().unwrap());
    assert!(!holds_controls_in(&fs::read(running.folder.path().join("log")).unwrap()));
    let capture = fs::read_dir(running.folder.path().join("captures")).unwrap().next().unwrap().unwrap().path();
    let capture = capture.to_str().unwrap();
    for verb in [
        &["db", "bouts"][..],
        &["db", "reviews"],
        &["db", "info"],
        &["db", "timeline"],
        &["replay", capture, "--explain", "--speed", "max"],
    ] {
        let output = vta(&running.folder, verb).output().unwrap();
        assert!(output.status.success(), "{verb:?}: {}", text(&output.stderr));
        assert!(!holds_controls(&output), "{verb:?}: {}", text(&output.stdout).escape_debug());
    }
}

fn holds_controls(output: &Output) -> bool {
    holds_controls_in(&output.stdout) || holds_controls_in(&output.stderr)
}

fn holds_controls_in(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).chars().any(|char| char.is_control() && char != '\n')
}

#[test]
fn a_reload_ends_with_the_rules_compiled_or_with_what_is_wrong_in_them() {
    let running = Running::start_at("127.0.0.1:0", &["mat-1", "mat-2"], "rules: { files: [] }\n");
    let none = running.ctl(&["reload"]);
    assert_eq!((text(&none.stdout), text(&none.stderr)), ("done: the rules are the same".to_owned(), String::new()));

    let config = running.folder.path().join("event.yaml");
    let text_before = fs::read_to_string(&config).unwrap();
    fs::write(&config, text_before.replace("day.db", "night.db")).unwrap();
    let changed = running.ctl(&["reload"]);
    assert_eq!(
        text(&changed.stdout),
        "done: the rules are the same; event.yaml has changed: that needs a restart",
        "{changed:?}"
    );

    let folder = tempfile::tempdir().unwrap();
    let rule = folder.path().join("rule.rhai");
    fs::write(&rule, "fn on_trigger(event, bout) { mark(\"one\"); }\n").unwrap();
    let rules = format!("rules: {{ files: [\"{}\"] }}\n", rule.display());
    let running = Running::start_at("127.0.0.1:0", &["mat-1", "mat-2"], &rules);
    fs::write(&rule, "fn on_hit(event, bout) {\n  mrak(\"two\");\n}\n").unwrap();
    let wrong = running.ctl(&["reload"]);
    let error = text(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(3), "{error}");
    assert!(error.contains("rule.rhai:2:3"), "{error}");
    assert!(error.contains("there is no function `mrak`"), "{error}");
    assert!(error.contains("|   ^^^^\n") && error.contains("help: did you mean `mark`?"), "{error}");
    let trigger = running.ctl(&["--court", "mat-1", "trigger", "x"]);
    assert!(trigger.status.success(), "those from before go on: {}", text(&trigger.stderr));
    let (status, problem) = running.send(
        &format!("POST /api/commands HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json", running.address),
        r#"{"command":"reload"}"#,
    );
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!((status, &problem["outcome"]), (409, &json!("refused")), "{problem}");
    let [diagnostic] = &problem["diagnostics"].as_array().unwrap()[..] else { panic!("{problem}") };
    assert_eq!(diagnostic["severity"], "error");

    fs::write(&rule, "fn on_hit(event, bout) { mark(\"three\"); }\n").unwrap();
    let done = running.ctl(&["reload"]);
    // The files are also watched, and may have been read already.
    let changed = [format!("done: changed: {}", rule.display()), "done: the rules are the same".to_owned()];
    assert!(changed.contains(&text(&done.stdout)), "{done:?}");
    let refused = running.ctl(&["--court", "mat-1", "trigger", "x"]);
    assert!(text(&refused.stderr).contains("no rule of this court has `fn on_trigger"), "{}", text(&refused.stderr));
}
