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
