//! What `#[event_handler]` makes of a function.

use quote::quote;

use crate::support::snapshot::{check, format};

#[test]
fn a_handler_reads_as_if_written_by_hand() {
    let expanded = super::expand(
        quote!(topic = "score.read", concurrency = 16, retry = "exp(100ms..30s), 10 attempts"),
        quote! {
            async fn save_score(event: &ScoreRead, db: Svc<Database>) -> Result<(), SaveError> {
                db.save(event).await
            }
        },
    );
    check("event_handler/save_score", &format(&expanded));
}

#[test]
fn an_event_is_copied_or_shared_and_comes_once() {
    let expanded = super::expand(
        quote!(name = "mail", retry = "off", timeout(10s)),
        quote! {
            /// Writes to the player.
            pub(crate) async fn r#mail(dispatcher: Dispatcher, event: ScoreRead) {}
        },
    );
    check("event_handler/mail", &format(&expanded));
}
