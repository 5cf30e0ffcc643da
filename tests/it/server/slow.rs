//! Commands that OBS does late, or not at all.

use super::*;

#[test]
fn a_command_whose_sink_fails_is_a_502_and_one_that_takes_longer_than_the_wait_a_202() {
    let Some(obs) = HeadlessObs::start() else { return };
    let running = Running::start_at("127.0.0.1:0", &["mat-1"], &crate::venue::sink("replay", &obs));
    running.wait_for_log("connected to OBS");
    let scene =
        running.exchange(&format!("POST /api/courts/mat-1/scene/Repaly HTTP/1.1\r\nHost: {}", running.address), b"");
    let problem = scene.problem();
    assert_eq!((scene.status, &problem["outcome"]), (502, &json!("failed")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("did you mean `Replay`?"), "{problem}");

    // This OBS has no server to stream to: it accepts, and does not do it. Each try is ten seconds, one after the other.
    let start = || running.post("/api/courts/mat-1/stream/start");
    std::thread::scope(|scope| {
        let first = scope.spawn(start);
        wait_for("the first", || {
            let status: Value = serde_json::from_str(&running.get("/api/status").1).unwrap();
            (status["courts"][0]["counters"]["open"] == 1).then_some(())
        });
        let second = scope.spawn(|| running.ctl(&["stream", "start"]));
        let third = start();
        assert_eq!((third.0, &third.1["outcome"]), (202, &json!("open")), "{}", third.1);
        let (status, failed) = first.join().unwrap();
        assert_eq!((status, &failed["outcome"]), (502, &json!("failed")), "{failed}");
        let second = second.join().unwrap();
        assert_eq!(second.status.code(), Some(1));
        assert!(text(&second.stderr).contains("stream has not ended within 15 seconds"), "{}", text(&second.stderr));
    });
}
