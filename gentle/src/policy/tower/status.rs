use super::super::{Key, Rejected};

/// The HTTP status that says the same as a refusal: 429 for a rate limit, 504 for a time that is up, 503 for all others.
///
/// # Examples
///
/// ```
/// use gentle::Policies;
/// use gentle::policy::tower::{retry_after, status};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seldom = Policies::parse(r#"rate_limit = "1/h reject""#)?;
/// let call = || async { Ok::<_, gentle::Rejected>(()) };
/// seldom.call(call).await?;
///
/// let rejected = seldom.call(call).await.unwrap_err();
/// assert_eq!(status(&rejected), 429);
/// assert_eq!(retry_after(&rejected), Some(3600));
/// # Ok(())
/// # }
/// ```
pub fn status(rejected: &Rejected) -> u16 {
    match rejected.policy {
        Key::RateLimit => 429,
        Key::Timeout => 504,
        _ => 503,
    }
}

/// The seconds for a `Retry-After` header, rounded up, where the policy can tell.
pub fn retry_after(rejected: &Rejected) -> Option<u64> {
    rejected.retry_after.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}
