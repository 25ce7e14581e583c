use std::process::{ExitCode, Termination};

use super::signal::Signal;
use crate::Error;

/// How the program ended, for the machine: what [`run`](crate::run) returns from `main`.
///
/// 0 when all went well, 1 when a required part failed, 2 for bad configuration, 130 and 143 when a second SIGINT or
/// SIGTERM cut it off. A signal of the same kind within half a second is the same one: who stops a program often signals
/// it and its group.
///
/// # Examples
///
/// ```
/// use gentle::error::{Error, Kind};
///
/// assert_eq!(gentle::Exit::SUCCESS.code(), 0);
/// assert_eq!(gentle::Exit::from(&Error::new(Kind::Config, "no such key")).code(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(u8);

impl Exit {
    /// All went well.
    pub const SUCCESS: Self = Self(0);
    /// A required part failed.
    pub const FAILURE: Self = Self(1);
    /// The configuration is at fault.
    pub const CONFIG: Self = Self(2);

    /// The number the system sees.
    pub const fn code(self) -> u8 {
        self.0
    }

    pub(super) const fn cut_off(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self(130),
            Signal::Terminate => Self(143),
        }
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        if error.is_config() { Self::CONFIG } else { Self::FAILURE }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.0)
    }
}
