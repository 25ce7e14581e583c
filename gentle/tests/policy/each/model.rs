//! Policies that forget keys, beside policies that never do: one value for each key.

use std::collections::HashMap;

use super::*;

const SENTENCES: [&str; 8] = [
    r#"rate_limit = "3/s reject each k up to 9""#,
    r#"rate_limit = "2/s burst 7 wait 3s each k""#,
    r#"rate_limit = "2/s and 9/m, reject, each k""#,
    r#"rate_limit = "3/4s strict reject each k""#,
    r#"circuit_breaker = "3 in 20s or 4 in a row, open 10s, within 1h, each k""#,
    r#"circuit_breaker = "2 in a row, open 10s, probe 2 within 1h, each k""#,
    r#"bulkhead = "2 each k""#,
    r#"rate_limit = "4/s reject each k", bulkhead = "1 each k", circuit_breaker = "3 in a row, open 10s, within 1h, each k""#,
];

/// What the sentences become meanwhile.
const CHANGES: [(Key, &str); 6] = [
    (Key::RateLimit, "5/s reject"),
    (Key::RateLimit, "1/s reject"),
    (Key::RateLimit, "off"),
    (Key::Bulkhead, "3"),
    (Key::Bulkhead, "1"),
    (Key::CircuitBreaker, "2 in a row, open 10s, within 1h"),
];

/// Random without a fixed order of the digits, and always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound as usize
    }
}

/// The one that forgets, and one for each key.
struct World {
    text: &'static str,
    forgets: Arc<Policies>,
    remembers: HashMap<usize, Arc<Policies>>,
    changes: Vec<(Key, &'static str)>,
    inside: Vec<[JoinHandle<Outcome>; 2]>,
}

impl World {
    fn of(&mut self, key: usize) -> Arc<Policies> {
        let made = || {
            let alone = policies(self.text);
            for (policy, text) in &self.changes {
                alone.set(*policy, text).unwrap();
            }
            alone
        };
        self.remembers.entry(key).or_insert_with(made).clone()
    }

    async fn call(&mut self, key: usize, fails: bool) {
        let own = self.of(key);
        let operation = || async move { if fails { Err(Failure::Inner) } else { Ok(()) } };
        let (answer, took) = timed(own.call(operation)).await;
        // The clock may not go on for one of the two alone.
        if took > Duration::ZERO {
            let kept = self.forgets.each(&key).call(operation).await;
            assert_eq!(kept, answer, "{}", self.text);
            return;
        }
        let (kept, also_took) = timed(self.forgets.each(&key).call(operation)).await;
        assert_eq!(also_took, took, "{}: {answer:?}, {kept:?}", self.text);
        match (kept, answer) {
            // An open time varies by chance.
            (Err(Failure::Rejected(kept)), Err(Failure::Rejected(answer))) if kept.kind == Refusal::Open => {
                assert_eq!(kept.policy, answer.policy);
            }
            (kept, answer) => assert_eq!(kept, answer, "{}", self.text),
        }
    }

    /// A call that goes in and stays there.
    async fn enter(&mut self, key: usize) {
        let (own, all) = (self.of(key), self.forgets.clone());
        let one = tokio::spawn(async move { own.call(pending::<Outcome>).await });
        let other = tokio::spawn(async move { all.each(&key).call(pending::<Outcome>).await });
        settle().await;
        assert_eq!(one.is_finished(), other.is_finished());
        self.inside.push([one, other]);
    }

    async fn leave(&mut self, which: usize) {
        if self.inside.is_empty() {
            return;
        }
        for call in self.inside.swap_remove(which % self.inside.len()) {
            call.abort();
            drop(call.await);
        }
        settle().await;
    }

    fn change(&mut self, change: (Key, &'static str)) {
        if self.forgets.set(change.0, change.1).is_err() {
            return;
        }
        self.changes.push(change);
        for own in self.remembers.values() {
            own.set(change.0, change.1).unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_can_tell_that_keys_are_forgotten() {
    for seed in 0..48_u32 {
        let text = SENTENCES[seed as usize % SENTENCES.len()];
        let mut dice = Dice(seed.into());
        let mut world = World {
            text,
            forgets: policies(text),
            remembers: HashMap::new(),
            changes: Vec::new(),
            inside: Vec::new(),
        };
        let bulkhead = text.contains("bulkhead");
        // An open time varies by a tenth, and none of the longer steps leads to where that matters.
        let steps = if text.contains("open") { [4_000; 4] } else { [7, 333, 1_000, 4_000] };
        for step in 0..300 {
            let key = dice.below(6);
            // Whoever can go has gone before anybody does anything.
            (0..100).for_each(|other| drop(world.forgets.each(&(step, other))));
            match dice.below(20) {
                0..=3 => advance(Duration::from_millis(steps[dice.below(4)])).await,
                4 if dice.below(3) == 0 => advance(seconds(50)).await,
                5 if dice.below(6) == 0 => world.change(CHANGES[dice.below(6)]),
                6 | 7 if bulkhead => world.enter(key).await,
                8 | 9 if bulkhead => world.leave(dice.below(99)).await,
                10..=13 => world.call(key, true).await,
                _ => world.call(key, false).await,
            }
        }
    }
}
