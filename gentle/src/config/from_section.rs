use super::Section;
use crate::error::Error;

/// A value that is read from its section: what a service or a field is configured by.
///
/// # Examples
///
/// ```
/// use gentle::config::{Config, FromSection, Section};
///
/// struct Greeting(String);
///
/// impl FromSection for Greeting {
///     fn from_section(section: &Section) -> Result<Self, gentle::Error> {
///         let greeting = Self(section.text("greeting").unwrap_or_else(|| "hello".to_owned()));
///         section.finish().map(|()| greeting)
///     }
/// }
///
/// # fn main() -> Result<(), gentle::Error> {
/// assert_eq!(Greeting::from_section(&Config::default().service("greeter", None))?.0, "hello");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "service: `{Self}` cannot be read from configuration [G764]",
    label = "has no `impl FromSection`",
    note = "help: write `impl FromSection for {Self}`, which reads its keys; a type of another crate goes into one of yours"
)]
pub trait FromSection: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong in the section, at once: see [`Section::finish`].
    fn from_section(section: &Section) -> Result<Self, Error>;
}
