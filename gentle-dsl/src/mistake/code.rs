//! The table of codes.

/// Every code that a message can bear, with one sentence about it.
///
/// `G0` is for all keys, `G1` for rates and waiting, `G2` for bulkheads, `G3` for retries, `G5` for timeouts, `G6` for hedges. Those that no text can
/// cause are found by the macros in the shape of the function, or at start-up.
pub const CODES: &[(&str, &str)] = &[
    ("G001", "A word is not known here; often it is a slip for one that is."),
    ("G002", "A duration is one word: `2s`, not `2 s`."),
    ("G003", "A word and its number stand in the wrong order."),
    ("G004", "One thing is said twice."),
    ("G005", "A range `a..b` starts above its end."),
    ("G006", "A duration has a unit that is none of ns, us, ms, s, m, h and d."),
    ("G007", "One key is given twice."),
    ("G008", "A key is not known; often it is a slip for one that is."),
    ("G009", "The word belongs to the grammar, but what it stands for is not built yet."),
    ("G010", "A comma stands where it separates nothing, or is missing inside brackets."),
    ("G011", "A character or a number has no meaning at its place."),
    ("G012", "A bracket is never closed, or closes nothing."),
    ("G013", "There is no text at all."),
    ("G014", "`on` stands for a default sentence, and this key has none."),
    ("G015", "`off` and `on` stand alone."),
    ("G016", "The text is longer than 4096 bytes."),
    ("G017", "A number or a duration is larger than anything that could be meant."),
    ("G018", "An amount of zero says the same as another, plainer word, or nothing."),
    ("G019", "A word has no amount behind it."),
    ("G020", "An amount has no word in front of it."),
    ("G021", "A count is a whole number without a unit."),
    ("G022", "A percentage is above 0 and at most 100, with at most two digits after the point."),
    ("G023", "An item is neither `key = \"value\"` nor `key(value)`."),
    ("G101", "A duration has no unit."),
    ("G102", "A rate needs a period behind its count."),
    ("G103", "A rate of zero never lets a call through."),
    ("G104", "`reject` and the words for waiting contradict each other."),
    ("G105", "A rate limit starts with its rate."),
    ("G106", "A rate is faster than one in a nanosecond."),
    ("G201", "A bulkhead counts calls in flight, so it has no period."),
    ("G202", "A bulkhead starts with its limit."),
    ("G203", "A bulkhead of zero never lets a call through."),
    ("G301", "A number of tries does not say whether it counts the first call."),
    ("G302", "A back-off is not known."),
    ("G303", "A growing back-off needs its longest delay."),
    ("G304", "The factor of an exponential back-off is above 1, with at most three digits after the point."),
    ("G305", "The first delay is longer than the time in which retries may happen."),
    ("G306", "Outside of the brackets a duration needs its word: `within`."),
    ("G307", "Something stands in the brackets of a back-off that does not belong to it."),
    ("G308", "A list holds at most 16 delays."),
    ("G309", "A back-off has no delays."),
    ("G310", "A function that cannot fail cannot be retried."),
    ("G311", "A second attempt needs an argument again that the first one has used up."),
    ("G501", "An attempt may take longer than the whole call."),
    ("G502", "The later attempts cannot run inside the timeout of the call."),
    ("G503", "A timeout starts with its duration."),
    ("G510", "A blocking function cannot be stopped from outside."),
    ("G602", "A hedge runs a function twice at the same time, so it must be marked idempotent."),
    ("G610", "Two attempts at the same time cannot share a mutable reference."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(CODES.is_sorted_by(|(one, _), (other, _)| one < other));
    }
}
