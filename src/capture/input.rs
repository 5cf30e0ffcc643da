//! The bytes of a capture, read one after the other, with their position.

use std::io::{self, BufRead, BufReader, Chain, Cursor, ErrorKind, Read};

use super::{CaptureError, FormatError, LineProblem};

pub(super) type RawInput = Box<dyn Read + Send>;

/// A capture's bytes. Buffers grow only by bytes that were really read.
pub(super) struct InputBytes {
    name: String,
    input: BufReader<Chain<Cursor<Vec<u8>>, RawInput>>,
    position: u64,
    total: Option<u64>,
}

impl InputBytes {
    /// `head` was read from `input` before.
    pub(super) fn new(name: String, head: Vec<u8>, input: RawInput, total: Option<u64>) -> Self {
        Self { name, input: BufReader::with_capacity(1 << 16, Cursor::new(head).chain(input)), position: 0, total }
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// How many there are, if that is known.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    pub(super) fn at_end(&mut self) -> Result<bool, CaptureError> {
        Ok(self.peek()?.is_empty())
    }

    /// Reads `N` bytes; none if the end comes before.
    pub(super) fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, CaptureError> {
        let mut array = [0; N];
        match self.input.read_exact(&mut array) {
            Ok(()) => {
                self.position += N as u64;
                Ok(Some(array))
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(self.unreadable(error)),
        }
    }

    /// Reads the next `length` bytes into `buffer`, fewer before the end; whether it read all of them.
    pub(super) fn take(&mut self, length: usize, buffer: &mut Vec<u8>) -> Result<bool, CaptureError> {
        buffer.clear();
        let read = (&mut self.input).take(length as u64).read_to_end(buffer);
        self.position += buffer.len() as u64;
        read.map_err(|error| self.unreadable(error))?;
        Ok(buffer.len() == length)
    }

    /// Reads the next line into `buffer`, with its end; at most `length` bytes of it.
    pub(super) fn line(&mut self, length: usize, buffer: &mut Vec<u8>) -> Result<(), CaptureError> {
        buffer.clear();
        let read = (&mut self.input).take(length as u64).read_until(b'\n', buffer);
        self.position += buffer.len() as u64;
        read.map(|_| ()).map_err(|error| self.unreadable(error))
    }

    /// Skips `bytes` if they come next.
    pub(super) fn skip(&mut self, bytes: &[u8]) -> Result<(), CaptureError> {
        if self.peek()?.starts_with(bytes) {
            self.input.consume(bytes.len());
            self.position += bytes.len() as u64;
        }
        Ok(())
    }

    /// Reads to the end; whether all of it is zeros, as a power loss leaves them after a file's last bytes.
    pub(super) fn rest_is_zeros(&mut self) -> Result<bool, CaptureError> {
        let mut buffer = Vec::new();
        while !self.at_end()? {
            self.take(1 << 16, &mut buffer)?;
            if buffer.iter().any(|&byte| byte != 0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn damaged(&self, offset: u64, error: FormatError, packets: u64) -> CaptureError {
        CaptureError::Damaged { name: self.name.clone(), offset, error, packets }
    }

    pub(super) fn bad_line(&self, line: u64, problem: LineProblem) -> CaptureError {
        CaptureError::Line { name: self.name.clone(), line, problem }
    }

    /// The bytes that come next, as far as they are buffered; empty only at the end.
    fn peek(&mut self) -> Result<&[u8], CaptureError> {
        while let Err(error) = self.input.fill_buf() {
            if error.kind() != ErrorKind::Interrupted {
                return Err(self.unreadable(error));
            }
        }
        Ok(self.input.buffer())
    }

    fn unreadable(&self, source: io::Error) -> CaptureError {
        CaptureError::Read { name: self.name.clone(), offset: self.position, source }
    }
}
