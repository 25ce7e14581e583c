//! What a call costs: time and allocations, measured in this process.

#![deny(unsafe_code)]

mod allocations;
mod measure;
mod report;

pub use measure::{Cost, Ready, measure};
pub use report::Report;
