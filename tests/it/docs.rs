//! What the documentation shows is true: its configs parse, its rules run, its messages decode to what stands there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use clap::CommandFactory;
use serde_json::{Map, Value};
use strum::IntoEnumIterator;

use vta::action::{Outcome, Report};
use vta::capture;
use vta::cli::Cli;
use vta::config::Config;
use vta::court::{Court, Datagram, Input, Output};
use vta::event::{
    Body, DiskLow, Event, Kind, ObsConnected, ObsDisconnected, ReplayBuffer, RulesRejected, RulesReloaded, SceneChanged,
};
use vta::rules::check::check;
use vta::rules::{Limits, Rules, Surroundings};
use vta::scenario::{self, Scenarios};
use vta::time::Time;

use crate::support::{clip, output, recording, repository, stdout, vta};

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap()
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(fence) = line.strip_prefix("```") {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            if fence == language {
                blocks.push(block.join("\n"));
            }
        }
    }
    blocks
}

/// What stands between backticks.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_config_in_the_docs_parses() {
    let mut configs = blocks(&read("docs/configuration.md"), "yaml");
    configs.extend(blocks(&read("docs/rules.md"), "yaml").into_iter().filter(|block| !block.contains("scenarios:")));
    assert!(configs.len() >= 12, "{} configs", configs.len());
    for block in configs {
        // What an example leaves out is of no matter to it.
        let has = |key: &str| block.lines().any(|line| line.starts_with(key));
        let name = if has("name:") { "" } else { "name: Test Open\n" };
        let courts = "courts:\n  court-1: { type: pss, bind: 0.0.0.0:6000 }\n";
        let sources = if has("courts:") { "" } else { courts };
        let whole = format!("{name}{sources}{block}\n");
        // The rules that it names lie in the repository.
        if let Err(error) = Config::parse(&repository("event.yaml"), &whole, &|_| None) {
            panic!("{}", error.render(false));
        }
    }
}

/// Puts the example bout, and what OBS might say to it, through a court; gives its events.
fn events(rules: Rules) -> Vec<Arc<Event>> {
    let mut court = Court::new("court-1".into(), Vec::new(), rules);
    let mut outputs = Vec::new();
    let instance = || "replay".to_owned();
    let action_seqs = vec![1];
    let (done, failed) = (Outcome::Done, Outcome::Failed { reason: "OBS is closed".to_owned() });
    let (save, scene) = ("obs.save_replay".to_owned(), "obs.scene".to_owned());
    let (obs_version, websocket_version) = ("30.2.3".to_owned(), "5.5.2".to_owned());
    let reports = [
        Report::ObsConnected(ObsConnected { instance: instance(), obs_version, websocket_version }),
        Report::ReplayBuffer(ReplayBuffer { instance: instance(), active: true }),
        Report::SceneChanged(SceneChanged { instance: instance(), scene: "Live".to_owned() }),
        Report::DiskLow(DiskLow { instance: instance(), free_mb: 900 }),
        Report::RecordingStarted(recording("replay", None)),
        clip("replay", "clip.mkv", action_seqs),
        Report::Outcome { action_seq: 1, action: save, outcome: done, took_us: 4 },
        Report::Outcome { action_seq: 2, action: scene, outcome: failed, took_us: 4 },
        Report::RecordingStopped(recording("replay", Some("bout.mkv"))),
        Report::ObsDisconnected(ObsDisconnected { instance: instance(), reason: "OBS was closed".to_owned() }),
        Report::RulesReloaded(RulesReloaded { rules: vec!["scenes.rhai".to_owned()] }),
        Report::RulesRejected(RulesRejected {
            file: "x.rhai".to_owned(),
            line: 1,
            column: 1,
            message: String::new(),
            errors: 1,
        }),
    ];
    for recorded in capture::open(&repository("examples/bout-with-review.tsv")).unwrap() {
        let recorded = recorded.unwrap();
        court.step(recorded.at, &recorded.input, &mut outputs);
        if matches!(&recorded.input, Input::Datagram(datagram) if datagram.bytes == "ch1;") {
            for report in &reports {
                court.step(recorded.at, &Input::Report(report.clone()), &mut outputs);
            }
        }
    }
    let events = outputs.into_iter().filter_map(|output| match output {
        Output::Event { event, .. } => Some(event),
        _ => None,
    });
    events.collect()
}

#[test]
fn every_rule_in_the_docs_runs_through_a_bout_without_failing() {
    let blocks = blocks(&read("docs/rules.md"), "rhai");
    assert!(blocks.len() > 3, "{} rules", blocks.len());
    for block in blocks {
        let file = [(PathBuf::from("example.rhai"), block.clone())];
        let surroundings = Surroundings { obs: vec!["replay".into()] };
        let rules = Rules::compile(&file, Limits::default(), &surroundings);
        let rules = rules.unwrap_or_else(|errors| panic!("{errors:?}\n{block}"));
        for event in events(rules) {
            assert!(!matches!(event.body, Body::RuleFailed(_)), "{:?}\n{block}", event.body);
        }
    }
}

#[test]
fn every_rule_in_the_docs_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.rhai");
    for block in blocks(&read("docs/rules.md"), "rhai") {
        fs::write(&file, &block).unwrap();
        let mistakes = check(&[file.clone().into()], Limits::default(), &Surroundings::default());
        assert!(mistakes.is_empty() || block.contains("import "), "{mistakes:?}\n{block}");
    }
}

#[test]
fn every_scenario_in_the_docs_passes() {
    let blocks = blocks(&read("docs/rules.md"), "yaml");
    let blocks: Vec<_> = blocks.iter().filter(|block| block.contains("scenarios:")).collect();
    assert_eq!(blocks.len(), 1);
    let config = Config::of_one_court().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.yaml");
    let rules = repository("rules").display().to_string();
    for block in blocks {
        let block = block.replace("../../examples", &repository("examples").display().to_string());
        fs::write(&file, block.replace("../", &format!("{rules}/"))).unwrap();
        let scenarios = Scenarios::load(&file).unwrap_or_else(|error| panic!("{}", error.render(false)));
        for verdict in scenario::play(&scenarios, &config).unwrap() {
            assert!(verdict.failures.is_empty(), "{verdict:?}");
        }
    }
}

/// A datagram as the docs write it.
fn datagram(text: &str) -> Bytes {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend(before.as_bytes());
        let (byte, length) = match after.as_bytes()[0] {
            b'r' => (b'\r', 1),
            b'n' => (b'\n', 1),
            b'0' => (0, 1),
            b'x' => (u8::from_str_radix(&after[1..3], 16).unwrap(), 3),
            other => panic!("what is \\{} in {text}?", char::from(other)),
        };
        bytes.push(byte);
        rest = &after[length..];
    }
    bytes.extend(rest.as_bytes());
    bytes.into()
}

/// The events of a datagram, as JSON in their own order of keys.
fn decoded(bytes: Bytes) -> Vec<Map<String, Value>> {
    let mut court = Court::new("court-1".into(), Vec::new(), Rules::none());
    let mut outputs = Vec::new();
    let input = Input::Datagram(Datagram { bytes, from: None, truncated: false });
    court.step(Time::default(), &input, &mut outputs);
    let said = outputs.iter().filter_map(|output| match output {
        Output::Event { event, .. } if event.raw.is_some() => Some(serde_json::to_value(event).unwrap()),
        _ => None,
    });
    said.map(|event| event.as_object().unwrap().clone()).collect()
}

/// The datagrams that the pages about the feeds show, each with the events below it.
fn examples() -> Vec<(String, Vec<String>)> {
    let mut examples: Vec<(String, Vec<String>)> = Vec::new();
    let pages = ["docs/protocol.md", "docs/tkstrike.md"].map(|page| blocks(&read(page), "text"));
    for line in pages.iter().flatten().flat_map(|block| block.lines()) {
        match line.strip_prefix("> ") {
            Some(datagram) => examples.push((datagram.to_owned(), Vec::new())),
            None => examples.last_mut().unwrap().1.push(line.to_owned()),
        }
    }
    examples
}

#[test]
fn every_message_in_the_docs_decodes_to_the_events_below_it() {
    let examples = examples();
    assert!(examples.len() > 40, "{} examples", examples.len());
    for (text, shown) in examples {
        let events = decoded(datagram(&text)).into_iter().map(|event| {
            let left_out = ["seq", "at", "court", "raw"];
            let fields = event.into_iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
            serde_json::to_string(&fields.collect::<Map<_, _>>()).unwrap()
        });
        assert_eq!(events.collect::<Vec<_>>(), shown, "{text}");
    }
}

#[test]
fn each_type_of_the_json_feed_in_the_docs_is_read() {
    let page = read("docs/tkstrike.md");
    let (_, table) = page.split_once("| type |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').nth(1).unwrap());
    let types = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let types: Vec<String> = types.flat_map(|name| ["BLUE_", "RED_"].map(|side| name.replace('…', side))).collect();
    assert!(types.len() > 80, "{} types", types.len());
    for name in types {
        let object = format!(r#"{{"eventType":"{name}","roundNumber":1,"hitlevel":9,"calledByJudgeNumber":1}}"#);
        for event in decoded(object.into()) {
            assert_ne!(event.get("status").unwrap(), "unknown", "{name}");
        }
    }
}

#[test]
fn whole_event_in_the_docs_is_the_one_of_its_message() {
    let [shown] = &blocks(&read("docs/protocol.md"), "json")[..] else { panic!("one whole event is shown") };
    let event: Map<String, Value> = serde_json::from_str(shown).unwrap();
    let Some(Value::String(raw)) = event.get("raw") else { panic!("it has its message") };
    let mut again = decoded(raw.clone().into()).remove(0);
    for name in ["seq", "at"] {
        again.insert(name.to_owned(), event.get(name).unwrap().clone());
    }
    assert_eq!(serde_json::to_string(&again).unwrap(), *shown);
}

/// Holds a generated file against what the code makes; writes it when `UPDATE_DOCS` is set.
fn assert_up_to_date(path: &str, made: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(repository(path), made).unwrap();
    }
    let written = fs::read_to_string(repository(path)).unwrap_or_default();
    let stale = written.lines().zip(made.lines()).find(|(written, made)| written != made);
    assert!(
        written == made,
        "{path} is stale, from {stale:?} on: UPDATE_DOCS=1 cargo test --test it docs:: writes it anew"
    );
}

#[test]
fn reference_of_rules_is_up_to_date() {
    assert_up_to_date("docs/rules-reference.md", &vta::rules::reference::markdown());
}

#[test]
fn the_schema_of_the_config_is_up_to_date() {
    assert_up_to_date("docs/event.schema.json", stdout(&output(vta().arg("schema"))));
}

#[test]
fn the_tables_of_the_config_are_what_the_code_says() {
    let mut made = read("docs/configuration.md");
    for (name, table) in vta::config::tables() {
        let begin = format!("<!-- {name}: made from the code -->\n");
        let (before, rest) = made.split_once(&begin).unwrap_or_else(|| panic!("no table `{name}`"));
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        made = format!("{before}{begin}\n{table}\n<!-- end -->{after}");
    }
    assert_up_to_date("docs/configuration.md", &made);
}

#[test]
fn the_example_is_what_init_writes() {
    assert_up_to_date("examples/event.yaml", &vta::config::template(1).replace("rules/", "../rules/"));
}

#[test]
fn every_example_of_the_reference_passes_the_check_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.rhai");
    let surroundings = Surroundings { obs: vec!["replay".into()] };
    let examples = blocks(&read("docs/rules-reference.md"), "rhai");
    assert!(examples.len() > 40, "{} examples", examples.len());
    let mut done = Vec::new();
    for example in examples {
        let script = format!("fn on_clip_saved(event, bout) {{\n{example}\n}}\n");
        fs::write(&file, &script).unwrap();
        let found = check(&[file.clone().into()], Limits::default(), &surroundings);
        assert!(found.is_empty(), "{found:?}\n{script}");
        let rules = Rules::compile(&[("example.rhai".into(), script)], Limits::default(), &surroundings).unwrap();
        let mut court = Court::new("court-1".into(), Vec::new(), rules);
        let mut outputs = Vec::new();
        let round = Datagram { bytes: "rnd;2".into(), from: None, truncated: false };
        court.step(Time::from_micros(1_000_000), &Input::Datagram(round), &mut outputs);
        court.step(Time::from_micros(2_000_000), &Input::Report(clip("replay", "clip.mkv", Vec::new())), &mut outputs);
        court.advance(Time::from_micros(30_000_000), &mut outputs);
        done.push(example);
        done.extend(outputs.iter().filter_map(|output| match output {
            Output::Action { action, .. } => Some(format!("  {}", serde_json::to_string(&action.verb).unwrap())),
            Output::Event { event, .. } => {
                assert!(!matches!(event.body, Body::RuleFailed(_)), "{:?}", event.body);
                None
            }
            _ => None,
        }));
    }
    insta::assert_snapshot!(done.join("\n"));
}

/// What docs/rules-reference.md says of a kind.
fn section_of(reference: &str, kind: &str) -> String {
    let begin = format!("#### `{kind}`\n");
    let sections: Vec<_> = reference.split(&begin).skip(1).collect();
    let [section] = sections[..] else { panic!("`{kind}` stands {} times in the reference", sections.len()) };
    section.split("\n#").next().unwrap().to_owned()
}

#[test]
fn every_kind_of_event_is_in_the_reference_with_its_fields() {
    let reference = read("docs/rules-reference.md");
    for kind in Kind::iter() {
        assert!(section_of(&reference, kind.into()).len() > 10, "{kind}");
    }
    let common = ["seq", "at", "court", "stream", "kind", "status", "derived", "cause", "notes", "raw"];
    let said = examples().into_iter().flat_map(|(text, _)| decoded(datagram(&text)));
    let told = events(Rules::none()).into_iter().map(|event| serde_json::to_value(event).unwrap());
    let mut seen = BTreeSet::new();
    for event in said.chain(told.map(|event| event.as_object().unwrap().clone())) {
        let kind = event.get("kind").unwrap().as_str().unwrap();
        // Of wrong values there are only the fields as they came.
        if event.contains_key("fields") {
            continue;
        }
        let section = section_of(&reference, kind);
        for name in event.keys().filter(|name| !common.contains(&name.as_str())) {
            assert!(codes(&section).any(|code| code == name), "`{name}` of `{kind}` is missing: {section}");
        }
        seen.insert(kind.to_owned());
    }
    assert!(seen.len() > 35, "{seen:?}");
}

#[test]
fn shipped_rules_are_in_the_docs_with_their_settings() {
    let rules = read("docs/rules.md");
    for rule in fs::read_dir(repository("rules")).unwrap().map(|entry| entry.unwrap().path()) {
        if rule.is_dir() {
            continue;
        }
        let name = rule.file_name().unwrap().to_str().unwrap();
        let row = rules.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} does not stand in docs/rules.md"));
        let is_setting = |code: &&str| code.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let told: BTreeSet<_> = codes(row).filter(is_setting).collect();
        let text = fs::read_to_string(&rule).unwrap();
        let constants = text.lines().filter_map(|line| line.strip_prefix("const ")?.split(' ').next());
        assert_eq!(told, constants.collect(), "{name}");
    }
}

#[test]
fn every_function_called_in_the_docs_is_in_the_reference() {
    let reference = read("docs/rules-reference.md");
    let mut seen = BTreeSet::new();
    for block in blocks(&read("docs/rules.md"), "rhai") {
        for module in ["obs", "player", "log"] {
            let prefix = format!("{module}::");
            let calls = block.split(&prefix).skip(1).filter_map(|rest| rest.split_once('('));
            seen.extend(calls.map(|(name, _)| format!("`{module}::{name}(")));
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
    for call in seen {
        assert!(reference.contains(&call), "{call}");
    }
}

#[test]
fn every_verb_is_in_the_readme() {
    let readme = read("README.md");
    let command = Cli::command();
    for verb in command.get_subcommands() {
        // Those of `ctl` are commands, which docs/control.md lists.
        let is_ctl = verb.get_name() == "ctl";
        for command in verb.get_subcommands().filter(|_| is_ctl) {
            let row = format!("| `{}", command.get_name());
            assert!(read("docs/control.md").contains(&row), "`{}` is not in docs/control.md", command.get_name());
        }
        let inner: Vec<_> = verb
            .get_subcommands()
            .filter(|_| !is_ctl)
            .map(|inner| format!("{} {}", verb.get_name(), inner.get_name()))
            .collect();
        for name in if inner.is_empty() { vec![verb.get_name().to_owned()] } else { inner } {
            let row = format!("| `vta {name}");
            assert!(readme.lines().any(|line| line.starts_with(&row)), "`vta {name}` is not in the README's table");
        }
    }
}

/// The table of the log's messages, as it stands in docs/operations.md.
fn messages() -> String {
    let mut table = "| code | level | line | what it means, and what to do |\n|---|---|---|---|\n".to_owned();
    for message in vta::telemetry::messages::ALL {
        // A field of a text stands in braces.
        let parts = message.text.split(['{', '}']).enumerate();
        let text: String = parts.map(|(place, part)| if place % 2 == 0 { part } else { "…" }).collect();
        let text = text.replace('`', "'");
        table.push_str(&format!(
            "| `{}` | {} | `{text}` | {} |\n",
            message.code,
            message.level,
            message.meaning.trim()
        ));
    }
    table
}

#[test]
fn table_of_log_messages_is_up_to_date() {
    let (begin, end) = ("<!-- messages -->\n\n", "\n<!-- end of messages -->");
    let operations = read("docs/operations.md");
    let (before, rest) = operations.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    assert_up_to_date("docs/operations.md", &format!("{before}{begin}{}{end}{after}", messages()));
}

#[test]
fn every_log_message_has_a_unique_code_and_a_meaning() {
    let mut codes = BTreeSet::new();
    for message in vta::telemetry::messages::ALL {
        assert!(codes.insert(message.code), "two messages are `{}`", message.code);
        assert!(message.meaning.len() > 5, "{message:?}");
    }
}

#[test]
fn every_exit_code_of_the_help_is_in_the_docs() {
    let help = Cli::command().render_help().to_string();
    let codes = help.split("Exit codes:").nth(1).unwrap();
    let operations = read("docs/operations.md");
    for code in codes.lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(operations.contains(&format!("\n| {code} | ")), "exit code {code}");
    }
}

#[test]
fn links_between_the_docs_are_valid() {
    // Written apart from the others.
    let elsewhere = ["docs/performance.md"];
    for file in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/configuration.md",
        "docs/rules.md",
        "docs/rules-reference.md",
        "docs/operations.md",
        "docs/protocol.md",
    ] {
        let text = read(file);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.contains("://")) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(file).parent().unwrap();
            let target = if path.is_empty() { PathBuf::from(file) } else { folder.join(path) };
            let target = target.to_str().unwrap();
            if elsewhere.contains(&target) {
                continue;
            }
            assert!(repository(target).exists(), "{file} links to {link}");
            if heading.is_empty() {
                continue;
            }
            let text = read(target);
            let headings = text.lines().filter(|line| line.starts_with('#')).map(anchor);
            assert!(headings.collect::<Vec<_>>().contains(&heading.to_owned()), "{file} links to {link}");
        }
    }
}

/// The files of the repository's code, with their texts.
fn code() -> Vec<(String, String)> {
    let mut code = vec![("Cargo.toml".to_owned(), read("Cargo.toml")), ("Makefile".to_owned(), read("Makefile"))];
    let mut folders = ["src", "tests/it"].map(PathBuf::from).to_vec();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(repository(folder.to_str().unwrap())).unwrap().map(|entry| entry.unwrap().file_name())
        {
            let path = folder.join(path);
            match path.extension() {
                None => folders.push(path),
                Some(_) => code.push((path.to_str().unwrap().to_owned(), read(path.to_str().unwrap()))),
            }
        }
    }
    code
}

#[test]
fn what_contributing_names_is_there() {
    let code = code();
    let contributing = read("CONTRIBUTING.md");
    // Blocks between fences are examples; a wrapped line can break a name.
    let prose: String = contributing.split("```").step_by(2).collect();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut seen = 0;
    for name in codes(&prose) {
        let is_path = name.starts_with("src/") || name.starts_with("tests/") || name.starts_with("docs/");
        if is_path && !name.contains('N') {
            assert!(repository(name).exists(), "CONTRIBUTING.md names {name}, which is not there");
        } else if name.ends_with(".rs") && !is_path && name != "mod.rs" {
            assert!(code.iter().any(|(path, _)| path.ends_with(&format!("/{name}"))), "there is no file {name}");
        } else if name.chars().all(is_word) {
            // This file does not count, nor does a name that is only a part of another.
            let stands = |text: &str| text.split(|c| !is_word(c)).any(|word| word == name);
            let is_there = code.iter().any(|(path, text)| path != "tests/it/docs.rs" && stands(text));
            assert!(is_there, "CONTRIBUTING.md names `{name}`, which stands nowhere in the code");
        } else {
            continue;
        }
        seen += 1;
    }
    assert!(seen > 50, "{seen} names");
}

#[test]
fn every_module_is_in_the_table_of_the_house() {
    let (architecture, root) = (read("ARCHITECTURE.md"), read("src/lib.rs"));
    let table = architecture.split("## The house").nth(1).unwrap().split("Imports point down").next().unwrap();
    let modules = root.lines().filter_map(|line| line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod "));
    for module in modules.map(|module| module.trim_end_matches(';')) {
        assert!(table.contains(&format!("`{module}`")), "ARCHITECTURE.md does not say what `{module}` is");
    }
}

/// What a heading is called in links.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
