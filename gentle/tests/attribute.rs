//! `#[gentle(…)]` on every shape of function.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]
#![allow(
    clippy::iter_count,
    clippy::multiple_bound_locations,
    reason = "arguments that are used up and bounds in two places are what is tested"
)]

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gentle::{Policies, Rejected, gentle, policies};

#[derive(Debug, PartialEq)]
enum Failure {
    Again,
    Rejected(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

/// What an alias of a `Result` looks like to a macro.
type Outcome<T> = Result<T, Failure>;

fn third_time_lucky(calls: &AtomicU32) -> Outcome<u32> {
    match calls.fetch_add(1, Ordering::SeqCst) + 1 {
        3 => Ok(3),
        _ => Err(Failure::Again),
    }
}

/// Runs it on a spawned task, so that its future must be `Send`.
async fn spawned<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(future).await.unwrap()
}

#[gentle(retry = "now, 3 attempts", timeout = "1s each attempt", rate_limit(100/s), bulkhead = "16")]
async fn borrowed(calls: &AtomicU32, name: &str) -> Outcome<u32> {
    assert_eq!(name, "player");
    third_time_lucky(calls)?;
    Ok(3)
}

#[tokio::test(start_paused = true)]
async fn a_free_function_with_borrowed_arguments() {
    let calls = spawned(async {
        let calls = AtomicU32::new(0);
        assert_eq!(borrowed(&calls, "player").await, Ok(3));
        calls
    })
    .await;
    assert_eq!(calls.into_inner(), 3);
}

#[gentle(retry = "now, 3 attempts")]
async fn alone(calls: &AtomicU32) -> Result<u32, &'static str> {
    third_time_lucky(calls).map_err(|_| "a retry alone asks nothing of the error")
}

#[tokio::test(start_paused = true)]
async fn a_retry_alone_asks_nothing_of_the_error_type() {
    assert_eq!(alone(&AtomicU32::new(0)).await, Ok(3));
}

#[gentle(retry(now, 3 attempts), bulkhead(4))]
async fn consumed(calls: Arc<AtomicU32>, words: Vec<String>, (left, right): (u8, String)) -> Outcome<usize> {
    let mut words = words;
    words.push(right);
    assert_eq!(left, 1);
    third_time_lucky(&calls).map(|_| words.into_iter().count())
}

#[tokio::test(start_paused = true)]
async fn by_value_arguments_and_patterns_are_there_again() {
    let words = vec!["a".to_owned()];
    let call = consumed(Arc::new(AtomicU32::new(0)), words, (1, "b".to_owned()));
    assert_eq!(spawned(call).await, Ok(2));
}

#[gentle(timeout = "1s")]
async fn moved(words: Vec<String>, mut count: Cell<usize>) -> Outcome<usize> {
    *count.get_mut() += words.into_iter().count();
    Ok(count.into_inner())
}

#[tokio::test(start_paused = true)]
async fn without_a_retry_arguments_move_and_need_no_clone() {
    assert_eq!(moved(vec![String::new()], Cell::new(1)).await, Ok(2));
}

#[gentle(retry = "now, 3 attempts", timeout = "1s")]
async fn lent(calls: &mut Vec<u32>) -> Outcome<usize> {
    calls.push(1);
    let calls = calls;
    if calls.len() < 3 {
        return Err(Failure::Again);
    }
    Ok(calls.len())
}

#[tokio::test(start_paused = true)]
async fn a_mutable_loan_is_lent_to_each_attempt() {
    assert_eq!(lent(&mut Vec::new()).await, Ok(3));
}

#[gentle(retry = "now, 3 attempts", timeout = "1s")]
async fn generic<T: Clone + Send, F: Fn(T) -> Outcome<u32>>(value: T, work: &F) -> Outcome<u32>
where
    F: Sync,
{
    work(value)
}

#[tokio::test(start_paused = true)]
async fn a_generic_function() {
    let calls = AtomicU32::new(0);
    assert_eq!(generic(1, &|_| third_time_lucky(&calls)).await, Ok(3));
}

#[derive(Clone)]
struct Client {
    calls: Arc<AtomicU32>,
    name: String,
    limits: Arc<Policies>,
}

impl Client {
    fn new() -> Self {
        let limits = Policies::parse(r#"retry = "now, 3 attempts", timeout = "1s""#).unwrap();
        Self { calls: Arc::default(), name: "score".to_owned(), limits: Arc::new(limits) }
    }

    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn shared(&self) -> Outcome<&str> {
        third_time_lucky(&self.calls)?;
        Ok(&self.name)
    }

    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn exclusive(&mut self) -> Outcome<usize> {
        self.name.push('!');
        third_time_lucky(&self.calls)?;
        Ok(self.name.len())
    }

    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn by_value(mut self) -> Outcome<String> {
        self.name.push('!');
        third_time_lucky(&self.calls)?;
        Ok(self.name)
    }

    #[gentle(timeout = "1s")]
    async fn by_value_once(self) -> Outcome<String> {
        Ok(self.name)
    }

    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn counted(self: Arc<Self>) -> Outcome<usize> {
        third_time_lucky(&self.calls)?;
        Ok(self.name.len())
    }

    #[gentle(policy = self.limits)]
    async fn handed_over(&self) -> Outcome<u32> {
        third_time_lucky(&self.calls)
    }

    #[gentle(policy = self.limits.clone())]
    async fn handed_over_exclusive(&mut self) -> Outcome<u32> {
        self.name.clear();
        third_time_lucky(&self.calls)
    }
}

#[tokio::test(start_paused = true)]
async fn methods_by_every_receiver() {
    assert_eq!(Client::new().shared().await, Ok("score"));
    assert_eq!(Client::new().exclusive().await, Ok("score!!!".len()));
    assert_eq!(spawned(Client::new().by_value()).await, Ok("score!".to_owned()));
    assert_eq!(Client::new().by_value_once().await, Ok("score".to_owned()));
    assert_eq!(spawned(Arc::new(Client::new()).counted()).await, Ok(5));
}

#[tokio::test(start_paused = true)]
async fn policies_held_in_a_field() {
    assert_eq!(Client::new().handed_over().await, Ok(3));
    assert_eq!(Client::new().handed_over_exclusive().await, Ok(3));
}

trait Scores {
    fn score(&self, player: String) -> impl Future<Output = anyhow::Result<u32>> + Send;
}

impl Scores for Client {
    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn score(&self, player: String) -> anyhow::Result<u32> {
        anyhow::ensure!(player == "me", "another player");
        third_time_lucky(&self.calls).map_err(|_| anyhow::anyhow!("again"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_trait_method_that_returns_anyhow() {
    let score = spawned(async { Client::new().score("me".to_owned()).await }).await;
    assert_eq!(score.unwrap(), 3);
}

#[async_trait::async_trait]
trait Dynamic: Send {
    async fn read(&self, player: String, (a, b): (u8, u8)) -> Outcome<u32>;
    async fn write(&mut self, words: Vec<String>, log: &mut Vec<String>) -> Outcome<usize>;
    async fn once(&mut self, words: Vec<String>) -> Outcome<usize>;
}

#[async_trait::async_trait]
impl Dynamic for Client {
    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn read(&self, player: String, (a, b): (u8, u8)) -> Outcome<u32> {
        drop(player);
        third_time_lucky(&self.calls)?;
        Ok(u32::from(a + b))
    }

    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn write(&mut self, words: Vec<String>, log: &mut Vec<String>) -> Outcome<usize> {
        self.name.push('!');
        log.extend(words);
        third_time_lucky(&self.calls)?;
        Ok(log.len() + self.name.len())
    }

    #[gentle(timeout = "1s")]
    async fn once(&mut self, words: Vec<String>) -> Outcome<usize> {
        self.name.clear();
        Ok(words.into_iter().count())
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_under_async_trait() {
    let client: Box<dyn Dynamic> = Box::new(Client::new());
    assert_eq!(client.read("me".to_owned(), (1, 2)).await, Ok(3));
    let mut client: Box<dyn Dynamic> = Box::new(Client::new());
    let mut log = Vec::new();
    assert_eq!(client.write(vec!["a".to_owned()], &mut log).await, Ok(3 + 8));
    assert_eq!(client.once(vec![String::new()]).await, Ok(1));
}

static PAYMENTS: Policies = policies!(name = "payments", bulkhead = "1");

#[gentle(policy = PAYMENTS)]
async fn pay() -> Outcome<()> {
    std::future::pending().await
}

#[gentle(policy = PAYMENTS)]
async fn refund() -> Outcome<()> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn two_functions_share_one_bulkhead_on_purpose() {
    let paying = tokio::spawn(pay());
    tokio::task::yield_now().await;
    assert!(matches!(refund().await, Err(Failure::Rejected(_))));
    paying.abort();
    let _ = paying.await;
    assert_eq!(refund().await, Ok(()));
    assert_eq!(PAYMENTS.name(), "payments");
}

#[gentle(timeout = "10ms")]
async fn hangs() -> Outcome<()> {
    tokio::time::sleep(Duration::from_secs(60)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_is_cut_off() {
    let Err(Failure::Rejected(rejected)) = hangs().await else { panic!("it did not") };
    assert!(rejected.is_timeout());
}

#[test]
fn what_is_annotated_is_registered_under_its_path() {
    let names: Vec<_> = gentle::policy::Registration::linked()
        .iter()
        .map(|found| found.policies().name().to_owned())
        .collect();
    assert!(names.contains(&"attribute::borrowed".to_owned()), "{names:?}");
}

#[gentle(
    circuit_breaker = "50% of 20 in 10s or 80% over 2s or 5 of 30 or 4 in 1m, open 1s..20s, probe 2 of 3, within 4s",
    name = "every_sign"
)]
async fn every_sign() -> Outcome<()> {
    Ok(())
}

#[gentle(circuit_breaker(5 in a row, open 1500ms), name = "in_a_row")]
async fn in_a_row() -> Outcome<()> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_circuit_breaker_has_every_word_it_was_given() {
    assert_eq!((every_sign().await, in_a_row().await), (Ok(()), Ok(())));
    let text = |name| {
        let linked = gentle::policy::Registration::linked();
        let found = linked.iter().find(|found| found.policies().name() == name).unwrap();
        found.policies().to_string()
    };
    assert_eq!(
        text("every_sign"),
        r#"circuit_breaker = "50% of 20 in 10s or 80% over 2s of 20 in 10s or 5 of 30 in 10s or 4 in 1m, open 1s..20s, probe 2 of 3, within 4s""#
    );
    assert_eq!(text("in_a_row"), r#"circuit_breaker = "5 in a row, open 1s500ms, probe 1""#);
}
