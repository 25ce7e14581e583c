use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use gentle_dsl::{Hedge, HedgeDelay};

use super::latency::Latency;
use crate::policy::budget::Purse;
use crate::policy::patience::nanos;
use crate::telemetry::inspect::Facts;
use crate::time::Instant;

/// The state of one hedge. What it needs is made when the first call is hedged.
#[derive(Debug)]
pub(crate) struct Hedging(OnceLock<Box<Terms>>);

/// The sentence, as words that can be changed while calls look at them, what its budget has saved up, and how long calls
/// take.
#[derive(Debug)]
pub(crate) struct Terms {
    /// Nanoseconds: the delay, or of a percentile its floor.
    after: AtomicU64,
    /// Zero where the delay is always the same.
    percentile: AtomicU32,
    /// How many extra calls there are at most; none when it is off.
    most: AtomicU32,
    /// Whether it has a budget of its own, or none at all.
    pays: AtomicBool,
    purse: Purse,
    latency: OnceLock<Box<Latency>>,
}

impl Hedging {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Takes over another sentence, or none. Calls that have begun finish with the extra calls they have.
    pub(crate) fn set(&self, hedge: Option<Hedge>) {
        self.terms(|| hedge).set(hedge);
    }

    /// The terms; `written` is asked before the first call.
    #[inline]
    pub(crate) fn terms(&self, written: impl FnOnce() -> Option<Hedge>) -> &Terms {
        match self.0.get() {
            Some(terms) => terms,
            None => self.begin(written()),
        }
    }

    // Asked beforehand: whoever sets another one waits here, with what the answer is read from in his hands.
    #[cold]
    fn begin(&self, written: Option<Hedge>) -> &Terms {
        self.0.get_or_init(|| Box::new(Terms::new(written)))
    }
}

impl Terms {
    fn new(hedge: Option<Hedge>) -> Self {
        let terms = Self {
            after: AtomicU64::new(0),
            percentile: AtomicU32::new(0),
            most: AtomicU32::new(0),
            pays: AtomicBool::new(false),
            purse: Purse::new(None),
            latency: OnceLock::new(),
        };
        terms.set(hedge);
        terms
    }

    fn set(&self, hedge: Option<Hedge>) {
        let Some(hedge) = hedge else {
            self.most.store(0, Ordering::Relaxed);
            return;
        };
        let (after, percentile) = match hedge.delay() {
            HedgeDelay::Fixed(delay) => (nanos(delay), 0),
            HedgeDelay::Percentile { percentile, at_least } => {
                (nanos(at_least.unwrap_or_default()), u32::from(percentile))
            }
        };
        self.after.store(after, Ordering::Relaxed);
        self.percentile.store(percentile, Ordering::Relaxed);
        self.pays.store(hedge.withdraws().is_some() || hedge.is_free(), Ordering::Relaxed);
        self.purse.set(hedge.withdraws());
        self.most.store(hedge.most(), Ordering::Relaxed);
        if let Some(latency) = self.latency.get() {
            latency.look(percentile);
        }
    }

    /// How many extra calls one call may have.
    #[inline]
    pub(crate) fn most(&self) -> u32 {
        self.most.load(Ordering::Relaxed)
    }

    /// Whether it wants to know how long calls take.
    #[inline]
    pub(crate) fn learns(&self) -> bool {
        self.percentile.load(Ordering::Relaxed) != 0 && self.most() > 0
    }

    /// How long a call runs before it gets company; `None` while too little is known.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let after = Duration::from_nanos(self.after.load(Ordering::Relaxed));
        if self.percentile.load(Ordering::Relaxed) == 0 {
            return Some(after);
        }
        self.latency.get()?.usual().map(|usual| usual.max(after))
    }

    /// How it is doing.
    pub(crate) fn facts(&self) -> Facts {
        let delay = self.delay().map(|delay| Facts::new().with("after", delay));
        let facts = delay.unwrap_or_else(|| Facts::new().with("after", "not known yet"));
        match self.purse.saved() {
            Some(saved) => facts.with("calls saved up", saved),
            None => facts,
        }
    }

    /// Notes that a call took so long, or longer.
    pub(crate) fn took(&self, time: Duration) {
        let percentile = self.percentile.load(Ordering::Relaxed);
        if percentile != 0 {
            self.latency.get_or_init(Box::default).record(time, percentile);
        }
    }

    /// Notes a first attempt: it earns a share of an extra call.
    #[inline]
    pub(crate) fn earn(&self) {
        if self.pays.load(Ordering::Relaxed) {
            self.purse.deposit();
        }
    }

    /// Pays for an extra call; `None` when it is for somebody else to pay.
    pub(crate) fn pay(&self, at: Instant) -> Option<bool> {
        self.pays.load(Ordering::Relaxed).then(|| self.purse.withdraw(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::now;
    use gentle_dsl::{Budget, Percent, Rate, Sentence, Setting};

    fn hedging(text: &str) -> (Hedging, Option<Hedge>) {
        let hedge = Hedge::parse(text).ok().and_then(Setting::on);
        (Hedging::new(), hedge)
    }

    #[test]
    fn it_is_small_until_it_is_used() {
        assert!(size_of::<Hedging>() <= 16, "{}", size_of::<Hedging>());
    }

    #[test]
    fn a_percentile_waits_for_a_hundred_samples_and_keeps_its_floor() {
        let (hedging, hedge) = hedging("after p95 at least 20ms, max 2");
        let terms = hedging.terms(|| hedge);
        assert!(terms.learns());
        for _ in 0..99 {
            terms.took(Duration::from_millis(1));
            assert_eq!(terms.delay(), None);
        }
        terms.took(Duration::from_millis(1));
        assert_eq!(terms.delay(), Some(Duration::from_millis(20)));
        for _ in 0..200 {
            terms.took(Duration::from_millis(80));
        }
        let delay = terms.delay().unwrap_or_default();
        assert!(delay >= Duration::from_millis(70) && delay <= Duration::from_millis(90), "{delay:?}");
    }

    #[test]
    fn what_is_set_holds_from_then_on_and_what_was_learned_stays() {
        let (hedging, hedge) = hedging("after p50");
        let terms = hedging.terms(|| hedge);
        (1..=100).for_each(|millis| terms.took(Duration::from_millis(millis)));
        let half = terms.delay().unwrap_or_default();
        assert!(half >= Duration::from_millis(44) && half <= Duration::from_millis(57), "{half:?}");

        hedging.set(Some(Hedge::new(HedgeDelay::Percentile { percentile: 90, at_least: None })));
        let most = terms.delay().unwrap_or_default();
        assert!(most >= Duration::from_millis(80) && most <= Duration::from_millis(101), "{most:?}");

        hedging.set(Some(Hedge::new(HedgeDelay::Fixed(Duration::from_secs(1))).max(3)));
        assert_eq!((terms.delay(), terms.most(), terms.learns()), (Some(Duration::from_secs(1)), 3, false));
        hedging.set(None);
        assert_eq!((terms.most(), terms.learns()), (0, false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_pays_for_its_share_and_its_floor() {
        let floor = Rate { count: 1, per: Duration::from_secs(3600) };
        let budget = Budget { share: Percent::hundredths(5_000), floor };
        let hedge = Hedge::new(HedgeDelay::Fixed(Duration::from_millis(1))).budget(budget);
        let hedging = Hedging::new();
        let terms = hedging.terms(|| Some(hedge));
        assert_eq!((terms.pay(now()), terms.pay(now())), (Some(true), Some(false)), "the floor");
        terms.earn();
        terms.earn();
        assert_eq!((terms.pay(now()), terms.pay(now())), (Some(true), Some(false)));
        hedging.set(Some(Hedge::new(HedgeDelay::Fixed(Duration::from_millis(1)))));
        assert_eq!(terms.pay(now()), None, "that of the retry pays");
        hedging.set(Some(Hedge::new(HedgeDelay::Fixed(Duration::from_millis(1))).free()));
        assert!((0..100).all(|_| terms.pay(now()) == Some(true)), "nobody pays");
    }
}
