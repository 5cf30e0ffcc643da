//! Who may ask, and how what is refused is answered.

use super::*;

const JSON: &str = "Content-Type: application/json";

#[test]
fn only_the_hosts_of_the_server_are_served() {
    let running = Running::start(&["mat-1"]);
    let port = running.address.port();
    let status = |host: &str| running.exchange(&format!("GET /health HTTP/1.1\r\nHost: {host}"), b"").status;
    for host in ["127.0.0.1", "localhost", "LocalHost", "[::1]"] {
        assert_eq!(status(&format!("{host}:{port}")), 200, "{host}");
    }
    let other = port.wrapping_add(1).max(1);
    for host in [
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        format!("127.0.0.1:{other}"),
        format!("127.0.0.2:{port}"),
        format!("192.168.7.9:{port}"),
        format!("localhost.:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("evil.example:{port}"),
        format!("127.0.0.1:{port}@evil.example"),
        format!("[127.0.0.1]:{port}"),
        String::new(),
    ] {
        assert_eq!(status(&host), 421, "{host}");
    }
    let request = |head: &str| running.exchange(head, b"").status;
    assert_eq!(request("GET /health HTTP/1.1"), 421, "without a Host");
    let twice = format!("GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example");
    assert_eq!(request(&twice), 421, "with two of them");
    let absolute = format!("GET http://evil.example/health HTTP/1.1\r\nHost: 127.0.0.1:{port}");
    assert_eq!(request(&absolute), 421, "with another one in its target");
}

#[test]
fn beyond_loopback_the_hosts_are_the_address_of_the_connection_and_each_request_has_the_token() {
    let running = Running::start_at("0.0.0.0:0", &["mat-1"], "");
    let run: Value = serde_json::from_slice(&fs::read(running.run_file()).unwrap()).unwrap();
    let token = format!("Authorization: Bearer {}", run["token"].as_str().unwrap());
    let port = running.address.port();
    let status = |host: &str, more: &str| {
        running.exchange(&format!("GET /api/status HTTP/1.1\r\nHost: {host}:{port}{more}"), b"").status
    };
    assert_eq!(status("127.0.0.1", &format!("\r\n{token}")), 200);
    assert_eq!(status("192.168.7.9", &format!("\r\n{token}")), 421);
    assert_eq!(status("127.0.0.1", ""), 401);
    assert_eq!(status("127.0.0.1", "\r\nAuthorization: Bearer 00"), 401);
}

#[test]
fn every_refusal_is_problem_json() {
    let running = Running::start(&["mat-1"]);
    let host = format!("Host: {}", running.address);
    let commands = format!("POST /api/courts/mat-1/commands HTTP/1.1\r\n{host}");
    let long = vec![b'x'; 70_000];
    let cases: [(String, &[u8], u16, &str); 11] = [
        (format!("{commands}\r\n{JSON}"), &long, 413, "longer than 65536 bytes"),
        (format!("{commands}\r\n{JSON}"), b"{\"command\":\"mark\",\"text\":\"\xff\"}", 400, "the body is no command"),
        (format!("{commands}\r\nContent-Type: text/plain"), b"{}", 415, "send `Content-Type: application/json`"),
        (format!("{commands}\r\nContent-Type: application/jsonx"), b"{}", 415, "send `Content-Type: application/json`"),
        (format!("{commands}\r\n{JSON}"), b"", 400, "the body is no command"),
        (format!("PUT /api/status HTTP/1.1\r\n{host}"), b"", 405, "PUT is not for /api/status"),
        (format!("GET /api/courts/%ff HTTP/1.1\r\n{host}"), b"", 400, "/api/courts/%ff is no UTF-8"),
        (format!("GET /api/courts/mat-1/%ff HTTP/1.1\r\n{host}"), b"", 400, "/api/courts/mat-1/%ff is no UTF-8"),
        (format!("POST /api/courts/mat-1/mark/%ff HTTP/1.1\r\n{host}"), b"", 400, "is no UTF-8"),
        (format!("GET /api/courts/mat-1/ HTTP/1.1\r\n{host}"), b"", 404, "there is no /api/courts/mat-1/"),
        (format!("GET /nothing HTTP/1.1\r\n{host}"), b"", 404, "there is no /nothing"),
    ];
    for (head, body, status, detail) in cases {
        let answer = running.exchange(&head, body);
        assert_eq!(answer.status, status, "{head}: {}", answer.body);
        let problem = answer.problem();
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{head}: {problem}");
    }
    // A command that the court refuses says the same as one that was done, and is a problem as well.
    let answer = running.exchange(&format!("POST /api/courts/mat-1/review/blue HTTP/1.1\r\n{host}"), b"");
    let problem = answer.problem();
    assert_eq!((answer.status, &problem["outcome"]), (409, &json!("refused")), "{problem}");
    assert_eq!(problem["detail"], problem["reason"], "{problem}");
    // With the token, too, a body is JSON.
    let run: Value = serde_json::from_slice(&fs::read(running.run_file()).unwrap()).unwrap();
    let token = format!("Authorization: Bearer {}", run["token"].as_str().unwrap());
    let plain = format!("{commands}\r\n{token}\r\nContent-Type: text/plain");
    assert_eq!(running.exchange(&plain, b"{\"command\":\"save\"}").status, 415);
}

#[test]
fn a_path_of_windows_is_one_word_and_no_path_leads_out() {
    let running = Running::start_at("127.0.0.1:0", &["mat-1"], "  jury: { type: player, command: no-such-player }\n");
    let reason = |path: &str| running.post(&format!("/api/courts/mat-1/show/{path}"));
    for (path, clip) in [
        ("C:%2FOBS%2Fclip%201.mkv", "C:/OBS/clip 1.mkv"),
        ("C:%5COBS%5Cclip.mkv", r"C:\OBS\clip.mkv"),
        ("%2Fetc%2Fpasswd", "/etc/passwd"),
        ("..%2F..%2Fetc%2Fpasswd", "../../etc/passwd"),
    ] {
        let (status, refused) = reason(path);
        let expected = format!("there is no clip of `{clip}`: name `last`, the path of a clip, or the seq of an event");
        assert_eq!((status, &refused["reason"]), (409, &json!(expected)), "{refused}");
    }
    assert_eq!(reason("C:/OBS/clip.mkv").0, 400, "each part of a path is a word");
    for path in [
        "/../../../etc/passwd",
        "/api/courts/../../etc/passwd",
        "/api/courts/mat-1/../../../etc/passwd",
        "/api/courts/mat-1/..%2f..%2fetc%2fpasswd",
        "/api/courts/mat-1/%2e%2e/%2e%2e/etc/passwd",
        "/api/courts/..%2fmat-1/score",
        "/api/courts/mat-1/blue%2Fname",
        "//etc/passwd",
        "/%00",
    ] {
        let answer = running.exchange(&format!("GET {path} HTTP/1.1\r\nHost: {}", running.address), b"");
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        answer.problem();
    }
}

/// The lines of the docs that begin with `curl`, each with the answer that follows it as a comment.
fn curl_lines() -> Vec<(String, String)> {
    let docs = fs::read_to_string(crate::support::repository("docs/control.md")).unwrap();
    let docs = docs.replace("\\\n", " ");
    let mut lines = docs.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with("curl") {
            let answer = lines.peek().and_then(|next| next.strip_prefix("# ")).unwrap_or_else(|| panic!("{line}"));
            found.push((line.to_owned(), answer.to_owned()));
        }
    }
    found
}

#[test]
fn every_curl_line_of_the_docs_is_answered_as_they_say() {
    let Some(obs) = HeadlessObs::start() else { return };
    let running = Running::start_at("127.0.0.1:0", &["court-1"], &crate::venue::sink("replay", &obs));
    running.load_bout();
    running.wait_for_log("connected to OBS");
    wait_for("a buffer that has a clip", || running.ctl(&["save"]).status.success().then_some(()));
    let lines = curl_lines();
    assert!(lines.len() >= 6, "{lines:?}");
    for (line, answer) in lines {
        let line = line.replace("127.0.0.1:7800", &running.address.to_string());
        let output = Command::new("sh").args(["-c", &line]).current_dir(running.folder.path()).output().unwrap();
        let printed = text(&output.stdout);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        if let Ok(Value::Object(expected)) = serde_json::from_str(answer.trim_end_matches('…')) {
            let printed: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{line}: {printed}"));
            for (key, value) in expected {
                assert_eq!(printed[&key], value, "{line}: {printed}");
            }
        } else {
            assert_eq!(printed, answer, "{line}");
        }
    }
}
