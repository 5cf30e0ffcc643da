//! obs-websocket on the wire: the handshake, and messages as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::SinkExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio_stream::StreamExt as _;
use tokio_websockets::{ClientBuilder, MaybeTlsStream, Message, WebSocketStream};

use crate::obs::options::ObsOptions;

/// The version of the protocol, of which there is only this one.
const RPC_VERSION: u32 = 1;

/// Kinds of messages.
const HELLO: u8 = 0;
const IDENTIFY: u8 = 1;
const IDENTIFIED: u8 = 2;
const EVENT: u8 = 5;
const REQUEST: u8 = 6;
const RESPONSE: u8 = 7;

/// A connection that has been accepted.
pub(in crate::obs) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Whether OBS asks for a password.
    pub(in crate::obs) asks_password: bool,
}

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub(in crate::obs) enum RawError {
    #[error("the address is wrong: {0}")]
    Address(String),
    #[error(transparent)]
    Socket(#[from] tokio_websockets::Error),
    #[error("the connection was closed{}", if reason.is_empty() { String::new() } else { format!(": {reason}") })]
    Closed { code: u16, reason: String },
    #[error("what came is no message of obs-websocket")]
    Message(#[from] serde_json::Error),
}

/// What OBS says of itself.
pub(in crate::obs) enum Said {
    Event(Event),
    Response(Response),
}

/// Something that happened in OBS.
#[derive(Debug, Deserialize)]
pub(in crate::obs) struct Event {
    #[serde(rename = "eventType")]
    pub(in crate::obs) name: String,
    #[serde(rename = "eventData", default)]
    pub(in crate::obs) data: Value,
}

/// What OBS answers to a request.
#[derive(Debug, Deserialize)]
pub(in crate::obs) struct Response {
    #[serde(rename = "requestId")]
    pub(in crate::obs) id: String,
    #[serde(rename = "requestStatus")]
    pub(in crate::obs) status: Status,
    #[serde(rename = "responseData", default)]
    pub(in crate::obs) data: Value,
}

/// How a request ended.
#[derive(Debug, Deserialize)]
pub(in crate::obs) struct Status {
    /// Whether it was carried out.
    pub(in crate::obs) result: bool,
    /// OBS's code for how it ended.
    pub(in crate::obs) code: u16,
    /// What OBS says to it.
    pub(in crate::obs) comment: Option<String>,
}

impl Socket {
    /// Connects, and identifies itself; `events` are the categories of events that OBS is to tell. Sets no time limit.
    pub(in crate::obs) async fn open(options: &ObsOptions, events: u32) -> Result<Self, RawError> {
        let url = format!("ws://{}", options.address());
        let builder = ClientBuilder::new().uri(&url).map_err(|error| RawError::Address(error.to_string()))?;
        let (stream, _) = builder.connect().await?;
        let mut socket = Self { stream, asks_password: false };

        let hello: Hello = serde_json::from_value(socket.receive(HELLO).await?)?;
        socket.asks_password = hello.authentication.is_some();
        let mut identity = json!({"rpcVersion": RPC_VERSION, "eventSubscriptions": events});
        if let (Some(challenge), Some(password)) = (hello.authentication, &options.password) {
            identity["authentication"] = challenge.answer(password).into();
        }
        socket.say(IDENTIFY, identity).await?;
        socket.receive(IDENTIFIED).await?;
        Ok(socket)
    }

    /// Sends a request; OBS takes data that is null for one of the wrong type.
    pub(in crate::obs) async fn request(&mut self, id: &str, request: &str, data: Value) -> Result<(), RawError> {
        let mut message = json!({"requestType": request, "requestId": id});
        if !data.is_null() {
            message["requestData"] = data;
        }
        self.say(REQUEST, message).await
    }

    /// Waits for what OBS says next. A wait that is dropped loses nothing.
    pub(in crate::obs) async fn hear(&mut self) -> Result<Said, RawError> {
        loop {
            let (kind, content) = self.message().await?;
            match kind {
                EVENT => return Ok(Said::Event(serde_json::from_value(content)?)),
                RESPONSE => return Ok(Said::Response(serde_json::from_value(content)?)),
                _ => {}
            }
        }
    }

    async fn say(&mut self, op: u8, d: Value) -> Result<(), RawError> {
        Ok(self.stream.send(Message::text(json!({"op": op, "d": d}).to_string())).await?)
    }

    /// Waits for a message of a kind, passing over others.
    async fn receive(&mut self, wanted: u8) -> Result<Value, RawError> {
        loop {
            let (kind, content) = self.message().await?;
            if kind == wanted {
                return Ok(content);
            }
        }
    }

    async fn message(&mut self) -> Result<(u8, Value), RawError> {
        while let Some(message) = self.stream.next().await {
            let message = message?;
            if let Some((code, reason)) = message.as_close() {
                return Err(RawError::Closed { code: code.into(), reason: reason.to_owned() });
            }
            let Some(text) = message.as_text() else { continue };
            let Envelope { op, d } = serde_json::from_str(text)?;
            return Ok((op, d));
        }
        Err(RawError::Closed { code: 0, reason: String::new() })
    }
}

#[derive(Deserialize)]
struct Envelope {
    op: u8,
    d: Value,
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
