//! A table for people: every case, its subjects, and how they stand to gentle.

use crate::Size;
use crate::case::{Cost, Time};

/// Whose figures are the measure of the others.
const MEASURE: &str = "gentle";

pub(crate) fn heading() -> String {
    let words = ["median ns", "least", "x gentle", "instr.", "allocs"];
    let [median, least, ratio, instructions, allocations] = words;
    format!("{:<18} {median:>9} {least:>9} {ratio:>9} {instructions:>9} {allocations:>9}", "one call")
}

/// The lines of one case.
pub(crate) fn case(costs: &[Cost]) -> String {
    let measure = costs.iter().find(|cost| cost.subject == MEASURE).map(|cost| cost.time.median);
    let title = costs.first().map_or("", |cost| cost.case);
    let lines = costs.iter().map(|cost| line(cost, measure));
    format!("\n{title}\n{}", lines.collect::<String>())
}

fn line(cost: &Cost, measure: Option<f64>) -> String {
    let ratio = measure.map_or_else(String::new, |measure| format!("{:.2}", cost.time.median / measure));
    let counts = cost.counts.map_or_else(
        || format!("{:>9} {:>9}", "-", "-"),
        |counts| format!("{:>9.0} {:>9}", counts.instructions, counts.allocations),
    );
    let Cost { subject, time: Time { median, least }, .. } = cost;
    format!("  {subject:<16} {median:>9.1} {least:>9.1} {ratio:>9} {counts}\n")
}

pub(crate) fn size(size: &Size) -> String {
    format!("  {:<48} {:>6} bytes", size.of, size.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(subject: &'static str, median: f64) -> Cost {
        Cost { case: "five_ready", subject, time: Time { median, least: 9.5 }, counts: None }
    }

    #[test]
    fn others_are_measured_by_gentle() {
        let table = case(&[cost("gentle", 20.0), cost("tower", 100.0)]);
        assert!(table.contains("tower                100.0       9.5      5.00"), "{table}");
    }

    #[test]
    fn where_gentle_is_missing_there_is_no_ratio() {
        let table = case(&[cost("failsafe", 90.0)]);
        assert!(table.contains("failsafe              90.0       9.5                   -"), "{table}");
    }
}
