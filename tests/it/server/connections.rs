//! Many connections, slow ones, and the end of all.

use super::*;

#[test]
fn a_thousand_silent_connections_do_not_keep_a_new_one_out() {
    let running = Running::start(&["mat-1"]);
    let silent: Vec<_> = (0..1000).map(|_| TcpStream::connect(running.address).unwrap()).collect();
    let began = Instant::now();
    assert_eq!(running.get("/health").0, 200);
    let done = running.ctl(&["mark", "here"]);
    assert_eq!((text(&done.stdout), text(&done.stderr)), ("done".to_owned(), String::new()));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // The latest of them is open still, the first is not.
    let is_open = |mut stream: &TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        stream.read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    assert!(is_open(&silent[999]));
    assert!(!is_open(&silent[0]));
}

#[test]
fn requests_that_stay_half_sent_do_not_keep_a_new_one_out() {
    let running = Running::start(&["mat-1"]);
    let half = format!(
        "POST /api/commands HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n",
        running.address
    );
    let _open: Vec<_> = (0..400)
        .map(|_| {
            let mut stream = TcpStream::connect(running.address).unwrap();
            stream.write_all(half.as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(running.get("/health").0, 200);
}

#[test]
fn a_body_that_does_not_come_is_a_time_out() {
    let running = Running::start(&["mat-1"]);
    let mut stream = TcpStream::connect(running.address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    write!(
        stream,
        "POST /api/commands HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{{",
        running.address
    )
    .unwrap();
    let answer = Answer::read(&mut stream);
    assert_eq!(answer.status, 408);
    assert!(answer.problem()["detail"].as_str().unwrap().contains("within 5 seconds"), "{}", answer.body);
}

#[test]
fn the_end_of_vta_waits_for_no_client() {
    let mut running = Running::start(&["mat-1"]);
    let idle = TcpStream::connect(running.address).unwrap();
    let mut kept = TcpStream::connect(running.address).unwrap();
    write!(kept, "GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", running.address).unwrap();
    assert!(kept.read(&mut [0; 4096]).unwrap() > 0);
    let mut half = TcpStream::connect(running.address).unwrap();
    write!(half, "GET /health HTTP/1.1\r\n").unwrap();
    let mut quits = TcpStream::connect(running.address).unwrap();
    let body = r#"{"command":"quit"}"#;
    let head = format!("POST /api/commands HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json", running.address);
    write!(quits, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let began = Instant::now();
    let answer = Answer::read(&mut quits);
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains(r#""outcome":"done""#), "{}", answer.body);
    assert!(wait_for("the end", || running.vta.try_wait().unwrap()).success());
    // Without the half second for a request that is half sent, and what the courts and the database take.
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    drop((idle, kept, half));
}
