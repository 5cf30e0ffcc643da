//! What vta adds to the bare thing, measured side by side in one run. `make bench`; the numbers of one machine stand in
//! `docs/performance.md`. What needs a running vta is measured on Unix alone, where it can be ended by a signal.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]
#![expect(unreachable_pub, reason = "the headless OBS is shared with the tests")]

#[cfg(unix)]
mod control;
#[cfg(unix)]
mod database;
mod decode;
#[path = "../../tests/it/endless_handlers.rs"]
mod endless_handlers;
#[cfg(unix)]
#[path = "../../tests/it/headless_obs.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod headless_obs;
#[cfg(unix)]
mod intake;
#[cfg(unix)]
mod latency;
#[cfg(unix)]
mod memory;
#[cfg(unix)]
mod player;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod replay;
#[cfg(unix)]
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
    measure("rules", rules::bench);
    #[cfg(unix)]
    {
        measure("intake", intake::bench);
        measure("memory", memory::bench);
        measure("replay", replay::bench);
        measure("database", database::bench);
        measure("latency", latency::bench);
        measure("player", player::bench);
        measure("review", review::bench);
        measure("control", control::bench);
    }
}
