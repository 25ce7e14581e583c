//! What holds in every order in which the threads of a policy can meet: see `src/lib.rs`.

mod bulkhead {
    use gentle_models::bulkhead as model;

    #[test]
    fn never_more_are_inside_than_the_limit() {
        model::never_more_are_inside_than_the_limit();
    }

    #[test]
    fn nobody_is_left_before_an_open_door() {
        model::nobody_is_left_before_an_open_door();
    }

    #[test]
    fn a_permit_handed_to_one_who_gives_up_goes_to_the_next() {
        model::a_permit_handed_to_one_who_gives_up_goes_to_the_next(false);
    }

    #[test]
    fn a_permit_handed_to_the_newest_who_gives_up_goes_to_the_next() {
        model::a_permit_handed_to_one_who_gives_up_goes_to_the_next(true);
    }

    #[test]
    fn who_comes_while_the_limit_grows_is_let_in() {
        model::who_comes_while_the_limit_grows_is_let_in();
    }

    #[test]
    fn who_comes_while_the_limit_grows_by_itself_is_let_in() {
        model::who_comes_while_the_limit_grows_by_itself_is_let_in();
    }

    #[test]
    fn what_is_learned_too_late_does_not_touch_a_fixed_limit() {
        model::what_is_learned_too_late_does_not_touch_a_fixed_limit();
    }
}

mod rate_limit {
    use gentle_models::rate_limit as model;

    #[test]
    fn never_more_tokens_than_the_burst_and_the_rate() {
        model::never_more_tokens_than_the_burst_and_the_rate();
    }

    #[test]
    fn a_token_given_back_is_there_again_and_only_once() {
        model::a_token_given_back_is_there_again_and_only_once();
    }

    #[test]
    fn a_token_given_back_wakes_the_one_who_waits() {
        model::a_token_given_back_wakes_the_one_who_waits(false);
        model::a_token_given_back_wakes_the_one_who_waits(true);
    }

    #[test]
    fn who_comes_while_the_limit_is_lifted_goes_on() {
        model::who_comes_while_the_limit_is_lifted_goes_on();
    }

    #[test]
    fn who_is_served_leaves_the_watch_to_the_next() {
        model::who_is_served_leaves_the_watch_to_the_next(false);
        model::who_is_served_leaves_the_watch_to_the_next(true);
    }

    #[test]
    fn who_gives_up_leaves_the_watch_and_its_token_to_the_other() {
        model::who_gives_up_leaves_the_watch_and_its_token_to_the_other(false);
    }

    #[test]
    fn who_gives_up_first_leaves_the_watch_and_its_token_to_the_newest() {
        model::who_gives_up_leaves_the_watch_and_its_token_to_the_other(true);
    }
}

mod circuit_breaker {
    use gentle_models::breaker as model;

    #[test]
    fn exactly_as_many_probes_pass_as_there_are() {
        model::exactly_as_many_probes_pass_as_there_are(1);
        model::exactly_as_many_probes_pass_as_there_are(2);
    }

    #[test]
    fn a_probe_given_back_makes_room_for_one() {
        model::a_probe_given_back_makes_room_for_one();
    }

    #[test]
    fn calls_that_fail_together_open_it_once() {
        model::calls_that_fail_together_open_it_once();
    }

    #[test]
    fn what_comes_late_neither_closes_it_nor_takes_a_place() {
        model::what_comes_late_neither_closes_it_nor_takes_a_place();
    }

    #[test]
    fn a_probe_given_back_late_makes_no_room() {
        model::a_probe_given_back_late_makes_no_room();
    }

    #[test]
    fn probes_that_answer_together_decide_once() {
        model::probes_that_answer_together_decide_once();
    }
}
