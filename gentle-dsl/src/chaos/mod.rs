//! `chaos`: failures made on purpose.

mod read;

use core::{fmt, time::Duration};

use crate::{
    key::Key,
    mistake::Mistakes,
    ready::Reach,
    sentence::Sentence,
    setting::Setting,
    value::{Few, Percent, write_range},
};

/// Failures made on purpose: `5% fail, 1% panic, 10% delay 100ms..2s`.
///
/// At most 4 kinds, held in place.
///
/// # Examples
///
/// ```
/// use gentle_dsl::{Chaos, ChaosAct, ChaosKind, Percent, Sentence};
///
/// const SOME: Chaos = Chaos::new(ChaosKind { share: Percent::hundredths(500), act: ChaosAct::Fail });
///
/// assert_eq!(Chaos::parse("5% fail")?.on(), Some(SOME));
/// assert_eq!(SOME.to_string(), "5% fail");
/// # Ok::<(), gentle_dsl::Mistakes>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chaos {
    kinds: Few<ChaosKind, { Self::CAPACITY }>,
}

/// What happens to a share of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChaosKind {
    /// This share.
    pub share: Percent,
    /// This happens to them.
    pub act: ChaosAct,
}

/// What happens to a call on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChaosAct {
    /// It fails: `fail`.
    Fail,
    /// It panics: `panic`.
    Panic,
    /// It takes longer, by a time between these two: `delay 100ms..2s`, `delay 1s`.
    Delay {
        /// At least this.
        from: Duration,
        /// At most this.
        to: Duration,
    },
}

impl fmt::Display for ChaosKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.share)?;
        match self.act {
            ChaosAct::Fail => f.write_str("fail"),
            ChaosAct::Panic => f.write_str("panic"),
            ChaosAct::Delay { from, to } => {
                f.write_str("delay ")?;
                write_range(f, from, to)
            }
        }
    }
}

impl Chaos {
    /// How many kinds fit.
    pub const CAPACITY: usize = 4;

    /// This happens.
    pub const fn new(kind: ChaosKind) -> Self {
        Self { kinds: Few::none(kind).and(kind) }
    }

    /// This happens too. There is room for 4; [`check`](Sentence::check) reports more.
    pub const fn and(mut self, kind: ChaosKind) -> Self {
        self.kinds = self.kinds.and(kind);
        self
    }

    /// What happens, in order; at least one kind.
    pub const fn kinds(&self) -> &[ChaosKind] {
        self.kinds.as_slice()
    }
}

impl Sentence for Chaos {
    const KEY: Key = Key::Chaos;

    fn parse_as(reach: Reach, text: &str) -> Result<Setting<Self>, Mistakes> {
        read::GRAMMAR.parse_setting(reach, text, &read::HEAD, read::chaos)
    }
}

impl fmt::Display for Chaos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, kind) in self.kinds.shown().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{kind}")?;
        }
        Ok(())
    }
}
