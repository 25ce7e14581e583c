//! `each`: a separate rate limit, bulkhead or circuit breaker for each key.
//!
//! **Use it** where one function serves many who shall not take from each other: tenants, users, hosts. A key that names all
//! there is, such as a request's number, bounds nothing: every call finds a fresh state.
//!
//! **Read aloud:** `"20/s each tenant up to 50_000"` is twenty a second for each tenant, for up to fifty thousand of them.
//!
//! | written | the key |
//! |---|---|
//! | `each tenant` | the argument of that name |
//! | `each (order.account())` | an expression over the arguments and `self`, evaluated once at the beginning of a call |
//! | `each (user, lang)` | both together: up to four, with commas between them |
//! | no `up to` | at most 100 000 keys |
//!
//! A key is anything that is `Eq`, `Hash` and `Clone`: see [`PolicyKey`]. It is borrowed to look it up and
//! copied when it is new. With policies as a value it comes from [`Policies::each`](super::Policies::each); what is written
//! behind `each` is a name for it there.
//!
//! **A key goes** as soon as its state equals a fresh one and no call holds it: a full bucket, an empty bulkhead, a closed
//! circuit breaker with nothing in its windows. Who comes back finds a fresh state, so nobody can tell. Each new key looks at a
//! few others whether they can go, and nothing runs in the background. A circuit breaker that counts the last so many
//! calls, `50% of 20`, forgets none of them and keeps its keys for good: write `50% of 20 in 10s`. So does a bulkhead that has
//! learned its limit, `auto 8..256`.
//!
//! **Too many keys:** a new one beyond the bound shares one state with all others that found no room, and with calls that
//! have no key at all. So a flood of made-up keys takes neither the memory nor the limit from those who are there.
//!
//! **Cost:** beside the decision itself one hash, a short shared lock on one of 32 parts, and a counted reference. A key of a rate
//! limit takes about a hundred bytes, that of a bulkhead a little more, that of a circuit breaker a few hundred.
//!
//! **Cancel safety:** a call given up lets go of its state; nothing else is held.
//!
//! **Live change:** new words hold for all keys at once, and all keep their state. A text from outside may change the bound, but
//! not the key, which is code; without `each` it keeps both.
//!
//! ```
//! use gentle::prelude::*;
//!
//! #[gentle(rate_limit = "1/h reject each tenant")]
//! async fn greet(tenant: &str) -> Result<String, Rejected> {
//!     Ok(format!("Hello, {tenant}"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! assert!(greet("acme").await.is_ok());
//! assert!(greet("acme").await.is_err());
//! assert!(greet("globex").await.is_ok());
//! # }
//! ```

mod key;
mod map;
#[cfg(test)]
mod tests;

pub use key::PolicyKey;
pub(crate) use key::hash;
pub(crate) use map::{Each, Fresh, Held};
