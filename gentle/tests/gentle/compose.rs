//! Operations put together, with policies as methods.

use std::sync::Mutex;

use gentle::policy::handler::Handler;
use gentle::time::sleep;
use tokio::time::advance;

use super::*;

/// An error with a name, to tell one from another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Oh {
    Dear(&'static str),
    Rejected(Rejected),
}

impl From<Rejected> for Oh {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

impl Oh {
    fn is_timeout(&self) -> bool {
        matches!(self, Self::Rejected(rejected) if rejected.is_timeout())
    }
}

pub(crate) type Said = Result<u32, Oh>;

/// What ran, in order, with what it was given.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// A stream of `output`.
    pub(crate) fn stream(&self, output: Said) -> impl Handler<(), Output = u32, Error = Oh> + Clone + use<> {
        let trace = self.clone();
        move |()| {
            trace.note("stream");
            let output = output.clone();
            async move { output }
        }
    }

    /// A handler that takes a millisecond and adds `amount`.
    pub(crate) fn add(&self, amount: u32) -> impl Handler<u32, Output = u32, Error = Oh> + Clone + use<> {
        let trace = self.clone();
        move |input: u32| {
            trace.note(format!("{input}+{amount}"));
            async move {
                sleep(millis(1)).await;
                Ok(input + amount)
            }
        }
    }

    /// A handler that fails.
    pub(crate) fn fail(
        &self,
        why: &'static str,
    ) -> impl Handler<u32, Output = u32, Error = Oh> + Clone + use<> {
        let trace = self.clone();
        move |input: u32| {
            trace.note(format!("{why}({input})"));
            async move { Err::<u32, _>(Oh::Dear(why)) }
        }
    }

    /// A fallback for `In` that answers with `answer`.
    pub(crate) fn fall_back<In: std::fmt::Debug>(
        &self,
        answer: Said,
    ) -> impl Fn(In, Oh) -> std::future::Ready<Said> + Clone {
        let trace = self.clone();
        move |input, error| {
            trace.note(format!("{input:?} after {error:?}"));
            std::future::ready(answer.clone())
        }
    }
}

/// What takes `time` and gives its input back.
pub(crate) fn slow(time: Duration) -> impl Handler<u32, Output = u32, Error = Oh> + Clone {
    move |input: u32| async move {
        sleep(time).await;
        Ok(input)
    }
}

pub(crate) async fn given(input: u32) -> Said {
    Ok(input)
}

/// It ends with the deadline, at the deadline.
async fn ends_at<In>(deadline: Duration, handler: impl Handler<In, Output = u32, Error = Oh>, input: In) {
    let (answer, took) = timed(handler.handle(input)).await;
    assert!(answer.as_ref().unwrap_err().is_timeout(), "{answer:?}");
    assert_eq!(took, deadline);
}

#[tokio::test(start_paused = true)]
async fn gentle_46_every_policy_gives_the_answer_of_a_stream_back_unchanged() {
    let ways = [
        both!(rate_limit = "1/1ms"),
        both!(retry = "const(1ms), 2 attempts", timeout = "1h"),
        both!(retry = "exp(1ms..1s), 2 attempts", timeout = "1h"),
        both!(bulkhead = "1"),
        both!(timeout = "1s"),
    ];
    for way in ways.as_flattened() {
        assert_eq!(way.call(|| stream(0)).await, Ok(7));
    }
    let seven = Trace::default().stream(Ok(7));
    assert_eq!(seven.clone().rate_limit("1/1ms").unwrap().handle(()).await, Ok(7));
    assert_eq!(seven.clone().retry("const(1ms), 2 attempts").unwrap().handle(()).await, Ok(7));
    assert_eq!(seven.clone().retry("exp(1ms..1s), 2 attempts").unwrap().handle(()).await, Ok(7));
    assert_eq!(seven.clone().bulkhead("1").unwrap().handle(()).await, Ok(7));
    assert_eq!(seven.clone().timeout("1s").unwrap().handle(()).await, Ok(7));
    let all =
        Policies::parse(r#"retry = "now", rate_limit = "1/1ms", bulkhead = "1", timeout = "1s""#).unwrap();
    assert_eq!(seven.gently(all).handle(()).await, Ok(7));
}

async fn letters(count: usize) -> Result<String, Oh> {
    Ok("a".repeat(count))
}

#[tokio::test(start_paused = true)]
async fn gentle_47_every_policy_gives_the_output_of_a_handler_which_may_differ_from_the_input() {
    let ways = [
        both!(rate_limit = "1/1ms"),
        both!(retry = "const(1ms), 2 attempts", timeout = "1h"),
        both!(retry = "exp(1ms..1s), 2 attempts", timeout = "1h"),
        both!(bulkhead = "1"),
        both!(timeout = "1s"),
    ];
    for way in ways.as_flattened() {
        assert_eq!(way.call(|| handler(5)).await, Ok(105));
    }
    let aaa = Ok("aaa".to_owned());
    assert_eq!(letters.rate_limit("1/1ms").unwrap().handle(3).await, aaa);
    assert_eq!(letters.retry("const(1ms), 2 attempts").unwrap().handle(3).await, aaa);
    assert_eq!(letters.retry("exp(1ms..1s), 2 attempts").unwrap().handle(3).await, aaa);
    assert_eq!(letters.bulkhead("1").unwrap().handle(3).await, aaa);
    assert_eq!(letters.timeout("1s").unwrap().handle(3).await, aaa);
    let all =
        Policies::parse(r#"retry = "now", rate_limit = "1/1ms", bulkhead = "1", timeout = "1s""#).unwrap();
    assert_eq!(letters.gently(all).handle(3).await, aaa);
}

#[tokio::test(start_paused = true)]
async fn gentle_48_handlers_behind_a_stream_run_in_order_each_with_the_output_before_it() {
    let trace = Trace::default();
    let chain = trace.stream(Ok(7)).then(trace.add(1)).then(trace.add(1)).then(trace.add(1));
    assert_eq!(timed(chain.handle(())).await, (Ok(10), millis(3)));
    assert_eq!(trace.taken(), ["stream", "7+1", "8+1", "9+1"]);
}

#[tokio::test(start_paused = true)]
async fn gentle_49_a_deadline_in_any_step_behind_a_stream_ends_it_as_a_timeout() {
    for slow_one in 0..3 {
        let time = |step| if step == slow_one { millis(100) } else { millis(1) };
        let trace = Trace::default();
        let stream = trace.stream(Ok(7)).then(slow(time(0))).then(trace.add(0));
        let chain = stream.then(slow(time(1))).then(slow(time(2)));
        ends_at(millis(50), chain.timeout("50ms").unwrap(), ()).await;
        let begun = trace.taken().len();
        assert_eq!(begun, if slow_one == 0 { 1 } else { 2 }, "no step begins after the deadline");
    }
}

#[tokio::test]
async fn gentle_50_behind_a_stream_that_fails_no_handler_runs() {
    let trace = Trace::default();
    let chain = trace.stream(Err(Oh::Dear("stream"))).then(trace.add(1)).then(trace.add(1));
    assert_eq!(chain.handle(()).await, Err(Oh::Dear("stream")));
    assert_eq!(trace.taken(), ["stream"]);
}

#[tokio::test(start_paused = true)]
async fn gentle_51_behind_a_handler_that_fails_in_the_middle_none_runs() {
    let trace = Trace::default();
    let chain = trace.stream(Ok(7)).then(trace.add(1)).then(trace.fail("middle")).then(trace.add(1));
    assert_eq!(chain.handle(()).await, Err(Oh::Dear("middle")));
    assert_eq!(trace.taken(), ["stream", "7+1", "middle(8)"]);
}

#[tokio::test]
async fn gentle_52_fallbacks_of_a_stream_run_in_order_each_with_the_error_before_it() {
    let trace = Trace::default();
    let chain = trace.stream(Err(Oh::Dear("stream")));
    let chain = chain.or_else(trace.fall_back(Err(Oh::Dear("first"))));
    let chain = chain.or_else(trace.fall_back(Err(Oh::Dear("last"))));
    assert_eq!(chain.handle(()).await, Err(Oh::Dear("last")));
    assert_eq!(trace.taken(), ["stream", "() after Dear(\"stream\")", "() after Dear(\"first\")"]);
}

#[tokio::test(start_paused = true)]
async fn gentle_53_a_deadline_in_a_stream_or_in_its_fallback_ends_it_as_a_timeout() {
    let trace = Trace::default();
    let slow_stream = |()| async {
        sleep(millis(100)).await;
        Err::<u32, _>(Oh::Dear("late"))
    };
    let chain = slow_stream.or_else(trace.fall_back(Ok(1)));
    ends_at(millis(50), chain.timeout("50ms").unwrap(), ()).await;
    assert_eq!(trace.taken(), [""; 0], "a timeout around both is not for the fallback");

    let chain = trace.stream(Err(Oh::Dear("stream"))).or_else(|(), _| async {
        sleep(millis(100)).await;
        Ok::<_, Oh>(1)
    });
    ends_at(millis(50), chain.timeout("50ms").unwrap(), ()).await;

    let chain = slow_stream.timeout("50ms").unwrap().or_else(trace.fall_back(Ok(1)));
    assert_eq!(timed(chain.handle(())).await, (Ok(1), millis(50)), "one around the stream alone is");
}

#[tokio::test]
async fn gentle_54_behind_a_stream_that_succeeds_no_fallback_runs() {
    let trace = Trace::default();
    let chain = trace.stream(Ok(7)).or_else(trace.fall_back(Ok(1))).or_else(trace.fall_back(Ok(2)));
    assert_eq!(chain.handle(()).await, Ok(7));
    assert_eq!(trace.taken(), ["stream"]);
}

#[tokio::test]
async fn gentle_55_the_first_fallback_of_a_stream_that_succeeds_is_the_last() {
    let trace = Trace::default();
    let chain = trace.stream(Err(Oh::Dear("stream")));
    let chain = chain.or_else(trace.fall_back(Ok(1))).or_else(trace.fall_back(Ok(2)));
    assert_eq!(chain.handle(()).await, Ok(1));
    assert_eq!(trace.taken().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn gentle_56_handlers_behind_a_handler_run_in_order_each_with_the_output_before_it() {
    let trace = Trace::default();
    let chain = trace.add(1).then(trace.add(2).then(trace.add(3))).then(trace.add(4));
    assert_eq!(timed(chain.handle(0)).await, (Ok(10), millis(4)));
    assert_eq!(trace.taken(), ["0+1", "1+2", "3+3", "6+4"]);
}

#[tokio::test(start_paused = true)]
async fn gentle_57_a_deadline_in_a_chain_of_handlers_ends_it_as_a_timeout() {
    for slow_one in 0..3 {
        let time = |step| if step == slow_one { millis(100) } else { millis(1) };
        let chain = slow(time(0)).then(slow(time(1))).then(slow(time(2)));
        ends_at(millis(50), chain.timeout("50ms").unwrap(), 1).await;
    }
    let added_up = slow(millis(20)).then(slow(millis(20))).then(slow(millis(20)));
    ends_at(millis(50), added_up.timeout("50ms").unwrap(), 1).await;
}

#[tokio::test(start_paused = true)]
async fn gentle_58_behind_a_handler_that_fails_in_a_chain_none_runs() {
    let trace = Trace::default();
    let chain = trace.add(1).then(trace.fail("middle")).then(trace.add(1)).then(trace.fail("last"));
    assert_eq!(chain.handle(0).await, Err(Oh::Dear("middle")));
    assert_eq!(trace.taken(), ["0+1", "middle(1)"]);
}

#[tokio::test(start_paused = true)]
async fn gentle_59_fallbacks_of_a_handler_get_the_original_input_and_the_error_before_them() {
    let trace = Trace::default();
    let chain = trace.add(1).then(trace.fail("end"));
    let chain = chain.or_else(trace.fall_back(Err(Oh::Dear("first"))));
    let chain = chain.or(trace.fail("other"));
    let chain = chain.or_else(trace.fall_back(Err(Oh::Dear("last"))));
    assert_eq!(chain.handle(5).await, Err(Oh::Dear("last")));
    let ran = ["5+1", "end(6)", "5 after Dear(\"end\")", "other(5)", "5 after Dear(\"other\")"];
    assert_eq!(trace.taken(), ran);
}

#[tokio::test(start_paused = true)]
async fn gentle_60_a_deadline_in_the_fallbacks_of_a_handler_ends_it_as_a_timeout() {
    let trace = Trace::default();
    let chain = trace.fail("handler").or(slow(millis(30)).then(trace.fail("first"))).or(slow(millis(30)));
    ends_at(millis(50), chain.or_else(trace.fall_back(Ok(1))).timeout("50ms").unwrap(), 5).await;
    assert_eq!(trace.taken(), ["handler(5)", "first(5)"]);
}

#[tokio::test(start_paused = true)]
async fn gentle_61_the_first_fallback_of_a_handler_that_succeeds_is_the_last() {
    let trace = Trace::default();
    let chain = trace.fail("handler").or(trace.add(1)).or(trace.add(2)).or_else(trace.fall_back(Ok(3)));
    assert_eq!(chain.handle(5).await, Ok(6));
    assert_eq!(trace.taken(), ["handler(5)", "5+1"]);
    assert_eq!(trace.add(1).or(trace.add(2)).handle(5).await, Ok(6));
    assert_eq!(trace.taken(), ["5+1"], "behind a handler that succeeds, none runs");
}

async fn plus(text: String) -> Result<String, Oh> {
    Ok(text + "+")
}

#[tokio::test]
async fn gentle_62_the_traces_of_the_examples() {
    let abc = |()| async { Ok::<_, Oh>("abc".to_owned()) };
    assert_eq!(abc.handle(()).await.unwrap(), "abc");
    assert_eq!(abc.then(plus).handle(()).await.unwrap(), "abc+");
    assert_eq!(abc.then(plus).then(plus).handle(()).await.unwrap(), "abc++");

    let fails = |()| async { Err::<String, _>(Oh::Dear("stream")) };
    let fallback_a = |(), _| async { Err::<String, _>(Oh::Dear("a")) };
    let fallback_b = |(), error| async move {
        assert_eq!(error, Oh::Dear("a"));
        Ok::<_, Oh>("abc".to_owned())
    };
    assert_eq!(fails.or_else(fallback_a).or_else(fallback_b).handle(()).await.unwrap(), "abc");

    let fails = |_: String| async { Err::<String, _>(Oh::Dear("handler")) };
    let fallback_a = |_, _| async { Err::<String, _>(Oh::Dear("a")) };
    let fallback_b = |text: String, _| async move { Ok::<_, Oh>(text) };
    let chain = fails.or_else(fallback_a).or_else(fallback_b);
    assert_eq!(chain.handle("xyz".to_owned()).await.unwrap(), "xyz");
}

#[tokio::test(start_paused = true)]
async fn gentle_63_a_chain_whose_last_step_succeeded_is_a_success_even_if_the_time_is_up() {
    let just_in_time = slow(millis(40)).then(slow(millis(60))).timeout("100ms").unwrap();
    assert_eq!(timed(just_in_time.handle(7)).await, (Ok(7), millis(100)));

    let overrun = |input: u32| async move {
        advance(millis(500)).await;
        Ok::<_, Oh>(input)
    };
    let chain = given.then(overrun).timeout("100ms").unwrap();
    assert_eq!(timed(chain.handle(7)).await, (Ok(7), millis(500)));
    let chain = Trace::default().fail("handler").or(overrun).timeout("100ms").unwrap();
    assert_eq!(timed(chain.handle(7)).await, (Ok(7), millis(500)));
}
