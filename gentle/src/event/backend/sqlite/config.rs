use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::error::Error;
use crate::event::backend::StoreUrl;

const OPTIONS: &[&str] = &["max_payload", "max_queued", "poll", "synchronous"];

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) path: PathBuf,
    pub(super) synchronous: Synchronous,
    pub(super) max_queued: Option<usize>,
    pub(super) max_payload: usize,
    /// How soon what another process wrote is noticed.
    pub(super) poll: Duration,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Synchronous {
    /// An accepted event survives the loss of power.
    Full,
    /// The last commits may be lost with the power, but not with the process.
    Normal,
}

struct Millis(Duration);

impl Config {
    pub(super) fn read(mut url: StoreUrl) -> Result<Self, Error> {
        if url.path().is_empty() {
            url.wrong("sqlite:// needs a file: `sqlite://events.db`".to_owned());
        }
        let config = Self {
            path: PathBuf::from(url.path()),
            synchronous: url.take("synchronous", "`full` or `normal`").unwrap_or(Synchronous::Full),
            max_queued: url.take("max_queued", "a number of events"),
            max_payload: url.take("max_payload", "a number of bytes").unwrap_or(1 << 20),
            poll: url.take("poll", "milliseconds, like `5ms`").unwrap_or(Millis(Duration::from_millis(5))).0,
        };
        url.finish(OPTIONS)?;
        Ok(config)
    }
}

impl Synchronous {
    pub(super) const fn pragma(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }
}

impl FromStr for Synchronous {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.to_ascii_lowercase().as_str() {
            "full" => Ok(Self::Full),
            "normal" => Ok(Self::Normal),
            _ => Err(()),
        }
    }
}

impl FromStr for Millis {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number: u64 = text.strip_suffix("ms").and_then(|number| number.parse().ok()).ok_or(())?;
        if number == 0 { Err(()) } else { Ok(Self(Duration::from_millis(number))) }
    }
}
