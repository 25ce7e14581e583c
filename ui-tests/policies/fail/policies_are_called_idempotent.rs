use gentle::{Policies, policies};

static SCORES: Policies = policies!(hedge = "after 50ms", idempotent);

fn main() {
    let _ = SCORES.name();
}
