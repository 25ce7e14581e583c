async fn pool(db: Svc<Database>, settings: PoolSettings) -> Result<Pool, PoolError> {
    Pool::open(&db, settings).await
}
::gentle::__private::submit!(::gentle::service::Registration::new(|| {
    ::gentle::service::Definition::constructor("pool", ::gentle::here!(), |__build| async move {
        ::gentle::__private::Made::made(
            pool(
                __build.inject::<Svc<Database>>()?,
                <PoolSettings as ::gentle::config::FromSection>::from_section(&__build.section())?,
            )
            .await,
        )
    })
    .takes::<Svc<Database>>()
    .at(::gentle::here!())
    .configured::<PoolSettings>(::core::option::Option::None)
    .needs::<Cache>()
    .needs_named("queue")
    .optional()
    .start_timeout(::core::time::Duration::from_secs(5))
}));
