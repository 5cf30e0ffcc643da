//! How vta is: its components, its courts and what they have counted.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::app::App;
use super::courts::{self, CourtStatus};
use super::problem::Problem;
use crate::client::Health;
use crate::control::Control;
use crate::telemetry::{Status, StatusHandle, Trouble};
use crate::time::Time;

/// `GET /api/status`
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct StatusReport {
    pub(crate) event: String,
    pub(crate) version: String,
    pub(crate) pid: u32,
    pub(crate) config: PathBuf,
    /// Where the server is reached on this computer.
    pub(crate) address: SocketAddr,
    pub(crate) started_at: Time,
    pub(crate) uptime_seconds: u64,
    pub(crate) components: Vec<ComponentStatus>,
    pub(crate) courts: Vec<CourtStatus>,
}

/// How a component is.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ComponentStatus {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// `starting`, `running`, `degraded`, `failed` or `stopped`.
    pub(crate) status: String,
    /// Why it is degraded or has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Why it was degraded or failed the last time, also when that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_trouble: Option<LastTrouble>,
}

/// The last trouble of a component.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct LastTrouble {
    pub(crate) at: Time,
    pub(crate) reason: String,
}

impl ComponentStatus {
    fn of(component: &StatusHandle) -> Self {
        let (status, reason) = match component.get() {
            Status::Starting => ("starting", None),
            Status::Running => ("running", None),
            Status::Degraded(reason) => ("degraded", Some(reason)),
            Status::Failed(reason) => ("failed", Some(reason)),
            Status::Stopped => ("stopped", None),
        };
        let (kind, name) = (component.kind().to_owned(), component.name().to_owned());
        let last_trouble = component.last_trouble();
        let last_trouble = last_trouble.map(|Trouble { at, reason }| LastTrouble {
            at: Time::from_micros(at.timestamp().as_microsecond()),
            reason,
        });
        Self { kind, name, status: status.to_owned(), reason, last_trouble }
    }
}

fn failed(control: &Control) -> Vec<String> {
    let has_failed = |component: &&StatusHandle| matches!(component.get(), Status::Failed(_));
    control.components.iter().filter(has_failed).map(ToString::to_string).collect()
}

pub(super) async fn health(State(app): State<Arc<App>>) -> Response {
    let failed = failed(&app.control);
    let status = if failed.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let health = Health {
        program: "vta".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        event: app.control.event.clone(),
        failed,
    };
    (status, Json(health)).into_response()
}

/// Ready as soon as each court answers.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    match &courts::silent(&app.control).await[..] {
        [] => Ok(Json(json!({ "ready": true }))),
        silent => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, silent.join("; "))),
    }
}

pub(super) async fn status(State(app): State<Arc<App>>) -> Json<StatusReport> {
    let App { control, address } = &*app;
    Json(StatusReport {
        event: control.event.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        config: control.config.clone(),
        address: *address,
        started_at: control.started_at,
        uptime_seconds: Time::now().since(control.started_at).as_secs(),
        components: control.components.iter().map(ComponentStatus::of).collect(),
        courts: courts::all(control).await,
    })
}
