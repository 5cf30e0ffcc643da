//! Captures: what goes in comes out, and what other tools wrote can be read.

use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use vta::action::{ClipReport, Outcome, Report};
use vta::bout::SessionId;
use vta::capture::{self, About, CaptureError, CaptureWriter, Format, FormatError, Reader, Recorded, Skip};
use vta::court::{Court, Datagram, Input, Setup};
use vta::event::{
    ClipSource, DatagramsLost, DatagramsShed, LossPlace, ObsConnected, ObsDisconnected, Recording, ReplayBuffer,
    RulesRejected, RulesReloaded, SceneChanged,
};
use vta::rules::Rules;
use vta::time::{Offset, Time};

use crate::support::run_if_there;

mod foreign;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn open(name: &str) -> Reader {
    capture::open(&data(name)).unwrap()
}

fn read(bytes: impl Into<Vec<u8>>) -> Reader {
    capture::read_from("test", Cursor::new(bytes.into())).unwrap()
}

fn refused(bytes: &[u8]) -> String {
    capture::read_from("test", Cursor::new(bytes.to_vec())).err().unwrap().to_string()
}

fn about() -> About {
    About { court: "court-1".to_owned(), local: "0.0.0.0:6000".parse().unwrap(), event: "Hamburg Open 2026".to_owned() }
}

fn write(inputs: &[Recorded]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = CaptureWriter::new(&mut bytes, &about()).unwrap();
    for Recorded { at, input } in inputs {
        writer.write(*at, input).unwrap();
    }
    writer.flush().unwrap();
    bytes
}

fn datagram(micros: i64, message: &[u8]) -> Recorded {
    let from = "192.168.7.20:51000".parse().ok();
    let datagram = Datagram { bytes: message.to_vec().into(), from, truncated: false };
    Recorded { at: Time::from_micros(micros), input: Input::Datagram(datagram) }
}

/// A session in small, with all that is special.
fn session() -> Vec<Recorded> {
    let mut all = vec![datagram(1_752_500_000_000_001, b"pre;FightLoaded\r\n"), datagram(1_752_500_000_013_000, b"")];
    let special = [
        Input::Report(Report::ClipSaved(ClipReport {
            instance: "replay".to_owned(),
            path: "D:\\clips\\Bout 7 – É.mkv".to_owned(),
            from: ClipSource::ReplayBuffer,
            begins_at: None,
            ends_at: None,
            note: None,
            action_seqs: vec![1, 2],
        })),
        Input::Datagram(Datagram { bytes: b"hl1;50hl2;60"[..].into(), from: None, truncated: false }),
        Input::Datagram(Datagram {
            bytes: b"at1;B. \xc3"[..].into(),
            from: "[fe80::7]:51000".parse().ok(),
            truncated: true,
        }),
        Input::Stop,
    ];
    all.extend(special.into_iter().map(|input| Recorded { at: Time::from_micros(1_752_500_001_000_000), input }));
    all
}

fn collect(reader: &mut Reader) -> Vec<Recorded> {
    reader.collect::<Result<_, _>>().unwrap()
}

fn message(recorded: &Recorded) -> &[u8] {
    match &recorded.input {
        Input::Datagram(datagram) => &datagram.bytes,
        other => panic!("{other:?} is no datagram"),
    }
}

fn messages(recorded: &[Recorded]) -> Vec<String> {
    recorded.iter().map(|recorded| String::from_utf8_lossy(message(recorded)).trim_end().to_owned()).collect()
}

/// The first messages of bout 1, as the captures have them.
fn beginning_of_bout_1() -> Vec<String> {
    let mut messages = messages(&collect(&mut open("console-bout-1.tsv")));
    messages.truncate(12);
    messages
}

#[test]
fn what_is_written_is_read_again() {
    let mut reader = read(write(&session()));
    assert_eq!((reader.format(), reader.court(), reader.has_reports()), (Format::Pcapng, Some("court-1"), true));
    assert_eq!(collect(&mut reader), session());
    assert_eq!(reader.notes().lines(), Vec::<String>::new());
    assert_eq!(reader.notes().packets, session().len() as u64);
}

#[test]
fn what_the_first_version_wrote_is_read_for_ever() {
    assert_eq!(collect(&mut open("captures/vta-0.1.0.pcapng")), session());
}

#[test]
fn a_pipe_is_heard_as_it_speaks() {
    let (pipe_reader, mut pipe_writer) = std::io::pipe().unwrap();
    pipe_writer.write_all(b"pre;FightLoaded\n").unwrap();
    let mut reader = capture::read_from("pipe", pipe_reader).unwrap();
    assert_eq!(message(&reader.next().unwrap().unwrap()), b"pre;FightLoaded");
    pipe_writer.write_all(b"rnd;1\n").unwrap();
    assert_eq!(message(&reader.next().unwrap().unwrap()), b"rnd;1");

    let (pipe_reader, pipe_writer) = std::io::pipe().unwrap();
    let mut writer = CaptureWriter::new(pipe_writer, &about()).unwrap();
    let [first, second, ..] = &session()[..] else { panic!() };
    writer.write(first.at, &first.input).unwrap();
    let mut reader = capture::read_from("pipe", pipe_reader).unwrap();
    assert_eq!(reader.next().unwrap().unwrap(), *first);
    writer.write(second.at, &second.input).unwrap();
    assert_eq!(reader.next().unwrap().unwrap(), *second);
}

#[test]
fn the_position_ends_at_the_files_length() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("court-1.pcapng");
    std::fs::write(&path, write(&session())).unwrap();
    let mut reader = capture::open(&path).unwrap();
    assert!(reader.bytes_read() < reader.total_bytes().unwrap());
    assert_eq!(collect(&mut reader).len(), session().len());
    assert_eq!(Some(reader.bytes_read()), reader.total_bytes());
}

#[test]
fn a_file_cut_anywhere_gives_all_that_is_before_the_cut() {
    let (whole, session) = (write(&session()), session());
    let mut before = 0;
    for end in 4..whole.len() {
        let mut reader = read(&whole[..end]);
        let given = collect(&mut reader);
        assert_eq!(given, session[..given.len()], "cut at byte {end}");
        assert!(given.len() == before || given.len() == before + 1, "cut at byte {end}");
        let cut = reader.notes().cut.unwrap_or(end as u64);
        assert!(cut <= end as u64 && collect(&mut read(&whole[..cut as usize])) == given, "cut at byte {end}");
        before = given.len();
    }
    assert_eq!(before, session.len() - 1, "only the last byte was missing at last");
}

#[test]
fn after_a_failed_write_the_writer_refuses_to_go_on() {
    /// A disk that is full after so many bytes.
    struct Disk(usize);
    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let header = write(&[]).len();
    let mut writer = CaptureWriter::new(Disk(header + 10), &about()).unwrap();
    let first = writer.write(Time::default(), &Input::Stop).unwrap_err();
    assert_eq!(first.kind(), std::io::ErrorKind::StorageFull);
    let second = writer.write(Time::default(), &Input::Stop).unwrap_err();
    assert!(second.to_string().contains("begin a new file"), "{second}");
}

#[test]
fn the_two_real_bouts_are_read_as_traces() {
    for (name, count, minutes) in [("console-bout-1.tsv", 435, 8), ("console-bout-2.tsv", 378, 5)] {
        let start = Time::from_micros(1_752_500_000_000_000);
        let mut reader = open(name).with_start(start);
        assert_eq!(reader.format(), Format::Trace);
        let recorded = collect(&mut reader);
        assert_eq!(recorded.len(), count);
        assert_eq!((recorded[0].at, message(&recorded[0])), (start, &b"pre;FightLoaded"[..]));
        assert!(recorded.is_sorted_by_key(|recorded| recorded.at));
        assert!(recorded[count - 1].at.since(start) > Duration::from_secs(60 * minutes));
        assert!(!reader.has_reports() && reader.court().is_none());
    }
}

#[test]
fn a_trace_that_is_written_is_read_again() {
    let mut trace = Vec::new();
    for (micros, message) in [
        (0, &b"pre;FightLoaded\r\n"[..]),
        (12_345_600, b"\xff;\t\0"),
        (13_000_000, b""),
        (14_000_000, b"rnd;1\r\nclk;1:00\r\n"),
    ] {
        capture::write_trace(&mut trace, Duration::from_micros(micros), message).unwrap();
    }
    assert_eq!(trace, b"0\tpre;FightLoaded\n12345.600\t\xff;\t\0\n13000\t\n14000\trnd;1\n14000\tclk;1:00\n");
    let recorded = collect(&mut read(trace));
    let times: Vec<_> = recorded.iter().map(|recorded| recorded.at.as_micros()).collect();
    assert_eq!(times, [0, 12_345_600, 13_000_000, 14_000_000, 14_000_000]);
    assert_eq!(message(&recorded[1]), b"\xff;\t\0");
    assert_eq!(message(&recorded[2]), b"");
    assert_eq!(messages(&recorded[3..]), ["rnd;1", "clk;1:00"]);
}

#[test]
fn plain_lines_are_told_from_traces_and_have_the_time_of_the_start() {
    let mut reader = read("\u{feff}pre;FightLoaded\r\n\r\nrnd;1").with_start(Time::from_micros(7));
    assert_eq!(reader.format(), Format::Lines);
    let recorded = collect(&mut reader);
    assert_eq!(messages(&recorded), ["pre;FightLoaded", "rnd;1"]);
    assert!(recorded.iter().all(|recorded| recorded.at == Time::from_micros(7)));
    assert_eq!(read("\n \n0.5\trnd;1\n").format(), Format::Trace);
    assert_eq!(read("0\trnd\0;1\n").format(), Format::Trace);
    assert_eq!(collect(&mut read("rnd;1\0\r\nrnd;2\0\0")).len(), 2);
    assert_eq!(collect(&mut read("")), []);
}

#[test]
fn a_bad_line_of_a_trace_is_told_with_its_number_and_ends_the_reading() {
    let error = |text: &str| {
        let all: Vec<_> = read(text).collect();
        all.last().unwrap().as_ref().unwrap_err().to_string()
    };
    let no_tab = error("0\tpre;FightLoaded\n\n13 rnd;1\n20\tclk;1:00\n");
    assert_eq!(
        no_tab,
        "test, line 3: no TAB: each line must be `milliseconds<TAB>message` as the first one is, or none of them"
    );
    let number = error("time\tmessage\n0\tpre;FightLoaded\n");
    assert_eq!(
        number,
        "test, line 1: `time` before the TAB is no number of milliseconds: write it as `1250` or `1250.5`"
    );
    for not_a_number in ["1,5\t", "NaN\t", "inf\t", "1e999\t"] {
        assert!(error(not_a_number).contains("is no number"), "{not_a_number}");
    }
    assert!(error(&format!("0\trnd;1\n1\t{}", "x".repeat(70_000))).starts_with("test, line 2: longer than a datagram"));
}

#[test]
fn what_is_no_capture_says_what_to_do() {
    assert_eq!(refused(b"\x28\xb5\x2f\xfd"), "test is compressed (zstd): unpack it first");
    assert!(refused(b"\x1f\x8b\x08\0").starts_with("cannot read test beyond byte 0: "));
    assert!(refused(b"\xff\xfep\0r\0e\0;\0").contains("UTF-16"));
    assert!(refused(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0").contains("no capture"));
    let missing = capture::open(Path::new("no/such/file")).err().unwrap();
    assert!(matches!(&missing, CaptureError::Open { name, .. } if name == "no/such/file"), "{missing}");
}

#[test]
fn packets_that_dumpcap_wrote_are_read_whatever_their_link_type() {
    for (name, format, packets, skipped) in [
        ("captures/ethernet.pcap", Format::Pcap, 22, 7),
        ("captures/sll.pcap", Format::Pcap, 21, 7),
        ("captures/sll2.pcapng", Format::Pcapng, 21, 7),
    ] {
        let mut reader = open(name);
        assert_eq!((reader.format(), reader.has_reports()), (format, false));
        let recorded = collect(&mut reader);
        assert_eq!(messages(&recorded[..12]), beginning_of_bout_1(), "{name}");
        assert_eq!(messages(&recorded[12..14]), ["", "status"], "{name}");
        let Input::Datagram(first) = &recorded[0].input else { panic!("{name}") };
        assert_eq!((first.from, first.truncated), ("127.0.0.1:50001".parse().ok(), false));
        assert_eq!(reader.notes().packets, packets, "{name}");
        assert_eq!(reader.notes().skipped, [(Skip::NotUdp, skipped)].into(), "{name}");
    }
    let ethernet = collect(&mut open("captures/ethernet.pcap"));
    assert_eq!(ethernet[0].at, Time::from_micros(1_795_352_669_089_363));
    let Input::Datagram(last) = &ethernet[14].input else { panic!() };
    assert_eq!(last.from, "[::1]:50002".parse().ok());
}

#[test]
fn interfaces_of_two_link_types_in_one_file_are_told_apart() {
    let mut reader = open("captures/merged.pcapng");
    assert_eq!(collect(&mut reader).len(), 15 + 14);
    assert_eq!(reader.notes().skipped, [(Skip::NotUdp, 14)].into());
}

#[test]
fn only_the_datagrams_to_the_asked_for_port_are_given() {
    let mut reader = open("captures/sll2.pcapng").with_port(Some(6001));
    assert_eq!(messages(&collect(&mut reader)), ["status"]);
    assert_eq!(reader.notes().skipped.get(&Skip::OtherPort), Some(&13));
}

#[test]
fn a_short_snap_length_truncates_and_nanoseconds_are_rounded_down() {
    let recorded = collect(&mut open("captures/short-nanoseconds.pcap"));
    assert_eq!(recorded[0].at, Time::from_micros(1_795_352_672_392_716));
    let truncated = |recorded: &Recorded| matches!(&recorded.input, Input::Datagram(datagram) if datagram.truncated);
    assert_eq!(recorded.iter().map(truncated).collect::<Vec<_>>()[..5], [false, true, true, true, false]);
    assert_eq!(messages(&recorded[..2]), ["pre;FightLoaded", "ref;;;ju1;;;ju2;;;"]);
}

#[test]
fn a_big_endian_pcap_is_the_same_as_a_little_endian_one() {
    let little = std::fs::read(data("captures/ethernet.pcap")).unwrap();
    let mut big = little.clone();
    let mut turn = |at: usize, length: usize| big[at..at + length].reverse();
    for (at, length) in [(0, 4), (4, 2), (6, 2), (8, 4), (12, 4), (16, 4), (20, 4)] {
        turn(at, length);
    }
    let mut at = 24;
    while at < little.len() {
        (0..4).for_each(|field| turn(at + 4 * field, 4));
        at += 16 + u32::from_le_bytes(little[at + 8..at + 12].try_into().unwrap()) as usize;
    }
    assert_ne!(big, little);
    assert_eq!(collect(&mut read(big)), collect(&mut read(little)));
}

/// The same bytes in each run, that look like nothing.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn noise_behind_a_good_header_ends_with_the_place_of_the_damage() {
    let pcap = std::fs::read(data("captures/ethernet.pcap")).unwrap();
    for (header, offset) in [(pcap[..24].to_vec(), 24), (write(&session()), write(&session()).len())] {
        let mut reader = read([header, noise(4_000_000)].concat());
        let Some(Err(error)) = reader.by_ref().last() else { panic!("noise was read") };
        let CaptureError::Damaged { offset: reported, error: damage, .. } = error else { panic!("{error}") };
        assert_eq!(reported, offset as u64);
        assert!(matches!(damage, FormatError::PacketLength(_) | FormatError::BlockLength(_)), "{damage}");
        assert!(reader.next().is_none());
    }
}

#[test]
fn packets_full_of_noise_are_skipped_and_counted() {
    let ethernet = std::fs::read(data("captures/ethernet.pcap")).unwrap();
    for link_type in [0, 1, 101, 108, 113, 228, 229, 276] {
        let mut file = ethernet[..20].to_vec();
        file.extend(u32::to_le_bytes(link_type));
        for payload in noise(1_000_000).chunks(257) {
            let length = payload.len() as u32;
            file.extend([1, 1, length, length].iter().flat_map(|number| u32::to_le_bytes(*number)));
            file.extend(payload);
        }
        let mut reader = read(file);
        let given = reader.by_ref().map(Result::unwrap).count() as u64;
        let skipped: u64 = reader.notes().skipped.values().sum();
        assert_eq!(reader.notes().packets, 1_000_000_u64.div_ceil(257));
        assert_eq!(given + skipped, reader.notes().packets, "link type {link_type}");
        assert!(given < 10, "link type {link_type}: {given} datagrams in noise");
    }
}

#[test]
fn wireshark_reads_what_is_written_without_a_complaint() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("court-1.pcapng");
    std::fs::write(&path, write(&session())).unwrap();
    let preferences = [
        "ip.check_checksum:TRUE",
        "udp.check_checksum:TRUE",
        r#"uat:user_dlts:"User 0 (DLT=147)","json","0","","0","""#,
    ];
    let fields =
        ["frame.time_epoch", "frame.interface_name", "ip.src", "udp.dstport", "json.key", "_ws.expert.message"];
    let mut tshark = std::process::Command::new("tshark");
    tshark.args(preferences.iter().flat_map(|preference| ["-o", preference]));
    tshark.args(["-T", "fields", "-E", "separator=|"]).args(fields.iter().flat_map(|field| ["-e", field]));
    let Some(output) = run_if_there(tshark.arg("-r").arg(&path)) else { return };
    let errors = String::from_utf8_lossy(&output.stderr);
    let complaints: Vec<_> = errors.lines().filter(|line| !line.starts_with("Running as user \"root\"")).collect();
    assert_eq!((output.status.success(), complaints), (true, Vec::new()));
    let expected = "\
        1752500000.000001000|court-1|192.168.7.20|6000||\n\
        1752500000.013000000|court-1|192.168.7.20|6000||\n\
        1752500001.000000000|vta|||report,instance,path,from,action_seqs|\n\
        1752500001.000000000|court-1|0.0.0.0|6000||\n\
        1752500001.000000000|court-1||6000||\n\
        1752500001.000000000|vta|||command|\n";
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

fn any_address() -> impl Strategy<Value = SocketAddr> {
    (any::<std::net::IpAddr>(), 1..=u16::MAX).prop_map(|(address, port)| SocketAddr::new(address, port))
}

fn any_datagram() -> impl Strategy<Value = Input> {
    let bytes = prop::collection::vec(any::<u8>(), 0..2000);
    (bytes, prop::option::of(any_address()), any::<bool>())
        .prop_map(|(bytes, from, truncated)| Input::Datagram(Datagram { bytes: bytes.into(), from, truncated }))
}

fn any_span() -> impl Strategy<Value = (Option<Time>, Option<Time>)> {
    let time = || prop::option::of((0..4_000_000_000_000_000i64).prop_map(Time::from_micros));
    (time(), time())
}

fn any_recording() -> impl Strategy<Value = Recording> {
    (any::<(String, Option<String>, Option<u64>)>(), any_span(), any::<[bool; 3]>()).prop_map(
        |((instance, path, action_seq), (begins_at, ends_at), [earlier_session, split, interrupted])| Recording {
            instance,
            path,
            begins_at,
            ends_at,
            action_seq,
            earlier_session,
            split,
            interrupted,
        },
    )
}

fn any_report() -> impl Strategy<Value = Report> {
    let outcome = prop_oneof![Just(Outcome::Done), any::<String>().prop_map(|reason| Outcome::Failed { reason })];
    prop_oneof![
        (any::<u64>(), any::<String>(), outcome, any::<u64>()).prop_map(|(action_seq, action, outcome, took_us)| {
            Report::Outcome { action_seq, action, outcome, took_us }
        }),
        any::<[String; 3]>().prop_map(|[instance, obs_version, websocket_version]| Report::ObsConnected(
            ObsConnected { instance, obs_version, websocket_version }
        )),
        any::<[String; 2]>()
            .prop_map(|[instance, reason]| Report::ObsDisconnected(ObsDisconnected { instance, reason })),
        any::<[String; 2]>().prop_map(|[instance, scene]| Report::SceneChanged(SceneChanged { instance, scene })),
        any::<(String, bool)>().prop_map(|(instance, active)| Report::ReplayBuffer(ReplayBuffer { instance, active })),
        (any::<[String; 2]>(), any_span(), any::<Option<String>>(), any::<Vec<u64>>()).prop_map(
            |([instance, path], (begins_at, ends_at), note, action_seqs)| {
                let from = if note.is_some() { ClipSource::Recording } else { ClipSource::ReplayBuffer };
                Report::ClipSaved(ClipReport { instance, path, from, begins_at, ends_at, note, action_seqs })
            }
        ),
        any_recording().prop_map(Report::RecordingStarted),
        any_recording().prop_map(Report::RecordingStopped),
        any::<(u64, bool)>().prop_map(|(datagrams, is_queue)| {
            let place = if is_queue { LossPlace::Queue } else { LossPlace::System };
            Report::DatagramsLost(DatagramsLost { datagrams, place })
        }),
        any::<(Option<String>, u64)>().prop_map(|(sender, datagrams)| {
            let (since, until) = (Time::default(), Time::from_micros(1_000_000));
            Report::DatagramsShed(DatagramsShed { sender, datagrams, since, until })
        }),
        any::<Vec<String>>().prop_map(|rules| Report::RulesReloaded(RulesReloaded { rules })),
        any::<(String, usize, usize, String, usize)>().prop_map(|(file, line, column, message, errors)| {
            Report::RulesRejected(RulesRejected { file, line, column, message, errors })
        }),
    ]
}

fn any_setup() -> impl Strategy<Value = Input> {
    let rules = prop::collection::vec(any::<[String; 2]>(), 0..4);
    (any::<[String; 3]>(), rules).prop_map(|([court, vta_version, config], rules)| {
        let rules = rules.into_iter().map(|[path, text]| (path.into(), text.into())).collect();
        let (session, court) = (SessionId::new(), court.into());
        Input::Setup(Arc::new(Setup { session, court, vta_version, config, rules }))
    })
}

/// What a court leaves that has taken messages of a real bout.
fn any_resume() -> impl Strategy<Value = Input> {
    (0..400_usize).prop_map(|count| {
        let session = SessionId::new();
        let mut court = Court::new("court-1".into(), Vec::new(), Rules::none()).with_session(session);
        for (at, text) in crate::bout::real_bout("console-bout-1.tsv").into_iter().take(count) {
            let datagram = Datagram { bytes: text.into(), from: None, truncated: false };
            let at = Time::default() + Duration::from_millis(at);
            court.step(at, &Input::Datagram(datagram), &mut Vec::new());
        }
        // What it leaves is read as it was written, and not as it was in memory.
        let left = serde_json::to_string(&court.leave()).unwrap();
        Input::Resume(Arc::new(serde_json::from_str(&left).unwrap()))
    })
}

fn any_clock_step() -> impl Strategy<Value = Input> {
    (0..4_000_000_000_000_000i64, any::<i64>()).prop_map(|(ran_until, offset)| Input::ClockStep {
        ran_until: Time::from_micros(ran_until),
        offset: Offset::from_micros(offset),
    })
}

fn any_recorded() -> impl Strategy<Value = Recorded> {
    let input = prop_oneof![
        5 => any_datagram(),
        3 => any_report().prop_map(Input::Report),
        1 => any_setup(),
        1 => any_resume(),
        1 => any_clock_step(),
        1 => Just(Input::Stop),
    ];
    (0..=i64::MAX, input).prop_map(|(micros, input)| Recorded { at: Time::from_micros(micros), input })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_court_takes_in_comes_back(
        inputs in prop::collection::vec(any_recorded(), 0..20),
        court in "[^\0]{0,20}",
        local in any_address(),
    ) {
        let mut bytes = Vec::new();
        let about = About { court: court.clone(), local, event: String::new() };
        let mut writer = CaptureWriter::new(&mut bytes, &about).unwrap();
        for Recorded { at, input } in &inputs {
            writer.write(*at, input).unwrap();
        }
        let mut reader = read(bytes);
        prop_assert_eq!(collect(&mut reader), inputs);
        prop_assert_eq!(reader.court(), Some(court.as_str()));
        prop_assert_eq!(reader.notes().lines(), Vec::<String>::new());
    }

    #[test]
    fn no_bytes_make_the_reader_panic_or_loop(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        begin in 0..4_usize,
    ) {
        let magics: [&[u8]; 4] = [b"", b"\x0a\x0d\x0d\x0a", b"\xd4\xc3\xb2\xa1", b"0\tpre;\n"];
        if let Ok(reader) = capture::read_from("test", Cursor::new([magics[begin], &bytes].concat())) {
            prop_assert!(reader.count() <= bytes.len() + 1);
        }
    }

    #[test]
    fn a_changed_byte_never_makes_the_reader_panic_or_loop(at in 0..1000_usize, to in any::<u8>()) {
        let mut bytes = write(&session());
        let at = at % bytes.len();
        bytes[at] = to;
        if let Ok(reader) = capture::read_from("test", Cursor::new(bytes)) {
            prop_assert!(reader.count() <= session().len() + 1);
        }
    }
}
