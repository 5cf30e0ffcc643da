//! What senders paste together: words, names, values and whole messages.

use super::decoded;

#[track_caller]
fn assert_decoded(datagram: &str, expected: &[&str]) {
    let actual = decoded(datagram.as_bytes());
    assert_eq!(actual.lines().collect::<Vec<_>>(), expected, "{datagram:?}");
}

#[test]
fn null_that_is_pasted_to_a_value_is_absent() {
    let null = "`decision` is `null`: taken as absent";
    for banner in ["2-1 null", "2-1 NULL", "2-1  null "] {
        assert_decoded(
            &format!("wmh;John DOE;{banner}"),
            &[&format!(r##"recovered wmh {{"name":"John DOE","result":"2-1"}} # {null}"##)],
        );
    }
    assert_decoded(
        "wmh;John DOE;null PTF",
        &[r##"recovered wmh {"name":"John DOE","decision":"PTF"} # `result` is `null`: taken as absent"##],
    );
    assert_decoded(
        "wmh;null null;null null",
        &[
            r##"recovered wmh {} # `name` is `null null`: taken as absent; `result` is `null`: taken as absent; `decision` is `null`: taken as absent"##,
        ],
    );
    for (class, expected) in [
        (
            "MEN null",
            r##"recovered mch {"number":"1","gender":"men"} # `weight_class` is `MEN null`: `null` taken as absent"##,
        ),
        (
            "null -68kg",
            r##"recovered mch {"number":"1","weight_class":"-68kg"} # `weight_class` is `null -68kg`: `null` taken as absent"##,
        ),
        ("null null", r##"recovered mch {"number":"1"} # `weight_class` is `null null`: taken as absent"##),
        ("WOMEN ", r#"ok mch {"number":"1","gender":"women"}"#),
    ] {
        assert_decoded(&format!("mch;1;;{class}"), &[expected]);
    }
    assert_decoded(
        "at1;null DOE;John null;USA;at2;Null;Nulla NULLSON;GER",
        &[
            r##"recovered at1 {"blue":{"short_name":"DOE","long_name":"John","country":"USA"},"red":{"short_name":"Null","long_name":"Nulla NULLSON","country":"GER"}} # `blue.short_name` is `null DOE`: `null` taken as absent; `blue.long_name` is `John null`: `null` taken as absent"##,
        ],
    );
}

#[test]
fn a_semicolon_within_a_name_moves_no_other_field() {
    assert_decoded(
        "at1;J. DOE;John;DOE;USA;at2;R. ROE;Rita ROE;GER",
        &[
            r##"recovered at1 {"blue":{"short_name":"J. DOE","long_name":"John;DOE","country":"USA"},"red":{"short_name":"R. ROE","long_name":"Rita ROE","country":"GER"}} # `blue` has a `;` within a name"##,
        ],
    );
    assert_decoded(
        "at1;J. DOE;John DOE;USA;at2;ROE; R.;ROE; Rita;GER",
        &[
            r##"recovered at1 {"blue":{"short_name":"J. DOE","long_name":"John DOE","country":"USA"},"red":{"short_name":"ROE;R.","long_name":"ROE;Rita","country":"GER"}} # `red` has a `;` within a name"##,
        ],
    );
    // Where it cannot be divided, nothing is lost and nothing is guessed.
    assert_decoded(
        "at1;Kim;Lee;Park;KOR;at2;B;Bea B;FRA",
        &[
            r##"recovered at1 {"blue":{"long_name":"Kim;Lee;Park","country":"KOR"},"red":{"short_name":"B","long_name":"Bea B","country":"FRA"}} # `blue` has a `;` within a name: where the short name ends is not known"##,
        ],
    );
    assert_decoded(
        "wmh;John;DOE;2-1 PTF",
        &[r##"recovered wmh {"name":"John;DOE","result":"2-1","decision":"PTF"} # `name` has a `;` within"##],
    );
    assert_decoded(
        "wmh;John;DOE",
        &[
            r##"recovered wmh {"name":"John","result":"DOE"} # `result` is `DOE`, which is neither rounds such as `2-1` nor a decision"##,
        ],
    );
    assert_decoded(
        "ref;A. SIL;VA;BRA;ju1;J. K;IM;KOR;ta;M;JPN",
        &[
            r##"recovered ref {"referee":{"name":"A. SIL;VA","country":"BRA"},"judges":[{"name":"J. K;IM","country":"KOR"},{"name":"M","country":"JPN"}]} # `name` has a `;` within; `name` has a `;` within"##,
        ],
    );
    let rest = r##""rounds":3,"round_seconds":120,"counts":"down","body_threshold":22,"head_threshold":5,"colours":{"blue":{"background":"#0000ff","foreground":"#FFFFFF"},"red":{"background":"#ff0000","foreground":"#FFFFFF"}}}"##;
    assert_decoded(
        "mch;77;Final;Pool A;M -87kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;9;Seniors;3;120;cntDown;22;5",
        &[&format!(
            r##"recovered mch {{"number":"77","phase":"Final;Pool A","weight_class":"M -87kg","division":"Seniors","internal_id":"9",{rest} # `phase` has a `;` within"##
        )],
    );
    assert_decoded(
        "mch;77;Final;M -87kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;9;Under 21;B;3;120;cntDown;22;5",
        &[&format!(
            r##"recovered mch {{"number":"77","phase":"Final","weight_class":"M -87kg","division":"Under 21;B","internal_id":"9",{rest} # `division` has a `;` within"##
        )],
    );
    // The weight class may be what the `;` is in: nothing is lost.
    assert_decoded(
        "mch;77;Final;M -87;kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;9;Seniors;3;120;cntDown;22;5",
        &[&format!(
            r##"recovered mch {{"number":"77","phase":"Final;M -87;kg","division":"Seniors","internal_id":"9",{rest} # `phase` has a `;` within"##
        )],
    );
}

#[test]
fn what_one_message_says_twice_is_read_only_if_it_says_the_same() {
    assert_decoded("sc1;2;sc2;5;sc1;2", &[r#"ok sc1 {"blue":2,"red":5}"#]);
    for (datagram, fields, twice) in [
        ("sc1;2;sc2;5;sc1;3", r#""2","sc2","5","sc1","3""#, "`sc1` is sent twice, as 2 and as 3"),
        ("wg1;2;wg2;1;wg2;2", r#""2","wg2","1","wg2","2""#, "`wg2` is sent twice, as 1 and as 2"),
        ("s11;1;s21;4;s11;2", r#""1","s21","4","s11","2""#, "`s11` is sent twice, as 1 and as 2"),
    ] {
        let stream = &datagram[..3];
        assert_decoded(datagram, &[&format!(r##"invalid {stream} {{"fields":[{fields}]}} # {twice}"##)]);
    }
    for (datagram, expected) in [
        ("win;BLUE;RED", r##"invalid win {"fields":["BLUE","RED"]} # `winner` is sent twice, as blue and as red"##),
        ("win;BLUE;BLUE", r##"recovered win {"winner":"blue"} # extra fields at the end: `BLUE`"##),
        (
            "ref;A;KOR;ju1;B;KOR;ju1;C;KOR",
            r##"recovered ref {"referee":{"name":"A","country":"KOR"},"judges":[{"name":"B","country":"KOR"},{"name":"C","country":"KOR"}]} # `ju1` is sent twice"##,
        ),
        (
            "wmh;John DOE;2-1;PTF",
            r##"recovered wmh {"name":"John DOE","result":"2-1","decision":"PTF"} # `decision` is in a field of its own"##,
        ),
    ] {
        assert_decoded(datagram, &[expected]);
    }
    assert_decoded("wrd;rd1;1;rd2;0;rd1;1", &[r#"ok wrd {"winners":["blue",null]}"#]);
    assert_decoded(
        "wrd;rd1;1;rd2;0;rd1;2",
        &[
            r##"invalid wrd {"fields":["rd1","1","rd2","0","rd1","2"]} # the winner of round 1 is sent twice, as blue and as red"##,
        ],
    );
    assert_decoded(
        "wrd;rd1;0;rd1;2",
        &[
            r##"invalid wrd {"fields":["rd1","0","rd1","2"]} # the winner of round 1 is sent twice, as none and as red"##,
        ],
    );
    assert_decoded(
        "wmh;A A;2-1 PTF PTG",
        &[r##"recovered wmh {"name":"A A","result":"2-1"} # `decision` is both PTF and PTG: taken as absent"##],
    );
    assert_decoded(
        "wmh;A A;2-1 1-2 PTF",
        &[r##"recovered wmh {"name":"A A","decision":"PTF"} # `result` is both 2-1 and 1-2: taken as absent"##],
    );
}

#[test]
fn a_key_of_json_that_comes_twice_is_read_only_if_it_says_the_same() {
    let event = |more: &str| format!(r#"{{"eventType":"BLUE_BODY_POINT","bluePoints":2,"redPoints":0{more}}}"#);
    assert!(!decoded(event(r#","bluePoints":2"#).as_bytes()).contains("invalid"));
    let twice = decoded(event(r#","bluePoints":4"#).as_bytes());
    assert!(twice.starts_with("invalid") && twice.contains("`bluePoints`") && !twice.contains("\n"), "{twice}");
}

#[test]
fn messages_on_one_line_are_each_read() {
    let on_one_line = "it was on one line with another message";
    for (datagram, expected) in [
        (
            "pt1;3;pt2;2",
            vec![
                r#"pt1 {"side":"blue","technique":"head","points":3}"#,
                r#"pt2 {"side":"red","technique":"body","points":2}"#,
            ],
        ),
        (
            "pt1;3pt2;2",
            vec![
                r#"pt1 {"side":"blue","technique":"head","points":3}"#,
                r#"pt2 {"side":"red","technique":"body","points":2}"#,
            ],
        ),
        (
            "pt1;3 pt2;2;",
            vec![
                r#"pt1 {"side":"blue","technique":"head","points":3}"#,
                r#"pt2 {"side":"red","technique":"body","points":2}"#,
            ],
        ),
        (
            "pt1;3\0pt2;2\0",
            vec![
                r#"pt1 {"side":"blue","technique":"head","points":3}"#,
                r#"pt2 {"side":"red","technique":"body","points":2}"#,
            ],
        ),
        (
            "pt1;3\0\0\0pt2;2",
            vec![
                r#"pt1 {"side":"blue","technique":"head","points":3}"#,
                r#"pt2 {"side":"red","technique":"body","points":2}"#,
            ],
        ),
        ("clk;1:00;rnd;2;sup;1", vec![r#"clk {"seconds":60}"#, r#"rnd {"round":2}"#, r#"sup {"side":"blue"}"#]),
        ("clk;1:00;stopsc1;3;sc2;4", vec![r#"clk {"seconds":60,"action":"stop"}"#, r#"sc1 {"blue":3,"red":4}"#]),
        ("sc1;1;sc2;3;pt2;3", vec![r#"sc1 {"blue":1,"red":3}"#, r#"pt2 {"side":"red","technique":"head","points":3}"#]),
        ("ch1;ch2;", vec![r#"ch1 {"side":"blue","state":"requested"}"#, r#"ch2 {"side":"red","state":"requested"}"#]),
        ("pre;FightLoaded;rdy;FightReady", vec!["pre {}", "rdy {}"]),
        ("pre;FightLoadedrdy;FightReady", vec!["pre {}", "rdy {}"]),
        ("rdy\0clk;1:00", vec!["rdy {}", r#"clk {"seconds":60}"#]),
        (
            "win;BLUE;wmh;Ed Baldwin;2-0 PTF",
            vec![r#"win {"winner":"blue"}"#, r#"wmh {"name":"Ed Baldwin","result":"2-0","decision":"PTF"}"#],
        ),
        (
            "wmh;Ed Baldwin;2-0 PTF;win;BLUE",
            vec![r#"wmh {"name":"Ed Baldwin","result":"2-0","decision":"PTF"}"#, r#"win {"winner":"blue"}"#],
        ),
        (
            "wmh;Ed Baldwin;2-0 PTFwin;BLUE",
            vec![r#"wmh {"name":"Ed Baldwin","result":"2-0","decision":"PTF"}"#, r#"win {"winner":"blue"}"#],
        ),
        ("wmh;Ed Baldwin;2-0win;BLUE", vec![r#"wmh {"name":"Ed Baldwin","result":"2-0"}"#, r#"win {"winner":"blue"}"#]),
        ("Udp Port 6000 connectedpre;FightLoaded", vec![r#"Udp Port {"state":"connected"}"#, "pre {}"]),
        ("wmh;Ed Baldwin\0win;BLUE", vec![r#"wmh {"name":"Ed Baldwin"}"#, r#"win {"winner":"blue"}"#]),
        (
            "at1;A;Ana A;CRO;at2;B;Bea B;FRA;rnd;1",
            vec![
                r#"at1 {"blue":{"short_name":"A","long_name":"Ana A","country":"CRO"},"red":{"short_name":"B","long_name":"Bea B","country":"FRA"}}"#,
                r#"rnd {"round":1}"#,
            ],
        ),
    ] {
        let expected: Vec<_> = expected.iter().map(|line| format!("recovered {line} # {on_one_line}")).collect();
        assert_decoded(datagram, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn names_that_look_like_messages_stay_names() {
    for datagram in [
        "wmh;Ed Baldwin;2-0 PTF",
        "at1;BALDWIN;Ed Baldwin;USA;at2;Godwin;Al Godwin;GBR",
        "at1;BYE;BYE;;at2;REF;Win;GBR",
        "ref;Ed Baldwin;USA;ju1;REF;KOR;ju2;;;ta;;;",
    ] {
        let actual = decoded(datagram.as_bytes());
        assert!(actual.starts_with("ok") && !actual.contains('\n'), "{actual}");
    }
}

#[test]
fn a_nul_that_parts_no_messages_is_told() {
    assert_decoded(
        "wmh;John\0DOE;2-1 PTF",
        &[r##"recovered wmh {"name":"John\u0000DOE","result":"2-1","decision":"PTF"} # `name` has a NUL within"##],
    );
    let reason = "`round` is `1\0xyz`, which is no number from 1 to 99";
    assert_decoded("rnd;1\0xyz;2", &[&format!(r##"invalid rnd {{"fields":["1\u0000xyz","2"]}} # {reason}"##)]);
}
