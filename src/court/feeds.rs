//! A console can send PSS messages and JSON to one port: then nothing may count twice.

use std::time::Duration;

use crate::event::{Body, Kind, Status};
use crate::pss::Message;
use crate::time::Time;

/// How long the JSON feed's round clock has to run without a PSS message until the JSON makes the bout.
const TAKEOVER: Duration = Duration::from_secs(10);

/// Which feed makes the bout.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    /// The PSS messages do: of the JSON, only what they lack is taken.
    has_pss: bool,
    /// Since when the round clock of the JSON feed has run without a PSS message.
    alone_since: Option<Time>,
}

impl Feeds {
    /// Whether a message says something that the other feed does not say.
    pub(super) fn takes(&mut self, at: Time, message: &Message) -> bool {
        if !message.is_json() {
            if is_about_a_bout(message) {
                *self = Self { has_pss: true, alone_since: None };
            }
            return true;
        }
        let is_other = match &message.body {
            Body::Console(_) | Body::Unknown(_) => true,
            // Broken JSON.
            Body::Unusable(unusable) if unusable.kind == Kind::Unknown => true,
            body => body.adds_to_pss(),
        };
        if !self.has_pss || is_other {
            return true;
        }
        if message.stream.ends_with("COUNTDOWN_CHANGE") {
            let since = *self.alone_since.get_or_insert(at);
            if at.since(since) >= TAKEOVER {
                *self = Self::default();
            }
        }
        !self.has_pss
    }
}

fn is_about_a_bout(Message { status, body, .. }: &Message) -> bool {
    matches!(status, Status::Ok | Status::Recovered) && !matches!(body, Body::Console(_) | Body::Unusable(_))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use serde_json::json;

    use crate::court::{Court, Datagram, Input, Output};
    use crate::rules::Rules;
    use crate::time::Time;

    /// Of a court that receives datagrams at milliseconds: its events of some kinds, with their fields.
    fn events(datagrams: &[(i64, &str)], kinds: &[&str]) -> Vec<String> {
        let mut court = Court::new(Arc::from("court-1"), Vec::new(), Rules::none());
        let mut outputs = Vec::new();
        for (at, datagram) in datagrams {
            let datagram = Datagram { bytes: Bytes::from((*datagram).to_owned()), from: None, truncated: false };
            court.step(Time::from_micros(at * 1000), &Input::Datagram(datagram), &mut outputs);
        }
        court.step(court.now() + std::time::Duration::from_secs(2), &Input::Stop, &mut outputs);
        let described = |output: &Output| match output {
            Output::Event { event, .. } if kinds.contains(&&*event.kind().to_string()) => {
                Some(format!("{} {}", event.kind(), json!(event.body)))
            }
            _ => None,
        };
        outputs.iter().filter_map(described).collect()
    }

    const SCORING: [&str; 6] = ["point", "hit", "scored", "technical_bonus", "score_corrected", "penalty_given"];
    const BEGIN: &str = r#"{"matchNumber":"7","roundNumber":1,"eventType":"START_ROUND","roundTimestamp":120000,"bluePoints":0,"redPoints":0}"#;
    const KICK: &str = r#"{"matchNumber":"7","roundNumber":1,"eventType":"BLUE_BODY_POINT","roundTimestamp":90000,"bluePoints":2,"redPoints":0,"hitlevel":27}"#;
    const TURNED: &str = r#"{"matchNumber":"7","roundNumber":1,"eventType":"BLUE_BODY_TECH_POINT","roundTimestamp":90000,"bluePoints":4,"redPoints":0}"#;

    #[test]
    fn both_feeds_on_one_port_count_each_kick_once() {
        let press =
            r#"{"matchNumber":"7","eventType":"BLUE_JUDGE_BODY_TECH","calledByJudgeNumber":2,"roundTimestamp":90000}"#;
        let hit = r#"{"matchNumber":"7","eventType":"BLUE_BODY_HIT","blueBodyLevel":27,"roundTimestamp":90010}"#;
        let gam_jeom =
            r#"{"matchNumber":"7","eventType":"RED_ADD_GAME_JEON","redPenalties":1,"bluePoints":5,"redPoints":0}"#;
        let mut kinds = SCORING.to_vec();
        kinds.extend(["judge_press", "sensor_hit", "round_time", "bout_loaded", "round_started", "clock"]);
        let pss: [(i64, &str); 6] = [
            (0, "pre;FightLoaded\r\nmch;7;Final;W -57;;;;;;;Seniors;3;120;cntDown;20;5\r\nrdy;FightReady\r\n"),
            (1000, "rnd;1\r\nclk;2:00;start\r\n"),
            (9000, "hl1;27\r\n"),
            (9010, "pt1;4\r\nsc1;4;sc2;0\r\n"),
            (12_000, "wg1;0;wg2;1\r\nsc1;5;sc2;0\r\n"),
            (13_000, "clk;1:50\r\n"),
        ];
        // The other feed is a little earlier or later.
        for shift in [-3, 3] {
            let json: [(i64, &str); 6] =
                [(1000, BEGIN), (9000, hit), (9010, KICK), (9010, TURNED), (9020, press), (12_000, gam_jeom)];
            let mut both: Vec<_> = json.iter().map(|(at, text)| (at + shift, *text)).chain(pss).collect();
            both.sort_by_key(|(at, _)| *at);
            let events = events(&both, &kinds);
            let count = |kind: &str| events.iter().filter(|event| event.starts_with(&format!("{kind} "))).count();
            for kind in
                ["point", "hit", "scored", "penalty_given", "judge_press", "sensor_hit", "bout_loaded", "round_started"]
            {
                assert_eq!(count(kind), 1, "{kind}: {events:#?}");
            }
            assert_eq!((count("clock"), count("technical_bonus"), count("score_corrected")), (2, 0, 0), "{events:#?}");
            assert_eq!(count("round_time"), 3, "{events:#?}");
        }
    }

    #[test]
    fn json_makes_the_bout_again_when_the_pss_messages_stop_while_the_clock_runs() {
        let tick = |left: i64| format!(r#"{{"eventType":"ROUNDCOUNTDOWN_CHANGE","roundTimestamp":{}}}"#, left * 1000);
        let ticks: Vec<(i64, String)> = (1..30).map(|second| (second * 1000, tick(120 - second))).collect();
        let mut datagrams = vec![(0, "clk;2:00;start\r\n")];
        datagrams.extend(ticks.iter().map(|(at, tick)| (*at, tick.as_str())));
        datagrams.push((29_500, KICK));
        assert_eq!(events(&datagrams, &["clock"]).len(), 1 + 19 + 1);
        assert_eq!(events(&datagrams, &["point"]).len(), 1);
        // Presses while the clock stands are no sign that the PSS is silent.
        let press =
            r#"{"eventType":"OT_BLUE_JUDGE_PUNCH","calledByJudgeNumber":1,"bluePoints":0,"roundTimestamp":90000}"#;
        let datagrams =
            [(0, "clk;1:30;stop\r\n"), (20_000, press), (50_000, press), (60_000, KICK), (60_001, "pt1;2\r\n")];
        assert_eq!(events(&datagrams, &["point"]).len(), 1);
    }
}
