#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, rust_2018_idioms)]
//! Names that generated code could trip over, at the root of a crate.

use ::gentle::{Rejected, gentle};

mod core {}
mod std {}
mod gentle {
    pub(crate) const POLICIES: u64 = 1;
}
struct Result;
struct Option;
struct Policies;
struct Setting;
trait From {
    fn from(&self) -> u64;
}

impl From for (Result, Option, Policies, Setting) {
    fn from(&self) -> u64 {
        gentle()
    }
}

const POLICIES: u64 = 2;

fn gentle() -> u64 {
    POLICIES + gentle::POLICIES
}

#[gentle(rate_limit = "5/500ms wait 2s", retry = "exp(1ms..2s), 3 attempts")]
async fn read_score(__call: u64, __outcome: u64, __policies: u64) -> ::core::result::Result<u64, Rejected> {
    const TWO: u64 = POLICIES;
    let own = (Result, Option, Policies, Setting).from();
    Ok(__call + __outcome + __policies + own + TWO)
}

fn main() {
    drop(read_score(1, 2, 3));
}
