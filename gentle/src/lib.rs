//! Talk to external services like a gentleman.
//!
//! Annotate functions and structs, call [`gentle::run()`](run), and get a backend service that boots what it needs in
//! order, paces and repeats the calls it makes, handles events at least once, and, with its events in a file, stops without
//! losing any. All of it runs in one process with no server to install.
//!
//! ```no_run
//! use gentle::prelude::*;
//! use serde::{Deserialize, Serialize};
//!
//! /// Ten calls a second in bursts of five; what fails is tried again every 500 ms for up to five minutes.
//! #[gentle(rate_limit = "5/500ms", retry = "const(500ms, 5m)", timeout = "2s each attempt")]
//! async fn read_score(player: u32) -> anyhow::Result<u32> {
//!     Ok(player * 100) // stands for a call over the network
//! }
//!
//! #[derive(Serialize, Deserialize, Event)]
//! struct ScoreRead { player: u32, points: u32 }
//!
//! /// Four at a time; what fails comes back later, what keeps failing ends in the dead letters.
//! #[event_handler(concurrency = 4)]
//! async fn save_score(event: &ScoreRead) {
//!     println!("player {} has {} points", event.player, event.points);
//! }
//!
//! #[service]
//! struct Reader { events: Dispatcher }
//!
//! impl Service for Reader {
//!     async fn run(&self, _: &Context) -> gentle::service::Result {
//!         let points = read_score(7).await?;
//!         self.events.dispatch(ScoreRead { player: 7, points }).await?;
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> gentle::Exit {
//!     gentle::run()
//! }
//! ```
//!
//! # Where to look
//!
//! | to | use | more in |
//! |---|---|---|
//! | pace, bound, repeat, cut off a call | [`#[gentle]`](macro@gentle), [`policies!`], [`Policies`] | [`policy`] |
//! | have something started and stopped in order | [`#[service]`](macro@service), [`Service`], [`Svc`] | [`service`](mod@service) |
//! | say that something happened | [`#[derive(Event)]`](macro@Event), [`dispatch`], [`dispatch_in`], [`dispatch_at`] | [`event`] |
//! | do something about it | [`#[event_handler]`](macro@event_handler) | [`event`] |
//! | run it all | [`run`], [`App`] for tests and for more than one | [`runtime`] |
//! | change it without touching the code | `gentle.toml`, the environment | [`config`] |
//!
//! # In a test
//!
//! [`App::builder()`](App::builder) makes the same program as a value. It takes services and handlers by hand, puts fakes
//! in the place of real ones, and its configuration as text. With the feature `testing` time goes through tokio's clock, so
//! that a test with a paused one waits for nothing; without it a policy goes by the real clock while tokio's stands still,
//! so switch it on wherever you pause time:
//!
//! ```toml
//! [dev-dependencies]
//! gentle = { version = "0.1", features = ["testing"] }
//! ```
//!
//! ```
//! use gentle::prelude::*;
//!
//! #[service]
//! struct Greeter;
//!
//! impl Service for Greeter {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), gentle::Error> {
//! let app = App::builder().service::<Greeter>().toml_text("gentle.toml", "[app]\nname = \"greetings\"").build()?;
//! app.start().await?;
//! assert_eq!(app.name(), "greetings");
//! app.stop().await
//! # }
//! ```
//!
//! # Features
//!
//! None is on unless you say so. A feature makes something exist; but for the clock of a test it never changes what is
//! there without it.
//!
//! | feature | brings |
//! |---|---|
//! | `testing` | for tests: the clock that tokio can pause drives every policy, delay and lease |
//! | `sqlite` | durable events in a file, `sqlite://scores.db`, and the service `service::library::sqlite` |
//! | `chaos` | failures made on purpose, where the variable `GENTLE_CHAOS` asks for them: `policy::chaos` |
//! | `tower` | policies as layers for axum, tonic, hyper and other services in a stack: `policy::tower` |
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

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
