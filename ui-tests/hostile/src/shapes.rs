//! Functions of every shape.

use std::fmt::Display;
use std::sync::Arc;

use gentle::{Policies, Rejected, gentle, policies};

/// What can go wrong here.
#[derive(Debug)]
pub enum Failure {
    /// It was refused.
    Rejected(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

/// An alias.
pub type Outcome<T> = Result<T, Failure>;

/// Policies of one's own.
pub static SHARED: Policies = policies!(bulkhead = "4 wait 1s", retry(2 attempts), name = "shared");

/// Policies that say nothing about time.
pub static PLAIN: Policies = policies!(bulkhead = "4");

/// All policies, in both spellings.
///
/// # Errors
///
/// It was refused.
#[gentle(rate_limit = "5/500ms burst 10 wait 2s", retry(exp(100ms..30s, x2.5), 5 attempts, budget 10%), timeout = "10s, 2s each attempt", bulkhead(16 queue 64))]
pub async fn everything(text: &str, number: u64) -> Outcome<u64> {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    Ok(length + number)
}

/// Nothing to wait for, nothing to give back.
///
/// # Errors
///
/// It was refused.
#[gentle(bulkhead = "1")]
pub async fn nothing() -> Outcome<()> {
    Ok(())
}

/// All of them are switched off.
///
/// # Errors
///
/// It was refused.
#[gentle(bulkhead = "off", retry = "off", timeout(off), rate_limit(off))]
pub async fn nothing_is_on(number: u64) -> Outcome<u64> {
    Ok(number)
}

/// Patterns, a wildcard, what is allowed for an argument, and a mutable binding.
///
/// # Errors
///
/// It was refused.
#[gentle(retry = "now, 3 attempts", timeout = "1s")]
pub async fn patterns(
    (left, [_, middle]): (u8, [u8; 2]),
    _: &str,
    mut words: Vec<String>,
    #[allow(unused_variables)] unused: String,
    log: &mut Vec<String>,
) -> Outcome<usize> {
    words.push(format!("{left}{middle}"));
    log.append(&mut words);
    Ok(log.len())
}

/// Generic, with lifetimes, bounds and `impl Trait`.
///
/// # Errors
///
/// It was refused.
#[gentle(retry = "now, 3 attempts", timeout = "1s")]
pub async fn generic<'a, T, const N: usize>(
    items: &'a [T; N],
    work: impl Fn(&T) -> Outcome<u32> + Clone,
    name: impl Display + Clone,
) -> Outcome<(&'a T, u32, String)>
where
    T: Sync + 'a,
{
    let first = items.first().ok_or(()).or_else(|()| nothing_there())?;
    Ok((first, work(first)?, name.to_string()))
}

fn nothing_there<T>() -> Outcome<T> {
    SHARED.name().parse::<u8>().map_or_else(|_| unreachable_here(), |_| unreachable_here())
}

fn unreachable_here<T>() -> Outcome<T> {
    std::process::abort()
}

/// Under policies that others share.
///
/// # Errors
///
/// It was refused.
#[gentle(policy = SHARED)]
pub async fn shared(number: Arc<u64>) -> Outcome<u64> {
    Ok(*number)
}

/// Two attributes around one function.
///
/// # Errors
///
/// It was refused.
#[gentle(policy = PLAIN)]
#[gentle(retry = "2 attempts", name = "hostile.twice")]
pub async fn twice(number: u64) -> Outcome<u64> {
    if number == 0 {
        return Ok(1);
    }
    Ok(number)
}

/// What an attribute gets through another macro.
macro_rules! through_a_macro {
    ($(#[$attr:meta])* $name:ident, $retry:literal, ($($timeout:tt)*)) => {
        $(#[$attr])*
        #[gentle(retry = $retry, timeout($($timeout)*))]
        pub async fn $name(number: u64) -> Outcome<u64> {
            Ok(number)
        }
    };
}

through_a_macro! {
    /// Written by a macro.
    ///
    /// # Errors
    ///
    /// It was refused.
    written_by_a_macro, "3 attempts", (10s, 2s each attempt)
}
