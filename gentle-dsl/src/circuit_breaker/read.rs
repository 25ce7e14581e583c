//! Reading a circuit breaker.

use core::{ops::Range, time::Duration};

use super::{
    CircuitBreaker, Open, Probe, Trips,
    read_trip::{Lent, trip},
};
use crate::{
    each::{Each, read_each},
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Sample, Slot},
};

pub(super) const GRAMMAR: Grammar = Grammar::sentence(
    Key::CircuitBreaker,
    "50% of 20 in 10s",
    &["or", "open", "probe", "within", "each", "manual"],
);

pub(super) const HEAD: Head<CircuitBreaker> =
    Head { on: Some(CircuitBreaker::DEFAULT), needs: "what opens it" };

pub(super) fn circuit_breaker(reader: &mut Reader<'_>) -> Option<CircuitBreaker> {
    let mut clauses = Clauses {
        trips: Trips::none(),
        manual: Slot::default(),
        open: Slot::default(),
        probe: Slot::default(),
        within: Slot::default(),
        each: Slot::default(),
        lent: None,
    };
    clauses.read_head(reader);
    while reader.next_clause() {
        clauses.read(reader);
    }
    clauses.finish(reader)
}

struct Clauses {
    trips: Trips,
    /// What the first sign lends to the later ones; `None` before there is one.
    lent: Option<Lent>,
    manual: Slot<()>,
    open: Slot<Open>,
    probe: Slot<Probe>,
    within: Slot<Duration>,
    each: Slot<Each>,
}

impl Clauses {
    /// The first sign, or `manual`.
    fn read_head(&mut self, reader: &mut Reader<'_>) {
        let place = reader.place(0);
        if reader.is_amount(0) {
            self.read_trip(reader, &place);
            return;
        }
        if reader.word(0) == Some("manual") {
            return;
        }
        let draft = Draft::new("G404", place.clone(), "what opens the circuit breaker is missing");
        let draft = draft.label("a share or a number of failures comes first");
        let starts = reader.starts_clause();
        let fix = if starts {
            let comma = if reader.word(0) == Some("or") { "" } else { "," };
            Edit::insert(place.start, format!("50% of 20 in 10s{comma} "))
        } else {
            Edit::replace(place, "50% of 20 in 10s")
        };
        reader.report(draft.fix([fix]).help("write e.g. `{fixed}`"));
        if !starts {
            reader.step();
            reader.recover();
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        let start = reader.place(0);
        match reader.word(0) {
            Some("or") => {
                reader.step();
                if reader.is_amount(0) {
                    self.read_trip(reader, &start);
                } else {
                    reader.missing("a sign of failure", "5 in a row");
                }
            }
            Some("and") => self.read_and(reader, &start),
            Some("manual") => {
                reader.step();
                self.manual.fill(reader, "`manual`", start, ());
            }
            Some("open") => {
                reader.step();
                if let Some((from, to)) =
                    reader.duration_range("an open time", "the first time is larger than the last")
                {
                    self.open.fill(reader, "the open time", reader.since(&start), Open { from, to });
                }
            }
            Some("probe") => self.read_probe(reader, &start),
            Some("within") => {
                reader.step();
                let zero = |reader: &Reader<'_>, span: Range<usize>| {
                    let draft = Draft::new("G018", span.clone(), "within no time no probe can answer");
                    draft.label("must be above zero").fix([reader.cut(&(start.start..span.end))])
                };
                if let Some(within) = reader.positive_duration(zero) {
                    self.within.fill(reader, "the time for probes", reader.since(&start), within.value);
                }
            }
            _ => {
                if !reader.reserved_word() && !read_each(reader, &mut self.each) {
                    reader.unknown_clause();
                }
            }
        }
    }

    /// `and`: one sign is enough.
    fn read_and(&mut self, reader: &mut Reader<'_>, place: &Range<usize>) {
        reader.step();
        let draft = Draft::new("G001", place.clone(), "unknown word `and`");
        let draft = draft.label("did you mean `or`? one sign is enough");
        if reader.is_amount(0) {
            reader.report(draft.fix([Edit::replace(place.clone(), "or")]));
            self.read_trip(reader, place);
        } else {
            let cut = reader.cut(place);
            reader.report(draft.fix([cut]));
        }
    }

    /// A sign; `from` is where it begins, with the word in front of it.
    fn read_trip(&mut self, reader: &mut Reader<'_>, from: &Range<usize>) {
        let sample = Sample::read(reader);
        let trip = trip(reader, &sample, self.lent.unwrap_or_default());
        self.lent.get_or_insert(Lent::by(&sample));
        let Some(trip) = trip else { return };
        if self.trips.is_full() {
            let span = reader.since(from);
            let draft = Draft::new("G405", span.clone(), "at most four signs open a circuit breaker");
            let cut = reader.cut(&span);
            reader.report(draft.label("one too many").fix([cut]));
            return;
        }
        self.trips = self.trips.and(trip);
    }

    fn read_probe(&mut self, reader: &mut Reader<'_>, start: &Range<usize>) {
        reader.step();
        let zero = |reader: &Reader<'_>, span: Range<usize>| {
            let draft = Draft::new("G018", span.clone(), "without a probe it never closes");
            draft.label("must be 1 or more").fix([reader.cut(&(start.start..span.end))])
        };
        let needed = reader.positive_count(zero);
        let of = if reader.eat_word("of").is_some() { Some(reader.count()) } else { None };
        let Some(needed) = needed else { return };
        let of = match of {
            None => needed.value,
            Some(None) => return,
            Some(Some(of)) if of.value < needed.value => {
                let span = needed.span.start..of.span.end;
                let message = format!("{} successes cannot happen in {} probes", needed.value, of.value);
                let draft = Draft::new("G406", span, message).label("more than there are probes");
                let swap = [
                    Edit::replace(needed.span.clone(), needed.value.min(of.value).max(1).to_string()),
                    Edit::replace(of.span, needed.value.to_string()),
                ];
                reader.report(draft.fix(swap));
                return;
            }
            Some(Some(of)) => of.value,
        };
        self.probe.fill(reader, "the probes", reader.since(start), Probe { needed: needed.value, of });
    }

    fn finish(self, reader: &mut Reader<'_>) -> Option<CircuitBreaker> {
        if let (Some(manual), false) = (self.manual.given(), self.lent.is_none()) {
            manual_and_signs(reader, &manual.span.clone());
        }
        if !reader.is_clean() {
            return None;
        }
        Some(CircuitBreaker {
            trips: self.trips,
            open: self.open.value().unwrap_or(Open::DEFAULT),
            probe: self.probe.value().unwrap_or(Probe::DEFAULT),
            within: self.within.value(),
            each: self.each.value(),
        })
    }
}

fn manual_and_signs(reader: &mut Reader<'_>, manual: &Range<usize>) {
    let message = "`manual` and a sign of failure contradict each other";
    let draft = Draft::new("G407", manual.clone(), message).label("it opens by hand only");
    let rest = reader.slice(manual.end..reader.end());
    let after = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    let fix = match after.strip_prefix("or").filter(|after| after.starts_with(char::is_whitespace)) {
        Some(after) => Edit::replace(manual.start..manual.end + rest.len() - after.trim_start().len(), ""),
        None => reader.cut(manual),
    };
    reader.report(draft.fix([fix]).help("write `{fixed}`, or `manual` alone"));
}
