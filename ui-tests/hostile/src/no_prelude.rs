//! Nothing is in scope that is not named.
#![no_implicit_prelude]

use ::core::result::Result::{self, Ok};
use ::std::string::String;

/// Policies of one's own.
pub static SHARED: ::gentle::Policies =
    ::gentle::policies!(retry = "on", timeout(1s), rate_limit = "5/s wait 1s");

/// With a loop.
///
/// # Errors
///
/// It was refused.
#[::gentle::gentle(
    retry = "const(500ms, 5m)",
    rate_limit = "5/500ms",
    timeout = "2s each attempt",
    bulkhead = "4 wait 1s"
)]
pub async fn repeated(text: String, (number, _): (u64, u8)) -> Result<String, ::gentle::Rejected> {
    let _ = number;
    Ok(text)
}

/// Without one.
///
/// # Errors
///
/// It was refused.
#[::gentle::gentle(policy = SHARED)]
pub async fn shared(text: String) -> Result<String, ::gentle::Rejected> {
    Ok(text)
}

/// With Rust beside the sentences.
///
/// # Errors
///
/// It was refused.
#[::gentle::gentle(
    circuit_breaker = "on",
    retry = "2 attempts",
    rate_limit = "5/s",
    failure_if = |error| !error.is_timeout(),
    retry_if = ::gentle::Rejected::is_timeout,
    retry_after = |error: &::gentle::Rejected| error.retry_after,
    fallback(::core::result::Result::Err, |_| text)
)]
pub async fn judged(text: String) -> Result<String, ::gentle::Rejected> {
    Ok(text)
}

/// With what is named beside the body.
///
/// # Errors
///
/// It was refused.
#[::gentle::gentle(timeout = "1s", fallback = |_| text)]
pub async fn kept(text: String) -> Result<String, ::gentle::Rejected> {
    Ok(text)
}

/// What happened.
#[derive(
    ::core::fmt::Debug, ::core::clone::Clone, ::serde::Serialize, ::serde::Deserialize, ::gentle::Event,
)]
pub struct Happened {
    /// A text.
    pub text: String,
}

/// A service.
#[::gentle::service(retry = "exp(1ms..2s), 3 attempts", start_timeout = "1s")]
#[derive(::core::fmt::Debug)]
pub struct Part {
    cx: ::gentle::service::Context,
    text: String,
}

impl ::gentle::Service for Part {}

impl Part {
    /// How much it holds.
    #[must_use]
    pub fn length(&self) -> usize {
        self.text.len() + self.cx.name().len()
    }
}

/// A constructor.
///
/// # Errors
///
/// It was refused.
#[::gentle::service(name = "no_prelude.text")]
pub async fn text(part: ::gentle::Svc<Part>) -> Result<String, ::gentle::Rejected> {
    let _: usize = ::core::future::ready(part.length()).await;
    Ok(String::new())
}

/// A handler.
#[::gentle::event_handler(topic = "happened", retry(off), concurrency(4))]
pub async fn handle(event: Happened, part: ::gentle::Svc<Part>) {
    ::core::mem::drop((event, part, ::core::future::ready(()).await));
}
