//! A value, or `off`.

use core::fmt;

/// What stands behind a policy key: `off`, or a value.
///
/// `off` is not the same as a missing key: configuration may switch off what the code has written.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{Sentence, Setting, Timeout};
///
/// assert_eq!(Timeout::parse("off")?, Setting::Off);
/// assert_eq!(Timeout::parse("2s")?.on().map(|timeout| timeout.to_string()), Some("2s".into()));
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting<T> {
    /// The policy is removed.
    Off,
    /// The policy works with this value.
    On(T),
}

impl<T> Setting<T> {
    /// The value, unless it is `off`.
    pub fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::On(value) => value.fmt(f),
        }
    }
}
