use std::marker::PhantomData;

use crate::event::Event;

/// Finds the topic of an event, and none of what is no event: that is one mistake, and said elsewhere.
#[derive(Debug)]
pub struct TopicOf<E>(PhantomData<E>);

impl<E: Event> TopicOf<E> {
    /// Its topic.
    pub const TOPIC: Option<&'static str> = Some(E::TOPIC);
}

/// What the compiler falls back to.
pub trait NoEvent {
    /// None.
    const TOPIC: Option<&'static str> = None;
}

impl<E> NoEvent for TopicOf<E> {}

/// Stops the compiler where a handler of `event` repeats another topic than the event's.
///
/// # Panics
///
/// It is another one; the compiler shows the message at the caller.
#[track_caller]
pub const fn same_topic(event: &str, topic: Option<&str>, written: &str) {
    let topic = match topic {
        Some(topic) if !same(topic, written) => topic,
        _ => return,
    };
    let text = Text::EMPTY.with("event_handler: the topic of `").with(event).with("` is `").with(topic);
    let text = text.with("` [G963]\nhelp: write `topic = \"").with(topic).with("\"`, or leave it out");
    panic!("{}", text.as_str())
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// A message put together at compile time; what does not fit is cut off.
struct Text {
    bytes: [u8; 1024],
    length: usize,
}

impl Text {
    const EMPTY: Self = Self { bytes: [0; 1024], length: 0 };

    const fn with(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut at = 0;
        while at < text.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = text[at];
            self.length += 1;
            at += 1;
        }
        self
    }

    const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "event_handler: the topic is not the one of the event",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_the_same_when_all_of_it_is() {
        assert!(same("score.read", "score.read") && same("", ""));
        assert!(!same("score.read", "score.rea") && !same("score.rea", "score.read") && !same("a", "b"));
    }

    #[test]
    #[should_panic(
        expected = "the topic of `ScoreRead` is `score.read` [G963]\nhelp: write `topic = \"score.read\"`"
    )]
    fn the_right_one_is_shown() {
        same_topic("ScoreRead", Some("score.read"), "score.saved");
    }

    #[test]
    fn what_is_too_long_is_cut_off() {
        let text = Text::EMPTY.with(&"x".repeat(1023)).with("ä");
        assert!(text.as_str().contains("is not the one of the event"));
    }
}
