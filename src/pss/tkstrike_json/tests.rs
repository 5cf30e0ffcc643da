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
    hit {"side":"blue","level":45}
    point {"side":"blue","technique":"head","points":3}
    penalties {"blue":0,"red":1}
    score {"blue":3,"red":2}
    clock {"seconds":111}
    "#);
    let messages = decode(POINT);
    assert!(messages.iter().all(|message| message.stream == "BLUE_HEAD_POINT"));
    assert!(messages.iter().all(|message| message.raw.bytes() == POINT.as_bytes()));
}

#[test]
fn every_technique_is_worth_its_points_in_overtime_too() {
    for (name, technique, points) in [
        ("PUNCH_POINT", "punch", 1),
        ("BODY_POINT", "body", 2),
        ("HEAD_POINT", "head", 3),
        ("BODY_TECH_POINT", "technical_body", 4),
        ("HEAD_TECH_POINT", "technical_head", 5),
    ] {
        for (prefix, side) in [("BLUE_", "blue"), ("RED_", "red"), ("OT_BLUE_", "blue"), ("OT_RED_", "red")] {
            let point = json!({ "side": side, "technique": technique, "points": points });
            assert_eq!(messages(&format!(r#"{{"eventType":"{prefix}{name}"}}"#)), [format!("point {point}")]);
        }
    }
}

#[test]
fn points_taken_back_are_no_point() {
    let messages = messages(
        r#"{"eventType":"RED_BODY_POINT","eventRemovePoints":true,"bluePoints":0,"redPoints":4,"hitlevel":9}"#,
    );
    insta::assert_snapshot!(messages.join("\n"), @r#"
    score {"blue":0,"red":4}
    unknown unknown {"fields":["eventRemovePoints=true","bluePoints=0","redPoints=4","hitlevel=9"]}
    "#);
}

#[test]
fn a_hit_has_the_level_it_was_felt_with() {
    assert_eq!(messages(r#"{"eventType":"RED_BODY_HIT","hitlevel":17}"#), [r#"hit {"side":"red","level":17}"#]);
    assert_eq!(
        messages(r#"{"eventType":"RED_HEAD_HIT","hitlevel":null}"#),
        [r#"invalid hit {"fields":["hitlevel=null"]} `hitlevel` is missing"#]
    );
    assert_eq!(
        messages(r#"{"eventType":"BLUE_HEAD_HIT","hitlevel":101}"#),
        [r#"invalid hit {"fields":["hitlevel=101"]} `hitlevel` is 101, and must be 1 to 100"#]
    );
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
        let expected = [format!("clock {clock}")];
        assert_eq!(messages(&format!(r#"{{"eventType":"{name}","roundTimestampStr":"00:59.988"}}"#)), expected);
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
    let messages = decode(r#"{"matchNumber":"101","eventType":"KYE_SHI","roundNumber":1,"notes":["a",null]}"#);
    let [kye_shi] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!((&*kye_shi.stream, kye_shi.status), ("KYE_SHI", Status::Unknown));
    assert_eq!(json!(kye_shi.body), json!({ "fields": ["matchNumber=101", "roundNumber=1", r#"notes=["a",null]"#] }));
    for (datagram, stream) in [
        (r#"{"eventType":"CR_BLUE_VIDEO_REQUEST"}"#, "CR_BLUE_VIDEO_REQUEST"),
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
    unknown unknown {"fields":[]}
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
        "pre;FightLoaded\r\nmch;7;Final;W -57;;;;;;;Seniors;3;120;cntDown;20;5\r\n",
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
