#[doc = r" Takes the money."]
#[must_use]
pub(crate) async fn pay(self, cents: u64) -> Result<Receipt, PayError> {
    let __policies = {
        use ::core::time::Duration;
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            "payments",
            ::gentle::here!(),
            const {
                &PolicySet::new()
                    .timeout(Setting::On(Timeout::total(Duration::from_secs(2))))
                    .bulkhead(Setting::On(Bulkhead::new(16).queue(64).wait(Duration::from_secs(1))))
            },
        );
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    __policies
        .begin()
        .attempt(::core::pin::pin!(async move {
            if false {
                return ::gentle::__private::returns::<Result<Receipt, PayError>>();
            }
            self.take(cents).await
        }))
        .await
}
