use std::time::Duration;

use gentle_dsl::{Chaos, ChaosAct, Percent};

/// What befalls one attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fate {
    pub(super) delay: Option<Duration>,
    pub(super) panic: bool,
    pub(super) fail: bool,
}

/// The lots of one attempt: they depend on the seed, on the name of its policies and on its number, and on nothing else.
pub(super) struct Lots(fastrand::Rng);

impl Lots {
    pub(super) fn new(seed: u64, name: &str, count: u64) -> Self {
        // Numbers beside each other make much the same generator, so one generator mixes them for the next.
        let mix = |mixed: u64, more: u64| fastrand::Rng::with_seed(mixed ^ more).u64(..);
        let named = name.bytes().fold(seed, |mixed, byte| mix(mixed, byte.into()));
        Self(fastrand::Rng::with_seed(mix(mix(named, 0), count)))
    }

    /// What befalls the attempt, if anything does.
    pub(super) fn fate(mut self, chaos: &Chaos) -> Option<Fate> {
        let mut fate = Fate::default();
        for kind in chaos.kinds() {
            let (struck, between) = (self.draw(kind.share), self.0.f64());
            match kind.act {
                _ if !struck => {}
                ChaosAct::Fail => fate.fail = true,
                ChaosAct::Panic => fate.panic = true,
                ChaosAct::Delay { from, to } => {
                    let delay = from.saturating_add(to.saturating_sub(from).mul_f64(between));
                    fate.delay = Some(fate.delay.unwrap_or_default().saturating_add(delay));
                }
            }
        }
        (fate != Fate::default()).then_some(fate)
    }

    fn draw(&mut self, share: Percent) -> bool {
        self.0.u32(0..Percent::WHOLE.as_hundredths()) < share.as_hundredths()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gentle_dsl::Sentence;

    #[test]
    fn each_kind_strikes_its_share() {
        let chaos = Chaos::parse("5% fail, 1% panic, 10% delay 1s, 20% delay 2s..4s").unwrap().on().unwrap();
        let fates: Vec<Fate> =
            (0..100_000).filter_map(|count| Lots::new(42, "a", count).fate(&chaos)).collect();
        let share = |is: &dyn Fn(&Fate) -> bool| fates.iter().filter(|fate| is(fate)).count() / 100;
        assert!((45..55).contains(&share(&|fate| fate.fail)));
        assert!((8..12).contains(&share(&|fate| fate.panic)));
        assert!((270..290).contains(&share(&|fate| fate.delay.is_some())), "28% by one or the other");
        let both = |fate: &Fate| fate.delay.is_some_and(|delay| delay > Duration::from_secs(4));
        assert!(share(&both) > 0, "and some by both");
    }

    #[test]
    fn other_policies_meet_something_else_at_the_same_time() {
        let chaos = Chaos::parse("30% fail").unwrap().on().unwrap();
        let fates = |name| (0..100).map(|count| Lots::new(42, name, count).fate(&chaos)).collect::<Vec<_>>();
        assert_ne!(fates("a"), fates("b"));
    }

    #[test]
    fn all_is_always_and_bounds_far_away_are_no_matter() {
        let far = ChaosAct::Delay { from: Duration::MAX, to: Duration::ZERO };
        for act in [ChaosAct::Fail, ChaosAct::Panic, far] {
            let chaos = Chaos::new(gentle_dsl::ChaosKind { share: Percent::WHOLE, act });
            assert!((0..1_000).all(|count| Lots::new(0, "", count).fate(&chaos).is_some()));
        }
    }
}
