//! A mat with the whole program at it: the console's datagrams, a config with real sinks, and what the database says.

use std::net::UdpSocket;

use rusqlite::{Connection, OpenFlags, Row};
use vta::time::Time;

use crate::headless_obs::HeadlessObs;
use crate::support::{Hall, Running, wait_for};

/// What the console says before a bout begins.
const BOUT: [&str; 6] = [
    "pre;FightLoaded",
    "at1;B. BLUE;Blue BLUE;CRO;at2;R. RED;Rita RED;GER",
    "mch;12;Final;M -68kg;;#0000ff;#FFFFFF;#ff0000;#FFFFFF;1;Senior;3;120;cntDown;20;5;",
    "rnd;1",
    "rdy;FightReady",
    "clk;02:00;start",
];

/// A player without a screen.
pub const JURY: &str = "  jury: { type: player, command: mpv, arguments: [--vo=null, --ao=null] }\n";

/// The sink of an OBS.
pub fn sink(name: &str, obs: &HeadlessObs) -> String {
    format!("  {name}: {{ type: obs, port: {}, password: \"{}\", timeout_secs: 1 }}\n", obs.port, obs.password)
}

/// `vta run`, and the console.
pub struct Mat {
    pub hall: Hall,
    pub running: Running,
    socket: UdpSocket,
    said: Vec<String>,
}

impl Mat {
    /// Starts the program.
    pub fn open(hall: Hall) -> Self {
        let running = hall.run();
        Self { hall, running, socket: UdpSocket::bind("127.0.0.1:0").unwrap(), said: Vec::new() }
    }

    /// The console says something; gives when.
    pub fn say(&mut self, message: &str) -> Time {
        let at = Time::now();
        self.socket.send_to(message.as_bytes(), self.running.to).unwrap();
        self.said.push(message.to_owned());
        at
    }

    /// A bout is loaded and its first round begins.
    pub fn begin_bout(&mut self) {
        for message in BOUT {
            self.say(message);
        }
    }

    /// Waits until OBS's replay buffer has been told to run so often.
    pub fn wait_for_buffer(&self, times: usize) {
        self.wait_for(times, "SELECT kind FROM events WHERE kind = 'replay_buffer' AND fields ->> '$.active'");
    }

    /// The database as it stands.
    pub fn database(&self) -> Connection {
        Connection::open_with_flags(self.hall.path("day.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
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
        let stored = self.wait_for(self.said.len(), "SELECT raw FROM events WHERE raw IS NOT NULL ORDER BY seq");
        assert_eq!(stored, self.said);
    }
}
