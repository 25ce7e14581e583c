/// For each service those before it that it depends on: three, as far as there are as many.
pub(crate) type Graph = Vec<Vec<usize>>;

/// The same graph for the same seed.
pub(crate) fn random(services: usize, seed: u64) -> Graph {
    let mut dice = Dice(seed.wrapping_mul(2).wrapping_add(1));
    let three = |node: usize, dice: &mut Dice| {
        let mut deps: Vec<usize> = (0..3.min(node)).map(|_| dice.below(node)).collect();
        deps.sort_unstable();
        deps.dedup();
        deps
    };
    (0..services).map(|node| three(node, &mut dice)).collect()
}

/// The multiplicative generator of Lehmer, in the size that L'Ecuyer, 1999, gives for 64 bits.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(3_935_559_000_370_003_845).wrapping_add(2_691_343_689_449_507_681);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }
}
