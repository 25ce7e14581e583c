async fn read(self, key: &Key, __argument2: (u8, u8)) -> Result<Value, ReadError> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::read"),
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .retry(Setting::On(
                        Retry::new(Backoff::Exp {
                            from: Duration::from_millis(100),
                            to: Duration::from_secs(10),
                            factor: Factor::DOUBLE,
                        })
                        .attempts(2),
                    ))
                    .hedge(Setting::On(
                        Hedge::new(HedgeDelay::Percentile {
                            percentile: 95,
                            at_least: ::core::option::Option::Some(Duration::from_millis(20)),
                        })
                        .max(2)
                        .budget(Budget {
                            share: Percent::hundredths(500),
                            floor: Rate { count: 10, per: Duration::from_secs(1) },
                        }),
                    ))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let mut __call = __policies.begin();
    loop {
        let __outcome = __call
            .hedged(|| {
                let (left, right) = ::gentle::__private::beside(&__argument2);
                let __self = ::gentle::__private::beside(&self);
                async move {
                    if false {
                        return ::gentle::__private::returns::<Result<Value, ReadError>>();
                    }
                    __self.get(key, left, right).await
                }
            })
            .await;
        match __call.settle(__outcome) {
            ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
            ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
        }
    }
}
