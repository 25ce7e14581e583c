//! `hedge`: a second call beside a slow first one; the first answer counts.
//!
//! **Use it** where a few calls take far longer than the rest for no reason of their own, such as a busy replica, and
//! waiting costs more than asking twice. It is no help against failures, for which there is [`retry`](super::retry), and
//! none where everything is slow: then it only adds to that.
//!
//! **Read aloud:** `"after p95 at least 20ms, max 2, budget 5%"` is after the 95th percentile, at least twenty
//! milliseconds, at most two, budget five percent: a call that takes longer than 95 of a hundred of late, and longer than
//! 20 ms, gets another one beside it, and after as long again a second one. The first of the three that does not fail is
//! the answer.
//!
//! | not written | means |
//! |---|---|
//! | anything: `on` | `after p95 at least 10ms, max 1, budget 10%` |
//! | `max` | 1 extra call |
//! | `at least` beside a percentile | none |
//! | `budget` | it draws on that of the [`retry`](super::retry), if there is one; `budget off` draws on none |
//!
//! **What it asks of a function:** that it may run several times at once. `#[gentle(…)]` wants the word `idempotent` beside
//! it, lends arguments to all calls at once, and clones those taken by value; a `&mut` argument cannot be shared.
//! Beside `policy = PAYMENTS` with a hedge among them it is `idempotent` that lets it work. With
//! [`Policies::call`](super::Policies::call) it is you who hands over an operation that can be run twice.
//!
//! **What counts:** the time of the first call runs from when it has its token and its permit; who waits for a turn is
//! not slow, and gets no company in the line. Each extra call takes its own pass, token and permit and has the time
//! limit of an attempt. All run in the caller's task, polled together. When one answers, the others are dropped, with all they
//! hold, before the answer is handed out. A first call that fails alone has failed; if others are running, they may still win.
//! When all fail, it is the error of the first that comes back, and a retry may begin anew.
//!
//! A percentile is that of the first calls which went well or were overtaken, right within an eighth, over the last few
//! thousand of them; it is there once there are a hundred. The budget is paid for each extra call; when it is spent, there is none.
//!
//! **Cost:** a call that answers before that time pays for one timer, and none if it answers at once; with a percentile, it
//! reads the clock once more. An extra call is one allocation, and the first of them a second one.
//!
//! **What it emits:** [`HedgeStarted`](super::Event::HedgeStarted) for each extra call, [`HedgeWon`](super::Event::HedgeWon)
//! when one wins, and a `debug` line of `tracing` for each. Its state shows after how long the next one would start.
//!
//! **Cancel safety:** dropping the call drops all of them, with their passes, permits and places in a queue.
//!
//! **Live change:** calls that begin after it go by the new sentence; what is known about times stays.
//!
//! ```
//! use gentle::policy::Policies;
//! use std::cell::Cell;
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let impatient = Policies::parse(r#"hedge = "after 5ms""#)?;
//! let calls = Cell::new(0);
//! let slow_at_first = || async {
//!     calls.set(calls.get() + 1);
//!     if calls.get() == 1 {
//!         std::future::pending::<()>().await;
//!     }
//!     Ok::<_, gentle::Rejected>(calls.get())
//! };
//! assert_eq!(impatient.call(slow_at_first).await?, 2);
//! # Ok(())
//! # }
//! ```

mod latency;
mod state;

pub use gentle_dsl::{Hedge, HedgeDelay};

pub(crate) use state::{Hedging, Terms};
