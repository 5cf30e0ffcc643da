//! `vta check`, on the real program.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::{Venue, output, repository, stderr, stdout, vta};

/// What `vta check` says of a config that lies in the repository's folder `examples`, where the rules are.
fn check(text: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("examples")).unwrap();
    fs::create_dir(folder.path().join("rules")).unwrap();
    for rule in ["recording", "scenes", "instant-replay"] {
        fs::copy(repository(&format!("rules/{rule}.rhai")), folder.path().join(format!("rules/{rule}.rhai"))).unwrap();
    }
    fs::write(folder.path().join("examples/event.yaml"), text).unwrap();
    let output = output(vta().args(["check", "--config", "event.yaml"]).current_dir(folder.path().join("examples")));
    (output.status.code(), format!("{}{}", stdout(&output), stderr(&output)))
}

#[test]
fn seventeen_mistakes_are_shown_at_once_each_with_its_place() {
    let text = "\
name: ' '
sources: { court-9: { bind: 0.0.0.0:6009 } }
courts:
  court-1: { type: udp, bind: 0.0.0.0:6000 }
  court-2: { bind: 6001 }
  court-3: { bind: 0.0.0.0:6003, alow: [192.168.7.0/24] }
  court-4: { bind: 0.0.0.0:6003 }
  court-5: { bind: 0.0.0.0:6005, resync: 127.0.0.1:6005 }
rules:
  files:
    - ../rules/gone.rhai
    - file: ../rules/recording.rhai
      with: { after_the_winner: 8, start_att: bout_ready, chapters: perhaps }
reviews: { quota: many }
sinks:
  store: { type: sqlite }
  obs-1: { type: obs, port: 0, courts: [court-6] }
  obs-2: { type: obs, password: '${NOT_SET_ANYWHERE}' }
  log: { type: logg }
";
    let (code, shown) = check(text);
    assert_eq!((code, shown.matches("error: ").count()), (Some(3), 17), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn folders_of_obs_that_can_never_match_or_are_the_same_are_shown() {
    let text = "\
name: a
courts: { court-1: { bind: 0.0.0.0:6000 } }
sinks:
  obs-1:
    type: obs
    paths:
      'D:/OBS': //stream-pc/obs
      'd:\\obs\\': //stream-pc/other
      'E:/OBS': '\\\\STREAM-PC\\obs'
      Videos: /mnt/videos
      'F:/OBS': videos
  obs-2: { type: obs, port: 4456, paths: { 'D:/OBS': /mnt/obs, 'D:/OBS/Clips': /mnt/clips, /home/obs: 'Z:\\' } }
";
    let (code, shown) = check(text);
    assert_eq!((code, shown.matches("error: ").count()), (Some(3), 4), "{shown}");
    for wanted in [
        "`D:/OBS` and `d:\\obs\\` are the same folder, there or here",
        "`D:/OBS` and `E:/OBS` are the same folder, there or here",
        "no file is ever found by `Videos`: it does not begin at a root",
        "no file is ever found by the path of `F:/OBS` on this computer: it does not begin at a root",
    ] {
        assert!(shown.contains(wanted), "{shown}");
    }
}

#[test]
fn no_verb_shows_a_secret_of_a_wrong_config() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.yaml");
    fs::write(
        folder.path().join("camera.rhai"),
        "const CAMERA = \"\";\nfn on_hit(event, bout) { obs::on(CAMERA).save_replay(\"\"); }\n",
    )
    .unwrap();
    let rule = "rules: { files: [{ file: camera.rhai, with: { camera: '${HUNTER}' } }] }";
    let sinks = [
        "password hunter2".to_owned(),
        "password=hunter2".to_owned(),
        "host: ws://user:hunter2@pc".to_owned(),
        "port: hunter2".to_owned(),
        "{ password: hunter2 }".to_owned(),
        "port: 1 # hunter2 is the password\n    prot: 1".to_owned(),
    ];
    let sinks = sinks.map(|sink| format!("sinks:\n  pc:\n    type: obs\n    {sink}\n"));
    let rules = [rule.replace("camera.rhai", "${HUNTER}"), format!("{rule}\nsinks: {{ pc: {{ type: obs }} }}")];
    for text in sinks.into_iter().chain(rules) {
        let text = format!("name: a\ncourts: {{ c: {{ bind: \"127.0.0.1:0\" }} }}\n{text}\n");
        fs::write(&file, &text).unwrap();
        for verb in [&["check"][..], &["config", "show"], &["run"]] {
            // A variable's value that is right is shown by `config show`, and `run` would run.
            if text.contains("camera.rhai") && verb != ["check"] {
                continue;
            }
            let output = output(vta().args(verb).arg("--config").arg(&file).env("HUNTER", "hunter2"));
            let shown = format!("{}{}", stdout(&output), stderr(&output));
            assert!(!shown.contains("hunter2"), "{text}\n{shown}");
            let is_wrong = !text.contains("camera.rhai");
            assert_eq!(output.status.code(), Some(if is_wrong { 3 } else { 0 }), "{text}\n{shown}");
        }
    }
}

#[test]
fn warnings_and_findings_in_rules_are_shown_with_the_errors_of_the_config() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.rhai"), "fn on_hitt(event, bout) { }\n").unwrap();
    let text = "name: a\ncourts: { c: { bind: 0.0.0.0:0 } }\nrules: { files: [a.rhai] }\nreviews: { quota: many }\n";
    fs::write(folder.path().join("event.yaml"), text).unwrap();
    for verb in ["check", "run"] {
        let output = output(vta().arg(verb).current_dir(folder.path()));
        assert_eq!((output.status.code(), stdout(&output)), (Some(3), ""));
        insta::assert_snapshot!("warnings_with_errors", stderr(&output));
    }
}

#[test]
fn a_run_and_a_replay_log_the_warnings_of_the_config() {
    let venue = Venue::new("");
    let mut run = venue.run();
    run.wait_for_log("with port 0 the system chooses a port");
    run.wait_for_log("config.warning");
    let replay = output(
        vta()
            .args(["replay", "--speed", "max", "--dry-run", "--config"])
            .arg(venue.config())
            .arg(repository("examples/bout-with-review.tsv")),
    );
    assert!(stderr(&replay).contains("with port 0 the system chooses a port"), "{}", stderr(&replay));
}

#[test]
fn a_setting_of_the_wrong_kind_is_shown_in_the_config_and_not_in_the_rule() {
    let (code, shown) = check(
        "name: a\ncourts: { c: { bind: 0.0.0.0:6000 } }\nrules:\n  files:\n    - file: ../rules/recording.rhai\n      with:\n        after_the_winner: 8\n",
    );
    assert_eq!(code, Some(3));
    insta::assert_snapshot!(shown, @r#"
    error: `after_the_winner` takes a duration: "500ms", "2s" or "1m"
     --> event.yaml:7:27
      |
    7 |         after_the_winner: 8
      |                           ^
      |
      = help: `AFTER_THE_WINNER` of recording.rhai is "8s"
    "#);
}

#[test]
fn values_that_a_rule_does_not_allow_are_shown_in_the_config() {
    let (code, shown) = check(
        "name: a\ncourts: { c: { bind: 0.0.0.0:6000 } }\nrules:\n  files:\n    - file: ../rules/scenes.rhai\n      with:\n        review_from: klip\n        review_until: [verdict, clocked, nothing]\n    - file: ../rules/instant-replay.rhai\n      with: { speed: 200 }\n    - file: ../rules/recording.rhai\n      with: { start_at: \"${WORD:-round_ended}\" }\n",
    );
    assert_eq!(code, Some(3));
    insta::assert_snapshot!(shown, @r#"
    error: `review_from` takes `clip` or `request`
     --> event.yaml:7:22
      |
    7 |         review_from: klip
      |                      ^^^^
      |
      = help: did you mean `clip`?

    error: `review_until` takes some of `verdict`, `closed` and `clock`
     --> event.yaml:8:33
      |
    8 |         review_until: [verdict, clocked, nothing]
      |                                 ^^^^^^^
      |
      = help: did you mean `closed`?

    error: `review_until` takes some of `verdict`, `closed` and `clock`
     --> event.yaml:8:42
      |
    8 |         review_until: [verdict, clocked, nothing]
      |                                          ^^^^^^^
      |
      = help: `REVIEW_UNTIL` of scenes.rhai is ["verdict", "closed", "clock"]

    error: `speed` takes a number from 0.01 to 100
      --> event.yaml:10:22
       |
    10 |       with: { speed: 200 }
       |                      ^^^
       |
       = help: `SPEED` of instant-replay.rhai is 1.0

    error: `start_at` takes `bout_started` or `bout_ready`
      --> event.yaml:12:25
       |
    12 |       with: { start_at: "${WORD:-round_ended}" }
       |                         ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: `START_AT` of recording.rhai is "bout_started"
    "#);
}

#[test]
fn each_court_runs_the_rule_with_its_own_settings() {
    let venue = Venue::new("");
    fs::write(venue.path("say.rhai"), "const WORD = \"?\";\nfn on_clock(event, bout) { mark(WORD); }\n").unwrap();
    let courts = "  court-1: { bind: \"127.0.0.1:0\" }\n  court-2: { bind: \"127.0.0.1:0\" }\n  court-3: { bind: \"127.0.0.1:0\" }\n";
    let rules = "  files:\n    - { file: say.rhai, courts: [court-1], with: { word: one } }\n    - { file: say.rhai, courts: [court-2], with: { word: two } }\n";
    let config =
        format!("name: a\ncourts:\n{courts}rules:\n{rules}sinks:\n  store: {{ type: sqlite, path: day.db }}\n");
    fs::write(venue.config(), config).unwrap();
    fs::write(venue.path("clock.tsv"), fs::read_to_string(repository("examples/bout-with-review.tsv")).unwrap())
        .unwrap();
    for (court, said) in [("court-1", Some("one")), ("court-2", Some("two")), ("court-3", None)] {
        let replay = output(
            vta()
                .args(["replay", "--speed", "max", "--court", court, "--dry-run", "--config"])
                .arg(venue.config())
                .arg(venue.path("clock.tsv")),
        );
        assert_eq!(replay.status.code(), Some(0), "{}", stderr(&replay));
        let shown = format!("{}{}", stdout(&replay), stderr(&replay));
        for word in ["one", "two"] {
            assert_eq!(shown.contains(&format!("{{\"text\":\"{word}\"}}")), said == Some(word), "{court}: {shown}");
        }
    }
}

#[test]
fn init_writes_as_many_courts_as_wanted_and_the_check_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let init = output(vta().args(["init", "--courts", "12"]).arg(folder.path()));
    assert_eq!(init.status.code(), Some(0), "{}", stderr(&init));
    let check = output(vta().arg("check").current_dir(folder.path()));
    assert_eq!((stdout(&check), stderr(&check)), ("event.yaml is fine: 12 courts, 5 rules, 27 sinks\n", ""));
    for courts in ["0", "100", "abc"] {
        let init = output(vta().args(["init", "--courts", courts]).arg(folder.path().join("more")));
        assert_eq!(init.status.code(), Some(2));
        assert!(stderr(&init).contains("write a number from 1 to 99"), "{}", stderr(&init));
    }
}

#[test]
fn a_config_of_a_megabyte_is_checked_in_time() {
    let mut text = "name: a\ncourts:\n".to_owned();
    for court in 0..6000 {
        let (high, low) = (court / 250, court % 250);
        text.push_str(&format!("  court-{court}: {{ bind: 127.0.{high}.{low}:6000, allow: [192.168.7.0/24] }}\n"));
    }
    text.push_str("sinks:\n");
    for sink in 0..6000 {
        text.push_str(&format!(
            "  é-{sink}: {{ type: obs, host: obs-{sink}, password: secret, courts: [court-{sink}] }}\n"
        ));
    }
    text.push_str(&"# what else there is to say of it\n".repeat((1 << 20) / 40));
    assert!(text.len() > 1 << 20, "{}", text.len());
    let config = vta::config::Config::parse(std::path::Path::new("event.yaml"), &text, &|_| None);
    assert_eq!(config.unwrap().sinks.len(), 6000);
    // Each way to be quadratic takes minutes; how fast it is else depends on the machine and the build.
    let begun = Instant::now();
    let wrong = text.replace("host:", "hots:").replace("allow:", "alow:");
    let error = vta::config::Config::parse(std::path::Path::new("event.yaml"), &wrong, &|_| None).unwrap_err();
    assert!(error.render(false).ends_with(" more, which are not shown"));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn the_config_that_is_shown_is_whole_and_covers_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.yaml");
    let text = "name: Hamburg\ncourts:\n  mat-1: { bind: \"${PORT:-0.0.0.0:6000}\", allow: [10.0.0.0/8] }\nsinks:\n  \
                replay: { type: obs, password: hunter2secret, courts: [mat-1] }\n";
    fs::write(&file, text).unwrap();
    let shown = output(vta().args(["config", "show", "--config"]).arg(&file));
    assert!(shown.status.success(), "{}", stderr(&shown));
    insta::assert_snapshot!(stdout(&shown));
    fs::write(&file, stdout(&shown)).unwrap();
    let again = output(vta().args(["config", "show", "--config"]).arg(&file));
    assert_eq!(stdout(&again), stdout(&shown), "what is shown is a config, too");
}
