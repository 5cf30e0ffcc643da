//! Scenarios: what is given to rules, and what is expected of them.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use super::problem::{ConfigError, Invalid, Problem};
use super::rules::{quote, rule_files};
use super::section::{Context, Field};
use super::tree::{self, Node, Value};
use crate::action::Verb;
use crate::rules::{RuleFile, duration};
use crate::suggest::{enumerate, near};

/// A file of scenarios.
#[derive(Debug)]
pub struct Scenarios {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The rules that are tried, with their settings.
    pub rules: Vec<RuleFile>,
    /// Names of the OBS instances.
    pub obs: Vec<Arc<str>>,
    /// The scenarios, in their order.
    pub scenarios: Vec<Scenario>,
}

/// Something that happens, and what rules are to do about it.
#[derive(Debug)]
pub struct Scenario {
    /// What it shows.
    pub name: String,
    /// Line of its name, from 1.
    pub line: usize,
    /// What happens, in order.
    pub given: Vec<Step>,
    /// All that is to be done, in order.
    pub expect: Option<Vec<Expected>>,
    /// What is to be done in this order, whatever else is.
    pub includes: Vec<Expected>,
    /// What is not to be done.
    pub never: Vec<Expected>,
}

/// One thing that happens.
#[derive(Debug)]
pub enum Step {
    /// Messages come, a datagram a line.
    Say(String),
    /// Time passes.
    Wait(Duration),
    /// Time passes until so long after the beginning.
    At(Duration),
    /// What a capture holds happens.
    Capture {
        /// The file.
        path: PathBuf,
        /// What is asked for before this is not looked at.
        from: Option<Duration>,
        /// What comes after this does not happen.
        to: Option<Duration>,
    },
    /// From here on each action of this name fails.
    Fail {
        /// The action.
        action: String,
        /// With this reason.
        reason: String,
    },
    /// OBS or a player tells something.
    Told {
        /// Name of the sink; the first of OBS when left out.
        instance: Option<String>,
        /// What it tells.
        told: Told,
    },
}

/// What OBS or a player tells.
#[derive(Debug)]
pub enum Told {
    /// It is connected.
    Connected,
    /// It is gone, for a reason.
    Disconnected(String),
    /// It shows a scene.
    Scene(String),
    /// Its replay buffer runs, or does not.
    ReplayBuffer(bool),
    /// So many MB are left of its disk.
    DiskLow(u64),
    /// It has saved the replays that were asked for in this file.
    Clip(String),
    /// It records to a file.
    RecordingStarted(String),
    /// A recording is finished.
    RecordingStopped(String),
    /// A player runs.
    PlayerConnected,
    /// It is gone, for a reason.
    PlayerDisconnected(String),
}

/// An action that is expected, or is not to be.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Its name.
    pub action: String,
    /// Its arguments, as far as they matter.
    pub args: Vec<(String, Wanted)>,
    /// When, after the beginning, if that matters.
    pub at: Option<Duration>,
}

/// What an argument should be.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Text, or a number, or yes or no, as it is written.
    Text(String),
    /// A list.
    List(Vec<Wanted>),
    /// Fields, as far as they matter.
    Fields(Vec<(String, Wanted)>),
}

impl Wanted {
    /// Whether a value is what is wanted.
    pub fn is(&self, value: &Json) -> bool {
        match (self, value) {
            (Self::Text(text), Json::String(value)) => text == value,
            (Self::Text(text), Json::Number(value)) => text.parse::<f64>().ok() == value.as_f64(),
            (Self::Text(text), Json::Bool(value)) => text.parse().ok() == Some(*value),
            (Self::Text(text), Json::Null) => text.is_empty(),
            (Self::Text(_), _) => false,
            (Self::List(items), Json::Array(values)) => {
                items.len() == values.len() && items.iter().zip(values).all(|(item, value)| item.is(value))
            }
            (Self::Fields(fields), value) => {
                fields.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| wanted.is(value)))
            }
            (Self::List(_), _) => false,
        }
    }
}

impl Scenarios {
    /// Loads a file of scenarios.
    ///
    /// # Errors
    /// The file cannot be read, or says something wrong.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(file).map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let invalid = |problems| ConfigError::from(Invalid::new(file, text.to_owned(), problems));
        let root = tree::parse(text).map_err(|problem| invalid(vec![problem]))?;
        let directory = file.parent().unwrap_or(Path::new(""));
        let context = Context { text, directory, environment: &|_| None, problems: RefCell::default() };
        let read = Self::read(file, Field { context: &context, key: "scenario file", key_at: &(0..0), node: &root });
        let scenarios = context.accept(read).flatten();
        let problems = context.problems.take();
        match scenarios {
            Some(mut scenarios) if problems.is_empty() => {
                quote(&mut scenarios.rules, text);
                Ok(scenarios)
            }
            _ => Err(invalid(problems)),
        }
    }

    fn read(file: &Path, root: Field<'_>) -> Result<Option<Self>, Problem> {
        let mut section = root.section()?;
        let rules = section.required("rules", "[../recording.rhai]", |field| rule_files(file, field));
        let obs = section.optional("obs", |field| field.list(Field::name));
        let scenarios = section.required("scenarios", "{ a clip is saved: { given: [ch1;], expect: [] } }", |field| {
            field
                .named()
                .map(|named| named.into_iter().filter_map(|field| field.context.accept(scenario(field))).collect())
        });
        section.finish();
        let obs = obs.map_or_else(|| vec!["replay".into()], |names| names.into_iter().map(Arc::from).collect());
        Ok(rules.zip(scenarios).map(|(rules, scenarios)| Self { file: file.to_owned(), rules, obs, scenarios }))
    }
}

fn scenario(field: Field<'_>) -> Result<Scenario, Problem> {
    let mut section = field.section()?;
    let given = section.required("given", "[ch1;, wait: 2s]", |field| field.list(step));
    // An empty list is an expectation too, a missing one is none.
    let expect = section.optional("expect", |field| field.list(expected));
    let includes = section.optional("includes", |field| field.list(expected));
    let never = section.optional("never", |field| field.list(expected));
    section.finish();
    let (line, _) = field.context.position(field.key_at.start);
    if expect.is_none() && includes.is_none() && never.is_none() {
        let problem = Problem::new(field.key_at.clone(), format!("`{}` expects nothing", field.key));
        return Err(problem.help("say `expect` (these actions and no others), `includes` or `never`"));
    }
    Ok(Scenario {
        name: field.key.to_owned(),
        line,
        given: given.unwrap_or_default(),
        expect,
        includes: includes.unwrap_or_default(),
        never: never.unwrap_or_default(),
    })
}

fn time(field: Field<'_>) -> Result<Duration, Problem> {
    let text = field.text()?;
    duration::read(&text).map_err(|error| Problem::new(field.node.at.clone(), error.to_string()))
}

fn path(field: Field<'_>) -> Result<PathBuf, Problem> {
    let path = field.path()?;
    if path.is_file() {
        return Ok(path);
    }
    let problem = Problem::new(field.node.at.clone(), format!("there is no capture {}", path.display()));
    Err(problem.help("paths are relative to the file of scenarios"))
}

fn action(text: &str, node: &Node) -> Result<String, Problem> {
    if Verb::names().any(|name| name == text) {
        return Ok(text.to_owned());
    }
    let problem = Problem::new(node.at.clone(), format!("there is no action `{text}`"));
    Err(match near(text, Verb::names()) {
        Some(near) => problem.label(format!("did you mean `{near}`?")),
        None => problem.help(format!("known: {}", enumerate(Verb::names()))),
    })
}

/// What a step can do whose value may be wrong.
const STEPS: &[&str] = &["wait", "at", "capture", "fail", "replay_buffer", "disk_low"];

fn step(field: Field<'_>) -> Result<Step, Problem> {
    if matches!(field.node.value, Value::Text(_)) {
        return field.text().map(Step::Say);
    }
    let mut section = field.section()?;
    let mut steps = Vec::new();
    steps.extend(section.optional("wait", time).map(Step::Wait));
    steps.extend(section.optional("at", time).map(Step::At));
    let (path, from) = (section.optional("capture", path), section.optional("from", time));
    let to = section.optional("to", time);
    steps.extend(path.map(|path| Step::Capture { path, from, to }));
    let reason = section.optional("reason", Field::text);
    let failing = section.optional("fail", |field| action(&field.text()?, field.node));
    let because = |default: &str| reason.clone().unwrap_or_else(|| default.to_owned());
    steps.extend(failing.map(|action| Step::Fail { action, reason: because("the scenario lets it fail") }));
    let instance = section.optional("instance", Field::name);
    let flag = |field: Field<'_>| field.parse("`true` or `false`", |text| text.parse().ok());
    let connected = section.optional("obs_connected", Field::name).map(|name| (Some(name), Told::Connected));
    let gone = section.optional("obs_disconnected", Field::name);
    let gone = gone.map(|name| (Some(name), Told::Disconnected(because("OBS was closed"))));
    let player = section.optional("player_connected", Field::name).map(|name| (Some(name), Told::PlayerConnected));
    let closed = section.optional("player_disconnected", Field::name);
    let closed = closed.map(|name| (Some(name), Told::PlayerDisconnected(because("the player was closed"))));
    let free_mb = section.optional("disk_low", |field| field.number(0..=u64::MAX));
    let mut about = |key, told: fn(String) -> Told| section.optional(key, Field::text).map(|text| (None, told(text)));
    let told = [
        about("scene_changed", Told::Scene),
        about("clip_saved", Told::Clip),
        about("recording_started", Told::RecordingStarted),
        about("recording_stopped", Told::RecordingStopped),
        section.optional("replay_buffer", flag).map(|active| (None, Told::ReplayBuffer(active))),
        free_mb.map(|free_mb| (None, Told::DiskLow(free_mb))),
        connected,
        gone,
        player,
        closed,
    ];
    let told = told.into_iter().flatten();
    steps.extend(told.map(|(name, told)| Step::Told { instance: name.or_else(|| instance.clone()), told }));
    section.finish();
    match (steps.pop(), steps.is_empty()) {
        (Some(step), true) => Ok(step),
        (Some(_), false) => Err(Problem::new(field.node.at.clone(), "one step does one thing")
            .help("begin another entry of the list with `- `")),
        // A value that is wrong has been reported.
        (None, _) if field.node.entries().iter().any(|entry| STEPS.contains(&entry.key.as_str())) => {
            Ok(Step::Wait(Duration::ZERO))
        }
        (None, _) => Err(field.wants("messages, or one of `wait`, `at`, `capture`, `clip_saved`, `fail` and so on")),
    }
}

/// `obs.scene`, or `obs.scene: { scene: Live }`, with `at: 2s` where the time matters.
fn expected(field: Field<'_>) -> Result<Expected, Problem> {
    if let Value::Text(text) = &field.node.value {
        return Ok(Expected { action: action(text, field.node)?, args: Vec::new(), at: None });
    }
    let mut found = None;
    let mut at = None;
    for entry in field.node.entries() {
        let within = Field { key: &entry.key, key_at: &entry.key_at, node: &entry.node, ..field };
        if entry.key == "at" {
            at = Some(time(within)?);
            continue;
        }
        let name = action(&entry.key, &Node { at: entry.key_at.clone(), value: Value::Empty })?;
        if found.is_some() {
            return Err(Problem::new(entry.key_at.clone(), "one entry is one action")
                .help("begin another entry of the list with `- `"));
        }
        let args = match wanted(&entry.node) {
            Wanted::Fields(fields) => fields,
            Wanted::Text(text) if text.is_empty() => Vec::new(),
            Wanted::Text(_) | Wanted::List(_) => return Err(within.wants("its arguments: `{ scene: Live }`")),
        };
        found = Some((name, args));
    }
    let (action, args) = found.ok_or_else(|| field.wants("an action such as `obs.scene: { scene: Live }`"))?;
    Ok(Expected { action, args, at })
}

fn wanted(node: &Node) -> Wanted {
    match &node.value {
        Value::Empty => Wanted::Text(String::new()),
        Value::Text(text) => Wanted::Text(text.clone()),
        Value::List(items) => Wanted::List(items.iter().map(wanted).collect()),
        Value::Section(entries) => {
            Wanted::Fields(entries.iter().map(|entry| (entry.key.clone(), wanted(&entry.node))).collect())
        }
    }
}
