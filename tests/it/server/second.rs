//! Two vtas on one computer.

use super::*;

fn logged(folder: &tempfile::TempDir, log: &str, what: &[&str]) -> String {
    let log = folder.path().join(log);
    wait_for(&what.join(" and "), || {
        let text = fs::read_to_string(&log).unwrap();
        what.iter().all(|what| text.contains(what)).then_some(text)
    })
}

/// A folder with a config of a server at an address.
fn other(address: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config =
        format!("name: Other\ncourts: {{ mat-2: {{ bind: \"127.0.0.1:0\" }} }}\nserver: {{ bind: \"{address}\" }}\n");
    fs::write(folder.path().join("event.yaml"), config).unwrap();
    folder
}

fn end(mut vta: Child) {
    vta.kill().unwrap();
    vta.wait().unwrap();
}

#[test]
fn a_port_that_is_taken_does_not_stop_the_run_and_the_vta_that_has_it_is_named() {
    let first = Running::start(&["mat-1"]);
    let folder = other(&first.address.to_string());
    let second = run(&folder, "log");
    let log = logged(&folder, "log", &["server.port_taken", "run.ready"]);
    let named = format!(r"the vta of O\u{{1b}}[2Jpen (process {}) has the port; it is tried again", first.vta.id());
    assert!(log.contains(&named), "{log}");
    wait_for("the run file", || folder.path().join("event.yaml.run").exists().then_some(()));
    for verb in [&["ctl", "mark", "here"][..], &["status"]] {
        let refused = vta(&folder, verb).output().unwrap();
        let error = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(4), "{error}");
        let runs = format!("error: vta runs with event.yaml (process {}), but takes no commands", second.id());
        assert!(error.starts_with(&runs), "{error}");
        assert!(error.contains(&format!("(process {}) has the port", first.vta.id())), "{error}");
    }
    // It gets the port once that is free.
    drop(first);
    wait_for("the server", || vta(&folder, &["status"]).output().unwrap().status.success().then_some(()));
    end(second);
}

#[test]
fn another_program_that_has_the_port_is_called_so() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = other(&taken.local_addr().unwrap().to_string());
    let vta = run(&folder, "log");
    let log = logged(&folder, "log", &["server.port_taken"]);
    let owner =
        if cfg!(target_os = "linux") { &format!("` (process {})", std::process::id()) } else { "another program" };
    assert!(log.contains(&format!("{owner} has the port; it is tried again")), "{log}");
    end(vta);
}

#[test]
fn a_config_that_runs_already_is_warned_of() {
    let first = Running::start(&["mat-1"]);
    let refused = vta(&first.folder, &["run"]).output().unwrap();
    let log = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(4), "{log}");
    let warned = log.find("run.runs_already").unwrap_or_else(|| panic!("{log}"));
    assert!(warned < log.find("error: ").unwrap(), "{log}");

    let config = first.folder.path().join("event.yaml");
    let text = fs::read_to_string(&config).unwrap();
    let courts = text.find("courts:").unwrap();
    let server = text.find("server:").unwrap();
    let moved = format!("{}courts: {{ mat-1: {{ bind: \"127.0.0.1:0\" }} }}\n{}", &text[..courts], &text[server..]);
    fs::write(&config, moved).unwrap();
    let second = run(&first.folder, "log-2");
    let log = logged(&first.folder, "log-2", &["run.runs_already"]);
    assert!(log.contains(&format!("process {}", first.vta.id())), "{log}");
    end(second);

    // A run file that a killed one has left is no reason for a warning.
    let third = run(&first.folder, "log-3");
    let log = logged(&first.folder, "log-3", &["server.listening"]);
    assert!(!log.contains("run.runs_already"), "{log}");
    end(third);
}
