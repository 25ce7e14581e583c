//! `#[gentle(cache = …)]` on functions of every shape.

use gentle::gentle;

use super::*;

/// How often something was really asked.
static ASKED: AtomicU32 = AtomicU32::new(0);

fn next() -> u32 {
    ASKED.fetch_add(1, Ordering::SeqCst)
}

/// What `ask` answers twice, and whether it was the same.
async fn same<F: Future<Output = Result<u32, Fault>> + Send + 'static>(ask: impl Fn() -> F) -> bool {
    let one = tokio::spawn(ask()).await.unwrap();
    let other = tokio::spawn(ask()).await.unwrap();
    one == other
}

#[gentle(cache = "1h, each user")]
async fn by_name(user: &str, _client: &u8) -> Result<u32, Fault> {
    let _ = user;
    Ok(next())
}

#[gentle(cache = "1h, each (user, lang)")]
async fn by_several(user: u64, lang: String) -> Result<u32, Fault> {
    drop((user, lang));
    Ok(next())
}

#[gentle(cache = "1h each (order.0)", retry = "now, 3 attempts")]
async fn by_expression(order: (u64, Vec<u8>), (_, part): (u8, u8)) -> Result<u32, Fault> {
    drop((order, part));
    Ok(next())
}

#[gentle(cache = "1h, each part", retry = "now, 3 attempts")]
async fn by_part((part, _): (u8, Vec<u8>)) -> Result<u32, Fault> {
    let _ = part;
    Ok(next())
}

#[gentle(cache(1h, each ()))]
async fn for_everything(_client: &u8, page: u32) -> Result<u32, Fault> {
    let _ = page;
    Ok(next())
}

#[gentle(cache = "1h")]
async fn without_arguments() -> Result<u32, Fault> {
    Ok(next())
}

#[tokio::test(start_paused = true)]
async fn answers_are_told_apart_by_what_each_names() {
    assert!(same(|| by_name("ada", &1)).await);
    assert!(same(|| by_name("ada", &2)).await);
    assert_ne!(by_name("ada", &1).await, by_name("grace", &1).await);
    assert!(same(|| by_several(1, "fr".into())).await);
    assert_ne!(by_several(1, "fr".into()).await, by_several(1, "de".into()).await);
    assert_ne!(by_several(1, "fr".into()).await, by_several(2, "fr".into()).await);
    assert!(same(|| by_expression((1, vec![1]), (1, 2))).await);
    assert_eq!(by_expression((1, vec![1]), (1, 2)).await, by_expression((1, vec![2]), (3, 4)).await);
    assert_ne!(by_expression((1, vec![1]), (1, 2)).await, by_expression((2, vec![1]), (1, 2)).await);
    assert_eq!(by_part((1, vec![1])).await, by_part((1, vec![2])).await);
    assert_ne!(by_part((1, vec![1])).await, by_part((2, vec![1])).await);
    assert_eq!(for_everything(&1, 1).await, for_everything(&2, 2).await);
    assert!(same(without_arguments).await);
}

trait Kind: Send + Sync + 'static {}

struct Red;
struct Blue;

impl Kind for Red {}
impl Kind for Blue {}

#[gentle(cache = "1h, each id")]
async fn generic<K: Kind>(id: u32) -> Result<u32, Fault> {
    let _ = id;
    Ok(next())
}

#[gentle(cache = "1h, each ()")]
async fn anything(what: impl std::fmt::Debug) -> Result<u32, Fault> {
    let _ = what;
    Ok(next())
}

struct Shelf<T>(T);

impl<T: Send + Sync + 'static> Shelf<T> {
    #[gentle(cache = "1h, each id")]
    async fn read(&self, id: u32) -> Result<u32, Fault> {
        let _ = (&self.0, id);
        Ok(next())
    }
}

#[tokio::test(start_paused = true)]
async fn a_generic_function_keeps_the_answers_of_its_types_apart() {
    assert!(same(|| generic::<Red>(1)).await);
    assert_ne!(generic::<Red>(1).await, generic::<Blue>(1).await);
    assert_ne!(anything(1_u8).await, anything("1").await);
    let (red, blue) = (Shelf(Red), Shelf(Blue));
    assert_eq!(red.read(1).await, red.read(1).await);
    assert_ne!(red.read(1).await, blue.read(1).await);
}

struct Account {
    number: u64,
}

impl Account {
    #[gentle(cache = "1h, each (self.number)")]
    async fn balance(&self) -> Result<u32, Fault> {
        Ok(next())
    }

    #[gentle(cache = "1h, each (self.number)", retry = "now, 2 attempts")]
    async fn count(&mut self) -> Result<u32, Fault> {
        Ok(next())
    }
}

#[async_trait::async_trait]
trait Reader {
    async fn read(&self, page: u32) -> Result<u32, Fault>;
}

#[async_trait::async_trait]
impl Reader for Account {
    #[gentle(cache = "1h, each (self.number, page)", retry = "now, 2 attempts")]
    async fn read(&self, page: u32) -> Result<u32, Fault> {
        let _ = page;
        Ok(next())
    }
}

#[tokio::test(start_paused = true)]
async fn methods_name_what_they_stand_on() {
    let (one, other) = (Account { number: 1 }, Account { number: 2 });
    assert_eq!(one.balance().await, Account { number: 1 }.balance().await);
    assert_ne!(one.balance().await, other.balance().await);
    assert_eq!(Account { number: 1 }.count().await, Account { number: 1 }.count().await);
    assert_ne!(one.balance().await, Account { number: 1 }.count().await, "a function of its own");
    assert_eq!(one.read(1).await, one.read(1).await);
    assert_ne!(one.read(1).await, one.read(2).await);
}

static WELL: AtomicU32 = AtomicU32::new(1);

#[gentle(cache = "10s, stale 1h, errors 1s, each user", fallback(stale), bulkhead = "1", timeout = "5s")]
async fn unsteady(user: &str) -> Result<u32, Fault> {
    let _ = user;
    if WELL.load(Ordering::SeqCst) == 0 { Err(Fault::Down(next())) } else { Ok(next()) }
}

#[tokio::test(start_paused = true)]
async fn an_old_answer_is_given_where_the_function_says_so_and_errors_are_kept() {
    let first = unsteady("ada").await;
    assert!(first.is_ok());
    WELL.store(0, Ordering::SeqCst);
    advance(Duration::from_secs(10)).await;
    assert_eq!(unsteady("ada").await, first);
    assert_eq!(unsteady("ada").await, first);
    let error = unsteady("grace").await;
    assert!(matches!(error, Err(Fault::Down(_))));
    assert_eq!(unsteady("grace").await, error);
}

#[gentle(cache = "10s, coalesce, each user", retry = "const(1s), 3 attempts")]
async fn shared(user: &str, calls: Arc<AtomicU32>) -> Result<u32, Fault> {
    let _ = user;
    match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Err(Fault::Down(0)),
        call => Ok(call),
    }
}

#[tokio::test(start_paused = true)]
async fn calls_at_the_same_time_are_one_with_all_its_attempts() {
    let calls = Arc::new(AtomicU32::new(0));
    let ask = || tokio::spawn(shared("ada", calls.clone()));
    let (one, other, (third, took)) = tokio::join!(ask(), ask(), timed(ask()));
    assert_eq!([one.unwrap(), other.unwrap(), third.unwrap()], [Ok(1), Ok(1), Ok(1)]);
    assert_eq!(took, Duration::from_secs(1));
}

async fn from_file(user: &str) -> Result<u32, Fault> {
    yield_now().await;
    u32::try_from(user.len()).map_err(|_| Fault::Down(0))
}

#[gentle(
    cache = "10s, stale 1h, each user",
    fallback(stale, |_| from_file(user)),
    failure_if = |answer: &Result<u32, Fault>| !matches!(answer, Ok(0..100)),
    retry = "now, 2 attempts"
)]
async fn judged(user: &str, answer: u32) -> Result<u32, Fault> {
    let _ = user;
    if answer == 404 { Err(Fault::Down(answer)) } else { Ok(answer) }
}

#[tokio::test(start_paused = true)]
async fn old_answers_come_before_other_fallbacks_and_rules_say_what_is_worth_keeping() {
    assert_eq!(judged("ada", 404).await, Ok(3), "there is no old answer");
    assert_eq!(judged("ada", 7).await, Ok(7));
    assert_eq!(judged("ada", 8).await, Ok(7));
    advance(Duration::from_secs(10)).await;
    assert_eq!(judged("ada", 404).await, Ok(7));
    assert_eq!(
        judged("ada", 500).await,
        Ok(7),
        "an answer that is a failure is not kept, and an old one is better"
    );
    assert_eq!(judged("ada", 9).await, Ok(9));
    assert_eq!(judged("grace", 500).await, Ok(500), "it is still what the function answered");
    assert_eq!(judged("grace", 9).await, Ok(9));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_that_is_switched_off_gives_no_old_answers() {
    let policies = policies(r#"cache = "10s stale 1h each user", fallback = "on""#);
    let neighbour = Neighbour::default();
    assert_eq!(policies.cached_or_stale("ada", || neighbour.well()).await, Ok(1));
    advance(Duration::from_secs(10)).await;
    policies.set(Key::Fallback, "off").unwrap();
    assert_eq!(policies.cached_or_stale("ada", || neighbour.down()).await, Err(Fault::Down(2)));
    policies.set(Key::Fallback, "on").unwrap();
    assert_eq!(policies.cached_or_stale("ada", || neighbour.down()).await, Ok(1));
}
