//! No text makes a parser panic; what parses prints as a text that means the same; every mistake has its place in the text.

#![no_main]

use gentle_dsl::{
    Bulkhead, Cache, Chaos, CircuitBreaker, Fallback, Hedge, Mistakes, RateLimit, Reach, Retry, Sentence,
    Throttle, Timeout, check_set, each_span, not_ready, notes, parse_count, parse_duration, parse_policies,
    parse_policies_ahead, parse_rate,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    sentence::<RateLimit>(text);
    sentence::<Bulkhead>(text);
    sentence::<Retry>(text);
    sentence::<Timeout>(text);
    sentence::<CircuitBreaker>(text);
    sentence::<Hedge>(text);
    sentence::<Cache>(text);
    sentence::<Throttle>(text);
    sentence::<Chaos>(text);
    sentence::<Fallback>(text);
    if let Some(span) = each_span(text) {
        assert!(text.get(span).is_some_and(|key| !key.is_empty()));
    }
    if let Err(mistakes) = parse_policies(text) {
        places(&mistakes);
    }
    policies(text);
    for mistakes in [parse_count(text).err(), parse_duration(text).err(), parse_rate(text).err()] {
        mistakes.iter().for_each(places);
    }
});

fn sentence<T: Sentence>(text: &str) {
    for reach in [Reach::Ready, Reach::Ahead] {
        match T::parse_as(reach, text) {
            Ok(setting) => assert_eq!(T::parse_as(reach, &setting.to_string()), Ok(setting)),
            Err(mistakes) => places(&mistakes),
        }
    }
}

fn policies(text: &str) {
    match parse_policies_ahead(text) {
        Ok(set) => {
            let printed = set.to_string();
            assert_eq!(parse_policies_ahead(&printed), Ok(set));
            assert_eq!(parse_policies(&printed).is_ok(), not_ready(&set).is_empty());
            assert!(check_set(&set).is_empty());
            for mistake in notes(&set) {
                assert!(!mistake.to_string().is_empty());
            }
        }
        Err(mistakes) => places(&mistakes),
    }
}

fn places(mistakes: &Mistakes) {
    for mistake in mistakes {
        assert!(mistake.source().get(mistake.span()).is_some());
        assert!(!mistake.to_string().is_empty() && !mistake.bare().is_empty());
    }
}
