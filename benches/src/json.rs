//! One object a line, for machines.

use crate::Size;
use crate::case::Cost;

pub(crate) fn cost(cost: &Cost) -> String {
    let Cost { case, subject, time, counts } = cost;
    let nanoseconds = time.median;
    let counts = match counts {
        Some(counts) => {
            format!(r#""instructions": {:.0}, "allocations": {}"#, counts.instructions, counts.allocations)
        }
        None => r#""instructions": null, "allocations": null"#.to_owned(),
    };
    format!(r#"{{"case": "{case}", "subject": "{subject}", "ns": {nanoseconds:.1}, {counts}}}"#)
}

pub(crate) fn size(size: &Size) -> String {
    format!(r#"{{"size": "{}", "bytes": {}}}"#, size.of, size.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Counts, Time};

    #[test]
    fn a_cost_is_one_object() {
        let counts = Some(Counts { instructions: 131.0, allocations: 0.0 });
        let mut one =
            Cost { case: "five_ready", subject: "gentle", time: Time { median: 18.2, least: 17.9 }, counts };
        let counted = r#"{"case": "five_ready", "subject": "gentle", "ns": 18.2, "instructions": 131, "allocations": 0}"#;
        assert_eq!(cost(&one), counted);
        one.counts = None;
        assert!(cost(&one).ends_with(r#""instructions": null, "allocations": null}"#));
    }
}
