//! Reading a timeout.

use core::{ops::Range, time::Duration};

use super::Timeout;
use crate::{
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Slot},
    value::DurationText,
};

pub(super) const GRAMMAR: Grammar = Grammar::sentence(Key::Timeout, "10s", &["each", "reserve"]);

pub(super) const HEAD: Head<Timeout> = Head { on: None, needs: "a duration" };

#[derive(Default)]
struct Clauses {
    whole: Slot<Duration>,
    attempt: Slot<Duration>,
    /// The duration of `attempt` without its words.
    bare: Option<Range<usize>>,
    reserve: Slot<Duration>,
}

pub(super) fn timeout(reader: &mut Reader<'_>) -> Option<Timeout> {
    let mut clauses = Clauses::default();
    while reader.next_clause() {
        clauses.read(reader);
    }
    clauses.finish(reader)
}

impl Clauses {
    fn read(&mut self, reader: &mut Reader<'_>) {
        if reader.is_amount(0) {
            self.read_duration(reader);
            return;
        }
        match reader.word(0) {
            Some("each") => reversed(reader),
            Some("reserve") => self.read_reserve(reader),
            _ => reader.unknown_clause(),
        }
    }

    fn read_reserve(&mut self, reader: &mut Reader<'_>) {
        let start = reader.step();
        let zero = |reader: &Reader<'_>, span: Range<usize>| {
            let draft = Draft::new("G018", span.clone(), "to reserve no time says nothing")
                .label("must be above zero");
            draft.fix([reader.cut(&(start.start..span.end))])
        };
        if let Some(reserve) = reader.positive_duration(zero) {
            self.reserve.fill(reader, "the reserve", reader.since(&start), reserve.value);
        }
    }

    fn read_duration(&mut self, reader: &mut Reader<'_>) {
        let start = reader.place(0);
        let zero = |_: &Reader<'_>, span: Range<usize>| {
            let draft =
                Draft::new("G018", span.clone(), "a timeout of zero ends every call before it starts");
            let draft = draft.label("must be above zero").fix([Edit::replace(span, "1s")]);
            draft.help("write `off` for no timeout, or e.g. `{fixed}`")
        };
        let duration = reader.positive_duration(zero);
        let reserves = reader.word(0) == Some("reserve");
        let given = self.whole.given().is_some() || self.attempt.given().is_some();
        if reserves && given && reader.is_last_or_clause(1) {
            let reserve = format!("reserve {}", reader.slice(start.clone()));
            reader.step();
            reader.reversed(reader.since(&start), "the word comes before its duration", &reserve);
            return;
        }
        if !each_attempt(reader) {
            if let Some(duration) = duration {
                self.whole.fill(reader, "the timeout of the call", duration.span, duration.value);
            }
            return;
        }
        if let Some(duration) = duration {
            self.attempt.fill(reader, "the timeout of each attempt", reader.since(&start), duration.value);
            self.bare.get_or_insert(duration.span);
        }
    }

    fn finish(self, reader: &mut Reader<'_>) -> Option<Timeout> {
        let timeout = match (self.whole.value(), self.attempt.value()) {
            (Some(whole), Some(attempt)) => {
                self.check(reader);
                Some(Timeout::total(whole).and_each_attempt(attempt))
            }
            (Some(whole), None) => Some(Timeout::total(whole)),
            (None, Some(attempt)) => Some(Timeout::each_attempt(attempt)),
            (None, None) => {
                nothing(reader);
                None
            }
        };
        timeout.map(|timeout| timeout.reserve(self.reserve.value().unwrap_or_default()))
    }

    /// An attempt may not outlive the call.
    fn check(&self, reader: &mut Reader<'_>) {
        let (Some(whole), Some(attempt), Some(bare)) = (self.whole.given(), self.attempt.given(), &self.bare)
        else {
            return;
        };
        if attempt.value <= whole.value {
            return;
        }
        let draft = Draft::new("G501", attempt.span.clone(), "an attempt may not outlive the call");
        let draft = draft.label(format!("longer than the total of {}", DurationText(whole.value)));
        let swap = [
            Edit::replace(whole.span.clone(), reader.slice(bare.clone())),
            Edit::replace(bare.clone(), reader.slice(whole.span.clone())),
        ];
        reader.report(draft.fix(swap));
    }
}

/// Reads `each attempt`, also where it is not quite that.
fn each_attempt(reader: &mut Reader<'_>) -> bool {
    if let Some(word) = reader.word(0).filter(|word| *word != "each" && reader.word(1) == Some("attempt")) {
        let place = reader.step();
        let draft = Draft::new("G001", place.clone(), format!("unknown word `{word}`"));
        reader.report(draft.label("did you mean `each`?").fix([Edit::replace(place, "each")]));
        reader.step();
        return true;
    }
    let Some(each) = reader.eat_word("each") else { return false };
    if reader.eat_word("attempt").is_some() {
        return true;
    }
    let fix = match reader.word(0) {
        Some(word) if !reader.starts_clause() => {
            let place = reader.step();
            let draft = Draft::new("G001", place.clone(), format!("unknown word `{word}`"));
            draft.label("did you mean `attempt`?").fix([Edit::replace(place, "attempt")])
        }
        _ => {
            let draft = Draft::new("G019", each.clone(), "each what?").label("say `each attempt`");
            draft.fix([Edit::insert(each.end, " attempt")])
        }
    };
    reader.report(fix);
    true
}

/// `each attempt 2s`.
fn reversed(reader: &mut Reader<'_>) {
    let start = reader.place(0);
    each_attempt(reader);
    if !reader.is_amount(0) {
        let draft = Draft::new("G019", start.clone(), "the duration is missing").label("how long is it?");
        reader.report(draft.fix([Edit::insert(start.start, "2s ")]).help("write e.g. `{fixed}`"));
        return;
    }
    let amount = reader.piece(0);
    reader.step();
    reader.reversed(
        reader.since(&start),
        "the duration comes before its words",
        &format!("{amount} each attempt"),
    );
}

fn nothing(reader: &mut Reader<'_>) {
    if reader.is_clean() {
        let end = reader.end();
        let draft =
            Draft::new("G503", 0..end, "the duration is missing").label("how long may the call take?");
        reader.report(draft.fix([Edit::insert(0, "10s, ")]).help("write e.g. `{fixed}`"));
    }
}
