//! `vta decode` on the real bouts.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{output, repository, stderr, stdout, vta};

fn decode(bout: &str, args: &[&str]) -> Vec<Value> {
    let output = output(vta().arg("decode").args(args).arg(repository(bout)));
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_real_bouts_have_no_unknown_and_no_invalid_event() {
    for (bout, events) in [("console-bout-1.tsv", 435), ("console-bout-2.tsv", 378)] {
        let decoded = decode(&format!("tests/data/{bout}"), &[]);
        assert_eq!(decoded.len(), events, "{bout}");
        let bad: Vec<_> = decoded.iter().filter(|e| e["status"] == "unknown" || e["status"] == "invalid").collect();
        assert!(bad.is_empty(), "{bad:?}");
    }
}

#[test]
fn the_second_bout_ends_with_red_as_winner_on_final_points() {
    let decoded = decode("tests/data/console-bout-2.tsv", &[]);
    let [.., winner, result] = &decoded[..] else { panic!("too few events") };
    assert_eq!((&winner["kind"], &winner["winner"]), (&"winner".into(), &"red".into()));
    assert_eq!(
        (&result["kind"], &result["result"], &result["decision"]),
        (&"result".into(), &"1-2".into(), &"PTF".into())
    );
}

#[test]
fn the_derived_events_tell_the_second_bout() {
    let decoded = decode("tests/data/console-bout-2.tsv", &["--derived"]);
    let lines: Vec<String> = decoded
        .iter()
        .filter(|event| event["derived"] == true)
        .map(|event| {
            let fields = event.as_object().unwrap().iter();
            let common = ["seq", "at", "court", "kind", "status", "derived", "cause"];
            let fields: BTreeMap<_, _> = fields.filter(|(name, _)| !common.contains(&name.as_str())).collect();
            format!("{} {}", event["kind"].as_str().unwrap(), serde_json::to_string(&fields).unwrap())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
