//! What `#[gentle]` makes of a function, formatted, beside what it made when somebody last looked at it.
//!
//! `GENTLE_SNAPSHOTS=overwrite cargo test -p gentle-macros` writes the files anew.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proc_macro2::TokenStream;
use quote::quote;

fn expanded(attribute: TokenStream, item: TokenStream) -> String {
    format(&super::expand(attribute, item).to_string())
}

fn format(code: &str) -> String {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", config])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt, which formats the snapshots");
    rustfmt.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let done = rustfmt.wait_with_output().unwrap();
    assert!(done.status.success(), "rustfmt refused:\n{code}");
    String::from_utf8(done.stdout).unwrap()
}

fn check(name: &str, expanded: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/gentle/snapshots/{name}.rs"));
    if std::env::var_os("GENTLE_SNAPSHOTS").is_some_and(|what| what == "overwrite") {
        std::fs::write(&file, expanded).unwrap();
    }
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(expanded, before, "{} is another one now", file.display());
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
    check("read_score", &expanded);
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
    check("without_a_retry", &expanded);
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
    check("a_retry_alone", &expanded);
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
    check("under_async_trait", &expanded);
}
