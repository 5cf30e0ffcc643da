//! The answers of a console to requests for its state.

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use crate::event::{Body, Pair};
use crate::pss::{Dialect, encode};

/// The longest datagram with questions, in bytes.
pub(super) const MAX_QUESTION: usize = 256;

/// What a program can ask for, by its word.
#[derive(Clone, Copy, Debug, EnumIter, EnumString, IntoStaticStr, PartialEq, Eq)]
#[strum(serialize_all = "lowercase")]
enum Question {
    Clock,
    Break,
    Period,
    Scores,
    #[strum(serialize = "gam-jeom")]
    GamJeom,
    Informations,
    Athletes,
    WinMatch,
    Referees,
    #[strum(serialize = "winperiods;")]
    WinPeriods,
}

impl Question {
    /// The question that a message answers.
    fn answered_by(body: &Body) -> Option<Self> {
        Some(match body {
            Body::Clock(_) => Self::Clock,
            Body::Rest(_) => Self::Break,
            Body::Round(_) => Self::Period,
            Body::Score(_) => Self::Scores,
            Body::Penalties(_) => Self::GamJeom,
            Body::BoutConfig(_) => Self::Informations,
            Body::Athletes(_) => Self::Athletes,
            Body::Result(_) => Self::WinMatch,
            Body::Officials(_) => Self::Referees,
            Body::RoundWinners(_) => Self::WinPeriods,
            _ => return None,
        })
    }

    /// The answer before anything has happened.
    fn nothing(self) -> &'static str {
        match self {
            Self::Clock => "clk;",
            Self::Break => "brk;",
            Self::Period => "rnd;",
            Self::Scores => "sc1;sc2;",
            Self::GamJeom => "wg1;wg2;",
            Self::Informations => "mch;",
            Self::Athletes => "at1;at2;",
            Self::WinMatch => "wmh;",
            Self::Referees => "ref;",
            Self::WinPeriods => "wrd;",
        }
    }
}

/// The last message of each kind that a program can ask for.
#[derive(Debug)]
pub(super) struct LastMessages {
    dialect: Dialect,
    last: [Option<Body>; 10],
}

impl LastMessages {
    pub(super) fn new(dialect: Dialect) -> Self {
        debug_assert_eq!(Question::iter().count(), 10);
        Self { dialect, last: [const { None }; 10] }
    }

    /// Keeps a message that the console sends.
    pub(super) fn keep(&mut self, body: Body) {
        match body {
            // Messages of the bout before are no answers any more.
            Body::BoutLoaded {} => self.last.fill(None),
            Body::Round(_) => {
                let none = Pair { blue: Some(0), red: Some(0) };
                self.put(Body::Score(none));
                self.put(Body::Penalties(none));
            }
            _ => {}
        }
        self.put(body);
    }

    fn put(&mut self, body: Body) {
        if let Some(question) = Question::answered_by(&body)
            && let Some(last) = self.last.get_mut(question as usize)
        {
            *last = Some(body);
        }
    }

    /// The answers to the questions of a datagram; a line that is no question is ignored.
    pub(super) fn answers(&self, datagram: &[u8]) -> Vec<String> {
        if datagram.len() > MAX_QUESTION {
            return Vec::new();
        }
        let questions = String::from_utf8_lossy(datagram);
        questions.lines().filter_map(|line| line.trim().parse().ok()).map(|question| self.answer(question)).collect()
    }

    fn answer(&self, question: Question) -> String {
        let last = self.last.get(question as usize).and_then(Option::as_ref);
        last.and_then(|body| encode(body, self.dialect)).unwrap_or_else(|| match self.dialect {
            Dialect::Published => question.nothing().to_owned(),
            Dialect::TkStrike2 | Dialect::TkStrike3 => format!("{}\r\n", question.nothing()),
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
        let all = Question::iter().map(<&str>::from).collect::<Vec<_>>().join("\r\n");
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
