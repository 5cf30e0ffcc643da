//! What mpv wrote last, which says why it ended or has no window.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::printable::printable_line;

/// How much is kept of each stream, in bytes.
const MAX_KEPT: usize = 4096;
/// How many of its lines are given.
const MAX_LINES: usize = 3;
/// How long to wait for the end of the streams: a program that mpv has started may hold them open.
const END_TIMEOUT: Duration = Duration::from_millis(500);

/// The ends of standard output and standard error, read until the process ends.
pub(super) struct LastWords(JoinHandle<[Vec<u8>; 2]>);

impl LastWords {
    /// Reads both streams of a process, so that it never waits for them.
    pub(super) fn of(child: &mut Child) -> Self {
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        Self(tokio::spawn(async { tokio::join!(tail(output), tail(errors)).into() }))
    }

    /// The last lines once the process has ended; mpv's own if there are any, otherwise those of its libraries.
    pub(super) async fn read(self) -> Option<String> {
        let streams = timeout(END_TIMEOUT, self.0).await.ok()?.ok()?;
        streams.iter().find_map(|stream| last_lines(&String::from_utf8_lossy(stream)))
    }
}

async fn tail(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 1024]);
    let Some(mut stream) = stream else { return kept };
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        kept.extend(buffer.iter().take(length));
        kept.drain(..kept.len().saturating_sub(MAX_KEPT));
    }
    kept
}

fn last_lines(text: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.dedup();
    let lines = lines.split_off(lines.len().saturating_sub(MAX_LINES));
    (!lines.is_empty()).then(|| printable_line(&lines.join("; ")).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_given_once_each_and_without_control_characters() {
        assert_eq!(last_lines("a\n\nb\nb\n\n c\u{1b}\nd\n").as_deref(), Some(r"b; c\u{1b}; d"));
        assert_eq!(last_lines("\n \n"), None);
    }
}
