use std::sync::Arc;

use gentle::{Policies, Rejected, gentle, policies};

static SCORES: Policies = policies!(hedge = "after p95 at least 20ms, max 2, budget 5%");

#[derive(Clone)]
struct Scores {
    all: Arc<[u64]>,
}

#[gentle(hedge = "on", idempotent)]
async fn lent(scores: &Scores, player: usize) -> Result<&u64, Rejected> {
    Ok(&scores.all[player])
}

#[gentle(hedge(after 5ms), retry(3 attempts), timeout(1s, 200ms each attempt), idempotent)]
async fn owned(scores: Scores, (first, mut last): (usize, usize), _: String) -> Result<u64, Rejected> {
    last += 1;
    std::future::ready(()).await;
    Ok(scores.all[first..last].iter().sum())
}

#[gentle(policy = SCORES, idempotent)]
async fn shared<T: Clone + Send>(what: T, more: impl Into<String> + Clone) -> Result<(T, String), Rejected>
where
    T: Sync,
{
    Ok((what, more.into()))
}

#[gentle(policy = SCORES)]
async fn one_by_one(scores: &mut Scores) -> Result<usize, Rejected> {
    Ok(scores.all.len())
}

impl Scores {
    #[gentle(hedge = "after 5ms", idempotent)]
    async fn by_reference(&self, player: usize) -> Result<u64, Rejected> {
        Ok(self.all[player])
    }

    #[gentle(hedge = "after 5ms", idempotent, circuit_breaker(on), bulkhead(4))]
    async fn by_value(self, player: usize) -> Result<u64, Rejected> {
        Ok(self.all[player])
    }
}

trait Read {
    fn read(&self, player: usize) -> impl Future<Output = Result<u64, Rejected>> + Send;
}

impl Read for Scores {
    #[gentle(hedge = "after 5ms", idempotent)]
    async fn read(&self, player: usize) -> Result<u64, Rejected> {
        Ok(self.all[player])
    }
}

fn send<F: Future + Send>(_: F) {}

fn main() {
    let mut scores = Scores { all: Arc::new([1, 2, 3]) };
    send(lent(&scores, 1));
    send(owned(scores.clone(), (0, 2), String::new()));
    send(shared(7, "seven"));
    send(scores.by_reference(1));
    send(scores.clone().by_value(1));
    send(scores.read(1));
    send(one_by_one(&mut scores));
}
