//! The path of a call that every policy lets through at once: what manners cost where nobody has to wait.

#![forbid(unsafe_code)]

use gentle::prelude::*;
use gentle_benches::{Ready, Report, measure};

type Answer = Result<u64, Rejected>;

async fn bare(player: u64) -> Answer {
    Ok(player + 1)
}

#[gentle(retry = "5 attempts")]
async fn retry(player: u64) -> Answer {
    Ok(player + 1)
}

#[gentle(rate_limit = "500_000_000/s")]
async fn rate_limit(player: u64) -> Answer {
    Ok(player + 1)
}

#[gentle(bulkhead = "16")]
async fn bulkhead(player: u64) -> Answer {
    Ok(player + 1)
}

#[gentle(timeout = "10s, 2s each attempt")]
async fn timeout(player: u64) -> Answer {
    Ok(player + 1)
}

#[gentle(
    retry = "5 attempts",
    rate_limit = "500_000_000/s",
    bulkhead = "16",
    timeout = "10s, 2s each attempt"
)]
async fn all(player: u64) -> Answer {
    Ok(player + 1)
}

static ALL: Policies = policies!(
    retry = "5 attempts",
    rate_limit = "500_000_000/s",
    bulkhead = "16",
    timeout = "10s, 2s each attempt"
);

fn main() -> std::io::Result<()> {
    let ready = Ready::new()?;
    let mut report = Report::default();
    report.case("bare", measure(&ready, bare));
    report.case("retry", measure(&ready, retry));
    report.case("rate_limit", measure(&ready, rate_limit));
    report.case("bulkhead", measure(&ready, bulkhead));
    report.case("timeout", measure(&ready, timeout));
    report.case("all four, #[gentle]", measure(&ready, all));
    report.case("all four, Policies::call", measure(&ready, |player| ALL.call(move || bare(player))));
    report.print();
    Ok(())
}
