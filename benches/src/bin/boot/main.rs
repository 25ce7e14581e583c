//! How long services take to come up and to go down when they do nothing themselves: gentle, and the design that comes
//! to mind first, in one process.

#![forbid(unsafe_code)]

mod app;
mod graph;
mod report;
mod watch;

use std::process::ExitCode;
use std::time::Duration;

use report::Figure;

const PASSES: usize = 9;

/// What one pass took.
struct Pass {
    boot: Duration,
    stop: Duration,
}

fn main() -> ExitCode {
    let json = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--json") => true,
        Some(unknown) => {
            eprintln!("error: there is no option `{unknown}`");
            return ExitCode::FAILURE;
        }
    };
    let thousand = measure(1_000);
    let ten_thousand = measure(10_000);
    let boot = |pass: &Pass| pass.boot;
    let stop = |pass: &Pass| pass.stop;
    let figures = [
        figures("boot_1000", &thousand, boot),
        figures("boot_10000", &ten_thousand, boot),
        figures("stop_10000", &ten_thousand, stop),
    ];
    report::print(&figures.concat(), json);
    ExitCode::SUCCESS
}

/// The passes of each subject over the same graphs, taking turns.
fn measure(services: usize) -> [(&'static str, Vec<Pass>); 2] {
    let mut passes = [("gentle", Vec::new()), ("watch", Vec::new())];
    for seed in 0..PASSES {
        let graph = graph::random(services, seed as u64);
        passes[0].1.push(app::pass(&graph));
        passes[1].1.push(watch::pass(&graph));
    }
    passes
}

fn figures(
    case: &'static str,
    passes: &[(&'static str, Vec<Pass>)],
    time: impl Fn(&Pass) -> Duration,
) -> Vec<Figure> {
    let figure = |(subject, passes): &(&'static str, Vec<Pass>)| {
        let mut times: Vec<Duration> = passes.iter().map(&time).collect();
        times.sort();
        Figure { case, subject, least: times[0], median: times[times.len() / 2] }
    };
    passes.iter().map(figure).collect()
}
