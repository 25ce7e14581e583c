//! What every policy's parsed value implements.

use core::fmt;

use crate::{key::Key, mistake::Mistakes, ready::Reach, setting::Setting};

/// A policy as one sentence of text, and as a value.
///
/// The text is the same in attributes, in configuration, in the environment and on the console. Printing gives the whole sentence with every default
/// filled in, and parsing that gives an equal value.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{Retry, Sentence, Setting};
///
/// let Setting::On(retry) = Retry::parse("exp(100ms..30s, x2, jitter, 5 attempts, 5m)")? else { unreachable!() };
/// assert_eq!(retry.to_string(), "exp(100ms..30s, x2), 5 attempts, jitter full, within 5m");
/// assert_eq!(Retry::parse(&retry.to_string())?, Setting::On(retry));
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
pub trait Sentence: Copy + PartialEq + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// The key in front of the sentence.
    const KEY: Key;

    /// Parses `off`, `on`, or a sentence.
    ///
    /// # Errors
    ///
    /// Every mistake in the text, each with its place and a way to correct it.
    fn parse(text: &str) -> Result<Setting<Self>, Mistakes> {
        Self::parse_as(Reach::Ready, text)
    }

    /// Parses the same with all words of the grammar, also those that gentle does nothing for yet.
    ///
    /// # Errors
    ///
    /// Every mistake in the text, each with its place and a way to correct it.
    fn parse_ahead(text: &str) -> Result<Setting<Self>, Mistakes> {
        Self::parse_as(Reach::Ahead, text)
    }

    /// What both do.
    #[doc(hidden)]
    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes>;

    /// Checks a value that was built by hand against the rules that parsed ones keep, such as counts above zero.
    ///
    /// # Errors
    ///
    /// Every rule it breaks, shown in the sentence that the value prints.
    fn check(&self) -> Result<(), Mistakes> {
        Self::parse(&self.to_string()).map(|_| ())
    }
}
