//! Text: traces with a time a line, and plain lines without.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;

use super::input::InputBytes;
use super::{CaptureError, Format, LineProblem, Recorded};
use crate::court::{Datagram, Input};
use crate::time::Time;

/// What some editors on Windows put before UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The longest datagram, with a time before it and a line end after it, in bytes.
pub(super) const MAX_LINE: usize = (1 << 16) + 64;

/// Text, somewhere between two lines.
pub(super) struct Text {
    timed: bool,
    /// Lines read, blank ones too.
    lines: u64,
    line: Vec<u8>,
}

impl Text {
    pub(super) fn open(input: &mut InputBytes, format: Format) -> Result<Self, CaptureError> {
        input.skip(BYTE_ORDER_MARK)?;
        Ok(Self { timed: format == Format::Trace, lines: 0, line: Vec::new() })
    }

    /// The next message; its time counts from `start`.
    pub(super) fn next(&mut self, input: &mut InputBytes, start: Time) -> Result<Option<Recorded>, CaptureError> {
        loop {
            input.line(MAX_LINE, &mut self.line)?;
            if self.line.is_empty() {
                return Ok(None);
            }
            self.lines += 1;
            let ended = self.line.ends_with(b"\n");
            if !ended && self.line.len() == MAX_LINE {
                return Err(input.bad_line(self.lines, LineProblem::TooLong));
            }
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.trim_ascii().is_empty() {
                continue;
            }
            let timed = if self.timed { timed(line, start) } else { Ok((start, line)) };
            let (at, message) = timed.map_err(|problem| input.bad_line(self.lines, problem))?;
            let bytes = Bytes::copy_from_slice(message);
            return Ok(Some(Recorded { at, input: Input::Datagram(Datagram { bytes, from: None, truncated: false }) }));
        }
    }
}

pub(super) fn timed(line: &[u8], start: Time) -> Result<(Time, &[u8]), LineProblem> {
    let tab = line.iter().position(|&byte| byte == b'\t').ok_or(LineProblem::NoTab)?;
    let (number, rest) = line.split_at(tab);
    let number = String::from_utf8_lossy(number);
    let milliseconds = number.trim().parse::<f64>().ok().filter(|milliseconds| milliseconds.is_finite());
    let Some(milliseconds) = milliseconds else {
        return Err(LineProblem::NotANumber(number.chars().take(40).collect()));
    };
    let micros = (milliseconds * 1000.0).round() as i64;
    Ok((Time::from_micros(start.as_micros().saturating_add(micros)), rest.strip_prefix(b"\t").unwrap_or(rest)))
}

/// Writes a message of a text trace that was received so long `after` the trace's beginning.
///
/// A message of several lines becomes one line each, and gets no other line end.
pub fn write_trace(out: &mut impl Write, after: Duration, message: &[u8]) -> io::Result<()> {
    let (milliseconds, micros) = (after.as_millis(), after.subsec_micros() % 1000);
    let message = message.strip_suffix(b"\n").unwrap_or(message);
    for line in message.split(|&byte| byte == b'\n') {
        write!(out, "{milliseconds}")?;
        if micros != 0 {
            write!(out, ".{micros:03}")?;
        }
        out.write_all(b"\t")?;
        out.write_all(line.strip_suffix(b"\r").unwrap_or(line))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
