//! Recordings over restarts: of vta, of OBS, and of the connection between them.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::headless_obs::HeadlessObs;
use crate::obs::{length, someone_else};
use crate::support::{Venue, repository, wait_for};
use crate::venue::{Mat, sink};

const NEXT_BOUT: [&str; 5] = [
    "pre;FightLoaded",
    "at1;C. CHAN;Cem CHAN;TUR;at2;D. DUPONT;Dan DUPONT;FRA",
    "mch;13;Final;M -80kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;2;Senior;3;120;cntDown;20;5;",
    "rnd;1",
    "clk;02:00;start",
];

/// The finished recordings: of which bout, and where.
const RECORDED: &str = "SELECT coalesce(bouts.number, '?') || char(10) || path FROM recordings
     JOIN sessions ON sessions.id = recordings.session AND sessions.court = 'court-1'
     LEFT JOIN load_bouts USING (session, load) LEFT JOIN bouts ON bouts.id = bout
     WHERE path LIKE '%/Test Open %' ORDER BY recordings.session, seq";

fn recording_venue(obs: &HeadlessObs) -> Venue {
    Venue::with_rules(&sink("replay", obs), &repository("rules/recording.rhai").display().to_string())
}

/// A bout whose recording has run for a second.
fn begin_recorded_bout(mat: &mut Mat) {
    mat.wait_for_buffer(1);
    mat.begin_bout();
    wait_for_recordings(mat, 1);
}

/// Waits until so many recordings have begun, and the last one has pictures.
fn wait_for_recordings(mat: &Mat, count: usize) {
    mat.wait_for(count, "SELECT kind FROM events WHERE kind = 'recording_started'");
    let began = Instant::now();
    wait_for("a second of pictures", || (began.elapsed() > Duration::from_secs(1)).then_some(()));
}

/// The bouts of the recordings, each of which is a file that plays and has the number in its name.
fn recorded(mat: &Mat, count: usize) -> Vec<String> {
    let rows = mat.wait_for(count, RECORDED);
    let bouts = rows.iter().map(|row| {
        let (bout, path) = row.split_once('\n').unwrap();
        let name = Path::new(path).file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(&format!("Test Open court-1 {bout} Final ")), "{row}");
        assert!(Path::new(path).metadata().unwrap().len() > 1000, "{row}");
        bout.to_owned()
    });
    bouts.collect()
}

#[test]
fn vta_that_is_killed_and_started_in_the_same_bout_goes_on_with_its_recording() {
    let Some(obs) = HeadlessObs::start() else { return };
    let mut mat = Mat::open(recording_venue(&obs));
    begin_recorded_bout(&mut mat);
    mat.restart();
    mat.running.wait_for_log("goes on with the recording");
    // Eight seconds after the winner.
    mat.say("win;BLUE;");
    assert_eq!(recorded(&mat, 1), ["12"]);
    let files = mat.texts("SELECT path FROM recordings");
    assert!(length(files[0].as_ref()) > 8.0, "{files:?}");
    for message in NEXT_BOUT {
        mat.say(message);
    }
    wait_for_recordings(&mat, 3);
    mat.say("win;RED;");
    assert_eq!(recorded(&mat, 2), ["12", "13"]);
    mat.close();
    let bouts = mat.texts("SELECT number FROM bouts JOIN load_bouts ON bout = bouts.id GROUP BY bouts.id ORDER BY 1");
    assert_eq!(bouts, ["12", "13"]);
}

#[test]
fn next_bout_after_vta_was_killed_is_recorded_whatever_the_rules_know() {
    let Some(obs) = HeadlessObs::start() else { return };
    let ships = recording_venue(&obs);
    // This one never ends a recording.
    let simple = Venue::with_rules(&sink("replay", &obs), "rule.rhai");
    std::fs::write(simple.path("rule.rhai"), "fn on_bout_started(event, bout) { obs::start_recording(); }").unwrap();
    for venue in [ships, simple] {
        let mut mat = Mat::open(venue);
        begin_recorded_bout(&mut mat);
        mat.restart();
        for message in NEXT_BOUT {
            mat.say(message);
        }
        wait_for_recordings(&mat, 3);
        assert_eq!(recorded(&mat, 1), ["12"]);
        // It is stopped twice, with vta and OBS as they are; the second restart finds another recording.
        mat.restart();
        mat.running.wait_for_log("goes on with the recording");
        mat.close();
        let failed = mat.texts("SELECT reason FROM actions WHERE outcome = 'failed'");
        assert!(failed.is_empty(), "{failed:?}");
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            someone_else(&obs).await.recording().stop().await.unwrap();
        });
    }
}

#[test]
fn obs_that_is_killed_in_mid_bout_goes_on_in_a_second_file_and_the_first_keeps_its_bout() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    let mut mat = Mat::open(recording_venue(&obs));
    begin_recorded_bout(&mut mat);
    obs.kill();
    obs.restart();
    wait_for_recordings(&mat, 2);
    assert_eq!(recorded(&mat, 1), ["12"]);

    // Both are gone, and OBS comes back first.
    obs.kill();
    obs.restart();
    mat.restart();
    wait_for_recordings(&mat, 3);
    mat.say("win;BLUE;");
    assert_eq!(recorded(&mat, 3), ["12", "12", "12"]);
    mat.close();
    let failed = mat.texts("SELECT reason FROM actions WHERE outcome = 'failed'");
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn bout_that_began_while_obs_was_away_is_recorded_when_obs_is_back() {
    let Some(mut obs) = HeadlessObs::start() else { return };
    let mut mat = Mat::open(recording_venue(&obs));
    mat.wait_for_buffer(1);
    obs.kill();
    mat.wait_for(1, "SELECT kind FROM events WHERE kind = 'obs_disconnected'");
    mat.begin_bout();
    mat.running.wait_for_log("bout 12 is not recorded: ");
    obs.restart();
    wait_for_recordings(&mat, 1);
    mat.say("win;BLUE;");
    assert_eq!(recorded(&mat, 1), ["12"]);
    mat.close();
}

/// Passes everything on to a port, until the connections are cut.
#[derive(Clone, Default)]
struct Cable(Arc<Mutex<Vec<TcpStream>>>);

impl Cable {
    fn to(port: u16) -> (Self, u16) {
        let cable = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap().port();
        let streams = cable.0.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || {
                        _ = io::copy(&mut from, &mut to);
                        _ = to.shutdown(Shutdown::Both);
                    });
                }
                streams.lock().unwrap().push(server);
            }
        });
        (cable, here)
    }

    fn cut(&self) {
        for stream in self.0.lock().unwrap().drain(..) {
            _ = stream.shutdown(Shutdown::Both);
        }
    }
}

#[test]
fn recording_stays_ours_when_the_connection_is_lost_and_back() {
    let Some(obs) = HeadlessObs::start() else { return };
    let (cable, port) = Cable::to(obs.port);
    let sink = sink("replay", &obs).replace(&obs.port.to_string(), &port.to_string());
    let mut mat = Mat::open(Venue::with_rules(&sink, &repository("rules/recording.rhai").display().to_string()));
    begin_recorded_bout(&mut mat);
    cable.cut();
    mat.wait_for(2, "SELECT kind FROM events WHERE kind = 'obs_connected'");
    // The next bout ends it.
    for message in NEXT_BOUT {
        mat.say(message);
    }
    wait_for_recordings(&mat, 2);
    assert_eq!(recorded(&mat, 1), ["12"]);

    // vta is killed while there is no connection.
    cable.cut();
    mat.restart();
    mat.running.wait_for_log("goes on with the recording");
    mat.say("win;BLUE;");
    assert_eq!(recorded(&mat, 2), ["12", "13"]);
    mat.close();
}

#[test]
fn recording_that_a_person_began_is_left_alone_also_after_a_restart() {
    let Some(obs) = HeadlessObs::start() else { return };
    let mut mat = Mat::open(recording_venue(&obs));
    begin_recorded_bout(&mut mat);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    mat.running.signal(nix::sys::signal::Signal::SIGKILL);
    mat.running.wait();
    let by_hand = runtime.block_on(async {
        let someone = someone_else(&obs).await;
        someone.recording().stop().await.unwrap();
        // OBS finishes the file before it begins the next.
        while someone.recording().start().await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        someone
    });
    mat.running = mat.venue.run();
    // The bout's own is finished, and in its place.
    assert_eq!(recorded(&mat, 1), ["12"]);
    for message in NEXT_BOUT {
        mat.say(message);
    }
    mat.running.wait_for_log(
        "bout 13 is not recorded: OBS is recording already, and not for us; stop that recording in OBS first",
    );
    mat.close();
    assert!(runtime.block_on(async { by_hand.recording().status().await.unwrap().active }));
    let reasons = mat.texts("SELECT DISTINCT reason FROM actions WHERE outcome = 'failed'");
    assert_eq!(reasons.len(), 1, "{reasons:?}");
}

#[test]
fn two_courts_of_one_obs_find_each_their_own_recording_again() {
    let Some(obs) = HeadlessObs::start() else { return };
    let venue = recording_venue(&obs);
    let config = std::fs::read_to_string(venue.config()).unwrap();
    let second = "  court-2: { type: pss, bind: \"127.0.0.1:0\" }\nserver:";
    std::fs::write(venue.config(), config.replace("server:", second)).unwrap();
    let mut mat = Mat::open(venue);
    begin_recorded_bout(&mut mat);
    mat.restart();
    mat.running.wait_for_log("goes on with the recording");
    // The other court neither ends it nor begins one.
    let log = mat.running.log();
    let port = log.split("court-2: listening on UDP ").nth(1).unwrap().split_whitespace().next().unwrap();
    let console = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for message in NEXT_BOUT {
        console.send_to(message.as_bytes(), port).unwrap();
    }
    mat.running.wait_for_log("bout 13 is not recorded: OBS is recording already, for ");
    mat.say("win;BLUE;");
    assert_eq!(recorded(&mat, 1), ["12"]);
    let rows = mat.texts(
        "SELECT court FROM events JOIN sessions ON sessions.id = session WHERE kind = 'recording_stopped' AND fields ->> '$.earlier_session'",
    );
    assert_eq!(rows, ["court-1"]);
    // To the other court it is of no bout, whichever is on there.
    let of_a_bout = mat.texts(
        "SELECT court || ' ' || (load > 0) FROM recordings JOIN sessions ON sessions.id = session ORDER BY court",
    );
    assert_eq!(of_a_bout, ["court-1 1", "court-2 0"]);
}
