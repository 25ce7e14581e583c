mod attribute;
mod shared;

use std::sync::atomic::{AtomicU32, Ordering};

use gentle::policy::Key;
use tokio::time::advance;

use super::*;

/// Errors that can be copied and compared.
#[derive(Clone, Debug, PartialEq)]
enum Fault {
    Down(u32),
    Refused(Rejected),
}

impl From<Rejected> for Fault {
    fn from(rejected: Rejected) -> Self {
        Self::Refused(rejected)
    }
}

/// Something that answers with the number of times it was asked, or fails with it.
#[derive(Default)]
struct Neighbour {
    asked: AtomicU32,
}

impl Neighbour {
    async fn well(&self) -> Result<u32, Fault> {
        yield_now().await;
        Ok(self.asked.fetch_add(1, Ordering::SeqCst) + 1)
    }

    async fn down(&self) -> Result<u32, Fault> {
        yield_now().await;
        Err(Fault::Down(self.asked.fetch_add(1, Ordering::SeqCst) + 1))
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_good_for_its_time_and_not_longer() {
    let (policies, neighbour) = (policies(r#"cache = "10s each user""#), Neighbour::default());
    let ask = async |user: &str| policies.cached(user, || neighbour.well()).await.unwrap();
    assert_eq!([ask("ada").await, ask("ada").await, ask("grace").await], [1, 1, 2]);
    advance(Duration::from_millis(9_999)).await;
    assert_eq!(ask("ada").await, 1);
    advance(Duration::from_millis(1)).await;
    assert_eq!([ask("ada").await, ask("ada").await], [3, 3]);
    let state = policies.cache().unwrap().state();
    assert_eq!((state.kept, state.hits, state.misses, state.stale, state.coalesced), (2, 3, 3, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn errors_are_kept_only_where_it_says_so_and_only_those_of_the_operation() {
    let policies = policies(r#"cache = "10s errors 2s each user", bulkhead = "1""#);
    let neighbour = Neighbour::default();
    for expected in 1..=2 {
        assert_eq!(policies.cached("ada", || neighbour.down()).await, Err(Fault::Down(expected)));
    }
    for _ in 0..2 {
        assert_eq!(policies.cached_with_errors("ada", || neighbour.down()).await, Err(Fault::Down(3)));
    }
    advance(Duration::from_secs(2)).await;
    assert_eq!(policies.cached_with_errors("ada", || neighbour.down()).await, Err(Fault::Down(4)));

    let inside = spawn(&policies, pending).await;
    let refused = policies.cached_with_errors("grace", || neighbour.well()).await;
    assert!(matches!(refused, Err(Fault::Refused(Rejected { policy: Key::Bulkhead, .. }))));
    give_up(inside).await;
    assert_eq!(
        policies.cached_with_errors("grace", || neighbour.well()).await,
        Ok(5),
        "a refusal is never kept"
    );
}

#[tokio::test(start_paused = true)]
async fn what_gentle_itself_makes_of_an_attempt_is_not_kept_either() {
    let policies = policies(r#"cache = "10s errors 10s each user", timeout = "1s each attempt""#);
    let hangs = || pending::<Result<u32, Fault>>();
    assert!(policies.cached_with_errors("ada", hangs).await.is_err());
    let neighbour = Neighbour::default();
    assert_eq!(policies.cached_with_errors("ada", || neighbour.well()).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn an_old_answer_stands_in_for_a_failure_as_long_as_it_says() {
    let policies = policies(r#"cache = "10s stale 1m each user", bulkhead = "1""#);
    let neighbour = Neighbour::default();
    assert_eq!(policies.cached_or_stale("ada", || neighbour.well()).await, Ok(1));
    advance(Duration::from_secs(30)).await;
    assert_eq!(policies.cached_or_stale("ada", || neighbour.down()).await, Ok(1));
    assert_eq!(policies.cached("ada", || neighbour.down()).await, Err(Fault::Down(3)), "nobody asked for it");
    assert!(policies.cached_or_stale("grace", || neighbour.down()).await.is_err());
    let inside = spawn(&policies, pending).await;
    assert_eq!(
        policies.cached_or_stale("ada", || neighbour.well()).await,
        Ok(1),
        "a refusal is a failure too"
    );
    give_up(inside).await;

    advance(Duration::from_millis(39_999)).await;
    assert_eq!(policies.cached_or_stale("ada", || neighbour.down()).await, Ok(1));
    advance(Duration::from_millis(1)).await;
    assert!(policies.cached_or_stale("ada", || neighbour.down()).await.is_err());
    assert_eq!(policies.cached_or_stale("ada", || neighbour.well()).await, Ok(7), "a new one is preferred");
    assert_eq!(policies.cache().unwrap().state().stale, 3);
}

#[tokio::test(start_paused = true)]
async fn a_retry_and_a_circuit_breaker_work_behind_it() {
    let policies = policies(
        r#"cache = "10s stale 1h each user", retry = "now, 3 attempts", circuit_breaker = "3 in a row""#,
    );
    let neighbour = Neighbour::default();
    assert_eq!(policies.cached_or_stale("ada", || neighbour.well()).await, Ok(1));
    advance(Duration::from_secs(10)).await;
    assert_eq!(policies.cached_or_stale("ada", || neighbour.down()).await, Ok(1));
    assert_eq!(neighbour.asked(), 4, "after three attempts");
    assert_eq!(policies.cached_or_stale("ada", || neighbour.down()).await, Ok(1));
    assert_eq!(
        neighbour.asked(),
        5,
        "the circuit is open, and the retry waits for the one probe that it lets pass"
    );
}

#[tokio::test(start_paused = true)]
async fn answers_of_different_types_are_never_mixed() {
    let policies = policies(r#"cache = "10s each key""#);
    let number = || async { Ok::<u32, Rejected>(7) };
    let text = || async { Ok::<String, Rejected>("seven".into()) };
    for _ in 0..2 {
        assert_eq!(policies.cached(&1_u32, number).await, Ok(7));
        assert_eq!(policies.cached(&1_u32, text).await, Ok("seven".into()));
        assert_eq!(policies.cached("1", number).await, Ok(7));
    }
    let state = policies.cache().unwrap().state();
    assert_eq!((state.kept, state.hits), (3, 3));
    policies.cache().unwrap().forget(&1_u32);
    assert_eq!(policies.cache().unwrap().state().kept, 1, "of all operations, by the key's type");
    policies.cache().unwrap().clear();
    assert_eq!(policies.cache().unwrap().state().kept, 0);
}

#[tokio::test(start_paused = true)]
async fn a_change_keeps_what_there_is_and_holds_for_it() {
    let (policies, neighbour) = (policies(r#"cache = "10s each user""#), Neighbour::default());
    let ask = async || policies.cached("ada", || neighbour.well()).await.unwrap();
    assert_eq!(ask().await, 1);
    advance(Duration::from_secs(20)).await;
    policies.set(Key::Cache, "1m").unwrap();
    assert_eq!(policies.to_string(), r#"cache = "1m, max 10000, each user up to 100000""#);
    assert_eq!(ask().await, 1, "the longer time holds for what is there");
    policies.set(Key::Cache, "off").unwrap();
    assert_eq!([ask().await, ask().await], [2, 3]);
    policies.set(Key::Cache, "1m").unwrap();
    assert_eq!(ask().await, 1, "it was away, and is still good");
    policies.set(Key::Cache, "20s").unwrap();
    assert_eq!(ask().await, 4);
}

#[test]
fn what_does_not_fit_to_the_code_is_refused_and_changes_nothing() {
    let policies = policies(r#"cache = "10s each user""#);
    for (text, why) in [
        ("10s each lang", "`each lang` is not the key in the code"),
        ("10s errors 5s", "the code keeps no errors"),
        ("10s for ever", "for"),
    ] {
        let error = policies.set(Key::Cache, text).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    policies.set(Key::Cache, "20s each user").unwrap();
    let off = self::policies(r#"cache = "off""#);
    assert!(off.set(Key::Cache, "10s").unwrap_err().to_string().contains("switched it off"));
    off.set(Key::Cache, "off").unwrap();
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_whatever_is_asked_for() {
    let policies = policies(r#"cache = "1h max 300 each key""#);
    for key in 0..3_000_u32 {
        assert_eq!(policies.cached(&key, || async move { Ok::<_, Rejected>(key) }).await, Ok(key));
        assert!(policies.cache().unwrap().state().kept <= 300);
    }
    policies.set(Key::Cache, "1h max 10").unwrap();
    for key in 0..100_u32 {
        assert_eq!(policies.cached(&key, || async move { Ok::<_, Rejected>(key) }).await, Ok(key));
    }
    assert!(policies.cache().unwrap().state().kept <= 10);
}

#[tokio::test(start_paused = true)]
async fn pitfall_25_times_at_their_ends_are_no_matter() {
    use gentle::policy::cache::Cache;
    for keep in [Duration::from_nanos(1), Duration::from_secs(u64::MAX / 4)] {
        let cache = Cache::new(keep).stale(keep).errors(keep).max(1);
        // A text of so many seconds there is none; as a value it may be one.
        let Ok(policies) = Policies::builder().cache(cache).build() else { continue };
        let neighbour = Neighbour::default();
        for _ in 0..3 {
            policies.cached_with_errors(&(), || neighbour.down()).await.unwrap_err();
            assert!(policies.cached_or_stale(&1, || neighbour.well()).await.is_ok());
            advance(Duration::from_secs(1)).await;
        }
    }
}
