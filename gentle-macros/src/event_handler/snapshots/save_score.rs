async fn save_score(event: &ScoreRead, db: Svc<Database>) -> Result<(), SaveError> {
    db.save(event).await
}
const _: () = {
    #[allow(unused_imports)]
    use ::gentle::__private::NoEvent;
    ::gentle::__private::same_topic(
        "ScoreRead",
        ::gentle::__private::TopicOf::<ScoreRead>::TOPIC,
        "score.read",
    );
};
::gentle::__private::submit!(::gentle::event::Registration::new(|| {
    ::gentle::event::Handler::new::<ScoreRead, _, _>(
        ::core::concat!(::core::module_path!(), "::save_score"),
        ::gentle::here!(),
        |__delivery| async move {
            ::gentle::event::IntoOutcome::into_outcome(
                save_score(__delivery.event(), __delivery.inject::<Svc<Database>>()?).await,
            )
        },
    )
    .takes::<Svc<Database>>()
    .concurrency(16)
    .retry({
        use ::core::time::Duration;
        use ::gentle::policy::*;
        Retry::new(Backoff::Exp {
            from: Duration::from_millis(100),
            to: Duration::from_secs(30),
            factor: Factor::DOUBLE,
        })
        .attempts(10)
    })
}));
