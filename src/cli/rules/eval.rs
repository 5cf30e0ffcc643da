use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};

use crate::bout::Bout;
use crate::capture;
use crate::cli::error::{CliError, Exit, print, print_json, say};
use crate::config::Config;
use crate::court::{Court, Input, Output};
use crate::event::{Event, Kind};
use crate::pipeline::StartError;
use crate::rules::eval::{self, Bench};
use crate::rules::{Limits, RuleFile, Rules, Sources, Surroundings, duration};

/// What can be typed besides expressions.
const HELP: &str = "\
event.side, bout.blue.score   any expression of a rule; `event` and `bout` are those of the moment
on_point(event, bout)         calls a handler; its `this` is the variable `state`
obs::scene(\"Live\")            what is requested is shown, and not done
:event [N]                    the event of the moment; goes to the event with the `seq` N
:next [KIND]                  goes to the next event, or to the next of a kind
:kinds                        which kinds of events there are in the capture
:help, :quit";

/// Try expressions and handlers against a moment of a capture; nothing is done.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The rules whose functions can be called; those of `--config` when left out.
    #[arg(value_name = "RULE")]
    rules: Vec<PathBuf>,
    /// The config.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where `event` and `bout` come from.
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
    /// The last event by this time after the capture's beginning, such as `101.2s`.
    #[arg(long, value_name = "TIME", value_parser = duration::read, conflicts_with = "seq")]
    at: Option<Duration>,
    /// The event with this `seq`; the first one when left out.
    #[arg(long, value_name = "N")]
    seq: Option<u64>,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = self.config.as_deref().map(Config::load).transpose()?;
        let rules = match &config {
            Some(config) if self.rules.is_empty() => config.rules.files.clone(),
            _ => self.rules.into_iter().map(RuleFile::from).collect(),
        };
        let sources = Sources::read(&rules).map_err(StartError::Rules)?;
        // One of each name is enough to see what would be requested.
        let bench = Bench::new(&sources, Limits::default(), &Surroundings::default()).map_err(StartError::Rules)?;
        let moments = self.capture.as_deref().map_or_else(|| Ok(Vec::new()), moments)?;
        let mut prompt = Prompt { bench, moments, index: 0 };
        let first = prompt.moments.first().map(|(event, _)| event.at);
        let index = match (self.at, self.seq) {
            (Some(at), _) => prompt.moments.iter().rposition(|(event, _)| first.is_some_and(|f| event.at <= f + at)),
            (None, Some(seq)) => prompt.index_of(seq),
            (None, None) => Some(0),
        };
        let index = index.ok_or_else(|| CliError::new(Exit::Usage, "the capture has no such event"))?;
        prompt.go_to(index);
        if io::stdin().is_terminal() { prompt.ask() } else { prompt.read() }
    }
}

/// An event, and the bout as it was then.
type Moment = (Arc<Event>, Arc<Bout>);

/// The events of a capture, each with the bout as it was then.
fn moments(path: &Path) -> Result<Vec<Moment>, CliError> {
    let mut reader = capture::open(path)?;
    let mut court = Court::new(reader.court().unwrap_or("court-1").into(), Vec::new(), Rules::none());
    let (mut moments, mut outputs) = (Vec::new(), Vec::new());
    let mut take = |court: &mut Court, at, input: &Input| {
        court.step(at, input, &mut outputs);
        let events = outputs.drain(..).filter_map(|output| match output {
            Output::Event { event, .. } => Some(event),
            _ => None,
        });
        moments.extend(events.map(|event| (event, court.bout().clone())));
    };
    for recorded in &mut reader {
        let recorded = recorded?;
        take(&mut court, recorded.at, &recorded.input);
    }
    let end = court.now();
    take(&mut court, end, &Input::Stop);
    Ok(moments)
}

struct Prompt {
    bench: Bench,
    moments: Vec<Moment>,
    index: usize,
}

/// Completes the names of functions, and of what can be read of the bout.
struct Names;

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..at).unwrap_or_default();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.');
        let begin = before.rfind(|c| !is_name(c)).map_or(0, |byte| before.ceil_char_boundary(byte + 1));
        let names = eval::names().filter(|name| name.starts_with(&before[begin..]));
        Ok((begin, names.collect()))
    }
}

impl Helper for Names {}
impl Highlighter for Names {}
impl Hinter for Names {
    type Hint = String;
}
impl Validator for Names {}

/// What follows a line.
enum Next {
    Line,
    End,
}

impl Prompt {
    /// Asks a person, who can edit lines and has those before at hand.
    fn ask(&mut self) -> Result<(), CliError> {
        let refused = |error: ReadlineError| CliError::new(Exit::Refused, format!("the terminal refuses: {error}"));
        let mut editor = Editor::<Names, DefaultHistory>::new().map_err(refused)?;
        editor.set_helper(Some(Names));
        say(":help shows what can be typed");
        self.show()?;
        loop {
            match editor.readline("> ") {
                Ok(line) => {
                    // A history without this line is no reason to stop.
                    let _kept = editor.add_history_entry(&line);
                    match self.line(&line) {
                        Ok(Ok(Next::Line)) => {}
                        Ok(Ok(Next::End)) => return Ok(()),
                        Ok(Err(wrong)) => say(&format!("error: {wrong}")),
                        Err(failure) => return Err(failure),
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(()),
                Err(error) => return Err(refused(error)),
            }
        }
    }

    /// Takes lines from a pipe; one that is wrong does not keep the others from being tried.
    fn read(&mut self) -> Result<(), CliError> {
        let mut failed = false;
        for line in io::stdin().lock().lines() {
            let line = line.map_err(|error| CliError::new(Exit::Refused, format!("standard input: {error}")))?;
            match self.line(&line)? {
                Ok(Next::Line) => {}
                Ok(Next::End) => break,
                Err(wrong) => {
                    say(&format!("error: {wrong}"));
                    failed = true;
                }
            }
        }
        if failed { Err(CliError::reported(Exit::Failed)) } else { Ok(()) }
    }

    /// Does what a line says; gives what is wrong with it, or that nothing can be printed any more.
    fn line(&mut self, line: &str) -> Result<Result<Next, String>, CliError> {
        let line = line.trim();
        let Some(command) = line.strip_prefix(':') else { return self.evaluate(line) };
        let (command, argument) = command.split_once(' ').map_or((command, None), |(c, a)| (c, Some(a.trim())));
        let index = match (command, argument) {
            ("help", None) => return print(HELP).map(|()| Ok(Next::Line)),
            ("quit", None) => return Ok(Ok(Next::End)),
            ("kinds", None) => return self.kinds().map(|()| Ok(Next::Line)),
            ("event", None) => Some(self.index),
            ("event", Some(seq)) => seq.parse().ok().and_then(|seq| self.index_of(seq)),
            ("next", None) => Some(self.index + 1),
            ("next", Some(kind)) => {
                let is_it = |(event, _): &(Arc<Event>, _)| kind.parse::<Kind>().is_ok_and(|kind| event.kind() == kind);
                self.moments.iter().skip(self.index + 1).position(is_it).map(|ahead| self.index + 1 + ahead)
            }
            _ => return Ok(Err(format!("there is no command `:{command}`: see :help"))),
        };
        match index.filter(|index| *index < self.moments.len()) {
            Some(index) => {
                self.go_to(index);
                self.show().map(|()| Ok(Next::Line))
            }
            None => Ok(Err("there is no such event in the capture".to_owned())),
        }
    }

    fn evaluate(&mut self, line: &str) -> Result<Result<Next, String>, CliError> {
        if line.is_empty() {
            return Ok(Ok(Next::Line));
        }
        let tried = self.bench.evaluate(line);
        for verb in &tried.actions {
            print_json(verb)?;
        }
        if tried.timers > 0 {
            print(&format!("timers set or cancelled: {}", tried.timers))?;
        }
        match tried.value {
            Ok(Some(value)) => print(&value)?,
            Ok(None) => {}
            Err(wrong) => return Ok(Err(wrong)),
        }
        Ok(Ok(Next::Line))
    }

    fn kinds(&self) -> Result<(), CliError> {
        let mut counts = std::collections::BTreeMap::<Kind, usize>::new();
        for (event, _) in &self.moments {
            *counts.entry(event.kind()).or_default() += 1;
        }
        counts.iter().try_for_each(|(kind, count)| print(&format!("{count:>6}  {kind}")))
    }

    fn index_of(&self, seq: u64) -> Option<usize> {
        self.moments.iter().position(|(event, _)| event.seq == seq)
    }

    fn go_to(&mut self, index: usize) {
        self.index = index;
        if let Some((event, bout)) = self.moments.get(index) {
            self.bench.go_to(event, bout);
        }
    }

    /// Shows the event of the moment.
    fn show(&self) -> Result<(), CliError> {
        match self.moments.get(self.index) {
            Some((event, _)) => print_json(&**event),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_from_their_beginning() {
        let history = DefaultHistory::new();
        let complete = |line: &str| Names.complete(line, line.len(), &Context::new(&history)).unwrap_or_default();
        assert_eq!(complete("mark(bout.ga"), (5, vec!["bout.gap".to_owned()]));
        assert_eq!(complete("obs::tri"), (0, vec!["obs::trigger_transition".to_owned()]));
        assert_eq!(complete("„obs::nothing"), (3, Vec::new()));
    }
}
