//! Text: traces with a time a line, and plain lines without.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;

use super::input::InputBytes;
use super::{CaptureError, Format, LineProblem, Recorded, hex};
use crate::court::{Datagram, Input};
use crate::time::Time;

/// What some editors on Windows put before UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The longest datagram, with a time before it and a line end after it, in bytes.
pub(super) const MAX_LINE: usize = (1 << 16) + 64;

/// Text, somewhere between two lines.
pub(super) struct Text {
    format: Format,
    /// Whether blanks part the times of a trace from its messages, and no TAB does; its first line shows it.
    by_blanks: Option<bool>,
    /// Lines read, also those that are passed over.
    lines: u64,
    line: Vec<u8>,
}

impl Text {
    pub(super) fn open(input: &mut InputBytes, format: Format) -> Result<Self, CaptureError> {
        input.skip(BYTE_ORDER_MARK)?;
        Ok(Self { format, by_blanks: None, lines: 0, line: Vec::new() })
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
            if is_passed_over(line) {
                continue;
            }
            let message = match self.format {
                Format::Payloads => hex::read(line, start).map(|read| read.map(|(at, bytes)| (at, bytes.into()))),
                Format::Trace => {
                    let by_blanks = *self.by_blanks.get_or_insert(is_timed_by_blanks(line));
                    let timed = if by_blanks { timed_by_blanks(line, start) } else { timed(line, start) };
                    timed.map(|(at, message)| Some((at, Bytes::copy_from_slice(message))))
                }
                _ if timed(line, start).is_ok() || is_timed_by_blanks(line) => Err(LineProblem::Timed),
                _ => Ok(Some((start, Bytes::copy_from_slice(line)))),
            };
            let message = message.map_err(|problem| input.bad_line(self.lines, problem))?;
            let Some((at, bytes)) = message else { continue };
            let datagram = Datagram { bytes, from: None, truncated: false }.limited();
            return Ok(Some(Recorded { at, input: Input::Datagram(datagram) }));
        }
    }
}

/// Whether a line is blank or a comment.
pub(super) fn is_passed_over(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#")
}

pub(super) fn timed(line: &[u8], start: Time) -> Result<(Time, &[u8]), LineProblem> {
    let tab = line.iter().position(|&byte| byte == b'\t').ok_or(LineProblem::NoTab)?;
    let (number, rest) = line.split_at(tab);
    Ok((time(number, start)?, rest.strip_prefix(b"\t").unwrap_or(rest)))
}

/// Reads a line in which blanks part the time from the message.
pub(super) fn timed_by_blanks(line: &[u8], start: Time) -> Result<(Time, &[u8]), LineProblem> {
    let line = line.trim_ascii_start();
    let blank = line.iter().position(u8::is_ascii_whitespace).ok_or(LineProblem::NoTab)?;
    let (number, message) = line.split_at(blank);
    Ok((time(number, start)?, message.trim_ascii_start()))
}

fn is_timed_by_blanks(line: &[u8]) -> bool {
    timed(line, Time::default()).is_err() && timed_by_blanks(line, Time::default()).is_ok()
}

fn time(number: &[u8], start: Time) -> Result<Time, LineProblem> {
    let number = String::from_utf8_lossy(number);
    let milliseconds = number.trim().parse::<f64>().ok().filter(|milliseconds| milliseconds.is_finite());
    let Some(milliseconds) = milliseconds else {
        return Err(LineProblem::NotANumber(number.chars().take(40).collect()));
    };
    let micros = (milliseconds * 1000.0).round() as i64;
    Ok(Time::from_micros(start.as_micros().saturating_add(micros)))
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
