use std::fmt;
use std::time::Duration;

use gentle_dsl::Key;

/// A policy refused the call, or cut it off: what gentle itself decides, as a small value.
///
/// It travels in the caller's own error type, which needs one line: `#[from] gentle::Rejected` on a variant of a
/// `thiserror` enum, or `impl From<gentle::Rejected> for MyError`. `anyhow::Error` takes it as it is.
///
/// # Examples
///
/// ```
/// use gentle::policy::{Key, Policies};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let once = Policies::parse(r#"rate_limit = "1/h, reject""#)?;
/// let call = || async { Ok::<_, gentle::Rejected>(()) };
/// assert!(once.call(call).await.is_ok());
///
/// let rejected = once.call(call).await.unwrap_err();
/// assert_eq!(rejected.policy, Key::RateLimit);
/// assert!(rejected.retry_after.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rejected {
    /// The policy that decided.
    pub policy: Key,
    /// What it decided.
    pub kind: Refusal,
    /// When a later call may be let through, where the policy can tell.
    pub retry_after: Option<Duration>,
}

/// Why a policy refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no room, and the policy does not wait.
    Full,
    /// There is no room in the queue of those who wait.
    QueueFull,
    /// The wait, for a turn or for the next attempt, would last longer than the policy, or the call's time limit,
    /// allows: nobody waited.
    TooLong,
    /// The call takes more than the limit ever has at once: it can never pass.
    TooLarge,
    /// The circuit is open: what was called before has been failing.
    Open,
    /// Too many calls fail, and this is one of those that are not made.
    Shed,
    /// It failed on purpose.
    OnPurpose,
    /// The time is up: the operation's, or that of a wait whose length nobody could foresee.
    Elapsed,
}

impl Rejected {
    pub(crate) const fn new(policy: Key, kind: Refusal) -> Self {
        Self { policy, kind, retry_after: None }
    }

    pub(crate) const fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Whether the call ran out of time, in the operation or while it waited.
    pub fn is_timeout(&self) -> bool {
        self.policy == Key::Timeout
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.kind {
            Refusal::TooLong if self.is_timeout() => "no time is left to wait",
            Refusal::Full => "full",
            Refusal::QueueFull => "the queue is full",
            Refusal::TooLong => "the wait would be too long",
            Refusal::TooLarge => "the call takes more than there ever is at once",
            Refusal::Open => "the circuit is open",
            Refusal::Shed => "too many calls fail",
            Refusal::OnPurpose => "failed on purpose",
            Refusal::Elapsed => "the time is up",
        };
        write!(f, "{}: {why}", self.policy)?;
        match self.retry_after {
            Some(wait) => write!(f, ", try again in {wait:.1?}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Rejected {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_says_who_why_and_when() {
        let rejected = Rejected::new(Key::RateLimit, Refusal::Full).after(Duration::from_millis(1500));
        assert_eq!(rejected.to_string(), "rate_limit: full, try again in 1.5s");
        assert_eq!(Rejected::new(Key::Timeout, Refusal::Elapsed).to_string(), "timeout: the time is up");
    }
}
