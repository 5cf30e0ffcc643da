//! A review with a real OBS and a real mpv: what vta adds to the time that OBS takes for a save, turn about with saves by
//! hand in the same OBS.

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::time::Duration;

use obws::client::{Client, ConnectConfig, DangerousConnectConfig};
use obws::events::{Event, EventStream};
use rusqlite::Connection;
use tokio_stream::StreamExt as _;
use vta::time::Time;

use super::headless_obs::HeadlessObs;
use super::process::{Run, hall};

const REVIEWS: usize = 30;
/// After a save by hand vta waits for so long, so that no two files have a name of the same second.
const BETWEEN: Duration = Duration::from_millis(1100);

pub fn bench() {
    let Some(obs) = HeadlessObs::start() else { return println!("left out: no OBS") };
    if Command::new("mpv").arg("--version").stdout(Stdio::null()).status().is_err() {
        return println!("left out: no mpv");
    }
    let rule = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/instant-replay.rhai");
    let hall = hall(
        &format!(
            "  store: {{ type: sqlite, path: day.db }}\n  replay: {{ type: obs, port: {}, password: \"{}\" }}\n  \
             jury: {{ type: player, command: mpv, arguments: [--vo=null, --ao=null] }}\n",
            obs.port, obs.password
        ),
        &[rule],
    );
    let run = Run::start(hall.path(), "mpv");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (asked, named, by_hand) = runtime.block_on(reviews(&obs, &run));
    run.end();

    let database = Connection::open(hall.path().join("day.db")).unwrap();
    let of = |query: &str| -> Vec<Time> {
        let mut statement = database.prepare(query).unwrap();
        let times = statement.query_map([], |row| row.get(0)).unwrap();
        times.map(|time| Time::from_micros(time.unwrap())).collect()
    };
    let saved = of("SELECT at FROM clips WHERE review IS NOT NULL ORDER BY seq");
    let played = of("SELECT at FROM actions WHERE action = 'player.play' ORDER BY seq");
    let shown = of("SELECT at FROM events WHERE kind = 'clip_shown' ORDER BY seq");
    println!("{} reviews, {} clips, {} shown", asked.len(), saved.len(), shown.len());
    report("by hand, save asked for to OBS's event:      ", by_hand);
    report("vta, datagram to OBS's event:                ", between(&asked, &named));
    report("vta, OBS's event to the clip's row:          ", between(&named, &saved));
    report("vta, OBS's event to the player's command:    ", between(&named, &played));
    report("vta, datagram to the frame in mpv:           ", between(&asked, &shown));
}

/// Asks for reviews and saves, turn about: when each review was asked for, when OBS named its file, and how long each
/// save by hand took.
async fn reviews(obs: &HeadlessObs, run: &Run) -> (Vec<Time>, Vec<Time>, Vec<Duration>) {
    let config = ConnectConfig {
        host: "127.0.0.1",
        port: obs.port,
        password: Some(obs.password.as_str()),
        event_subscriptions: None,
        broadcast_capacity: 64,
        connect_timeout: Duration::from_secs(10),
        dangerous: Some(DangerousConnectConfig { skip_studio_version_check: true, skip_websocket_version_check: true }),
    };
    let client = Client::connect_with_config(config).await.unwrap();
    let mut events = client.events().unwrap();
    while !client.replay_buffer().status().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let say = |message: &str| {
        let at = Time::now();
        socket.send_to(message.as_bytes(), run.to).unwrap();
        at
    };
    let bout =
        ["pre;FightLoaded", "mch;12;Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;"];
    for message in bout.into_iter().chain(["rdy;FightReady", "clk;02:00;start"]) {
        say(message);
    }
    // The clips are as long as on a day.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let (mut asked, mut named, mut by_hand) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..REVIEWS {
        asked.push(say("ch1;"));
        named.push(saved(&mut events).await);
        tokio::time::sleep(BETWEEN).await;
        say("ch1;1;1;");
        say("ch1;-1;");
        let began = Time::now();
        client.replay_buffer().save().await.unwrap();
        by_hand.push(saved(&mut events).await.since(began));
        tokio::time::sleep(BETWEEN).await;
    }
    (asked, named, by_hand)
}

/// Waits for OBS to name a file; gives when it did.
async fn saved(events: &mut EventStream) -> Time {
    while !matches!(events.next().await.unwrap(), Event::ReplayBufferSaved { .. }) {}
    Time::now()
}

fn between(from: &[Time], to: &[Time]) -> Vec<Duration> {
    assert_eq!(from.len(), to.len());
    // The other end may hear of it first.
    from.iter().zip(to).map(|(from, to)| to.since(*from)).collect()
}

fn report(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{what} median {:.1} ms, 99th of 100 {:.1} ms, worst {:.1} ms", at(0.5), at(0.99), at(1.0));
}
