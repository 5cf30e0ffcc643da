#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Cursor;

use super::*;
use crate::capture::{Reader, packet, read_from};
use crate::court::{Datagram, Input};

/// A pcapng file in the making.
struct File {
    order: ByteOrder,
    bytes: Vec<u8>,
}

impl File {
    fn new(order: ByteOrder) -> Self {
        Self { order, bytes: Vec::new() }.section(b"somebody else")
    }

    fn u16(&self, number: u16) -> Vec<u8> {
        match self.order {
            ByteOrder::Little => number.to_le_bytes().to_vec(),
            ByteOrder::Big => number.to_be_bytes().to_vec(),
        }
    }

    fn u32s(&self, numbers: &[u32]) -> Vec<u8> {
        let bytes = |&number: &u32| match self.order {
            ByteOrder::Little => number.to_le_bytes(),
            ByteOrder::Big => number.to_be_bytes(),
        };
        numbers.iter().flat_map(bytes).collect()
    }

    fn options(&self, options: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (code, value) in options {
            bytes.extend([self.u16(*code), self.u16(value.len() as u16), value.to_vec()].concat());
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes.extend([0; 4]);
        bytes
    }

    fn block(mut self, kind: u32, mut body: Vec<u8>) -> Self {
        body.resize(body.len().next_multiple_of(4), 0);
        let length = body.len() as u32 + 12;
        self.bytes.extend([self.u32s(&[kind, length]), body, self.u32s(&[length])].concat());
        self
    }

    fn section(self, application: &[u8]) -> Self {
        let fixed = [self.u32s(&[BYTE_ORDER_MAGIC]), self.u16(1), self.u16(0), vec![0xff; 8]].concat();
        let options = self.options(&[(option::USER_APPLICATION, application)]);
        self.block(SECTION_HEADER, [fixed, options].concat())
    }

    fn interface(self, link_type: u32, snap_length: u32, options: &[(u16, &[u8])]) -> Self {
        let fixed = [self.u16(link_type as u16), self.u16(0), self.u32s(&[snap_length])].concat();
        let options = self.options(options);
        self.block(INTERFACE_DESCRIPTION, [fixed, options].concat())
    }

    fn packet(self, interface: u32, ticks: u32, bytes: &[u8]) -> Self {
        let length = bytes.len() as u32;
        let fixed = self.u32s(&[interface, 0, ticks, length, length]);
        self.block(ENHANCED_PACKET, [&fixed, bytes].concat())
    }

    fn open(self) -> Reader {
        read_from("test", Cursor::new(self.bytes)).unwrap()
    }
}

fn datagram(message: &'static str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let datagram = Datagram { bytes: message.into(), from: Some("10.0.0.1:5".parse().unwrap()), truncated: false };
    packet::write(&datagram, "10.0.0.2:6000".parse().unwrap(), &mut bytes).unwrap();
    bytes
}

/// Microseconds and text of each datagram that can be read.
fn messages(reader: &mut Reader) -> Vec<(i64, String)> {
    let message = |recorded: Result<crate::capture::Recorded, _>| match recorded.unwrap() {
        crate::capture::Recorded { at, input: Input::Datagram(datagram) } => {
            (at.as_micros(), String::from_utf8_lossy(&datagram.bytes).into_owned())
        }
        other => panic!("{other:?}"),
    };
    reader.map(message).collect()
}

fn expect(messages: &[(i64, &str)]) -> Vec<(i64, String)> {
    messages.iter().map(|(micros, message)| (*micros, (*message).to_owned())).collect()
}

#[test]
fn each_interface_has_its_own_link_type_and_clock_in_both_byte_orders() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let ethernet = [&[2; 12][..], &[8, 0], &datagram("rnd;1")].concat();
        let mut reader = File::new(order)
            .interface(link::RAW, 0, &[])
            .interface(link::ETHERNET, 0, &[(option::TIME_RESOLUTION, &[3])])
            .packet(0, 1500, &datagram("rdy;FightReady"))
            .packet(1, 1500, &ethernet)
            .open();
        assert_eq!(messages(&mut reader), expect(&[(1500, "rdy;FightReady"), (1_500_000, "rnd;1")]));
        assert_eq!(reader.notes().lines(), Vec::<String>::new());
    }
}

#[test]
fn a_new_section_has_its_own_interfaces_and_byte_order() {
    let first = File::new(ByteOrder::Little).interface(link::RAW, 0, &[]).packet(0, 1, &datagram("rnd;1"));
    let second = File::new(ByteOrder::Big).packet(0, 2, &datagram("lost")).interface(link::IPV4, 0, &[]);
    let second = second.packet(0, 3, &datagram("rnd;2"));
    let mut reader = read_from("test", Cursor::new([first.bytes, second.bytes].concat())).unwrap();
    assert_eq!(messages(&mut reader), expect(&[(1, "rnd;1"), (3, "rnd;2")]));
    assert_eq!(reader.notes().lines(), ["1 packet skipped: no such interface in the file"]);
}

#[test]
fn simple_packets_have_the_time_of_the_one_before_and_the_snap_length_of_the_interface() {
    let (whole, long) = (datagram("rnd;1"), datagram("rnd;2"));
    let file = File::new(ByteOrder::Little).interface(link::RAW, 32, &[]).packet(0, 7, &whole);
    let simple = [file.u32s(&[long.len() as u32]), long.get(..32).unwrap().to_vec()].concat();
    let mut reader = file.block(SIMPLE_PACKET, simple).open();
    assert_eq!(messages(&mut reader), expect(&[(7, "rnd;1"), (7, "rnd;")]));
}

#[test]
fn the_packet_block_of_old_is_read_and_blocks_of_other_kinds_are_passed_over() {
    let bytes = datagram("rnd;1");
    let length = bytes.len() as u32;
    let file = File::new(ByteOrder::Big).interface(link::RAW, 0, &[]);
    let old = [file.u16(0), file.u16(9), file.u32s(&[0, 4, length, length]), bytes].concat();
    let custom = file.u32s(&[32473, 1, 2, 3]);
    let mut reader = file.block(0xbad, custom).block(4, vec![0; 4]).block(PACKET, old).open();
    assert_eq!(messages(&mut reader), expect(&[(4, "rnd;1")]));
    assert_eq!(reader.notes().packets, 1);
}

#[test]
fn a_packet_whose_length_contradicts_its_block_is_skipped_and_the_next_one_read() {
    let file = File::new(ByteOrder::Little).interface(link::RAW, 0, &[]);
    let lying = file.u32s(&[0, 0, 1, 4000, 4000, 0]);
    let mut reader = file.block(ENHANCED_PACKET, lying).packet(0, 2, &datagram("rnd;1")).open();
    assert_eq!(messages(&mut reader), expect(&[(2, "rnd;1")]));
    assert_eq!(reader.notes().skipped.get(&Skip::Damaged), Some(&1));
}

#[test]
fn reports_are_only_ours_if_the_section_says_so_and_unreadable_ones_are_told() {
    let reports: &[(u16, &[u8])] = &[(option::INTERFACE_NAME, b"vta")];
    let stop = br#"{"command":"stop"}"#;
    let foreign = File::new(ByteOrder::Little).interface(link::RAW, 0, &[]).interface(link::USER0, 0, reports);
    let mut foreign = foreign.packet(1, 1, stop).open();
    assert!(!foreign.has_reports() && foreign.court().is_none());
    assert!(foreign.next().is_none());
    assert_eq!(foreign.notes().skipped.get(&Skip::LinkType(link::USER0)), Some(&1));

    let court: &[(u16, &[u8])] = &[(option::INTERFACE_NAME, b"court-1")];
    let own = File { order: ByteOrder::Big, bytes: Vec::new() }.section(b"vta 9.1").interface(link::RAW, 0, court);
    let own =
        own.interface(link::USER0, 0, reports).packet(1, 1, b"{\"report\":\"from_the_future\"}").packet(1, 2, stop);
    let mut own = own.open();
    assert_eq!((own.has_reports(), own.court()), (true, Some("court-1")));
    assert_eq!(own.next().unwrap().unwrap().input, Input::Stop);
    assert!(own.next().is_none());
    assert_eq!(own.court(), Some("court-1"));
    let lines = own.notes().lines();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("packet 1: the report cannot be read") && line.contains("from_the_future")),
        "{lines:?}"
    );
}

#[test]
fn a_tail_of_zeros_is_a_cut_end_and_zeros_in_between_are_damage() {
    let mut file = File::new(ByteOrder::Little).interface(link::RAW, 0, &[]).packet(0, 1, &datagram("rnd;1"));
    let end = file.bytes.len();
    file.bytes.resize(end + 4099, 0);
    let mut zeros = read_from("test", Cursor::new(file.bytes.clone())).unwrap();
    assert_eq!(messages(&mut zeros), expect(&[(1, "rnd;1")]));
    assert_eq!(zeros.notes().cut, Some(end as u64));

    file.bytes.push(1);
    let damaged: Vec<_> = read_from("test", Cursor::new(file.bytes)).unwrap().collect();
    assert_eq!(damaged.len(), 2);
    let error = damaged.last().unwrap().as_ref().unwrap_err().to_string();
    assert_eq!(
        error,
        format!("test is damaged at byte {end}: zeros where a packet should begin; 1 packets before it were read")
    );
}

#[test]
fn an_impossible_length_is_told_with_its_place() {
    let good = File::new(ByteOrder::Little).interface(link::RAW, 0, &[]).packet(0, 1, &datagram("rnd;1"));
    let end = good.bytes.len();
    let damage = |tail: &[u8]| {
        let all: Vec<_> = read_from("test", Cursor::new([&good.bytes, tail].concat())).unwrap().collect();
        assert_eq!(all.len(), 2, "the packet before, and the error");
        match all.into_iter().next_back() {
            Some(Err(CaptureError::Damaged { offset, error: damage, packets: 1, .. })) => {
                (offset as usize - end, damage)
            }
            other => panic!("{other:?}"),
        }
    };
    let head = |length: u32| [6_u32.to_le_bytes(), length.to_le_bytes()].concat();
    for length in [0, 8, 13, MAX_LENGTH + 4, u32::MAX] {
        assert_eq!(damage(&head(length)), (0, FormatError::BlockLength(length)));
    }
    assert_eq!(damage(&[head(12), vec![16, 0, 0, 0]].concat()), (0, FormatError::BlockEnd { begin: 12, end: 16 }));
    assert_eq!(damage(b"\x0a\x0d\x0d\x0a\x1c\0\0\0nono"), (8, FormatError::ByteOrder));
    assert_eq!(damage(b"\x01\0\0\0\x0c\0\0\0\x0c\0\0\0"), (0, FormatError::ShortBlock));
}
