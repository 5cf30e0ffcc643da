//! A replay of a capture repeats the session: any inputs in any order, any change of the rules, any point of a kill.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::capture_room::CaptureRoom;
use super::super::capture_thread::CaptureQueue;
use super::*;
use crate::action::Outcome;
use crate::capture::{About, open, read_from};
use crate::command::{Command, CommandVerb};
use crate::court::{Datagram, Resume};
use crate::event::{CommandId, DatagramsLost, Event, LossPlace, Origin};
use crate::time::Offset;

const MESSAGES: [&str; 18] = [
    "pre;FightLoaded",
    "at1;Ana;Ana;GER;at2;Bea;Bea;FRA",
    "mch;12;Final;M -68kg;0;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Seniors;3;120;cntDown;20;5;",
    "mch;13;Final;M -68kg;0;#0000ff;#FFFFFF;#ff0000;#FFFFFF;null;Seniors;3;120;cntDown;20;5;",
    "rdy;FightReady",
    "rnd;1",
    "rnd;2",
    "clk;02:00;start",
    "clk;01:59",
    "clk;01:30;stop",
    "pt1;3",
    "hl1;60",
    "sc1;3;sc2;0",
    "wg1;0;wg2;1",
    "ch1;",
    "ch1;1",
    "win;BLUE",
    "no message",
];

const COMMANDS: [&str; 16] = [
    "review blue",
    "review red --counts",
    "review close",
    "verdict accepted won",
    "verdict rejected",
    "save",
    "show last",
    "mark here",
    "scene Live",
    "record start",
    "rules pause",
    "rules resume",
    "rehearsal start",
    "rehearsal stop",
    "bout is same",
    "trigger board [1]",
];

/// Rules that remember, wait, repeat and fail; the second version does it otherwise.
const RULES: [&str; 2] = [
    r#"import "words" as words;
    fn on_start(bout) { every("1s", || mark("tick")); }
    fn on_any(event, bout) {
        this.count = if "count" in this { this.count + 1 } else { 1 };
        if once_per_bout("first") { mark(`first of ${event.kind}`); }
        if cooldown("second", "2s") { obs::scene(`${this.count}`); }
    }
    fn on_point(event, bout) { after("1500ms", || obs::save_replay("late")); throw "on purpose"; }
    fn on_review_opened(event, bout) { obs::save_replay(words::reason(event.side)); }
    "#,
    r#"import "words" as words;
    fn on_start(bout) { }
    fn on_any(event, bout) { if cooldown("second", "1s") { mark(`${this.count} ${event.at}`); } }
    fn on_clock_step(event, bout) { log_info(words::reason("clock")); }
    fn on_trigger(event, bout) { mark(`${event.name} ${event.args}`); }
    "#,
];

#[derive(Clone, Debug)]
enum Step {
    Message(&'static str),
    Wait(u64),
    Outcome(u64, bool),
    Command(&'static str),
    Clock(i64),
    Lost,
    Reload(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        10 => select(&MESSAGES[..]).prop_map(Step::Message),
        4 => (0..4000_u64).prop_map(Step::Wait),
        2 => (1..8_u64, any::<bool>()).prop_map(|(seq, done)| Step::Outcome(seq, done)),
        2 => select(&COMMANDS[..]).prop_map(Step::Command),
        1 => (-7200..7200_i64).prop_map(Step::Clock),
        1 => Just(Step::Lost),
        1 => (0..2_usize).prop_map(Step::Reload),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Notes events and actions as lines.
#[derive(Default)]
struct Recorder(Vec<String>);

impl Target for Recorder {
    fn act(&mut self, action: &Arc<Action>) -> Acted {
        self.0.push(serde_json::to_string(&**action).unwrap());
        if action.verb.sink().reports() { Acted::Awaited } else { Acted::Done }
    }

    fn note(&mut self, event: &Event) {
        self.0.push(serde_json::to_string(event).unwrap());
    }
}

/// A config with a rule, in a folder.
struct Venue {
    folder: tempfile::TempDir,
    config: Config,
}

impl Venue {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("rules")).unwrap();
        fs::write(folder.path().join("rules/rule.rhai"), RULES[0]).unwrap();
        fs::write(folder.path().join("rules/words.rhai"), "fn reason(side) { `${side} review` }\n").unwrap();
        let text = "name: Open\ncourts: { mat-1: { bind: 127.0.0.1:0 } }\nrules: { files: [rules/rule.rhai] }\n\
                    sinks: { replay: { type: obs, password: hunter2 } }\n";
        fs::write(folder.path().join("event.yaml"), text).unwrap();
        let config = Config::load(&folder.path().join("event.yaml")).unwrap();
        Self { folder, config }
    }

    /// What the court runs with when the rule is that version.
    fn setup(&self, version: usize, session: SessionId) -> (Sources, Arc<Setup>) {
        fs::write(self.folder.path().join("rules/rule.rhai"), RULES[version]).unwrap();
        let sources = Sources::read(&self.config.rules.files).unwrap();
        drop(setup::compile_sources(&self.config, &sources, "mat-1").unwrap());
        let setup = setup::recorded(&self.config, &sources, &"mat-1".into(), session);
        (sources, setup)
    }
}

/// A live session with its capture: its lines up to each time. Without `stops` it is killed.
fn live(venue: &Venue, steps: &[Step], resume: Option<Resume>, stops: bool) -> (Vec<(Time, Vec<String>)>, Vec<u8>) {
    let court: Arc<str> = "mat-1".into();
    let session = SessionId::new();
    let (sources, setup) = venue.setup(0, session);
    let start = Time::from_micros(1_764_000_000_000_000);
    let about = About { court: court.to_string(), local: ([127, 0, 0, 1], 6000).into(), event: "Open".to_owned() };
    let captures = tempfile::tempdir().unwrap();
    let (capture, thread) =
        CaptureQueue::start(CaptureRoom::unlimited(captures.path()), start, about, &Arc::default()).unwrap();
    let path = capture.path().to_owned();
    let mut runtime = CourtRuntime::open(&venue.config, &court, &sources, session, Recorder::default())
        .unwrap()
        .captured(Some(capture));
    let mut after = Vec::new();
    let mut at = start;
    runtime.take(at, &Input::Setup(setup));
    if let Some(resume) = resume {
        runtime.take(at, &Input::Resume(Arc::new(resume)));
    }
    after.push((at, runtime.target().0.clone()));
    for step in steps {
        at = at + Duration::from_millis(7);
        match step {
            Step::Message(text) => {
                let bytes = Bytes::from_static(text.as_bytes());
                runtime.take(at, &Input::Datagram(Datagram { bytes, from: None, truncated: false }));
            }
            Step::Wait(millis) => {
                at = at + Duration::from_millis(*millis);
                // A court's thread wakes whenever it likes.
                runtime.advance(at);
            }
            Step::Outcome(action_seq, done) => {
                let reason = "it cannot".to_owned();
                let outcome = if *done { Outcome::Done } else { Outcome::Failed { reason } };
                let (action_seq, action) = (*action_seq, "obs.scene".to_owned());
                runtime.take(at, &Input::Report(Report::Outcome { action_seq, action, outcome, took_us: 5 }));
            }
            Step::Command(words) => {
                let verb = CommandVerb::read(words.split(' ')).unwrap();
                let command = Command { id: CommandId::new(), origin: Origin::Ctl, by: None, verb };
                runtime.take(at, &Input::Command(command.into()));
            }
            Step::Clock(seconds) => {
                at = at + Duration::from_secs(60);
                let offset = Offset::from_micros(seconds * 1_000_000);
                runtime.take(at, &Input::ClockStep { ran_until: runtime.now(), offset });
            }
            Step::Lost => {
                let lost = Report::DatagramsLost(DatagramsLost { datagrams: 3, place: LossPlace::Queue });
                runtime.take(at, &Input::Report(lost));
            }
            Step::Reload(version) => {
                let (sources, setup) = venue.setup(*version, session);
                let rules = setup::compile_sources(&venue.config, &sources, &court).unwrap();
                drop(runtime.change_rules(at, rules, &setup));
            }
        }
        after.push((at, runtime.target().0.clone()));
    }
    if stops {
        runtime.stop(at);
        after.push((at, runtime.target().0.clone()));
    }
    drop(runtime);
    let mut components = Components::default();
    components.add(thread);
    assert_eq!(components.stop(Duration::from_secs(10)), Vec::<String>::new());
    (after, fs::read(path).unwrap())
}

/// The lines of a replay, with nothing but the capture.
fn replayed(capture: &[u8]) -> Vec<String> {
    let capture = capture.to_vec();
    let mut reader = read_from("capture", std::io::Cursor::new(capture)).unwrap();
    let Some(first) = reader.peek() else { return Vec::new() };
    let (started, setup) = (first.at, first.setup().unwrap().clone());
    assert!(!setup.config.contains("hunter2"), "{}", setup.config);
    let is_there = |path: &Path| setup.rules.iter().any(|(known, _)| known == path);
    let config = Config::recorded(Path::new("capture"), &setup.config, &is_there).unwrap();
    let sources = Sources::recorded(&config.rules.files, &setup.rules);
    let runtime = CourtRuntime::open(&config, &setup.court, &sources, SessionId::new(), Recorder::default()).unwrap();
    let mut run = Run {
        court: setup.court.clone(),
        rules: Some(&config),
        replays: HashMap::new(),
        runtime,
        acts: false,
        reports: never(),
        pace: Pace::Max,
        began: Instant::now(),
        started,
    };
    assert!(run.play(&mut reader, &mut |_| ()).unwrap().is_none());
    std::mem::take(&mut run.runtime.target().0)
}

/// What an earlier session leaves when it was sent these.
fn earlier(messages: &[&str]) -> Resume {
    let mut court = crate::court::Court::new("mat-1".into(), Vec::new(), crate::rules::Rules::none());
    let mut at = Time::from_micros(1_763_999_000_000_000);
    for message in messages {
        at = at + Duration::from_secs(1);
        let bytes = Bytes::copy_from_slice(message.as_bytes());
        court.step(at, &Input::Datagram(Datagram { bytes, from: None, truncated: false }), &mut Vec::new());
    }
    court.leave()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn replay_repeats_the_session(steps in steps(), is_resumed in any::<bool>()) {
        let venue = Venue::new();
        let resume = is_resumed.then(|| earlier(&MESSAGES[..12]));
        let (after, capture) = live(&venue, &steps, resume, true);
        prop_assert_eq!(&replayed(&capture), &after.last().unwrap().1);
    }

    #[test]
    fn replay_of_a_killed_session_has_all_that_it_had_given_out(steps in steps()) {
        let venue = Venue::new();
        let (after, capture) = live(&venue, &steps, None, false);
        let (lines, expected) = (replayed(&capture), &after.last().unwrap().1);
        prop_assert!(lines.starts_with(expected), "{lines:#?}\n{expected:#?}");
    }

    #[test]
    fn replay_of_a_cut_capture_has_all_up_to_the_cut(steps in steps(), cut in 0.0..1.0_f64) {
        let venue = Venue::new();
        let (after, capture) = live(&venue, &steps, None, false);
        let cut = &capture[..(capture.len() as f64 * cut) as usize];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.pcapng");
        fs::write(&path, cut).unwrap();
        let Ok(reader) = open(&path) else { return Ok(()) };
        let Some(last) = reader.filter_map(Result::ok).last() else { return Ok(()) };
        let (lines, expected) = (replayed(cut), &after.iter().rfind(|(at, _)| *at <= last.at).unwrap().1);
        prop_assert!(lines.starts_with(expected), "{:?}: {lines:#?}\n{expected:#?}", last.input);
    }
}
