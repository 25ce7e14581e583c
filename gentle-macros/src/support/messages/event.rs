use std::fmt::Display;

use gentle_dsl::Mistake;

const EVENT: &str = "event";

pub(crate) fn generic_event(name: impl Display) -> Mistake {
    let message = format!("`{name}` is generic, and an event is one concrete type with one topic");
    let help = "derive it on a concrete type, as in `struct UserSaved(Saved<User>);`";
    Mistake::new("G851", EVENT, message).with_help(help)
}

pub(crate) fn empty_event_attribute() -> Mistake {
    let help = "write `#[event(topic = \"score.read\")]`, or leave it out: the topic is the type's name then";
    Mistake::new("G852", EVENT, "the attribute says nothing").with_help(help)
}

/// `suggestion` is the nearest that would be one.
pub(crate) fn not_a_topic(subject: &str, topic: &str, why: impl Display, suggestion: &str) -> Mistake {
    Mistake::new("G853", subject, format!("`{topic}` is not a topic"))
        .with_label(why.to_string())
        .with_help(format!("write `topic = \"{suggestion}\"`"))
}

pub(crate) fn union_event(name: impl Display) -> Mistake {
    let message = format!("`{name}` is a union, and a union cannot be stored");
    Mistake::new("G854", EVENT, message).with_help("make it a struct or an enum")
}
