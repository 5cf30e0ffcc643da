//! obs-websocket on the wire: the handshake, and messages as JSON.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use obws::requests::EventSubscription;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_websockets::{ClientBuilder, Message as Frame, WebSocketStream};

/// The version of the protocol, of which there is only this one.
const RPC_VERSION: u32 = 1;

/// How long OBS may take to say hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(2);

/// What obs-websocket 4 answers, which says nothing by itself.
const REQUEST_OF_VERSION_4: &str = r#"{"request-type":"GetAuthRequired","message-id":"vta"}"#;

/// The end of OBS, its scene collections, its scenes, its outputs.
const SUBSCRIPTIONS: EventSubscription = EventSubscription::GENERAL
    .union(EventSubscription::CONFIG)
    .union(EventSubscription::SCENES)
    .union(EventSubscription::OUTPUTS);

/// Kinds of messages.
const HELLO: u8 = 0;
const IDENTIFY: u8 = 1;
const IDENTIFIED: u8 = 2;
const EVENT: u8 = 5;
const REQUEST: u8 = 6;
const RESPONSE: u8 = 7;

/// Writes to a connection that OBS has accepted.
pub(super) struct Writer(SplitSink<WebSocketStream<TcpStream>, Frame>);

/// Reads from a connection that OBS has accepted.
pub(super) struct Reader(SplitStream<WebSocketStream<TcpStream>>);

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub(super) enum SocketError {
    #[error("the address is wrong: {0}")]
    Address(String),
    #[error(transparent)]
    Socket(#[from] tokio_websockets::Error),
    #[error("the connection was closed{}", if reason.is_empty() { String::new() } else { format!(": {reason}") })]
    Closed { code: u16, reason: String },
    #[error("what came is no message of obs-websocket")]
    Message(#[from] serde_json::Error),
    #[error("obs-websocket 4 answers")]
    Version4,
}

/// What comes from OBS.
pub(super) enum Message {
    Event(Value),
    Response(Response),
}

/// How OBS responds to a request.
#[derive(Debug, Deserialize)]
pub(super) struct Response {
    #[serde(rename = "requestId", deserialize_with = "number")]
    pub(super) id: u64,
    #[serde(rename = "requestStatus")]
    pub(super) status: Status,
    #[serde(rename = "responseData", default)]
    pub(super) data: Value,
}

/// How a request ended. The code may be one that `obws` does not know.
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    /// Whether it was carried out.
    pub(super) result: bool,
    pub(super) code: u16,
    pub(super) comment: Option<String>,
}

/// Performs the handshake with OBS over a stream; gives also whether OBS asks for a password. Sets no time limit.
pub(super) async fn open(
    stream: TcpStream,
    address: &str,
    password: Option<&str>,
) -> Result<(Writer, Reader, bool), SocketError> {
    let uri = format!("ws://{address}");
    let builder = ClientBuilder::new().uri(&uri).map_err(|error| SocketError::Address(error.to_string()))?;
    let (stream, _) = builder.connect_on(stream).await?;
    let (writer, reader) = stream.split();
    let (mut writer, mut reader) = (Writer(writer), Reader(reader));

    let hello = match timeout(HELLO_TIMEOUT, reader.wait_for(HELLO)).await {
        Ok(hello) => hello?,
        Err(_) => {
            writer.0.send(Frame::text(REQUEST_OF_VERSION_4)).await?;
            reader.wait_for(HELLO).await?
        }
    };
    let hello: Hello = serde_json::from_value(hello)?;
    let asks_password = hello.authentication.is_some();
    let mut identity = json!({"rpcVersion": RPC_VERSION, "eventSubscriptions": SUBSCRIPTIONS});
    if let (Some(challenge), Some(password)) = (hello.authentication, password) {
        identity["authentication"] = challenge.answer(password).into();
    }
    writer.send(IDENTIFY, &identity).await?;
    reader.wait_for(IDENTIFIED).await?;
    Ok((writer, reader, asks_password))
}

impl Writer {
    pub(super) async fn request(&mut self, id: u64, request: &str, data: &Value) -> Result<(), SocketError> {
        self.send(REQUEST, &Request { request, id: id.to_string(), data }).await
    }

    async fn send(&mut self, op: u8, d: &impl Serialize) -> Result<(), SocketError> {
        let message = serde_json::to_string(&Envelope { op, d })?;
        Ok(self.0.send(Frame::text(message)).await?)
    }
}

impl Reader {
    /// Waits for what comes next. A wait that is dropped loses nothing.
    pub(super) async fn next(&mut self) -> Result<Message, SocketError> {
        loop {
            let (kind, content) = self.message().await?;
            match kind {
                EVENT => return Ok(Message::Event(content)),
                RESPONSE => return Ok(Message::Response(serde_json::from_value(content)?)),
                _ => {}
            }
        }
    }

    /// Waits for a message of a kind, passing over others.
    async fn wait_for(&mut self, wanted: u8) -> Result<Value, SocketError> {
        loop {
            let (kind, content) = self.message().await?;
            if kind == wanted {
                return Ok(content);
            }
        }
    }

    async fn message(&mut self) -> Result<(u8, Value), SocketError> {
        while let Some(frame) = self.0.next().await {
            let frame = frame?;
            if let Some((code, reason)) = frame.as_close() {
                return Err(SocketError::Closed { code: code.into(), reason: reason.to_owned() });
            }
            let Some(text) = frame.as_text() else { continue };
            return match serde_json::from_str(text) {
                Ok(Envelope::<Value> { op, d }) => Ok((op, d)),
                Err(_) if is_of_version_4(text) => Err(SocketError::Version4),
                Err(error) => Err(error.into()),
            };
        }
        Err(SocketError::Closed { code: 0, reason: String::new() })
    }
}

fn is_of_version_4(text: &str) -> bool {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    ["message-id", "update-type"].iter().any(|key| message.get(key).is_some())
}

fn number<'de, D: serde::Deserializer<'de>>(text: D) -> Result<u64, D::Error> {
    String::deserialize(text)?.parse().map_err(serde::de::Error::custom)
}

#[derive(Deserialize, Serialize)]
struct Envelope<D> {
    op: u8,
    d: D,
}

#[derive(Serialize)]
struct Request<'a> {
    #[serde(rename = "requestType")]
    request: &'a str,
    #[serde(rename = "requestId")]
    id: String,
    /// OBS takes null for data of the wrong type.
    #[serde(rename = "requestData", skip_serializing_if = "Value::is_null")]
    data: &'a Value,
}

#[derive(Deserialize)]
struct Hello {
    authentication: Option<Challenge>,
}

#[derive(Deserialize)]
struct Challenge {
    challenge: String,
    salt: String,
}

impl Challenge {
    /// Proves that the password is known without telling it.
    fn answer(&self, password: &str) -> String {
        let digest = |first: &str, second: &str| STANDARD.encode(Sha256::digest(format!("{first}{second}")));
        digest(&digest(password, &self.salt), &self.challenge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_proved_as_the_protocol_says() {
        let challenge = Challenge {
            challenge: "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY=".to_owned(),
            salt: "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=".to_owned(),
        };
        assert_eq!(challenge.answer("supersecretpassword"), "1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4=");
    }
}
