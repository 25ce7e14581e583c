//! No text makes a parser panic; what parses prints as a text that means the same; every mistake has its place in the text.

#![no_main]

use gentle_dsl::{
    Bulkhead, Mistakes, RateLimit, Retry, Sentence, Timeout, parse_count, parse_duration, parse_policies,
    parse_rate,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    sentence::<RateLimit>(text);
    sentence::<Bulkhead>(text);
    sentence::<Retry>(text);
    sentence::<Timeout>(text);
    if let Err(mistakes) = parse_policies(text) {
        places(&mistakes);
    }
    for mistakes in [parse_count(text).err(), parse_duration(text).err(), parse_rate(text).err()] {
        mistakes.iter().for_each(places);
    }
});

fn sentence<T: Sentence>(text: &str) {
    match T::parse(text) {
        Ok(setting) => assert_eq!(T::parse(&setting.to_string()), Ok(setting)),
        Err(mistakes) => places(&mistakes),
    }
}

fn places(mistakes: &Mistakes) {
    for mistake in mistakes {
        assert!(mistake.source().get(mistake.span()).is_some());
        assert!(!mistake.to_string().is_empty() && !mistake.bare().is_empty());
    }
}
