//! The answers of a console to requests for its state.

use std::collections::BTreeMap;

use crate::event::{Body, Kind, Pair};
use crate::pss::{Dialect, encode};

/// The longest datagram with questions, in bytes.
pub(super) const MAX_QUESTION: usize = 256;

/// What a program can ask for: the word, the kind of the answer, and the answer before there is a message of it.
const QUESTIONS: [(&str, Kind, &str); 10] = [
    ("clock", Kind::Clock, "clk;"),
    ("break", Kind::Rest, "brk;"),
    ("period", Kind::Round, "rnd;"),
    ("scores", Kind::Score, "sc1;sc2;"),
    ("gam-jeom", Kind::Penalties, "wg1;wg2;"),
    ("informations", Kind::BoutConfig, "mch;"),
    ("athletes", Kind::Athletes, "at1;at2;"),
    ("winmatch", Kind::Result, "wmh;"),
    ("referees", Kind::Officials, "ref;"),
    ("winperiods;", Kind::RoundWinners, "wrd;"),
];

/// The last message of each kind that a program can ask for.
#[derive(Debug)]
pub(super) struct LastMessages {
    dialect: Dialect,
    last: BTreeMap<Kind, Body>,
}

impl LastMessages {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, last: BTreeMap::new() }
    }

    /// Keeps a message that the console sends.
    pub(super) fn keep(&mut self, body: Body) {
        match body {
            // Messages of the bout before are no answers any more.
            Body::BoutLoaded {} => self.last.clear(),
            Body::Round(_) => {
                let none = Pair { blue: Some(0), red: Some(0) };
                self.last.insert(Kind::Score, Body::Score(none));
                self.last.insert(Kind::Penalties, Body::Penalties(none));
            }
            _ => {}
        }
        let kind = Kind::from(&body);
        if QUESTIONS.iter().any(|(_, answer, _)| *answer == kind) {
            self.last.insert(kind, body);
        }
    }

    /// The answers to the questions of a datagram; a line that is no question is ignored.
    pub(super) fn answers(&self, datagram: &[u8]) -> Vec<String> {
        if datagram.len() > MAX_QUESTION {
            return Vec::new();
        }
        let lines = String::from_utf8_lossy(datagram);
        let questions = lines.lines().filter_map(|line| QUESTIONS.iter().find(|(word, ..)| *word == line.trim()));
        questions.map(|(_, kind, nothing)| self.answer(*kind, nothing)).collect()
    }

    fn answer(&self, kind: Kind, nothing: &str) -> String {
        let last = self.last.get(&kind).and_then(|body| encode(body, self.dialect));
        last.unwrap_or_else(|| match self.dialect {
            Dialect::Published => nothing.to_owned(),
            Dialect::TkStrike2 | Dialect::TkStrike3 => format!("{nothing}\r\n"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Clock, Round};

    #[test]
    fn each_question_is_answered_with_the_last_message_of_its_kind() {
        let mut memory = LastMessages::new(Dialect::TkStrike3);
        let all = QUESTIONS.map(|(word, ..)| word).join("\r\n");
        let nothing = memory.answers(all.as_bytes());
        assert_eq!(nothing.len(), 10);
        assert_eq!(memory.answers(b"athletes\r\nmatch"), ["at1;at2;\r\n"]);
        for seconds in [61, 60] {
            memory.keep(Body::Clock(Clock { seconds, action: None }));
        }
        memory.keep(Body::Score(Pair { blue: Some(3), red: Some(0) }));
        assert_eq!(memory.answers(b"clock\r\nscores\r\n"), ["clk;01:00\r\n", "sc1;3;sc2;0\r\n"]);
        memory.keep(Body::Round(Round { round: 2 }));
        assert_eq!(memory.answers(b"scores"), ["sc1;0;sc2;0\r\n"], "a new round");
        memory.keep(Body::BoutLoaded {});
        assert_eq!(memory.answers(all.as_bytes()), nothing, "a new bout");
        assert!(memory.answers(&[b'\n'; MAX_QUESTION + 1]).is_empty());
    }
}
