//! What a program shows of itself.

pub mod inspect;
pub mod log;
