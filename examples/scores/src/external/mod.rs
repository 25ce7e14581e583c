//! The external score service: somebody else's HTTP server, with bad manners.
//!
//! It stands for every service one has to call and cannot mend, so nothing here knows who is calling. It is
//! impatient (beyond twelve calls a second it answers 429), unreliable (one call in five fails with 500), and
//! now and then it accepts a call and leaves it hanging. What it saw is in its own [`Log`]: the proof, from
//! the other side of the wire, of how politely it was called.
//!
//! `token_bucket` is how much it tolerates, `manners` what it answers, `log` what it remembers: all three take
//! the time as an argument. `server` is the same over HTTP.

mod log;
mod manners;
mod server;
mod token_bucket;

pub use log::{Log, Summary};
pub use server::{ScoreService, points};
