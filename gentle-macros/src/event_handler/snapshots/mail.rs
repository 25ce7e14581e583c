#[doc = r" Writes to the player."]
pub(crate) async fn r#mail(dispatcher: Dispatcher, event: ScoreRead) {}
::gentle::__private::submit!(::gentle::event::Registration::new(|| {
    ::gentle::event::Handler::new::<ScoreRead, _, _>("mail", ::gentle::here!(), |__delivery| async move {
        ::gentle::event::IntoOutcome::into_outcome(
            r#mail(__delivery.inject::<Dispatcher>()?, ::gentle::__private::owned(&__delivery)).await,
        )
    })
    .takes::<Dispatcher>()
    .retry(::core::option::Option::None::<::gentle::policy::Retry>)
    .timeout(::core::time::Duration::from_secs(10))
}));
