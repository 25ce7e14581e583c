//! Talk to external services like a gentleman.
//!
//! Annotate functions and structs, call `gentle::run()`, and get a backend service that boots what it needs in
//! dependency order, paces and protects every call it makes, handles events at least once, and shows what it is
//! doing.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `sqlite` | the embedded SQLite file: durable events and the library service |
//! | `tower` | policies as tower layers, for axum, tonic, hyper and other services in a stack: `gentle::policy::tower` |
//! | `testing` | for tests: the clock that tokio can pause drives every policy, delay and lease |
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod config;
pub mod error;
pub mod event;
pub mod policy;
pub mod prelude;
pub mod runtime;
pub mod service;
pub mod telemetry;
pub mod time;

#[doc(hidden)]
pub mod __private;

pub use gentle_macros::{Event, event_handler, gentle, policies, service};
pub use policy::{Policies, Rejected};

pub use error::{BoxError, Error, Place};
pub use event::{Event, dispatch, dispatch_at, dispatch_in, try_dispatch};
pub use runtime::{App, AppBuilder, Exit, run};
pub use service::{Service, Svc};
