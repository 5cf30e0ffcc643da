//! Why a config could not be loaded.

use std::path::PathBuf;

use annotate_snippets::{Group, Level, Renderer};

use crate::diagnostic::Diagnostic;

/// Why a config could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("the config {} does not exist: `vta init` writes one to start from, `--config` names another", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read, or what it says is wrong.
    #[error("{}", one_a_line(.findings))]
    Invalid {
        /// What was found: the errors, and warnings with them.
        findings: Vec<Diagnostic>,
        /// How much more was found.
        more: usize,
        /// The files of the rules, as far as the config could be read.
        rules: Vec<PathBuf>,
    },
}

impl From<Diagnostic> for ConfigError {
    fn from(finding: Diagnostic) -> Self {
        Self::Invalid { findings: vec![finding], more: 0, rules: Vec::new() }
    }
}

fn one_a_line(findings: &[Diagnostic]) -> String {
    findings.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")
}

impl ConfigError {
    /// The error as a person wants to see it: each finding with its line, a pointer and advice, on several lines.
    pub fn render(&self, colour: bool) -> String {
        match self {
            Self::Missing(_) => {
                let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
                renderer.render(&[Group::with_title(Level::ERROR.primary_title(self.to_string()))])
            }
            Self::Invalid { findings, more, .. } => {
                let more = (*more > 0).then(|| format!("and {more} more, which are not shown"));
                let findings = findings.iter().map(|finding| finding.render(colour));
                findings.chain(more).collect::<Vec<_>>().join("\n\n")
            }
        }
    }
}
