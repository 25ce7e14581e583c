//! What manners cost: gentle's policies, and what others offer for the same, in one process.

#![forbid(unsafe_code)]

mod operation;
mod own;
#[cfg_attr(not(feature = "peers"), path = "no_peers.rs")]
mod peers;

use std::process::ExitCode;

use gentle_benches::{Suite, main as measure};

const MISSING: &[&str] = &[];

fn main() -> ExitCode {
    measure(&Suite { cases: own::CASES, peers: peers::of, sizes: own::sizes, missing: MISSING })
}
