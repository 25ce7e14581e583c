//! The one text grammar of gentle's policies.
//!
//! Rates, retries, circuit breakers and all other policies are written the same way in attributes, in `gentle.toml`, in the environment and on the console. This crate
//! parses those words into plain `Copy` values, prints the values back in full, and says in whole sentences what is wrong with a text and how to
//! correct it. It depends on nothing, and no text makes it panic.
//!
//! ```
//! use std::time::Duration;
//! use gentle_dsl::{RateLimit, Sentence, Setting};
//!
//! let limit = RateLimit::parse("5/500ms burst 10 wait 2s")?;
//! assert_eq!(limit, Setting::On(RateLimit::new(5, Duration::from_millis(500)).burst(10).wait(Duration::from_secs(2))));
//! assert_eq!(limit.to_string(), "5/500ms, burst 10, wait 2s, queue 20");
//!
//! let mistakes = RateLimit::parse("5/500ms brust 10").unwrap_err();
//! assert_eq!(
//!     mistakes.to_string(),
//!     "rate_limit: unknown word `brust` [G001]
//!
//!     5/500ms brust 10
//!             ^^^^^ did you mean `burst`?
//!
//! help: write `5/500ms burst 10`"
//! );
//! # Ok::<(), gentle_dsl::Mistakes>(())
//! ```
//!
//! What is written: [`RateLimit`], [`Bulkhead`], [`Retry`], [`Timeout`], [`CircuitBreaker`], [`Hedge`], [`Cache`], [`Throttle`], [`Chaos`] and
//! [`Fallback`], each a [`Sentence`]; several of them in one text are a [`PolicySet`], and [`check_set`] finds what they contradict each other in.
//! What can go wrong: [`Mistakes`], and the list of [`CODES`]. For macros: [`Tokens`] and [`each_span`].
//!
//! The grammar is ahead of gentle: [`Sentence::parse`] refuses the words that gentle does nothing for yet, [`Sentence::parse_ahead`] reads them all.

#![forbid(unsafe_code)]

mod bulkhead;
mod cache;
mod chaos;
mod checks;
mod circuit_breaker;
mod each;
mod fallback;
mod hedge;
mod key;
mod mistake;
mod policies;
mod rate_limit;
mod reader;
mod ready;
mod retry;
mod sentence;
mod setting;
mod suggest;
mod throttle;
mod timeout;
mod tokens;
mod value;
mod waiting;

pub use bulkhead::{Adaptive, Bulkhead, Width};
pub use cache::Cache;
pub use chaos::{Chaos, ChaosAct, ChaosKind};
pub use checks::{check_set, notes};
pub use circuit_breaker::{CircuitBreaker, Open, Probe, Trip, Trips};
pub use each::{Each, EachKey, each_span};
pub use fallback::Fallback;
pub use hedge::{Hedge, HedgeDelay};
pub use key::Key;
pub use mistake::{CODES, Mistake, Mistakes};
pub use policies::{PolicySet, parse_policies, parse_policies_ahead};
pub use rate_limit::RateLimit;
#[doc(hidden)]
pub use ready::Reach;
pub use ready::not_ready;
pub use retry::{Backoff, Budget, Delays, Factor, Jitter, Retry, Tries};
pub use sentence::Sentence;
pub use setting::Setting;
pub use suggest::did_you_mean;
pub use throttle::Throttle;
pub use timeout::Timeout;
pub use tokens::Tokens;
pub use value::{DurationText, Percent, Rate, parse_count, parse_duration, parse_rate};
pub use waiting::{Order, Turn, Waiting};
