struct Leaderboard {
    db: Svc<Database>,
}
impl ::gentle::service::Component for Leaderboard {
    fn definition() -> ::gentle::service::Definition {
        ::gentle::service::Definition::component("leaderboard", ::gentle::here!(), |__build| {
            ::core::result::Result::Ok(Self { db: __build.inject::<Svc<Database>>()? })
        })
        .takes::<Svc<Database>>()
        .at(::gentle::here!())
        .retry({
            use ::core::time::Duration;
            use ::gentle::policy::*;
            Retry::new(Backoff::Exp {
                from: Duration::from_millis(100),
                to: Duration::from_secs(5),
                factor: Factor::DOUBLE,
            })
            .attempts(5)
        })
    }
}
::gentle::__private::submit!(::gentle::service::Registration::of::<Leaderboard>());
