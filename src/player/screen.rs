//! What is to be on the screen: the clips that can be stepped between, which of them is shown, and how.

use std::collections::VecDeque;
use std::sync::Arc;

use super::error::PlayerError;
use crate::action::{Clip, Moment, Play};
use crate::time::Time;

/// How many played clips can be shown again.
const MAX_GROUPS: usize = 20;
/// Cameras whose clips can be stepped between.
const MAX_CAMERAS: usize = 16;
/// The text of a screen without a clip.
const NO_CLIP: &str = "no clip";

/// Where in a clip to begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Start {
    /// Seconds after its beginning.
    Seconds(f64),
    /// Seconds before its end; at its beginning if it is shorter.
    BeforeEnd(f64),
}

/// The same of all cameras.
#[derive(Debug)]
struct ClipGroup {
    /// At least one.
    clips: Vec<Clip>,
    /// Where in the first clip to begin.
    start: Start,
    court: Arc<str>,
    /// Whether it was ever on the screen.
    seen: bool,
}

/// What is shown, and from where on.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    group: usize,
    camera: usize,
    start: Start,
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

/// What else to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    /// Another camera's clip of the same.
    Camera(Direction),
    /// Another clip that was played.
    Clip(Direction),
}

/// What is to be on the screen.
#[derive(Debug, Default)]
pub(super) struct Screen {
    groups: VecDeque<ClipGroup>,
    shown: Option<Shown>,
    paused: bool,
    speed: f64,
    part: Option<(f64, f64)>,
    overlay: Option<String>,
    /// How long the clip that is shown is, in seconds.
    duration: Option<f64>,
}

impl Screen {
    /// What is to be shown, if anything is.
    pub(super) fn showing(&self) -> Option<Showing> {
        let shown = self.shown.as_ref()?;
        let group = self.groups.get(shown.group)?;
        Some(Showing {
            clip: group.clips.get(shown.camera)?.clone(),
            court: group.court.clone(),
            start: shown.start,
            paused: self.paused,
            speed: self.speed,
            part: self.part,
        })
    }

    /// The text over the picture.
    pub(super) fn overlay(&self) -> &str {
        self.overlay.as_deref().unwrap_or(if self.shown.is_some() { "" } else { NO_CLIP })
    }

    pub(super) fn set_overlay(&mut self, text: &str) {
        self.overlay = Some(text.to_owned());
    }

    /// A new clip is to be shown.
    pub(super) fn play(&mut self, court: &Arc<str>, play: &Play) {
        let start = start(play);
        while self.groups.len() >= MAX_GROUPS {
            self.groups.pop_front();
        }
        self.groups.push_back(ClipGroup { clips: vec![play.clip.clone()], start, court: court.clone(), seen: false });
        self.shown = Some(Shown { group: self.groups.len() - 1, camera: 0, start });
        (self.paused, self.speed, self.part) = (play.paused, play.speed, None);
        self.overlay.clone_from(&play.overlay);
        self.duration = None;
    }

    /// Whether what is shown is another court's.
    pub(super) fn is_of_another(&self, court: &str) -> bool {
        self.showing().is_some_and(|showing| *showing.court != *court)
    }

    /// Puts another camera's clip beside the one that is shown; that of a review beside the others of the review,
    /// whichever is shown by now.
    pub(super) fn add(&mut self, court: &str, clip: &Clip) -> Result<(), PlayerError> {
        let group = match clip.review {
            Some(_) => {
                let is_its = |group: &&mut ClipGroup| {
                    *group.court == *court && group.clips.iter().any(|other| other.review == clip.review)
                };
                self.groups.iter_mut().rev().find(is_its).ok_or(PlayerError::NoReview)?
            }
            None => {
                let shown = self.shown.as_ref().ok_or(PlayerError::NothingShown)?;
                self.groups.get_mut(shown.group).ok_or(PlayerError::NothingShown)?
            }
        };
        if group.clips.len() >= MAX_CAMERAS {
            return Err(PlayerError::TooManyCameras(MAX_CAMERAS));
        }
        group.clips.push(clip.clone());
        Ok(())
    }

    /// Another camera's clip is to be shown at the same instant.
    pub(super) fn change_camera(&mut self, step: Direction) -> Result<(), PlayerError> {
        let shown = self.shown.as_mut().ok_or(PlayerError::NothingShown)?;
        let clips = &self.groups.get(shown.group).ok_or(PlayerError::NothingShown)?.clips;
        let camera = match step {
            Direction::Next => (shown.camera + 1) % clips.len(),
            Direction::Previous => (shown.camera + clips.len() - 1) % clips.len(),
        };
        let (Some(before), Some(after)) = (clips.get(shown.camera), clips.get(camera)) else {
            return Err(PlayerError::NothingShown);
        };
        if camera == shown.camera {
            return Err(PlayerError::NoOther("camera"));
        }
        let shift = before.begins_at.zip(after.begins_at).map(|(before, after)| seconds_between(after, before));
        shown.start = match (shown.start, shift, self.duration) {
            (Start::Seconds(position), Some(shift), _) => Start::Seconds((position + shift).max(0.0)),
            // Replays that were saved together end together.
            (Start::Seconds(position), None, Some(duration)) => Start::BeforeEnd((duration - position).max(0.0)),
            (start, ..) => start,
        };
        self.part = self.part.zip(shift).map(|((from, to), shift)| ((from + shift).max(0.0), (to + shift).max(0.0)));
        shown.camera = camera;
        self.duration = None;
        Ok(())
    }

    /// Another clip that was played is to be shown, as it was at first.
    pub(super) fn change_clip(&mut self, step: Direction) -> Result<(), PlayerError> {
        let group = match (&self.shown, step) {
            (Some(shown), Direction::Next) => shown.group.checked_add(1),
            (Some(shown), Direction::Previous) => shown.group.checked_sub(1),
            (None, Direction::Next) => None,
            (None, Direction::Previous) => self.groups.len().checked_sub(1),
        };
        let group = group.and_then(|group| Some((group, self.groups.get(group)?.start)));
        let (group, start) = group.ok_or(PlayerError::NoOther("clip"))?;
        self.shown = Some(Shown { group, camera: 0, start });
        // What stood over the other clip is not true of this one.
        (self.part, self.duration, self.overlay) = (None, None, None);
        Ok(())
    }

    /// Part of the clip is to be played over and over; gives it in seconds from the beginning.
    pub(super) fn set_part(&mut self, from: Moment, to: Moment) -> Result<(f64, f64), PlayerError> {
        let clip = self.showing().ok_or(PlayerError::NothingShown)?.clip;
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

    /// What is to be shown is on the screen.
    pub(super) fn succeeded(&mut self) {
        if let Some(shown) = &self.shown
            && let Some(group) = self.groups.get_mut(shown.group)
        {
            group.seen = true;
        }
    }

    /// Takes in how the clip is shown by now; a person may have changed it.
    pub(super) fn update(&mut self, playback: Playback) {
        if let Some(shown) = &mut self.shown {
            shown.start = Start::Seconds(playback.position);
            (self.duration, self.paused, self.speed) = (playback.duration, playback.paused, playback.speed);
        }
    }

    /// Nothing is to be shown.
    pub(super) fn close(&mut self) {
        (self.shown, self.part, self.overlay, self.duration) = (None, None, None, None);
    }

    /// What was to be shown cannot be; the text over it stays. A clip that never was on the screen is not come back to.
    pub(super) fn failed(&mut self) {
        if let Some(shown) = &self.shown
            && self.groups.get(shown.group).is_some_and(|group| !group.seen)
        {
            self.groups.remove(shown.group);
        }
        (self.shown, self.part, self.duration) = (None, None, None);
    }
}

fn start(play: &Play) -> Start {
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

    fn showing(clip: Clip) -> Screen {
        let mut screen = Screen::default();
        screen.play(&"court-1".into(), &Play::of(clip));
        screen
    }

    fn playback(position: f64) -> Playback {
        Playback { position, duration: Some(10.0), paused: true, speed: 0.5 }
    }

    #[test]
    fn an_instant_before_the_other_clip_is_its_first_frame() {
        let mut screen = showing(clip("a", Some(100)));
        screen.add("court-1", &clip("b", Some(104))).unwrap();
        screen.update(playback(1.0));
        screen.set_part(Moment::Seconds(5.0), Moment::Seconds(6.0)).unwrap();
        screen.change_camera(Direction::Next).unwrap();
        let shown = screen.showing().unwrap();
        assert_eq!((shown.clip.path.as_str(), shown.start), ("b", Start::Seconds(0.0)));
        assert_eq!((shown.paused, shown.speed, shown.part), (true, 0.5, Some((1.0, 2.0))));
    }

    #[test]
    fn clips_whose_times_are_not_known_end_together_and_a_loop_is_left() {
        let mut screen = showing(clip("a", Some(100)));
        screen.add("court-1", &clip("b", None)).unwrap();
        screen.update(playback(7.0));
        screen.set_part(Moment::Seconds(5.0), Moment::Seconds(6.0)).unwrap();
        screen.change_camera(Direction::Previous).unwrap();
        let shown = screen.showing().unwrap();
        assert_eq!((shown.start, shown.part), (Start::BeforeEnd(3.0), None));
        let instant = Moment::At(Time::default());
        assert_eq!(screen.set_part(instant, instant), Err(PlayerError::TimeUnknown { path: "b".to_owned() }));
    }

    #[test]
    fn the_clips_that_can_be_come_back_to_are_bounded() {
        let mut screen = Screen::default();
        for number in 0..50 {
            screen.play(&"court-1".into(), &Play::of(clip(&number.to_string(), None)));
        }
        let mut back = 0;
        while screen.change_clip(Direction::Previous).is_ok() {
            back += 1;
        }
        assert_eq!((back, screen.showing().unwrap().clip.path.as_str()), (MAX_GROUPS - 1, "30"));
        for number in 0..MAX_CAMERAS - 1 {
            screen.add("court-1", &clip(&number.to_string(), None)).unwrap();
        }
        assert_eq!(screen.add("court-1", &clip("one more", None)), Err(PlayerError::TooManyCameras(MAX_CAMERAS)));
    }

    #[test]
    fn a_clip_of_a_review_stands_beside_the_others_of_the_review_whichever_is_shown() {
        let of = |path, review| Clip { review: Some(review), ..clip(path, None) };
        let mut screen = showing(of("blue", 1));
        screen.play(&"court-1".into(), &Play::of(of("red", 2)));
        screen.add("court-1", &of("blue of the other camera", 1)).unwrap();
        assert_eq!(screen.change_camera(Direction::Next), Err(PlayerError::NoOther("camera")));
        screen.change_clip(Direction::Previous).unwrap();
        screen.change_camera(Direction::Next).unwrap();
        assert_eq!(screen.showing().unwrap().clip.path, "blue of the other camera");
        assert_eq!(screen.add("court-2", &of("of another court", 1)), Err(PlayerError::NoReview));
        assert!(screen.is_of_another("court-2") && !screen.is_of_another("court-1"));
    }

    #[test]
    fn the_text_of_a_clip_goes_with_it() {
        let mut screen = Screen::default();
        assert_eq!(screen.overlay(), NO_CLIP);
        screen.set_overlay("Bout 12");
        assert_eq!(screen.overlay(), "Bout 12");
        screen.play(&"court-1".into(), &Play::of(clip("a", None)));
        assert_eq!(screen.overlay(), "");
        screen.close();
        assert_eq!(screen.overlay(), NO_CLIP);
    }
}
