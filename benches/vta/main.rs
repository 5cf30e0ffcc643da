//! What vta adds to the bare thing, measured side by side in one run. `make bench`; the numbers of one machine stand in
//! `docs/performance.md`.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]
#![expect(unreachable_pub, reason = "the headless OBS is shared with the tests")]

mod decode;
#[path = "../../tests/it/endless_handlers.rs"]
mod endless_handlers;
#[path = "../../tests/it/headless_obs.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod headless_obs;
mod intake;
mod latency;
mod player;
mod process;
mod replay;
mod review;
mod rules;

fn main() {
    // `cargo bench` hands over arguments of its own; one that is no option names what to measure.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let measure = |name: &str, bench: fn()| {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("\n# {name}");
            bench();
        }
    };
    measure("decode", decode::bench);
    measure("intake", intake::bench);
    measure("replay", replay::bench);
    measure("rules", rules::bench);
    measure("latency", latency::bench);
    measure("player", player::bench);
    measure("review", review::bench);
}
