//! How vta is: its components, its courts and what they have counted.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::courts;
use super::problem::Problem;
use crate::control::Control;
use crate::telemetry::{Status, StatusHandle};

type App = State<Arc<Control>>;

/// `GET /api/status`
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct StatusReport {
    pub(crate) event: String,
    pub(crate) version: String,
    pub(crate) pid: u32,
    pub(crate) config: PathBuf,
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
}

/// How a court is.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CourtStatus {
    pub(crate) court: String,
    pub(crate) session: String,
    /// Whether an operator has paused its rules.
    pub(crate) paused: bool,
    /// Whether bouts that are loaded now are rehearsals.
    pub(crate) rehearsal: bool,
    /// The file names of its rules.
    pub(crate) rules: Vec<String>,
    /// The bout as rules see it.
    pub(crate) bout: Value,
    /// What was counted since the start, by name.
    pub(crate) counters: BTreeMap<String, u64>,
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
        Self { kind, name, status: status.to_owned(), reason }
    }
}

fn failed(control: &Control) -> Vec<String> {
    let has_failed = |component: &&StatusHandle| matches!(component.get(), Status::Failed(_));
    control.components.iter().filter(has_failed).map(ToString::to_string).collect()
}

pub(super) async fn health(State(control): App) -> Response {
    let failed = failed(&control);
    let status = if failed.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body =
        json!({ "program": "vta", "version": env!("CARGO_PKG_VERSION"), "event": control.event, "failed": failed });
    (status, Json(body)).into_response()
}

/// Ready as soon as each court answers.
pub(super) async fn ready(State(control): App) -> Result<Json<Value>, Problem> {
    for court in &control.courts {
        court
            .state()
            .await
            .map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("{}: {error}", court.name)))?;
    }
    Ok(Json(json!({ "ready": true })))
}

pub(super) async fn status(State(control): App) -> Result<Json<StatusReport>, Problem> {
    Ok(Json(StatusReport {
        event: control.event.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        config: control.config.clone(),
        components: control.components.iter().map(ComponentStatus::of).collect(),
        courts: courts::all(&control).await?,
    }))
}
