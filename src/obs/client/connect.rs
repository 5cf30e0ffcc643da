//! Connecting to OBS, and why that did not work, in plain words.

use std::io;
use std::time::Duration;

use obws::Client;
use obws::client::{ConnectConfig, DangerousConnectConfig};
use obws::error::Error;
use obws::events::EventStream;
use obws::requests::EventSubscription;
use obws::responses::WebSocketCloseCode;
use tokio::net::lookup_host;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::instrument::WithSubscriber as _;

use super::conversation::{Conversation, OpenError};
use super::link::Link;
use super::socket::{Event, RawError};
use crate::obs::error::chain;
use crate::obs::options::ObsOptions;

/// How long OBS may take to accept a connection, the handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Events that come faster than they are read; OBS sends a few a second at most.
const EVENT_QUEUE: usize = 256;

/// A fresh connection.
pub(in crate::obs) struct Connection {
    pub(in crate::obs) link: Link,
    /// What `obws` reads of OBS's events.
    pub(in crate::obs) events: EventStream,
    /// All of OBS's events.
    pub(in crate::obs) told: mpsc::Receiver<Event>,
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
    #[error("no connection to OBS at {address}: {reason}")]
    Other { address: String, reason: String },
}

impl ConnectError {
    /// Whether only a person can put it right, so that trying again soon is of no use.
    pub(in crate::obs) fn needs_a_person(&self) -> bool {
        matches!(self, Self::PasswordMissing { .. } | Self::PasswordWrong { .. })
    }
}

/// Connects, and finds out what the connected OBS can do.
pub(in crate::obs) async fn connect(options: &ObsOptions) -> Result<Connection, ConnectError> {
    let (conversation, told) = converse(options).await?;
    let address = || options.address();
    match timeout(CONNECT_TIMEOUT, identify(options)).await {
        Ok(Ok((client, events))) => Ok(Connection { link: Link::new(client, conversation, options), events, told }),
        Ok(Err(Error::Timeout)) | Err(_) => Err(ConnectError::NoAnswer { address: address() }),
        Ok(Err(error)) => Err(ConnectError::Other { address: address(), reason: chain(&error) }),
    }
}

/// Begins a conversation.
pub(in crate::obs) async fn converse(
    options: &ObsOptions,
) -> Result<(Conversation, mpsc::Receiver<Event>), ConnectError> {
    // A name that nobody knows is an error of its own, told apart from others.
    let host = options.host.trim_matches(['[', ']']);
    if lookup_host((host, options.port)).await.is_err() {
        return Err(ConnectError::UnknownHost { host: options.host.clone() });
    }
    match timeout(CONNECT_TIMEOUT, Conversation::open(options)).await {
        Ok(opened) => opened.map_err(|error| explain(options, error)),
        Err(_) => Err(ConnectError::NoAnswer { address: options.address() }),
    }
}

async fn identify(options: &ObsOptions) -> Result<(Client, EventStream), Error> {
    let config = ConnectConfig {
        host: options.url_host(),
        port: options.port,
        password: options.password.as_deref(),
        event_subscriptions: Some(EventSubscription::GENERAL | EventSubscription::OUTPUTS),
        broadcast_capacity: EVENT_QUEUE,
        connect_timeout: CONNECT_TIMEOUT,
        // Venues run old versions; the supervisor says so once.
        dangerous: Some(DangerousConnectConfig { skip_studio_version_check: true, skip_websocket_version_check: true }),
    };
    // `obws` warns at each attempt that versions go unchecked.
    let client = Client::connect_with_config(config).with_subscriber(tracing::Dispatch::none()).await?;
    let events = client.events()?;
    Ok((client, events))
}

fn explain(options: &ObsOptions, error: OpenError) -> ConnectError {
    let address = options.address();
    match error {
        OpenError::NotReady => ConnectError::NotReady { address },
        OpenError::Raw(RawError::Closed { code, .. })
            if code == u16::from(WebSocketCloseCode::AuthenticationFailed) =>
        {
            match options.password {
                Some(_) => ConnectError::PasswordWrong { address },
                None => ConnectError::PasswordMissing { address },
            }
        }
        OpenError::Raw(RawError::Socket(tokio_websockets::Error::Io(error))) => match error.kind() {
            io::ErrorKind::UnexpectedEof => ConnectError::NotObs { address, reason: error.to_string() },
            io::ErrorKind::ConnectionRefused => {
                ConnectError::Unreachable { address, reason: "connection refused".to_owned() }
            }
            _ => ConnectError::Unreachable { address, reason: error.to_string() },
        },
        OpenError::Raw(RawError::Closed { code: 1001, .. }) => ConnectError::NotReady { address },
        OpenError::Raw(error) => ConnectError::NotObs { address, reason: chain(&error) },
    }
}
