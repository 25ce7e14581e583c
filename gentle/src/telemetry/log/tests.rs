use std::io;
use std::sync::{Arc, Mutex};

use super::*;

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn written(filter: &str, format: Format, ansi: bool) -> String {
    let page = Page::default();
    let writer = page.clone();
    let subscriber = subscriber(filter, format, ansi, move || writer.clone());
    tracing::subscriber::with_default(subscriber, || {
        let span = tracing::info_span!("call", player = 7);
        let _inside = span.enter();
        tracing::warn!(target: "scores::read", attempt = 2, "try again in 500ms");
        tracing::debug!(target: "scores::read", "hidden at info");
    });
    let bytes = page.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_pretty_line_has_the_message_before_where_it_belongs() {
    let line = written("info", Format::Pretty, false);
    let (time, rest) = line.split_at(12);
    assert!(time.chars().all(|letter| letter.is_ascii_digit() || letter == ':' || letter == '.'), "{time}");
    assert_eq!(rest, "  WARN try again in 500ms  attempt=2  call{player=7}  scores::read\n");
}

#[test]
fn colours_are_only_for_terminals() {
    assert!(written("info", Format::Pretty, true).contains("\x1b[33m WARN\x1b[0m try again"));
    for format in [Format::Pretty, Format::Plain, Format::Json] {
        assert!(!written("info", format, false).contains('\x1b'));
    }
}

#[test]
fn the_filter_decides_what_is_shown() {
    assert_eq!(written("info", Format::Plain, false).lines().count(), 1);
    assert_eq!(written("info,scores=debug", Format::Plain, false).lines().count(), 2);
    assert_eq!(written("error", Format::Plain, false), "");
    assert_eq!(written("  ", Format::Plain, false).lines().count(), 1, "an empty filter is the default");
}

#[test]
fn what_tracing_accepts_is_used_as_it_is() {
    let bare = Log::accepted("scores").unwrap();
    assert_eq!(written(&bare.filter, Format::Plain, false).lines().count(), 2, "all of that target");
    assert!(Log::accepted("a=b=c").is_none());
}

#[test]
fn json_is_one_object_in_a_line() {
    let line = written("info", Format::Json, false);
    let object: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(object["message"], "try again in 500ms");
    assert_eq!(object["attempt"], 2);
    assert_eq!(object["level"], "WARN");
    assert_eq!(object["span"]["player"], 7);
}

#[test]
fn a_wrong_filter_is_shown_with_its_part() {
    let error = Log::new("info,scores=loud").unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    assert_eq!(
        error.to_string(),
        "log: `scores=loud` is not a filter\n\n    info,scores=loud\n         ^^^^^^^^^^^ known: off, error, warn, info, debug, \
         trace\n\nhelp: write a level, `info`, or levels by target, `info,scores=debug`"
    );
    assert!(Log::new("inof").is_err(), "a slip in a level is no target");
    assert!(Log::new("INFO,my_crate::part=trace").is_ok());
}

#[test]
fn every_word_is_a_format() {
    assert_eq!(
        Format::WORDS.map(Format::from_name),
        [Some(Format::Pretty), Some(Format::Plain), Some(Format::Json)]
    );
}
