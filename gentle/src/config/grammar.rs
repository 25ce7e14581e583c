//! The words of policies, read from values: the one place that knows the grammar's crate.

use std::time::Duration;

use gentle_dsl::{
    Bulkhead, Cache, Chaos, CircuitBreaker, Fallback, Hedge, Key, Mistakes, RateLimit, Retry, Sentence,
    Setting, Throttle, Timeout,
};

use super::Value;
use super::mistake::Mistake;

pub(crate) fn duration(text: &str) -> Result<Duration, Mistakes> {
    gentle_dsl::parse_duration(text)
}

pub(crate) fn sentence<S: Sentence>(value: &Value) -> Result<Setting<S>, Vec<Mistake>> {
    S::parse(&value.text).map_err(|mistakes| placed(value, &mistakes))
}

/// What is wrong with the text of a policy; nothing when its key is no policy's.
pub(crate) fn check(value: &Value) -> Vec<Mistake> {
    let checked = match Key::from_name(value.key.last()) {
        Some(Key::RateLimit) => sentence::<RateLimit>(value).map(drop),
        Some(Key::CircuitBreaker) => sentence::<CircuitBreaker>(value).map(drop),
        Some(Key::Retry) => sentence::<Retry>(value).map(drop),
        Some(Key::Hedge) => sentence::<Hedge>(value).map(drop),
        Some(Key::Timeout) => sentence::<Timeout>(value).map(drop),
        Some(Key::Fallback) => sentence::<Fallback>(value).map(drop),
        Some(Key::Bulkhead) => sentence::<Bulkhead>(value).map(drop),
        Some(Key::Cache) => sentence::<Cache>(value).map(drop),
        Some(Key::Throttle) => sentence::<Throttle>(value).map(drop),
        Some(Key::Chaos) => sentence::<Chaos>(value).map(drop),
        _ => Ok(()),
    };
    checked.err().unwrap_or_default()
}

/// Each mistake behind the place of its own letters.
fn placed(value: &Value, mistakes: &Mistakes) -> Vec<Mistake> {
    mistakes
        .iter()
        .map(|mistake| Mistake::new(head(value, mistake.span().start), mistake.to_string()))
        .collect()
}

/// The first mistake alone: a duration that is wrong twice is still one wrong word.
pub(crate) fn first(value: &Value, mistakes: Mistakes) -> Mistake {
    let mistakes = mistakes.about(&value.key.to_string());
    let mistake = mistakes.first();
    Mistake::new(head(value, mistake.span().start), mistake.to_string())
}

fn head(value: &Value, byte: usize) -> String {
    let Some(start) = &value.verbatim else { return value.origin.head() };
    let before = value.text.get(..byte).unwrap_or("");
    let down = before.matches('\n').count();
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count();
    // Both are below the largest file's million bytes.
    start.moved(u32::try_from(down).unwrap_or(0), u32::try_from(column).unwrap_or(0)).head()
}
