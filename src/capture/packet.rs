//! A datagram as a packet: read from what a network card saw, and written as Wireshark shows it.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use bytes::Bytes;
use etherparse::{
    EtherType, IpNumber, LaxNetSlice, LaxSlicedPacket, PacketBuilder, TransportSlice, UdpHeader, ether_type,
};

use super::notes::Skip;
use crate::court::Datagram;

/// Link types, as <https://www.tcpdump.org/linktypes.html> numbers them.
pub(super) mod link {
    pub(in crate::capture) const NULL: u32 = 0;
    pub(in crate::capture) const ETHERNET: u32 = 1;
    pub(in crate::capture) const RAW: u32 = 101;
    /// What some systems write for `RAW`: their own numbers of the type.
    pub(in crate::capture) const DLT_RAW: [u32; 2] = [12, 14];
    pub(in crate::capture) const LOOP: u32 = 108;
    pub(in crate::capture) const LINUX_SLL: u32 = 113;
    pub(in crate::capture) const USER0: u32 = 147;
    pub(in crate::capture) const IPV4: u32 = 228;
    pub(in crate::capture) const IPV6: u32 = 229;
    pub(in crate::capture) const LINUX_SLL2: u32 = 276;
}

const TIME_TO_LIVE: u8 = 64;

/// The datagram in a packet, and the port it was sent to.
pub(super) fn read(link_type: u32, packet: &[u8]) -> Result<(Datagram, u16), Skip> {
    let sliced = slice(link_type, packet)?;
    let (source, payload): (IpAddr, _) = match &sliced.net {
        Some(LaxNetSlice::Ipv4(ip)) => (ip.header().source_addr().into(), ip.payload()),
        Some(LaxNetSlice::Ipv6(ip)) => (ip.header().source_addr().into(), ip.payload()),
        _ if sliced.stop_err.is_some() => return Err(Skip::Damaged),
        _ => return Err(Skip::NotIp),
    };
    if payload.fragmented {
        return Err(Skip::Fragment);
    }
    if payload.ip_number != IpNumber::UDP {
        return Err(Skip::NotUdp);
    }
    let Some(TransportSlice::Udp(udp)) = &sliced.transport else { return Err(Skip::Damaged) };
    let length = usize::from(udp.length()).checked_sub(UdpHeader::LEN).ok_or(Skip::Damaged)?;
    let truncated = udp.payload().len() < length;
    if truncated && !payload.incomplete {
        return Err(Skip::Damaged);
    }
    let from = SocketAddr::new(source, udp.source_port());
    let unknown = source.is_unspecified() && from.port() == 0;
    let bytes = Bytes::copy_from_slice(udp.payload());
    Ok((Datagram { bytes, from: (!unknown).then_some(from), truncated }, udp.destination_port()))
}

/// Finds the headers after those of the link type. Packets may be cut anywhere.
fn slice(link_type: u32, packet: &[u8]) -> Result<LaxSlicedPacket<'_>, Skip> {
    let ip = |header| {
        let packet = packet.get(header..).ok_or(Skip::Damaged)?;
        LaxSlicedPacket::from_ip(packet).map_err(|_| Skip::Damaged)
    };
    let ether_type = |at, header| {
        let number = packet.get(at..).and_then(<[u8]>::first_chunk).ok_or(Skip::Damaged)?;
        let rest = packet.get(header..).ok_or(Skip::Damaged)?;
        Ok(LaxSlicedPacket::from_ether_type(EtherType(u16::from_be_bytes(*number)), rest))
    };
    match link_type {
        link::ETHERNET => LaxSlicedPacket::from_ethernet(packet).map_err(|_| Skip::Damaged),
        link::LINUX_SLL => ether_type(14, 16),
        link::LINUX_SLL2 => ether_type(0, 20),
        link::RAW => ip(0),
        raw if link::DLT_RAW.contains(&raw) => ip(0),
        link::IPV4 => Ok(LaxSlicedPacket::from_ether_type(ether_type::IPV4, packet)),
        link::IPV6 => Ok(LaxSlicedPacket::from_ether_type(ether_type::IPV6, packet)),
        // The value of these four bytes for IPv6 depends on the system that captured; the IP header has the version.
        link::NULL | link::LOOP => ip(4),
        other => Err(Skip::LinkType(other)),
    }
}

/// Puts the datagram into `packet`, with IP and UDP headers; gives the length that the whole packet had.
///
/// A truncated datagram was at least one byte longer, and that is the length in its headers.
pub(super) fn write(datagram: &Datagram, local: SocketAddr, packet: &mut Vec<u8>) -> io::Result<usize> {
    packet.clear();
    let unspecified = |ip: IpAddr| match ip {
        IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
    };
    let from = datagram.from.unwrap_or_else(|| SocketAddr::new(unspecified(local.ip()), 0));
    let builder = match (from.ip(), local.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), TIME_TO_LIVE),
        (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), TIME_TO_LIVE),
        (IpAddr::V4(from), IpAddr::V6(to)) => {
            let to = to.to_ipv4_mapped().unwrap_or(Ipv4Addr::UNSPECIFIED);
            PacketBuilder::ipv4(from.octets(), to.octets(), TIME_TO_LIVE)
        }
        (IpAddr::V6(from), IpAddr::V4(to)) => {
            PacketBuilder::ipv6(from.octets(), to.to_ipv6_mapped().octets(), TIME_TO_LIVE)
        }
    };
    let builder = builder.udp(from.port(), local.port());
    let written = if datagram.truncated {
        let longer = [&datagram.bytes[..], b"\0"].concat();
        builder.write(packet, &longer)
    } else {
        builder.write(packet, &datagram.bytes)
    };
    written.map_err(|error| {
        let length = datagram.bytes.len();
        io::Error::new(ErrorKind::InvalidInput, format!("{length} bytes do not fit into a UDP packet: {error}"))
    })?;
    let original = packet.len();
    if datagram.truncated {
        packet.pop();
    }
    Ok(original)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use etherparse::{IpFragOffset, Ipv4Header};

    use super::*;

    const MESSAGE: &[u8] = b"pt1;3;\r\n";

    fn local() -> SocketAddr {
        "0.0.0.0:6000".parse().unwrap()
    }

    fn datagram(from: &str) -> Datagram {
        Datagram { bytes: Bytes::from_static(MESSAGE), from: Some(from.parse().unwrap()), truncated: false }
    }

    fn packet(datagram: &Datagram) -> Vec<u8> {
        let mut packet = Vec::new();
        write(datagram, local(), &mut packet).unwrap();
        packet
    }

    #[test]
    fn every_link_type_leads_to_the_same_datagram() {
        let expected = Ok((datagram("192.168.7.20:51000"), 6000));
        let ip = packet(&datagram("192.168.7.20:51000"));
        let after = |header: &[u8]| [header, &ip].concat();
        assert_eq!(read(link::RAW, &ip), expected);
        assert_eq!(read(12, &ip), expected);
        assert_eq!(read(14, &ip), expected);
        assert_eq!(read(link::IPV4, &ip), expected);
        assert_eq!(read(link::NULL, &after(&[2, 0, 0, 0])), expected);
        assert_eq!(read(link::LOOP, &after(&[0, 0, 0, 2])), expected);
        assert_eq!(read(link::LINUX_SLL, &after(&[0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 8, 0])), expected);
        let cooked2 = [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0];
        assert_eq!(read(link::LINUX_SLL2, &after(&cooked2)), expected);
        let ethernet = [&[2; 12][..], &[8, 0]].concat();
        assert_eq!(read(link::ETHERNET, &after(&ethernet)), expected);
        let two_tags = [&[2; 12][..], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 7, 8, 0]].concat();
        assert_eq!(read(link::ETHERNET, &after(&two_tags)), expected);

        let sender = datagram("[fe80::7]:51000");
        let ip6 = packet(&sender);
        let expected = Ok((sender, 6000));
        assert_eq!(read(link::RAW, &ip6), expected);
        assert_eq!(read(link::IPV6, &ip6), expected);
        assert_eq!(read(link::NULL, &[&[24, 0, 0, 0][..], &ip6].concat()), expected);
    }

    #[test]
    fn the_padding_of_a_short_ethernet_frame_is_no_part_of_the_message() {
        let mut frame = [&[2; 12][..], &[8, 0], &packet(&datagram("10.0.0.1:1"))].concat();
        frame.resize(60, 0);
        assert_eq!(read(link::ETHERNET, &frame).unwrap().0.bytes, MESSAGE);
    }

    #[test]
    fn what_is_no_datagram_says_why() {
        let skip = |link_type, packet: &[u8]| read(link_type, packet).unwrap_err();
        let arp = [&[2; 12][..], &[8, 6, 0, 1, 8, 0, 6, 4, 0, 1], &[9; 20]].concat();
        assert_eq!(skip(link::ETHERNET, &arp), Skip::NotIp);
        assert_eq!(skip(link::ETHERNET, &[2; 9]), Skip::Damaged);
        assert_eq!(skip(link::RAW, &[]), Skip::Damaged);
        assert_eq!(skip(105, MESSAGE), Skip::LinkType(105));

        let mut tcp = Vec::new();
        PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 9).tcp(1, 2, 3, 4).write(&mut tcp, MESSAGE).unwrap();
        assert_eq!(skip(link::RAW, &tcp), Skip::NotUdp);

        let whole = packet(&datagram("10.0.0.1:1"));
        let (mut header, payload) = Ipv4Header::from_slice(&whole).unwrap();
        for (more_fragments, offset) in [(true, 0), (false, 8)] {
            header.more_fragments = more_fragments;
            header.fragment_offset = IpFragOffset::try_new(offset).unwrap();
            let fragment = [&header.to_bytes()[..], payload].concat();
            assert_eq!(skip(link::RAW, &fragment), Skip::Fragment);
        }
    }

    #[test]
    fn a_packet_cut_by_the_snap_length_is_a_truncated_datagram() {
        let whole = packet(&datagram("10.0.0.1:1"));
        for kept in 0..whole.len() {
            let (cut, headers) = (read(link::RAW, whole.get(..kept).unwrap()), 28);
            match kept.checked_sub(headers) {
                None => assert_eq!(cut.unwrap_err(), Skip::Damaged, "{kept} bytes"),
                Some(payload) => {
                    let (datagram, _) = cut.unwrap();
                    assert!(datagram.truncated);
                    assert_eq!(datagram.bytes, MESSAGE.get(..payload).unwrap());
                }
            }
        }
    }

    #[test]
    fn lengths_that_contradict_each_other_are_no_datagram() {
        let mut wrong = packet(&datagram("10.0.0.1:1"));
        for length in [0_u16, 7, 400] {
            wrong.get_mut(24..26).unwrap().copy_from_slice(&length.to_be_bytes());
            assert_eq!(read(link::RAW, &wrong).unwrap_err(), Skip::Damaged, "UDP length {length}");
        }
    }

    #[test]
    fn a_sender_keeps_its_address_family_whatever_the_court_listens_on() {
        for (from, local) in
            [("10.0.0.1:5", "[::]:6000"), ("[fe80::7]:5", "0.0.0.0:6000"), ("[::ffff:10.0.0.1]:5", "[::]:6000")]
        {
            let (datagram, mut packet) = (datagram(from), Vec::new());
            write(&datagram, local.parse().unwrap(), &mut packet).unwrap();
            assert_eq!(read(link::RAW, &packet), Ok((datagram, 6000)));
        }
    }

    #[test]
    fn the_longest_datagram_fits_and_a_longer_one_is_refused() {
        let of = |length| Datagram { bytes: vec![b'x'; length].into(), ..datagram("10.0.0.1:5") };
        assert_eq!(read(link::RAW, &packet(&of(65_507))).unwrap().0.bytes.len(), 65_507);
        let refused = write(&of(65_508), local(), &mut Vec::new()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert!(refused.to_string().starts_with("65508 bytes do not fit into a UDP packet"), "{refused}");
    }
}
