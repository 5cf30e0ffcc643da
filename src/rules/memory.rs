//! What `once_per_bout`, `once_per_round` and `cooldown` remember of a rule.

use std::collections::HashMap;
use std::time::Duration;

use super::explain::Denial;
use crate::time::Time;

/// More keys than this are a mistake of a rule that makes up a new one each time.
const MAX_KEYS: usize = 1000;

/// When a rule's function is called: the time, and the bout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: Time,
    /// The ordinal of the bout.
    pub(super) bout: u32,
    pub(super) round: u8,
}

/// When what was done once was done.
#[derive(Default)]
pub(super) struct Memory {
    /// By key.
    bouts: HashMap<String, Moment>,
    rounds: HashMap<String, Moment>,
    cooldowns: HashMap<String, Yes>,
}

/// When a cooldown last allowed something.
struct Yes {
    at: Time,
    /// The longest that was to be waited since then, as far as rules have used it.
    wait: Duration,
}

/// A rule has more keys than can be remembered.
pub(super) struct TooManyKeys;

impl From<TooManyKeys> for Box<rhai::EvalAltResult> {
    fn from(_: TooManyKeys) -> Self {
        format!("it has more than {MAX_KEYS} keys: a key names one thing, such as \"replay\"").into()
    }
}

/// Whether it may be done, and if not, why.
pub(super) type Allowed = Result<(), Denial>;

impl Memory {
    pub(super) fn once_per_bout(&mut self, key: &str, now: Moment) -> Result<Allowed, TooManyKeys> {
        let of_now = |then: &Moment| then.bout == now.bout;
        Ok(once(&mut self.bouts, key, now, of_now)?.map_err(|done| Denial::OncePerBout { key: key.to_owned(), done }))
    }

    pub(super) fn once_per_round(&mut self, key: &str, now: Moment) -> Result<Allowed, TooManyKeys> {
        let of_now = |then: &Moment| (then.bout, then.round) == (now.bout, now.round);
        Ok(once(&mut self.rounds, key, now, of_now)?.map_err(|done| Denial::OncePerRound { key: key.to_owned(), done }))
    }

    pub(super) fn cooldown(&mut self, key: &str, wait: Duration, now: Time) -> Result<Allowed, TooManyKeys> {
        if let Some(yes) = self.cooldowns.get_mut(key)
            && yes.at + wait > now
        {
            yes.wait = yes.wait.max(wait);
            return Ok(Err(Denial::Cooldown { key: key.to_owned(), wait, left: (yes.at + wait).since(now) }));
        }
        make_room(&mut self.cooldowns, |yes| yes.at + yes.wait > now)?;
        self.cooldowns.insert(key.to_owned(), Yes { at: now, wait });
        Ok(Ok(()))
    }
}

/// Records that it is done now; if it was done before, gives when.
fn once(
    done: &mut HashMap<String, Moment>,
    key: &str,
    now: Moment,
    of_now: impl Fn(&Moment) -> bool,
) -> Result<Result<(), Time>, TooManyKeys> {
    if let Some(then) = done.get(key).filter(|then| of_now(then)) {
        return Ok(Err(then.at));
    }
    make_room(done, of_now)?;
    done.insert(key.to_owned(), now);
    Ok(Ok(()))
}

/// Forgets old entries when there are many.
fn make_room<T>(kept: &mut HashMap<String, T>, matters: impl Fn(&T) -> bool) -> Result<(), TooManyKeys> {
    if kept.len() >= MAX_KEYS {
        kept.retain(|_, then| matters(then));
    }
    if kept.len() >= MAX_KEYS { Err(TooManyKeys) } else { Ok(()) }
}
