//! A frame that is cut out of a clip, or out of a recording, at the offset of an event is of that instant.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep_until};
use vta::time::Time;

use crate::headless_obs::HeadlessObs;
use crate::obs::{length, someone_else};
use crate::support::{Venue, run_if_there};
use crate::venue::{Mat, sink};

const RULE: &str = r#"
fn on_bout_started(event, bout) { obs::start_recording("the bout"); }
fn on_review_opened(event, bout) { obs::save_replay("review"); }
fn on_winner(event, bout) { obs::stop_recording(); }
"#;

/// Red, green and blue of what the camera shows, a second each.
const COLOURS: [[u8; 3]; 7] =
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [255, 0, 255], [0, 255, 255], [255, 255, 255]];
const CHANGES: usize = 12;
/// The event during this colour is the last that a clip can show.
const REVIEW: usize = 8;

/// How far a file may be off: OBS puts a change on its canvas with the next frame or the one after it, and takes its
/// time for a request on a machine with much to do.
const TOLERANCE: f64 = 0.15;

/// Which of the colours a mean colour is, by the nearest.
fn nearest(mean: &[u8]) -> usize {
    let distance = |colour: &[u8; 3]| {
        let squares = colour.iter().zip(mean).map(|(one, other)| (i32::from(*one) - i32::from(*other)).pow(2));
        squares.sum::<i32>()
    };
    (0..COLOURS.len()).min_by_key(|number| distance(&COLOURS[*number])).unwrap()
}

fn ffmpeg(file: &Path, seek: Option<f64>, frames: &[&str]) -> Vec<usize> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error"]);
    if let Some(seconds) = seek {
        ffmpeg.args(["-ss", &format!("{seconds:.3}")]);
    }
    ffmpeg.arg("-i").arg(file).args(frames).args(["-vf", "scale=1:1:flags=area", "-f", "rawvideo"]);
    let decoded = ffmpeg.args(["-pix_fmt", "rgb24", "-"]).output().unwrap();
    assert!(decoded.status.success(), "{}", String::from_utf8_lossy(&decoded.stderr));
    decoded.stdout.chunks(3).map(nearest).collect()
}

/// The colour of the frame at an offset.
fn colour_at(file: &Path, offset: f64) -> usize {
    let frame = ffmpeg(file, Some(offset), &["-frames:v", "1"]);
    *frame.first().unwrap_or_else(|| panic!("no frame of {} at {offset}", file.display()))
}

/// Where in a file the colour changes, and to which.
fn changes_in(file: &Path) -> Vec<(f64, usize)> {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0"]);
    let listed = String::from_utf8(ffprobe.arg(file).output().unwrap().stdout).unwrap();
    let mut times: Vec<f64> = listed.lines().map(|line| line.trim_matches(',').parse().unwrap()).collect();
    times.sort_by(f64::total_cmp);
    let colours = ffmpeg(file, None, &["-fps_mode", "passthrough"]);
    assert_eq!(times.len(), colours.len());
    let change = |pair: (&[usize], &f64)| (pair.0[0] != pair.0[1]).then_some((*pair.1, pair.0[1]));
    colours.windows(2).zip(&times[1..]).filter_map(change).collect()
}

#[tokio::test]
async fn a_frame_at_the_offset_of_an_event_is_of_that_instant() {
    if run_if_there(Command::new("ffmpeg").arg("-version")).is_none() {
        return;
    }
    let Some(obs) = HeadlessObs::start() else { return };
    let camera = someone_else(&obs).await;
    let venue = Venue::with_rules(&sink("replay", &obs), "rule.rhai");
    std::fs::write(venue.path("rule.rhai"), RULE).unwrap();
    let mut mat = Mat::open(venue);
    mat.wait_for_buffer(1);
    mat.begin_bout();
    mat.wait_for(1, "SELECT kind FROM events WHERE kind = 'recording_started'");

    // Each colour is on for a second, with an event in its middle.
    let mut turned: Vec<(Time, usize)> = Vec::new();
    let mut tick = Instant::now();
    for number in 0..CHANGES {
        let colour = number % COLOURS.len();
        let [red, green, blue] = COLOURS[colour].map(u32::from);
        let settings = json!({ "color": 0xff00_0000_u32 | blue << 16 | green << 8 | red });
        let settings = obws::requests::inputs::SetSettings {
            input: "Mat camera".into(),
            settings: &settings,
            overlay: Some(true),
        };
        let before = Time::now();
        camera.inputs().set_settings(settings).await.unwrap();
        turned.push((before + Time::now().since(before) / 2, colour));
        tick += Duration::from_millis(500);
        sleep_until(tick).await;
        mat.say(&format!("hl1;{};", 50 + number));
        tick += Duration::from_millis(300);
        sleep_until(tick).await;
        if number == REVIEW {
            mat.say("ch1;");
        }
        tick += Duration::from_millis(200);
        sleep_until(tick).await;
    }
    mat.say("ch1;1;1;");
    mat.say("ch1;-1;");
    mat.say("win;BLUE;");
    mat.wait_for(1, "SELECT kind FROM events WHERE kind = 'recording_stopped'");
    let log = mat.close();

    let sightings = mat.rows(
        "SELECT media, path, offset_seconds, events.fields ->> '$.level' FROM sightings
         JOIN events ON events.seq = sightings.seq WHERE sightings.kind = 'hit' ORDER BY sightings.seq",
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, f64>(2)?, row.get::<_, usize>(3)?)),
    );
    let of = |media: &str| -> Vec<usize> {
        sightings.iter().filter(|sighting| sighting.0 == media).map(|sighting| sighting.3 - 50).collect()
    };
    assert_eq!(of("clip"), (0..=REVIEW).collect::<Vec<_>>(), "{log}");
    assert_eq!(of("recording"), (0..CHANGES).collect::<Vec<_>>(), "{log}");
    for (media, path, offset, level) in &sightings {
        let shown = colour_at(Path::new(path), *offset);
        assert_eq!(shown, turned[level - 50].1, "the {media} at {offset} s, of hit {level}");
    }

    // How far the file's time is from the clock's, by the colours' changes.
    let files = mat.rows(
        "SELECT path, begins_at, ends_at FROM clips UNION ALL SELECT path, begins_at, ends_at FROM recordings",
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, Time>(1)?, row.get::<_, Time>(2)?)),
    );
    assert_eq!(files.len(), 2);
    for (path, begins_at, ends_at) in files {
        let path = Path::new(&path);
        let covers = ends_at.since(begins_at).as_secs_f64();
        assert!((covers - length(path)).abs() < 0.002, "{covers} s of {}", path.display());
        // The colour before the first change is none of the changes.
        let found = changes_in(path);
        let errors: Vec<_> = turned
            .iter()
            .skip(1)
            .filter_map(|&(at, colour)| {
                let error = |found: f64| found - (at.as_micros() - begins_at.as_micros()) as f64 / 1e6;
                let errors = found.iter().filter(|change| change.1 == colour).map(|change| error(change.0));
                errors.min_by(|one, other| one.abs().total_cmp(&other.abs())).filter(|error| error.abs() < 3.0)
            })
            .collect();
        println!("{}: {:?} ms", path.display(), errors.iter().map(|error| (error * 1000.0) as i64).collect::<Vec<_>>());
        assert!(errors.len() >= REVIEW, "{errors:?}");
        // A busy machine changes a colour late now and then, but the file's time is one.
        let mut sizes: Vec<_> = errors.iter().map(|error| error.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        assert!(sizes[sizes.len() / 2] < TOLERANCE, "{errors:?}");
    }
}
