#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, rust_2018_idioms)]
//! Nothing is in scope that is not named.

use ::core::result::Result::{self, Ok};
use ::gentle::{Rejected, gentle};

/// Reads the score.
#[gentle(rate_limit = "5/500ms", retry = "const(500ms, 5m)", timeout = "2s each attempt", bulkhead(16 wait 1s))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    ::core::mem::drop(read_score(7));
}
