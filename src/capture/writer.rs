//! Our own pcapng, written block by block.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;

use super::frame::MAX_LENGTH;
use super::json;
use super::packet::{self, link};
use super::pcapng::{self, APPLICATION, REPORTS, option};
use crate::court::Input;
use crate::time::Time;

/// The description of a capture in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The court's name.
    pub court: String,
    /// Where the court listens.
    pub local: SocketAddr,
    /// Name of the event.
    pub event: String,
}

/// Interfaces of a capture, by their place in it.
const DATAGRAM_INTERFACE: u32 = 0;
const REPORT_INTERFACE: u32 = 1;

/// Microseconds, as a negative power of 10.
const MICROSECONDS: u8 = 6;

/// Writes the inputs of a court as pcapng.
///
/// Each input is one `write_all`, so a crash of the program leaves at most the last packet cut. An input that
/// cannot be written as a packet ([`ErrorKind::InvalidInput`]) leaves no trace in the file. After any other error the
/// file's end is not known, and every further write is refused: begin a new file.
pub struct CaptureWriter<W: Write> {
    out: W,
    local: SocketAddr,
    packet: Vec<u8>,
    block: Vec<u8>,
    broken: bool,
}

impl<W: Write> CaptureWriter<W> {
    /// Begins a capture: writes what comes before the packets.
    pub fn new(out: W, about: &About) -> io::Result<Self> {
        let mut writer = Self { out, local: about.local, packet: Vec::new(), block: Vec::new(), broken: false };
        writer.section(&about.event)?;
        writer.interface(link::RAW, &about.court, &format!("datagrams to {}", about.local))?;
        writer.interface(link::USER0, REPORTS, "what else the court took in, as JSON")?;
        Ok(writer)
    }

    /// Writes an input of the court.
    pub fn write(&mut self, at: Time, input: &Input) -> io::Result<()> {
        if let Input::Datagram(datagram) = input {
            let original = packet::write(datagram, self.local, &mut self.packet)?;
            return self.packet(DATAGRAM_INTERFACE, at, original);
        }
        self.packet.clear();
        json::write(input, &mut self.packet)?;
        self.packet(REPORT_INTERFACE, at, self.packet.len())
    }

    /// What it writes to.
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    /// Flushes everything written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn section(&mut self, event: &str) -> io::Result<()> {
        self.begin(pcapng::SECTION_HEADER);
        self.u32(pcapng::BYTE_ORDER_MAGIC);
        self.u16(1); // version 1.0
        self.u16(0);
        self.block.extend(u64::MAX.to_le_bytes()); // the section's length is not known beforehand
        self.text(option::COMMENT, event);
        self.text(option::USER_APPLICATION, &format!("{APPLICATION}{}", env!("CARGO_PKG_VERSION")));
        self.option(option::END, b"");
        self.end()
    }

    fn interface(&mut self, link_type: u32, name: &str, description: &str) -> io::Result<()> {
        self.begin(pcapng::INTERFACE_DESCRIPTION);
        self.u32(link_type); // 16 bits, and 16 reserved ones
        self.u32(0); // packets of any length
        self.text(option::INTERFACE_NAME, name);
        self.text(option::INTERFACE_DESCRIPTION, description);
        self.option(option::TIME_RESOLUTION, &[MICROSECONDS]);
        self.option(option::END, b"");
        self.end()
    }

    fn packet(&mut self, interface: u32, at: Time, original: usize) -> io::Result<()> {
        let micros = u64::try_from(at.as_micros()).unwrap_or(0);
        let lengths = (u32::try_from(self.packet.len()), u32::try_from(original));
        let ((Ok(captured), Ok(original)), true) = (lengths, self.packet.len() < MAX_LENGTH as usize - 64) else {
            let message = format!("a report of {} bytes is longer than a capture can hold", self.packet.len());
            return Err(io::Error::new(ErrorKind::InvalidInput, message));
        };
        self.begin(pcapng::ENHANCED_PACKET);
        self.u32(interface);
        self.u32((micros >> 32) as u32);
        self.u32(micros as u32);
        self.u32(captured);
        self.u32(original);
        self.block.extend(&self.packet);
        self.pad();
        self.end()
    }

    fn begin(&mut self, kind: u32) {
        self.block.clear();
        self.u32(kind);
        self.u32(0); // the length, once it is known
    }

    fn end(&mut self) -> io::Result<()> {
        let length = (self.block.len() as u32 + 4).to_le_bytes();
        self.block.extend(length);
        if let Some(place) = self.block.get_mut(4..8) {
            place.copy_from_slice(&length);
        }
        if self.broken {
            return Err(io::Error::other("an earlier write failed, so the file's end is not known: begin a new file"));
        }
        let written = self.out.write_all(&self.block);
        self.broken = written.is_err();
        written
    }

    fn u16(&mut self, number: u16) {
        self.block.extend(number.to_le_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.block.extend(number.to_le_bytes());
    }

    /// An option's length has 16 bits; what does not fit is left off.
    fn text(&mut self, code: u16, text: &str) {
        let (fitting, _) = text.split_at(text.floor_char_boundary(usize::from(u16::MAX)));
        self.option(code, fitting.as_bytes());
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        self.u16(code);
        self.u16(value.len() as u16);
        self.block.extend(value);
        self.pad();
    }

    fn pad(&mut self) {
        self.block.resize(self.block.len().next_multiple_of(4), 0);
    }
}
