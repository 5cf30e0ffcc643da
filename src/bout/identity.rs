//! Which bout a load is of: operators load a bout several times over, and programs are started again in mid-bout.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::{BoutId, SessionId};
use super::model::*;
use crate::event::{Athlete, BoutConfig, Gender};
use crate::suggest::enumerate;
use crate::time::Time;

/// A bout goes on for so long after its last event; a load that comes later is another bout's.
pub const MAX_BREAK: Duration = Duration::from_secs(12 * 3600);

/// A bout that a later load may be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownBout {
    /// Its first load.
    pub id: BoutId,
    /// What is known of it from its loads.
    pub facts: Facts,
    /// Whether it has a winner.
    pub decided: bool,
    /// When the last event of it happened.
    pub last_at: Time,
}

/// What distinguishes bouts; what is not known is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The sender's own number of the bout.
    pub internal_id: Option<String>,
    /// Number of the bout.
    pub number: Option<String>,
    /// Gender, weight class and division: numbers are repeated from one category to the next.
    pub category: (Option<Gender>, Option<String>, Option<String>),
    /// Names of the athletes, without regard to their sides: they may have been swapped, or corrected.
    pub athletes: BTreeSet<String>,
    /// Whether it is a rehearsal: the bout itself is another.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
}

impl Facts {
    /// What is known of a bout by its state in a load.
    pub(crate) fn of(bout: &Bout) -> Self {
        let config = &bout.config;
        Self {
            internal_id: config.internal_id.clone().filter(|id| is_given(id)),
            number: config.number.clone().filter(|number| is_given(number)),
            category: (config.gender, config.weight_class.clone(), config.division.clone()),
            athletes: names([&bout.blue.athlete, &bout.red.athlete]),
            rehearsal: bout.rehearsal,
        }
    }

    /// Whether they can be compared with those of other bouts.
    fn suffice(&self) -> bool {
        self.internal_id.is_some() || self.number.is_some() && !self.athletes.is_empty()
    }
}

/// Whether a sender has given a number: some write 0 for none.
fn is_given(number: &str) -> bool {
    number.chars().any(|char| char != '0')
}

/// The names of athletes, as far as they are known.
pub(super) fn names(athletes: [&Athlete; 2]) -> BTreeSet<String> {
    let name = |athlete: &Athlete| {
        let name = athlete.long_name.as_deref().or(athlete.short_name.as_deref())?.trim().to_lowercase();
        (!name.is_empty()).then_some(name)
    };
    athletes.into_iter().filter_map(name).collect()
}

impl KnownBout {
    /// Whether a load with these facts is of this bout.
    fn is_of(&self, load: &Facts, now: Time) -> bool {
        let is_same_number = load.number == self.facts.number;
        let common = load.athletes.intersection(&self.facts.athletes).count();
        // A sender can use an id again: another number and two other athletes are another bout.
        let is_other = !is_same_number && common == 0 && !load.athletes.is_empty() && !self.facts.athletes.is_empty();
        let is_same_id = load.internal_id.is_some() && load.internal_id == self.facts.internal_id && !is_other;
        let is_same = match load.number {
            Some(_) => is_same_number && load.category == self.facts.category && common >= 1,
            None => is_same_number && common == 2 && !self.decided,
        };
        let is_recent = now.since(self.last_at) <= MAX_BREAK;
        is_recent && load.rehearsal == self.facts.rehearsal && (is_same_id || is_same)
    }
}

/// The bouts of the last hours, and which of them the present load is of.
#[derive(Clone, Debug)]
pub(crate) struct Identities {
    session: SessionId,
    known: Vec<KnownBout>,
    /// The present load, and the bout that it is of unless it is found to be another's.
    load: u32,
    own: BoutId,
    /// What its facts were read from: that is another only when a message has changed it.
    read: Option<[Arc<Athlete>; 2]>,
    config: Arc<BoutConfig>,
    /// Its facts, and its bout once that was decided.
    facts: Facts,
    bout: Option<BoutId>,
    /// An operator has assigned the bout; its facts no longer decide.
    is_assigned: bool,
    /// The bout of the load before.
    before: Option<BoutId>,
}

impl Identities {
    pub(crate) fn new(session: SessionId) -> Self {
        Self {
            session,
            known: Vec::new(),
            load: 0,
            own: BoutId { session, load: 0 },
            read: None,
            config: Arc::default(),
            facts: Facts::default(),
            bout: None,
            is_assigned: false,
            before: None,
        }
    }

    /// Adds bouts of earlier sessions.
    pub(crate) fn remember(&mut self, known: &[KnownBout]) {
        self.known.extend_from_slice(known);
    }

    /// A load goes on with a bout of an earlier session.
    pub(crate) fn resume(&mut self, load: u32, bout: BoutId) {
        (self.load, self.own, self.read, self.bout) = (load, bout, None, Some(bout));
    }

    /// The bouts of the last hours.
    pub(crate) fn known(&self) -> &[KnownBout] {
        &self.known
    }

    /// The bout of the present load.
    pub(crate) fn id(&self) -> BoutId {
        self.bout.unwrap_or(self.own)
    }

    /// Takes the state of a bout after a change; gives which bout its load is of, when that is known anew.
    pub(crate) fn observe(&mut self, bout: &Bout, now: Time) -> Option<BoutId> {
        if bout.load != self.load {
            self.own = BoutId { session: self.session, load: bout.load };
            self.before = self.bout.or(self.before);
            (self.load, self.bout, self.is_assigned) = (bout.load, None, false);
        } else if self.is_read(bout) && self.bout.is_some() {
            self.touch(bout, now);
            return None;
        }
        self.read = Some([bout.blue.athlete.clone(), bout.red.athlete.clone()]);
        self.config = bout.config.clone();
        self.facts = Facts::of(bout);
        if bout.load == 0 || !(self.facts.suffice() || bout.has_begun()) {
            return None;
        }
        if self.is_assigned {
            self.learn(bout, now);
            return None;
        }
        let before = self.bout;
        let others = |known: &&KnownBout| before.is_none_or(|before| known.id != before);
        // A load stays with its bout while it may be that bout's: one athlete's name after the other is corrected.
        let stays = self.known.iter().find(|known| Some(known.id) == before && known.is_of(&self.facts, now));
        let matching = self.known.iter().filter(others).filter(|known| known.is_of(&self.facts, now));
        let same = stays.or_else(|| matching.max_by_key(|known| known.last_at));
        let id = same.map_or(self.own, |known| known.id);
        self.bout = Some(id);
        self.learn(bout, now);
        (before != self.bout).then_some(id)
    }

    /// Whether the facts are those of this state.
    fn is_read(&self, bout: &Bout) -> bool {
        let of_athletes = |[blue, red]: &[Arc<Athlete>; 2]| {
            Arc::ptr_eq(blue, &bout.blue.athlete) && Arc::ptr_eq(red, &bout.red.athlete)
        };
        Arc::ptr_eq(&self.config, &bout.config)
            && self.read.as_ref().is_some_and(of_athletes)
            && self.facts.rehearsal == bout.rehearsal
    }

    /// An operator says which bout the present load is of: the number of a known one, `same` as the load before, or `new`.
    ///
    /// # Errors
    /// There is no such bout, in plain words.
    pub(crate) fn assign(&mut self, which: &str, bout: &Bout, now: Time) -> Result<BoutId, String> {
        let others = || self.known.iter().rev().filter(|known| known.id != self.own);
        let id = match which {
            "new" => self.own,
            "same" => self
                .before
                .or_else(|| others().next().map(|known| known.id))
                .ok_or("there was no other bout on this court in the last twelve hours")?,
            number => match others().find(|known| known.facts.number.as_deref() == Some(number)) {
                Some(known) => known.id,
                None => {
                    let known = enumerate(others().filter_map(|known| known.facts.number.as_deref()));
                    return Err(format!(
                        "no other bout {number} was on this court in the last twelve hours; known: {known}"
                    ));
                }
            },
        };
        // What the present load has taught is known of that bout from now on.
        if self.is_assigned || self.bout == Some(self.own) {
            let number = &self.facts.number;
            let taught = |known: &&mut KnownBout| Some(known.id) == self.bout && known.facts.number == *number;
            self.known.iter_mut().rev().find(taught).into_iter().for_each(|known| known.id = id);
        }
        (self.bout, self.is_assigned) = (Some(id), true);
        self.learn(bout, now);
        Ok(id)
    }

    /// Decides which bout the present load is of, if that is not known yet: nothing more will come.
    pub(crate) fn close(&mut self) -> Option<BoutId> {
        (self.load > 0 && self.bout.is_none()).then(|| *self.bout.insert(self.own))
    }

    /// Something has happened in the present bout.
    fn touch(&mut self, bout: &Bout, now: Time) {
        for known in self.known.iter_mut().filter(|known| Some(known.id) == self.bout) {
            (known.decided, known.last_at) = (bout.winner.is_some(), now);
        }
    }

    /// Keeps what is known of the present bout, and forgets the bouts of long ago.
    fn learn(&mut self, bout: &Bout, now: Time) {
        let Some(id) = self.bout else { return };
        match self.known.iter_mut().rev().find(|known| known.id == id) {
            Some(known) => {
                let Facts { internal_id, mut athletes, .. } = std::mem::take(&mut known.facts);
                athletes.extend(self.facts.athletes.iter().cloned());
                let internal_id = self.facts.internal_id.clone().or(internal_id);
                known.facts = Facts { athletes, internal_id, ..self.facts.clone() };
            }
            None => {
                self.known.retain(|known| now.since(known.last_at) <= MAX_BREAK);
                self.known.push(KnownBout { id, facts: self.facts.clone(), decided: false, last_at: now });
            }
        }
        self.touch(bout, now);
    }
}
