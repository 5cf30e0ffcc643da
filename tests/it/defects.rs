//! What real senders do wrong, and what is made of it.

use bytes::Bytes;
use vta::pss;

/// The events of a datagram, a line each: status, kind, fields, notes.
fn told(datagram: &[u8]) -> String {
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
    insta::assert_snapshot!(told(&cut(text)), @r##"recovered at1 {"blue":{"short_name":"J. GARCÍA","long_name":"José GARCÍA","country":"ESP"},"red":{"short_name":"Ł. ŻÓŁĆ","long_name":"Łukasz"}} # `red.long_name` is cut after `Łukasz`: at least 7 bytes are missing; `red.country` is absent: the message was cut"##);
}

#[test]
fn a_cut_of_the_line_end_alone_loses_nothing() {
    insta::assert_snapshot!(told(&cut("wmh;José MÜLLER;2-1 PTF\r\n")), @r##"ok wmh {"name":"José MÜLLER","result":"2-1","decision":"PTF"}"##);
}

#[test]
fn of_a_cut_result_only_what_is_whole_is_told() {
    let lines: Vec<_> = ["2-0 PTF", "2-0 PT", "2-0 P", "2-0", "2-", "2", "", "12-1 sup", "Win by poi", "WD"]
        .map(|banner| told(format!("wmh;ŻÓŁĆ;{banner}\0").as_bytes()))
        .to_vec();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ok wmh {"name":"ŻÓŁĆ","result":"2-0","decision":"PTF"}
    recovered wmh {"name":"ŻÓŁĆ","result":"2-0"} # `decision` is absent: the message was cut within or behind `2-0 PT`
    recovered wmh {"name":"ŻÓŁĆ","result":"2-0"} # `decision` is absent: the message was cut within or behind `2-0 P`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut within or behind `2-0`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut within or behind `2-`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut within or behind `2`
    ok wmh {"name":"ŻÓŁĆ"}
    ok wmh {"name":"ŻÓŁĆ","result":"12-1","decision":"SUP"}
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut within or behind `Win by poi`
    recovered wmh {"name":"ŻÓŁĆ"} # `result` is absent: the message was cut within or behind `WD`
    "#);
}

#[test]
fn codes_and_numbers_that_are_cut_are_absent() {
    let lines: Vec<_> =
        ["at1;ŻÓŁĆ;ŻÓŁĆ;PO", "ref;ŻÓŁĆ;PO", "at1;ŻÓŁĆ;Ż;POL;at2;A;A;POL\r\nmch;24", "ŻÓŁĆ;\r\nmch;245.A;F;MEN -6"]
            .map(|text| told(text.as_bytes()))
            .to_vec();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    recovered at1 {"blue":{"short_name":"ŻÓŁĆ","long_name":"ŻÓŁĆ"},"red":{}} # `blue.country` is absent: the message was cut within or behind `PO`; `red.short_name` is absent: the message was cut; `red.long_name` is absent: the message was cut; `red.country` is absent: the message was cut
    recovered ref {"referee":{"name":"ŻÓŁĆ"},"judges":[]} # `country` is absent: the message was cut within or behind `PO`
    ok at1 {"blue":{"short_name":"ŻÓŁĆ","long_name":"Ż","country":"POL"},"red":{"short_name":"A","long_name":"A","country":"POL"}}
    recovered mch {} # `number` is absent: the message was cut within or behind `24`; `phase` is absent: the message was cut; `weight_class` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `internal_id` is absent: the message was cut; `division` is absent: the message was cut; `rounds` is absent: the message was cut; `round_seconds` is absent: the message was cut; `counts` is absent: the message was cut; `body_threshold` is absent: the message was cut; `head_threshold` is absent: the message was cut
    unknown ŻÓŁĆ {"fields":[]}
    recovered mch {"number":"245.A","phase":"F"} # `weight_class` is absent: the message was cut within or behind `MEN -6`; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `colours` is absent: the message was cut; `internal_id` is absent: the message was cut; `division` is absent: the message was cut; `rounds` is absent: the message was cut; `round_seconds` is absent: the message was cut; `counts` is absent: the message was cut; `body_threshold` is absent: the message was cut; `head_threshold` is absent: the message was cut
    "#);
}

#[test]
fn a_cut_within_the_name_of_the_other_athlete_makes_up_nobody() {
    // Everything from the `2` on is missing.
    insta::assert_snapshot!(told("at1;ŻÓŁĆ;ŻÓŁĆ ŻÓŁĆ;POL;at".as_bytes()), @r##"recovered at1 {"blue":{"short_name":"ŻÓŁĆ","long_name":"ŻÓŁĆ ŻÓŁĆ","country":"POL"},"red":{}} # `red.short_name` is absent: the message was cut; `red.long_name` is absent: the message was cut; `red.country` is absent: the message was cut"##);
}

#[test]
fn a_cut_counts_the_characters_of_the_whole_datagram() {
    insta::assert_snapshot!(told(&cut("at1;ÖÇ;Ö;TUR;at2;X;X;TUR\r\nsc1;10;sc2;12\r\n")), @r##"
    ok at1 {"blue":{"short_name":"ÖÇ","long_name":"Ö","country":"TUR"},"red":{"short_name":"X","long_name":"X","country":"TUR"}}
    recovered sc1 {"blue":10} # `score` is absent: the message was cut within or behind `1`
    "##);
}

#[test]
fn a_cut_configuration_keeps_the_number_of_the_bout() {
    let text = "mch;245.A;Finale für Männer;MEN -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Übung;3;120;cntDown;20;5";
    let cut = &text.as_bytes()[..text.len() - 8];
    insta::assert_snapshot!(told(cut), @r##"recovered mch {"number":"245.A","phase":"Finale für Männer","gender":"men","weight_class":"-68kg","division":"Übung","rounds":3,"round_seconds":120,"colours":{"blue":{"background":"#0000ff","foreground":"#FFFFFF"},"red":{"background":"#ff0000","foreground":"#FFFFFF"}}} # `internal_id` is `null`: taken as absent; `counts` is absent: the message was cut within or behind `cntD`; `body_threshold` is absent: the message was cut; `head_threshold` is absent: the message was cut"##);
}

#[test]
fn a_message_that_ends_in_a_semicolon_is_whole() {
    insta::assert_snapshot!(told("wmh;ÖZTÜRK ÇĞ;".as_bytes()), @r##"ok wmh {"name":"ÖZTÜRK ÇĞ"}"##);
}

#[test]
fn glued_hit_levels_are_two_hits() {
    insta::assert_snapshot!(told(b"hl1;50hl2;60\r\n"), @r##"
    recovered hl1 {"side":"blue","level":50} # two hit levels were glued together
    recovered hl2 {"side":"red","level":60} # two hit levels were glued together
    "##);
}

#[test]
fn absent_values_are_absent() {
    insta::assert_snapshot!(told(b"at1;null;;CRO;at2;B;null\r\nsc1;;sc2;3;\r\nsc2;4\r\nref;;;ju1;;;ju2;;;ta;;;"), @r##"
    recovered at1 {"blue":{"country":"CRO"},"red":{"short_name":"B"}} # `blue.short_name` is `null`: taken as absent; `red.long_name` is `null`: taken as absent
    ok sc1 {"red":3}
    ok sc2 {"red":4}
    ok ref {"referee":{},"judges":[{},{},{}]}
    "##);
}

#[test]
fn extra_fields_are_told() {
    insta::assert_snapshot!(told(b"rnd;2;7;8;"), @r##"recovered rnd {"round":2} # extra fields at the end: `7;8`"##);
}

#[test]
fn old_encodings_are_read_and_said() {
    insta::assert_snapshot!(told(b"wmh;M\xdcLLER;2-0 PTG\r\n"), @r##"recovered wmh {"name":"MÜLLER","result":"2-0","decision":"PTG"} # not UTF-8: read as Windows-1252"##);
}

#[test]
fn letter_cases_vary() {
    insta::assert_snapshot!(told(b"WIN;Blue\r\nSC1;1;SC2;2\r\nmch;1;;;;;;;;;;;;CNTUP;;\r\nclk;0:00;STOPEND"), @r##"
    ok win {"winner":"blue"}
    ok sc1 {"blue":1,"red":2}
    ok mch {"number":"1","counts":"up"}
    ok clk {"seconds":0,"action":"end"}
    "##);
}

#[test]
fn several_messages_in_a_datagram_and_blank_ones() {
    insta::assert_snapshot!(told(b"\r\n\0 rnd;2;\r\n\r\nsup;0\r\nch1;1;0;\0\0"), @r##"
    ok rnd {"round":2}
    ok sup {"side":"none"}
    ok ch1 {"side":"blue","state":"accepted","verdict":"lost"}
    "##);
}

#[test]
fn what_is_out_of_range_is_invalid_and_nothing_is_made_up() {
    insta::assert_snapshot!(told(b"pt1;6\r\nhl1;0\r\nclk;1:75\r\nwin;GREEN\r\nsc1;x;sc2;3\r\nch1;5\r\nrst;1;st1;2;\r\nhwt;9\r\npt1;+2\r\nhl2;101"), @r##"
    invalid pt1 {"fields":["6"]} # `technique` is 6, and must be 1 to 5
    invalid hl1 {"fields":["0"]} # `level` is 0, and must be 1 to 100
    invalid clk {"fields":["1:75"]} # `1:75` has more than 59 seconds behind the colon
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
    insta::assert_snapshot!(told(b"mch;\r\nat1;at2;\r\nsc1;sc2;\r\nclk;\r\nxyz;1;2;\r\nUdp Port 6000 connected\r\nINLB;5:\r\ninth;3:"), @r##"
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
    assert_eq!(told(b""), "");
    assert_eq!(told(b"\r\n\r\n\0\0  "), "");
}
