//! mpv's JSON IPC: a request a line, and lines of answers and events in return.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;

use super::error::PlayerError;
use super::process::Connection;

/// How long mpv may take to answer; a thousandth of a second is usual.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Events that are kept until they are read; the oldest are dropped first.
const MAX_EVENTS: usize = 256;

/// The events of mpv that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A file is being opened.
    StartFile { entry: u64 },
    /// A frame is on the screen, after opening a file or moving in it.
    PlaybackRestart,
    /// A file is no longer played; with the reason if it could not be.
    EndFile { entry: u64, error: Option<String> },
    /// The message that a key in its window sends.
    ClientMessage(Vec<String>),
    /// Anything else.
    Other,
}

/// A connection to mpv.
pub(super) struct Ipc {
    connection: BufReader<Box<dyn Connection>>,
    /// What has come of a line so far.
    line: Vec<u8>,
    events: VecDeque<Event>,
    requests: u64,
}

#[derive(Deserialize)]
struct Message {
    event: Option<String>,
    request_id: Option<u64>,
    error: Option<String>,
    #[serde(default)]
    data: Value,
    playlist_entry_id: Option<u64>,
    reason: Option<String>,
    file_error: Option<String>,
    #[serde(default)]
    args: Vec<String>,
}

impl Message {
    fn into_event(self) -> Event {
        match (self.event.as_deref(), self.playlist_entry_id) {
            (Some("start-file"), Some(entry)) => Event::StartFile { entry },
            (Some("playback-restart"), _) => Event::PlaybackRestart,
            (Some("client-message"), _) => Event::ClientMessage(self.args),
            (Some("end-file"), Some(entry)) => {
                let failed = self.reason.as_deref() == Some("error");
                let error = self.file_error.unwrap_or_else(|| "it does not say why".to_owned());
                Event::EndFile { entry, error: failed.then_some(error) }
            }
            _ => Event::Other,
        }
    }
}

impl Ipc {
    pub(super) fn new(connection: Box<dyn Connection>) -> Self {
        Self { connection: BufReader::new(connection), line: Vec::new(), events: VecDeque::new(), requests: 0 }
    }

    /// Sends a command, as a list or with named arguments, and gives the data of its answer.
    pub(super) async fn request(&mut self, command: Value) -> Result<Value, PlayerError> {
        self.request_within(REQUEST_TIMEOUT, command).await
    }

    pub(super) async fn request_within(&mut self, limit: Duration, command: Value) -> Result<Value, PlayerError> {
        let answered = timeout(limit, self.exchange(&command)).await;
        let answer = answered.map_err(|_| PlayerError::Silent(limit))??;
        match answer.error {
            Some(reason) if reason != "success" => {
                let name = command.get("name").or_else(|| command.get(0)).and_then(Value::as_str).unwrap_or_default();
                Err(PlayerError::Refused { command: name.to_owned(), reason })
            }
            _ => Ok(answer.data),
        }
    }

    async fn exchange(&mut self, command: &Value) -> Result<Message, PlayerError> {
        self.requests += 1;
        let mut line = json!({ "command": command, "request_id": self.requests }).to_string();
        line.push('\n');
        self.connection.write_all(line.as_bytes()).await.map_err(|error| ended(&error))?;
        loop {
            let line = self.next_line().await?;
            if line.event.is_some() {
                if self.events.len() >= MAX_EVENTS {
                    self.events.pop_front();
                }
                self.events.push_back(line.into_event());
            } else if line.request_id == Some(self.requests) {
                return Ok(line);
            }
        }
    }

    /// The next event. Nothing is lost when it is not awaited to its end.
    pub(super) async fn event(&mut self) -> Result<Event, PlayerError> {
        if let Some(event) = self.events.pop_front() {
            return Ok(event);
        }
        loop {
            let line = self.next_line().await?;
            // An answer that comes late is of no use.
            if line.event.is_some() {
                return Ok(line.into_event());
            }
        }
    }

    /// Forgets the events that have come so far.
    pub(super) fn forget_events(&mut self) {
        self.events.clear();
    }

    async fn next_line(&mut self) -> Result<Message, PlayerError> {
        loop {
            let length = self.connection.read_until(b'\n', &mut self.line).await.map_err(|error| ended(&error))?;
            if length == 0 {
                return Err(PlayerError::Ended("it has closed the connection".to_owned()));
            }
            let line = serde_json::from_slice(&self.line);
            self.line.clear();
            match line {
                Ok(line) => return Ok(line),
                // mpv passes on names in other encodings than UTF-8 as they are.
                Err(error) => tracing::debug!("a line of mpv cannot be read: {error}"),
            }
        }
    }
}

fn ended(error: &std::io::Error) -> PlayerError {
    PlayerError::Ended(error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};

    use super::*;

    fn pair() -> (Ipc, DuplexStream) {
        let (ours, its) = duplex(4096);
        (Ipc::new(Box::new(ours)), its)
    }

    #[tokio::test]
    async fn an_answer_is_told_from_events_and_from_answers_to_others() {
        let (mut ipc, mut mpv) = pair();
        mpv.write_all(
            b"{\"event\":\"start-file\",\"playlist_entry_id\":3}\n{\"request_id\":9,\"error\":\"success\"}\n",
        )
        .await
        .unwrap();
        mpv.write_all(b"\xff\n{\"request_id\":1,\"error\":\"success\",\"data\":7}\n{\"event\":\"playback-restart\"}\n")
            .await
            .unwrap();
        assert_eq!(ipc.request(json!(["get_property", "time-pos"])).await, Ok(json!(7)));
        assert_eq!(ipc.event().await, Ok(Event::StartFile { entry: 3 }));
        assert_eq!(ipc.event().await, Ok(Event::PlaybackRestart));
        let mut sent = [0; 64];
        let length = mpv.read(&mut sent).await.unwrap();
        let sent: Value = serde_json::from_slice(&sent[..length]).unwrap();
        assert_eq!(sent, json!({ "command": ["get_property", "time-pos"], "request_id": 1 }));
    }

    #[tokio::test]
    async fn a_refusal_names_the_command() {
        let (mut ipc, mut mpv) = pair();
        mpv.write_all(b"{\"request_id\":1,\"error\":\"invalid parameter\"}\n").await.unwrap();
        let refused = ipc.request(json!({ "name": "loadfile" })).await.unwrap_err();
        assert_eq!(refused.to_string(), "mpv refused `loadfile`: invalid parameter");
    }

    #[tokio::test]
    async fn one_that_is_silent_is_waited_for_no_longer_than_the_limit() {
        let (mut ipc, _mpv) = pair();
        let limit = Duration::from_millis(20);
        assert_eq!(ipc.request_within(limit, json!(["stop"])).await, Err(PlayerError::Silent(limit)));
    }

    #[tokio::test]
    async fn an_event_whose_wait_was_broken_off_is_not_lost() {
        let (mut ipc, mut mpv) = pair();
        mpv.write_all(b"{\"event\":\"playback").await.unwrap();
        assert!(timeout(Duration::from_millis(5), ipc.event()).await.is_err());
        mpv.write_all(b"-restart\"}\n").await.unwrap();
        assert_eq!(ipc.event().await, Ok(Event::PlaybackRestart));
        drop(mpv);
        assert!(ipc.event().await.unwrap_err().is_of_the_player());
    }
}
