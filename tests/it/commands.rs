//! An operator's commands: what they do, how they join what the console says, and why some are refused.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use vta::action::{Outcome, Report};
use vta::bout::SessionId;
use vta::command::{Command, CommandVerb, FoundClip};
use vta::court::{Court, Datagram, Input, Output, Resume};
use vta::event::{CommandId, Origin};
use vta::rules::{Limits, Rules, Surroundings};
use vta::time::Time;

use crate::support::clip;

const SAVES: &str = r#"fn on_review_opened(event, bout) { obs::save_replay("a rule"); }"#;

struct Table {
    court: Court,
    now: f64,
    outputs: Vec<Output>,
}

impl Table {
    fn with(rule: &str, obs: &[&str], has_player: bool) -> Self {
        let names: Vec<_> = obs.iter().map(|name| (*name).into()).collect();
        let rules = [("rule.rhai".into(), rule.into())];
        let rules = Rules::compile(&rules, Limits::default(), &Surroundings { obs: names.clone() }).ok().unwrap();
        let court =
            Court::new("mat-1".into(), Vec::new(), rules).with_session(SessionId::new()).with_sinks(names, has_player);
        Self { court, now: 0.0, outputs: Vec::new() }
    }

    /// A court with a rule that saves clips, an OBS, a player and bout 12.
    fn new() -> Self {
        let mut table = Self::with(SAVES, &["mat"], true);
        table.load("12", "Ana", "Bea");
        table
    }

    fn load(&mut self, number: &str, blue: &str, red: &str) {
        self.wait(1.0);
        self.receive("pre;FightLoaded");
        self.receive(&format!("at1;{blue};{blue};GER;at2;{red};{red};FRA"));
        self.receive(&format!("mch;{number};Final;M -68kg;0;#0;#F;#f;#F;null;Senior;3;120;cntDown;20;5;"));
        self.wait(1.0);
    }

    fn take(&mut self, input: &Input) -> &mut Self {
        let at = Time::default() + Duration::from_secs_f64(self.now);
        self.court.step(at, input, &mut self.outputs);
        self
    }

    fn wait(&mut self, seconds: f64) -> &mut Self {
        self.now += seconds;
        self.court.advance(Time::default() + Duration::from_secs_f64(self.now), &mut self.outputs);
        self
    }

    fn receive(&mut self, message: &str) -> &mut Self {
        let bytes = Bytes::copy_from_slice(message.as_bytes());
        self.take(&Input::Datagram(Datagram { bytes, from: None, truncated: false }))
    }

    fn verb(&mut self, verb: CommandVerb) -> &mut Self {
        let command = Command { id: CommandId::default(), origin: Origin::Ctl, by: None, verb };
        self.take(&Input::Command(command.into()))
    }

    /// Sends a command as it is typed.
    fn command(&mut self, words: &str) -> &mut Self {
        self.verb(CommandVerb::read(words.split(' ')).unwrap())
    }

    fn ended(&mut self, action_seq: u64, outcome: Outcome) -> &mut Self {
        let report = Report::Outcome { action_seq, action: "obs.save_replay".into(), outcome, took_us: 1 };
        self.take(&Input::Report(report))
    }

    /// Forgets what was given out so far.
    fn forget(&mut self) -> &mut Self {
        self.outputs.clear();
        self
    }

    /// The events of these kinds, without what differs from run to run.
    fn events(&self, kinds: &[&str]) -> Vec<Value> {
        let event = |output: &Output| match output {
            Output::Event { event, .. } => Some(event.clone()),
            _ => None,
        };
        let events = self.outputs.iter().filter_map(event).filter(|event| kinds.contains(&event.kind().into()));
        let fields = |event: &vta::event::Event| {
            let mut fields = serde_json::to_value(&event.body).unwrap();
            let object = fields.as_object_mut().unwrap();
            object.retain(|name, _| !["id", "command_seq", "took_ms", "review"].contains(&name.as_str()));
            object.insert("kind".into(), event.kind().to_string().into());
            fields
        };
        events.map(|event| fields(&event)).collect()
    }

    /// The reason for which the last command was refused or has failed.
    fn reason(&self) -> String {
        let ended = self.events(&["command_ended"]).pop().unwrap();
        format!("{}: {}", ended["outcome"].as_str().unwrap(), ended["reason"].as_str().unwrap_or_default())
    }

    /// The actions, each with its rule.
    fn actions(&self) -> Vec<(String, String)> {
        let action = |output: &Output| match output {
            Output::Action { action, .. } => Some((action.rule.to_string(), action.verb.name().to_owned())),
            _ => None,
        };
        self.outputs.iter().filter_map(action).collect()
    }

    fn review(&self) -> Value {
        serde_json::to_value(self.court.bout().review().unwrap()).unwrap()
    }

    fn left(&self) -> u8 {
        self.court.bout().blue.requests_left
    }
}

fn action(rule: &str, name: &str) -> (String, String) {
    (rule.to_owned(), name.to_owned())
}

#[test]
fn an_operator_s_review_has_a_clip_a_clock_and_a_verdict() {
    let mut table = Table::new();
    table.forget().command("review blue");
    assert_eq!(
        table.events(&["command", "review_opened", "command_ended"]),
        [
            json!({"origin": "ctl", "command": "review", "args": {"what": "blue"}, "kind": "command"}),
            json!({"side": "blue", "origin": "operator", "kind": "review_opened"}),
            json!({"command": "review", "outcome": "done", "kind": "command_ended"}),
        ]
    );
    assert_eq!(table.actions(), [action("rule.rhai", "obs.save_replay")]);
    table.wait(20.0);
    assert_eq!(table.events(&["review_deadline"]).len(), 1);
    table.take(&Input::Report(clip("mat", "/clips/1.mkv", vec![1])));
    table.forget().command("verdict accepted won").command("review close");
    let events = table.events(&["review_decided", "review_closed"]);
    assert_eq!(
        events,
        [
            json!({"side": "blue", "origin": "operator", "state": "accepted", "verdict": "won", "requests_left": 1,
                   "kind": "review_decided"}),
            json!({"side": "blue", "kind": "review_closed"}),
        ]
    );
    assert_eq!(table.review()["clip"], "saved");
}

#[test]
fn an_operator_s_review_costs_a_request_only_if_the_operator_says_so() {
    for (command, left) in [("review blue", 1), ("review blue --counts", 0)] {
        let mut table = Table::new();
        table.command(command).command("verdict rejected");
        assert_eq!(table.left(), left, "{command}");
    }
}

#[test]
fn a_second_press_joins_the_review_and_its_clip() {
    let mut table = Table::new();
    table.forget().command("review blue").wait(0.3).command("review blue");
    assert_eq!(table.events(&["review_opened"]).len(), 1);
    assert_eq!(
        table.events(&["review_joined"]),
        [json!({"side": "blue", "origin": "operator", "kind": "review_joined"})]
    );
    assert_eq!(table.actions().len(), 1);
    // Another side's is another review.
    table.command("review red");
    assert_eq!(table.events(&["review_opened"]).len(), 2);
}

#[test]
fn the_console_joins_an_operator_s_review_and_its_quota_counts() {
    let mut table = Table::new();
    table.forget().command("review blue").wait(3.0).receive("ch1;").wait(2.0).receive("ch1;0;").wait(1.0);
    assert_eq!(
        table.events(&["review_opened", "review_joined", "review_decided"]),
        [
            json!({"side": "blue", "origin": "operator", "kind": "review_opened"}),
            json!({"side": "blue", "origin": "console", "kind": "review_joined"}),
            json!({"side": "blue", "origin": "console", "state": "rejected", "requests_left": 0,
                   "kind": "review_decided"}),
        ]
    );
    assert_eq!(table.actions().len(), 1);
    assert_eq!((table.review()["origin"].clone(), table.left()), (json!("both"), 0));
}

#[test]
fn an_operator_joins_the_console_s_review() {
    let mut table = Table::new();
    table.forget().receive("ch1;").command("review blue").wait(1.0);
    assert_eq!(table.events(&["review_opened"]).len(), 1);
    assert_eq!(table.review()["origin"], "both");
    assert_eq!(table.actions().len(), 1);
}

#[test]
fn an_answer_of_the_console_alone_joins_too() {
    let mut table = Table::new();
    table.forget().command("review blue").wait(3.0).receive("ch1;0;").wait(1.0);
    assert_eq!(table.events(&["review_joined"]).len(), 1);
    assert_eq!(table.left(), 0);
}

#[test]
fn the_console_s_verdict_counts_also_when_it_comes_later() {
    let mut table = Table::new();
    table.forget().command("review blue").command("verdict accepted won").wait(5.0).receive("ch1;0;").wait(1.0);
    let differ = json!({"side": "blue", "console": "rejected", "operator": "accepted", "operator_verdict": "won",
                        "kind": "verdicts_differ"});
    assert_eq!(table.events(&["verdicts_differ"]), [differ]);
    let review = table.review();
    assert_eq!((review["state"].clone(), review["decided_by"].clone()), (json!("rejected"), json!("console")));
    assert_eq!(table.left(), 0);
}

#[test]
fn the_console_s_verdict_counts_also_when_it_came_before() {
    let mut table = Table::new();
    table.forget().receive("ch1;").wait(5.0).receive("ch1;0;").wait(1.0).command("verdict accepted won");
    assert_eq!(table.reason(), "refused: the console has given another verdict, which counts");
    assert_eq!(table.events(&["verdicts_differ"]).len(), 1);
    assert_eq!(table.review()["state"], "rejected");
    table.command("verdict rejected");
    assert_eq!(table.reason(), "done: ");
}

#[test]
fn a_request_that_the_console_repeats_after_an_operator_s_verdict_is_no_new_review() {
    let mut table = Table::new();
    table.forget().receive("ch1;").wait(1.0).command("verdict accepted won").receive("ch1;").wait(1.0);
    assert_eq!(table.events(&["review_opened"]).len(), 1);
    assert_eq!(table.review()["state"], "accepted");
}

#[test]
fn an_order_within_a_burst_stays_whatever_the_order_of_its_messages_turns_out_to_be() {
    let mut table = Table::new();
    // The score overtook its point, so the burst is put in order.
    table.forget().receive("sc1;3;sc2;0").command("review blue").receive("pt1;3").wait(1.0);
    assert_eq!(table.review()["origin"], "operator");
    assert_eq!(table.court.bout().blue.score, 3);
}

#[test]
fn an_order_within_the_burst_that_loads_its_bout_is_of_that_bout() {
    let load = [
        "pre;FightLoaded",
        "at1;Cem;Cem;GER;at2;Dea;Dea;FRA",
        "mch;13;Final;M -68kg;0;#0;#F;#f;#F;null;Senior;3;120;cntDown;20;5;",
        "rnd;1",
        "clk;01:53;start",
    ];
    let mut swapped = load;
    swapped.swap(1, 2);
    for mut table in [Table::new(), Table::with(SAVES, &["mat"], true)] {
        for messages in [load, swapped] {
            for waits in [0.0, 0.04, 0.11, 0.2] {
                for message in messages {
                    table.receive(message);
                }
                table.wait(waits).command("review blue").wait(0.01);
                assert_eq!(table.review()["origin"], "operator", "{waits} {messages:?}");
                table.wait(1.0);
                assert_eq!(table.review()["origin"], "operator", "{waits} {messages:?}");
                assert_eq!(table.command("verdict accepted won").review()["state"], "accepted");
                table.command("review close").wait(1.0);
            }
        }
    }
}

#[test]
fn without_a_rule_that_saves_a_clip_the_court_saves_one_of_each_obs() {
    let mut table = Table::with("fn on_point(event, bout) {}", &["mat", "hall"], true);
    table.load("12", "Ana", "Bea");
    table.forget().command("review referee");
    assert_eq!(table.actions(), [action("operator", "obs.save_replay"), action("operator", "obs.save_replay")]);
    table.take(&Input::Report(clip("mat", "/clips/1.mkv", vec![1])));
    assert_eq!(table.review()["clip"], "saved");
}

#[test]
fn a_command_that_cannot_work_says_why_at_once() {
    let refusal = |table: &mut Table, command: &str| table.command(command).reason();
    let bare = &mut Table::with("fn on_point(event, bout) {}", &[], false);
    let no_obs = "refused: no OBS serves this court: add a sink of `type: obs`";
    for command in ["save", "scene Live", "record start", "stream stop"] {
        assert_eq!(refusal(bare, command), no_obs, "{command}");
    }
    assert_eq!(refusal(bare, "show last"), "refused: no player serves this court: add a sink of `type: player`");
    for command in ["review blue", "verdict accepted", "review close", "bout is new"] {
        assert_eq!(refusal(bare, command), "refused: no bout is on: nothing was received of one yet", "{command}");
    }
    assert_eq!(refusal(bare, "trigger x"), "refused: no rule of this court has `fn on_trigger(event, bout)`");

    let full = &mut Table::new();
    assert_eq!(refusal(full, "save --obs mta"), "refused: no OBS `mta` serves this court; did you mean `mat`?");
    assert_eq!(refusal(full, "verdict accepted"), "refused: no review is open");
    assert_eq!(refusal(full, "review close"), "refused: no review is open");
    assert_eq!(refusal(full, "show last"), "refused: there is no clip of this court yet");
    let no_such_bout = "refused: no other bout 99 was on this court in the last twelve hours; known: nothing";
    assert_eq!(refusal(full, "bout is 99"), no_such_bout);
    assert_eq!(full.actions(), []);
}

#[test]
fn a_save_ends_with_its_file_or_with_the_reason_that_there_is_none() {
    let mut table = Table::with(SAVES, &["mat", "hall"], false);
    table.forget().command("save head");
    assert_eq!(table.events(&["command_ended"]), [] as [Value; 0]);
    table.take(&Input::Report(clip("mat", "/clips/1.mkv", vec![1]))).ended(1, Outcome::Done);
    table.take(&Input::Report(clip("hall", "/clips/2.mkv", vec![2]))).ended(2, Outcome::Done);
    let done = json!({"command": "save", "outcome": "done", "clips": ["/clips/1.mkv", "/clips/2.mkv"],
                      "kind": "command_ended"});
    assert_eq!(table.events(&["command_ended"]), [done]);
    assert_eq!(table.events(&["clip_saved"])[0]["reason"], "head");

    table.forget().command("save");
    table.ended(3, Outcome::Failed { reason: "OBS is gone".into() }).ended(4, Outcome::Done);
    assert_eq!(table.reason(), "failed: OBS is gone");
}

#[test]
fn a_clip_that_was_found_is_shown_from_its_instant() {
    let mut table = Table::new();
    let found = FoundClip {
        path: "/clips/1.mkv".into(),
        begins_at: Some(Time::default()),
        camera: Some("mat".into()),
        from: Some(Time::default() + Duration::from_secs(3)),
    };
    table.forget().verb(CommandVerb::Show { what: "41".into(), found: Some(found) });
    assert_eq!(table.actions(), [action("operator", "player.play")]);
    table.ended(1, Outcome::Done);
    assert_eq!(table.reason(), "done: ");
}

#[test]
fn paused_rules_hear_everything_and_do_nothing() {
    let rule = "fn on_point(event, bout) {
        this.points = if \"points\" in this { this.points + 1 } else { 1 };
        mark(`${this.points}`);
    }";
    let mut table = Table::with(rule, &["mat"], false);
    table.load("12", "Ana", "Bea");
    table.forget().command("rules pause").command("rules pause");
    table.receive("pt1;3").wait(1.0).receive("pt2;1").wait(1.0);
    assert!(table.court.are_rules_paused());
    assert_eq!(table.actions(), []);
    // An operator's own commands go on.
    table.command("mark here");
    table.command("rules resume").receive("pt2;2").wait(1.0);
    assert_eq!(table.actions(), [action("operator", "mark"), action("rule.rhai", "mark")]);
    assert_eq!(table.events(&["rules_paused"]).len(), 1);
    assert_eq!(table.events(&["rules_resumed"]), [json!({"withheld": 2, "kind": "rules_resumed"})]);
    let last = table.outputs.iter().rev().find_map(|output| match output {
        Output::Action { action, .. } => Some(serde_json::to_value(&action.verb).unwrap()),
        _ => None,
    });
    assert_eq!(last.unwrap()["args"]["text"], "3");
}

#[test]
fn a_review_with_paused_rules_has_a_clip_all_the_same() {
    let mut table = Table::new();
    table.forget().command("rules pause").command("review blue");
    assert_eq!(table.actions(), [action("operator", "obs.save_replay")]);
}

#[test]
fn rules_hear_a_trigger_with_what_was_sent_with_it() {
    let rule = r#"fn on_trigger(event, bout) { if event.name == "board" { mark(`${event.args.page}`); } }"#;
    let mut table = Table::with(rule, &[], false);
    table.command(r#"trigger board {"page":7}"#).command("trigger other");
    let Some(Output::Action { action, .. }) = table.outputs.iter().find(|o| matches!(o, Output::Action { .. })) else {
        panic!("no action")
    };
    assert_eq!(serde_json::to_value(&action.verb).unwrap()["args"]["text"], "7");
    assert_eq!(table.actions().len(), 1);
    assert_eq!(table.reason(), "done: ");
    table.command("rules pause").command("trigger board {}");
    assert_eq!(table.reason(), "refused: the rules are paused: `rules resume` resumes them");
}

#[test]
fn bouts_loaded_in_a_rehearsal_are_rehearsals_and_one_that_has_begun_stays_what_it_is() {
    let mut table = Table::new();
    table.receive("rnd;1").receive("clk;02:00;start").wait(1.0).forget().command("rehearsal start");
    assert!(!table.court.bout().rehearsal);
    table.load("13", "Cem", "Dan");
    assert!(table.court.bout().rehearsal);
    table.receive("rnd;1").receive("clk;02:00;start").wait(1.0).command("rehearsal stop").command("rehearsal stop");
    assert!(table.court.bout().rehearsal);
    let events = table.events(&["rehearsal"]);
    assert_eq!(events, [json!({"on": true, "kind": "rehearsal"}), json!({"on": false, "kind": "rehearsal"})]);

    // A program that is started again knows that the rehearsal is over.
    let left = table.court.leave();
    let mut next = Table::with(SAVES, &[], false);
    next.take(&Input::Resume(Resume { ..left }.into()));
    assert!(next.court.bout().rehearsal);
    next.load("14", "Eva", "Fay");
    assert!(!next.court.bout().rehearsal);
}

#[test]
fn an_operator_says_which_bout_a_load_is_of() {
    let mut table = Table::new();
    let bouts = |table: &Table| -> Vec<(u32, u32)> {
        let load = |output: &Output| match output {
            Output::Load { load, bout, .. } => Some((*load, bout.load)),
            _ => None,
        };
        table.outputs.iter().filter_map(load).collect()
    };
    // Loaded again with another number and other names, it is another bout, until the operator says otherwise.
    table.load("21", "Cem", "Dan");
    assert_eq!(bouts(&table), [(1, 1), (2, 2)]);
    table.forget().command("bout is same");
    assert_eq!((bouts(&table), table.reason()), (vec![(2, 1)], "done: ".to_owned()));
    // What the console says afterwards changes nothing.
    table.forget().receive("at1;Cem;Cemal;TUR;at2;Dan;Daniel;GER").wait(1.0);
    assert_eq!(bouts(&table), []);
    table.forget().command("bout is new");
    assert_eq!(bouts(&table), [(2, 2)]);
    table.forget().command("bout is 12");
    assert_eq!(bouts(&table), [(2, 1)]);
}

#[test]
fn words_are_read_as_the_command_line_reads_them() {
    let read = |words: &str| match CommandVerb::read(words.split(' ')) {
        Ok(verb) => serde_json::to_string(&verb).unwrap(),
        Err(error) => error,
    };
    let words = [
        "review blue",
        "review red --counts",
        "review close",
        "verdict accepted won",
        "verdict rejected",
        "save",
        "save head --obs mat",
        "show last",
        "mark here",
        "scene Live",
        "record start",
        "stream stop",
        "rules pause",
        "rehearsal start",
        "bout is 245",
        "trigger board",
        "trigger board [1,2]",
        "reload",
        "quit",
        "review green",
        "reveiw blue",
        "bout 245",
        "trigger board {",
        "save a b",
        "",
    ];
    let lines: Vec<_> = words.iter().map(|words| format!("{words}\n    {}", read(words))).collect();
    insta::assert_snapshot!(lines.join("\n"));
    for words in words {
        if let Ok(verb) = CommandVerb::read(words.split(' ')) {
            let json = serde_json::to_string(&verb).unwrap();
            assert_eq!(serde_json::from_str::<CommandVerb>(&json).unwrap(), verb, "{json}");
        }
    }
}
