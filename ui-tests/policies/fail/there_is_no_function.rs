use gentle::{Policies, policies};

static PAYMENTS: Policies =
    policies!(retry = "on", retry_if = |error| error.is_timeout(), fallback = 0);

fn main() {
    drop(PAYMENTS.name());
}
