//! The server of a running vta, and the verbs that use it, with the real binary.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::headless_obs::HeadlessObs;

mod client;
mod connections;
mod refusals;
mod second;
mod slow;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A running vta.
struct Running {
    folder: tempfile::TempDir,
    vta: Child,
    address: SocketAddr,
    /// Where the messages of the first court are sent from.
    court: UdpSocket,
    /// Its name.
    name: String,
}

fn wait_for<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + TIMEOUT;
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Running {
    fn start(courts: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", courts, "")
    }

    /// A vta whose server has that address, with more sinks, and whatever may follow them in a config.
    fn start_at(bind: &str, courts: &[&str], more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports: Vec<_> = courts.iter().map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        let port = |socket: &UdpSocket| socket.local_addr().unwrap();
        let name = courts[0].to_owned();
        let courts: String = courts
            .iter()
            .zip(&ports)
            .map(|(name, socket)| format!("  {name}: {{ bind: \"{}\" }}\n", port(socket)))
            .collect();
        let text = format!(
            "name: \"O\\e[2Jpen\"\ncourts:\n{courts}server: {{ bind: \"{bind}\" }}\nsinks:\n  \
             store: {{ type: sqlite, path: day.db }}\n  capture: {{ type: capture, directory: captures }}\n{more}"
        );
        fs::write(folder.path().join("event.yaml"), text).unwrap();
        let first = port(&ports[0]);
        drop(ports);
        let vta = run(&folder, "log");
        let run_file = folder.path().join("event.yaml.run");
        let address = wait_for("the run file", || {
            let run: Value = serde_json::from_slice(&fs::read(&run_file).ok()?).ok()?;
            run["address"].as_str()?.parse().ok()
        });
        let court = UdpSocket::bind("127.0.0.1:0").unwrap();
        court.connect(first).unwrap();
        Self { vta, address, court, name, folder }
    }

    fn wait_for_log(&self, what: &str) {
        let log = self.folder.path().join("log");
        wait_for(what, || fs::read_to_string(&log).unwrap().contains(what).then_some(()));
    }

    fn run_file(&self) -> PathBuf {
        self.folder.path().join("event.yaml.run")
    }

    fn ctl(&self, words: &[&str]) -> Output {
        vta(&self.folder, &[&["ctl"], words].concat()).output().unwrap()
    }

    fn load_bout(&self) {
        for message in [
            "pre;FightLoaded",
            "at1;Ana;Ana A;GER;at2;Bea;Bea B;FRA",
            "mch;12;Final;M -68kg;0;#0;#F;#f;#F;null;Seniors;3;120;cntDown;20;5;",
            "rnd;1",
            "clk;01:53;start",
        ] {
            self.court.send(message.as_bytes()).unwrap();
        }
        let clock = format!("/api/courts/{}/clock", self.name);
        wait_for("the clock", || (self.get(&clock).1 == "1:53").then_some(()));
    }

    /// Sends a request as it stands; gives the status and the body.
    fn send(&self, head: &str, body: &str) -> (u16, String) {
        let answer = self.exchange(head, body.as_bytes());
        (answer.status, answer.body)
    }

    fn exchange(&self, head: &str, body: &[u8]) -> Answer {
        self.exchange_bytes(&[head.as_bytes(), format!("\r\nContent-Length: {}", body.len()).as_bytes()].concat(), body)
    }

    fn exchange_bytes(&self, head: &[u8], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.write_all(&[head, b"\r\nConnection: close\r\n\r\n", body].concat()).unwrap();
        Answer::read(&mut stream)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}", self.address), "")
    }

    /// Sends a command as a path.
    fn post(&self, path: &str) -> (u16, Value) {
        let (status, body) = self.send(&format!("POST {path} HTTP/1.1\r\nHost: {}", self.address), "");
        (status, serde_json::from_str(&body).unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.vta.kill());
        drop(self.vta.wait());
    }
}

/// An answer of the server.
struct Answer {
    status: u16,
    /// The head, in lower case.
    head: String,
    body: String,
}

impl Answer {
    /// Reads an answer to the end of the connection.
    fn read(stream: &mut TcpStream) -> Self {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// The refusal that it is, as RFC 9457 has it.
    fn problem(&self) -> Value {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!((&problem["type"], &problem["status"]), (&json!("about:blank"), &json!(self.status)), "{problem}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        problem
    }
}

/// Starts `vta run`, which logs to a file of the folder.
fn run(folder: &tempfile::TempDir, log: &str) -> Child {
    let log = fs::File::create(folder.path().join(log)).unwrap();
    vta(folder, &["run"]).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

fn vta(folder: &tempfile::TempDir, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vta"));
    command.args(words).current_dir(folder.path()).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[test]
fn an_operator_s_review_is_a_row_of_the_database() {
    let mut running = Running::start(&["mat-1"]);
    assert_eq!(fs::metadata(running.run_file()).unwrap().permissions().mode() & 0o777, 0o600);
    let table = text(&vta(&running.folder, &["status"]).output().unwrap().stdout);
    assert!(table.contains("court mat-1: no bout yet\n"), "{table}");
    let refused = running.ctl(&["review", "blue"]);
    let reason = "error: review was refused: no bout is on: nothing was received of one yet";
    assert_eq!((refused.status.code(), text(&refused.stderr)), (Some(1), reason.to_owned()));
    running.load_bout();
    for words in [&["review", "blue"][..], &["verdict", "accepted", "won"], &["review", "close"], &["quit"]] {
        let done = running.ctl(words);
        assert_eq!((text(&done.stdout), text(&done.stderr)), ("done".to_owned(), String::new()), "{words:?}");
    }
    assert!(wait_for("the end", || running.vta.try_wait().unwrap()).success());
    assert!(!running.run_file().exists());
    let reviews = vta(&running.folder, &["db", "reviews", "--format", "json"]).output().unwrap();
    let reviews: Value = serde_json::from_slice(&reviews.stdout).unwrap();
    let [review] = &reviews.as_array().unwrap()[..] else { panic!("{reviews}") };
    assert_eq!([&review["origin"], &review["state"], &review["verdict"]], ["operator", "accepted", "won"]);
    let late = running.ctl(&["save"]);
    assert_eq!(late.status.code(), Some(4));
    assert!(text(&late.stderr).starts_with("error: no vta runs with event.yaml"), "{}", text(&late.stderr));
}

#[test]
fn values_are_had_as_text_and_buttons_press_paths() {
    let running = Running::start(&["mat-1"]);
    running.load_bout();
    for (path, value) in [("score", "0:0"), ("clock", "1:53"), ("blue/name", "Ana A"), ("number", "12"), ("winner", "")]
    {
        assert_eq!(running.get(&format!("/api/courts/mat-1/{path}")), (200, value.to_owned()), "{path}");
    }
    assert_eq!(running.post("/api/courts/mat-1/mark/great%20kick").1["outcome"], "done");
    let mark = running.ctl(&["mark", "hello", "world"]);
    assert!(mark.status.success(), "{}", text(&mark.stderr));
    let timeline = || text(&vta(&running.folder, &["db", "timeline"]).output().unwrap().stdout);
    wait_for("the mark", || timeline().contains("mark hello world").then_some(()));
    let (status, refused) = running.post("/api/courts/mat-1/bout/is/77");
    assert_eq!((status, &refused["outcome"]), (409, &json!("refused")));
    assert_eq!(running.get("/health").0, 200);
    assert_eq!(running.get("/ready").0, 200);
    let status: Value = serde_json::from_str(&running.get("/api/status").1).unwrap();
    assert_eq!(status["courts"][0]["bout"]["blue"]["name"], "Ana A");
    let table = text(&vta(&running.folder, &["status"]).output().unwrap().stdout);
    assert!(table.contains("court mat-1: bout 12, fighting, round 1, clock 1:53, Ana A 0:0 Bea B"), "{table}");
    assert!(table.contains("server http"), "{table}");
}

#[test]
fn what_is_wrong_with_a_request_is_said() {
    let running = Running::start(&["mat-1", "mat-2"]);
    let host = format!("Host: {}", running.address);
    let json = "Content-Type: application/json";
    let path = "POST /api/courts/mat-1/commands HTTP/1.1";
    let port = running.address.port();
    let cases = [
        (
            format!("GET /api/courts/mat-3 HTTP/1.1\r\n{host}"),
            "",
            404,
            "there is no court `mat-3`; did you mean `mat-1`?",
        ),
        (format!("GET /api/nothing HTTP/1.1\r\n{host}"), "", 404, "there is no /api/nothing"),
        (format!("GET /api/courts/mat-1/scroe HTTP/1.1\r\n{host}"), "", 404, "did you mean `score`?"),
        (format!("DELETE /health HTTP/1.1\r\n{host}"), "", 405, "DELETE is not for /health"),
        (
            format!("POST /api/courts/mat-1/reveiw/blue HTTP/1.1\r\n{host}"),
            "",
            400,
            "a similar subcommand exists: 'review'",
        ),
        (format!("{path}\r\n{host}\r\n{json}"), "{", 400, "the body is no command: EOF"),
        (format!("{path}\r\n{host}\r\n{json}"), r#"{"command":"save","reson":"x"}"#, 400, "unknown field `reson`"),
        (format!("{path}\r\n{host}"), "{}", 415, "send `Content-Type: application/json`"),
        (
            format!("POST /api/commands HTTP/1.1\r\n{host}\r\n{json}"),
            r#"{"command":"save"}"#,
            400,
            "which court? There are",
        ),
        // A foreign page whose name points here, or that sends a form.
        (format!("GET /health HTTP/1.1\r\nHost: evil.example:{port}"), "", 421, "the Host of the request is not"),
        (
            format!("POST /api/courts/mat-1/save HTTP/1.1\r\n{host}\r\nOrigin: http://evil.example"),
            "",
            403,
            "another site",
        ),
        (
            format!("POST /api/courts/mat-1/save HTTP/1.1\r\n{host}\r\nSec-Fetch-Site: cross-site"),
            "",
            403,
            "another site",
        ),
        (format!("GET /health HTTP/1.1\r\n{host}\r\nAuthorization: Bearer 1234"), "", 401, "the token is not that"),
    ];
    for (head, body, status, detail) in cases {
        let answer = running.exchange(&head, body.as_bytes());
        assert_eq!(answer.status, status, "{head}: {}", answer.body);
        let problem = answer.problem();
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{head}: {problem}");
    }
    let several = running.ctl(&["save"]);
    assert!(text(&several.stderr).contains("There are `mat-1` and `mat-2`"), "{}", text(&several.stderr));
}
