use std::fmt;

/// Where in whose source a thing was declared: `scores (examples/scores/src/main.rs:12:1)`.
///
/// Every registration carries one, so that each boot error can point at the line to change. Macros make it with
/// [`here!`](crate::here).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The package that declares it.
    pub package: &'static str,
    /// The module path.
    pub module: &'static str,
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The [`Place`](crate::Place) of this very line.
///
/// # Examples
///
/// ```
/// let place = gentle::here!();
/// assert!(place.to_string().contains(':'));
/// ```
#[macro_export]
macro_rules! here {
    () => {
        $crate::Place {
            package: ::core::env!("CARGO_PKG_NAME"),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
        }
    };
}
