//! Notes on a capture that was read, which are no errors.

use std::collections::BTreeMap;

/// Details are kept of this many unreadable reports; the others are only counted.
const MAX_DETAILS: usize = 20;

/// Notes on a capture, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureNotes {
    /// How many packets were read, of any content. In text, how many messages.
    pub packets: u64,
    /// How many of them were skipped, and why.
    pub skipped: BTreeMap<Skip, u64>,
    /// The first of our own JSON packets that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Where the packet begins that the end of the file cuts, in bytes from the file's beginning.
    pub cut: Option<u64>,
}

/// Why a packet was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[expect(missing_docs, reason = "the messages explain them")]
pub enum Skip {
    #[error("link type {0}, which is not known here")]
    LinkType(u32),
    #[error("no such interface in the file")]
    Interface,
    #[error("damaged, or cut within a header")]
    Damaged,
    #[error("not IP")]
    NotIp,
    #[error("not UDP")]
    NotUdp,
    #[error("a fragment")]
    Fragment,
    #[error("sent to another port")]
    OtherPort,
    #[error("an unreadable report")]
    Report,
}

/// One of our own JSON packets that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Number of the packet in the file, from 1.
    pub packet: u64,
    /// Why it could not be read.
    pub reason: String,
}

impl CaptureNotes {
    pub(super) fn skip(&mut self, skip: Skip) {
        *self.skipped.entry(skip).or_default() += 1;
    }

    pub(super) fn unreadable(&mut self, reason: &serde_json::Error) {
        self.skip(Skip::Report);
        if self.unreadable.len() < MAX_DETAILS {
            self.unreadable.push(Unreadable { packet: self.packets, reason: reason.to_string() });
        }
    }

    /// The notes in plain words, one a line.
    pub fn lines(&self) -> Vec<String> {
        let unreadable = self.unreadable.iter().map(|report| {
            format!("packet {}: the report cannot be read and is missing: {}", report.packet, report.reason)
        });
        let skipped = self.skipped.iter().map(|(skip, count)| match count {
            1 => format!("1 packet skipped: {skip}"),
            _ => format!("{count} packets skipped: {skip}"),
        });
        let cut = self.cut.iter().map(|offset| {
            format!("the file ends inside the packet that begins at byte {offset}; everything before it was read")
        });
        unreadable.chain(skipped).chain(cut).collect()
    }
}
