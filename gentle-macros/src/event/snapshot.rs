//! What `#[derive(Event)]` makes of a type.

use quote::quote;

use crate::support::snapshot::{check, format};

#[test]
fn a_type_has_a_topic() {
    let item = quote! {
        #[derive(Serialize, Deserialize, Event)]
        #[event(topic = "score.read")]
        struct ScoreRead {
            player: u64,
            points: u32,
        }
    };
    check("event/score_read", &format(&super::expand(item)));
}
