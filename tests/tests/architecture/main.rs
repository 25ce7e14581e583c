//! The rules of the house, held against the source: what ARCHITECTURE.md, CONTRIBUTING.md and README.md promise.

mod budgets;
mod claims;
mod layers;
mod paths;
mod siblings;
mod source;

/// Fails with every violation, one in a line, and the document that has the rule.
#[track_caller]
fn none(violations: &[String], rule: &str) {
    assert!(violations.is_empty(), "{rule}:\n  {}\n", violations.join("\n  "));
}
