use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::cli::check::count;
use crate::cli::error::{CliError, Exit, print};
use crate::cli::output::Force;
use crate::config::Config;
use crate::output_file::{OutputError, OutputFile};
use crate::pipeline::StartError;
use crate::rules::check::has_errors;
use crate::scenario::{self, Scenarios, Verdict};

/// Play the scenarios of rules: messages go in, and the actions that come out are compared with what is expected.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Files of scenarios. When left out: those in `tests` next to the rules of the config, or those in `rules/tests`
    /// where there is no config.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The config whose reviews, names and limits hold, and whose rules are tested; `event.yaml` when no files are named.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write the results as JUnit XML too.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let usual = PathBuf::from("event.yaml");
        let config = match self.config {
            Some(file) => Some(Config::load(&file)?),
            None if self.files.is_empty() && usual.exists() => Some(Config::load(&usual)?),
            None => None,
        };
        let files = if self.files.is_empty() { next_to_rules(config.as_ref())? } else { self.files };
        let config = config.map_or_else(Config::of_one_court, Ok)?;
        let mut junit = Report::new("vta rules test");
        let (mut played, mut failed) = (0, 0);
        for file in &files {
            let scenarios = Scenarios::load(file)?;
            let found = scenario::check(&scenarios, &config);
            if has_errors(&found) {
                return Err(CliError::diagnostics(&found));
            }
            CliError::warnings(&found);
            let verdicts = scenario::play(&scenarios, &config).map_err(StartError::Rules)?;
            for verdict in &verdicts {
                show(file, verdict)?;
            }
            played += verdicts.len();
            failed += verdicts.iter().filter(|verdict| !verdict.failures.is_empty()).count();
            junit.add_test_suite(suite(file, &verdicts));
        }
        if let Some(path) = self.junit {
            let mut file = OutputFile::create(&path, self.force.existing())?;
            let failed = |error| OutputError::Io { path, reason: io::Error::other(error) };
            junit.serialize(&mut file).map_err(failed)?;
            file.finish()?;
        }
        let summary = format!("{} of {}: ", count(played, "scenario"), count(files.len(), "file"));
        match failed {
            0 => print(&format!("{summary}all as expected")),
            failed => {
                print(&format!("{summary}{failed} failed"))?;
                Err(CliError::reported(Exit::Failed))
            }
        }
    }
}

/// The scenarios next to the rules, in order of their names.
fn next_to_rules(config: Option<&Config>) -> Result<Vec<PathBuf>, CliError> {
    let folders = match config {
        None => BTreeSet::from([PathBuf::from("rules/tests")]),
        Some(config) => {
            config.rules.files.iter().filter_map(|rule| rule.path.parent()).map(|folder| folder.join("tests")).collect()
        }
    };
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let is_scenario = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let files: BTreeSet<_> = entries.map(|entry| entry.path()).filter(is_scenario).collect();
    if files.is_empty() {
        let folders: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let text = format!("there are no scenarios in {}: name their files", folders.join(", "));
        return Err(CliError::new(Exit::Config, text));
    }
    Ok(files.into_iter().collect())
}

fn show(file: &Path, verdict: &Verdict) -> Result<(), CliError> {
    if verdict.failures.is_empty() {
        return print(&format!("ok      {}", verdict.name));
    }
    print(&format!("failed  {}  ({}:{})", verdict.name, file.display(), verdict.line))?;
    verdict.failures.iter().try_for_each(|line| print(&format!("        {line}")))
}

fn suite(file: &Path, verdicts: &[Verdict]) -> TestSuite {
    let mut suite = TestSuite::new(file.display().to_string());
    for verdict in verdicts {
        let mut status = TestCaseStatus::success();
        if !verdict.failures.is_empty() {
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(format!("{}:{}", file.display(), verdict.line));
            status.set_description(verdict.failures.join("\n"));
        }
        suite.add_test_case(TestCase::new(verdict.name.as_str(), status));
    }
    suite
}
