//! An event's body → its message, as a sender writes it.

use std::fmt::{Display, Write};

use strum::{Display as Named, EnumIter, EnumString, VariantNames};

use crate::event::*;

/// The console that a message imitates.
#[derive(Clone, Copy, Debug, Default, Named, EnumIter, EnumString, VariantNames, PartialEq, Eq)]
pub enum Dialect {
    /// An older TK-Strike: CR LF ends a message, clocks are `0:09`, the third judge is `ju3`.
    #[strum(serialize = "tkstrike-2")]
    TkStrike2,
    /// A newer console: CR LF, clocks are `00:09`, the third official is `ta`, some messages have a final `;`.
    #[default]
    #[strum(serialize = "tkstrike-3")]
    TkStrike3,
    /// The published examples: every field ends with `;`, and nothing else ends a message.
    #[strum(serialize = "published")]
    Published,
}

const MAX_JUDGES: usize = 5;

/// Writes the message of a body, with its end; `decode` reads the same body from it.
///
/// None for a body that no sender sends in this form: derived events, reports, and messages that could not be read.
/// What would separate fields or messages inside a text (`;`, line ends) becomes a blank.
pub fn encode(body: &Body, dialect: Dialect) -> Option<String> {
    let line = |stream: &str| Line { text: stream.to_owned(), dialect };
    Some(match body {
        Body::BoutLoaded {} => line("pre").field("FightLoaded").end(),
        Body::BoutReady {} => line("rdy").field("FightReady").end(),
        Body::Athletes(athletes) => line("at1").athlete(&athletes.blue).field("at2").athlete(&athletes.red).end(),
        Body::Officials(officials) => officials_line(line("ref"), officials),
        Body::BoutConfig(config) => config_line(line("mch"), config),
        Body::Round(round) => line("rnd").field(round.round).end(),
        Body::Clock(clock) => line("clk").clock(*clock).end(),
        Body::Rest(clock) => line("brk").clock(*clock).end(),
        Body::Injury(injury) => injury_line(line(["ij0", "ij1", "ij2"][injury.side as usize]), injury),
        Body::Timeout(timeout) => {
            let clock = Clock { seconds: timeout.seconds, action: timeout.action };
            line(of(timeout.side, "to1", "to2")).clock(clock).end()
        }
        Body::Point(point) => line(of(point.side, "pt1", "pt2")).field(point.points).end(),
        Body::Hit(hit) => line(of(hit.side, "hl1", "hl2")).field(hit.level).end(),
        Body::Score(score) => line("").pair(*score, ["sc1", "sc2"]).end(),
        Body::Penalties(count) => line("").pair(*count, ["wg1", "wg2"]).end(),
        Body::RoundScores(scores) => line("").round_scores(scores).end(),
        Body::RoundWinners(winners) => {
            let each = (1..).zip(&winners.winners);
            each.fold(line("wrd"), |line, (round, winner)| line.field(format_args!("rd{round}")).field(code(*winner)))
                .end()
        }
        Body::Winner(winner) => line("win").field(winner.winner.to_string().to_uppercase()).end(),
        Body::Result(result) => {
            let words = [result.result.clone(), result.decision.map(|decision| decision.to_string())];
            let banner = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
            line("wmh").text(result.name.as_deref()).text(Some(&banner)).end()
        }
        Body::Review(review) => review_line(line(["ch0", "ch1", "ch2"][review.side as usize]), *review),
        Body::Leader(leader) => line("sup").field(code(leader.side.side())).end(),
        Body::RoundStatistics(statistics) => {
            let line = line("rst").field(statistics.round);
            line.field("st1").counts(&statistics.blue).field("st2").counts(&statistics.red).final_semicolon().end()
        }
        Body::VideoQuota(quota) => line("avt").field(quota.value).end(),
        Body::HardwareTest(test) => line("hwt").field(test_code(*test)?).end(),
        Body::Console(console) => console_line(line, console)?,
        _ => return None,
    })
}

fn of<T>(side: Side, blue: T, red: T) -> T {
    match side {
        Side::Blue => blue,
        Side::Red => red,
    }
}

/// 1 blue, 2 red, 0 neither.
fn code(side: Option<Side>) -> u8 {
    side.map_or(0, |side| of(side, 1, 2))
}

fn officials_line(line: Line, officials: &Officials) -> String {
    let Official { name, country } = &officials.referee;
    let mut line = line.text(name.as_deref()).text(country.as_deref());
    let judges = officials.judges.len().min(MAX_JUDGES);
    for (number, judge) in (1..).zip(officials.judges.iter().take(judges)) {
        let assists = number == 3 && judges == 3 && line.dialect != Dialect::TkStrike2;
        line = if assists { line.field("ta") } else { line.field(format_args!("ju{number}")) };
        line = line.text(judge.name.as_deref()).text(judge.country.as_deref());
    }
    line.final_semicolon().end()
}

fn config_line(line: Line, config: &BoutConfig) -> String {
    let gender = config.gender.map(|gender| match gender {
        Gender::Men => "MEN",
        Gender::Women => "WOMEN",
    });
    let class: Vec<_> = gender.into_iter().chain(config.weight_class.as_deref()).collect();
    let line = line.text(config.number.as_deref()).text(config.phase.as_deref()).text(Some(&class.join(" ")));
    // An undocumented number that newer consoles put there.
    let line = if line.dialect == Dialect::TkStrike2 { line.text(None) } else { line.field(0) };
    let colours = config.colours.clone().unwrap_or_default();
    let line = [colours.blue, colours.red]
        .iter()
        .fold(line, |line, side| line.text(side.background.as_deref()).text(side.foreground.as_deref()));
    let counts = config.counts.map(|counts| match counts {
        Counts::Down => "cntDown",
        Counts::Up => "cntUp",
    });
    line.text(config.internal_id.as_deref())
        .text(config.division.as_deref())
        .number(config.rounds.map(u32::from))
        .number(config.round_seconds)
        .text(counts)
        .number(config.body_threshold)
        .number(config.head_threshold)
        .final_semicolon()
        .end()
}

fn injury_line(line: Line, injury: &Injury) -> String {
    let line = line.time(injury.seconds, None);
    match injury.action {
        None => line.end(),
        Some(InjuryAction::Show) => line.field("show").end(),
        Some(InjuryAction::Hide) => line.field("hide").end(),
        Some(InjuryAction::Reset) => line.field("reset").end(),
    }
}

fn review_line(line: Line, review: Review) -> String {
    let line = match review.state {
        ReviewState::Requested => return line.without_fields(),
        ReviewState::Accepted => line.field(1),
        ReviewState::Rejected => line.field(0),
        ReviewState::Closed => line.field(-1),
    };
    match review.verdict {
        None => line.end(),
        Some(Verdict::Won) => line.field(1).end(),
        Some(Verdict::Lost) => line.field(0).end(),
    }
}

fn test_code(test: HardwareTest) -> Option<u8> {
    Some(match (test.state, test.side, test.target) {
        (TestState::Closed, ..) => 0,
        (TestState::Opened, ..) => 1,
        (TestState::Hit, Some(side), Some(Target::Body)) => of(side, 2, 4),
        (TestState::Hit, Some(side), Some(Target::Head)) => of(side, 3, 5),
        (TestState::Hit, ..) => return None,
    })
}

fn console_line(line: impl Fn(&str) -> Line, console: &Console) -> Option<String> {
    Some(match console {
        Console::State { state: "up" } => line("hel").without_fields(),
        Console::State { state: "down" } => line("bye").without_fields(),
        // A relay's line, which is no message of the set.
        Console::State { state: state @ ("connected" | "disconnected") } => {
            line("Udp Port 6000 ").push(state).line_end()
        }
        Console::Setting { name: "rsr", .. } => line("rsr").without_fields(),
        Console::Setting { name, value: Some(value) } => line(name).push(format_args!(":{value}")).line_end(),
        Console::Setting { name, value: None } => line(name).without_fields(),
        Console::State { .. } => return None,
    })
}

struct Line {
    text: String,
    dialect: Dialect,
}

impl Line {
    fn push(mut self, value: impl Display) -> Self {
        // Writing into a string never fails.
        let _written = write!(self.text, "{value}");
        self
    }

    fn field(self, value: impl Display) -> Self {
        // Messages that are named by their first pair begin with it.
        if self.text.is_empty() { self.push(value) } else { self.push(';').push(value) }
    }

    fn text(mut self, text: Option<&str>) -> Self {
        self.text.push(';');
        self.text.extend(text.unwrap_or_default().chars().map(|c| if c == ';' || c.is_control() { ' ' } else { c }));
        self
    }

    fn number(self, number: Option<u32>) -> Self {
        match number {
            Some(number) => self.field(number),
            None => self.text(None),
        }
    }

    fn athlete(self, athlete: &Athlete) -> Self {
        let Athlete { short_name, long_name, country } = athlete;
        self.text(short_name.as_deref()).text(long_name.as_deref()).text(country.as_deref())
    }

    fn time(self, seconds: u32, action: Option<ClockAction>) -> Self {
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        // The newer console, too, writes the end of a clock as `0:00`.
        if self.dialect == Dialect::TkStrike3 && action != Some(ClockAction::End) {
            self.field(format_args!("{minutes:02}:{seconds:02}"))
        } else {
            self.field(format_args!("{minutes}:{seconds:02}"))
        }
    }

    fn clock(self, clock: Clock) -> Self {
        let line = self.time(clock.seconds, clock.action);
        match clock.action {
            None => line,
            Some(ClockAction::Start) => line.field("start"),
            Some(ClockAction::Stop) => line.field("stop"),
            Some(ClockAction::Correction) => line.field("corr"),
            Some(ClockAction::End) => line.field("stopEnd"),
        }
    }

    /// Both sides under their names; a side that is absent is left out.
    fn pair(self, pair: Pair, names: [&str; 2]) -> Self {
        let [blue, red] = names;
        match pair {
            Pair { blue: None, red: None } => self.field(blue).field(red),
            Pair { blue: Some(value), red: None } => self.field(blue).field(value),
            Pair { blue: None, red: Some(value) } => self.field(red).field(value),
            Pair { blue: Some(one), red: Some(two) } => self.field(blue).field(one).field(red).field(two),
        }
    }

    fn round_scores(self, scores: &RoundScores) -> Self {
        scores.rounds.iter().fold(self, |line, score| {
            let (blue, red) = (format!("s1{}", score.round), format!("s2{}", score.round));
            line.pair(Pair { blue: score.blue, red: score.red }, [&blue, &red])
        })
    }

    fn counts(self, counts: &SideStatistics) -> Self {
        let SideStatistics { body, head, punch, technical: [one, two], gam_jeom } = *counts;
        let counts = [body, head, punch, one, two, gam_jeom];
        counts.into_iter().fold(self, |line, count| line.number(count.map(u32::from)))
    }

    /// Ends the last field with `;`, as newer consoles do in some messages.
    fn final_semicolon(self) -> Self {
        if self.dialect == Dialect::TkStrike3 { self.push(';') } else { self }
    }

    fn without_fields(self) -> String {
        self.push(';').line_end()
    }

    fn end(self) -> String {
        match self.dialect {
            Dialect::Published => self.push(';').text,
            Dialect::TkStrike2 | Dialect::TkStrike3 => self.line_end(),
        }
    }

    fn line_end(self) -> String {
        match self.dialect {
            Dialect::Published => self.text,
            Dialect::TkStrike2 | Dialect::TkStrike3 => self.push("\r\n").text,
        }
    }
}
