//! pcap files: a header, and one packet after the other.

use super::fields::{ByteOrder, Fields};
use super::frame::{Content, Frame, MAX_LENGTH};
use super::input::InputBytes;
use super::notes::CaptureNotes;
use super::{CaptureError, FormatError};
use crate::time::Time;

/// The upper bits of the link type's field are about checksums at a frame's end.
const LINK_TYPE: u32 = 0xffff;

pub(super) struct Pcap {
    magic: Magic,
    link_type: u32,
    packet: Vec<u8>,
}

impl Pcap {
    /// None if the file ends inside its header.
    pub(super) fn open(input: &mut InputBytes) -> Result<Option<Self>, CaptureError> {
        let Some(header) = input.array::<24>()? else { return Ok(None) };
        Ok(Self::header(&header))
    }

    fn header(header: &[u8]) -> Option<Self> {
        let magic = Magic::read(*header.first_chunk()?)?;
        let mut fields = Fields::new(header, magic.order);
        // Magic, version, time zone, accuracy, and a snap length that is often wrong.
        fields.bytes(20)?;
        Some(Self { magic, link_type: fields.u32()? & LINK_TYPE, packet: Vec::new() })
    }

    pub(super) fn next(
        &mut self,
        input: &mut InputBytes,
        notes: &mut CaptureNotes,
    ) -> Result<Option<Frame<'_>>, CaptureError> {
        if input.at_end()? {
            return Ok(None);
        }
        let offset = input.position();
        let Some(header) = input.array::<16>()? else { return cut(offset, notes) };
        if header == [0; 16] {
            return match input.rest_is_zeros()? {
                true => cut(offset, notes),
                false => Err(input.damaged(offset, FormatError::Zeros, notes.packets)),
            };
        }
        let mut fields = Fields::new(&header, self.magic.order);
        let (Some(seconds), Some(fraction), Some(captured)) = (fields.u32(), fields.u32(), fields.u32()) else {
            return cut(offset, notes);
        };
        if captured > MAX_LENGTH {
            return Err(input.damaged(offset, FormatError::PacketLength(captured), notes.packets));
        }
        if !input.take(captured as usize, &mut self.packet)? {
            return cut(offset, notes);
        }
        notes.packets += 1;
        let micros = i64::from(fraction / self.magic.fractions_per_microsecond);
        Ok(Some(Frame {
            at: Time::from_micros(i64::from(seconds) * 1_000_000 + micros),
            content: Content::Packet(self.link_type),
            bytes: &self.packet,
        }))
    }
}

fn cut<T>(offset: u64, notes: &mut CaptureNotes) -> Result<Option<T>, CaptureError> {
    notes.cut = Some(offset);
    Ok(None)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Magic {
    order: ByteOrder,
    /// How finely times are counted.
    fractions_per_microsecond: u32,
}

impl Magic {
    pub(super) fn read(bytes: [u8; 4]) -> Option<Self> {
        [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| {
            let fractions_per_microsecond = match order.u32(bytes) {
                0xa1b2_c3d4 => 1,
                0xa1b2_3c4d => 1000,
                _ => return None,
            };
            Some(Self { order, fractions_per_microsecond })
        })
    }
}
