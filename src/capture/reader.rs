//! A capture in any format, read input by input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::detect::detect;
use super::frame::{Content, Frame};
use super::input::{InputBytes, RawInput};
use super::notes::{CaptureNotes, Skip};
use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::text::Text;
use super::{CaptureError, Format, Recorded, gzip, json, packet};
use crate::court::Input;
use crate::time::Time;

/// Opens a capture; `-` is standard input.
pub fn open(path: &Path) -> Result<Reader, CaptureError> {
    if path == Path::new("-") {
        return read_from("standard input", io::stdin());
    }
    let name = path.display().to_string();
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    match opened {
        Ok((metadata, _)) if metadata.is_file() && metadata.len() == 0 => Err(CaptureError::Empty { name }),
        Ok((metadata, file)) => Reader::new(name, Box::new(file), metadata.is_file().then_some(metadata.len())),
        Err(source) => Err(CaptureError::Open { name, source }),
    }
}

/// Reads a capture from anywhere; errors call it `name`. Waits until the first packet or line is there.
pub fn read_from(name: &str, input: impl Read + Send + 'static) -> Result<Reader, CaptureError> {
    Reader::new(name.to_owned(), Box::new(input), None)
}

/// The format of a file, by how it begins; none where it is of none or cannot be read.
pub(crate) fn format_of(path: &Path) -> Option<Format> {
    let (mut input, _) = gzip::unpack("", Box::new(File::open(path).ok()?)).ok()?;
    detect("", &mut input).ok().map(|(format, _)| format)
}

/// Reads the inputs of a court. After an error no input follows.
///
/// It needs the memory of one packet or line, for a capture of any length.
pub struct Reader {
    input: InputBytes,
    body: Body,
    notes: CaptureNotes,
    format: Format,
    start: Time,
    port: Option<u16>,
    /// The next input, if it was looked at.
    peeked: Option<Result<Recorded, CaptureError>>,
    ended: bool,
}

enum Body {
    Pcapng(Pcapng),
    Pcap(Pcap),
    Text(Text),
    /// A pcap file that ends inside its header.
    Nothing,
}

impl Reader {
    fn new(name: String, input: RawInput, total: Option<u64>) -> Result<Self, CaptureError> {
        let (mut input, is_packed) = gzip::unpack(&name, input)?;
        // How much a packed capture holds is not known.
        let total = total.filter(|_| !is_packed);
        let (format, head) = detect(&name, &mut input)?;
        let mut input = InputBytes::new(name, head, input, total);
        let mut notes = CaptureNotes::default();
        let body = match format {
            Format::Pcapng => Body::Pcapng(Pcapng::open(&mut input, &mut notes)?),
            Format::Pcap => match Pcap::open(&mut input)? {
                Some(file) => Body::Pcap(file),
                None => {
                    notes.cut = Some(0);
                    Body::Nothing
                }
            },
            Format::Trace | Format::Lines | Format::Payloads => Body::Text(Text::open(&mut input, format)?),
        };
        Ok(Self { input, body, notes, format, start: Time::default(), port: None, peeked: None, ended: false })
    }

    /// When a text begins: traces count from it, and plain lines all have it as their time. 1970 if not given.
    pub fn with_start(mut self, start: Time) -> Self {
        self.start = start;
        self
    }

    /// Gives only the datagrams that were sent to this port. Text has no ports, so there it changes nothing.
    pub fn with_port(mut self, port: Option<u16>) -> Self {
        self.port = port;
        self
    }

    /// How the capture is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The court that was captured, where the capture is our own.
    pub fn court(&self) -> Option<&str> {
        match &self.body {
            Body::Pcapng(file) => file.court(),
            _ => None,
        }
    }

    /// Whether the capture is our own: then it has all inputs of the court, also the reports of the sinks.
    pub fn has_reports(&self) -> bool {
        matches!(&self.body, Body::Pcapng(file) if file.has_reports())
    }

    /// The next input, which is not taken; none at the end, and where it cannot be read.
    pub fn peek(&mut self) -> Option<&Recorded> {
        if self.peeked.is_none() {
            self.peeked = self.next();
        }
        self.peeked.as_ref()?.as_ref().ok()
    }

    /// Notes on what was read so far.
    pub fn notes(&self) -> &CaptureNotes {
        &self.notes
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.input.position()
    }

    /// Bytes of the whole capture; not known of a pipe.
    pub fn total_bytes(&self) -> Option<u64> {
        self.input.total()
    }

    fn read(&mut self) -> Result<Option<Recorded>, CaptureError> {
        loop {
            let frame = match &mut self.body {
                Body::Pcapng(file) => file.next(&mut self.input, &mut self.notes)?,
                Body::Pcap(file) => file.next(&mut self.input, &mut self.notes)?.map(Ok),
                Body::Text(text) => {
                    let message = text.next(&mut self.input, self.start)?;
                    self.notes.packets += u64::from(message.is_some());
                    return Ok(message);
                }
                Body::Nothing => None,
            };
            let Some(frame) = frame else { return Ok(None) };
            match frame.and_then(|frame| recorded(&frame, self.port, &mut self.notes)) {
                Ok(Some(recorded)) => return Ok(Some(recorded)),
                Ok(None) => {}
                Err(skip) => self.notes.skip(skip),
            }
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Recorded, CaptureError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(peeked) = self.peeked.take() {
            return Some(peeked);
        }
        if self.ended {
            return None;
        }
        let next = self.read();
        self.ended = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

/// The input in a packet; none if it is a report that cannot be read.
fn recorded(frame: &Frame<'_>, wanted: Option<u16>, notes: &mut CaptureNotes) -> Result<Option<Recorded>, Skip> {
    let input = match frame.content {
        Content::Report => match json::read(frame.bytes) {
            Ok(input) => input,
            Err(reason) => {
                notes.unreadable(&reason);
                return Ok(None);
            }
        },
        Content::Packet(link_type) => {
            let (datagram, port) = packet::read(link_type, frame.bytes)?;
            if wanted.is_some_and(|wanted| wanted != port) {
                return Err(Skip::OtherPort);
            }
            Input::Datagram(datagram.limited())
        }
    };
    Ok(Some(Recorded { at: frame.at, input }))
}
