async fn place(order: Order, __argument1: (u8, u8), log: &mut Log) -> Result<(), String> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::place"),
            ::gentle::here!(),
            const {
                &PolicySet::new().retry(Setting::On(
                    Retry::new(Backoff::Exp {
                        from: Duration::from_millis(100),
                        to: Duration::from_secs(30),
                        factor: Factor::DOUBLE,
                    })
                    .attempts(5),
                ))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let mut __call = __policies.begin();
    loop {
        let order = __call.again(&order);
        let (left, right) = __call.again(&__argument1);
        let log = &mut *log;
        let __outcome = __call
            .alone(::core::pin::pin!(async {
                if false {
                    return ::gentle::__private::returns::<Result<(), String>>();
                }
                log.add(left, right);
                order.place().await
            }))
            .await;
        match __call.settle(__outcome) {
            ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
            ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
        }
    }
}
