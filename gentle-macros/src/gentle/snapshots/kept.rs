async fn read(user: u64, lang: &str) -> anyhow::Result<Page> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::read"),
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .fallback(Setting::On(Fallback))
                    .cache(Setting::On(
                        Cache::new(Duration::from_secs(60))
                            .stale(Duration::from_secs(600))
                            .coalesce()
                            .each(Each::new("user, lang")),
                    ))
                    .retry(Setting::On(Retry::new(Backoff::Now).attempts(3)))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    match {
        use ::gentle::__private::AsPolicyKey as _;
        __policies
            .recall::<::gentle::policy::cache::Values, anyhow::Result<Page>, _>(
                (user.as_policy_key(), lang.as_policy_key()),
                ::core::any::type_name_of_val(&|| ()),
                true,
            )
            .await
    } {
        ::core::ops::ControlFlow::Break(__outcome) => __outcome,
        ::core::ops::ControlFlow::Continue(__recall) => {
            let mut __call = __policies.begin();
            __recall.prepare(&mut __call);
            let __outcome = loop {
                let user = __call.again(&user);
                let __outcome = __call
                    .attempt(::core::pin::pin!(async {
                        if false {
                            return ::gentle::__private::returns::<anyhow::Result<Page>>();
                        }
                        fetch(user, lang).await
                    }))
                    .await;
                match __call.settle(__outcome) {
                    ::core::ops::ControlFlow::Break(__outcome) => break __outcome,
                    ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
                }
            };
            __recall.keep(__outcome, &__call)
        }
    }
}
