//! Captures as other tools and people write them.

use super::*;

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn last_error(text: &str) -> String {
    read(text).last().unwrap().unwrap_err().to_string()
}

fn times(recorded: &[Recorded]) -> Vec<i64> {
    recorded.iter().map(|recorded| recorded.at.as_micros()).collect()
}

#[test]
fn comments_are_passed_over() {
    for text in [
        "# recorded at court 1\n0\tpre;FightLoaded\n# the kick\n100\tpt1;3\n",
        "\u{feff}# a\n\n  # b\r\n0\tpre;FightLoaded\r\n100\tpt1;3\r\n# end",
    ] {
        let mut reader = read(text);
        assert_eq!(reader.format(), Format::Trace, "{text}");
        let recorded = collect(&mut reader);
        assert_eq!(
            (messages(&recorded), times(&recorded)),
            (vec!["pre;FightLoaded".into(), "pt1;3".into()], vec![0, 100_000])
        );
    }
    assert_eq!(messages(&collect(&mut read("# a\npre;FightLoaded\n#b\nrnd;1\n"))), ["pre;FightLoaded", "rnd;1"]);
    assert_eq!(collect(&mut read("# nothing\n")), []);
    // The first line alone may be waited for.
    let (pipe_reader, mut pipe_writer) = std::io::pipe().unwrap();
    pipe_writer.write_all(b"# a\n0\trnd;1\n").unwrap();
    let mut reader = capture::read_from("pipe", pipe_reader).unwrap();
    assert_eq!(message(&reader.next().unwrap().unwrap()), b"rnd;1");
}

#[test]
fn blanks_part_the_time_where_no_tab_does() {
    let mut reader = read("0 pre;FightLoaded\n 100   wmh;Ana  A; 2-1 PTF\n250.5\trnd;1\n");
    assert_eq!(reader.format(), Format::Trace);
    let recorded = collect(&mut reader);
    assert_eq!(messages(&recorded), ["pre;FightLoaded", "wmh;Ana  A; 2-1 PTF", "rnd;1"]);
    assert_eq!(times(&recorded), [0, 100_000, 250_500]);
    assert!(last_error("0 pre;FightLoaded\n\nrnd;1 2\n").starts_with("test, line 3: `rnd;1`"));
}

#[test]
fn a_line_that_is_not_as_the_first_is_told_with_its_number() {
    for second in ["0\tpre;FightLoaded", "100 rnd;1"] {
        assert_eq!(
            last_error(&format!("recorded at court 1\n\n{second}\n")),
            "test, line 3: a time before the message: each line must be `milliseconds<TAB>message`, or none of them"
        );
    }
}

#[test]
fn payloads_are_read_as_tshark_prints_them() {
    let printed = "1700000000.250000000\t7072653b46696768744c6f616465640d0a\n1700000000.500001000\t\n1700000001.000000700\t7074313b33\n";
    let mut reader = read(printed);
    assert_eq!(reader.format(), Format::Payloads);
    let recorded = collect(&mut reader);
    assert_eq!(messages(&recorded), ["pre;FightLoaded", "pt1;3"]);
    assert_eq!(times(&recorded), [1_700_000_000_250_000, 1_700_000_001_000_001]);

    let start = Time::from_micros(1_000_000);
    for (text, at) in [
        ("0.5\t7074313b33\n", 1_500_000),
        ("0.5,\"70:74:31:3b:33\"\n", 1_500_000),
        ("0.5 192.168.7.20 51000 7074313B33", 1_500_000),
        ("7074313b33", 1_000_000),
        ("70:74:31:3b:33\r\n", 1_000_000),
        ("2023-11-14T22:13:20.000000000Z\t7074313b33", 1_700_000_000_000_000),
        ("# tshark -T fields -e data\n7074313b33", 1_000_000),
    ] {
        let recorded = collect(&mut read(text).with_start(start));
        assert_eq!((messages(&recorded), times(&recorded)), (vec!["pt1;3".to_owned()], vec![at]), "{text}");
    }
    assert!(last_error("7074313b33\n7074313b3\n").contains("line 2: `7074313b3` is no payload"));
    assert!(
        last_error("0.1\t7074313b33\nNov 14\t7074313b33\n").contains("line 2: `Nov` before the payload is no time")
    );
    // Digits in a message are none.
    assert_eq!(read("rnd;1\nrnd;2\n").format(), Format::Lines);
    assert_eq!(read("0\tabcd\n").format(), Format::Trace);
}

#[test]
fn what_gzip_has_packed_is_read() {
    assert_eq!(collect(&mut read(gzipped(&write(&session())))), session());
    let mut reader = read(gzipped(b"# a\n0\trnd;1\n"));
    assert_eq!((reader.format(), collect(&mut reader).len()), (Format::Trace, 1));
    let twice = [gzipped(b"0\trnd;1\n"), gzipped(b"1\trnd;2\n")].concat();
    assert_eq!(collect(&mut read(twice)).len(), 2);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("court-1.pcapng.gz");
    std::fs::write(&path, gzipped(&write(&session()))).unwrap();
    let mut reader = capture::open(&path).unwrap();
    assert_eq!((reader.total_bytes(), collect(&mut reader)), (None, session()));
    // One that was cut gives what is before the cut, and does not look whole.
    let packed = gzipped(&write(&session()));
    let mut reader = read(&packed[..packed.len() - 20]);
    let given: Vec<_> = reader.by_ref().collect();
    assert!(given.iter().any(Result::is_err) || reader.notes().cut.is_some());
    assert!(refused(&gzipped(&packed)).contains("unpack it first"));
}

#[test]
fn a_datagram_that_is_longer_than_is_received_is_cut_as_a_live_one() {
    let name = "A".repeat(3000);
    let text = format!("0\twmh;{name};2-0 PTF\n");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("long.tsv");
    std::fs::write(&path, &text).unwrap();
    let hex: String = text[2..].trim_end().bytes().map(|byte| format!("{byte:02x}")).collect();
    let long = datagram(0, &text.as_bytes()[2..]);
    for mut reader in [read(text.clone()), read(hex), read(write(&[long]))] {
        let recorded = collect(&mut reader);
        let [Recorded { input: Input::Datagram(datagram), .. }] = &recorded[..] else { panic!("{recorded:?}") };
        assert_eq!((datagram.bytes.len(), datagram.truncated), (2048, true), "{}", reader.format());
    }
    let whole = format!("wmh;{};", "A".repeat(2043));
    let recorded = collect(&mut read(write(&[datagram(0, whole.as_bytes())])));
    assert_eq!(recorded, [datagram(0, whole.as_bytes())]);
}
