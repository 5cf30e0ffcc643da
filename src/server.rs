//! The HTTP server of a running vta: commands, and how it is.
//!
//! `guard` decides who may send requests; `commands`, `courts` and `status` answer; `problem` is the form of a refusal.
//! A court answers between two of its inputs, and never waits for the server.

mod commands;
mod courts;
mod find_clip;
mod guard;
mod problem;
mod status;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

pub(crate) use status::{CourtStatus, StatusReport};

use self::guard::Guard;
use crate::control::Control;
use crate::run_file::RunFile;
use crate::telemetry::{Status, StatusHandle, messages};

/// Connections that are open at the same time; more are closed at once.
const MAX_CONNECTIONS: usize = 256;
/// The longest body of a request, in bytes.
const MAX_BODY: usize = 64 << 10;
/// How long a client may take for the head of a request, also on a connection that it keeps open.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request may take: longer than a command.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// How long until a port that was taken is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Starts the server of a running vta; it ends when its task is aborted.
///
/// # Panics
/// Outside a tokio runtime.
pub(crate) fn spawn(bind: SocketAddr, control: Control, status: StatusHandle) -> JoinHandle<()> {
    tokio::spawn(run(bind, Arc::new(control), status))
}

/// The run file, for as long as the server is reached.
struct Registration {
    control: Arc<Control>,
    file: RunFile,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.file.remove(&self.control.config);
    }
}

async fn run(bind: SocketAddr, control: Arc<Control>, status: StatusHandle) {
    let listener = listen(bind, &status).await;
    let token = RunFile::new_token();
    let (address, token) = match (listener.local_addr(), token) {
        (Ok(address), Ok(token)) => (address, token),
        (Err(error), _) | (_, Err(error)) => return status.set(Status::Failed(error.to_string())),
    };
    let file = RunFile {
        pid: std::process::id(),
        address,
        token: token.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let guard = Arc::new(Guard::new(address, token));
    let app = router(control.clone(), guard);
    messages::server_listening(address);
    match file.write(&control.config) {
        Ok(()) => status.set(Status::Running),
        Err(error) => {
            let path = crate::run_file::path(&control.config);
            status.set(Status::Degraded(format!("{} cannot be written: {error}", path.display())));
            messages::server_no_run_file(path.display(), error);
        }
    }
    let _registration = Registration { control, file };
    serve(listener, app).await;
}

/// Opens the port, again and again until it is free.
async fn listen(bind: SocketAddr, status: &StatusHandle) -> TcpListener {
    loop {
        match TcpListener::bind(bind).await {
            Ok(listener) => return listener,
            Err(error) => {
                let reason = match error.kind() {
                    ErrorKind::AddrInUse => "another program has the port, perhaps another vta".to_owned(),
                    _ => error.to_string(),
                };
                if !status.is_degraded() {
                    messages::server_port_taken(bind, &reason);
                }
                status.set(Status::Degraded(format!("{bind}: {reason}")));
            }
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
}

/// Serves connections until it is dropped.
async fn serve(listener: TcpListener, app: Router) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        // Drops those that have ended.
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Too many files are open, say.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(permit) = room.clone().try_acquire_owned() else { continue };
        // Without it, an answer may wait for the next packet; it works all the same.
        let _slower = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        connections.spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
            // A client that breaks off needs no answer.
            let _broken_off = http.serve_connection(TokioIo::new(stream), service).await;
            drop(permit);
        });
    }
}

fn router(control: Arc<Control>, guard: Arc<Guard>) -> Router {
    use axum::http::{HeaderValue, StatusCode, header};
    let with = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    Router::new()
        .route("/health", get(status::health))
        .route("/ready", get(status::ready))
        .route("/api/status", get(status::status))
        .route("/api/courts", get(courts::list))
        .route("/api/courts/{court}", get(courts::court))
        .route("/api/courts/{court}/{*path}", get(courts::value).post(commands::of_path))
        .route("/api/courts/{court}/commands", post(commands::of_court))
        .route("/api/commands", post(commands::of_all))
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(axum::middleware::from_fn_with_state(guard, guard::check))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT))
        .layer(with(header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .layer(with(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(with(header::CACHE_CONTROL, "no-store"))
        .with_state(control)
}
