async fn read_score(player: u64) -> anyhow::Result<u32> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::read_score"),
            ::gentle::here!(),
            const {
                &PolicySet::new().retry(Setting::On(
                    Retry::new(Backoff::Exp {
                        from: Duration::from_millis(100),
                        to: Duration::from_secs(10),
                        factor: Factor::DOUBLE,
                    })
                    .attempts(3),
                ))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let __rules = ::gentle::policy::Rules::<anyhow::Result<u32>>::nothing_fails()
        .retry_if_err(|error| error.is_temporary());
    let mut __call = __policies.begin();
    loop {
        let player = __call.again(&player);
        let __outcome = __call
            .alone_as(
                ::core::pin::pin!(async {
                    if false {
                        return ::gentle::__private::returns::<anyhow::Result<u32>>();
                    }
                    ask(player).await
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
