//! What is on the jury's screen, and what waits for it.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::entry::{Direction, Entry, Need, Playback, Showing, with_gap};
use super::error::PlayerError;
use crate::action::{Clip, Play};
use crate::sink::Command;

/// What is kept: what waits, and what was played and can be shown again.
const MAX_ENTRIES: usize = 20;
/// The text of a screen that is free.
const FREE: &str = "waiting for a review";

/// The clips and texts of all courts. One is on the screen; the others wait until it is over, or are over themselves.
#[derive(Debug, Default)]
pub(super) struct Screen {
    /// In the order in which they came.
    entries: Vec<Entry>,
    /// The one that is to be on the screen.
    current: Option<u64>,
    last_id: u64,
    /// Whether the texts name the court.
    names_courts: bool,
    /// How long one stays once another waits.
    hold: Duration,
    /// Whether something else may be on the screen than is to be.
    stale: bool,
    /// Commands whose clips were never on the screen, and will not be.
    dropped: Vec<Command>,
}

impl Screen {
    pub(super) fn new(names_courts: bool, hold: Duration) -> Self {
        Self { names_courts, hold, ..Self::default() }
    }

    /// The clip that is to be on the screen, if one is.
    pub(super) fn showing(&self) -> Option<Showing> {
        self.current()?.showing()
    }

    /// Whether something else may be on the screen than is to be.
    pub(super) fn is_stale(&self) -> bool {
        self.stale
    }

    /// Nothing is known of what is on the screen, as it is a new one.
    pub(super) fn is_new(&mut self) {
        self.stale = true;
    }

    /// The command that awaits what is to be on the screen, if one does.
    pub(super) fn is_awaited(&self) -> bool {
        self.current().is_some_and(|entry| entry.command.is_some())
    }

    /// The text over the picture: of what is on the screen, and then of what waits for it.
    pub(super) fn overlay(&self) -> String {
        let Some(current) = self.current() else { return FREE.to_owned() };
        let own = with_gap(&[self.name_of(current), &current.text]);
        let waiting = self.entries.iter().filter(|entry| entry.open && entry.id != current.id);
        let mut lines: Vec<String> = waiting.map(|entry| self.announcement(entry, current)).collect();
        lines.insert(0, own);
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    fn name_of<'a>(&self, entry: &'a Entry) -> &'a str {
        if self.names_courts { &entry.court } else { "" }
    }

    fn announcement(&self, entry: &Entry, current: &Entry) -> String {
        let text = if entry.court == current.court { &entry.text } else { "" };
        match with_gap(&[self.name_of(entry), if entry.has_clip() { text } else { &entry.text }]) {
            what if !entry.has_clip() => what,
            what => {
                let key = if entry.id > current.id { '>' } else { '<' };
                format!("{} waits ({key})", if what.is_empty() { "another review" } else { &what })
            }
        }
    }

    /// A clip is to be shown: at once if it goes on with what is on the screen, or if nothing else needs the screen as
    /// much. The command is done once a frame of it is on the screen.
    pub(super) fn play(&mut self, court: &Arc<str>, play: &Play, command: Option<Command>, now: Instant) {
        let was_current = self.replace(court, play.clip.review);
        let mut entry = Entry::clip(self.next_id(), court, play, now);
        entry.command = command;
        self.take_in(entry, was_current || play.now, now);
    }

    /// Adds another camera's clip to the others of its review, whichever is shown by now; without a review, to what its
    /// court shows. Where there is no clip yet it is played, for which the command is taken.
    pub(super) fn add(
        &mut self,
        court: &Arc<str>,
        clip: &Clip,
        command: Command,
        now: Instant,
    ) -> Result<Option<Command>, PlayerError> {
        let entry = match clip.review {
            Some(_) => {
                let is_its = |entry: &&mut Entry| entry.court == *court && entry.review == clip.review;
                self.entries.iter_mut().rev().find(is_its)
            }
            None => self.of_court(court),
        };
        match entry {
            Some(entry) if entry.has_clip() => entry.add(clip).map(|()| Some(command)),
            entry => {
                let overlay = entry.map(|entry| entry.title.clone());
                self.play(court, &Play { overlay, ..Play::of(clip.clone()) }, Some(command), now);
                Ok(None)
            }
        }
    }

    /// Sets the text of a review; without one, of what its court shows.
    pub(super) fn set_overlay(&mut self, court: &Arc<str>, review: Option<u64>, text: &str, now: Instant) {
        let entry = match review {
            Some(_) => self.entries.iter_mut().find(|entry| entry.is_for(court, review)),
            None => self.of_court(court),
        };
        match entry {
            Some(entry) => text.clone_into(&mut entry.text),
            None if text.is_empty() => {}
            None => {
                let entry = Entry::text(self.next_id(), court, review, text, now);
                self.take_in(entry, false, now);
            }
        }
    }

    /// A review of a court is over, or without one all that the court wanted to be seen.
    pub(super) fn close(&mut self, court: &str, review: Option<u64>, now: Instant) {
        let is_meant = |entry: &Entry| *entry.court == *court && (review.is_none() || entry.review == review);
        // What is over and looked at again does not outlast the court's own review.
        let leaves = self.current().is_some_and(|entry| is_meant(entry) || !entry.open && *entry.court == *court);
        for entry in self.entries.iter_mut().filter(|entry| entry.open && is_meant(entry)) {
            entry.close();
            self.dropped.extend(entry.command.take());
        }
        if leaves {
            self.leave(now);
        }
        self.entries.retain(|entry| entry.open || entry.has_clip());
    }

    /// What is on the screen is over.
    pub(super) fn close_current(&mut self, now: Instant) {
        if let Some(entry) = self.current_mut() {
            entry.close();
            let command = entry.command.take();
            self.dropped.extend(command);
            self.leave(now);
        }
    }

    /// What a command of a court is about: what it has on the screen, otherwise the first that waits.
    pub(super) fn of_court(&mut self, court: &str) -> Option<&mut Entry> {
        let is_on_screen = self.is_of(court);
        let current = self.current;
        self.entries.iter_mut().find(|entry| match is_on_screen {
            true => Some(entry.id) == current,
            false => entry.open && *entry.court == *court,
        })
    }

    /// Whether what is on the screen is this court's.
    pub(super) fn is_of(&self, court: &str) -> bool {
        self.current().is_some_and(|entry| *entry.court == *court)
    }

    /// Another camera's clip of what a court wants to be seen is to be shown, or of what is on the screen.
    pub(super) fn change_camera(&mut self, court: Option<&str>, step: Direction) -> Result<(), PlayerError> {
        let on_screen = court.is_none_or(|court| self.is_of(court));
        let entry = match court {
            Some(court) => self.of_court(court),
            None => self.current_mut(),
        };
        entry.ok_or(PlayerError::NothingShown)?.change_camera(step)?;
        self.stale |= on_screen;
        Ok(())
    }

    /// Another clip is to be shown, as it was at first: one that was played, or one that waits.
    pub(super) fn change_clip(&mut self, step: Direction, now: Instant) -> Result<(), PlayerError> {
        let with_clip = |entry: &&mut Entry| entry.has_clip();
        let current = self.current;
        let mut entries = self.entries.iter_mut();
        let found = match (current, step) {
            (Some(id), Direction::Next) => entries.find(|entry| entry.id > id && entry.has_clip()),
            (Some(id), Direction::Previous) => entries.rev().find(|entry| entry.id < id && entry.has_clip()),
            (None, Direction::Next) => None,
            (None, Direction::Previous) => entries.rev().find(with_clip),
        };
        let entry = found.ok_or(PlayerError::NoOther("clip"))?;
        entry.rewind();
        let id = entry.id;
        self.put(id, now);
        Ok(())
    }

    /// A command is done once what is to be on the screen is there.
    pub(super) fn await_by(&mut self, command: Command) {
        if let Some(entry) = self.current_mut() {
            let before = entry.command.replace(command);
            self.dropped.extend(before);
        }
    }

    /// What is to be on the screen is there; gives the command that awaited it.
    pub(super) fn succeeded(&mut self) -> Option<Command> {
        self.stale = false;
        let entry = self.current_mut()?;
        entry.seen = true;
        entry.command.take()
    }

    /// What is to be on the screen cannot be; gives the command that awaited it. A clip that was never on the screen is not
    /// come back to, and what waits gets the screen.
    pub(super) fn failed(&mut self, now: Instant) -> Option<Command> {
        let entry = self.current_mut()?;
        let command = entry.command.take();
        if entry.seen {
            entry.close();
        } else {
            entry.has_failed();
        }
        self.leave(now);
        command
    }

    /// No clip can be shown at the moment; gives the commands that await one, which are not shown later on.
    pub(super) fn give_up_awaited(&mut self, now: Instant) -> Vec<Command> {
        let commands: Vec<_> =
            self.entries.iter_mut().filter_map(|entry| entry.command.take_if(|_| !entry.seen)).collect();
        self.entries.retain(|entry| entry.seen || !entry.has_clip());
        if self.current().is_none() {
            self.leave(now);
        }
        commands
    }

    /// The commands whose clips were never on the screen, and will not be.
    pub(super) fn take_dropped(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.dropped)
    }

    /// Takes in how the clip is shown by now.
    pub(super) fn update(&mut self, playback: Playback) {
        if let Some(entry) = self.current_mut() {
            entry.update(playback);
        }
    }

    /// When what is on the screen makes room for what waits; none if nothing waits that needs the screen.
    pub(super) fn hold_ends(&self) -> Option<Instant> {
        let current = self.current()?;
        let since =
            self.entries.iter().filter(|entry| entry.takes_over_from(current)).map(|entry| entry.since).min()?;
        Some(since.max(current.since) + self.hold)
    }

    /// What is on the screen makes room for what waits.
    pub(super) fn end_hold(&mut self, now: Instant) {
        let Some(current) = self.current() else { return };
        let next = self.entries.iter().filter(|entry| entry.takes_over_from(current));
        if let Some(next) = next.max_by_key(|entry| (entry.need(), Reverse(entry.id))).map(|entry| entry.id) {
            self.put(next, now);
        }
    }

    fn current(&self) -> Option<&Entry> {
        let id = self.current?;
        self.entries.iter().find(|entry| entry.id == id)
    }

    fn current_mut(&mut self) -> Option<&mut Entry> {
        let id = self.current?;
        self.entries.iter_mut().find(|entry| entry.id == id)
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Makes room for another clip of the same; true if that is to be on the screen at once.
    fn replace(&mut self, court: &str, review: Option<u64>) -> bool {
        let Some(at) = self.entries.iter().position(|entry| entry.is_for(court, review)) else { return false };
        let is_current = self.entries.get(at).map(|entry| entry.id) == self.current;
        if let Some(entry) = self.entries.get_mut(at) {
            let command = entry.command.take();
            self.dropped.extend(command);
            entry.close();
        }
        self.entries.retain(|entry| entry.open || entry.has_clip() && entry.seen);
        is_current
    }

    fn take_in(&mut self, entry: Entry, at_once: bool, now: Instant) {
        let others = self.entries.iter().map(Entry::need).max().unwrap_or(Need::Over);
        let (id, at_once) = (entry.id, at_once || entry.need() > others);
        self.entries.push(entry);
        if at_once {
            self.put(id, now);
        }
        if self.entries.len() > MAX_ENTRIES {
            let gone = self.entries.iter().position(|entry| !entry.open && Some(entry.id) != self.current);
            let gone = gone.or_else(|| self.entries.iter().position(|entry| Some(entry.id) != self.current));
            let gone = gone.map(|at| self.entries.remove(at));
            self.dropped.extend(gone.and_then(|entry| entry.command));
        }
    }

    fn put(&mut self, id: u64, now: Instant) {
        if let Some(entry) = self.current_mut() {
            entry.since = now;
        }
        self.current = Some(id);
        self.stale = true;
        if let Some(entry) = self.current_mut() {
            entry.since = now;
        }
    }

    /// The screen is free for what needs it most; of those that do, for one that was not seen yet.
    fn leave(&mut self, now: Instant) {
        let open = self.entries.iter().filter(|entry| entry.open);
        let next = open.max_by_key(|entry| (entry.need(), !entry.seen, Reverse(entry.id))).map(|entry| entry.id);
        match next {
            Some(next) if Some(next) == self.current => self.stale = true,
            Some(next) => self.put(next, now),
            None => (self.current, self.stale) = (None, true),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const HOLD: Duration = Duration::from_secs(30);

    fn play(screen: &mut Screen, court: &str, review: u64, now: Instant) {
        let clip = Clip { path: format!("{court} {review}"), review: Some(review), ..Clip::default() };
        screen.play(&court.into(), &Play::of(clip), None, now);
    }

    fn shown(screen: &Screen) -> String {
        screen.showing().unwrap().clip.path
    }

    #[test]
    fn the_clips_that_can_be_come_back_to_are_bounded() {
        let (mut screen, now) = (Screen::new(false, HOLD), Instant::now());
        for review in 0..50 {
            play(&mut screen, "mat-1", review, now);
            screen.succeeded();
            screen.close("mat-1", Some(review), now);
        }
        let back = (0..).take_while(|_| screen.change_clip(Direction::Previous, now).is_ok()).count();
        assert_eq!((back, shown(&screen).as_str()), (MAX_ENTRIES, "mat-1 30"));
    }

    #[test]
    fn the_hold_counts_from_when_the_next_review_waits_and_ends_once() {
        let (mut screen, now) = (Screen::new(true, HOLD), Instant::now());
        play(&mut screen, "mat-1", 1, now);
        screen.succeeded();
        assert_eq!(screen.hold_ends(), None);
        let later = now + 2 * HOLD;
        play(&mut screen, "mat-2", 2, later);
        assert_eq!((shown(&screen).as_str(), screen.hold_ends()), ("mat-1 1", Some(later + HOLD)));
        screen.end_hold(later + HOLD);
        screen.succeeded();
        assert_eq!((shown(&screen).as_str(), screen.hold_ends()), ("mat-2 2", None));
    }
}
