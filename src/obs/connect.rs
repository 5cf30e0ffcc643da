//! Connecting to OBS, and why that did not work, in plain words.

use std::io;
use std::time::Duration;

use obws::Client;
use obws::client::{ConnectConfig, DangerousConnectConfig, HandshakeError};
use obws::error::Error;
use obws::events::EventStream;
use obws::requests::EventSubscription;
use obws::responses::general::Version;
use obws::responses::{StatusCode, WebSocketCloseCode};
use tokio::net::lookup_host;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::instrument::WithSubscriber as _;

use super::ObsOptions;
use super::failure::chain;
use super::link::{Health, Link};

/// How long the computer may take to accept a connection.
const ACCEPT_LIMIT: Duration = Duration::from_secs(3);

/// How long all of it may take, the handshake included, for which `obws` has no limit of its own.
const CONNECT_LIMIT: Duration = Duration::from_secs(6);

/// Events that come faster than they are read; OBS sends a few a second at most.
const EVENT_QUEUE: usize = 256;

/// A fresh connection.
pub(super) struct Connection {
    pub(super) link: Link,
    pub(super) events: EventStream,
    pub(super) version: Version,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectFailure {
    #[error("{reason} at {address}; is OBS running and is its WebSocket server on?")]
    Unreachable { address: String, reason: String },
    #[error("no computer is known as `{host}`; correct the `host` of this sink, or give its address in numbers")]
    UnknownHost { host: String },
    #[error("no answer at {address} within {CONNECT_LIMIT:?}; does OBS hang, or does a firewall stand in between?")]
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

impl ConnectFailure {
    /// Whether only a person can put it right, so that trying again soon is of no use.
    pub(super) fn needs_a_person(&self) -> bool {
        matches!(self, Self::PasswordMissing { .. } | Self::PasswordWrong { .. })
    }
}

/// Connects, and finds out what the connected OBS can do.
pub(super) async fn connect(options: &ObsOptions) -> Result<Connection, ConnectFailure> {
    // A name that nobody knows is an error of its own; `obws` does not tell it from others.
    let host = options.host.trim_matches(['[', ']']);
    if lookup_host((host, options.port)).await.is_err() {
        return Err(ConnectFailure::UnknownHost { host: options.host.clone() });
    }
    match timeout(CONNECT_LIMIT, identify(options)).await {
        Ok(connected) => connected.map_err(|error| explain(options, &error)),
        Err(_) => Err(ConnectFailure::NoAnswer { address: options.address() }),
    }
}

async fn identify(options: &ObsOptions) -> Result<Connection, Error> {
    let basic_events = EventSubscription::GENERAL | EventSubscription::OUTPUTS;
    let config = ConnectConfig {
        host: options.url_host(),
        port: options.port,
        password: options.password.as_deref(),
        event_subscriptions: Some(basic_events),
        broadcast_capacity: EVENT_QUEUE,
        connect_timeout: ACCEPT_LIMIT,
        // Venues run old versions; the supervisor says so once.
        dangerous: Some(DangerousConnectConfig { skip_studio_version_check: true, skip_websocket_version_check: true }),
    };
    // `obws` warns at each attempt that versions go unchecked.
    let client = Client::connect_with_config(config).with_subscriber(tracing::Dispatch::none()).await?;
    let events = client.events()?;
    let version = client.general().version().await?;
    // Versions whose answers lack the scene's UUID have scene events that lack it, too, and `obws` reads neither.
    let scene_events = client.scenes().current_program_scene().await.is_ok();
    if scene_events {
        client.reidentify(basic_events | EventSubscription::SCENES).await?;
    }
    let link = Link {
        client,
        limit: options.request_timeout,
        version: format!("OBS {} (obs-websocket {})", version.obs_studio_version, version.obs_web_socket_version),
        known_requests: version.available_requests.iter().cloned().collect(),
        scene_events,
        health: watch::Sender::new(Health::Well),
    };
    Ok(Connection { link, events, version })
}

fn explain(options: &ObsOptions, error: &Error) -> ConnectFailure {
    let address = options.address();
    let reason = chain(error);
    match error {
        Error::Timeout => ConnectFailure::NoAnswer { address },
        Error::Connect(_) => match io_error_of(error) {
            Some(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                ConnectFailure::Unreachable { address, reason: "connection refused".to_owned() }
            }
            Some(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                ConnectFailure::Unreachable { address, reason: error.to_string() }
            }
            _ => ConnectFailure::NotObs { address, reason },
        },
        Error::Handshake(HandshakeError::ConnectionClosed(Some(details)))
            if u16::from(details.code) == u16::from(WebSocketCloseCode::AuthenticationFailed) =>
        {
            match options.password {
                Some(_) => ConnectFailure::PasswordWrong { address },
                None => ConnectFailure::PasswordMissing { address },
            }
        }
        Error::Handshake(HandshakeError::NoHello | HandshakeError::DeserializeMessage(_)) => {
            ConnectFailure::NotObs { address, reason }
        }
        Error::Api { code: StatusCode::NotReady, .. } => ConnectFailure::NotReady { address },
        _ => ConnectFailure::Other { address, reason },
    }
}

fn io_error_of(error: &Error) -> Option<&io::Error> {
    std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
        .find_map(|error| error.downcast_ref())
}
