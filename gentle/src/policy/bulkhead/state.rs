use std::fmt;

/// How full a bulkhead is, as [`Policies::bulkhead`](crate::Policies::bulkhead) found it.
///
/// # Examples
///
/// ```
/// use gentle::policy::Policies;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let one = Policies::parse(r#"bulkhead = "auto 8..256""#)?;
/// let look = || async { Ok::<_, gentle::Rejected>(one.bulkhead()) };
/// let state = one.call(look).await?.ok_or("there is one")?;
/// assert_eq!((state.inside, state.limit), (1, Some(16)));
/// assert_eq!(state.to_string(), "1 of 16 inside");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// So many calls are inside. More than the limit for a while, when that has just become smaller.
    pub inside: u32,
    /// So many stand in line.
    pub waiting: u32,
    /// So many may be inside; `None` while it is switched off.
    pub limit: Option<u32>,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            Some(limit) => write!(f, "{} of {limit} inside", self.inside)?,
            None => write!(f, "off, {} inside", self.inside)?,
        }
        match self.waiting {
            0 => Ok(()),
            waiting => write!(f, ", {waiting} waiting"),
        }
    }
}
