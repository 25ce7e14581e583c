//! Logs, through `tracing` and to standard error.
//!
//! A program that has set up a subscriber of its own keeps it: [`Log::install`] says whether it was the first.

mod pretty;

use std::fmt;
use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::error::{Error, Kind};

/// What is shown when nobody says anything else.
pub const DEFAULT_FILTER: &str = "info";

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One JSON object in a line, for machines.
    Json,
    /// One line without colours, with the date, for files and journals.
    Plain,
    /// One short line for a terminal: the time of day in UTC, the level by colour, the message first.
    #[default]
    Pretty,
}

impl Format {
    /// The words of `[log] format`.
    pub const WORDS: [&'static str; 3] = ["pretty", "plain", "json"];

    /// The format of that name.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::telemetry::log::Format;
    ///
    /// assert_eq!(Format::from_name("json"), Some(Format::Json));
    /// assert_eq!(Format::from_name("xml"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "plain" => Some(Self::Plain),
            "pretty" => Some(Self::Pretty),
            _ => None,
        }
    }
}

/// How to log: which events, and in which format.
///
/// # Examples
///
/// ```
/// use gentle::telemetry::log::{Format, Log};
///
/// # fn main() -> Result<(), gentle::Error> {
/// let log = Log::new("info,scores=debug")?.format(Format::Json);
/// assert!(log.install(), "the first one is installed");
/// assert!(!log.install(), "a second one leaves it alone");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Log {
    filter: String,
    format: Option<Format>,
    ansi: Option<bool>,
}

impl Log {
    /// Shows what the filter lets through: a level (`info`), or levels by target (`info,scores=debug`).
    ///
    /// # Errors
    ///
    /// The filter is wrong: an error of kind [`Config`](Kind::Config), without the place it came from.
    pub fn new(filter: &str) -> Result<Self, Error> {
        match parse(filter) {
            Ok(_) => Ok(Self { filter: filter.to_owned(), format: None, ansi: None }),
            Err(part) => Err(Error::new(Kind::Config, wrong(filter, part))),
        }
    }

    /// As [`new`](Self::new), for a filter that is not meant for gentle alone: whatever `tracing` accepts, a bare target
    /// too.
    pub(crate) fn accepted(filter: &str) -> Option<Self> {
        EnvFilter::try_new(filter).ok()?;
        Some(Self { filter: filter.to_owned(), format: None, ansi: None })
    }

    /// Writes in this format; without it, pretty on a terminal and plain elsewhere.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Uses colours or does not; without it, only on a terminal, and not when `NO_COLOR` is set.
    pub fn ansi(mut self, ansi: bool) -> Self {
        self.ansi = Some(ansi);
        self
    }

    /// Makes this the log of the whole process. `false` when another subscriber was there first: it stays.
    pub fn install(&self) -> bool {
        let terminal = stderr().is_terminal();
        let format = self.format.unwrap_or(if terminal { Format::Pretty } else { Format::Plain });
        let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        subscriber(&self.filter, format, self.ansi.unwrap_or(colours), stderr).try_init().is_ok()
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: DEFAULT_FILTER.to_owned(), format: None, ansi: None }
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.filter)
    }
}

/// The filter, or the part of it that is wrong.
fn parse(filter: &str) -> Result<EnvFilter, &str> {
    let empty = filter.trim().is_empty();
    let wrong =
        filter.split(',').map(str::trim).find(|part| EnvFilter::try_new(part).is_err() || is_no_level(part));
    match wrong {
        Some(part) if !empty => Err(part),
        _ => EnvFilter::try_new(if empty { DEFAULT_FILTER } else { filter }).map_err(|_| filter),
    }
}

/// A bare word that is no level is a target for the filter, and would silence everything else: mostly it is a slip.
fn is_no_level(part: &str) -> bool {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let bare = part.chars().all(|letter| letter.is_ascii_alphabetic());
    bare && !part.is_empty() && !levels.contains(&part.to_ascii_lowercase().as_str())
}

fn wrong(filter: &str, part: &str) -> String {
    let start = filter.find(part).map_or(0, |byte| filter[..byte].chars().count());
    let (gap, carets) = (" ".repeat(start), "^".repeat(part.chars().count().max(1)));
    format!(
        "log: `{part}` is not a filter\n\n    {filter}\n    {gap}{carets} known: off, error, warn, info, debug, trace\n\n\
         help: write a level, `info`, or levels by target, `info,scores=debug`"
    )
}

type Subscriber = Box<dyn tracing::Subscriber + Send + Sync>;

fn subscriber<W>(filter: &str, format: Format, ansi: bool, writer: W) -> Subscriber
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = if filter.trim().is_empty() { DEFAULT_FILTER } else { filter };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(ansi);
    match format {
        Format::Json => Box::new(builder.json().flatten_event(true).finish()),
        Format::Plain => Box::new(builder.compact().finish()),
        Format::Pretty => Box::new(builder.event_format(pretty::Pretty).finish()),
    }
}

#[cfg(test)]
mod tests;
