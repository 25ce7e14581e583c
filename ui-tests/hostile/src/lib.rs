//! Code that makes it hard for macros: it must compile without a warning, also from clippy.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    single_use_lifetimes,
    trivial_casts,
    let_underscore_drop,
    rust_2018_idioms,
    future_incompatible,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod methods;
pub mod names;
pub mod no_prelude;
pub mod parts;
pub mod shapes;
