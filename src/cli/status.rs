use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::error::{CliError, Exit, print, print_json, print_json_lines};
use super::format::{Form, Format};
use crate::client::Client;
use crate::server::{CourtAnswer, CourtState, CourtStatus, StatusReport};

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
        let report: StatusReport = Client::find(&self.config)?.get("/api/status")?;
        match self.format.form()? {
            Form::Table => print(&table(&report))?,
            Form::Json => print_json_lines(&report)?,
            Form::Ndjson => print_json(&report)?,
            Form::Csv => self.format.print_with(&report.components, |_| Ok(()))?,
        }
        let failed = report.components.iter().any(|component| component.status == "failed");
        if failed { Err(CliError::reported(Exit::Refused)) } else { Ok(()) }
    }
}

fn table(report: &StatusReport) -> String {
    let StatusReport { event, version, pid, address, uptime_seconds, components, courts, .. } = report;
    let (hours, minutes, seconds) = (uptime_seconds / 3600, uptime_seconds / 60 % 60, uptime_seconds % 60);
    let mut lines = vec![
        format!("{event} (vta {version}, process {pid})"),
        format!("at http://{address}, running for {hours}:{minutes:02}:{seconds:02}"),
        String::new(),
    ];
    for component in components {
        let name = format!("{} {}", component.kind, component.name);
        let more = match (&component.reason, &component.last_trouble) {
            (Some(reason), _) => format!(": {reason}"),
            (None, Some(trouble)) => {
                let at = trouble.at.timestamp().to_zoned(jiff::tz::TimeZone::system());
                format!("; its last trouble, at {}: {}", at.strftime("%H:%M:%S"), trouble.reason)
            }
            (None, None) => String::new(),
        };
        lines.push(format!("  {name:<24} {}{more}", component.status));
    }
    for court in courts {
        lines.push(String::new());
        lines.extend(of_court(court));
    }
    lines.join("\n")
}

fn of_court(CourtStatus { court, senders, answer, counters, .. }: &CourtStatus) -> Vec<String> {
    let mut lines = vec![format!("court {court}: {}", in_a_line(answer)), counted(counters)];
    lines.extend(senders.iter().map(|sender| format!("  {sender}")));
    lines
}

fn in_a_line(answer: &CourtAnswer) -> String {
    let CourtState { paused, rehearsal, bout, .. } = match answer {
        CourtAnswer::State(state) => state,
        CourtAnswer::NoAnswer { no_answer } => return format!("NO ANSWER: {no_answer}"),
    };
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
    if bout.get("stage").is_none_or(|stage| *stage == "idle") {
        return format!("no bout yet{marks}");
    }
    format!(
        "bout {}, {}, round {}, clock {clock}, {} {}:{} {}{marks}",
        text("/number"),
        text("/stage"),
        text("/round"),
        text("/blue/name"),
        text("/blue/score"),
        text("/red/score"),
        text("/red/name"),
    )
}

fn counted(counters: &BTreeMap<String, u64>) -> String {
    let count = |name: &str| counters.get(name).copied().unwrap_or(0);
    let lost = ["lost_in_kernel", "lost_in_queue", "truncated", "shed", "unrecorded", "entries_dropped"];
    let lost: Vec<_> =
        lost.iter().filter(|name| count(name) > 0).map(|name| format!("{name} {}", count(name))).collect();
    let lost = if lost.is_empty() { "nothing lost".to_owned() } else { format!("LOST: {}", lost.join(", ")) };
    format!(
        "  {} datagrams, {} events, {} actions ({} failed), {lost}",
        count("received"),
        count("events"),
        count("actions"),
        count("failed")
    )
}
