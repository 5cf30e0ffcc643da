//! The wire protocol as a whole: encoded messages are decoded, and no received byte is lost.

mod bodies;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use strum::IntoEnumIterator;
use vta::event::{Body, Status};
use vta::pss::{Dialect, Message, decode, encode};

fn decoded(datagram: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    decode(&Bytes::copy_from_slice(datagram), false, |message| messages.push(message));
    messages
}

/// Bytes of which every byte may be anything, more often what messages are made of.
fn wire_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::sample::select(
            &[
                "clk",
                "sc1",
                "s11",
                "s23",
                "hl1;50hl2;60",
                "at1",
                "at2",
                "wrd",
                "rd1",
                "mch",
                "ref",
                "ju1",
                "rst",
                "st1",
                "wmh",
                "ch1",
                "Udp Port ",
                "inlb",
                "null",
                "MEN ",
                ";",
                ";;",
                "1",
                "-1",
                "0:09",
                ":",
                "É",
                "Ł",
                "김",
                "\r\n",
                "\n",
                "\0",
                " ",
                "2-1 PTF",
            ][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_encoded_is_decoded_in_every_dialect(body in bodies::body()) {
        for dialect in Dialect::iter() {
            let text = encode(&body, dialect).unwrap();
            let messages = decoded(text.as_bytes());
            prop_assert_eq!(messages.len(), 1, "{:?}", text);
            prop_assert_eq!(&messages[0].body, &body, "{:?}", text);
            prop_assert_eq!((messages[0].status, &messages[0].notes), (Status::Ok, &Vec::new()), "{:?}", text);
        }
    }

    #[test]
    fn any_bytes_are_kept_but_for_what_parts_messages(bytes in wire_bytes(), truncated: bool) {
        let datagram = Bytes::from(bytes);
        let mut seen = 0;
        let mut between = Vec::new();
        decode(&datagram, truncated, |message| {
            let raw = message.raw.bytes();
            // A slice of the datagram itself, behind the one before.
            let start = raw.as_ptr() as usize - datagram.as_ptr() as usize;
            between.extend_from_slice(&datagram[seen..start]);
            assert_eq!(&datagram[start..start + raw.len()], raw);
            seen = start + raw.len();
        });
        between.extend_from_slice(&datagram[seen..]);
        prop_assert!(between.iter().all(|byte| is_separator(*byte)), "{:?} is lost of {:?}", between, datagram);
    }

    // How much is cut off the last message shows in the whole datagram, so it has to be a whole one. Line ends inside of
    // a JSON object part no messages.
    #[test]
    fn a_datagram_parted_at_its_line_ends_says_the_same(bytes in wire_bytes()) {
        let bytes = [&bytes[..], b"\r\n"].concat();
        let mut in_json = false;
        let ends_line = |byte: &u8| {
            in_json |= *byte == b'{';
            *byte == b'\n' && !in_json
        };
        let parts = bytes.split_inclusive(ends_line).flat_map(decoded).collect::<Vec<_>>();
        prop_assert_eq!(parts, decoded(&bytes));
    }

    #[test]
    fn datagrams_joined_with_line_ends_say_the_same(sent in vec(bodies::body(), 1..6)) {
        for dialect in Dialect::iter() {
            let texts: Vec<_> = sent.iter().map(|body| encode(body, dialect).unwrap()).collect();
            let apart = texts.iter().flat_map(|text| decoded(text.as_bytes())).collect::<Vec<_>>();
            let joined: String = texts.iter().map(|text| format!("{text}\r\n")).collect();
            prop_assert_eq!(&apart, &decoded(joined.as_bytes()));
            prop_assert_eq!(apart.into_iter().map(|message| message.body).collect::<Vec<_>>(), sent.clone());
        }
    }
}

#[test]
fn every_kind_that_a_sender_says_is_among_the_bodies() {
    use proptest::strategy::ValueTree;
    use vta::event::Kind;

    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let kinds: std::collections::BTreeSet<Kind> =
        (0..2000).map(|_| Kind::from(&bodies::body().new_tree(&mut runner).unwrap().current())).collect();
    let sent = Kind::iter().take_while(|kind| *kind != Kind::Unknown).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(kinds, sent);
}

#[test]
fn what_no_sender_says_has_no_message() {
    for body in [Body::Unknown(vta::event::Unknown::default()), Body::RoundStarted(vta::event::Round { round: 1 })] {
        assert_eq!(encode(&body, Dialect::Published), None);
    }
}

#[test]
fn dialects_write_as_their_senders_do() {
    use vta::event::{Clock, ClockAction};

    let clock = Body::Clock(Clock { seconds: 69, action: Some(ClockAction::Start) });
    assert_eq!(encode(&clock, Dialect::TkStrike2).unwrap(), "clk;1:09;start\r\n");
    assert_eq!(encode(&clock, Dialect::TkStrike3).unwrap(), "clk;01:09;start\r\n");
    assert_eq!(encode(&clock, Dialect::Published).unwrap(), "clk;1:09;start;");
    // The messages of a newer console are encoded again, byte for byte, but for the `null` in `mch`.
    for bout in ["console-bout-1.tsv", "console-bout-2.tsv"] {
        let trace = std::fs::read_to_string(crate::support::repository("tests/data").join(bout)).unwrap();
        for text in trace.lines().map(|line| line.split_once('\t').unwrap().1).filter(|text| !text.contains("null")) {
            let [message] = &decoded(text.as_bytes())[..] else { panic!("{text}") };
            assert_eq!(encode(&message.body, Dialect::TkStrike3).unwrap(), format!("{text}\r\n"));
        }
    }
}

#[test]
fn a_gender_without_a_weight_class_is_a_gender() {
    use vta::event::Gender;

    let [message] = &decoded(b"mch;7;Final;WOMEN;;;;;;;;3;120;cntDown;20;5\r\n")[..] else { panic!() };
    let Body::BoutConfig(config) = &message.body else { panic!("{message:?}") };
    assert_eq!((config.gender, &config.weight_class), (Some(Gender::Women), &None));
}

#[test]
fn fields_behind_the_rounds_are_extra() {
    use vta::event::Side;

    let [message] = &decoded(b"wrd;rd1;1;rd2;0;rd3;0;7\r\n")[..] else { panic!() };
    let Body::RoundWinners(winners) = &message.body else { panic!("{message:?}") };
    assert_eq!(winners.winners, [Some(Side::Blue), None, None]);
    assert_eq!((message.status, &message.notes[..]), (Status::Recovered, &["extra fields at the end: `7`".into()][..]));
}
