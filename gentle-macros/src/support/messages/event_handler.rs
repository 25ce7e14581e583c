use std::fmt::Display;

use gentle_dsl::Mistake;

const HANDLER: &str = "event_handler";

pub(crate) fn bulkhead_of_a_handler(written: &str) -> Mistake {
    let message = "how many events are handled at once is the `concurrency`";
    Mistake::new("G952", HANDLER, message).with_help(format!("write `concurrency = {written}`"))
}

pub(crate) fn no_concurrency() -> Mistake {
    let help = "write `concurrency = 1` for one after the other";
    Mistake::new("G953", HANDLER, "with a concurrency of 0 nothing is ever handled").with_help(help)
}

pub(crate) fn no_event(name: impl Display) -> Mistake {
    let help = "take it as `event: &ScoreRead`, where `ScoreRead` is your event";
    Mistake::new("G954", HANDLER, format!("no argument of `{name}` is the event")).with_help(help)
}

pub(crate) fn two_events(first: &str, other: &str) -> Mistake {
    let message = format!("a handler takes one event: `{first}` is one already");
    let other = other.trim_start_matches('&');
    let help = format!("keep one of them; if `{other}` is a service, take it as `Svc<{other}>`");
    Mistake::new("G955", HANDLER, message).with_help(help)
}

pub(crate) fn handler_not_async(signature: &str) -> Mistake {
    let help = format!("write `async {signature}`; run what blocks in `spawn_blocking`");
    Mistake::new("G956", HANDLER, "a handler is an async function").with_help(help)
}

pub(crate) fn generic_handler(name: impl Display) -> Mistake {
    let message = format!("`{name}` is generic, and a handler is for one event");
    let help = "write an `async fn` for one event that calls the generic one";
    Mistake::new("G957", HANDLER, message).with_help(help)
}

pub(crate) fn handler_with_self() -> Mistake {
    let help = "write a free function that takes the service, as in `board: Svc<Board>`";
    Mistake::new("G958", HANDLER, "a handler has no `self`").with_help(help)
}

pub(crate) fn service_by_reference(ty: &str) -> Mistake {
    let message = format!("`{ty}` is a handle already, and is taken by value");
    Mistake::new("G959", HANDLER, message).with_help(format!("write `{ty}`, without the `&`"))
}

pub(crate) fn event_by_mutable_reference(ty: &str) -> Mistake {
    let message = "an event is shared between its handlers, and nobody changes it";
    let help = format!("write `&{ty}`, or `{ty}` for a copy of your own");
    Mistake::new("G960", HANDLER, message).with_help(help)
}
