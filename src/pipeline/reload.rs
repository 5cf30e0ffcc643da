//! Changes rules while the program runs: looks for changes of their files, compiles them beside the courts, and hands
//! them over to all courts or to none.
//!
//! Files are looked at by their times and sizes: an editor may write them in place or put another file in their place,
//! what else it leaves in the folder is of no matter, and it works on every file system.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::check::check;
use super::setup;
use super::worker::Worker;
use crate::action::Report;
use crate::config::Config;
use crate::court::Input;
use crate::diagnostic::Diagnostic;
use crate::rules::check::has_errors;
use crate::rules::{Retired, Rules, Sources};
use crate::time::Time;

/// How often the files are looked at. A change counts once they have stayed the same from one look to the next.
const LOOK: Duration = Duration::from_millis(250);
/// Looks for which a file may be away, while an editor puts another in its place.
const MAX_AWAY: u32 = 8;
/// Changes that may wait for a court.
const MAX_CHANGES: usize = 4;

/// What a court is told.
pub(super) enum Change {
    /// These rules take the place of those before, which are to be let go of elsewhere.
    Rules(Box<Rules>, Sender<Retired>),
    /// Something was tried.
    Report(Report),
}

impl Change {
    /// Makes the change in a court.
    pub(super) fn make(self, worker: &mut Worker, at: Time) {
        match self {
            Self::Rules(rules, retired) => {
                // Nobody is there to take them at the end of the program.
                let _kept = retired.send(worker.change_rules(at, *rules));
            }
            Self::Report(report) => worker.take(at, &Input::Report(report)),
        }
    }
}

/// Compiles changed rules for all courts.
pub(super) struct Reloader {
    config: Config,
    courts: Vec<(Arc<str>, Sender<Change>)>,
    /// What was compiled last, right or wrong; none of files that could not be read.
    tried: Option<Sources>,
    /// All files that count.
    watched: Vec<PathBuf>,
}

/// A reloader at work; it ends when this is dropped.
pub(super) struct Reload(Sender<()>);

impl Reload {
    /// Compiles the rules now, whether they have changed or not.
    pub(super) fn now(&self) {
        // If so many wait, it will be done soon.
        let _waits = self.0.try_send(());
    }
}

/// When each file was written, and how long it is; none of one that is not there.
type Marks = Vec<Option<(SystemTime, u64)>>;

impl Reloader {
    /// For rules that were read from these sources at the start.
    pub(super) fn new(config: &Config, sources: Sources) -> Self {
        Self { config: config.clone(), courts: Vec::new(), watched: sources.paths(), tried: Some(sources) }
    }

    /// Where a court gets its changes from.
    pub(super) fn serve(&mut self, court: &Arc<str>) -> Receiver<Change> {
        let (queue, changes) = bounded(MAX_CHANGES);
        self.courts.push((court.clone(), queue));
        changes
    }

    /// Goes to work on a thread of its own.
    pub(super) fn spawn(self) -> io::Result<Reload> {
        let (asked, ask) = bounded(1);
        thread::Builder::new().name("rules".to_owned()).spawn(move || self.run(&ask))?;
        Ok(Reload(asked))
    }

    fn run(mut self, ask: &Receiver<()>) {
        let mut seen = self.marks();
        let mut changed = false;
        let mut away = 0;
        loop {
            match ask.recv_timeout(LOOK) {
                Ok(()) => {
                    self.reload();
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
                self.reload();
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

    /// Compiles the rules and hands them over, or says what is wrong with them.
    fn reload(&mut self) {
        match self.compile() {
            Ok(rules) => {
                let names: Vec<_> =
                    self.config.rules.files.iter().map(|file| file.path.display().to_string()).collect();
                tracing::info!("the rules were changed: {}", names.join(", "));
                let (retired, let_go) = bounded(self.courts.len());
                for ((_, court), rules) in self.courts.iter().zip(rules) {
                    // A court that has ended needs no rules.
                    let _ended = court.send(Change::Rules(Box::new(rules), retired.clone()));
                }
                drop(retired);
                let_go.iter().for_each(drop);
            }
            Err(wrong) => {
                for mistake in &wrong {
                    tracing::error!("{}", mistake.in_log());
                }
                tracing::error!("the changed rules are wrong; those from before go on");
                let Some(first) = wrong.first() else { return };
                let (line, column) = first.position();
                let report = Report::RulesRejected {
                    file: first.file.display().to_string(),
                    line,
                    column,
                    message: first.message.clone(),
                    errors: wrong.len(),
                };
                for (_, court) in &self.courts {
                    let _ended = court.send(Change::Report(report.clone()));
                }
            }
        }
    }

    /// The rules of each court; what would fail once they run is as wrong as what cannot be read.
    fn compile(&mut self) -> Result<Vec<Rules>, Vec<Diagnostic>> {
        self.tried = None;
        let found = check(&self.config.rules.files, Some(&self.config));
        let sources = Sources::read(&self.config.rules.files)?;
        let rules = self.courts.iter().map(|(court, _)| setup::compile_sources(&self.config, &sources, court));
        let rules = rules.collect::<Result<Vec<_>, _>>();
        self.watched = sources.paths();
        self.tried = Some(sources);
        if has_errors(&found) { Err(found) } else { rules }
    }
}

/// Hangups: whoever sends one wants the rules to be read again.
pub(super) struct Hangups {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    #[cfg(unix)]
    pub(super) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { signals: signal(SignalKind::hangup()).ok() }
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> Self {
        Self {}
    }

    /// Waits for the next one; for ever where there are none.
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
