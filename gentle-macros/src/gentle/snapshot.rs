//! What `#[gentle]` makes of a function, formatted, beside what it made when somebody last looked at it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::support::snapshot::{check, format};

fn expanded(attribute: TokenStream, item: TokenStream) -> String {
    format(&super::expand(attribute, item))
}

#[test]
fn every_policy_around_a_function_reads_as_if_written_by_hand() {
    let expanded = expanded(
        quote!(rate_limit = "5/500ms", retry = "const(500ms, 5m)", timeout = "2s each attempt"),
        quote! {
            async fn read_score(http: &ScoreClient, player: u64) -> Result<Score, ScoreError> {
                http.score(player).await
            }
        },
    );
    let lines = expanded.lines().count();
    assert!(lines <= 40, "{lines} lines:\n{expanded}");
    check("gentle/read_score", &expanded);
}

#[test]
fn without_a_retry_there_is_no_loop() {
    let expanded = expanded(
        quote!(bulkhead(16 queue 64 wait 1s), timeout(2s), name = "payments"),
        quote! {
            /// Takes the money.
            #[must_use]
            pub(crate) async fn pay(self, cents: u64) -> Result<Receipt, PayError> {
                self.take(cents).await
            }
        },
    );
    assert!(!expanded.contains("loop"), "{expanded}");
    check("gentle/without_a_retry", &expanded);
}

#[test]
fn a_retry_alone_asks_nothing_of_the_error() {
    let expanded = expanded(
        quote!(retry = "exp(100ms..30s), 5 attempts"),
        quote! {
            async fn place(order: Order, (left, right): (u8, u8), log: &mut Log) -> Result<(), String> {
                log.add(left, right);
                order.place().await
            }
        },
    );
    assert!(!expanded.contains("attempt("), "{expanded}");
    check("gentle/a_retry_alone", &expanded);
}

#[test]
fn a_hedge_makes_attempts_by_a_closure() {
    let expanded = expanded(
        quote!(hedge = "after p95 at least 20ms, max 2, budget 5%", idempotent, retry(2 attempts)),
        quote! {
            async fn read(self, key: &Key, (left, right): (u8, u8)) -> Result<Value, ReadError> {
                self.get(key, left, right).await
            }
        },
    );
    check("gentle/a_hedge", &expanded);
    assert!(!expanded.contains("pin!"), "{expanded}");
}

#[test]
fn a_method_under_async_trait_keeps_its_box() {
    let expanded = expanded(
        quote!(policy = self.limits),
        quote! {
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
                Box::pin(async move {
                    if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<u32, ScoreError>> {
                        return __ret;
                    }
                    let mut __self = self;
                    let player = player;
                    let __ret: Result<u32, ScoreError> = { __self.score(player).await };
                    __ret
                })
            }
        },
    );
    check("gentle/under_async_trait", &expanded);
}

#[test]
fn who_is_told_stands_where_the_users_names_mean_what_they_mean_to_the_user() {
    let expanded = expanded(
        quote!(bulkhead(16), on_event = |event| log(event)),
        quote! {
            async fn pay(cents: u64) -> Result<u64, PayError> {
                Ok(cents)
            }
        },
    );
    check("gentle/on_event", &expanded);
}

#[test]
fn keys_and_cost_are_worked_out_before_the_first_attempt() {
    let expanded = expanded(
        quote!(
            retry = "5 attempts",
            rate_limit = "20/s each tenant up to 50_000",
            bulkhead(4 each (tenant, order.account())),
            cost = order.lines()
        ),
        quote! {
            async fn place(tenant: &str, (order, day): (Order, u32)) -> anyhow::Result<()> {
                order.place(tenant, day).await
            }
        },
    );
    check("gentle/each_tenant", &expanded);
}

#[test]
fn one_key_for_several_policies_is_worked_out_once() {
    let expanded = expanded(
        quote!(circuit_breaker = "5 in a row, each host", rate_limit(20/s each host)),
        quote! {
            async fn read(host: &mut Host) -> anyhow::Result<u32> {
                host.read().await
            }
        },
    );
    check("gentle/each_host", &expanded);
}

#[test]
fn kept_answers_stand_around_the_attempts() {
    let expanded = expanded(
        quote!(cache = "1m, stale 10m, coalesce, each (user, lang)", fallback(stale), retry = "now"),
        quote! {
            async fn read(user: u64, lang: &str) -> anyhow::Result<Page> {
                fetch(user, lang).await
            }
        },
    );
    check("gentle/kept", &expanded);
}

#[test]
fn a_rule_is_one_line_before_the_loop() {
    let expanded = expanded(
        quote!(retry = "3 attempts", retry_if = |error| error.is_temporary()),
        quote! {
            async fn read_score(player: u64) -> anyhow::Result<u32> {
                ask(player).await
            }
        },
    );
    check("gentle/retry_if", &expanded);
}

#[test]
fn rules_are_asked_about_an_attempt_and_about_what_follows_it() {
    let expanded = expanded(
        quote!(
            circuit_breaker = "on",
            retry = "on",
            rate_limit = "5/500ms",
            failure_if = |outcome: &Result<Score, ScoreError>| outcome.is_err(),
            retry_after = ScoreError::retry_after
        ),
        quote! {
            async fn read_score(&self, player: u64) -> Result<Score, ScoreError> {
                self.ask(player).await
            }
        },
    );
    assert_eq!(expanded.matches("_as(").count(), 2, "{expanded}");
    check("gentle/failure_if_and_retry_after", &expanded);
}

#[test]
fn fallbacks_are_asked_one_after_the_other() {
    let expanded = expanded(
        quote!(
            retry = "2 attempts",
            timeout = "2s",
            fallback(from_cache, |error| guess(error, &player, left), default)
        ),
        quote! {
            async fn read_score(player: String, (left, right): (u8, u8)) -> Result<Score, ScoreError> {
                ask(player, left, right).await
            }
        },
    );
    check("gentle/fallbacks", &expanded);
}

#[test]
fn what_a_fallback_names_is_kept_for_it_and_the_rest_moves() {
    let expanded = expanded(
        quote!(timeout = "2s", fallback = |_| self.guess(&player)),
        quote! {
            async fn read_score(self, player: String, token: Token) -> Result<Score, ScoreError> {
                self.ask(player, token).await
            }
        },
    );
    check("gentle/a_fallback_that_names_arguments", &expanded);
}
