//! Changes rules while the program runs: watches their files, compiles them outside the courts' threads, and passes
//! them to all courts or to none.
//!
//! Files are compared by time and size: so it does not matter whether an editor writes a file in place or replaces it,
//! or what else it leaves in the folder, and it works on every file system.

use std::fs;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::check::check;
use super::components::Component;
use super::court_runtime::CourtRuntime;
use super::obs_names::ObsNames;
use super::setup;
use super::sinks::Sinks;
use crate::action::Report;
use crate::bout::SessionId;
use crate::config::Config;
use crate::control::{MAX_REQUESTS, ReloadRequest};
use crate::court::{Input, Setup};
use crate::diagnostic::Diagnostic;
use crate::event::RulesRejected;
use crate::rules::check::has_errors;
use crate::rules::{Retired, Rules, Sources};
use crate::telemetry::{Status, StatusHandle, messages};
use crate::time::Time;

/// How often the files are compared. A change counts once they have stayed the same for one interval.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// Intervals for which a file may be missing, while an editor replaces it.
const MAX_AWAY: u32 = 8;
/// Changes that may wait for a court.
const MAX_CHANGES: usize = 4;

/// A change for a court.
pub(super) enum Change {
    /// These rules of a new setup replace those before, which are dropped on another thread.
    Rules(Box<Rules>, Arc<Setup>, Sender<Retired>),
    /// A report about an attempt.
    Report(Report),
}

impl Change {
    /// Applies the change to a court.
    pub(super) fn make(self, runtime: &mut CourtRuntime<Sinks>, at: Time) {
        match self {
            Self::Rules(rules, setup, retired) => {
                // At the end of the program the other thread has ended.
                let _kept = retired.send(runtime.change_rules(at, *rules, &setup));
            }
            Self::Report(report) => runtime.take(at, &Input::Report(report)),
        }
    }
}

/// A court that takes changes.
struct Served {
    court: Arc<str>,
    session: SessionId,
    changes: Sender<Change>,
}

/// Compiles changed rules for all courts.
pub(super) struct Reloader {
    config: Config,
    courts: Vec<Served>,
    /// What was compiled last, right or wrong; none when files could not be read.
    tried: Option<Sources>,
    /// The files of the rules that run, each with its text.
    running: Vec<(PathBuf, Arc<str>)>,
    /// What the rules name in OBS.
    names: ObsNames,
    /// All files that belong to the rules.
    watched: Vec<PathBuf>,
    /// Degraded while the changed rules are wrong.
    status: StatusHandle,
}

/// When each file was written, and its size; none for a missing file.
type Marks = Vec<Option<(SystemTime, u64)>>;

impl Reloader {
    /// For rules that were read from these sources at the start.
    pub(super) fn new(config: &Config, sources: Sources, names: ObsNames) -> Self {
        let status = StatusHandle::new("rules", "reload");
        let (config, watched, running) = (config.clone(), sources.paths(), sources.texts());
        Self { config, courts: Vec::new(), watched, running, tried: Some(sources), names, status }
    }

    /// The changes for a court.
    pub(super) fn serve(&mut self, court: &Arc<str>, session: SessionId) -> Receiver<Change> {
        let (queue, changes) = bounded(MAX_CHANGES);
        self.courts.push(Served { court: court.clone(), session, changes: queue });
        changes
    }

    /// Starts a thread of its own, which compiles the rules when it is requested, whether they have changed or not. It
    /// ends when all senders of requests are dropped.
    pub(super) fn spawn(self) -> io::Result<(Sender<ReloadRequest>, Component)> {
        let (requests, requested) = bounded(MAX_REQUESTS);
        let status = self.status.clone();
        thread::Builder::new().name("rules".to_owned()).spawn(move || self.run(&requested))?;
        Ok((requests, Component::detached(status)))
    }

    fn run(mut self, requested: &Receiver<ReloadRequest>) {
        let status = self.status.clone();
        let _guard = status.run();
        let mut seen = self.marks();
        let mut changed = false;
        let mut away = 0;
        loop {
            match requested.recv_timeout(POLL_INTERVAL) {
                Ok(request) => {
                    // Those that wait already are answered with it.
                    let requests: Vec<_> = std::iter::once(request).chain(requested.try_iter()).collect();
                    let reloaded = self.reload();
                    // Who sent a request may be gone.
                    requests.into_iter().for_each(|request| drop(request.send(reloaded.clone())));
                    seen = self.marks();
                    changed = false;
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let now = self.marks();
            if now != seen {
                (seen, changed) = (now, true);
                continue;
            }
            away = if seen.contains(&None) { away + 1 } else { 0 };
            if !changed || (1..MAX_AWAY).contains(&away) {
                continue;
            }
            changed = false;
            if !self.tried.as_ref().is_some_and(Sources::are_current) {
                // What is wrong is in the log.
                let _logged = self.reload();
                seen = self.marks();
            }
        }
    }

    fn marks(&self) -> Marks {
        let mark = |path: &PathBuf| {
            let file = fs::metadata(path).ok()?;
            Some((file.modified().ok()?, file.len()))
        };
        self.watched.iter().map(mark).collect()
    }

    /// Compiles the rules and passes them to the courts, until all have them; gives the files that have changed.
    ///
    /// # Errors
    /// What is wrong with them, which is logged.
    fn reload(&mut self) -> Result<Vec<String>, Vec<Diagnostic>> {
        match self.compile() {
            Ok(rules) => {
                self.status.set(Status::Running);
                let (retired, let_go) = bounded(self.courts.len());
                let Some(sources) = &self.tried else { return Ok(Vec::new()) };
                let changed = changed(&mem::replace(&mut self.running, sources.texts()), &self.running);
                match &changed[..] {
                    [] => messages::rules_unchanged(),
                    files => messages::rules_changed(files.join(", ")),
                }
                self.names.update(&self.config);
                for (Served { court, session, changes }, rules) in self.courts.iter().zip(rules) {
                    let setup = setup::recorded(&self.config, sources, court, *session);
                    // A court that has ended needs no rules.
                    let _ended = changes.send(Change::Rules(Box::new(rules), setup, retired.clone()));
                }
                drop(retired);
                let_go.iter().for_each(drop);
                Ok(changed)
            }
            Err(wrong) => {
                for diagnostic in &wrong {
                    messages::rules_error(diagnostic.in_log());
                }
                messages::rules_rejected();
                let Some(first) = wrong.first() else { return Err(wrong) };
                let (line, column) = first.position();
                self.status.set(Status::Degraded(format!("the changed rules are wrong: {first}")));
                let report = Report::RulesRejected(RulesRejected {
                    file: first.file.display().to_string(),
                    line,
                    column,
                    message: first.message.clone(),
                    errors: wrong.len(),
                });
                for served in &self.courts {
                    let _ended = served.changes.send(Change::Report(report.clone()));
                }
                Err(wrong)
            }
        }
    }

    /// The rules of each court; an error of the check counts like one of the compiler.
    fn compile(&mut self) -> Result<Vec<Rules>, Vec<Diagnostic>> {
        self.tried = None;
        let found = check(&self.config.rules.files, Some(&self.config));
        let sources = Sources::read(&self.config.rules.files)?;
        let rules = self.courts.iter().map(|served| setup::compile_sources(&self.config, &sources, &served.court));
        let rules = rules.collect::<Result<Vec<_>, _>>();
        self.watched = sources.paths();
        self.tried = Some(sources);
        if has_errors(&found) { Err(found) } else { rules }
    }
}

/// The files that are new, are gone or have another text.
fn changed(before: &[(PathBuf, Arc<str>)], now: &[(PathBuf, Arc<str>)]) -> Vec<String> {
    let new = now.iter().filter(|file| !before.contains(file)).map(|(path, _)| path);
    let gone = before.iter().map(|(path, _)| path).filter(|path| !now.iter().any(|(there, _)| there == *path));
    new.chain(gone).map(|path| path.display().to_string()).collect()
}

/// SIGUSR1 asks for the rules to be read again.
pub(super) struct ReloadSignals {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
}

impl ReloadSignals {
    #[cfg(unix)]
    pub(super) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { signals: signal(SignalKind::user_defined1()).ok() }
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> Self {
        Self {}
    }

    /// Waits for the next one; for ever on systems without it.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.signals
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
