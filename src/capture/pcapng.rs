//! pcapng files: sections of blocks, each block with its length at both ends.
//!
//! The fields are those of <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html>.

use super::clock::Clock;
use super::fields::{ByteOrder, Fields};
use super::frame::{Content, Frame, MAX_LENGTH};
use super::input::InputBytes;
use super::notes::{CaptureNotes, Skip};
use super::packet::link;
use super::{CaptureError, FormatError};
use crate::time::Time;

pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
pub(super) const INTERFACE_DESCRIPTION: u32 = 1;
pub(super) const PACKET: u32 = 2;
pub(super) const SIMPLE_PACKET: u32 = 3;
pub(super) const ENHANCED_PACKET: u32 = 6;

pub(super) const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

pub(super) mod option {
    pub(in crate::capture) const END: u16 = 0;
    pub(in crate::capture) const COMMENT: u16 = 1;
    pub(in crate::capture) const USER_APPLICATION: u16 = 4;
    pub(in crate::capture) const INTERFACE_NAME: u16 = 2;
    pub(in crate::capture) const INTERFACE_DESCRIPTION: u16 = 3;
    pub(in crate::capture) const TIME_RESOLUTION: u16 = 9;
    pub(in crate::capture) const TIME_OFFSET: u16 = 14;
}

/// What a section's user application begins with if it is ours; the version follows.
pub(super) const APPLICATION: &str = "vta ";
/// Name of the interface with the JSON packets.
pub(super) const REPORTS: &str = "vta";

const MAX_INTERFACES: usize = 1 << 16;

/// A pcapng file, somewhere between two blocks.
pub(super) struct Pcapng {
    section: Section,
    block: Block,
    /// Whether the block is a packet that was not given yet.
    pending: bool,
    /// When the packet before was captured; simple packets have no time.
    last: Time,
    /// Name of the first interface that is ours.
    court: Option<String>,
    has_reports: bool,
}

impl Pcapng {
    /// Reads as far as the first packet, so that the interfaces are known.
    pub(super) fn open(input: &mut InputBytes, notes: &mut CaptureNotes) -> Result<Self, CaptureError> {
        let mut file = Self {
            section: Section { order: ByteOrder::Little, own: false, interfaces: Vec::new() },
            block: Block { kind: 0, body: Vec::new() },
            pending: false,
            last: Time::default(),
            court: None,
            has_reports: false,
        };
        file.pending = file.advance(input, notes)?;
        Ok(file)
    }

    pub(super) fn court(&self) -> Option<&str> {
        self.court.as_deref()
    }

    pub(super) fn has_reports(&self) -> bool {
        self.has_reports
    }

    /// The next packet, or why it is skipped.
    pub(super) fn next(
        &mut self,
        input: &mut InputBytes,
        notes: &mut CaptureNotes,
    ) -> Result<Option<Result<Frame<'_>, Skip>>, CaptureError> {
        if !std::mem::take(&mut self.pending) && !self.advance(input, notes)? {
            return Ok(None);
        }
        notes.packets += 1;
        let frame = self.block.packet(&self.section, self.last);
        self.last = frame.as_ref().map_or(self.last, |frame| frame.at);
        Ok(Some(frame))
    }

    /// Reads blocks until one is a packet; false at the end of the file.
    fn advance(&mut self, input: &mut InputBytes, notes: &mut CaptureNotes) -> Result<bool, CaptureError> {
        while !input.at_end()? {
            let offset = input.position();
            if !self.block.read(&mut self.section.order, input, notes.packets)? {
                notes.cut = Some(offset);
                return Ok(false);
            }
            let understood = match self.block.kind {
                PACKET | SIMPLE_PACKET | ENHANCED_PACKET => return Ok(true),
                SECTION_HEADER => self.begin_section(),
                INTERFACE_DESCRIPTION => self.add_interface(),
                _ => Ok(()),
            };
            understood.map_err(|damage| input.damaged(offset, damage, notes.packets))?;
        }
        Ok(false)
    }

    fn begin_section(&mut self) -> Result<(), FormatError> {
        let order = self.section.order;
        let mut fields = Fields::new(&self.block.body, order);
        // Version and the section's length.
        fields.bytes(12).ok_or(FormatError::ShortBlock)?;
        let own = options(fields)
            .any(|(code, value)| code == option::USER_APPLICATION && value.starts_with(APPLICATION.as_bytes()));
        self.section = Section { order, own, interfaces: Vec::new() };
        Ok(())
    }

    fn add_interface(&mut self) -> Result<(), FormatError> {
        let Section { order, own, interfaces } = &mut self.section;
        if interfaces.len() >= MAX_INTERFACES {
            return Err(FormatError::Interfaces);
        }
        let mut fields = Fields::new(&self.block.body, *order);
        let (Some(link_type), Some(_reserved), Some(snap_length)) = (fields.u16(), fields.u16(), fields.u32()) else {
            return Err(FormatError::ShortBlock);
        };
        let link_type = u32::from(link_type);
        let mut clock = Clock::default();
        let mut name = None;
        for (code, value) in options(fields) {
            match code {
                option::INTERFACE_NAME => name = Some(value),
                option::TIME_RESOLUTION => clock.resolution(value),
                option::TIME_OFFSET => clock.offset(value, *order),
                _ => {}
            }
        }
        let reports = *own && link_type == link::USER0 && name == Some(REPORTS.as_bytes());
        self.has_reports |= reports;
        if *own && interfaces.is_empty() && self.court.is_none() {
            self.court = name.map(|name| String::from_utf8_lossy(name).into_owned());
        }
        let content = if reports { Content::Report } else { Content::Packet(link_type) };
        interfaces.push(Interface { content, snap_length, clock });
        Ok(())
    }
}

/// What holds from one section header to the next.
struct Section {
    order: ByteOrder,
    /// Whether the user application is ours.
    own: bool,
    interfaces: Vec<Interface>,
}

struct Interface {
    content: Content,
    snap_length: u32,
    clock: Clock,
}

struct Block {
    kind: u32,
    body: Vec<u8>,
}

impl Block {
    /// Reads the next block, and the byte order if a section begins; false if the file ends before.
    fn read(&mut self, order: &mut ByteOrder, input: &mut InputBytes, packets: u64) -> Result<bool, CaptureError> {
        let offset = input.position();
        let Some((kind, length)) = input.array()?.zip(input.array()?) else { return Ok(false) };
        if (kind, length) == ([0; 4], [0; 4]) {
            return match input.rest_is_zeros()? {
                true => Ok(false),
                false => Err(input.damaged(offset, FormatError::Zeros, packets)),
            };
        }
        let mut read = 8;
        // This kind is the same number in both byte orders; the bytes after its length show which one it is.
        if order.u32(kind) == SECTION_HEADER {
            let Some(magic) = input.array()? else { return Ok(false) };
            read += 4;
            *order = [ByteOrder::Little, ByteOrder::Big]
                .into_iter()
                .find(|order| order.u32(magic) == BYTE_ORDER_MAGIC)
                .ok_or_else(|| input.damaged(offset + 8, FormatError::ByteOrder, packets))?;
        }
        self.kind = order.u32(kind);
        let length = order.u32(length);
        if !(read + 4..=MAX_LENGTH).contains(&length) || !length.is_multiple_of(4) {
            return Err(input.damaged(offset, FormatError::BlockLength(length), packets));
        }
        if !input.take((length - read) as usize, &mut self.body)? {
            return Ok(false);
        }
        let end = self.body.split_last_chunk().map_or(0, |(_, end)| order.u32(*end));
        if end != length {
            return Err(input.damaged(offset, FormatError::BlockEnd { begin: length, end }, packets));
        }
        self.body.truncate(self.body.len() - 4);
        Ok(true)
    }

    /// The packet in it; `last` is its time if it has none.
    fn packet(&self, section: &Section, last: Time) -> Result<Frame<'_>, Skip> {
        let mut fields = Fields::new(&self.body, section.order);
        let number = match self.kind {
            SIMPLE_PACKET => Some(0),
            PACKET => fields.u16().zip(fields.u16()).map(|(number, _drops)| u32::from(number)),
            _ => fields.u32(),
        };
        let interface = section.interfaces.get(number.ok_or(Skip::Damaged)? as usize).ok_or(Skip::Interface)?;
        let (at, captured) = if self.kind == SIMPLE_PACKET {
            let original = fields.u32().ok_or(Skip::Damaged)?;
            let limit = if interface.snap_length == 0 { u32::MAX } else { interface.snap_length };
            (last, original.min(limit))
        } else {
            let (high, low) = fields.u32().zip(fields.u32()).ok_or(Skip::Damaged)?;
            let (captured, _original) = fields.u32().zip(fields.u32()).ok_or(Skip::Damaged)?;
            (interface.clock.time(u64::from(high) << 32 | u64::from(low)), captured)
        };
        let bytes = fields.bytes(captured as usize).ok_or(Skip::Damaged)?;
        Ok(Frame { at, content: interface.content, bytes })
    }
}

/// The options at a block's end, as far as they can be read.
fn options(mut fields: Fields<'_>) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (code, length) = (fields.u16()?, usize::from(fields.u16()?));
        let value = fields.bytes(length)?;
        // The padding of the last one may be missing.
        let padding = length.next_multiple_of(4) - length;
        fields.bytes(padding.min(fields.rest().len()))?;
        (code != option::END).then_some((code, value))
    })
}

#[cfg(test)]
mod tests;
