//! A mat with the whole program at it: the console's datagrams, a config with real sinks, and what the database says.

use std::net::UdpSocket;

use rusqlite::{Connection, OpenFlags, Row};
use vta::time::Time;

use crate::headless_obs::HeadlessObs;
use crate::support::{Running, Venue, wait_for};

/// What the console says before a bout begins.
const BOUT: [&str; 6] = [
    "pre;FightLoaded",
    "at1;B. BLUE;Blue BLUE;CRO;at2;R. RED;Rita RED;GER",
    "mch;12;Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;",
    "rnd;1",
    "rdy;FightReady",
    "clk;02:00;start",
];

const OPENED: &str = "SELECT cast(fields ->> '$.review' AS TEXT) FROM events WHERE kind = 'review_opened' ORDER BY seq";

/// A player without a screen.
pub const JURY: &str = "  jury: { type: player, command: mpv, arguments: [--vo=null, --ao=null] }\n";

/// The sink of an OBS.
pub fn sink(name: &str, obs: &HeadlessObs) -> String {
    format!("  {name}: {{ type: obs, port: {}, password: \"{}\", timeout_secs: 1 }}\n", obs.port, obs.password)
}

/// `vta run`, and the console.
pub struct Mat {
    pub venue: Venue,
    pub running: Running,
    socket: UdpSocket,
    said: Vec<String>,
}

impl Mat {
    /// Starts the program.
    pub fn open(venue: Venue) -> Self {
        let running = venue.run();
        Self { venue, running, socket: UdpSocket::bind("127.0.0.1:0").unwrap(), said: Vec::new() }
    }

    /// Starts it with a rule that saves a clip for each review, and an OBS that may take its time beside other tests.
    pub fn that_saves(obs: &HeadlessObs) -> Self {
        let patient = sink("replay", obs).replace("timeout_secs: 1", "timeout_secs: 10");
        let venue = Venue::with_rules(&patient, "rule.rhai");
        let rule = r#"fn on_review_opened(event, bout) { obs::save_replay(`${event.side} review`); }"#;
        std::fs::write(venue.path("rule.rhai"), rule).unwrap();
        let mat = Self::open(venue);
        mat.wait_for_buffer(1);
        mat
    }

    /// The console says something; gives when.
    pub fn say(&mut self, message: &str) -> Time {
        let at = Time::now();
        self.socket.send_to(message.as_bytes(), self.running.to).unwrap();
        self.said.push(message.to_owned());
        at
    }

    /// The program is killed, and started again.
    pub fn restart(&mut self) {
        self.running.signal(nix::sys::signal::Signal::SIGKILL);
        self.running.wait();
        self.running = self.venue.run();
    }

    /// A bout is loaded and its first round begins.
    pub fn begin_bout(&mut self) {
        for message in BOUT {
            self.say(message);
        }
        self.wait_for(1, "SELECT kind FROM events WHERE kind = 'bout_started'");
    }

    /// Waits until OBS's replay buffer has been told to run so often.
    pub fn wait_for_buffer(&self, times: usize) {
        self.wait_for(times, "SELECT kind FROM events WHERE kind = 'replay_buffer' AND fields ->> '$.active'");
    }

    /// A coach raises the card; gives the `seq` of the review.
    pub fn ask(&mut self, side: u8) -> u64 {
        let before = self.texts(OPENED).len();
        self.say(&format!("ch{side};"));
        self.wait_for(before + 1, OPENED)[before].parse().unwrap()
    }

    /// What the jury get of a review: its clip's path and what it is from, or why there is none.
    pub fn gets(&self, review: u64) -> Result<(String, String), String> {
        let got = self.wait_for(
            1,
            &format!(
                "SELECT path || char(10) || taken_from FROM clips WHERE review = {review}
             UNION ALL SELECT fields ->> '$.reason' FROM events
             WHERE kind = 'clip_missing' AND fields ->> '$.review' = {review}"
            ),
        );
        match got[0].split_once('\n') {
            Some((path, from)) => Ok((path.to_owned(), from.to_owned())),
            None => Err(got[0].clone()),
        }
    }

    /// Waits until the jury see a clip of a review; gives its path, and at which second it opened.
    pub fn sees(&self, review: u64) -> (String, f64) {
        let query = format!(
            "SELECT fields ->> '$.path', fields ->> '$.position_seconds' FROM events
             WHERE kind = 'clip_shown' AND fields ->> '$.review' = {review} ORDER BY seq"
        );
        self.wait_for(1, &query);
        self.rows(&query, |row| Ok((row.get(0)?, row.get(1)?))).remove(0)
    }

    /// The jury are done, and the burst of their answer is over: no console sends the next card in it.
    pub fn answer(&mut self, side: u8) {
        const CLOSED: &str = "SELECT kind FROM events WHERE kind = 'review_closed'";
        let before = self.texts(CLOSED).len();
        self.say(&format!("ch{side};1;1;"));
        self.say(&format!("ch{side};-1;"));
        self.wait_for(before + 1, CLOSED);
    }

    /// The database as it stands.
    pub fn database(&self) -> Connection {
        Connection::open_with_flags(self.venue.path("day.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// The rows that a query gives.
    pub fn rows<T>(&self, query: &str, row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let database = self.database();
        let mut statement = database.prepare(query).unwrap();
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    /// The first column of the rows that a query gives.
    pub fn texts(&self, query: &str) -> Vec<String> {
        self.rows(query, |row| row.get(0))
    }

    /// Polls until a query gives as many rows as wanted, and gives their first column.
    pub fn wait_for(&self, count: usize, query: &str) -> Vec<String> {
        wait_for(query, || Some(self.texts(query)).filter(|rows| rows.len() >= count))
    }

    /// Ends the program; everything that the console said stands in the database, once and in its order.
    pub fn close(&mut self) -> String {
        self.wait_for_everything();
        self.running.signal(nix::sys::signal::Signal::SIGINT);
        let (status, log) = self.running.wait();
        assert!(status.success(), "{log}");
        log
    }

    /// Waits until everything that the console said stands in the database.
    pub fn wait_for_everything(&self) {
        let stored =
            self.wait_for(self.said.len(), "SELECT raw FROM events WHERE raw IS NOT NULL ORDER BY session, seq");
        assert_eq!(stored, self.said);
    }
}

impl Drop for Mat {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let failed = "SELECT at || ' ' || action || ' ' || coalesce(outcome, '?') || ' ' || coalesce(reason, '') || args FROM actions";
            eprintln!("{}\n{:#?}", self.running.log(), self.texts(failed));
        }
    }
}
