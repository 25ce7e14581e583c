//! What `#[service]` makes of structs and functions.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::support::snapshot::{check, format};

fn compare(name: &str, attribute: TokenStream, item: TokenStream) {
    check(&format!("service/{name}"), &format(&expand(attribute, item)));
}

#[test]
fn a_struct_is_built_from_what_its_fields_say() {
    let item = quote! {
        struct Leaderboard {
            db: Svc<Database>,
        }
    };
    compare("leaderboard", quote!(retry = "exp(100ms..5s), 5 attempts"), item);
}

#[test]
fn a_newtype_is_the_service_inside_it() {
    let item = quote! {
        struct Database(gentle::service::library::Sqlite);
    };
    compare("database", quote!(name = "db", env = "SCORES_DB"), item);
}

#[test]
fn a_function_makes_the_value() {
    let item = quote! {
        async fn pool(db: Svc<Database>, #[config] settings: PoolSettings) -> Result<Pool, PoolError> {
            Pool::open(&db, settings).await
        }
    };
    compare("pool", quote!(deps = [Cache, "queue"], optional, start_timeout = "5s"), item);
}

#[test]
fn a_broken_service_is_still_one() {
    let item = quote! {
        struct Board {
            #[config]
            settings: Settings,
            #[inject]
            client: Client,
        }
    };
    let expanded = expand(quote!(retri = "on", deps = [7]), item).to_string();
    assert!(expanded.contains("Component for Board"), "{expanded}");
    assert!(!expanded.contains("# [config]") && !expanded.contains("# [inject]"), "{expanded}");
    assert_eq!(expanded.matches("compile_error").count(), 2, "{expanded}");
}
