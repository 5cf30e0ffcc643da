//! The objects about a bout as a whole: loaded (`new-match-configured`), and confirmed (`match-result`).

use serde_json::{Map, Value};

use super::{MAX_ROUND_SECONDS, Object, Part};
use crate::event::*;
use crate::pss::streams::winner_named;

impl<'a> Object<'a> {
    /// Fields within a field.
    fn within(&self, name: &str) -> Option<Object<'a>> {
        let fields = self.fields.get(name).and_then(Value::as_object)?;
        Some(Object { fields, stream: self.stream.clone(), raw: self.raw.clone() })
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(|text| text.into_owned())
    }

    /// A bout was loaded.
    pub(super) fn configured(&self, mut part: impl FnMut(Part<'_>)) {
        part((Kind::BoutLoaded, &[], Ok(Some(Body::BoutLoaded {}))));
        let names = ["internalId", "matchNumber", "category", "roundsConfig"];
        part((Kind::BoutConfig, &names, self.whole_config().map(|config| Some(Body::BoutConfig(Box::new(config))))));
        let athlete = |name| self.within(name).map(|athlete| athlete.athlete()).unwrap_or_default();
        let athletes = Athletes { blue: athlete("blueAthlete"), red: athlete("redAthlete") };
        part((Kind::Athletes, &[], Ok((athletes != Athletes::default()).then_some(Body::Athletes(athletes)))));
        let official = |name| self.within(name).map(|official| official.official()).unwrap_or_default();
        let mut judges = ["refereeJ1", "refereeJ2", "refereeJ3", "refereeTA"].map(official).to_vec();
        judges.truncate(judges.iter().rposition(|judge| *judge != Official::default()).map_or(0, |last| last + 1));
        let officials = Officials { referee: official("refereeCR"), judges };
        part((Kind::Officials, &[], Ok((officials != Officials::default()).then_some(Body::Officials(officials)))));
    }

    fn whole_config(&self) -> Result<BoutConfig, String> {
        let empty = Object { fields: &Map::new(), stream: self.stream.clone(), raw: self.raw.clone() };
        let category = self.within("category");
        let category = category.as_ref().unwrap_or(&empty);
        let rounds = self.within("roundsConfig");
        let rounds = rounds.as_ref().unwrap_or(&empty);
        let minutes = rounds.number("roundTimeMinutes", 0..=MAX_ROUND_SECONDS / 60)?;
        let seconds = rounds.number("roundTimeSeconds", 0..=MAX_ROUND_SECONDS)?;
        let is_known = minutes.is_some() || seconds.is_some();
        let gender = match category.text("gender").as_deref() {
            Some("MALE") => Some(Gender::Men),
            Some("FEMALE") => Some(Gender::Women),
            _ => None,
        };
        Ok(BoutConfig {
            number: self.owned("matchNumber"),
            phase: self.owned("phase"),
            gender,
            weight_class: category.owned("name"),
            division: category.owned("subCategory"),
            internal_id: self.owned("internalId"),
            rounds: rounds.number("rounds", 1..=99)?,
            round_seconds: is_known.then(|| minutes.unwrap_or(0) * 60 + seconds.unwrap_or(0)),
            counts: Some(Counts::Down),
            body_threshold: category.number("bodyLevel", 0..=1000)?,
            head_threshold: category.number("headLevel", 0..=1000)?,
            colours: None,
        })
    }

    fn athlete(&self) -> Athlete {
        let long_name = self.owned("tvName").or_else(|| {
            let names: Vec<String> = ["givenName", "familyName"].iter().filter_map(|name| self.owned(name)).collect();
            (!names.is_empty()).then(|| names.join(" "))
        });
        let short_name = self.owned("scoreboardName");
        Athlete {
            short_name,
            long_name: long_name.or(self.owned("printName")),
            country: self.owned("flagAbbreviation"),
        }
    }

    fn official(&self) -> Official {
        Official { name: self.owned("scoreboardName"), country: self.owned("country") }
    }

    /// The result was confirmed. Its points are not those of a round.
    pub(super) fn confirmed(&self, mut part: impl FnMut(Part<'_>)) {
        let config = BoutConfig {
            number: self.owned("matchNumber"),
            internal_id: self.owned("vmMatchInternalId"),
            ..BoutConfig::default()
        };
        let is_named = config != BoutConfig::default();
        part((Kind::BoutConfig, &[], Ok(is_named.then(|| Body::BoutConfig(Box::new(config))))));
        let name = self.within("matchWinner").and_then(|winner| winner.owned("scoreboardName"));
        let names = ["blueRoundWins", "redRoundWins", "matchFinalDecision"];
        part((Kind::Result, &names, self.result(name)));
        let winner = self.text("matchWinnerColor").ok_or_else(|| "`matchWinnerColor` is missing".to_owned());
        let winner = winner.and_then(|word| winner_named("matchWinnerColor", &word));
        part((Kind::Winner, &["matchWinnerColor"], winner.map(|winner| Some(Body::Winner(Winner { winner })))));
    }
}
