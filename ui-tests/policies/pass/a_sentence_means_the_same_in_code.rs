use gentle::{Policies, policies};

macro_rules! same {
    ($($key:ident = $text:literal),+ $(,)?) => {$({
        static WRITTEN: Policies = policies!($key = $text);
        let parsed = Policies::parse(concat!(stringify!($key), " = \"", $text, "\"")).expect("a sentence");
        assert_eq!(WRITTEN.current_set(), parsed.current_set(), "{} = {}", stringify!($key), $text);
    })+};
}

fn main() {
    same! {
        rate_limit = "5/500ms",
        rate_limit = "1/500ms burst 5",
        rate_limit = "5/500ms burst 10 wait 2s",
        rate_limit = "100/s reject",
        rate_limit = "100/s queue 7",
        rate_limit = "100/s wait 1s queue 7",
        rate_limit = "3/1m30s wait",
        rate_limit = "off",
        bulkhead = "16",
        bulkhead = "16 wait",
        bulkhead = "16 wait 1s",
        bulkhead = "16 queue 64",
        bulkhead = "16 queue 64 wait 1s",
        bulkhead = "off",
        retry = "on",
        retry = "now, 3 attempts",
        retry = "const(500ms, 5m)",
        retry = "const(500ms), forever, jitter 20%",
        retry = "exp(100ms..30s, x2, jitter, 5 attempts, 5m)",
        retry = "exp(100us..30ms, x2.5), jitter off",
        retry = "3 retries, exp(50ms..2s), jitter decorrelated, budget 10%",
        retry = "list(10ms, 100ms, 1s), budget off",
        retry = "linear(100ms..1s), jitter equal, budget 12.5% floor 3/s",
        retry = "fib(1ns..1d), within 2d",
        retry = "off",
        timeout = "2s",
        timeout = "2s each attempt",
        timeout = "10s, 2s each attempt",
        timeout = "off",
        cache = "1m",
        cache = "1m, stale 10m, max 500, errors 5s, coalesce, each (user, lang)",
        cache = "1m, each ()",
        cache = "off",
        throttle = "on",
        throttle = "5% of 100 in 10s, up to 50%",
        throttle = "off",
    }
    static ALL: Policies = policies!(name = "all", timeout(1s), retry(on), rate_limit(5/s), bulkhead(4));
    assert_eq!(ALL.name(), "all");
}
