//! The commands of this checkout: `cargo xtask`.
#![forbid(unsafe_code)]

mod bench;
mod near;
mod test;
mod workspace;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test  [--only STEP,STEP]   everything that must hold; what is missing for it is installed first
cargo xtask bench [NAME] [--json]      what a call costs, beside what others offer for the same
cargo xtask bench [NAME] --check       whether a call takes more instructions or allocations than recorded
cargo xtask bench [NAME] --record      records them";

const COMMANDS: [&str; 3] = ["test", "bench", "help"];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else { return usage() };
    let done = match command.as_str() {
        "test" => test::main(rest),
        "bench" => bench::main(rest),
        "help" | "--help" | "-h" => return usage(),
        unknown => Err(near::unknown("command", unknown, &COMMANDS)),
    };
    done.unwrap_or_else(|wrong| {
        eprintln!("error: {wrong}");
        ExitCode::from(2)
    })
}

fn usage() -> ExitCode {
    println!("{USAGE}");
    ExitCode::SUCCESS
}
