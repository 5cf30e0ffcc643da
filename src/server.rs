//! The HTTP server of a running vta: commands, and how it is.
//!
//! `connections` has their limit and their end, `guard` decides who may send requests, `limits` how much; `commands`,
//! `courts` and `status` answer; `problem` is the form of a refusal. A court answers between two of its inputs, and never
//! waits for the server.

mod answer;
mod app;
mod commands;
mod connections;
mod courts;
mod find_clip;
mod guard;
mod limits;
mod path;
mod problem;
mod status;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tower_http::set_header::SetResponseHeaderLayer;

pub(crate) use answer::{AnswerOutcome, CommandAnswer};
pub(crate) use courts::{CourtAnswer, CourtState, CourtStatus};
pub(crate) use status::{ComponentStatus, StatusReport};

use self::app::App;
use self::guard::Guard;
use crate::client::{self, Health};
use crate::control::Control;
use crate::port_owner;
use crate::run_file::{self, RunFile, Server, Written};
use crate::telemetry::{Status, StatusHandle, messages};

/// How long until a port that was taken is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Starts the server of a running vta; it ends when the sender is dropped.
///
/// # Panics
/// Outside a tokio runtime.
pub(crate) fn spawn(bind: SocketAddr, control: Control, status: StatusHandle) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (end, ended) = oneshot::channel();
    (end, tokio::spawn(run(bind, control, status, ended)))
}

async fn run(bind: SocketAddr, control: Control, status: StatusHandle, mut ended: oneshot::Receiver<()>) {
    let config = control.config.clone();
    let runs_already = spawn_blocking(move || client::warn_of_another(&config)).await.unwrap_or(false);
    // The run file of a vta that can be reached is worth more.
    let waits = |reason| if runs_already { None } else { write(Server::Waits { no_server: reason }, &control).ok() };
    let listener = tokio::select! {
        _ = &mut ended => return,
        listener = listen(bind, &status, waits) => listener,
    };
    let opened = listener.local_addr().and_then(|listens| Ok((listens, run_file::new_token()?)));
    let (listens, token) = match opened {
        Ok(opened) => opened,
        Err(error) => return status.set(Status::Failed(error.to_string())),
    };
    messages::server_listening(listens);
    let guard = Arc::new(Guard::new(listens, token.clone()));
    let address = run_file::reached_at(listens);
    let _run_file = write(Server::Listens { address, token }, &control)
        .inspect(|_| status.set(Status::Running))
        .inspect_err(|error| {
            let path = run_file::path(&control.config);
            status.set(Status::Degraded(format!("{} cannot be written: {error}", path.display())));
            messages::server_no_run_file(path.display(), error);
        });
    let app = router(Arc::new(App { control, address }), guard);
    connections::serve(listener, &app, &mut ended).await;
}

/// Writes the run file of this vta.
fn write(server: Server, control: &Control) -> io::Result<Written> {
    RunFile::new(server, control.started_at).write(&control.config)
}

/// Opens the port, again and again until it is free.
async fn listen(bind: SocketAddr, status: &StatusHandle, waits: impl Fn(String) -> Option<Written>) -> TcpListener {
    let mut _run_file = None;
    loop {
        match TcpListener::bind(bind).await {
            Ok(listener) => return listener,
            Err(error) if !status.is_degraded() => {
                let reason = match error.kind() {
                    ErrorKind::AddrInUse => owner(bind).await,
                    _ => error.to_string(),
                };
                messages::server_port_taken(bind, &reason);
                let reason = format!("{bind}: {reason}");
                _run_file = waits(reason.clone());
                status.set(Status::Degraded(reason));
            }
            Err(_) => {}
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
}

/// Who has a port.
async fn owner(bind: SocketAddr) -> String {
    let answer = spawn_blocking(move || client::health(run_file::reached_at(bind))).await;
    match answer {
        Ok(Ok(Health { event, pid, .. })) => format!("the vta of {event} (process {pid}) has the port"),
        _ => format!("{} has the port", port_owner::of_tcp(bind.port())),
    }
}

fn router(app: Arc<App>, guard: Arc<Guard>) -> Router {
    use axum::http::{HeaderValue, header};
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
        .layer(from_fn(limits::keep))
        .layer(DefaultBodyLimit::max(limits::MAX_BODY))
        .layer(from_fn_with_state(guard, guard::check))
        .layer(with(header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .layer(with(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(with(header::CACHE_CONTROL, "no-store"))
        .with_state(app)
}
