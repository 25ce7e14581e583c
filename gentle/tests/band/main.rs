//! What a graph of services promises, by the numbers of the check-list it comes from.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod boot;
mod cancel;
mod faults;
mod graph;
mod limits;
mod look_up;
mod probe;
mod report;
mod run;
mod shutdown;
