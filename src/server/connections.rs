//! The connections of the server: so many at most, of which silent ones make room, and their orderly end.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

/// Connections that are open at the same time.
const MAX_CONNECTIONS: usize = 256;
/// How long a client may take for the head of a request, also on a connection that it keeps open.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long answers that are under way at the end may take.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);
/// How long until a connection is accepted again when the system had no room for one.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// A connection, as its requests see it.
pub(super) struct Connection {
    /// The address at which the client has reached the server.
    pub(super) local: SocketAddr,
    /// Since when no request of it is being answered; none while one is.
    silent_since: Mutex<Option<Instant>>,
}

impl Connection {
    fn new(local: SocketAddr) -> Self {
        Self { local, silent_since: Mutex::new(Some(Instant::now())) }
    }

    /// A whole request has come: until its answer is there, the connection makes no room for another.
    pub(super) fn answering(&self) -> Answering<'_> {
        *self.lock() = None;
        Answering(self)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.silent_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request is being answered until this is dropped.
pub(super) struct Answering<'a>(&'a Connection);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        *self.0.lock() = Some(Instant::now());
    }
}

/// The connections that are open.
#[derive(Default)]
struct Open(Vec<(Arc<Connection>, AbortHandle)>);

impl Open {
    /// Makes room for one more, if need be by closing the one that has been silent for the longest time; gives whether
    /// there is room.
    fn make_room(&mut self) -> bool {
        self.0.retain(|(_, task)| !task.is_finished());
        if self.0.len() < MAX_CONNECTIONS {
            return true;
        }
        let silent = self.0.iter().enumerate().filter_map(|(index, (open, _))| Some(((*open.lock())?, index)));
        let Some((_, oldest)) = silent.min() else { return false };
        self.0.swap_remove(oldest).1.abort();
        true
    }
}

/// Serves connections until the sender of `ended` is dropped; then answers that are under way are finished.
pub(super) async fn serve(listener: TcpListener, app: &Router, ended: &mut oneshot::Receiver<()>) {
    let mut open = Open::default();
    let mut tasks = JoinSet::new();
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            _ = &mut *ended => break,
            accepted = listener.accept() => accepted,
        };
        // Those that have ended are let go of.
        while tasks.try_join_next().is_some() {}
        let Ok((stream, local)) = accepted.and_then(|(stream, _)| stream.local_addr().map(|local| (stream, local)))
        else {
            tokio::time::sleep(RETRY_INTERVAL).await;
            continue;
        };
        if !open.make_room() {
            continue;
        }
        let connection = Arc::new(Connection::new(local));
        // Without it, an answer may wait for the next packet; it works all the same.
        let _slower = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let of = connection.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(of.clone());
            service.call(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
        let served = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        // A client that breaks off needs no answer.
        let task = tasks.spawn(async { drop(served.await) });
        open.0.push((connection, task));
    }
    drop(listener);
    // What is left then is cut off.
    let _cut_off = timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await;
}
