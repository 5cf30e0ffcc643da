//! Connecting to OBS, and why that did not work, in plain words.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use obws::responses::WebSocketCloseCode;
use serde_json::Value;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::socket::{self, Message, Reader, SocketError, Writer};
use super::tls;
use super::version::Version;
use crate::obs::error::chain;
use crate::obs::options::ObsOptions;

/// How long OBS may take to accept a connection, the handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A fresh connection.
pub(super) struct Connected {
    pub(super) writer: Writer,
    pub(super) reader: Reader,
    pub(super) asks_password: bool,
    pub(super) version: Version,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(in crate::obs) enum ConnectError {
    #[error("{reason} at {address}; is OBS running and is its WebSocket server on?")]
    Unreachable { address: String, reason: String },
    #[error("no computer is known as `{host}`; correct the `host` of this sink, or give its address in numbers")]
    UnknownHost { host: String },
    #[error("no answer at {address} within {CONNECT_TIMEOUT:?}; does OBS hang, or does a firewall stand in between?")]
    NoAnswer { address: String },
    #[error(
        "obs-websocket 4 answers at {address}, which vta does not speak: install OBS 28 or newer, which has obs-websocket 5 \
         (port 4455)"
    )]
    Version4 { address: String },
    #[error(
        "what answers at {address} wants TLS (wss), as a web server or proxy does; OBS has none: correct the `host` and `port` \
         of this sink to OBS's own"
    )]
    Tls { address: String },
    #[error("what answers at {address} is not obs-websocket 5 ({reason}); correct the `port` of this sink")]
    NotObs { address: String, reason: String },
    #[error(
        "OBS at {address} asks for a password and this sink has none; set its `password` to the one in OBS under \
         Tools → WebSocket Server Settings → Show Connect Info"
    )]
    PasswordMissing { address: String },
    #[error(
        "OBS at {address} refused the password; set this sink's `password` to the one in OBS under Tools → WebSocket \
         Server Settings → Show Connect Info"
    )]
    PasswordWrong { address: String },
    #[error("OBS at {address} is still starting")]
    NotReady { address: String },
}

impl ConnectError {
    /// Whether only a person can put it right: then it is tried less often.
    pub(in crate::obs) fn needs_a_person(&self) -> bool {
        use ConnectError::*;
        matches!(self, PasswordMissing { .. } | PasswordWrong { .. } | Version4 { .. } | Tls { .. })
    }
}

/// Connects, and finds out what the connected OBS can do.
pub(super) async fn connect(options: &ObsOptions) -> Result<Connected, ConnectError> {
    // An unknown name is an error of its own.
    let host = options.host.trim_matches(['[', ']']);
    let Ok(addresses) = lookup_host((host, options.port)).await else {
        return Err(ConnectError::UnknownHost { host: options.host.clone() });
    };
    let addresses: Vec<_> = addresses.collect();
    let opened = match timeout(CONNECT_TIMEOUT, open(&addresses, options)).await {
        Ok(opened) => opened.map_err(|error| explain(options, error)),
        Err(_) => Err(ConnectError::NoAnswer { address: options.address() }),
    };
    match opened {
        // A server that wants TLS waits for more, or closes the connection.
        Err(ConnectError::NotObs { address, .. } | ConnectError::NoAnswer { address })
            if tls::is_wanted_at(&addresses).await =>
        {
            Err(ConnectError::Tls { address })
        }
        opened => opened,
    }
}

async fn open(addresses: &[SocketAddr], options: &ObsOptions) -> Result<Connected, OpenError> {
    let stream =
        TcpStream::connect(addresses).await.map_err(tokio_websockets::Error::from).map_err(SocketError::from)?;
    // A request must not wait until the one before is acknowledged.
    stream.set_nodelay(true).map_err(tokio_websockets::Error::from).map_err(SocketError::from)?;
    let (mut writer, mut reader, asks_password) =
        socket::open(stream, &options.address(), options.password.as_deref()).await?;
    writer.request(0, "GetVersion", &Value::Null).await?;
    loop {
        // Events that come meanwhile are not needed: the state is requested later.
        let Message::Response(response) = reader.next().await? else { continue };
        if !response.status.result {
            return Err(OpenError::NotReady);
        }
        let version = serde_json::from_value(response.data).map_err(SocketError::from)?;
        return Ok(Connected { writer, reader, asks_password, version });
    }
}

#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error(transparent)]
    Socket(#[from] SocketError),
    #[error("OBS is still starting")]
    NotReady,
}

fn explain(options: &ObsOptions, error: OpenError) -> ConnectError {
    let address = options.address();
    let error = match error {
        OpenError::NotReady => return ConnectError::NotReady { address },
        OpenError::Socket(error) => error,
    };
    match error {
        SocketError::Closed { code, .. } if code == u16::from(WebSocketCloseCode::AuthenticationFailed) => {
            match options.password {
                Some(_) => ConnectError::PasswordWrong { address },
                None => ConnectError::PasswordMissing { address },
            }
        }
        SocketError::Version4 => ConnectError::Version4 { address },
        SocketError::Closed { code: 1001, .. } => ConnectError::NotReady { address },
        SocketError::Socket(tokio_websockets::Error::Io(error)) => match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                ConnectError::NotObs { address, reason: error.to_string() }
            }
            io::ErrorKind::ConnectionRefused => {
                ConnectError::Unreachable { address, reason: "connection refused".to_owned() }
            }
            _ => ConnectError::Unreachable { address, reason: error.to_string() },
        },
        error => ConnectError::NotObs { address, reason: chain(&error) },
    }
}
