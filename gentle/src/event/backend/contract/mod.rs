//! What every back end must do, as checks over the trait alone. A new one is one more `contract!` line.

mod bed;
mod bound;
mod delay;
mod fan_out;
mod lease;
mod lose;

use bed::Bed;

macro_rules! contract {
    ($name:ident, $open:path, [$($check:path as $test:ident),+ $(,)?]) => {
        mod $name {
            $(
                #[tokio::test(start_paused = true)]
                async fn $test() {
                    $check($open().await).await;
                }
            )+
        }
    };
    ($name:ident, $open:path) => {
        contract!($name, $open, [
            super::fan_out::each_group_gets_its_own_delivery as each_group_gets_its_own_delivery,
            super::fan_out::one_groups_failure_leaves_the_other_alone as one_groups_failure_leaves_the_other_alone,
            super::fan_out::each_event_goes_to_one_of_several_claimers as each_event_goes_to_one_of_several_claimers,
            super::fan_out::topics_do_not_leak as topics_do_not_leak,
            super::delay::a_delayed_event_is_claimed_at_its_time as a_delayed_event_is_claimed_at_its_time,
            super::delay::an_earlier_one_wakes_who_sleeps as an_earlier_one_wakes_who_sleeps,
            super::delay::the_earliest_due_comes_first as the_earliest_due_comes_first,
            super::delay::many_due_at_once_are_all_handed_out as many_due_at_once_are_all_handed_out,
            super::delay::a_retry_comes_after_its_delay as a_retry_comes_after_its_delay,
            super::lease::a_stale_owner_is_refused as a_stale_owner_is_refused,
            super::lease::given_back_it_costs_no_attempt as given_back_it_costs_no_attempt,
            super::lease::a_dropped_claim_loses_nothing as a_dropped_claim_loses_nothing,
            super::lose::a_dead_letter_keeps_everything as a_dead_letter_keeps_everything,
            super::lose::closed_it_wakes_and_refuses as closed_it_wakes_and_refuses,
            super::bound::full_it_refuses_or_waits as full_it_refuses_or_waits,
            super::bound::every_end_gives_the_place_back as every_end_gives_the_place_back,
            super::bound::the_bound_is_exact_under_concurrency as the_bound_is_exact_under_concurrency,
        ]);
    };
}

contract!(local, super::Bed::local);
#[cfg(feature = "sqlite")]
contract!(sqlite, super::Bed::sqlite);
#[cfg(feature = "sqlite")]
mod durable;
