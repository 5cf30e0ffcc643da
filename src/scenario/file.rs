//! Files of scenarios: the inputs of rules, and the expected actions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::action::ActionVerb;
use crate::command::CommandVerb;
use crate::config::ConfigError;
use crate::config::check::{Checker, SCHEMA_CODE, World};
use crate::config::rules::{RuleEntry, rule_files};
use crate::config::yaml::{Entry, Node, Value};
use crate::config::{document, format};
use crate::diagnostic::Diagnostic;
use crate::rules::{RuleFile, duration};
use crate::suggest::advise;
use crate::text_file;

/// A file of scenarios.
#[derive(Debug)]
pub struct Scenarios {
    /// The rules that are tried, with their settings.
    pub(super) rules: Vec<RuleFile>,
    /// Names of the OBS instances.
    pub(super) obs: Vec<Arc<str>>,
    pub(super) scenarios: Vec<Scenario>,
}

/// Something that happens, and what rules are to do about it.
#[derive(Debug)]
pub(super) struct Scenario {
    /// What it shows.
    pub(super) name: String,
    /// Line of its name, from 1.
    pub(super) line: usize,
    /// What happens, in order.
    pub(super) given: Vec<Step>,
    /// All that is to be done, in order.
    pub(super) expect: Option<Vec<Expected>>,
    /// What is to be done in this order, among others.
    pub(super) includes: Vec<Expected>,
    /// What is not to be done.
    pub(super) never: Vec<Expected>,
}

/// One thing that happens.
#[derive(Debug)]
pub(super) enum Step {
    /// Messages come, a datagram a line.
    Messages(String),
    Wait(Duration),
    /// Time passes until so long after the beginning.
    At(Duration),
    /// What a capture holds happens; actions before `from` are ignored.
    Capture {
        path: PathBuf,
        from: Option<Duration>,
        to: Option<Duration>,
    },
    /// From here on each action of this name fails.
    Fail {
        action: String,
        reason: String,
    },
    /// An operator sends a command.
    Command(CommandVerb),
    /// A sink reports something: the first of OBS when none is named.
    Report {
        instance: Option<String>,
        report: StepReport,
    },
}

/// What OBS or a player reports.
#[derive(Debug)]
pub(super) enum StepReport {
    ObsConnected,
    /// For a reason.
    ObsDisconnected(String),
    Scene(String),
    /// Whether it runs.
    ReplayBuffer(bool),
    /// So many MB are left.
    DiskLow(u64),
    /// OBS has not saved the requested replays in time, for a reason, and may save them yet.
    ClipAwaited(String),
    /// OBS has saved the requested replays in this file.
    ClipSaved(String),
    RecordingStarted(String),
    RecordingStopped(String),
    /// OBS still makes one that a rule began before vta was started again.
    RecordingResumed(String),
    /// One that a rule began ended while OBS was not connected.
    RecordingInterrupted(String),
    PlayerConnected,
    /// For a reason.
    PlayerDisconnected(String),
}

/// An action that is expected, or is not to be.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) action: String,
    /// Its arguments, as far as they matter: values are text, as they are written.
    pub(super) args: Map<String, Json>,
    /// When, after the beginning, if that matters.
    pub(super) at: Option<Duration>,
}

/// Whether a value is what is written.
pub(super) fn is_as_written(written: &Json, value: &Json) -> bool {
    match (written, value) {
        (Json::String(text), Json::String(value)) => text == value,
        (Json::String(text), Json::Number(value)) => text.parse::<f64>().ok() == value.as_f64(),
        (Json::String(text), Json::Bool(value)) => text.parse().ok() == Some(*value),
        (Json::String(text), Json::Null) => text.is_empty(),
        (Json::Null, value) => value.is_null() || value == "",
        (Json::Array(items), Json::Array(values)) => {
            items.len() == values.len() && items.iter().zip(values).all(|(item, value)| is_as_written(item, value))
        }
        (Json::Object(fields), value) => {
            fields.iter().all(|(name, written)| value.get(name).is_some_and(|value| is_as_written(written, value)))
        }
        _ => false,
    }
}

/// A file of scenarios as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScenarioFile {
    /// The rules that are tried.
    #[schemars(extend("x-example" = "[../recording.rhai]"))]
    rules: Vec<RuleEntry>,
    /// Names of the OBS sinks.
    #[serde(default)]
    #[schemars(with = "Vec<format::NotBlank>")]
    obs: Option<Vec<String>>,
    /// The scenarios, by what they show.
    #[schemars(extend("x-example" = "{ a clip is saved: { given: [ch1;], expect: [] } }"))]
    scenarios: BTreeMap<String, ScenarioKeys>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScenarioKeys {
    #[schemars(extend("x-example" = "[ch1;, wait: 2s]"))]
    given: Vec<Given>,
    // An empty list is an expectation, too, a missing one is none.
    expect: Option<Vec<Expectation>>,
    #[serde(default)]
    includes: Vec<Expectation>,
    #[serde(default)]
    never: Vec<Expectation>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline, extend("x-wants" = "messages, or one of `wait`, `at`, `capture`, `clip_saved`, `fail` and so on"))]
enum Given {
    Messages(String),
    Step(Box<StepKeys>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepKeys {
    #[schemars(with = "Option<format::Duration>")]
    wait: Option<String>,
    #[schemars(with = "Option<format::Duration>")]
    at: Option<String>,
    #[schemars(with = "Option<format::CapturePath>")]
    capture: Option<PathBuf>,
    #[schemars(with = "Option<format::Duration>")]
    from: Option<String>,
    #[schemars(with = "Option<format::Duration>")]
    to: Option<String>,
    #[schemars(with = "Option<format::NotBlank>")]
    command: Option<String>,
    #[schemars(with = "Option<format::Action>")]
    fail: Option<String>,
    reason: Option<String>,
    #[schemars(with = "Option<format::NotBlank>")]
    instance: Option<String>,
    #[schemars(with = "Option<format::NotBlank>")]
    obs_connected: Option<String>,
    #[schemars(with = "Option<format::NotBlank>")]
    obs_disconnected: Option<String>,
    #[schemars(with = "Option<format::NotBlank>")]
    player_connected: Option<String>,
    #[schemars(with = "Option<format::NotBlank>")]
    player_disconnected: Option<String>,
    scene_changed: Option<String>,
    clip_awaited: Option<String>,
    clip_saved: Option<String>,
    recording_started: Option<String>,
    recording_stopped: Option<String>,
    recording_resumed: Option<String>,
    recording_interrupted: Option<String>,
    replay_buffer: Option<bool>,
    disk_low: Option<u64>,
}

/// `obs.scene`, or `obs.scene: { scene: Live }`, with `at: 2s` where the time matters.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline, extend("x-wants" = "an action such as `obs.scene: { scene: Live }`"))]
enum Expectation {
    Name(#[schemars(with = "format::Action")] String),
    Call(Call),
}

#[derive(Deserialize, JsonSchema)]
struct Call {
    #[schemars(with = "Option<format::Duration>")]
    at: Option<String>,
    #[serde(flatten)]
    actions: Map<String, Json>,
}

impl Scenarios {
    /// Loads a file of scenarios.
    ///
    /// # Errors
    /// The file cannot be read, or says something wrong.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        if file.extension().is_some_and(|ending| ending == "rhai") {
            return Err(is_rule(file).into());
        }
        let text = text_file::read(file, "yaml").map_err(|error| error.diagnostic("scenario.unreadable", file))?;
        let resolve = |written: ScenarioFile, checker: &Checker<'_>, root: &Node| written.resolve(checker, root);
        let world = World::here(&|_| None);
        Ok(document::read(file, &text, "the file of scenarios", world, resolve)?.into_result()?.0)
    }
}

/// That a rule is no scenario, and which scenarios there are for it: those that name it, in the folder `tests` next to it.
fn is_rule(file: &Path) -> Diagnostic {
    let folder = file.with_file_name("tests");
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let names_it = |path: &PathBuf| text_file::read(path, "yaml").is_ok_and(|text| text.contains(&*name));
    let mut scenarios: Vec<_> = entries.filter(names_it).map(|path| format!("`{}`", path.display())).collect();
    scenarios.sort_unstable();
    let help = match &scenarios[..] {
        [] => format!("write one, as docs/rules.md says, usually in {}", folder.display()),
        scenarios => format!("name its scenarios: {}", scenarios.join(", ")),
    };
    Diagnostic::error("scenario.is_rule", file, "this is a rule, and not a file of scenarios").help(help)
}

impl ScenarioFile {
    fn resolve(self, checker: &Checker<'_>, root: &Node) -> Option<Scenarios> {
        let Self { rules, obs, mut scenarios } = self;
        let rules = rule_files(checker, &root.get("rules")?.node, rules);
        let named = root.get("scenarios")?.node.entries().iter();
        let scenarios = named.filter_map(|entry| scenario(checker, entry, scenarios.remove(&entry.key)?)).collect();
        let obs = obs.map_or_else(|| vec!["replay".into()], |names| names.into_iter().map(Arc::from).collect());
        Some(Scenarios { rules, obs, scenarios })
    }
}

fn scenario(checker: &Checker<'_>, entry: &Entry, keys: ScenarioKeys) -> Option<Scenario> {
    let ScenarioKeys { given, expect, includes, never } = keys;
    let is_expecting = ["expect", "includes", "never"]
        .iter()
        .any(|key| entry.node.get(key).is_some_and(|list| !matches!(list.node.value, Value::Empty)));
    if !is_expecting {
        let message = format!("`{}` expects nothing", entry.key);
        checker.findings.report("scenario.no_expectation", &entry.key_span, message, |finding| {
            finding.help("say `expect` (these actions and no others), `includes` or `never`")
        });
    }
    let list = |key| entry.node.get(key).map(|list| &list.node);
    let expected = |key, written: Vec<Expectation>| -> Vec<Expected> {
        let pairs = items(checker, list(key)).zip(written);
        pairs.filter_map(|(node, written)| expected(checker, node, written)).collect()
    };
    Some(Scenario {
        name: entry.key.clone(),
        line: checker.findings.text.position(entry.key_span.start).0,
        given: items(checker, list("given"))
            .zip(given)
            .filter_map(|(node, given)| step(checker, node, given))
            .collect(),
        expect: expect.map(|written| expected("expect", written)),
        includes: expected("includes", includes),
        never: expected("never", never),
    })
}

/// The items of a list that were found right.
fn items<'n>(checker: &Checker<'_>, list: Option<&'n Node>) -> impl Iterator<Item = &'n Node> {
    let left_out = checker.left_out.borrow();
    let items: Vec<_> = list.map_or(&[][..], Node::items).iter().collect();
    items.into_iter().filter(|item| !left_out.contains(&item.span.start)).collect::<Vec<_>>().into_iter()
}

/// A duration that was found right.
fn time(text: Option<String>) -> Option<Duration> {
    duration::read(&text?).ok()
}

fn step(checker: &Checker<'_>, node: &Node, given: Given) -> Option<Step> {
    let keys = match given {
        Given::Messages(text) => return Some(Step::Messages(text)),
        Given::Step(keys) => *keys,
    };
    let because = |default: &str| keys.reason.clone().unwrap_or_else(|| default.to_owned());
    let (from, to) = (time(keys.from), time(keys.to));
    let capture = keys.capture.map(|path| Step::Capture { path: checker.directory.join(path), from, to });
    let reason = because("the scenario lets it fail");
    let steps = [
        time(keys.wait).map(Step::Wait),
        time(keys.at).map(Step::At),
        capture,
        keys.command.and_then(|command| read_command(checker, node, &command)),
        keys.fail.map(|action| Step::Fail { action, reason }),
    ];
    let report = |report: StepReport| (None, report);
    let reports = [
        keys.scene_changed.map(StepReport::Scene).map(report),
        keys.clip_awaited.map(StepReport::ClipAwaited).map(report),
        keys.clip_saved.map(StepReport::ClipSaved).map(report),
        keys.recording_started.map(StepReport::RecordingStarted).map(report),
        keys.recording_stopped.map(StepReport::RecordingStopped).map(report),
        keys.recording_resumed.map(StepReport::RecordingResumed).map(report),
        keys.recording_interrupted.map(StepReport::RecordingInterrupted).map(report),
        keys.replay_buffer.map(StepReport::ReplayBuffer).map(report),
        keys.disk_low.map(StepReport::DiskLow).map(report),
        keys.obs_connected.map(|name| (Some(name), StepReport::ObsConnected)),
        keys.obs_disconnected.map(|name| (Some(name), StepReport::ObsDisconnected(because("OBS was closed")))),
        keys.player_connected.map(|name| (Some(name), StepReport::PlayerConnected)),
        keys.player_disconnected
            .map(|name| (Some(name), StepReport::PlayerDisconnected(because("the player was closed")))),
    ];
    let reports = reports.into_iter().flatten();
    let reports =
        reports.map(|(name, report)| Step::Report { instance: name.or_else(|| keys.instance.clone()), report });
    let mut steps: Vec<_> = steps.into_iter().flatten().chain(reports).collect();
    if steps.len() > 1 {
        checker.findings.report(SCHEMA_CODE, &node.span, "one step does one thing", |finding| {
            finding.help("begin another entry of the list with `- `")
        });
    }
    // A value that is wrong has been reported.
    let besides = ["from", "to", "reason", "instance"];
    let is_step = |entry: &Entry| !besides.contains(&&*entry.key) && !matches!(entry.node.value, Value::Empty);
    if steps.is_empty() && !node.entries().iter().any(is_step) {
        let message = "a step wants messages, or one of `wait`, `at`, `capture`, `clip_saved`, `fail` and so on";
        checker.findings.report(SCHEMA_CODE, &node.span, message, |finding| finding);
    }
    steps.pop()
}

/// A command as `vta ctl` takes it.
fn read_command(checker: &Checker<'_>, node: &Node, text: &str) -> Option<Step> {
    let words = shell_words::split(text).map_err(|error| error.to_string());
    let verb = words.and_then(|words| CommandVerb::read(words.iter().map(String::as_str)));
    if let Err(error) = &verb {
        let span = node.get("command").map_or(&node.span, |entry| &entry.node.span);
        checker.findings.report("scenario.command", span, error.clone(), |finding| {
            finding.help("commands are written as for `vta ctl`, such as `review blue`")
        });
    }
    verb.ok().map(Step::Command)
}

fn expected(checker: &Checker<'_>, node: &Node, written: Expectation) -> Option<Expected> {
    let call = match written {
        Expectation::Name(action) => return Some(Expected { action, args: Map::new(), at: None }),
        Expectation::Call(call) => call,
    };
    let mut found = None;
    for entry in node.entries().iter().filter(|entry| entry.key != "at") {
        let Entry { key, key_span, .. } = entry;
        let report = |span, message: String| checker.findings.report(SCHEMA_CODE, span, message, |finding| finding);
        if !ActionVerb::names().any(|name| name == key) {
            let message = format!("there is no action `{key}`");
            let advice = advise("known", key, ActionVerb::names());
            checker.findings.report(SCHEMA_CODE, key_span, message, |finding| finding.advice(advice));
        } else if found.is_some() {
            checker.findings.report(SCHEMA_CODE, key_span, "one entry is one action", |finding| {
                finding.help("begin another entry of the list with `- `")
            });
        } else {
            let args = match call.actions.get(key) {
                Some(Json::Object(fields)) => fields.clone(),
                Some(Json::Null) | None => Map::new(),
                Some(_) => {
                    report(&entry.node.span, format!("`{key}` wants its arguments: `{{ scene: Live }}`"));
                    Map::new()
                }
            };
            found = Some((key.clone(), args));
        }
    }
    if call.actions.is_empty() {
        let message = "an action such as `obs.scene: { scene: Live }` is missing";
        checker.findings.report(SCHEMA_CODE, &node.span, message, |finding| finding);
    }
    let (action, args) = found?;
    Some(Expected { action, args, at: time(call.at) })
}
