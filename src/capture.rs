//! Captures: the inputs of a court, kept in files that Wireshark opens too.
//!
//! | format | read | written | what it is |
//! |---|---|---|---|
//! | pcapng | yes | yes | our own and Wireshark's |
//! | pcap | yes | no | tcpdump's; both byte orders, microseconds and nanoseconds |
//! | text trace | yes | yes | `milliseconds<TAB>message` a line |
//! | plain lines | yes | no | a message a line, no time |
//! | payloads | yes | no | hexadecimal digits a line, as `tshark -T fields` prints them |
//!
//! Each of them may be packed with gzip. Lines of text that begin with `#` are comments.
//!
//! # Our own pcapng
//!
//! A section whose user application begins with `vta `, with two interfaces. Interface 0 has the court's name and raw
//! IP as its link type; on it are the datagrams, as IP and UDP packets from their sender to where the court listens.
//! Interface 1 is named `vta` and has the link type USER0; each of its packets is one JSON object, a [`Report`] or
//! `{"command":"stop"}`. Times are microseconds, so that they come back the same. Wireshark shows the JSON once its
//! preferences (Protocols, DLT_USER) say that User 0 (DLT=147) has the payload `json`.
//!
//! Values that a packet has no place for are written as follows:
//!
//! - An address that is not known is the unspecified one, `0.0.0.0` or `::`. So `0.0.0.0:0` is a datagram without a
//!   known sender, and the destination is `0.0.0.0` when the court listens on every address, because it is not known
//!   which one the sender used.
//! - The headers of a truncated datagram, and the packet's original length, have one byte more than was captured,
//!   because the real length is not known.
//! - The scope of a link-local IPv6 sender is lost, and a time before 1970 becomes 1970.
//!
//! # Damaged files
//!
//! A file that ends inside a packet, as after a crash, gives everything before it and a [note](CaptureNotes::cut).
//! A packet without a datagram is skipped and counted. An impossible length ends the reading with
//! [`CaptureError::Damaged`]: after it the beginning of the next packet is not known. No length in a file makes
//! the reader allocate more than the file really has, nor more than 16 MiB.
//!
//! The framing is read and written here and not by a crate; ARCHITECTURE.md says why. The IP and UDP headers are
//! `etherparse`'s.
//!
//! [`Report`]: crate::action::Report

mod clock;
mod detect;
mod fields;
mod flush_mark;
mod frame;
mod gzip;
mod hex;
mod input;
mod json;
mod notes;
mod packet;
mod pcap;
mod pcapng;
mod reader;
mod text;
mod writer;

use std::io;
use std::sync::Arc;

use strum::Display;

use crate::court::{Input, Setup};
use crate::time::Time;

pub use flush_mark::FlushMark;
pub use notes::{CaptureNotes, Skip, Unreadable};
pub(crate) use reader::format_of;
pub use reader::{Reader, open, read_from};
pub use text::write_trace;
pub use writer::{About, CaptureWriter};

/// An input of a court, with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// When it came.
    pub at: Time,
    /// The input.
    pub input: Input,
}

impl Recorded {
    /// What the court ran with, if this says so.
    pub fn setup(&self) -> Option<&Arc<Setup>> {
        match &self.input {
            Input::Setup(setup) => Some(setup),
            _ => None,
        }
    }
}

/// How a capture is written.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq)]
pub enum Format {
    /// Packets in blocks, our own or Wireshark's.
    #[strum(serialize = "pcapng")]
    Pcapng,
    /// Packets one after the other, as tcpdump writes them.
    #[strum(serialize = "pcap")]
    Pcap,
    /// `milliseconds<TAB>message` a line.
    #[strum(serialize = "text trace")]
    Trace,
    /// A message a line.
    #[strum(serialize = "plain lines")]
    Lines,
    /// A message a line in hexadecimal digits, as `tshark -T fields` prints them.
    #[strum(serialize = "payloads")]
    Payloads,
}

/// Why a capture cannot be read, or not to its end. No input follows.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages explain them")]
pub enum CaptureError {
    #[error("cannot open the capture {name}: {source}")]
    Open { name: String, source: io::Error },
    #[error("cannot read {name} beyond byte {offset}: {source}")]
    Read { name: String, offset: u64, source: io::Error },
    #[error(
        "{name} is empty: there is nothing to read; a capture of vta is never empty, so look for another copy of it"
    )]
    Empty { name: String },
    #[error("{name} is compressed ({packer}): unpack it first")]
    Compressed { name: String, packer: &'static str },
    #[error("{name} is text in UTF-16, as PowerShell's `>` writes it: save it as UTF-8")]
    Utf16 { name: String },
    #[error("{name} is no capture: it begins like neither pcapng nor pcap, and is not text")]
    Unknown { name: String },
    #[error("{name} is damaged at byte {offset}: {error}; {packets} packets before it were read")]
    Damaged { name: String, offset: u64, error: FormatError, packets: u64 },
    #[error("{name}, line {line}: {problem}")]
    Line { name: String, line: u64, problem: LineProblem },
}

/// What is impossible in a pcapng or pcap file.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "the messages explain them")]
pub enum FormatError {
    #[error("no byte-order magic in the section's header")]
    ByteOrder,
    #[error("a block of {0} bytes, but it can only be a multiple of 4 from 12 to 16777216")]
    BlockLength(u32),
    #[error("a block of {begin} bytes whose end says {end}")]
    BlockEnd { begin: u32, end: u32 },
    #[error("a block too short for what it describes")]
    ShortBlock,
    #[error("more than 65536 interfaces")]
    Interfaces,
    #[error("a packet of {0} bytes, but it can only be up to 16777216")]
    PacketLength(u32),
    #[error("zeros where a packet should begin")]
    Zeros,
}

/// What is wrong with a line of text.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "the messages explain them")]
pub enum LineProblem {
    #[error("no TAB: each line must be `milliseconds<TAB>message` as the first one is, or none of them")]
    NoTab,
    #[error("`{0}` before the TAB is no number of milliseconds: write it as `1250` or `1250.5`")]
    NotANumber(String),
    #[error("a time before the message: each line must be `milliseconds<TAB>message`, or none of them")]
    Timed,
    #[error(
        "`{0}` is no payload in hexadecimal digits, as `tshark -T fields -e frame.time_epoch -e udp.payload` prints it"
    )]
    NoPayload(String),
    #[error("`{0}` before the payload is no time: let tshark print `-e frame.time_epoch` or `-e frame.time_relative`")]
    NoSeconds(String),
    #[error("longer than a datagram can be (65535 bytes): is this a file of PSS messages?")]
    TooLong,
}
