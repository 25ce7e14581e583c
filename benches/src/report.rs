use std::env;
use std::fmt;

use crate::Cost;

/// The costs of some cases, side by side: a table, or JSON when the command line says `--json`.
#[derive(Debug, Default)]
pub struct Report(Vec<(&'static str, Cost)>);

impl Report {
    /// Adds a case.
    pub fn case(&mut self, name: &'static str, cost: Cost) {
        self.0.push((name, cost));
    }

    /// Prints it, as the command line wants it.
    pub fn print(&self) {
        if env::args().any(|argument| argument == "--json") {
            println!("{}", self.json());
        } else {
            print!("{self}");
        }
    }

    fn json(&self) -> String {
        let cases = self.0.iter().map(|(name, cost)| {
            let Cost { nanoseconds, allocations } = cost;
            format!(
                r#"  {{"case": "{name}", "nanoseconds": {nanoseconds:.1}, "allocations": {allocations:.3}}}"#
            )
        });
        format!("[\n{}\n]", cases.collect::<Vec<_>>().join(",\n"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<32} {:>8} {:>12}", "one call", "ns", "allocations")?;
        self.0.iter().try_for_each(|(name, cost)| {
            writeln!(f, "{name:<32} {:>8.1} {:>12.3}", cost.nanoseconds, cost.allocations)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_show_every_case() {
        let mut report = Report::default();
        report.case("bare", Cost { nanoseconds: 1.25, allocations: 0.0 });
        assert!(report.to_string().contains("bare "));
        assert_eq!(
            report.json(),
            "[\n  {\"case\": \"bare\", \"nanoseconds\": 1.2, \"allocations\": 0.000}\n]"
        );
    }
}
