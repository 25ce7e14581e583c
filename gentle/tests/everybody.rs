//! Who watches everybody: alone in its program, because other tests are somebody too.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

use std::sync::{Arc, Mutex};

use gentle::policy::{Policies, Rejected, measure_all, observe_all};

async fn good() -> Result<u32, Rejected> {
    Ok(7)
}

static DECLARED: Policies = gentle::policies!(name = "of_everybody", bulkhead = "1");

#[tokio::test(start_paused = true)]
async fn everybody_is_watched_and_measured_those_in_a_static_those_at_hand_and_those_made_later() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&told);
    let before = Policies::builder().name("before").bulkhead("1").build().unwrap();
    let watching = observe_all(move |event| noted.lock().unwrap().push(event.to_string()));
    measure_all(true);
    let later = Policies::builder().name("later").bulkhead("1").build().unwrap();
    let all = [&before, &later, &DECLARED];
    for policies in all {
        policies.call(good).await.unwrap();
    }
    let taken = || std::mem::take(&mut *told.lock().unwrap());
    let ended = |name| format!("{name}: ok, after 1 attempt and 0.0ns");
    assert_eq!(taken(), ["before", "later", "of_everybody"].map(ended));
    measure_all(false);
    drop(watching);
    for policies in all {
        policies.call(good).await.unwrap();
        assert_eq!(policies.numbers().latency.unwrap().count, 1, "{}", policies.name());
    }
    assert!(taken().is_empty());
}
