#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, rust_2018_idioms)]
//! Keys of every kind, where nothing is in scope that is not named.

use ::core::result::Result::{self, Ok};
use ::gentle::{Policies, Rejected, gentle, policies};
use ::std::borrow::ToOwned;
use ::std::string::String;

static SHARED: Policies = policies!(rate_limit = "5/s each (tenant, user.id)", bulkhead = "4");

/// By an argument.
#[gentle(rate_limit = "20/s each tenant up to 50_000", retry = "3 attempts")]
async fn by_name(tenant: &str, __caller: u64, __policies: u64) -> Result<u64, Rejected> {
    Ok(__caller + __policies)
}

/// By an expression, with several policies and a cost.
#[gentle(
    rate_limit(20/s each (tenant.as_str(), left)),
    circuit_breaker = "on",
    bulkhead = "4 each tenant",
    retry = "3 attempts",
    cost = right + 1
)]
async fn by_parts(tenant: String, (left, right): (u8, i32)) -> Result<(), Rejected> {
    let _ = (tenant, left, right);
    Ok(())
}

/// With policies of somebody else.
#[gentle(policy = SHARED.each(tenant), cost = 3)]
async fn by_hand(tenant: &str) -> Result<(), Rejected> {
    Ok(())
}

fn main() {
    ::core::mem::drop(by_name("a", 1, 2));
    ::core::mem::drop(by_parts("a".to_owned(), (1, 2)));
    ::core::mem::drop(by_hand("a"));
}
