//! Every name that generated code could trip over means something else here.

use ::gentle::{Rejected, gentle};

/// Not the one of the standard library.
#[derive(Debug)]
pub struct Result;

/// Not the one of the standard library.
#[derive(Debug)]
pub struct Option;

/// Not the one of the standard library.
#[derive(Debug)]
pub enum Duration {
    /// Not the one of the prelude.
    Some,
    /// Not the one of the prelude.
    None,
}

/// Not the one of gentle.
#[derive(Debug)]
pub struct Policies;

/// Not the one of gentle.
pub type PolicySet = Policies;

/// Not the one of gentle.
pub type Setting = Policies;

/// Not the one of gentle.
pub type Retry = Policies;

/// Not the one of gentle.
pub type Registration = Policies;

/// Not the one of the standard library.
pub trait From {}

/// Not the one of the standard library.
pub trait Clone {}

/// Not the one of the standard library.
pub trait Future {}

/// Not the one of the standard library.
pub mod core {}

/// Not the one of the standard library.
pub mod std {}

/// Not the crate.
pub mod gentle {
    /// Not the module of the crate.
    pub mod policy {}
}

/// Not the attribute.
#[must_use]
pub const fn gentle() -> u64 {
    POLICIES
}

/// Not the static that is generated.
pub const POLICIES: u64 = 7;

/// Not the macro of the standard library.
#[macro_export]
macro_rules! pin {
    () => {};
}

/// Names of everything that is generated, as names of the user's own.
///
/// # Errors
///
/// It was refused.
#[gentle(
    retry = "exp(1ms..2s), 3 attempts",
    rate_limit = "5/500ms wait 2s",
    timeout = "1s",
    bulkhead = "4 wait"
)]
pub async fn names<Backoff, Timeout>(
    policies: u64,
    __call: u64,
    __outcome: u64,
    __policies: u64,
    __argument6: &str,
    (__self, again): (u64, Backoff),
    (attempt, settle): (u64, Timeout),
) -> ::core::result::Result<(u64, Backoff, Timeout), Rejected>
where
    Backoff: ::core::clone::Clone,
    Timeout: ::core::clone::Clone,
{
    let sum = policies + __call + __outcome + __policies + __self + attempt + POLICIES + gentle();
    let length = __argument6.len() as u64;
    Ok((sum + length, again, settle))
}

/// Names of what stands beside the body.
///
/// # Errors
///
/// It was refused.
#[gentle(
    retry = "2 attempts",
    rate_limit = "5/s",
    failure_if = |__rules: &Rejected| __rules.is_timeout() || __failed.is_empty(),
    retry_after = |error| error.retry_after,
    fallback(|__outcome| if left > 7 { ::core::result::Result::Err(__outcome) } else { ::core::result::Result::Ok(__failed.clone()) }, |_| format!("{__failed}{left}"))
)]
pub async fn beside(
    __failed: ::std::string::String,
    (left, __rules): (u64, u64),
) -> ::core::result::Result<::std::string::String, Rejected> {
    Ok(__failed + if __rules == left { "" } else { "!" })
}

/// A raw name.
///
/// # Errors
///
/// It was refused.
#[gentle(rate_limit = "5/s", retry = "on")]
pub async fn r#match(r#type: u64) -> ::core::result::Result<u64, Rejected> {
    Ok(r#type)
}

/// A crate under another name.
pub mod renamed {
    mod inner {
        pub(super) use ::gentle as polite;
    }

    /// Named by a path.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[inner::polite::gentle(rate_limit = "5/s", retry = "on", timeout(1s), crate = inner::polite)]
    pub async fn call(number: u64) -> ::core::result::Result<u64, ::gentle::Rejected> {
        Ok(number)
    }
}
