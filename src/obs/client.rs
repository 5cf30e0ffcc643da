//! The client of an OBS instance: one connection, over which all requests go and all events come.
//!
//! `obws` gives the types of the protocol: events, responses, codes. Its client is not used: it sends only the requests
//! that it knows, waits for a response without limit, and cannot read the scenes and inputs of OBS before 30. A second
//! connection for these would have its own events and heartbeat.
//!
//! The task that makes a request writes it to the socket: there is no queue in between. Another task reads.

mod connect;
mod events;
mod socket;
mod tls;
mod typed;
mod version;

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obws::events::Event;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tracing::debug;

pub(super) use self::connect::ConnectError;
use self::connect::Connected;
use self::socket::{Message, Reader, Response, Writer};
use self::version::Version;
use super::error::ObsError;
use super::options::ObsOptions;
use super::paths::SharedFolders;
use crate::telemetry::messages;
use crate::time::Time;

/// Events that may wait to be read; OBS sends a few a second at most.
const MAX_EVENTS: usize = 256;

/// How long to wait before an OBS that is not ready is sent the request again.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// After so long without a response a heartbeat is sent.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);

/// After so many heartbeats in a row without a response the connection is given up.
const MAX_MISSED_HEARTBEATS: u32 = 3;

const CLOSED: &str = "the connection was closed";

/// A connection to an OBS instance, which is closed when it is dropped.
pub(super) struct Client {
    /// What is connected.
    pub(super) version: Version,
    /// Whether OBS asks for a password.
    pub(super) asks_password: bool,
    /// How long OBS may take to respond.
    pub(super) request_timeout: Duration,
    writer: AsyncMutex<Writer>,
    next_id: AtomicU64,
    shared: Arc<Shared>,
    reader: AbortHandle,
}

/// The data of a response, and when the request was sent and the response came.
pub(super) struct Timed {
    pub(super) data: Value,
    pub(super) sent: Time,
    pub(super) received: Time,
}

/// What the task that reads shares with the client.
struct Shared {
    /// Name of the sink.
    instance: Arc<str>,
    /// The folders of an OBS on another computer.
    folders: SharedFolders,
    /// Requests that wait for their response, by their id.
    waiting: Mutex<HashMap<u64, oneshot::Sender<Response>>>,
    /// Whether OBS left a request without a response.
    frozen: AtomicBool,
    last_response: Mutex<Instant>,
    /// Why the connection is of no more use.
    lost: watch::Sender<Option<Arc<str>>>,
}

impl Client {
    /// Name of the sink.
    pub(super) fn instance(&self) -> &str {
        &self.shared.instance
    }

    /// The folders of an OBS on another computer.
    pub(super) fn folders(&self) -> &SharedFolders {
        &self.shared.folders
    }

    /// Connects, and finds out what the connected OBS can do; gives also the events that come.
    pub(super) async fn connect(options: &ObsOptions) -> Result<(Self, mpsc::Receiver<Event>), ConnectError> {
        let Connected { writer, reader, asks_password, version } = connect::connect(options).await?;
        let (events, received) = mpsc::channel(MAX_EVENTS);
        let shared = Arc::new(Shared {
            instance: Arc::clone(&options.instance),
            folders: options.folders.clone(),
            waiting: Mutex::default(),
            frozen: AtomicBool::new(false),
            last_response: Mutex::new(Instant::now()),
            lost: watch::Sender::default(),
        });
        let reader = tokio::spawn(read(reader, Arc::clone(&shared), events)).abort_handle();
        let client = Self {
            version,
            asks_password,
            request_timeout: options.request_timeout,
            writer: AsyncMutex::new(writer),
            next_id: AtomicU64::new(1),
            shared,
            reader,
        };
        Ok((client, received))
    }

    /// Sends a request and reads the data of its response.
    pub(super) async fn get<T: DeserializeOwned>(&self, request: &str, data: Value) -> Result<T, ObsError> {
        let response = self.send(request, data).await?;
        serde_json::from_value(response.data).map_err(|_| ObsError::Unreadable(request.to_owned()))
    }

    /// Sends a request whose response says only that it was carried out.
    pub(super) async fn call(&self, request: &str, data: Value) -> Result<(), ObsError> {
        self.get::<IgnoredAny>(request, data).await.map(drop)
    }

    /// Sends a request. While OBS is not ready, as when it changes its scene collection, it is sent again.
    pub(super) async fn send(&self, request: &str, data: Value) -> Result<Timed, ObsError> {
        self.version.must_know(request)?;
        if !data.is_object() && !data.is_null() {
            return Err(ObsError::NoObject(request.to_owned()));
        }
        let deadline = Instant::now() + self.request_timeout;
        loop {
            match self.send_once(request, &data).await {
                Err(ObsError::NotReady(_)) if Instant::now() < deadline => {
                    self.unless_lost(sleep(RETRY_INTERVAL)).await?;
                }
                response => return response,
            }
        }
    }

    async fn send_once(&self, request: &str, data: &Value) -> Result<Timed, ObsError> {
        if self.shared.frozen.load(Ordering::Relaxed) {
            return Err(ObsError::Frozen);
        }
        let sent = Time::now();
        match self.unless_lost(timeout(self.request_timeout, self.exchange(request, data))).await? {
            Ok(Some(Response { status, data, .. })) if status.result => Ok(Timed { data, sent, received: Time::now() }),
            Ok(Some(Response { status, .. })) => {
                Err(ObsError::refused(request.to_owned(), status.code, status.comment, &self.version.in_words()))
            }
            Ok(None) => Err(ObsError::Lost(Arc::from(CLOSED))),
            Err(_) => {
                self.freeze();
                Err(ObsError::NoAnswer { request: request.to_owned(), limit: self.request_timeout })
            }
        }
    }

    /// Writes a request and waits for the response; none if the connection is lost. Sets no time limit.
    async fn exchange(&self, request: &str, data: &Value) -> Option<Response> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let response = self.shared.wait_for(id);
        if let Err(error) = self.writer.lock().await.request(id, request, data).await {
            debug!("a request could not be sent to OBS: {error}");
            self.shared.lose(CLOSED);
        }
        response.await.ok()
    }

    /// Waits for something that comes only while the connection lasts.
    pub(super) async fn unless_lost<T>(&self, awaited: impl Future<Output = T>) -> Result<T, ObsError> {
        tokio::select! {
            biased;
            reason = self.lost() => Err(ObsError::Lost(reason)),
            came = awaited => Ok(came),
        }
    }

    /// Waits for the next of what events bring, until a deadline; `late` is the error then.
    pub(super) async fn receive<T>(
        &self,
        events: &mut mpsc::Receiver<T>,
        deadline: Instant,
        late: ObsError,
    ) -> Result<T, ObsError> {
        match timeout_at(deadline, self.unless_lost(events.recv())).await {
            Ok(Ok(Some(event))) => Ok(event),
            // Events end with the connection.
            Ok(Ok(None)) => Err(ObsError::Lost(self.lost().await)),
            Ok(Err(lost)) => Err(lost),
            Err(_) => Err(late),
        }
    }

    /// Waits until the connection is lost and says why.
    pub(super) async fn lost(&self) -> Arc<str> {
        let mut lost = self.shared.lost.subscribe();
        // The sender is in `self`, so the wait cannot fail.
        let reason = lost.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
        reason.unwrap_or_else(|| Arc::from(CLOSED))
    }

    /// Sends a heartbeat whenever no response has come for a while, and gives the connection up when OBS leaves several in a
    /// row without one. While requests are answered there is none: it would hold them up.
    pub(super) async fn heartbeat(&self) -> Infallible {
        let mut missed = 0;
        while missed < MAX_MISSED_HEARTBEATS {
            let due = self.shared.last_response() + HEARTBEAT_INTERVAL;
            if missed == 0 && Instant::now() < due {
                sleep_until(due).await;
                continue;
            }
            match timeout(self.request_timeout, self.exchange("GetStats", &Value::Null)).await {
                // A refusal is a sign of life, too.
                Ok(Some(_)) => missed = 0,
                // The connection is lost already.
                Ok(None) => return pending().await,
                Err(_) => {
                    missed += 1;
                    self.freeze();
                }
            }
        }
        self.shared.lose("OBS did not answer for a while and the connection was given up; does it hang?");
        pending().await
    }

    fn freeze(&self) {
        if !self.shared.frozen.swap(true, Ordering::Relaxed) {
            messages::obs_frozen(&self.shared.instance);
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Response>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for(&self, id: u64) -> oneshot::Receiver<Response> {
        let (sender, response) = oneshot::channel();
        let mut waiting = self.waiting();
        // Requests that were given up.
        waiting.retain(|_, sender| !sender.is_closed());
        waiting.insert(id, sender);
        response
    }

    fn last_response(&self) -> Instant {
        *self.last_response.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn respond(&self, response: Response) {
        *self.last_response.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if self.frozen.swap(false, Ordering::Relaxed) {
            messages::obs_answers_again(&self.instance);
        }
        let sender = self.waiting().remove(&response.id);
        if let Some(sender) = sender {
            // The caller may have given up.
            _ = sender.send(response);
        }
    }

    /// Gives the connection up; the first reason stands.
    fn lose(&self, reason: &str) {
        self.lost.send_if_modified(|lost| lost.is_none() && lost.replace(Arc::from(reason)).is_none());
        self.waiting().clear();
    }
}

/// Hands responses and events on until the connection ends.
async fn read(mut reader: Reader, shared: Arc<Shared>, events: mpsc::Sender<Event>) {
    let mut reason = CLOSED;
    loop {
        match reader.next().await {
            Ok(Message::Response(response)) => shared.respond(response),
            Ok(Message::Event(event)) => {
                let Some(event) = events::decode(event, &shared.folders) else { continue };
                if event == Event::ExitStarted {
                    reason = "OBS was closed";
                }
                if let Err(TrySendError::Full(event)) = events.try_send(event) {
                    messages::obs_events_lost(&shared.instance, format_args!("{event:?}"));
                }
            }
            Err(error) => {
                debug!("the connection to OBS has ended: {error}");
                break;
            }
        }
    }
    shared.lose(reason);
}
