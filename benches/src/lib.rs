//! What a call costs: time, instructions and allocations, measured in this process and in one under valgrind.

#![deny(unsafe_code)]

mod allocations;
mod case;
mod check;
mod command;
mod count;
mod json;
mod sample;
mod subject;
mod table;

pub use case::{Case, Size};
pub use command::{Suite, main};
pub use subject::Subject;
