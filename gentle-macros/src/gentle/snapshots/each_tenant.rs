async fn place(tenant: &str, __argument1: (Order, u32)) -> anyhow::Result<()> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::place"),
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .retry(Setting::On(
                        Retry::new(Backoff::Exp {
                            from: Duration::from_millis(100),
                            to: Duration::from_secs(10),
                            factor: Factor::DOUBLE,
                        })
                        .attempts(5),
                    ))
                    .rate_limit(Setting::On(
                        RateLimit::new(20, Duration::from_secs(1)).each(Each::new("tenant").up_to(50000)),
                    ))
                    .bulkhead(Setting::On(Bulkhead::new(4).each(Each::new("tenant, order.account()"))))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let __caller = {
        use ::gentle::__private::AsPolicyKey as _;
        #[allow(unused_variables)]
        let (order, day) = &__argument1;
        __policies
            .caller()
            .rate_limit_each(tenant.as_policy_key())
            .bulkhead_each((tenant.as_policy_key(), (order.account()).as_policy_key()))
            .cost(::gentle::__private::cost(order.lines()))
    };
    let mut __call = __caller.begin();
    loop {
        let (order, day) = __call.again(&__argument1);
        let __outcome = __call
            .attempt(::core::pin::pin!(async {
                if false {
                    return ::gentle::__private::returns::<anyhow::Result<()>>();
                }
                order.place(tenant, day).await
            }))
            .await;
        match __call.settle(__outcome) {
            ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
            ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
        }
    }
}
