async fn read_score(&self, player: u64) -> Result<Score, ScoreError> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::read_score"),
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .retry(Setting::On(
                        Retry::new(Backoff::Exp {
                            from: Duration::from_millis(100),
                            to: Duration::from_secs(10),
                            factor: Factor::DOUBLE,
                        })
                        .attempts(3)
                        .budget(Budget {
                            share: Percent::hundredths(2000),
                            floor: Rate { count: 10, per: Duration::from_secs(1) },
                        }),
                    ))
                    .circuit_breaker(Setting::On(CircuitBreaker::new(Trip::Rate {
                        share: Percent::hundredths(5000),
                        over: ::core::option::Option::None,
                        sample: 20,
                        window: ::core::option::Option::Some(Duration::from_secs(10)),
                    })))
                    .rate_limit(Setting::On(RateLimit::new(5, Duration::from_millis(500))))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let __rules = ::gentle::policy::Rules::<Result<Score, ScoreError>>::nothing_fails()
        .failure_if(|outcome: &Result<Score, ScoreError>| outcome.is_err())
        .retry_after(ScoreError::retry_after);
    let mut __call = __policies.begin();
    loop {
        let player = __call.again(&player);
        let __outcome = __call
            .attempt_as(
                ::core::pin::pin!(async {
                    if false {
                        return ::gentle::__private::returns::<Result<Score, ScoreError>>();
                    }
                    self.ask(player).await
                }),
                &__rules,
            )
            .await;
        match __call.settle_as(__outcome, &__rules) {
            ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
            ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
        }
    }
}
