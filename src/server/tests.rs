//! What a running vta hardly lets happen: courts that are gone or hang, and the end with a command under way.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;
use std::time::Instant;

use crossbeam_channel::Receiver;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::bout::SessionId;
use crate::control::{CourtControl, CourtRequest, CourtState};
use crate::event::{CommandEnded, CommandOutcome};
use crate::source::Senders;

/// A server of courts that never were.
struct Served {
    _folder: tempfile::TempDir,
    address: SocketAddr,
    control: Control,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

fn court(name: &str) -> (CourtControl, Receiver<CourtRequest>) {
    let (requests, requested) = crossbeam_channel::bounded(8);
    let input = (([127, 0, 0, 1], 6000).into(), Senders::default());
    (CourtControl::new(name.into(), SessionId::new(), input, Arc::default(), requests), requested)
}

/// A court that answers, after a while.
fn answering(name: &str, after: Duration) -> CourtControl {
    let (court, requested) = court(name);
    thread::spawn(move || {
        for request in requested {
            thread::sleep(after);
            match request {
                CourtRequest::State(answer) => drop(answer.send(CourtState {
                    bout: Arc::default(),
                    rules: Vec::new(),
                    is_paused: false,
                    is_rehearsal: false,
                })),
                CourtRequest::Command(command, end) => drop(end.send(CommandEnded {
                    id: command.id,
                    command_seq: 1,
                    command: command.verb.name().to_owned(),
                    outcome: CommandOutcome::Done,
                    reason: None,
                    clips: Vec::new(),
                    took_ms: 0,
                })),
            }
        }
    });
    court
}

async fn serve(courts: Vec<CourtControl>) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let control = Control {
        event: "Open".to_owned(),
        started_at: crate::time::Time::now(),
        config: folder.path().join("event.yaml"),
        effective: String::new(),
        database: None,
        courts,
        components: Vec::new(),
        reload: crossbeam_channel::bounded(1).0,
        quit: Arc::default(),
    };
    let status = StatusHandle::new("server", "http");
    let (end, task) = spawn(([127, 0, 0, 1], 0).into(), control.clone(), status.clone());
    while status.get() != Status::Running {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let Server::Listens { address, .. } = RunFile::read(&control.config).unwrap().server else { panic!("no server") };
    Served { _folder: folder, address, control, end, task }
}

/// Sends a request; gives the answer's status and body, or nothing where the connection was cut off.
async fn send(address: SocketAddr, request: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().unwrap(), serde_json::from_str(body).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn courts_that_are_gone_or_hang_fail_neither_the_status_nor_quit() {
    let (gone, requested) = court("gone");
    drop(requested);
    let (hangs, _requested) = court("hangs");
    let served = serve(vec![gone, hangs, answering("mat-1", Duration::ZERO)]).await;
    let (status, report) = send(served.address, "GET /api/status").await.unwrap();
    assert_eq!(status, 200, "{report}");
    let courts = report["courts"].as_array().unwrap();
    assert!(courts[0]["no_answer"].as_str().unwrap().contains("the court has ended"), "{report}");
    assert!(courts[1]["no_answer"].as_str().unwrap().contains("does not answer within 2 seconds"), "{report}");
    assert!(courts[2]["bout"].is_object(), "{report}");
    serde_json::from_value::<StatusReport>(report).unwrap();
    assert_eq!(send(served.address, "GET /api/courts").await.unwrap().0, 200);
    assert_eq!(send(served.address, "GET /api/courts/gone/score").await.unwrap().0, 503);
    let (status, problem) = send(served.address, "GET /ready").await.unwrap();
    assert_eq!(status, 503);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("gone: ") && detail.contains("hangs: "), "{detail}");

    let (status, answer) = send(served.address, "POST /api/courts/mat-1/quit").await.unwrap();
    assert_eq!((status, &answer["outcome"]), (200, &Value::from("done")), "{answer}");
    served.control.quit.notified().await;
    for court in ["gone", "hangs"] {
        let (status, answer) = send(served.address, &format!("POST /api/courts/{court}/quit")).await.unwrap();
        assert_eq!((status, &answer["outcome"]), (200, &Value::from("done")), "{answer}");
        served.control.quit.notified().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_ends_with_its_sender_once_what_is_under_way_is_answered() {
    let (hangs, requested) = court("hangs");
    let slow = Duration::from_millis(200);
    let served = serve(vec![hangs, answering("mat-1", slow)]).await;
    let address = served.address;
    let answered = tokio::spawn(async move { send(address, "POST /api/courts/mat-1/mark/here").await });
    let cut_off = tokio::spawn(async move { send(address, "POST /api/courts/hangs/mark/here").await });
    let _idle = TcpStream::connect(address).await.unwrap();
    let taken = tokio::task::spawn_blocking(move || requested.recv().map(|request| (request, requested)));
    let _taken = taken.await.unwrap().unwrap();
    let began = Instant::now();
    drop(served.end);
    served.task.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(answered.await.unwrap().unwrap().0, 200);
    assert_eq!(cut_off.await.unwrap(), None);
    assert!(TcpStream::connect(address).await.is_err());
    assert!(!run_file::path(&served.control.config).exists());
}
