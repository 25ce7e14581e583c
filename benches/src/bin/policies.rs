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

#[gentle(circuit_breaker = "on")]
async fn circuit_breaker(player: u64) -> Answer {
    Ok(player + 1)
}

#[gentle(circuit_breaker = "50% of 20 or 5 in a row")]
async fn last_calls(player: u64) -> Answer {
    Ok(player + 1)
}

#[gentle(circuit_breaker = "50% over 2s of 20 in 10s")]
async fn slow_calls(player: u64) -> Answer {
    Ok(player + 1)
}

static OPEN: Policies = policies!(circuit_breaker = "manual");

#[gentle(
    retry = "5 attempts",
    circuit_breaker = "on",
    rate_limit = "500_000_000/s",
    bulkhead = "16",
    timeout = "10s, 2s each attempt"
)]
async fn all(player: u64) -> Answer {
    Ok(player + 1)
}

static ALL: Policies = policies!(
    retry = "5 attempts",
    circuit_breaker = "on",
    rate_limit = "500_000_000/s",
    bulkhead = "16",
    timeout = "10s, 2s each attempt"
);

fn main() -> std::io::Result<()> {
    let ready = Ready::new()?;
    if let Some(circuit) = OPEN.circuit_breaker() {
        circuit.isolate();
    }
    let mut report = Report::default();
    report.case("bare", measure(&ready, bare));
    report.case("retry", measure(&ready, retry));
    report.case("rate_limit", measure(&ready, rate_limit));
    report.case("bulkhead", measure(&ready, bulkhead));
    report.case("timeout", measure(&ready, timeout));
    report.case("circuit_breaker", measure(&ready, circuit_breaker));
    report.case("circuit_breaker, last calls", measure(&ready, last_calls));
    report.case("circuit_breaker, slow calls", measure(&ready, slow_calls));
    report.case("circuit_breaker, open", measure(&ready, |player| OPEN.call(move || bare(player))));
    report.case("all five, #[gentle]", measure(&ready, all));
    report.case("all five, Policies::call", measure(&ready, |player| ALL.call(move || bare(player))));
    report.print();
    Ok(())
}
