//! What a program shows of itself.

pub mod log;
