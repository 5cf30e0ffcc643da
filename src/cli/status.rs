use std::path::PathBuf;

use serde_json::Value;

use super::error::{CliError, Exit, print};
use super::format::{Form, Format};
use crate::client::Client;
use crate::server::{CourtStatus, StatusReport};

/// Show how the running vta is: its components, its courts, and what was lost.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The config of the running vta.
    #[arg(long, value_name = "FILE", default_value = "event.yaml")]
    config: PathBuf,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let report: StatusReport = Client::find(&self.config)?.get(&self.config, "/api/status")?;
        print(&match self.format.form {
            Form::Table => table(&report),
            Form::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
            Form::Ndjson => serde_json::to_string(&report).unwrap_or_default(),
        })?;
        let failed = report.components.iter().any(|component| component.status == "failed");
        if failed { Err(CliError::reported(Exit::Refused)) } else { Ok(()) }
    }
}

fn table(report: &StatusReport) -> String {
    let StatusReport { event, version, pid, components, courts, .. } = report;
    let mut lines = vec![format!("{event} (vta {version}, process {pid})"), String::new()];
    for component in components {
        let name = format!("{} {}", component.kind, component.name);
        let reason = component.reason.as_deref().map_or(String::new(), |reason| format!(": {reason}"));
        lines.push(format!("  {name:<24} {}{reason}", component.status));
    }
    for court in courts {
        lines.push(String::new());
        lines.extend(of_court(court));
    }
    lines.join("\n")
}

fn of_court(CourtStatus { court, paused, rehearsal, bout, counters, .. }: &CourtStatus) -> Vec<String> {
    let text = |path: &str| match bout.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(value) => value.to_string(),
    };
    let clock = bout.get("clock").and_then(Value::as_u64);
    let clock = clock.map_or("-".to_owned(), |seconds| format!("{}:{:02}", seconds / 60, seconds % 60));
    let mut marks = String::new();
    marks.push_str(if *paused { "  RULES PAUSED" } else { "" });
    marks.push_str(if *rehearsal { "  REHEARSAL" } else { "" });
    let count = |name: &str| counters.get(name).copied().unwrap_or(0);
    let lost = ["lost_in_kernel", "lost_in_queue", "truncated", "unrecorded", "entries_dropped"];
    let lost: Vec<_> =
        lost.iter().filter(|name| count(name) > 0).map(|name| format!("{name} {}", count(name))).collect();
    let lost = if lost.is_empty() { "nothing lost".to_owned() } else { format!("LOST: {}", lost.join(", ")) };
    vec![
        format!(
            "court {court}: bout {}, {}, round {}, clock {clock}, {} {}:{} {}{marks}",
            text("/number"),
            text("/stage"),
            text("/round"),
            text("/blue/name"),
            text("/blue/score"),
            text("/red/score"),
            text("/red/name"),
        ),
        format!(
            "  {} datagrams, {} events, {} actions ({} failed), {lost}",
            count("received"),
            count("events"),
            count("actions"),
            count("failed")
        ),
    ]
}
