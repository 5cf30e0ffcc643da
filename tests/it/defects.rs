//! Defects of real senders, and how they are decoded.

use bytes::Bytes;
use vta::pss;

mod pasted;

/// The events of a datagram, a line each: status, kind, fields, notes.
fn decoded(datagram: &[u8]) -> String {
    let mut lines = Vec::new();
    pss::decode(&Bytes::copy_from_slice(datagram), false, |message| {
        let fields = serde_json::to_string(&message.body).unwrap();
        let notes = if message.notes.is_empty() { String::new() } else { format!(" # {}", message.notes.join("; ")) };
        lines.push(format!("{} {} {fields}{notes}", message.status, message.stream));
    });
    lines.join("\n")
}

/// Cuts a text as an older TK-Strike does: to as many bytes as it has UTF-16 units.
fn cut(text: &str) -> Vec<u8> {
    text.as_bytes()[..text.encode_utf16().count()].to_vec()
}

#[test]
fn a_cut_tail_still_gives_the_athletes() {
    let text = "at1;J. GARCÍA;José GARCÍA;ESP;at2;Ł. ŻÓŁĆ;Łukasz ŻÓŁĆ;POL\r\n";
    insta::assert_snapshot!(decoded(&cut(text)), @r##"recovered at1 {"blue":{"short_name":"J. GARCÍA","long_name":"José GARCÍA","country":"ESP"},"red":{"short_name":"Ł. ŻÓŁĆ","long_name":"Łukasz"}} # `red.long_name` is cut after `Łukasz`: at least 7 bytes are missing; `red.country` is absent: the message was cut"##);
}

#[test]
fn a_cut_of_the_line_end_alone_loses_nothing() {
    insta::assert_snapshot!(decoded(&cut("wmh;José MÜLLER;2-1 PTF\r\n")), @r##"ok wmh {"name":"José MÜLLER","result":"2-1","decision":"PTF"}"##);
}

#[test]
fn of_a_cut_result_only_what_is_whole_is_told() {
    let lines: Vec<_> = ["2-0 PTF", "2-0 PT", "2-0 P", "2-0", "2-", "2", "", "12-1 sup", "Win by poi", "WD"]
        .map(|banner| decoded(format!("wmh;ŻÓŁĆ;{banner}\0").as_bytes()))
        .to_vec();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ok wmh {"name":"ŻÓŁĆ","result":"2-0","decision":"PTF"}
    recovered wmh {"name":"ŻÓŁĆ","result":"2-0"} # `decision` is absent: the message was cut in or after `2-0 PT`
    recovered wmh {"name":"ŻÓŁĆ","result":"2-0"} # `decision` is absent: the message was cut in or after `2-0 P`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut in or after `2-0`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut in or after `2-`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut in or after `2`
    ok wmh {"name":"ŻÓŁĆ"}
    ok wmh {"name":"ŻÓŁĆ","result":"12-1","decision":"SUP"}
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut in or after `Win by poi`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut in or after `WD`
    "#);
}

#[test]
fn codes_and_numbers_that_are_cut_are_absent() {
    let lines: Vec<_> =
        ["at1;ŻÓŁĆ;ŻÓŁĆ;PO", "ref;ŻÓŁĆ;PO", "at1;ŻÓŁĆ;Ż;POL;at2;A;A;POL\r\nmch;24", "ŻÓŁĆ;\r\nmch;245.A;F;MEN -6"]
            .map(|text| decoded(text.as_bytes()))
            .to_vec();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    recovered at1 {"blue":{"short_name":"ŻÓŁĆ","long_name":"ŻÓŁĆ"},"red":{}} # `blue.country` is absent: the message was cut in or after `PO`; `red.short_name` is absent: the message was cut; `red.long_name` is absent: the message was cut; `red.country` is absent: the message was cut
    recovered ref {"referee":{"name":"ŻÓŁĆ"},"judges":[]} # `country` is absent: the message was cut in or after `PO`
    ok at1 {"blue":{"short_name":"ŻÓŁĆ","long_name":"Ż","country":"POL"},"red":{"short_name":"A","long_name":"A","country":"POL"}}
    recovered mch {} # `number` is absent: the message was cut in or after `24`; `phase` is absent: the message was cut; `weight_class` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `internal_id` is absent: the message was cut; `division` is absent: the message was cut; `rounds` is absent: the message was cut; `round_seconds` is absent: the message was cut; `counts` is absent: the message was cut; `body_threshold` is absent: the message was cut; `head_threshold` is absent: the message was cut
    unknown ŻÓŁĆ {"fields":[]}
    recovered mch {"number":"245.A","phase":"F"} # `weight_class` is absent: the message was cut in or after `MEN -6`; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `internal_id` is absent: the message was cut; `division` is absent: the message was cut; `rounds` is absent: the message was cut; `round_seconds` is absent: the message was cut; `counts` is absent: the message was cut; `body_threshold` is absent: the message was cut; `head_threshold` is absent: the message was cut
    "#);
}

#[test]
fn a_cut_within_the_name_of_the_other_athlete_makes_up_nobody() {
    // Everything from the `2` on is missing.
    insta::assert_snapshot!(decoded("at1;ŻÓŁĆ;ŻÓŁĆ ŻÓŁĆ;POL;at".as_bytes()), @r##"recovered at1 {"blue":{"short_name":"ŻÓŁĆ","long_name":"ŻÓŁĆ ŻÓŁĆ","country":"POL"},"red":{}} # `red.short_name` is absent: the message was cut; `red.long_name` is absent: the message was cut; `red.country` is absent: the message was cut"##);
}

#[test]
fn a_cut_counts_the_characters_of_the_whole_datagram() {
    insta::assert_snapshot!(decoded(&cut("at1;ÖÇ;Ö;TUR;at2;X;X;TUR\r\nsc1;10;sc2;12\r\n")), @r##"
    ok at1 {"blue":{"short_name":"ÖÇ","long_name":"Ö","country":"TUR"},"red":{"short_name":"X","long_name":"X","country":"TUR"}}
    recovered sc1 {"blue":10} # `score` is absent: the message was cut in or after `1`
    "##);
}

#[test]
fn a_cut_configuration_keeps_the_number_of_the_bout() {
    let text = "mch;245.A;Finale für Männer;MEN -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Übung;3;120;cntDown;20;5";
    let cut = &text.as_bytes()[..text.len() - 8];
    insta::assert_snapshot!(decoded(cut), @r##"recovered mch {"number":"245.A","phase":"Finale für Männer","gender":"men","weight_class":"-68kg","division":"Übung","rounds":3,"round_seconds":120,"colours":{"blue":{"background":"#0000ff","foreground":"#FFFFFF"},"red":{"background":"#ff0000","foreground":"#FFFFFF"}}} # `internal_id` is `null`: taken as absent; `counts` is absent: the message was cut in or after `cntD`; `body_threshold` is absent: the message was cut; `head_threshold` is absent: the message was cut"##);
}

#[test]
fn a_message_that_ends_in_a_semicolon_is_whole() {
    insta::assert_snapshot!(decoded("wmh;ÖZTÜRK ÇĞ;".as_bytes()), @r##"ok wmh {"name":"ÖZTÜRK ÇĞ"}"##);
}

#[test]
fn glued_hit_levels_are_two_hits() {
    insta::assert_snapshot!(decoded(b"hl1;50hl2;60\r\n"), @r##"
    recovered hl1 {"side":"blue","level":50} # two hit levels were glued together
    recovered hl2 {"side":"red","level":60} # two hit levels were glued together
    "##);
}

#[test]
fn absent_values_are_absent() {
    insta::assert_snapshot!(decoded(b"at1;null;;CRO;at2;B;null\r\nsc1;;sc2;3;\r\nsc2;4\r\nref;;;ju1;;;ju2;;;ta;;;"), @r##"
    recovered at1 {"blue":{"country":"CRO"},"red":{"short_name":"B"}} # `blue.short_name` is `null`: taken as absent; `red.long_name` is `null`: taken as absent
    ok sc1 {"red":3}
    ok sc2 {"red":4}
    ok ref {"referee":{},"judges":[{},{},{}]}
    "##);
}

#[test]
fn extra_fields_are_told() {
    insta::assert_snapshot!(decoded(b"rnd;2;7;8;"), @r##"recovered rnd {"round":2} # extra fields at the end: `7;8`"##);
}

#[test]
fn old_encodings_are_read_and_said() {
    insta::assert_snapshot!(decoded(b"wmh;M\xdcLLER;2-0 PTG\r\n"), @r##"recovered wmh {"name":"MÜLLER","result":"2-0","decision":"PTG"} # not UTF-8: read as Windows-1252"##);
}

#[test]
fn old_encodings_are_read_as_the_config_says() {
    for (encoding, bytes, name) in [
        ("CP1250", &b"\x8eeljko \x8aARI\xc6"[..], "Željko ŠARIĆ"),
        ("CP1251", b"\xc0\xed\xed\xe0", "Анна"),
        ("CP949", b"\xb1\xe8\xb9\xce\xc1\xf6", "김민지"),
    ] {
        let fallback: pss::Encoding = encoding.parse().unwrap();
        let datagram = [b"wmh;", bytes, b";2-1 PTF\r\n"].concat();
        let mut messages = Vec::new();
        pss::decode_as(fallback, &Bytes::from(datagram), false, |message| messages.push(message));
        let [message] = &messages[..] else { panic!("{messages:?}") };
        let read = serde_json::to_string(&message.body).unwrap();
        assert_eq!(read, format!(r#"{{"name":"{name}","result":"2-1","decision":"PTF"}}"#));
        assert_eq!(message.notes, [format!("not UTF-8: read as {fallback}")]);
        // What is UTF-8 is read as such.
        pss::decode_as(fallback, &Bytes::from(format!("wmh;{name};2-1 PTF")), false, |message| messages.push(message));
        assert_eq!((&messages[1].body, messages[1].status), (&messages[0].body, vta::event::Status::Ok));
    }
}

#[test]
fn letter_cases_vary() {
    insta::assert_snapshot!(decoded(b"WIN;Blue\r\nSC1;1;SC2;2\r\nmch;1;;;;;;;;;;;;CNTUP;;\r\nclk;0:00;STOPEND"), @r##"
    ok win {"winner":"blue"}
    ok sc1 {"blue":1,"red":2}
    ok mch {"number":"1","counts":"up"}
    ok clk {"seconds":0,"action":"end"}
    "##);
}

#[test]
fn letter_cases_vary_in_every_name_and_word() {
    insta::assert_snapshot!(decoded(b"HL1;50HL2;60\r\nHl2;7\r\nref;;;JU1;A;KOR;Ju2;;;TA;;\r\nRST;1;ST1;2;2;2;0;0;0;St2;1;3;0;0;0;0\r\nudp port 6000 Disconnected\r\nUDP PORT 6000 CONNECTED\r\nINLB:Red\r\nmch;1;;Women +73kg\r\nwrd;RD1;1;Rd2;2\r\nS11;1;S21;2\r\nAT1;;;CRO;AT2;;;GER\r\nsup;NULL\r\nCH1;\r\nWMH;;2-1 ptf"), @r#"
    recovered hl1 {"side":"blue","level":50} # two hit levels were glued together
    recovered hl2 {"side":"red","level":60} # two hit levels were glued together
    ok hl2 {"side":"red","level":7}
    ok ref {"referee":{},"judges":[{"name":"A","country":"KOR"},{},{}]}
    ok rst {"round":1,"blue":{"body":2,"head":2,"punch":2,"technical":[0,0],"gam_jeom":0},"red":{"body":1,"head":3,"punch":0,"technical":[0,0],"gam_jeom":0}}
    ok Udp Port {"state":"disconnected"}
    ok Udp Port {"state":"connected"}
    ok inlb {"name":"inlb","value":"Red"}
    ok mch {"number":"1","gender":"women","weight_class":"+73kg"}
    ok wrd {"winners":["blue","red"]}
    ok s11 {"rounds":[{"round":1,"blue":1,"red":2}]}
    ok at1 {"blue":{"country":"CRO"},"red":{"country":"GER"}}
    recovered sup {"fields":[]} # `side` is `null`: taken as absent
    ok ch1 {"side":"blue","state":"requested"}
    ok wmh {"result":"2-1","decision":"PTF"}
    "#);
}

#[test]
fn a_message_of_which_every_field_is_absent_is_an_empty_one() {
    insta::assert_snapshot!(decoded(b"win;null\r\nclk;null\r\nrnd;null;\r\nsup;null\r\navt;null\r\nbrk;null;null\r\npt1;null\r\nhl2;null\r\nij1;null\r\nto2;null\r\nhwt;null\r\nwrd;null\r\nrst;null\r\nsc1;null;sc2;null\r\nwmh;null;null\r\nwin;;\r\nwrd;;\r\nclk;;;"), @r#"
    recovered win {"fields":[]} # `winner` is `null`: taken as absent
    recovered clk {"fields":[]} # `seconds` is `null`: taken as absent
    recovered rnd {"fields":[]} # `round` is `null`: taken as absent
    recovered sup {"fields":[]} # `side` is `null`: taken as absent
    recovered avt {"fields":[]} # `value` is `null`: taken as absent
    recovered brk {"fields":[]} # `seconds` is `null`: taken as absent
    recovered pt1 {"fields":[]} # `technique` is `null`: taken as absent
    recovered hl2 {"fields":[]} # `level` is `null`: taken as absent
    recovered ij1 {"fields":[]} # `seconds` is `null`: taken as absent
    recovered to2 {"fields":[]} # `seconds` is `null`: taken as absent
    recovered hwt {"fields":[]} # `state` is `null`: taken as absent
    recovered wrd {"fields":[]} # `winners` is `null`: taken as absent
    recovered rst {"fields":[]} # `round` is `null`: taken as absent
    recovered sc1 {} # `score` is `null`: taken as absent; `score` is `null`: taken as absent
    recovered wmh {} # `name` is `null`: taken as absent; `result` is `null`: taken as absent
    ok win {"fields":[]}
    ok wrd {"fields":[]}
    ok clk {"fields":[]}
    "#);
}

#[test]
fn counts_of_a_round_that_are_empty_are_absent() {
    insta::assert_snapshot!(decoded(b"rst;1;st1;;;;;;;st2;1;3;;0;null;2;\r\nrst;2;st1;;;;;;;st2;;;;;;;\r\nrst;2;st1;;;;;;;st2;;;;;;\r\nrst;1;st1;1;2;st2;1;3;0;0;0;0\r\nrst;;st1;;;;;;;st2;;;;;;;"), @r#"
    recovered rst {"round":1,"blue":{"technical":[null,null]},"red":{"body":1,"head":3,"technical":[0,null],"gam_jeom":2}} # `technical` is `null`: taken as absent
    ok rst {"round":2,"blue":{"technical":[null,null]},"red":{"technical":[null,null]}}
    ok rst {"round":2,"blue":{"technical":[null,null]},"red":{"technical":[null,null]}}
    invalid rst {"fields":["1","st1","1","2","st2","1","3","0","0","0","0"]} # `punch` is `st2`, which is no number from 0 to 999
    invalid rst {"fields":["","st1","","","","","","","st2","","","","","",""]} # `round` is missing
    "#);
}

#[test]
fn fields_too_many_within_a_message_do_not_move_the_others() {
    insta::assert_snapshot!(decoded(b"at1;A;Ana A;CRO;7;at2;B;Bea B;FRA\r\nat1;A;Ana A;CRO;B;Bea B;FRA\r\nref;R;BRA;x;ju1;J;KOR;y;z;ta;T;JPN;9"), @r#"
    recovered at1 {"blue":{"short_name":"A","long_name":"Ana A","country":"CRO"},"red":{"short_name":"B","long_name":"Bea B","country":"FRA"}} # extra fields before `at2`: `7`
    recovered at1 {"blue":{"short_name":"A","long_name":"Ana A","country":"CRO"},"red":{}} # extra fields at the end: `B;Bea B;FRA`
    recovered ref {"referee":{"name":"R","country":"BRA"},"judges":[{"name":"J","country":"KOR"},{"name":"T","country":"JPN"}]} # extra fields before `ju1`: `x`; extra fields before `ta`: `y;z`; extra fields at the end: `9`
    "#);
}

#[test]
fn an_answer_to_a_review_that_is_cut_is_no_request() {
    let lines = ["ŻÓŁĆ ŻÓŁ;\r\nch1;-", "ŻÓŁĆ;\r\nch1;", "ŻÓŁĆ;\r\nch1;1;"].map(|text| decoded(text.as_bytes()));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    unknown ŻÓŁĆ ŻÓŁ {"fields":[]}
    invalid ch1 {"fields":["-"]} # `state` is absent: the message was cut in or after `-`; `state` is missing
    unknown ŻÓŁĆ {"fields":[]}
    recovered ch1 {"fields":[]} # `state` is absent: the message was cut
    unknown ŻÓŁĆ {"fields":[]}
    ok ch1 {"side":"blue","state":"accepted"}
    "#);
}

#[test]
fn several_messages_in_a_datagram_and_blank_ones() {
    insta::assert_snapshot!(decoded(b"\r\n\0 rnd;2;\r\n\r\nsup;0\r\nch1;1;0;\0\0"), @r##"
    ok rnd {"round":2}
    ok sup {"side":"none"}
    ok ch1 {"side":"blue","state":"accepted","verdict":"lost"}
    "##);
}

#[test]
fn what_is_out_of_range_is_invalid_and_nothing_is_made_up() {
    insta::assert_snapshot!(decoded(b"pt1;6\r\nhl1;0\r\nclk;1:75\r\nwin;GREEN\r\nsc1;x;sc2;3\r\nch1;5\r\nrst;1;st1;2;\r\nhwt;9\r\npt1;+2\r\nhl2;101"), @r##"
    invalid pt1 {"fields":["6"]} # `technique` is 6, and must be 1 to 5
    invalid hl1 {"fields":["0"]} # `level` is 0, and must be 1 to 100
    invalid clk {"fields":["1:75"]} # `1:75` has more than 59 seconds after the colon
    invalid win {"fields":["GREEN"]} # `winner` is `GREEN`, and must be BLUE, RED or TIE
    invalid sc1 {"fields":["x","sc2","3"]} # `sc1` is `x`, which is no number from 0 to 999
    invalid ch1 {"fields":["5"]} # `state` is `5`, and must be 1, 0, -1 or nothing
    invalid rst {"fields":["1","st1","2"]} # `head` is missing
    invalid hwt {"fields":["9"]} # `state` is 9, and must be 0 to 5
    invalid pt1 {"fields":["+2"]} # `technique` is `+2`, which is no number from 1 to 5
    invalid hl2 {"fields":["101"]} # `level` is 101, and must be 1 to 100
    "##);
}

#[test]
fn what_is_empty_or_unknown_is_no_error() {
    insta::assert_snapshot!(decoded(b"mch;\r\nat1;at2;\r\nsc1;sc2;\r\nclk;\r\nxyz;1;2;\r\nUdp Port 6000 connected\r\nINLB;5:\r\ninth;3:"), @r##"
    ok mch {"fields":[]}
    ok at1 {"blue":{},"red":{}}
    ok sc1 {}
    ok clk {"fields":[]}
    unknown xyz {"fields":["1","2"]}
    ok Udp Port {"state":"connected"}
    ok inlb {"name":"inlb","value":"5"}
    ok inth {"name":"inth","value":"3"}
    "##);
}

#[test]
fn an_empty_datagram_says_nothing() {
    assert_eq!(decoded(b""), "");
    assert_eq!(decoded(b"\r\n\r\n\0\0  "), "");
}
