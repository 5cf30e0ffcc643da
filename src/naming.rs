//! Names of clips and recordings, made by a template from what is known of the bout.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use jiff::tz::TimeZone;
use strum::{Display, EnumString, VariantNames};

use crate::bout::Bout;
use crate::event::Side;
use crate::time::Time;

/// How files are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The event's name.
    pub event: Arc<str>,
    /// Of clips.
    pub clip: NameTemplate,
    /// Of recordings.
    pub recording: NameTemplate,
}

/// A name with placeholders in braces, such as `{court} {bout}`.
#[derive(Clone, PartialEq, Eq)]
pub struct NameTemplate(Vec<Part>);

impl fmt::Display for NameTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Value(placeholder) => write!(f, "{{{placeholder}}}"),
        })
    }
}

impl fmt::Debug for NameTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(Placeholder),
}

/// What a template can name.
#[derive(Clone, Copy, Debug, Display, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Placeholder {
    /// The event.
    Event,
    /// The court.
    Court,
    /// The bout's number.
    Bout,
    /// The phase of the competition.
    Phase,
    /// The weight class.
    WeightClass,
    /// The age division.
    Division,
    /// The number of the round.
    Round,
    /// Chung's name for the scoreboard.
    Blue,
    /// Chung's country, as three letters.
    BlueCountry,
    /// Hong's name for the scoreboard.
    Red,
    /// Hong's country, as three letters.
    RedCountry,
    /// Who requested the review.
    Side,
    /// The scoreboard name of the athlete whom a clip is about: of the side that requested the review, or of the event that
    /// the rule answers.
    Athlete,
    /// What a clip was saved for.
    Reason,
    /// The date where the file is named, as `2026-05-02`.
    Date,
    /// The time of day where the file is named, as `14-03-22`.
    Time,
}

/// What is wrong with a template, and where: bytes of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// There is no such placeholder.
    #[error("there is no placeholder `{{{1}}}`")]
    Unknown(Range<usize>, String),
    /// A brace opens or closes nothing.
    #[error("a brace stands alone: a placeholder is written `{{bout}}`")]
    Brace(Range<usize>),
}

/// What a name is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The event's name.
    pub event: &'a str,
    /// The court.
    pub court: &'a str,
    /// The bout.
    pub bout: &'a Bout,
    /// Who requested the review, if it is one.
    pub side: Option<&'a str>,
    /// The side of the athlete whom it is about.
    pub athlete: Option<Side>,
    /// What a clip was saved for.
    pub reason: Option<&'a str>,
}

impl NameTemplate {
    /// The name of a subject. Unknown values are left out with their blanks; `{date}` and `{time}` stay, for
    /// [`with_local_time`].
    pub fn fill(&self, subject: &Subject<'_>) -> String {
        let mut name = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Value(placeholder) => name.push_str(&value(*placeholder, subject)),
            }
        }
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl FromStr for NameTemplate {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        parts(text).into_iter().collect::<Result<_, _>>().map(Self)
    }
}

/// All that is wrong with a template.
pub(crate) fn errors(text: &str) -> impl Iterator<Item = TemplateError> {
    parts(text).into_iter().filter_map(Result::err)
}

fn parts(text: &str) -> Vec<Result<Part, TemplateError>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let brace = rest.find(['{', '}']).unwrap_or(rest.len());
        let end = match rest[brace..].find('}') {
            _ if brace > 0 => {
                parts.push(Ok(Part::Text(rest[..brace].to_owned())));
                brace
            }
            Some(length @ 1..) if !rest[1..length].contains('{') => {
                let name = &rest[1..length];
                let unknown = |_| TemplateError::Unknown(at..at + length + 1, name.to_owned());
                parts.push(name.parse().map(Part::Value).map_err(unknown));
                length + 1
            }
            _ => {
                parts.push(Err(TemplateError::Brace(at..at + 1)));
                1
            }
        };
        at += end;
    }
    parts
}

fn value(placeholder: Placeholder, subject: &Subject<'_>) -> String {
    let Subject { event, court, bout, side, athlete: about, reason } = subject;
    let known = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let athlete = |side| &bout.corner(side).athlete;
    let name = |side| known(athlete(side).short_name.as_deref().or(athlete(side).long_name.as_deref()));
    let country = |side| known(athlete(side).country.as_deref());
    match placeholder {
        Placeholder::Event => (*event).to_owned(),
        Placeholder::Court => (*court).to_owned(),
        Placeholder::Bout => known(bout.config.number.as_deref()),
        Placeholder::Phase => known(bout.config.phase.as_deref()),
        Placeholder::WeightClass => known(bout.config.weight_class.as_deref()),
        Placeholder::Division => known(bout.config.division.as_deref()),
        Placeholder::Round if bout.round == 0 => String::new(),
        Placeholder::Round => bout.round.to_string(),
        Placeholder::Blue => name(Side::Blue),
        Placeholder::BlueCountry => country(Side::Blue),
        Placeholder::Red => name(Side::Red),
        Placeholder::RedCountry => country(Side::Red),
        Placeholder::Side => known(*side),
        Placeholder::Athlete => about.map(name).unwrap_or_default(),
        Placeholder::Reason => known(*reason),
        // The core knows no time zone, so that a replay elsewhere repeats the same actions.
        Placeholder::Date | Placeholder::Time => format!("{{{placeholder}}}"),
    }
}

/// Puts the local date and time of an instant into a name.
pub fn with_local_time(name: &str, at: Time, zone: TimeZone) -> String {
    let local = at.timestamp().to_zoned(zone);
    name.replace("{date}", &local.strftime("%Y-%m-%d").to_string())
        .replace("{time}", &local.strftime("%H-%M-%S").to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::Arc;

    use super::*;
    use crate::event::{Athlete, BoutConfig};

    fn fill(template: &str, bout: &Bout, side: Option<&str>) -> String {
        let athlete = (side == Some("red")).then_some(Side::Red);
        let reason = Some("head kick");
        let subject = Subject { event: "Hamburg Open", court: "court-1", bout, side, athlete, reason };
        template.parse::<NameTemplate>().unwrap().fill(&subject)
    }

    #[test]
    fn a_name_tells_of_the_bout_and_leaves_no_gap_where_nothing_is_known() {
        let config = Arc::new(BoutConfig { number: Some("245.A".into()), ..BoutConfig::default() });
        let bout = Bout { config, round: 2, ..Bout::default() };
        let name = fill("{event} {court} bout {bout} {phase} R{round} {side} {time}", &bout, Some("blue"));
        assert_eq!(name, "Hamburg Open court-1 bout 245.A R2 blue {time}");
        assert_eq!(fill("{bout}  {blue} review {side}", &bout, None), "245.A review");
        let mut bout = bout;
        bout.red.athlete = Arc::new(Athlete { short_name: Some("M. TENG".into()), ..Athlete::default() });
        assert_eq!(fill("{reason} {athlete} {side}", &bout, Some("red")), "head kick M. TENG red");
        assert_eq!(fill("{reason} {athlete}", &bout, None), "head kick");
    }

    #[test]
    fn each_error_of_a_template_has_its_place() {
        let found = |template: &str| errors(template).collect::<Vec<_>>();
        let unknown = |range, name: &str| TemplateError::Unknown(range, name.to_owned());
        assert_eq!(found("é {mat} {court} {rond}"), [unknown(3..8, "mat"), unknown(17..23, "rond")]);
        assert_eq!(found("{court"), [TemplateError::Brace(0..1)]);
        assert_eq!(found("court} {}"), [TemplateError::Brace(5..6), unknown(7..9, "")]);
        assert_eq!(found("{a {bout}"), [TemplateError::Brace(0..1)]);
        assert!("{court} {mat}".parse::<NameTemplate>().is_err());
    }

    #[test]
    fn date_and_time_are_those_of_the_place() {
        let at: Time = "2026-05-02T22:30:05Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(with_local_time("a {date} {time}", at, zone), "a 2026-05-03 00-30-05");
    }
}
