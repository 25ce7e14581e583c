use std::fmt;
use std::sync::Arc;

use crate::error::Place;

/// Where a value was written, so that every message can point at the place to change.
///
/// # Examples
///
/// ```
/// use gentle::config::Config;
///
/// # fn main() -> Result<(), gentle::Error> {
/// let config = Config::builder().toml_text("gentle.toml", "[event]\nurl = \"local://\"").load()?;
/// assert_eq!(config.get("event.url").map(|url| url.origin().to_string()).as_deref(), Some("gentle.toml:2:7"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Nobody wrote it: gentle's own default.
    Default,
    /// A file, at a line and a column that count from 1; the column counts characters.
    File {
        /// The file, as it was named.
        path: Arc<str>,
        /// The line, from 1.
        line: u32,
        /// The column, from 1.
        column: u32,
    },
    /// The environment variable of this name.
    Environment(Arc<str>),
    /// The program itself, and the line where that is known.
    Code(Option<Place>),
    /// Somebody who has set it while the program runs.
    Live,
}

impl Origin {
    /// How a message about the value begins: a variable by its bare name, everything else as it displays.
    pub(crate) fn head(&self) -> String {
        match self {
            Self::Environment(variable) => variable.to_string(),
            Self::Code(Some(place)) => place.to_string(),
            other => other.to_string(),
        }
    }

    /// The same place, `line` lines down; on the first line `column` columns further, on a later one at it.
    pub(crate) fn moved(&self, down: u32, column: u32) -> Self {
        match self {
            Self::File { path, line, column: first } => Self::File {
                path: Arc::clone(path),
                line: line + down,
                column: if down == 0 { first + column } else { column + 1 },
            },
            other => other.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Environment(variable) => write!(f, "the variable {variable}"),
            Self::Code(Some(place)) => write!(f, "the code at {place}"),
            Self::Code(None) => f.write_str("the code"),
            Self::Live => f.write_str("a change while it runs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_origin_says_where_to_look() {
        let file = Origin::File { path: "gentle.toml".into(), line: 12, column: 9 };
        assert_eq!(file.to_string(), "gentle.toml:12:9");
        assert_eq!(file.moved(0, 2).to_string(), "gentle.toml:12:11");
        assert_eq!(file.moved(1, 2).to_string(), "gentle.toml:13:3");
        let variable = Origin::Environment("GENTLE_EVENT_URL".into());
        assert_eq!(variable.to_string(), "the variable GENTLE_EVENT_URL");
        assert_eq!(variable.head(), "GENTLE_EVENT_URL");
        let place = crate::here!();
        assert_eq!(Origin::Code(Some(place)).to_string(), format!("the code at {place}"));
        assert_eq!(Origin::Code(Some(place)).head(), place.to_string());
        assert_eq!(Origin::Code(None).to_string(), "the code");
        assert_eq!(Origin::Default.to_string(), "the default");
        assert_eq!(Origin::Live.to_string(), "a change while it runs");
    }
}
