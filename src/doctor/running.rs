//! The vta that runs with the config, and what it knows.

use crate::checkup::{CheckResult, CheckResults, CheckStatus};
use crate::client::{Client, ClientError};
use crate::config::Config;
use crate::server::{ComponentStatus, CourtAnswer, CourtStatus, StatusReport};

/// The vta that runs with a config.
pub(crate) enum Running {
    No,
    Answers(Box<StatusReport>),
    /// It runs, or may run, and cannot be asked.
    Silent(ClientError),
}

impl Running {
    /// Finds it by its run file. Blocks while it is asked.
    pub(crate) fn find(config: &Config) -> Self {
        match Client::find(&config.file).and_then(|client| client.get("/api/status")) {
            Ok(report) => Self::Answers(Box::new(report)),
            Err(ClientError::NotRunning { .. }) => Self::No,
            Err(error) => Self::Silent(error),
        }
    }
}

impl Running {
    /// Its name in a sentence; none if there is none.
    pub(crate) fn name(&self) -> Option<String> {
        match self {
            Self::No => None,
            Self::Answers(report) => Some(format!("the running vta (process {})", report.pid)),
            Self::Silent(_) => Some("the running vta".to_owned()),
        }
    }

    /// What it says of a court.
    pub(super) fn court(&self, name: &str) -> Option<&CourtStatus> {
        let Self::Answers(report) = self else { return None };
        report.courts.iter().find(|court| court.court == name)
    }

    /// What it says of itself.
    pub(super) fn results(&self) -> Vec<CheckResult> {
        let mut results = CheckResults::about("vta");
        match self {
            Self::No => {}
            Self::Silent(error) => results.add(CheckStatus::Fail, error.to_string()),
            Self::Answers(report) => {
                let text = format!("it runs with this config (process {}), and OBS is only looked at", report.pid);
                results.add(CheckStatus::Ok, text);
                report.components.iter().for_each(|component| of_component(&mut results, component));
                for court in &report.courts {
                    if let CourtAnswer::NoAnswer { no_answer } = &court.answer {
                        results.add(CheckStatus::Fail, format!("court {} does not answer: {no_answer}", court.court));
                    }
                }
            }
        }
        results.into_vec()
    }
}

/// Nothing about a component that is well.
fn of_component(results: &mut CheckResults, ComponentStatus { kind, name, status, reason, .. }: &ComponentStatus) {
    let Some(reason) = reason else { return };
    let mark = if status == "failed" { CheckStatus::Fail } else { CheckStatus::Warn };
    results.add(mark, format!("{kind} {name} is {status}: {reason}"));
}
