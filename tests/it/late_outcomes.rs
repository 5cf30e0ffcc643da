//! Outcomes that come when the next bout is on, with the shipped rule of the recordings.

use bytes::Bytes;
use vta::action::{Outcome, Report};
use vta::court::{Court, Datagram, Input, Output};
use vta::rules::{Limits, Rules, Surroundings};
use vta::time::Time;

use crate::support::repository;

struct Table {
    court: Court,
    seconds: u64,
    outputs: Vec<Output>,
}

impl Table {
    /// Takes an input, and lets a second pass.
    fn take(&mut self, input: &Input) {
        let at = |seconds: u64| Time::from_micros(i64::try_from(seconds * 1_000_000).unwrap());
        self.court.step(at(self.seconds), input, &mut self.outputs);
        self.seconds += 1;
        self.court.advance(at(self.seconds), &mut self.outputs);
    }

    fn begin(&mut self, number: u8) {
        let names = "at1;A. BLUE;Anna BLUE;GER;at2;R. RED;Rita RED;CRO;";
        let number =
            format!("mch;{number};Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;{number};Senior;3;120;cntDown;20;5;");
        for message in ["pre;FightLoaded;", names, &number, "rnd;1;", "rdy;FightReady;", "clk;02:00;start;"] {
            let bytes = Bytes::copy_from_slice(message.as_bytes());
            self.take(&Input::Datagram(Datagram { bytes, from: None, truncated: false }));
        }
    }

    fn ends(&mut self, action_seq: u64, outcome: Outcome) {
        let action = "obs.start_recording".to_owned();
        self.take(&Input::Report(Report::Outcome { action_seq, action, outcome, took_us: 1 }));
    }

    /// The actions so far: each with its `seq` and what it says.
    fn actions(&self) -> Vec<String> {
        let action = |output: &Output| match output {
            Output::Action { action, .. } => {
                Some(format!("{} {}", action.seq, serde_json::to_string(&action.verb).unwrap()))
            }
            _ => None,
        };
        self.outputs.iter().filter_map(action).collect()
    }
}

#[test]
fn recording_that_fails_late_is_of_its_own_bout_and_leaves_that_of_the_next_alone() {
    let script = std::fs::read_to_string(repository("rules/recording.rhai")).unwrap();
    let rules = Rules::compile(&[("recording.rhai".into(), script)], Limits::default(), &Surroundings::default());
    let court = Court::new("court-1".into(), Vec::new(), rules.ok().unwrap());
    let mut table = Table { court, seconds: 0, outputs: Vec::new() };
    table.begin(2);
    table.begin(3);
    let actions = table.actions();
    assert!(actions[0].starts_with("1 ") && actions[0].contains("start_recording"), "{actions:#?}");
    let second = actions.iter().rposition(|action| action.contains("start_recording")).unwrap() as u64 + 1;
    assert!(second > 1, "{actions:#?}");

    table.ends(1, Outcome::Failed { reason: "OBS hangs".to_owned() });
    let actions = table.actions();
    assert!(actions.last().unwrap().contains("bout 2 is not recorded: OBS hangs"), "{actions:#?}");
    table.ends(second, Outcome::Failed { reason: "OBS is gone".to_owned() });
    let actions = table.actions();
    assert!(actions.last().unwrap().contains("bout 3 is not recorded: OBS is gone"), "{actions:#?}");
}
