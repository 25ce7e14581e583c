async fn read(host: &mut Host) -> anyhow::Result<u32> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::read"),
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .circuit_breaker(Setting::On(
                        CircuitBreaker::new(Trip::InARow(5)).each(Each::new("host")),
                    ))
                    .rate_limit(Setting::On(
                        RateLimit::new(20, Duration::from_secs(1)).each(Each::new("host")),
                    ))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let __caller = {
        use ::gentle::__private::AsPolicyKey as _;
        __policies.each((&*host).as_policy_key())
    };
    __caller
        .begin()
        .attempt(::core::pin::pin!(async move {
            if false {
                return ::gentle::__private::returns::<anyhow::Result<u32>>();
            }
            host.read().await
        }))
        .await
}
