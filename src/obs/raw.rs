//! Any request of obs-websocket, by its name, over a connection of its own: `obws` sends only those that it knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::SinkExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio_stream::StreamExt as _;
use tokio_websockets::{ClientBuilder, MaybeTlsStream, Message, WebSocketStream};

use super::ObsOptions;
use super::failure::chain;

/// The version of the protocol, of which there is only this one.
const RPC_VERSION: u32 = 1;

/// What OBS answered to a request.
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    /// Whether it was carried out.
    pub(super) result: bool,
    /// OBS's code for how it ended.
    pub(super) code: u16,
    /// What OBS says to it.
    pub(super) comment: Option<String>,
}

/// Sends one request to OBS and returns how it ended. Sets no time limit of its own.
///
/// # Errors
///
/// Why there is no answer, in words.
pub(super) async fn send(options: &ObsOptions, request: &str, data: &Value) -> Result<Status, String> {
    exchange(options, request, data).await.map_err(|error| chain(&error))
}

#[derive(Debug, thiserror::Error)]
enum RawError {
    #[error("the address is wrong: {0}")]
    Address(String),
    #[error(transparent)]
    Socket(#[from] tokio_websockets::Error),
    #[error("OBS closed the connection: {0}")]
    Closed(String),
    #[error("OBS sent what is no message of obs-websocket")]
    Message(#[from] serde_json::Error),
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn exchange(options: &ObsOptions, request: &str, data: &Value) -> Result<Status, RawError> {
    let url = format!("ws://{}", options.address());
    let builder = ClientBuilder::new().uri(&url).map_err(|error| RawError::Address(error.to_string()))?;
    let (mut socket, _) = builder.connect().await?;

    let hello: Hello = receive(&mut socket, 0).await?;
    let authentication =
        hello.authentication.zip(options.password.as_deref()).map(|(challenge, password)| challenge.answer(password));
    say(&mut socket, 1, json!({"rpcVersion": RPC_VERSION, "authentication": authentication, "eventSubscriptions": 0}))
        .await?;
    let _identified: Value = receive(&mut socket, 2).await?;

    say(&mut socket, 6, json!({"requestType": request, "requestId": "1", "requestData": data})).await?;
    let response: Response = receive(&mut socket, 7).await?;
    // The answer is there; OBS copes with a connection that just ends.
    _ = socket.close().await;
    Ok(response.request_status)
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

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "requestStatus")]
    request_status: Status,
}

#[derive(Deserialize)]
struct Envelope {
    op: u8,
    d: Value,
}

/// Sends a message; `op` is its kind.
async fn say(socket: &mut Socket, op: u8, mut d: Value) -> Result<(), RawError> {
    // OBS takes a field that is null for one of the wrong type.
    if let Value::Object(fields) = &mut d {
        fields.retain(|_, value| !value.is_null());
    }
    Ok(socket.send(Message::text(json!({"op": op, "d": d}).to_string())).await?)
}

/// Waits for a message of the kind `op`, passing over others.
async fn receive<T: for<'de> Deserialize<'de>>(socket: &mut Socket, op: u8) -> Result<T, RawError> {
    while let Some(message) = socket.next().await {
        let message = message?;
        if let Some((_, reason)) = message.as_close() {
            return Err(RawError::Closed(reason.to_owned()));
        }
        let Some(text) = message.as_text() else { continue };
        let envelope: Envelope = serde_json::from_str(text)?;
        if envelope.op == op {
            return Ok(T::deserialize(envelope.d)?);
        }
    }
    Err(RawError::Closed("no reason given".to_owned()))
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
