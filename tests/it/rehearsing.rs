//! Trying rules without OBS: right after `vta init`, and with dry runs.

use std::fs;
use std::process::Output;

use crate::support::{Venue, output, stderr, stdout, vta};

fn run(venue: &Venue, folder: &str, line: &str) -> Output {
    output(vta().args(line.split(' ')).current_dir(venue.path(folder)))
}

#[test]
fn scenarios_and_a_rehearsal_are_there_right_after_init() {
    let venue = Venue::new("");
    assert!(run(&venue, ".", "init new").status.success());
    let tested = run(&venue, "new", "rules test");
    assert!(tested.status.success(), "{}{}", stdout(&tested), stderr(&tested));
    assert!(stdout(&tested).contains("all as expected"), "{}", stdout(&tested));
    let rehearsed = run(&venue, "new", "replay examples/bout-with-review.tsv --dry-run");
    assert!(rehearsed.status.success(), "{}", stderr(&rehearsed));
    assert!(stdout(&rehearsed).contains("obs.save_replay"), "{}", stdout(&rehearsed));
}

#[test]
fn dry_run_answers_scenes_as_obs_does() {
    let venue = Venue::with_rules("  replay: { type: obs }\n", "a.rhai");
    let rule = "fn on_review_opened(event, bout) { obs::scene(\"Replay\"); obs::scene(\"Replay\"); }\n\
                fn on_scene_changed(event, bout) { mark(event.scene + \" is on\"); }\n";
    fs::write(venue.path("a.rhai"), rule).unwrap();
    fs::write(venue.path("t.tsv"), "0\tpre;FightLoaded\n1000\tclk;02:00;start\n2000\tclk;01:59\n3000\tch1;\n").unwrap();
    for option in ["--dry-run", "--explain"] {
        let shown = run(&venue, ".", &format!("replay t.tsv --config event.yaml {option}"));
        assert_eq!(stdout(&shown).matches("Replay is on").count(), 1, "{option}: {}{}", stdout(&shown), stderr(&shown));
    }
}

#[test]
fn capture_of_no_bytes_is_refused_with_what_to_do() {
    let venue = Venue::new("");
    for name in ["empty.pcapng", "empty.tsv"] {
        fs::write(venue.path(name), "").unwrap();
        for verb in ["decode NAME", "replay NAME --config event.yaml", "simulate --to 127.0.0.1:9 --trace NAME"] {
            let refused = run(&venue, ".", &verb.replace("NAME", name));
            assert_eq!(refused.status.code(), Some(1), "{verb}: {}", stderr(&refused));
            assert!(stderr(&refused).contains(&format!("error: {name} is empty")), "{verb}: {}", stderr(&refused));
            assert!(stderr(&refused).contains("another copy"), "{verb}: {}", stderr(&refused));
        }
    }
}

#[test]
fn actions_without_an_outcome_are_explained_where_they_are_printed() {
    let venue = Venue::new("  replay: { type: obs }\n");
    fs::write(venue.path("t.tsv"), "0\tpre;FightLoaded\n1000\tclk;02:00;start\n2000\tclk;01:59\n3000\tch1;\n").unwrap();
    let replay = run(&venue, ".", "replay t.tsv --config event.yaml --speed max");
    assert!(replay.status.success(), "{}", stderr(&replay));
    for verb in ["db info", "db timeline"] {
        let printed = run(&venue, ".", verb);
        assert!(stderr(&printed).contains("did not answer before vta ended"), "{verb}: {}", stderr(&printed));
    }
}
