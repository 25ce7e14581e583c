async fn read_score(self, player: String, token: Token) -> Result<Score, ScoreError> {
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
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    let __outcome = {
        #[allow(unused_variables)]
        let player = ::gentle::__private::kept(&player);
        let __self = ::gentle::__private::kept(&self);
        __policies
            .begin()
            .attempt(::core::pin::pin!(async move {
                if false {
                    return ::gentle::__private::returns::<Result<Score, ScoreError>>();
                }
                __self.ask(player, token).await
            }))
            .await
    };
    match __policies.fall_back(__outcome) {
        ::core::ops::ControlFlow::Break(__outcome) => __outcome,
        ::core::ops::ControlFlow::Continue(__failed) => __failed.answer_with(|_| self.guess(&player)).await,
    }
}
