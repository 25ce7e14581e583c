//! `fallback`, as a key of the attribute and by hand.

use std::ops::ControlFlow;
use std::sync::Mutex;

use gentle::gentle;
use gentle::policy::Key;
use gentle::policy::fallback::Failed;
use gentle::time::sleep;

use super::*;

/// What was asked, in order.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn fails(&self, name: &str, error: &Oh) -> Said {
        self.note(&format!("{name} after {error:?}"));
        Err(Oh::Dear(format!("{name} failed")))
    }
}

#[derive(Debug, PartialEq)]
enum Oh {
    Dear(String),
    Rejected(Rejected),
}

impl From<Rejected> for Oh {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

type Said = Result<String, Oh>;

fn dear<T>(what: &str) -> Result<T, Oh> {
    Err(Oh::Dear(what.to_owned()))
}

/// The same chain as an attribute and by hand: `first` fails, `second` answers `answer`, and `third` is there too.
async fn chained(trace: &Trace, works: bool, answer: fn() -> Said) -> [Said; 2] {
    #[gentle(
        timeout = "1s",
        fallback(|error| trace.fails("first", &error), |_| { trace.note("second"); answer() }, |error| trace.fails("third", &error))
    )]
    async fn annotated(trace: &Trace, works: bool, answer: fn() -> Said) -> Said {
        if works { Ok("stream".to_owned()) } else { dear("stream failed") }
    }

    async fn by_hand(trace: &Trace, works: bool, answer: fn() -> Said) -> Said {
        let policies = Policies::parse(r#"timeout = "1s", fallback = "on""#).unwrap();
        let outcome =
            policies.call(async || if works { Ok("stream".to_owned()) } else { dear("stream failed") }).await;
        let outcome = match policies.fall_back(outcome) {
            ControlFlow::Break(outcome) => return outcome,
            ControlFlow::Continue(failed) => failed.answer_with(|error| trace.fails("first", &error)).await,
        };
        let second = |_| {
            trace.note("second");
            answer()
        };
        let outcome = match policies.fall_back(outcome) {
            ControlFlow::Break(outcome) => return outcome,
            ControlFlow::Continue(failed) => failed.answer_with(second).await,
        };
        match policies.fall_back(outcome) {
            ControlFlow::Break(outcome) => outcome,
            ControlFlow::Continue(failed) => failed.answer_with(|error| trace.fails("third", &error)).await,
        }
    }

    let annotated = annotated(trace, works, answer).await;
    let before = trace.taken();
    let by_hand = by_hand(trace, works, answer).await;
    assert_eq!(trace.taken(), before);
    for noted in before {
        trace.note(&noted);
    }
    [annotated, by_hand]
}

#[tokio::test]
async fn gentle_52_fallbacks_run_in_order_each_with_the_error_before_it_and_the_last_error_comes_back() {
    let trace = Trace::default();
    let answers = chained(&trace, false, || dear("second failed")).await;
    assert_eq!(answers, [dear("third failed"), dear("third failed")]);
    let noted = [r#"first after Dear("stream failed")"#, "second", r#"third after Dear("second failed")"#];
    assert_eq!(trace.taken(), noted);
}

#[tokio::test]
async fn gentle_54_behind_a_success_no_fallback_runs() {
    let trace = Trace::default();
    let answers = chained(&trace, true, || dear("second failed")).await;
    assert_eq!(answers, [Ok("stream".to_owned()), Ok("stream".to_owned())]);
    assert_eq!(trace.taken(), [""; 0]);
}

#[tokio::test]
async fn gentle_55_the_first_fallback_that_succeeds_is_the_last() {
    let trace = Trace::default();
    let answers = chained(&trace, false, || Ok("second".to_owned())).await;
    assert_eq!(answers, [Ok("second".to_owned()), Ok("second".to_owned())]);
    assert_eq!(trace.taken(), [r#"first after Dear("stream failed")"#, "second"]);
}

#[gentle(retry = "now, 2 attempts", fallback(|error| more(&message, error), |error| more(&message, error)))]
async fn handler(message: String) -> Said {
    more(&message, Oh::Dear("handler".to_owned()))
}

fn more(message: &str, error: Oh) -> Said {
    match error {
        Oh::Dear(before) => dear(&format!("{before}, {message}")),
        Oh::Rejected(refused) => Err(Oh::Rejected(refused)),
    }
}

#[tokio::test]
async fn gentle_59_fallbacks_get_the_original_input_and_the_error_before_them() {
    assert_eq!(handler("abc".to_owned()).await, dear("handler, abc, abc, abc"));
}

#[gentle(fallback(|_| dear("a"), |error: Oh| { assert_eq!(error, Oh::Dear("a".to_owned())); Ok("abc".to_owned()) }))]
async fn stream() -> Said {
    dear("stream")
}

#[gentle(bulkhead = "1", fallback(|_| async { dear("a") }, |_| async move { xyz }))]
async fn named(xyz: String) -> Said {
    drop(xyz);
    dear("handler")
}

#[tokio::test]
async fn gentle_62_the_traces_of_the_examples() {
    assert_eq!(stream().await, Ok("abc".to_owned()));
    assert_eq!(named("xyz".to_owned()).await, Ok("xyz".to_owned()));
}

#[gentle(timeout = "50ms", fallback = |error| async move { sleep(millis(100)).await; Err(error) })]
async fn slow() -> Said {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn gentle_53_a_fallback_sees_the_timeout_and_is_not_under_it() {
    let (answer, took) = timed(slow()).await;
    assert!(matches!(&answer, Err(Oh::Rejected(rejected)) if rejected.is_timeout()), "{answer:?}");
    assert_eq!(took, millis(150));
    let deadline = tokio::time::timeout(millis(120), slow());
    assert!(deadline.await.is_err(), "it can be given up like everything else");
}

#[gentle(circuit_breaker = "2 in a row, open 1m", fallback = |error| Ok(format!("{error:?}")))]
async fn down() -> Said {
    dear("down")
}

#[tokio::test(start_paused = true)]
async fn a_fallback_sees_every_refusal_and_the_circuit_does_not_see_the_fallback() {
    assert_eq!(down().await, Ok(r#"Dear("down")"#.to_owned()));
    assert_eq!(down().await, Ok(r#"Dear("down")"#.to_owned()));
    let refused = down().await.unwrap();
    assert!(refused.contains("CircuitBreaker"), "{refused}");
}

const NOBODY: u32 = 4;

async fn later(_: Oh) -> Result<u32, Oh> {
    Ok(NOBODY)
}

async fn later_and_surely(_: Oh) -> u32 {
    NOBODY
}

fn surely(_: Oh) -> u32 {
    NOBODY
}

const fn out_of_nothing() -> u32 {
    NOBODY
}

macro_rules! falls_back {
    ($($name:ident $fallback:tt,)+) => {$(
        #[gentle(timeout = "1s", fallback $fallback)]
        async fn $name() -> Result<u32, Oh> {
            dear(stringify!($name))
        }
    )+
        async fn all() -> Vec<Result<u32, Oh>> {
            vec![$(tokio::spawn($name()).await.unwrap()),+]
        }
    };
}

falls_back! {
    a_constant (NOBODY),
    a_literal (4),
    an_expression (NOBODY + u32::from(false)),
    a_path_of_a_result (later),
    a_path_of_a_value (later_and_surely),
    a_path_that_is_not_async (surely),
    a_path_that_takes_nothing (out_of_nothing),
    a_closure (|_| 4),
    a_closure_that_takes_nothing (|| 4),
    an_async_block_in_a_closure (|_| async { 4 }),
    an_async_closure (async |error| { drop(error); Ok(4) }),
    a_closure_with_a_question_mark (|error: Oh| -> Result<u32, Oh> { let four = later(error); drop(four); let four = "4".parse().or(dear("five"))?; Ok(four) }),
    a_result (Ok(4)),
    a_future (async { 4 }),
    a_list (Err, later),
}

#[tokio::test]
async fn a_fallback_is_a_value_or_a_function_async_or_not_of_the_error_or_of_nothing() {
    let answers = all().await;
    assert_eq!(answers.len(), 15);
    assert!(answers.iter().all(|answer| *answer == Ok(4)), "{answers:?}");
}

#[gentle(timeout = "1s", fallback = "anonymous")]
async fn text() -> Result<&'static str, Oh> {
    dear("text")
}

#[gentle(timeout = "1s", fallback(default))]
async fn empty() -> Result<Vec<u32>, Oh> {
    dear("empty")
}

#[gentle(fallback = 7)]
async fn alone() -> Result<u32, &'static str> {
    Err("a fallback alone asks nothing of the error")
}

#[gentle(fallback = { asked.note("made"); 7 })]
async fn only_then(asked: &Trace, fails: bool) -> Result<u32, ()> {
    if fails { Err(()) } else { Ok(1) }
}

#[tokio::test]
async fn a_text_a_default_and_a_value_that_is_made_only_when_it_is_needed() {
    assert_eq!(text().await, Ok("anonymous"));
    assert_eq!(empty().await, Ok(Vec::new()));
    assert_eq!(alone().await, Ok(7));
    let trace = Trace::default();
    assert_eq!(only_then(&trace, false).await, Ok(1));
    assert_eq!(trace.taken(), [""; 0]);
    assert_eq!(only_then(&trace, true).await, Ok(7));
    assert_eq!(trace.taken(), ["made"]);
}

#[gentle(timeout = "1s", fallback = |_| Ok(left + words.len() + log.len()))]
async fn moved(
    (left, _): (usize, String),
    words: Vec<String>,
    log: &mut Vec<usize>,
    gone: NotClone,
) -> Result<usize, Oh> {
    log.push(used_up(words) + gone.0);
    dear("moved")
}

/// What only the call itself may use up.
struct NotClone(usize);

fn used_up(words: Vec<String>) -> usize {
    words.into_boxed_slice().len()
}

#[tokio::test]
async fn arguments_that_the_call_has_used_up_are_there_for_the_fallback_that_names_them() {
    let words = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(moved((1, String::new()), words, &mut Vec::new(), NotClone(0)).await, Ok(1 + 2 + 1));
}

#[tokio::test]
async fn a_fallback_is_switched_off_and_on_again_from_outside() {
    let linked = gentle::policy::Registration::linked();
    let switched =
        linked.iter().find(|found| found.policies().name().ends_with("fallback::alone")).unwrap().policies();
    assert_eq!(switched.to_string(), r#"fallback = "on""#);
    #[gentle(fallback = 7, name = "switched")]
    async fn switched_off() -> Result<u32, ()> {
        Err(())
    }
    let linked = gentle::policy::Registration::linked();
    let switched = linked.iter().find(|found| found.policies().name() == "switched").unwrap().policies();
    switched.set(Key::Fallback, "off").unwrap();
    assert_eq!(switched_off().await, Err(()));
    assert!(switched.set(Key::Fallback, "8").is_err());
    assert_eq!(switched_off().await, Err(()), "what is wrong changes nothing");
    switched.set(Key::Fallback, "on").unwrap();
    assert_eq!(switched_off().await, Ok(7));
    let without = Policies::parse(r#"timeout = "1s""#).unwrap();
    assert!(without.set(Key::Fallback, "on").is_err(), "it names none");
    let built = Policies::builder().fallback("off").build().unwrap();
    assert!(matches!(built.fall_back(Err::<u32, _>(())), ControlFlow::Break(Err(()))));
}

#[test]
fn who_has_failed_tells_why() {
    let policies = Policies::parse(r#"fallback = "on""#).unwrap();
    let ControlFlow::Continue(failed) = policies.fall_back(dear::<u32>("why")) else { panic!("it has not") };
    let failed: Failed<u32, Oh> = failed;
    assert_eq!(failed.error(), &Oh::Dear("why".to_owned()));
    assert_eq!(failed.default(), Ok(0));
}
