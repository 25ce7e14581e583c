//! Amounts: counts, durations, percentages and rates.

mod count;
mod duration;
mod few;
mod number;
mod percent;
mod rate;

pub(crate) use count::{CountFault, count};
pub(crate) use duration::{DurationFault, UNITS, duration, unit_meant, unit_nanos, write_range};
pub use duration::{DurationText, parse_duration};
pub(crate) use few::Few;
pub(crate) use number::{NumberFault, scaled, write_scaled};
pub use percent::Percent;
pub use {
    count::parse_count,
    rate::{Rate, parse_rate},
};
