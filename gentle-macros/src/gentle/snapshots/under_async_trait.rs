fn read<'life0, 'async_trait>(
    &'life0 mut self,
    player: String,
) -> ::core::pin::Pin<
    Box<dyn ::core::future::Future<Output = Result<u32, ScoreError>> + ::core::marker::Send + 'async_trait>,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    ::std::boxed::Box::pin(async move {
        let __policies: &::gentle::policy::Policies = &self.limits;
        let mut __call = __policies.begin();
        loop {
            let player = __call.again(&player);
            let __self = &mut *self;
            let __outcome = __call
                .attempt(::core::pin::pin!(async {
                    if false {
                        return ::gentle::__private::returns::<Result<u32, ScoreError>>();
                    }
                    if let ::core::option::Option::Some(__ret) =
                        ::core::option::Option::None::<Result<u32, ScoreError>>
                    {
                        return __ret;
                    }
                    let mut __self = __self;
                    let player = player;
                    let __ret: Result<u32, ScoreError> = { __self.score(player).await };
                    __ret
                }))
                .await;
            match __call.settle(__outcome) {
                ::core::ops::ControlFlow::Break(__outcome) => return __outcome,
                ::core::ops::ControlFlow::Continue(__pause) => __pause.await,
            }
        }
    })
}
