//! Reading a circuit breaker.

use core::{ops::Range, time::Duration};

use super::{CircuitBreaker, Open, Probe, Trip, Trips};
use crate::{
    each::{Each, read_each},
    key::Key,
    mistake::{Draft, Edit},
    reader::{Failures, Grammar, Head, Reader, Sample, Slot, Spanned},
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
        signs: 0..0,
    };
    clauses.read_head(reader);
    while reader.next_clause() {
        clauses.read(reader);
    }
    clauses.finish(reader)
}

struct Clauses {
    trips: Trips,
    /// Where the signs stand.
    signs: Range<usize>,
    manual: Slot<()>,
    open: Slot<Open>,
    probe: Slot<Probe>,
    within: Slot<Duration>,
    each: Slot<Each>,
}

impl Clauses {
    /// The first sign, or `manual`.
    fn read_head(&mut self, reader: &mut Reader<'_>) {
        if reader.is_amount(0) {
            self.read_trip(reader);
            return;
        }
        if reader.word(0) == Some("manual") {
            return;
        }
        let place = reader.place(0);
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
                    self.read_trip(reader);
                } else {
                    reader.missing("a sign of failure", "5 in a row");
                }
            }
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

    fn read_trip(&mut self, reader: &mut Reader<'_>) {
        let start = reader.place(0);
        let first = self.trips.as_slice().first().map_or((None, None), |first| first.lends());
        let sample = Sample::read(reader);
        let trip = trip(reader, &sample, first);
        let span = reader.since(&start);
        if self.signs.is_empty() {
            self.signs = span.clone();
        }
        let Some(trip) = trip else { return };
        if self.trips.is_full() {
            let draft = Draft::new("G405", span.clone(), "at most four signs open a circuit breaker");
            let or = reader.slice(0..span.start).rfind("or").unwrap_or(span.start);
            let cut = reader.cut(&(or..span.end));
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
        if let (Some(manual), false) = (self.manual.given(), self.signs.is_empty()) {
            let place = manual.span.clone();
            let draft =
                Draft::new("G407", place.clone(), "`manual` and a sign of failure contradict each other");
            let cut = reader.cut(&place);
            reader.report(draft.label("it opens by hand only").fix([cut]));
        }
        if !reader.is_clean() {
            return None;
        }
        let breaker = CircuitBreaker {
            trips: self.trips,
            open: self.open.value().unwrap_or(Open::DEFAULT),
            probe: self.probe.value().unwrap_or(Probe::DEFAULT),
            within: self.within.value(),
            each: self.each.value(),
        };
        Some(breaker)
    }
}

/// What was read as a sign, with what is missing taken from the first.
fn trip(reader: &mut Reader<'_>, sample: &Sample, first: (Option<u32>, Option<Duration>)) -> Option<Trip> {
    let window = sample.window.value();
    match sample.failures.as_ref()? {
        Failures::Share(share) => {
            if let Some(row) = sample.row.given() {
                share_in_a_row(reader, &row.span.clone());
                return None;
            }
            let sample_size = sample.calls(reader, &share.span, first.0)?;
            let window = window.or(first.1);
            Some(Trip::Rate { share: share.value, over: sample.over.value(), sample: sample_size, window })
        }
        Failures::Count(count) => {
            if let Some(over) = sample.over.given() {
                let draft = Draft::new(
                    "G409",
                    over.span.clone(),
                    "only a share of slow calls is judged, not a number",
                );
                let fix = Edit::insert(count.span.end, "%");
                reader.report(draft.label("say it in percent").fix([fix]).help("write e.g. `{fixed}`"));
                return None;
            }
            let (of, row) = (sample.of.given(), sample.row.given());
            match (row, of, window) {
                (Some(_), None, None) => Some(Trip::InARow(count.value)),
                (Some(row), _, _) => {
                    let draft = Draft::new("G408", row.span.clone(), "`in a row` looks at no other calls");
                    let cut = reader.cut(&row.span.clone());
                    reader.report(draft.label("leave out this or the rest").fix([cut]));
                    None
                }
                (None, Some(of), _) if of.value < count.value => {
                    too_many(reader, count, of);
                    None
                }
                (None, Some(of), window) => {
                    Some(Trip::Count { count: count.value, of: of.value, window: window.or(first.1) })
                }
                (None, None, Some(window)) => Some(Trip::Within { count: count.value, window }),
                (None, None, None) => {
                    count_of_what(reader, count);
                    None
                }
            }
        }
    }
}

fn share_in_a_row(reader: &mut Reader<'_>, row: &Range<usize>) {
    let draft = Draft::new("G408", row.clone(), "`in a row` counts failures, it takes no share");
    reader.report(
        draft
            .label("say of how many")
            .fix([Edit::replace(row.clone(), "of 20")])
            .help("write e.g. `{fixed}`"),
    );
}

/// `50 of 20`: a share that lost its sign, or the numbers in the wrong order.
fn too_many(reader: &mut Reader<'_>, count: &Spanned<u32>, of: &Spanned<u32>) {
    let span = count.span.start..of.span.end;
    let message = format!("{} failures cannot happen in {} calls", count.value, of.value);
    let draft = Draft::new("G401", span.clone(), message);
    let share = format!("{}%", reader.slice(count.span.clone()));
    let draft = if count.value <= 100 {
        draft.label(format!("did you mean `{share}`?")).fix([Edit::replace(count.span.clone(), share)])
    } else {
        let swapped = format!("{} of {}", of.value, reader.slice(count.span.clone()));
        draft.label(format!("did you mean `{swapped}`?")).fix([Edit::replace(span, swapped)])
    };
    reader.report(draft);
}

/// `5` alone.
fn count_of_what(reader: &mut Reader<'_>, count: &Spanned<u32>) {
    let text = reader.slice(count.span.clone());
    let draft = Draft::new("G410", count.span.clone(), format!("{text} failures of what?"));
    let draft = draft.label("say `of` so many calls, `in` a time, or `in a row`");
    let draft =
        draft.fix([Edit::insert(count.span.end, " in a row")]).fix([Edit::insert(count.span.end, " in 10s")]);
    reader.report(draft.help("write e.g. `{fixed}` or `{other}`"));
}
