//! What a court wants the jury to see, of a review or by itself: the clips of all cameras, and how they are shown.

use std::sync::Arc;
use std::time::Instant;

use super::error::PlayerError;
use crate::action::{Clip, Moment, Play};
use crate::sink::Command;
use crate::time::Time;

/// Cameras whose clips can be stepped between.
pub(super) const MAX_CAMERAS: usize = 16;
/// The text in place of a clip that cannot be shown.
const NO_CLIP: &str = "NO CLIP";

/// Where in a clip to begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Start {
    /// Seconds after its beginning.
    Seconds(f64),
    /// Seconds before its end; at its beginning if it is shorter.
    BeforeEnd(f64),
}

/// A clip, and how it is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Showing {
    pub(super) clip: Clip,
    pub(super) court: Arc<str>,
    pub(super) start: Start,
    pub(super) paused: bool,
    pub(super) speed: f64,
    /// The part that is played over and over, in seconds from the beginning.
    pub(super) part: Option<(f64, f64)>,
}

/// What mpv says of the clip that it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Playback {
    /// Seconds from the beginning.
    pub(super) position: f64,
    /// Seconds; of a recording that goes on, not always known.
    pub(super) duration: Option<f64>,
    pub(super) paused: bool,
    pub(super) speed: f64,
}

/// Which way to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Next,
    Previous,
}

/// How much an entry needs the screen; the later, the more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// It is over, and can be come back to.
    Over,
    Text,
    Clip,
    TextOfReview,
    ClipOfReview,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) court: Arc<str>,
    /// The `seq` of the request for review.
    pub(super) review: Option<u64>,
    /// Of all cameras; without any, there is only the text.
    clips: Vec<Clip>,
    camera: usize,
    /// Where in the first clip it begins.
    begin: Start,
    /// Where the clip stands.
    start: Start,
    paused: bool,
    speed: f64,
    part: Option<(f64, f64)>,
    /// How long the clip that is shown is, in seconds.
    duration: Option<f64>,
    /// The text that came with the clip.
    pub(super) title: String,
    /// The text over the picture.
    pub(super) text: String,
    /// Whether it still is to be seen.
    pub(super) open: bool,
    /// Whether it was ever on the screen.
    pub(super) seen: bool,
    /// Since when it has been on the screen, or has waited for it.
    pub(super) since: Instant,
    /// What is done once a frame of it is on the screen.
    pub(super) command: Option<Command>,
}

impl Entry {
    pub(super) fn text(id: u64, court: &Arc<str>, review: Option<u64>, text: &str, now: Instant) -> Self {
        Self {
            id,
            court: court.clone(),
            review,
            clips: Vec::new(),
            camera: 0,
            begin: Start::Seconds(0.0),
            start: Start::Seconds(0.0),
            paused: false,
            speed: 1.0,
            part: None,
            duration: None,
            title: String::new(),
            text: text.to_owned(),
            open: true,
            seen: false,
            since: now,
            command: None,
        }
    }

    pub(super) fn clip(id: u64, court: &Arc<str>, play: &Play, now: Instant) -> Self {
        let begin = begin(play);
        let title = play.overlay.clone().unwrap_or_default();
        Self {
            clips: vec![play.clip.clone()],
            begin,
            start: begin,
            paused: play.paused,
            speed: play.speed,
            title: title.clone(),
            ..Self::text(id, court, play.clip.review, &title, now)
        }
    }

    /// Whether it still is to be seen for a review of a court, or for none.
    pub(super) fn is_for(&self, court: &str, review: Option<u64>) -> bool {
        self.open && *self.court == *court && self.review == review
    }

    /// Whether another that has been on the screen for some time makes room for it.
    pub(super) fn takes_over_from(&self, current: &Self) -> bool {
        let is_first_seen = self.need() == current.need() && !self.seen && self.has_clip();
        self.open && self.id != current.id && (self.need() > current.need() || is_first_seen)
    }

    pub(super) fn has_clip(&self) -> bool {
        !self.clips.is_empty()
    }

    pub(super) fn need(&self) -> Need {
        match (self.open, self.review, self.has_clip()) {
            (false, ..) => Need::Over,
            (true, None, false) => Need::Text,
            (true, None, true) => Need::Clip,
            (true, Some(_), false) => Need::TextOfReview,
            (true, Some(_), true) => Need::ClipOfReview,
        }
    }

    pub(super) fn showing(&self) -> Option<Showing> {
        Some(Showing {
            clip: self.clips.get(self.camera)?.clone(),
            court: self.court.clone(),
            start: self.start,
            paused: self.paused,
            speed: self.speed,
            part: self.part,
        })
    }

    /// Adds another camera's clip.
    pub(super) fn add(&mut self, clip: &Clip) -> Result<(), PlayerError> {
        if self.clips.len() >= MAX_CAMERAS {
            return Err(PlayerError::TooManyCameras(MAX_CAMERAS));
        }
        self.clips.push(clip.clone());
        Ok(())
    }

    /// Another camera's clip is to be shown at the same instant.
    pub(super) fn change_camera(&mut self, step: Direction) -> Result<(), PlayerError> {
        let count = self.clips.len().max(1);
        let camera = match step {
            Direction::Next => (self.camera + 1) % count,
            Direction::Previous => (self.camera + count - 1) % count,
        };
        let (Some(before), Some(after)) = (self.clips.get(self.camera), self.clips.get(camera)) else {
            return Err(PlayerError::NothingShown);
        };
        if camera == self.camera {
            return Err(PlayerError::NoOther("camera"));
        }
        let shift = before.begins_at.zip(after.begins_at).map(|(before, after)| seconds_between(after, before));
        self.start = match (self.start, shift, self.duration) {
            (Start::Seconds(position), Some(shift), _) => Start::Seconds((position + shift).max(0.0)),
            // Replays that were saved together end together.
            (Start::Seconds(position), None, Some(duration)) => Start::BeforeEnd((duration - position).max(0.0)),
            (start, ..) => start,
        };
        self.part = self.part.zip(shift).map(|((from, to), shift)| ((from + shift).max(0.0), (to + shift).max(0.0)));
        self.camera = camera;
        self.duration = None;
        Ok(())
    }

    /// Part of the clip is to be played over and over; gives it in seconds from the beginning.
    pub(super) fn set_part(&mut self, from: Moment, to: Moment) -> Result<(f64, f64), PlayerError> {
        let clip = self.clips.get(self.camera).ok_or(PlayerError::NothingShown)?;
        let seconds = |moment| match (moment, clip.begins_at) {
            (Moment::Seconds(seconds), _) => Ok(seconds),
            (Moment::At(instant), Some(begins_at)) => Ok(seconds_between(begins_at, instant).max(0.0)),
            (Moment::At(_), None) => Err(PlayerError::TimeUnknown { path: clip.path.clone() }),
        };
        let part = (seconds(from)?, seconds(to)?);
        if part.0 >= part.1 {
            return Err(PlayerError::EmptyLoop);
        }
        if let Some(duration) = self.duration.filter(|duration| *duration <= part.0) {
            return Err(PlayerError::LoopBehindEnd { tenths: (duration * 10.0).round() as u64 });
        }
        self.part = Some(part);
        Ok(part)
    }

    pub(super) fn end_part(&mut self) {
        self.part = None;
    }

    pub(super) fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Goes on or back by seconds.
    pub(super) fn seek(&mut self, seconds: f64) {
        self.start = match self.start {
            Start::Seconds(position) => Start::Seconds((position + seconds).max(0.0)),
            Start::BeforeEnd(left) => Start::BeforeEnd((left - seconds).max(0.0)),
        };
    }

    pub(super) fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
    }

    /// Takes in how the clip is shown by now; a person may have changed it.
    pub(super) fn update(&mut self, playback: Playback) {
        self.start = Start::Seconds(playback.position);
        (self.duration, self.paused, self.speed) = (playback.duration, playback.paused, playback.speed);
    }

    /// The first camera's clip is to be shown as it was at first.
    pub(super) fn rewind(&mut self) {
        (self.camera, self.start, self.part, self.duration) = (0, self.begin, None, None);
    }

    /// It is over; what stood over the picture meanwhile is not true any more.
    pub(super) fn close(&mut self) {
        self.open = false;
        self.text.clone_from(&self.title);
    }

    /// Its clip cannot be shown, and the text says so.
    pub(super) fn has_failed(&mut self) {
        self.clips.clear();
        self.text = with_gap(&[NO_CLIP, &self.title]);
    }
}

/// Texts in one line; empty ones are left out.
pub(super) fn with_gap(texts: &[&str]) -> String {
    let texts: Vec<_> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
    texts.join("  ")
}

fn begin(play: &Play) -> Start {
    match (play.clip.begins_at, play.from, play.last_seconds) {
        (Some(begins_at), Some(from), _) => Start::Seconds(seconds_between(begins_at, from).max(0.0)),
        (_, _, Some(last)) => Start::BeforeEnd(last),
        _ => Start::Seconds(0.0),
    }
}

/// Seconds from one instant to another; negative if the other lies before it.
fn seconds_between(from: Time, to: Time) -> f64 {
    to.since(from).as_secs_f64() - from.since(to).as_secs_f64()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn clip(path: &str, begins_at: Option<i64>) -> Clip {
        let begins_at = begins_at.map(|seconds| Time::from_micros(seconds * 1_000_000));
        Clip { path: path.to_owned(), begins_at, ..Clip::default() }
    }

    fn two_cameras(other: Option<i64>, position: f64) -> Entry {
        let mut entry = Entry::clip(1, &"court-1".into(), &Play::of(clip("a", Some(100))), Instant::now());
        entry.add(&clip("b", other)).unwrap();
        entry.update(Playback { position, duration: Some(10.0), paused: true, speed: 0.5 });
        entry.set_part(Moment::Seconds(5.0), Moment::Seconds(6.0)).unwrap();
        entry.change_camera(Direction::Next).unwrap();
        entry
    }

    #[test]
    fn an_instant_before_the_other_clip_is_its_first_frame() {
        let shown = two_cameras(Some(104), 1.0).showing().unwrap();
        assert_eq!((shown.clip.path.as_str(), shown.start), ("b", Start::Seconds(0.0)));
        assert_eq!((shown.paused, shown.speed, shown.part), (true, 0.5, Some((1.0, 2.0))));
    }

    #[test]
    fn clips_whose_times_are_not_known_end_together_and_a_loop_is_left() {
        let mut entry = two_cameras(None, 7.0);
        let shown = entry.showing().unwrap();
        assert_eq!((shown.start, shown.part), (Start::BeforeEnd(3.0), None));
        let instant = Moment::At(Time::default());
        assert_eq!(entry.set_part(instant, instant), Err(PlayerError::TimeUnknown { path: "b".to_owned() }));
    }

    #[test]
    fn the_cameras_are_bounded() {
        let mut entry = two_cameras(None, 0.0);
        let added = (0..).take_while(|_| entry.add(&clip("more", None)).is_ok()).count();
        assert_eq!(added, MAX_CAMERAS - 2);
    }
}
