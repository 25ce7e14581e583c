async fn read_score(http: &ScoreClient, player: u64) -> Result<Score, ScoreError> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::read_score"),
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .timeout(Setting::On(Timeout::each_attempt(Duration::from_secs(2))))
                    .retry(Setting::On(
                        Retry::new(Backoff::Const(Duration::from_millis(500)))
                            .forever()
                            .within(Duration::from_secs(300)),
                    ))
                    .rate_limit(Setting::On(RateLimit::new(5, Duration::from_millis(500))))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let mut __call = __policies.begin();
    loop {
        let player = __call.again(&player);
        let __outcome = __call
            .attempt(::core::pin::pin!(async {
                if false {
                    return ::gentle::__private::returns::<Result<Score, ScoreError>>();
                }
                http.score(player).await
            }))
            .await;
        match __call.settle(__outcome) {
            ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
            ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
        }
    }
}
