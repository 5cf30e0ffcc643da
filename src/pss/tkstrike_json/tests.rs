#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::bout::Bout;
use crate::court::{Court, Datagram, Input, Output};
use crate::event::{Body, Status};
use crate::pss::{self, Message};
use crate::rules::Rules;
use crate::time::Time;

fn decode(datagram: &str) -> Vec<Message> {
    let mut messages = Vec::new();
    pss::decode(&Bytes::from(datagram.to_owned()), false, |message| messages.push(message));
    messages
}

/// Each message as its kind and its fields, with the status where it is not `ok`.
fn messages(datagram: &str) -> Vec<String> {
    decode(datagram)
        .iter()
        .map(|message| {
            let kind = match &message.body {
                Body::Unusable(unusable) => unusable.kind,
                body => body.into(),
            };
            let notes = message.notes.join("; ");
            match message.status {
                Status::Ok => format!("{kind} {}", json!(message.body)),
                status => format!("{status} {kind} {} {notes}", json!(message.body)).trim_end().to_owned(),
            }
        })
        .collect()
}

const POINT: &str = r#"{"matchNumber":"101","matchVMInternalId":"a-17","roundNumber":2,"roundNumberStr":"2",
    "tkStrikeSystemTimestamp":1446204800842,"tkStrikeSystemTimestampStr":"30/10/2015 12:33:20:842",
    "roundTimestamp":111000,"roundTimestampStr":"01:51.000","eventType":"BLUE_HEAD_POINT","eventAddPoints":true,
    "eventRemovePoints":false,"bluePoints":3,"bluePenalties":0,"blueRoundWins":1,"redPoints":2,"redPenalties":1,
    "redRoundWins":0,"matchWinner":null,"matchFinalDecision":null,"hitlevel":45}"#;

#[test]
fn a_point_tells_its_hit_and_where_the_bout_stands() {
    insta::assert_snapshot!(messages(POINT).join("\n"), @r#"
    bout_config {"number":"101","internal_id":"a-17"}
    round {"round":2}
    point {"side":"blue","technique":"head","points":3,"level":45}
    penalties {"blue":0,"red":1}
    score {"blue":3,"red":2}
    clock {"seconds":111}
    round_time {"left_ms":111000}
    "#);
    let messages = decode(POINT);
    assert!(messages.iter().all(|message| message.stream == "BLUE_HEAD_POINT"));
    assert!(messages.iter().all(|message| message.raw.bytes() == POINT.as_bytes()));
}

#[test]
fn every_technique_is_worth_its_points_and_a_turning_kick_has_a_bonus() {
    for (name, technique, points) in [("PUNCH_POINT", "punch", 1), ("BODY_POINT", "body", 2), ("HEAD_POINT", "head", 3)]
    {
        for (prefix, side) in [("BLUE_", "blue"), ("RED_", "red")] {
            let point = json!({ "side": side, "technique": technique, "points": points });
            assert_eq!(messages(&format!(r#"{{"eventType":"{prefix}{name}"}}"#)), [format!("point {point}")]);
        }
    }
    for (name, technique) in [("BODY_TECH_POINT", "technical_body"), ("HEAD_TECH_POINT", "technical_head")] {
        let bonus = json!({ "side": "red", "technique": technique, "points": 2 });
        assert_eq!(messages(&format!(r#"{{"eventType":"RED_{name}"}}"#)), [format!("technical_bonus {bonus}")]);
    }
}

#[test]
fn points_taken_back_are_no_point() {
    let messages = messages(
        r#"{"eventType":"RED_BODY_POINT","eventRemovePoints":true,"bluePoints":0,"redPoints":4,"hitlevel":9}"#,
    );
    insta::assert_snapshot!(messages.join("\n"), @r#"
    point_taken_back {"side":"red","technique":"body"}
    score {"blue":0,"red":4}
    "#);
}

#[test]
fn hit_has_its_sensor_its_own_level_and_the_milliseconds() {
    let hit = r#"{"eventType":"RED_BODY_HIT","redBodyLevel":17,"blueHeadLevel":3,"hitlevel":0,"roundTimestamp":98602}"#;
    insta::assert_snapshot!(messages(hit).join("\n"), @r#"
    hit {"side":"red","level":17}
    sensor_hit {"side":"red","sensor":"body","level":17,"clock_running":true,"left_ms":98602}
    clock {"seconds":98}
    "#);
    insta::assert_snapshot!(messages(r#"{"eventType":"BLUE_HEAD_HIT","hitlevel":8}"#).join("\n"), @r#"
    hit {"side":"blue","level":8}
    sensor_hit {"side":"blue","sensor":"head","level":8,"clock_running":true}
    "#);
    for (fields, reason) in [
        ("", "`redHeadLevel` or `hitlevel` is missing"),
        (r#","redHeadLevel":101"#, "`redHeadLevel` is 101, and must be 0 to 100"),
    ] {
        let messages = messages(&format!(r#"{{"eventType":"RED_HEAD_HIT"{fields}}}"#));
        assert_eq!(messages.len(), 2);
        assert!(messages[0].starts_with("invalid hit") && messages[0].ends_with(reason), "{messages:?}");
        assert!(messages[1].starts_with("invalid sensor_hit") && messages[1].ends_with(reason), "{messages:?}");
    }
}

#[test]
fn what_begins_with_ot_happened_while_the_clock_stood_and_is_no_hit_of_the_bout() {
    let hit = r#"{"eventType":"OT_RED_HEAD_HIT","redHeadLevel":11,"roundTimestamp":69011}"#;
    assert_eq!(
        messages(hit),
        [r#"sensor_hit {"side":"red","sensor":"head","level":11,"clock_running":false,"left_ms":69011}"#]
    );
    assert_eq!(
        messages(r#"{"eventType":"OT_BLUE_PARA_TURNING_KICK"}"#),
        [r#"para {"side":"blue","what":"turning_kick","clock_running":false}"#]
    );
    for name in ["OT_BLUE_BODY_POINT", "OT_TIMEOUT", "OT_OT_RED_HEAD_HIT"] {
        assert!(messages(&format!(r#"{{"eventType":"{name}"}}"#))[0].starts_with("unknown"), "{name}");
    }
}

#[test]
fn each_press_of_a_judge_is_an_event() {
    for (name, technique, special) in [
        ("JUDGE_PUNCH", "punch", false),
        ("JUDGE_BODY_POINT", "body", false),
        ("JUDGE_HEAD_POINT", "head", false),
        ("JUDGE_BODY_TECH", "technical_body", false),
        ("JUDGE_HEAD_TECH", "technical_head", false),
        ("JUDGE_SPECIAL_BODY_HIT", "body", true),
        ("JUDGE_SPECIAL_HEAD_HIT", "head", true),
        ("JUDGE_SPECIAL_HEAD_TECH", "technical_head", true),
    ] {
        for (prefix, side, runs) in [("BLUE_", "blue", true), ("OT_RED_", "red", false)] {
            let pressed = format!(r#"{{"eventType":"{prefix}{name}","calledByJudgeNumber":2,"roundTimestamp":85890}}"#);
            let press = format!(
                r#"judge_press {{"side":"{side}","technique":"{technique}","judge":2,"special":{special},"clock_running":{runs},"left_ms":85890}}"#
            );
            let read: Vec<Value> = decode(&pressed).iter().map(|message| json!(message.body)).collect();
            let expected: Value = serde_json::from_str(press.split_once(' ').unwrap().1).unwrap();
            assert_eq!(read[0], expected, "{name}");
        }
    }
    assert_eq!(
        messages(r#"{"eventType":"BLUE_JUDGE_PUNCH","calledByJudgeNumber":0}"#),
        [r#"invalid judge_press {"fields":["calledByJudgeNumber=0"]} `calledByJudgeNumber` is missing"#]
    );
}

#[test]
fn every_other_type_has_its_event() {
    let event = |name: &str| messages(&format!(r#"{{"eventType":"{name}","calledByJudgeNumber":3}}"#)).join("\n");
    let types = [
        "BLUE_ADD_NEAR_MISS_HIT",
        "RED_REMOVE_NEAR_MISS_HIT",
        "DOCTOR",
        "DOCTOR_QUIT",
        "MEETING",
        "KYE_SHI",
        "RED_PARA_SPINNING_KICK",
        "RED_PARA_TIMEOUT",
        "RESET_BLUE_PARA_TIMEOUT",
        "SCOREBOARD",
        "NETWORK_ERROR",
        "BACKUP_SYSTEM_ENABLED",
        "BACKUP_SYSTEM_DISABLED",
        "CANCEL_GOLDENPOINT_POINT",
        "MATCH_FINAL_NEEDS_CONFIRM_DECISION",
        "RESET_MATCH",
        "NOT_DEFINED",
        "CR_BLUE_VIDEO_REQUEST",
        "BLUE_VIDEO_QUOTA_CHANGED",
    ];
    let read: Vec<String> = types.iter().map(|name| format!("{name}: {}", event(name))).collect();
    insta::assert_snapshot!(read.join("\n"), @r#"
    BLUE_ADD_NEAR_MISS_HIT: near_miss {"side":"blue","change":"added"}
    RED_REMOVE_NEAR_MISS_HIT: near_miss {"side":"red","change":"removed"}
    DOCTOR: doctor {"state":"called"}
    DOCTOR_QUIT: doctor {"state":"left"}
    MEETING: meeting {"judge":3}
    KYE_SHI: kye_shi {}
    RED_PARA_SPINNING_KICK: para {"side":"red","what":"spinning_kick","clock_running":true}
    RED_PARA_TIMEOUT: para {"side":"red","what":"timeout","clock_running":true}
    RESET_BLUE_PARA_TIMEOUT: para {"side":"blue","what":"timeout_reset","clock_running":true}
    SCOREBOARD: console {"state":"scoreboard_editor"}
    NETWORK_ERROR: console {"state":"network_error"}
    BACKUP_SYSTEM_ENABLED: console {"state":"backup_system_enabled"}
    BACKUP_SYSTEM_DISABLED: console {"state":"backup_system_disabled"}
    CANCEL_GOLDENPOINT_POINT: console {"state":"golden_point_cancelled"}
    MATCH_FINAL_NEEDS_CONFIRM_DECISION: console {"state":"decision_needed"}
    RESET_MATCH: console {"state":"bout_reset"}
    NOT_DEFINED: console {"state":"not_defined"}
    CR_BLUE_VIDEO_REQUEST: review {"side":"referee","state":"requested"}
    BLUE_VIDEO_QUOTA_CHANGED: review {"side":"blue","state":"accepted","verdict":"lost"}
    "#);
    for name in ["BLUE_ADD_PENALTY", "RED_REMOVE_KYONG_GO"] {
        let counted = format!(r#"{{"eventType":"{name}","bluePenalties":1}}"#);
        assert_eq!(messages(&counted), [r#"penalties {"blue":1}"#]);
    }
    // Of what its time is, is not known.
    let kye_shi = r#"{"eventType":"KYESHI_CHANGE","roundNumber":1,"roundTimestamp":59000}"#;
    assert_eq!(messages(kye_shi), [r#"round {"round":1}"#]);
}

#[test]
fn bout_that_is_configured_is_loaded_with_all_that_is_known_of_it() {
    let configured = r#"{"internalId":"m-104","mat":1,"matchNumber":"104","phase":"Round of 16",
        "category":{"name":"W -57kg","gender":"FEMALE","subCategory":"Seniors","bodyLevel":20,"headLevel":6},
        "blueAthlete":{"scoreboardName":"EXEMPEL A.","flagAbbreviation":"SWE","givenName":"Anna","familyName":"EXEMPEL"},
        "redAthlete":{"scoreboardName":"PRIMJER B.","flagAbbreviation":"CRO","tvName":"Božena PRIMJER"},
        "roundsConfig":{"rounds":3,"roundTimeMinutes":1,"roundTimeSeconds":30},
        "refereeCR":{"id":"r7","scoreboardName":"ARBITRO C.","country":"ESP"},"refereeJ2":{"scoreboardName":"J. TWO"}}"#;
    insta::assert_snapshot!(messages(configured).join("\n"), @r#"
    bout_loaded {}
    bout_config {"number":"104","phase":"Round of 16","gender":"women","weight_class":"W -57kg","division":"Seniors","internal_id":"m-104","rounds":3,"round_seconds":90,"counts":"down","body_threshold":20,"head_threshold":6}
    athletes {"blue":{"short_name":"EXEMPEL A.","long_name":"Anna EXEMPEL","country":"SWE"},"red":{"short_name":"PRIMJER B.","long_name":"Božena PRIMJER","country":"CRO"}}
    officials {"referee":{"name":"ARBITRO C.","country":"ESP"},"judges":[{},{"name":"J. TWO"}]}
    "#);
    assert!(decode(configured).iter().all(|message| message.stream == "new-match-configured"));
}

#[test]
fn result_that_is_confirmed_names_the_winner_and_no_score() {
    let result = r#"{"vmMatchInternalId":"m-104","matchNumber":"104","matchWinnerColor":"BLUE",
        "matchWinner":{"scoreboardName":"EXEMPEL A."},"matchFinalDecision":"PTF","roundFinish":2,"bluePoints":2,
        "blueRoundWins":2,"redPoints":0,"redRoundWins":0}"#;
    insta::assert_snapshot!(messages(result).join("\n"), @r#"
    bout_config {"number":"104","internal_id":"m-104"}
    result {"name":"EXEMPEL A.","result":"2-0","decision":"PTF"}
    winner {"winner":"blue"}
    "#);
}

#[test]
fn gam_jeom_is_told_by_its_count() {
    // At a round's start TK-Strike sends ADD_GAME_JEON with counts of 0.
    for name in ["BLUE_ADD_GAME_JEON", "RED_REMOVE_GAME_JEON"] {
        let datagram = format!(r#"{{"eventType":"{name}","bluePenalties":0,"redPenalties":2}}"#);
        assert_eq!(messages(&datagram), [r#"penalties {"blue":0,"red":2}"#]);
    }
    assert_eq!(
        messages(r#"{"eventType":"BLUE_ADD_GAME_JEON"}"#),
        [r#"invalid penalties {"fields":[]} `bluePenalties` and `redPenalties` are missing"#]
    );
}

#[test]
fn the_clock_is_started_stopped_and_ended() {
    for (name, action) in [
        ("START_ROUND", Some("start")),
        ("RESUME", Some("start")),
        ("TIMEOUT", Some("stop")),
        ("END_ROUND", Some("end")),
        ("ROUNDCOUNTDOWN_CHANGE", None),
    ] {
        let clock = match action {
            Some(action) => json!({ "seconds": 59, "action": action }),
            None => json!({ "seconds": 59 }),
        };
        let mut expected = vec![format!("clock {clock}")];
        assert_eq!(messages(&format!(r#"{{"eventType":"{name}","roundTimestampStr":"00:59.988"}}"#)), expected);
        if action.is_some() {
            expected.push(r#"round_time {"left_ms":59988}"#.to_owned());
        }
        assert_eq!(messages(&format!(r#"{{"eventType":"{name}","roundTimestamp":59988}}"#)), expected);
    }
    assert_eq!(
        messages(r#"{"eventType":"TIMEOUT"}"#),
        [r#"invalid clock {"fields":[]} `roundTimestampStr` and `roundTimestamp` are missing"#]
    );
    assert_eq!(
        messages(r#"{"eventType":"RESUME","roundTimestamp":1435224374662}"#),
        [
            r#"invalid clock {"fields":["roundTimestamp=1435224374662"]} `roundTimestamp` is `1435224374662`, which is no number from 0 to 3600000"#
        ]
    );
}

#[test]
fn a_review_is_requested_and_accepted() {
    assert_eq!(messages(r#"{"eventType":"BLUE_VIDEO_REQUEST"}"#), [r#"review {"side":"blue","state":"requested"}"#]);
    assert_eq!(
        messages(r#"{"eventType":"RED_VIDEO_QUOTA_ACCEPTED"}"#),
        [r#"review {"side":"red","state":"accepted"}"#]
    );
}

#[test]
fn the_end_names_winner_rounds_and_decision() {
    let messages = messages(
        r#"{"matchNumber":102,"roundNumber":3,"eventType":"MATCH_FINISHED","blueRoundWins":1,"redRoundWins":2,
            "matchWinner":"RED","matchFinalDecision":"PTF"}"#,
    );
    insta::assert_snapshot!(messages.join("\n"), @r#"
    bout_config {"number":"102"}
    round {"round":3}
    result {"result":"1-2","decision":"PTF"}
    winner {"winner":"red"}
    "#);
}

#[test]
fn an_end_without_winner_or_with_a_decision_nobody_knows_makes_none_up() {
    insta::assert_snapshot!(messages(r#"{"eventType":"MATCH_FINISHED","matchWinner":null,"matchFinalDecision":"FOO"}"#).join("\n"), @r#"
    invalid result {"fields":["matchFinalDecision=FOO"]} `matchFinalDecision` is `FOO`, which is no decision code of World Taekwondo
    invalid winner {"fields":["matchWinner=null"]} `matchWinner` is missing
    "#);
}

#[test]
fn a_wrong_value_spoils_its_own_event_alone() {
    let messages = messages(
        r#"{"roundNumber":0,"eventType":"BLUE_PUNCH_POINT","bluePoints":-1,"redPoints":true,"redPenalties":1}"#,
    );
    insta::assert_snapshot!(messages.join("\n"), @r#"
    invalid round {"fields":["roundNumber=0"]} `roundNumber` is 0, and must be 1 to 99
    point {"side":"blue","technique":"punch","points":1}
    penalties {"red":1}
    invalid score {"fields":["bluePoints=-1","redPoints=true"]} `bluePoints` is `-1`, which is no number from 0 to 999
    "#);
}

#[test]
fn a_type_without_an_equal_keeps_its_fields() {
    let messages = decode(r#"{"matchNumber":"101","eventType":"YELLOW_BODY_HIT","roundNumber":1,"notes":["a",null]}"#);
    let [unknown] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!((&*unknown.stream, unknown.status), ("YELLOW_BODY_HIT", Status::Unknown));
    assert_eq!(json!(unknown.body), json!({ "fields": ["matchNumber=101", "roundNumber=1", r#"notes=["a",null]"#] }));
    for (datagram, stream) in [
        (r#"{"eventType":"CR_BLUE_BODY_HIT"}"#, "CR_BLUE_BODY_HIT"),
        (r#"{"eventType":"NEXT_ROUND"}"#, "NEXT_ROUND"),
        (r#"{"matchNumber":"101","blueAthlete":{"scoreboardName":"B. ETOILE"}}"#, "json"),
        ("{}", "json"),
    ] {
        let messages = decode(datagram);
        let [message] = &messages[..] else { panic!("{messages:?}") };
        assert_eq!((&*message.stream, message.status), (stream, Status::Unknown));
    }
}

#[test]
fn broken_json_is_invalid_with_the_reason_and_its_bytes() {
    for broken in [r#"{"eventType":"TIMEOUT""#, "{", r#"{"a":1,}"#, "{\"a\":\"\u{1}\"}", r#"{eventType:"TIMEOUT"}"#] {
        let messages = decode(broken);
        let [message] = &messages[..] else { panic!("{messages:?}") };
        assert_eq!((&*message.stream, message.status), ("json", Status::Invalid), "{broken}");
        assert_eq!(message.raw.bytes(), broken.as_bytes());
    }
    assert_eq!(
        messages(r#"{"eventType":"TIMEOUT""#),
        [
            r#"invalid unknown {"fields":[]} it begins like JSON, but is not valid: EOF while parsing an object at line 1 column 22"#
        ]
    );
    // It takes its line and no other.
    assert_eq!(messages("{\r\nrnd;1\r\n").len(), 2);
    let deep = format!("{{\"a\":{}", "[".repeat(2000));
    assert!(messages(&deep)[0].contains("recursion limit exceeded"));
}

#[test]
fn objects_and_messages_may_share_a_datagram() {
    let datagram = "clk;1:00;start\r\n{\"eventType\":\"TIMEOUT\",\"roundTimestamp\":58000}{\"eventType\":\"DOCTOR\"}\r\nsc1;2;sc2;0\r\n\0";
    insta::assert_snapshot!(messages(datagram).join("\n"), @r#"
    clock {"seconds":60,"action":"start"}
    clock {"seconds":58,"action":"stop"}
    round_time {"left_ms":58000}
    doctor {"state":"called"}
    score {"blue":2,"red":0}
    "#);
}

/// The outputs of a court that receives datagrams, one a second.
fn court_outputs(datagrams: &[&'static str]) -> Vec<Output> {
    let mut court = Court::new(Arc::from("court-1"), Vec::new(), Rules::none());
    let mut outputs = Vec::new();
    for (second, datagram) in (0..).zip(datagrams) {
        let datagram = Datagram { bytes: Bytes::from_static(datagram.as_bytes()), from: None, truncated: false };
        court.step(Time::from_micros(second * 1_000_000), &Input::Datagram(datagram), &mut outputs);
    }
    court.step(court.now(), &Input::Stop, &mut outputs);
    outputs
}

fn last_bout(outputs: &[Output]) -> Arc<Bout> {
    let bout = outputs.iter().rev().find_map(|output| match output {
        Output::Bout { bout, .. } => Some(bout.clone()),
        _ => None,
    });
    bout.unwrap()
}

#[test]
fn a_bout_is_told_by_this_feed_alone() {
    let outputs = court_outputs(&[
        r#"{"matchNumber":"7","roundNumber":1,"eventType":"START_MATCH","bluePoints":0,"redPoints":0}"#,
        r#"{"matchNumber":"7","roundNumber":1,"eventType":"START_ROUND","roundTimestampStr":"02:00.000"}"#,
        r#"{"matchNumber":"7","roundNumber":1,"eventType":"RED_BODY_POINT","roundTimestampStr":"01:12.310","bluePoints":0,"redPoints":2}"#,
        r#"{"matchNumber":"7","roundNumber":1,"eventType":"RED_VIDEO_REQUEST","roundTimestampStr":"01:12.310"}"#,
        r#"{"matchNumber":"7","roundNumber":1,"eventType":"END_ROUND","roundTimestampStr":"00:00.000"}"#,
        r#"{"matchNumber":"7","roundNumber":1,"eventType":"MATCH_FINISHED","matchWinner":"RED","matchFinalDecision":"RSC"}"#,
    ]);
    let derived: Vec<String> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Event { event, .. } if event.is_derived() => Some(event.kind().to_string()),
            _ => None,
        })
        .collect();
    insta::assert_snapshot!(derived.join("\n"), @r#"
    bout_started
    round_started
    lead_changed
    point_gap
    scored
    review_opened
    round_ended
    bout_ended
    "#);
    assert_eq!(last_bout(&outputs).config.number.as_deref(), Some("7"));
}

#[test]
fn the_number_of_the_bout_takes_nothing_away_that_is_known_of_it() {
    let outputs = court_outputs(&[
        "pre;FightLoaded\r\nmch;7;Final;W -57;;;;;;;Seniors;3;120;cntDown;20;5\r\n",
        r#"{"matchNumber":"7","roundNumber":1,"eventType":"START_MATCH"}"#,
    ]);
    assert_eq!(last_bout(&outputs).config.weight_class.as_deref(), Some("W -57"));
    let outputs = court_outputs(&[
        r#"{"matchNumber":"7","category":{"name":"W -57"},"roundsConfig":{"rounds":3}}"#,
        r#"{"matchNumber":"8","roundNumber":1,"eventType":"START_MATCH"}"#,
    ]);
    assert_eq!((last_bout(&outputs).ordinal, &last_bout(&outputs).config.weight_class), (2, &None));
}

#[test]
fn a_value_of_json_is_read_like_a_field() {
    let number: Value = serde_json::from_str("1e2").unwrap();
    assert_eq!(
        messages(&json!({ "eventType": "NEXT_ROUND", "roundNumber": "2", "bluePoints": number }).to_string()),
        [
            r#"round {"round":2}"#,
            r#"invalid score {"fields":["bluePoints=100.0"]} `bluePoints` is `100.0`, which is no number from 0 to 999"#
        ]
    );
    assert_eq!(messages(r#"{"eventType":"START_MATCH","matchNumber":"null","roundNumber":" "}"#), ["bout_ready {}"]);
}

/// Of a court that receives datagrams at milliseconds: its events of some kinds, with their fields.
fn events(datagrams: &[(i64, &str)], kinds: &[&str]) -> Vec<String> {
    let mut court = Court::new(Arc::from("court-1"), Vec::new(), Rules::none());
    let mut outputs = Vec::new();
    for (at, datagram) in datagrams {
        let datagram = Datagram { bytes: Bytes::from((*datagram).to_owned()), from: None, truncated: false };
        court.step(Time::from_micros(at * 1000), &Input::Datagram(datagram), &mut outputs);
    }
    court.step(court.now() + std::time::Duration::from_secs(2), &Input::Stop, &mut outputs);
    let described = |output: &Output| match output {
        Output::Event { event, .. } if kinds.contains(&&*event.kind().to_string()) => {
            Some(format!("{} {}", event.kind(), json!(event.body)))
        }
        _ => None,
    };
    outputs.iter().filter_map(described).collect()
}

const SCORING: [&str; 6] = ["point", "hit", "scored", "technical_bonus", "score_corrected", "penalty_given"];
const BEGIN: &str = r#"{"matchNumber":"7","roundNumber":1,"eventType":"START_ROUND","roundTimestamp":120000,"bluePoints":0,"redPoints":0}"#;
const KICK: &str = r#"{"matchNumber":"7","roundNumber":1,"eventType":"BLUE_BODY_POINT","roundTimestamp":90000,"bluePoints":2,"redPoints":0,"hitlevel":27}"#;
const TURNED: &str = r#"{"matchNumber":"7","roundNumber":1,"eventType":"BLUE_BODY_TECH_POINT","roundTimestamp":90000,"bluePoints":4,"redPoints":0}"#;

#[test]
fn turning_kick_is_one_point_and_scored_once_in_any_order_and_with_a_late_bonus() {
    let hit = r#"{"eventType":"BLUE_BODY_HIT","blueBodyLevel":27,"roundTimestamp":90000}"#;
    insta::assert_snapshot!(events(&[(0, BEGIN), (9000, hit), (9001, KICK), (9002, TURNED)], &SCORING).join("\n"), @r#"
    hit {"side":"blue","level":27}
    point {"side":"blue","technique":"body","points":2,"level":27}
    technical_bonus {"side":"blue","technique":"technical_body","points":2}
    scored {"side":"blue","technique":"technical_body","points":4,"level":27,"round":1,"blue":4,"red":0}
    "#);
    let scored = |datagrams: &[(i64, &str)]| events(datagrams, &["scored", "score_corrected"]);
    let once =
        [r#"scored {"side":"blue","technique":"technical_body","points":4,"level":27,"round":1,"blue":4,"red":0}"#];
    assert_eq!(scored(&[(0, BEGIN), (9000, KICK), (9001, TURNED)]), once);
    assert_eq!(scored(&[(0, BEGIN), (9000, TURNED), (9001, KICK)]), once);
    assert_eq!(
        scored(&[(0, BEGIN), (9000, KICK), (10_200, TURNED)]),
        [r#"scored {"side":"blue","technique":"body","points":2,"level":27,"round":1,"blue":2,"red":0}"#]
    );
}
