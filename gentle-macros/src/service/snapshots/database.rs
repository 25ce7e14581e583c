struct Database(gentle::service::library::Sqlite);
impl ::gentle::service::Component for Database {
    fn definition() -> ::gentle::service::Definition {
        ::gentle::service::Definition::component("db", ::gentle::here!(), |__build| {
            ::core::result::Result::Ok(Self(
                <gentle::service::library::Sqlite as ::gentle::config::FromSection>::from_section(
                    &__build.section(),
                )?,
            ))
        })
        .configured::<gentle::service::library::Sqlite>(::core::option::Option::Some("SCORES_DB"))
    }
}
::gentle::__private::submit!(::gentle::service::Registration::of::<Database>());
impl ::gentle::service::Service for Database {
    async fn start(&self, cx: &::gentle::service::Context) -> ::gentle::service::Result {
        ::gentle::service::Service::start(&self.0, cx).await
    }
    async fn run(&self, cx: &::gentle::service::Context) -> ::gentle::service::Result {
        ::gentle::service::Service::run(&self.0, cx).await
    }
    async fn stop(&self, cx: &::gentle::service::Context) -> ::gentle::service::Result {
        ::gentle::service::Service::stop(&self.0, cx).await
    }
}
impl ::core::ops::Deref for Database {
    type Target = gentle::service::library::Sqlite;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
