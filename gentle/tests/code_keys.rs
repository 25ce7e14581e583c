//! Rust beside the sentences of `#[gentle(…)]`, on every shape of function.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::iter_count,
    clippy::redundant_closure_for_method_calls,
    clippy::unused_async,
    reason = "closures of every kind, arguments that are used up and nothing to wait for are what is tested"
)]

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gentle::policy::Key;
use gentle::time::now;
use gentle::{Policies, Rejected, gentle, policies};

#[derive(Debug, PartialEq)]
enum Failure {
    /// Comes and goes.
    Busy,
    /// Comes and goes, and says when.
    BusyFor(Duration),
    /// Nobody's fault but the caller's.
    Wrong,
    Rejected(Rejected),
}

impl Failure {
    fn is_busy(&self) -> bool {
        matches!(self, Self::Busy | Self::BusyFor(_))
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::BusyFor(time) => Some(*time),
            Self::Rejected(rejected) => rejected.retry_after,
            _ => None,
        }
    }
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

type Outcome<T> = Result<T, Failure>;

/// Fails with what it is told, one after the other, and then says how often it was asked.
#[derive(Clone, Default)]
struct Server {
    asked: Arc<AtomicU32>,
    limits: Arc<Option<Policies>>,
}

impl Server {
    fn answer(&self, failures: &[fn() -> Failure]) -> Outcome<u32> {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        match failures.get(before as usize) {
            Some(failure) => Err(failure()),
            None => Ok(before + 1),
        }
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

const BUSY: fn() -> Failure = || Failure::Busy;
const WRONG: fn() -> Failure = || Failure::Wrong;

/// Runs it on a spawned task, so that its future must be `Send`.
async fn spawned<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(future).await.unwrap()
}

mod retry_if {
    use super::*;

    #[gentle(retry = "now, 5 attempts", retry_if = Failure::is_busy)]
    async fn path(server: &Server) -> Outcome<u32> {
        server.answer(&[BUSY, BUSY, WRONG])
    }

    #[gentle(retry(now, 5 attempts), timeout = "1s", retry_if = |failure| failure.is_busy())]
    async fn untyped(server: Server) -> Outcome<u32> {
        server.answer(&[BUSY, BUSY, WRONG])
    }

    #[gentle(retry(now, 5 attempts), bulkhead = "1", retry_if = |failure: &Failure| failure.is_busy())]
    async fn typed(server: Server) -> Outcome<u32> {
        server.answer(&[BUSY, BUSY, WRONG])
    }

    #[gentle(retry = "now, 5 attempts", retry_if = |outcome: &Outcome<u32>| *outcome != Err(Failure::Wrong))]
    async fn whole(server: &Server) -> Outcome<u32> {
        server.answer(&[BUSY, BUSY, WRONG])
    }

    #[tokio::test(start_paused = true)]
    async fn gentle_32_a_predicate_decides_per_error() {
        let server = Server::default();
        assert_eq!((path(&server).await, server.asked()), (Err(Failure::Wrong), 3));
        let server = Server::default();
        assert_eq!((spawned(untyped(server.clone())).await, server.asked()), (Err(Failure::Wrong), 3));
        let server = Server::default();
        assert_eq!((spawned(typed(server.clone())).await, server.asked()), (Err(Failure::Wrong), 3));
        let server = Server::default();
        assert_eq!((whole(&server).await, server.asked()), (Err(Failure::Wrong), 3));
    }

    #[gentle(retry = "now, 5 attempts", retry_if = |number: &u32| *number < 3)]
    async fn number(asked: &AtomicU32) -> u32 {
        asked.fetch_add(1, Ordering::SeqCst) + 1
    }

    #[gentle(retry = "now, 5 attempts", retry_if = |&number| number < 3)]
    async fn untyped_number(asked: &AtomicU32) -> u32 {
        asked.fetch_add(1, Ordering::SeqCst) + 1
    }

    #[gentle(retry = "now, 5 attempts", retry_if = Option::is_none)]
    async fn option(asked: &AtomicU32) -> Option<u32> {
        let asked = asked.fetch_add(1, Ordering::SeqCst) + 1;
        (asked == 3).then_some(asked)
    }

    #[gentle(retry = "now, 5 attempts", retry_if = |answer| matches!(answer, ()))]
    async fn nothing(asked: &AtomicU32) {
        asked.fetch_add(1, Ordering::SeqCst);
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_fail_is_repeated_by_its_value() {
        let asked = AtomicU32::new(0);
        assert_eq!(number(&asked).await, 3);
        asked.store(0, Ordering::SeqCst);
        assert_eq!(untyped_number(&asked).await, 3);
        asked.store(0, Ordering::SeqCst);
        assert_eq!(option(&asked).await, Some(3));
        asked.store(0, Ordering::SeqCst);
        nothing(&asked).await;
        assert_eq!(asked.into_inner(), 5);
    }

    #[gentle(retry = "now, 3 attempts", rate_limit = "100/s", retry_if = |error| error.to_string() == "again")]
    async fn generic<T, E>(value: T, work: impl Fn(&T) -> Result<u32, E> + Clone) -> Result<u32, E>
    where
        T: Clone + Display,
        E: Display + From<Rejected>,
    {
        work(&value)
    }

    #[gentle(retry = "now, 3 attempts", retry_if = |error| error.to_string() == "again")]
    async fn opaque(asked: &AtomicU32) -> Result<impl Display, anyhow::Error> {
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Err(anyhow::anyhow!("again")),
            other => Ok(other),
        }
    }

    #[gentle(retry = "now, 3 attempts", retry_if = |error| error.to_string() == limit)]
    async fn names_an_argument(asked: &AtomicU32, limit: &'static str) -> anyhow::Result<()> {
        asked.fetch_add(1, Ordering::SeqCst);
        anyhow::bail!("again")
    }

    #[tokio::test(start_paused = true)]
    async fn in_generic_functions_behind_an_impl_trait_and_with_the_arguments_at_hand() {
        let asked = AtomicU32::new(0);
        let work = |_: &u8| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Err(anyhow::anyhow!("again")),
            other => Ok(other),
        };
        assert_eq!(generic(7, &work).await.unwrap(), 1);
        assert_eq!(opaque(&AtomicU32::new(0)).await.unwrap().to_string(), "1");
        let asked = AtomicU32::new(0);
        assert!(names_an_argument(&asked, "again").await.is_err());
        assert!(names_an_argument(&asked, "never").await.is_err());
        assert_eq!(asked.into_inner(), 3 + 1);
    }

    #[gentle(timeout = "10ms each attempt", retry = "now, 3 attempts", retry_if = |failure| failure.is_busy())]
    async fn not_after_a_timeout(asked: &AtomicU32) -> Outcome<()> {
        asked.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    #[gentle(timeout = "10ms each attempt", retry = "now, 3 attempts", failure_if = |failure| failure.is_busy())]
    async fn also_after_a_timeout(asked: &AtomicU32) -> Outcome<()> {
        asked.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_was_cut_off_is_repeated_unless_the_rule_says_no() {
        let asked = AtomicU32::new(0);
        assert!(not_after_a_timeout(&asked).await.is_err());
        assert_eq!(asked.into_inner(), 1);
        let asked = AtomicU32::new(0);
        assert!(also_after_a_timeout(&asked).await.is_err());
        assert_eq!(asked.into_inner(), 3);
    }

    #[gentle(rate_limit = "1/300ms, reject", retry = "const(10ms), within 1s", retry_if = |_| false)]
    async fn limited() -> Outcome<()> {
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_that_says_when_is_not_asked_about() {
        let begun = now();
        assert_eq!((limited().await, limited().await), (Ok(()), Ok(())));
        assert_eq!(now() - begun, Duration::from_millis(300));
    }
}

mod failure_if {
    use super::*;

    #[gentle(circuit_breaker = "2 in a row, open 1m", failure_if = Failure::is_busy)]
    async fn counted(server: &Server, failure: fn() -> Failure) -> Outcome<u32> {
        server.answer(&[failure; 8])
    }

    #[gentle(circuit_breaker = "2 in a row, open 1m", failure_if = |outcome: &Outcome<u32>| *outcome == Ok(0))]
    async fn ok_and_yet_a_failure() -> Outcome<u32> {
        Ok(0)
    }

    #[gentle(circuit_breaker = "2 in a row, open 1m", timeout = "1s", failure_if = |failure| failure.is_busy())]
    async fn moved(server: Server, words: Vec<String>) -> Outcome<usize> {
        server.answer(&[WRONG, BUSY, BUSY])?;
        Ok(words.into_iter().count())
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_is_no_failure_does_not_count() {
        let server = Server::default();
        for _ in 0..3 {
            assert_eq!(counted(&server, WRONG).await, Err(Failure::Wrong));
        }
        for _ in 0..2 {
            assert_eq!(counted(&server, BUSY).await, Err(Failure::Busy));
        }
        assert!(matches!(counted(&server, BUSY).await, Err(Failure::Rejected(_))));
        assert_eq!(server.asked(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_may_be_a_failure() {
        assert_eq!(ok_and_yet_a_failure().await, Ok(0));
        assert_eq!(ok_and_yet_a_failure().await, Ok(0));
        assert!(matches!(ok_and_yet_a_failure().await, Err(Failure::Rejected(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_retry_arguments_move() {
        let server = Server::default();
        for failure in [Failure::Wrong, Failure::Busy, Failure::Busy] {
            assert_eq!(spawned(moved(server.clone(), vec![String::new()])).await, Err(failure));
        }
        assert!(matches!(moved(server, Vec::new()).await, Err(Failure::Rejected(_))));
    }

    #[gentle(retry = "now, 5 attempts", failure_if = |failure| failure.is_busy())]
    async fn repeated(server: &Server) -> Outcome<u32> {
        server.answer(&[BUSY, BUSY, WRONG])
    }

    #[gentle(
        retry = "now, 5 attempts",
        circuit_breaker = "5 in a row",
        failure_if = |failure| failure.is_busy(),
        retry_if = |failure| !failure.is_busy()
    )]
    async fn the_other_way_round(server: &Server) -> Outcome<u32> {
        server.answer(&[WRONG, WRONG, BUSY])
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_repeats_failures_unless_it_has_a_rule_of_its_own() {
        let server = Server::default();
        assert_eq!((repeated(&server).await, server.asked()), (Err(Failure::Wrong), 3));
        let server = Server::default();
        assert_eq!((the_other_way_round(&server).await, server.asked()), (Err(Failure::Busy), 3));
    }
}

mod retry_after {
    use super::*;

    const LATER: fn() -> Failure = || Failure::BusyFor(Duration::from_millis(700));

    #[gentle(retry = "const(100ms), 3 attempts", retry_after = Failure::retry_after)]
    async fn path(server: &Server) -> Outcome<u32> {
        server.answer(&[LATER, BUSY])
    }

    #[gentle(retry = "const(100ms), 3 attempts", retry_after = |failure| failure.retry_after(), timeout = "1h")]
    async fn untyped(server: Server) -> Outcome<u32> {
        server.answer(&[LATER, BUSY])
    }

    #[gentle(
        retry = "const(100ms), 3 attempts",
        retry_if = |outcome: &Outcome<u32>| outcome.as_ref().is_ok_and(|points| *points < 3),
        retry_after = |outcome: &Outcome<u32>| outcome.as_ref().ok().map(|points| Duration::from_secs((*points).into()))
    )]
    async fn whole(server: &Server) -> Outcome<u32> {
        server.answer(&[])
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_is_at_least_as_long_as_asked_for() {
        let begun = now();
        assert_eq!(path(&Server::default()).await, Ok(3));
        assert_eq!(now() - begun, Duration::from_millis(700 + 100));
        let begun = now();
        assert_eq!(spawned(untyped(Server::default())).await, Ok(3));
        assert_eq!(now() - begun, Duration::from_millis(700 + 100));
        let begun = now();
        assert_eq!(whole(&Server::default()).await, Ok(3));
        assert_eq!(now() - begun, Duration::from_secs(1 + 2));
    }

    #[gentle(retry = "exp(100ms..500ms), 3 attempts", retry_after = Failure::retry_after)]
    async fn beyond_the_ceiling(server: &Server) -> Outcome<u32> {
        server.answer(&[LATER])
    }

    #[gentle(retry = "const(100ms), within 600ms", retry_after = Failure::retry_after)]
    async fn beyond_within(server: &Server) -> Outcome<u32> {
        server.answer(&[LATER])
    }

    #[gentle(retry = "const(100ms)", timeout = "600ms", retry_after = Failure::retry_after)]
    async fn beyond_the_call(server: &Server) -> Outcome<u32> {
        server.answer(&[LATER])
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_too_far_off_ends_the_retrying_with_the_error() {
        let begun = now();
        assert_eq!(beyond_the_ceiling(&Server::default()).await, Err(LATER()));
        assert_eq!(beyond_within(&Server::default()).await, Err(LATER()));
        assert_eq!(beyond_the_call(&Server::default()).await, Err(LATER()));
        assert_eq!(now(), begun);
    }

    #[gentle(rate_limit = "10/s", retry_after = Failure::retry_after)]
    async fn limited(server: &Server) -> Outcome<u32> {
        server.answer(&[LATER])
    }

    #[tokio::test(start_paused = true)]
    async fn it_closes_the_rate_limit() {
        let (server, begun) = (Server::default(), now());
        assert_eq!(limited(&server).await, Err(LATER()));
        assert_eq!(limited(&server).await, Ok(2));
        assert_eq!(now() - begun, Duration::from_millis(700));
        assert_eq!(limited(&server).await, Ok(3));
        assert_eq!(now() - begun, Duration::from_millis(700 + 100), "one by one from there");
    }
}

mod methods {
    use super::*;

    #[gentle(retry = "now, 5 attempts", timeout = "1s", retry_if = |failure| failure.is_busy(), fallback = 9)]
    async fn free(server: &Server) -> Outcome<u32> {
        server.answer(&[BUSY, BUSY, WRONG])
    }

    impl Server {
        #[gentle(retry = "now, 5 attempts", timeout = "1s", retry_if = |failure| failure.is_busy(), fallback = 9)]
        async fn shared(&self) -> Outcome<u32> {
            self.answer(&[BUSY, BUSY, WRONG])
        }

        #[gentle(
            retry = "now, 5 attempts",
            timeout = "1s",
            retry_if = |failure| failure.is_busy() && !name.is_empty(),
            retry_after = |outcome: &Outcome<(&str, u32)>| outcome.as_ref().err().and_then(Failure::retry_after),
            fallback(|_| async { if name == "player" { Ok((name, self.asked() + 6)) } else { Err(Failure::Wrong) } }, |_| (name, 0))
        )]
        async fn borrowed<'a>(&self, name: &'a str) -> Outcome<(&'a str, u32)> {
            Ok((name, self.answer(&[BUSY, BUSY, WRONG])?))
        }

        #[gentle(policy = SHARED, failure_if = Failure::is_busy, retry_if = |_| false)]
        async fn lent(&self) -> Outcome<&Server> {
            self.answer(&[BUSY]).map(|_| self)
        }

        #[gentle(retry = "now, 5 attempts", timeout = "1s", retry_if = Failure::is_busy, fallback = |_| self.asked() + 6)]
        async fn exclusive(&mut self) -> Outcome<u32> {
            self.answer(&[BUSY, BUSY, WRONG])
        }

        #[gentle(timeout = "1s", circuit_breaker = "9 in a row", failure_if = Failure::is_busy, fallback = |_| self.asked() + 8)]
        async fn exclusive_once(&mut self) -> Outcome<u32> {
            self.answer(&[BUSY])
        }

        #[gentle(retry = "now, 5 attempts", timeout = "1s", retry_if = Failure::is_busy, fallback = |_| self.asked() + 6)]
        async fn by_value(mut self) -> Outcome<u32> {
            self.limits = Arc::default();
            self.answer(&[BUSY, BUSY, WRONG])
        }

        #[gentle(timeout = "1s", fallback = |_| self.asked() + 8)]
        async fn by_value_once(mut self) -> Outcome<u32> {
            self.limits = Arc::default();
            self.answer(&[BUSY])
        }

        #[gentle(retry = "now, 5 attempts", retry_if = Failure::is_busy, fallback = |_| self.asked() + 6)]
        async fn counted(self: Arc<Self>) -> Outcome<u32> {
            self.answer(&[BUSY, BUSY, WRONG])
        }
    }

    trait Scores {
        fn score(&self, player: String) -> impl Future<Output = anyhow::Result<u32>> + Send;
    }

    impl Scores for Server {
        #[gentle(
            retry = "now, 5 attempts",
            timeout = "1s",
            retry_if = |error| error.to_string() == "Busy",
            fallback = |error| if player == "me" && error.to_string() == "Wrong" { Ok(9) } else { Err(error) }
        )]
        async fn score(&self, player: String) -> anyhow::Result<u32> {
            drop(player);
            self.answer(&[BUSY, BUSY, WRONG]).map_err(|failure| anyhow::anyhow!("{failure:?}"))
        }
    }

    #[async_trait::async_trait]
    trait Dynamic: Send {
        async fn read(&self, player: String) -> Outcome<u32>;
        async fn write(&mut self, player: String) -> Outcome<u32>;
        async fn once(&mut self, player: String) -> Outcome<u32>;
    }

    #[async_trait::async_trait]
    impl Dynamic for Server {
        #[gentle(
            retry = "now, 5 attempts",
            timeout = "1s",
            retry_if = |failure| failure.is_busy(),
            fallback = |_| player.len() as u32 + self.asked()
        )]
        async fn read(&self, player: String) -> Outcome<u32> {
            drop(player);
            self.answer(&[BUSY, BUSY, WRONG])
        }

        #[gentle(
            retry = "now, 5 attempts",
            timeout = "1s",
            retry_if = |failure| failure.is_busy(),
            fallback = |_| async { player.len() as u32 + self.asked() }
        )]
        async fn write(&mut self, player: String) -> Outcome<u32> {
            drop(player);
            self.answer(&[BUSY, BUSY, WRONG])
        }

        #[gentle(timeout = "1s", fallback = |_| player.len() as u32 + self.asked() + 2)]
        async fn once(&mut self, player: String) -> Outcome<u32> {
            drop(player);
            self.answer(&[BUSY])
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_code_key_works_by_every_receiver() {
        let server = Server::default;
        assert_eq!(free(&server()).await, Ok(9));
        assert_eq!(server().shared().await, Ok(9));
        let borrowed = |name: &'static str| async move { server().borrowed(name).await };
        assert_eq!(spawned(borrowed("player")).await, Ok(("player", 9)));
        assert_eq!(spawned(borrowed("other")).await, Ok(("other", 0)));
        let lent = async move { server().lent().await.map(Server::asked) };
        assert_eq!(spawned(lent).await, Err(Failure::Busy));
        assert_eq!(server().exclusive().await, Ok(9));
        assert_eq!(server().exclusive_once().await, Ok(9));
        assert_eq!(spawned(server().by_value()).await, Ok(9));
        assert_eq!(spawned(server().by_value_once()).await, Ok(9));
        assert_eq!(spawned(Arc::new(server()).counted()).await, Ok(9));
        let score = spawned(async { Server::default().score("me".to_owned()).await }).await;
        assert_eq!(score.unwrap(), 9);
        assert!(server().score("you".to_owned()).await.is_err());
        let dynamic: Box<dyn Dynamic> = Box::new(server());
        assert_eq!(dynamic.read("player".to_owned()).await, Ok(9));
        let mut dynamic: Box<dyn Dynamic> = Box::new(server());
        assert_eq!(dynamic.write("player".to_owned()).await, Ok(9));
        let mut dynamic: Box<dyn Dynamic> = Box::new(server());
        assert_eq!(dynamic.once("player".to_owned()).await, Ok(9));
    }

    static SHARED: Policies = policies!(retry = "now, 5 attempts", name = "shared", fallback = "on");

    #[gentle(policy = SHARED, retry_if = |failure| failure.is_busy(), fallback = |_| words.len() as u32)]
    async fn under_shared(server: &Server, words: Vec<String>) -> Outcome<u32> {
        drop(words);
        server.answer(&[BUSY, BUSY, WRONG])
    }

    impl Server {
        #[gentle(policy = self.limits.as_ref().as_ref().unwrap(), failure_if = Failure::is_busy, fallback(default))]
        async fn under_its_own(&self) -> Outcome<u32> {
            self.answer(&[BUSY, BUSY, WRONG])
        }
    }

    #[tokio::test(start_paused = true)]
    async fn rules_and_fallbacks_stand_on_the_function_beside_policies_that_are_handed_over() {
        let server = Server::default();
        assert_eq!((under_shared(&server, vec![String::new()]).await, server.asked()), (Ok(1), 3));
        SHARED.set(Key::Fallback, "off").unwrap();
        assert_eq!(under_shared(&Server::default(), Vec::new()).await, Err(Failure::Wrong));
        let limits = Policies::parse(r#"retry = "now, 5 attempts""#).unwrap();
        let server = Server { limits: Arc::new(Some(limits)), ..Server::default() };
        assert_eq!((server.under_its_own().await, server.asked()), (Ok(0), 3));
    }

    static TENANTS: Policies = policies!(
        circuit_breaker = "1 in a row, open 1h, each tenant",
        fallback = "on",
        name = "code_keys.tenants"
    );

    #[gentle(policy = TENANTS.each(tenant), failure_if = Failure::is_busy, fallback = |_| tenant.len())]
    async fn for_each_of_shared(tenant: &str, failure: fn() -> Failure) -> Outcome<usize> {
        Err(failure())
    }

    #[gentle(
        circuit_breaker = "1 in a row, open 1h, each tenant",
        rate_limit = "10/s burst 20",
        cost = words.len(),
        failure_if = Failure::is_busy,
        fallback(|_| async { if day == 7 { Ok(words.len()) } else { Err(Failure::Wrong) } }, default)
    )]
    async fn for_each(
        tenant: &str,
        words: Vec<String>,
        (day, _): (u8, String),
        failure: fn() -> Failure,
    ) -> Outcome<usize> {
        drop(words);
        Err(failure())
    }

    #[tokio::test(start_paused = true)]
    async fn keys_costs_rules_and_fallbacks_stand_beside_each_other() {
        assert_eq!(for_each_of_shared("ada", WRONG).await, Ok(3));
        assert_eq!(for_each_of_shared("ada", BUSY).await, Ok(3));
        assert_eq!(for_each_of_shared("grace", WRONG).await, Ok(5));
        let phase = |tenant| TENANTS.each(tenant).circuit_breaker().unwrap().state().phase;
        assert!(matches!(phase("ada"), gentle::policy::circuit_breaker::Phase::Open { .. }));
        assert_eq!(phase("grace"), gentle::policy::circuit_breaker::Phase::Closed);
        let (words, begun) = (vec![String::new(); 5], now());
        for day in [7, 7, 8] {
            let expected = if day == 7 { 5 } else { 0 };
            assert_eq!(for_each("ada", words.clone(), (day, String::new()), WRONG).await, Ok(expected));
        }
        assert_eq!(spawned(for_each("ada", words.clone(), (7, String::new()), WRONG)).await, Ok(5));
        assert_eq!(now(), begun);
        assert_eq!(for_each("grace", words, (7, String::new()), WRONG).await, Ok(5));
        assert_eq!(now() - begun, Duration::from_millis(500));
    }

    #[gentle(retry = "now, 2 attempts", idempotent)]
    async fn harmless() -> Outcome<()> {
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn that_a_function_is_idempotent_may_be_said_also_where_nobody_asks() {
        assert_eq!(harmless().await, Ok(()));
    }
}
