async fn pay(cents: u64) -> Result<u64, PayError> {
    const __ON_EVENT: fn(&::gentle::policy::Event<'_>) = |event| log(event);
    let __policies = {
        use ::gentle::policy::*;
        static POLICIES: Policies = Policies::of(
            ::core::concat!(::core::module_path!(), "::pay"),
            ::gentle::here!(),
            const { &PolicySet::new().bulkhead(Setting::On(Bulkhead::new(16))) },
        )
        .told_to(__ON_EVENT);
        ::gentle::__private::submit!(Registration::of(&POLICIES));
        &POLICIES
    };
    __policies
        .begin()
        .attempt(::core::pin::pin!(async move {
            if false {
                return ::gentle::__private::returns::<Result<u64, PayError>>();
            }
            Ok(cents)
        }))
        .await
}
