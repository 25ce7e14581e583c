//! How delays follow each other.

use core::time::Duration;

use super::{Backoff, Factor};

impl Backoff {
    /// The delays one after the other, before jitter, without end.
    pub(crate) fn delays(self) -> impl Iterator<Item = Duration> {
        let mut index = 0_usize;
        let mut previous = Duration::ZERO;
        let mut current = self.first();
        core::iter::from_fn(move || {
            let delay = current.min(self.longest());
            index += 1;
            let next = match self {
                Self::Now | Self::Const(_) => current,
                Self::List(delays) => delays.as_slice().get(index).copied().unwrap_or(current),
                Self::Linear { from, .. } => current.saturating_add(from),
                Self::Fib { .. } if index == 1 => current,
                Self::Fib { .. } => current.saturating_add(previous),
                Self::Exp { factor, .. } => grown(delay, factor),
            };
            previous = current;
            current = next;
            Some(delay)
        })
    }
}

fn grown(delay: Duration, factor: Factor) -> Duration {
    delay.checked_mul(factor.as_thousandths()).map_or(Duration::MAX, |thousandths| thousandths / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::Delays;

    fn millis(backoff: Backoff) -> Vec<u128> {
        backoff.delays().take(6).map(|delay| delay.as_millis()).collect()
    }

    #[test]
    fn each_back_off_grows_in_its_way() {
        let (from, to) = (Duration::from_millis(10), Duration::from_millis(45));
        assert_eq!(millis(Backoff::Now), [0; 6]);
        assert_eq!(millis(Backoff::Const(from)), [10; 6]);
        assert_eq!(millis(Backoff::List(Delays::new(&[from, to]))), [10, 45, 45, 45, 45, 45]);
        assert_eq!(millis(Backoff::Linear { from, to }), [10, 20, 30, 40, 45, 45]);
        assert_eq!(millis(Backoff::Fib { from, to }), [10, 10, 20, 30, 45, 45]);
        assert_eq!(millis(Backoff::Exp { from, to, factor: Factor::DOUBLE }), [10, 20, 40, 45, 45, 45]);
        let factor = Factor::thousandths(u32::MAX);
        let endless = Backoff::Exp { from, to: Duration::MAX, factor };
        assert_eq!(endless.delays().nth(20), Some(Duration::MAX));
    }
}
