async fn read_score(player: String, __argument1: (u8, u8)) -> Result<Score, ScoreError> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::read_score"),
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .fallback(Setting::On(Fallback))
                    .timeout(Setting::On(Timeout::total(Duration::from_secs(2))))
                    .retry(Setting::On(
                        Retry::new(Backoff::Exp {
                            from: Duration::from_millis(100),
                            to: Duration::from_secs(10),
                            factor: Factor::DOUBLE,
                        })
                        .attempts(2),
                    ))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let mut __call = __policies.begin();
    let __outcome = loop {
        #[allow(unused_variables)]
        let player = __call.again(&player);
        #[allow(unused_variables)]
        let (left, right) = __call.again(&__argument1);
        let __outcome = __call
            .attempt(::core::pin::pin!(async {
                if false {
                    return ::gentle::__private::returns::<Result<Score, ScoreError>>();
                }
                ask(player, left, right).await
            }))
            .await;
        match __call.settle(__outcome) {
            ::core::ops::ControlFlow::Break(__outcome) => break __outcome,
            ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
        }
    };
    #[allow(unused_mut, unused_variables)]
    let (left, right) = __argument1;
    let __outcome = match __policies.fall_back(__outcome) {
        ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
        ::core::ops::ControlFlow::Continue(__failed) => __failed.answer(from_cache).await,
    };
    let __outcome = match __policies.fall_back(__outcome) {
        ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
        ::core::ops::ControlFlow::Continue(__failed) => {
            __failed.answer_with(|error| guess(error, &player, left)).await
        }
    };
    match __policies.fall_back(__outcome) {
        ::core::ops::ControlFlow::Break(__outcome) => __outcome,
        ::core::ops::ControlFlow::Continue(__failed) => __failed.default(),
    }
}
