//! Reading a back-off and what stands in its brackets.

use core::{ops::Range, time::Duration};

use super::{
    Backoff, Delays, Factor,
    read::{Clauses, is_factor, misplaced},
};
use crate::{
    mistake::{Draft, Edit},
    reader::{Reader, Slot, Spanned},
    suggest::did_you_mean,
    value::{DurationText, NumberFault, scaled},
};

const NAMES: [&str; 6] = ["now", "const", "linear", "exp", "fib", "list"];

/// The names from the plainest to the rarest, as messages list them.
const KNOWN: &str = "known: now, const, linear, exp, fib, list";

/// Where a growing back-off ends when its writer did not say.
const CEILING: Duration = Duration::from_secs(30);

impl Clauses {
    /// Reads the clause ahead if it is a back-off, also a misspelt one.
    pub(super) fn read_backoff(&mut self, reader: &mut Reader<'_>) -> bool {
        let Some(word) = reader.word(0) else { return false };
        let opens = reader.is_symbol(1, '(');
        let name = NAMES.into_iter().find(|name| *name == word);
        let clause_word = name.is_none() && reader.starts_clause();
        if clause_word || (name.is_none() && !opens && meant(word).is_none()) {
            return false;
        }
        let start = reader.step();
        if name.is_none() && !opens {
            spelt_out(reader, word, start);
            return true;
        }
        let name = name.unwrap_or_else(|| unknown(reader, word, &start));
        let backoff =
            if name == "now" { Some(Backoff::Now) } else { self.read_brackets(reader, name, &start) };
        if let Some(backoff) = backoff {
            self.backoff.fill(reader, "the back-off", reader.since(&start), backoff);
        }
        true
    }

    fn read_brackets(
        &mut self,
        reader: &mut Reader<'_>,
        name: &str,
        start: &Range<usize>,
    ) -> Option<Backoff> {
        let Some(open) = reader.eat_symbol('(') else {
            no_delays(reader, start.clone(), name, &format!("({})", example(name)));
            return None;
        };
        if reader.is_symbol(0, ')') {
            let end = reader.step().start;
            no_delays(reader, start.start..end + 1, name, "");
            return None;
        }
        let (backoff, factor) = match name {
            "const" => (self.read_const(reader, start), None),
            "list" => (read_list(reader), None),
            _ => self.read_growing(reader, name),
        };
        close(reader, &open);
        match (backoff?, factor) {
            (Backoff::Exp { from, to, .. }, Some(factor)) => Some(Backoff::Exp { from, to, factor }),
            (backoff, _) => Some(backoff),
        }
    }

    fn read_const(&mut self, reader: &mut Reader<'_>, start: &Range<usize>) -> Option<Backoff> {
        let zero = |reader: &Reader<'_>, span: Range<usize>| {
            let whole = start.start..reader.place(0).end;
            let alone = reader.is_symbol(0, ')');
            let fix = if alone { Edit::replace(whole, "now") } else { Edit::replace(span.clone(), "1ms") };
            Draft::new("G018", span, "a delay of zero is no delay").label("this is `now`").fix([fix])
        };
        let delay = reader.positive_duration(zero);
        let mut factor = Slot::default();
        self.read_inner(reader, "const", &mut factor);
        delay.map(|delay| Backoff::Const(delay.value))
    }

    fn read_growing(&mut self, reader: &mut Reader<'_>, name: &str) -> (Option<Backoff>, Option<Factor>) {
        let range = read_range(reader, name);
        let mut factor = Slot::default();
        self.read_inner(reader, name, &mut factor);
        let backoff = range.map(|(from, to)| match name {
            "linear" => Backoff::Linear { from, to },
            "fib" => Backoff::Fib { from, to },
            _ => Backoff::Exp { from, to, factor: Factor::DOUBLE },
        });
        (backoff, factor.value())
    }

    /// The clauses behind the delays, each with a comma in front.
    fn read_inner(&mut self, reader: &mut Reader<'_>, name: &str, factor: &mut Slot<Factor>) {
        while reader.next_inner() {
            let start = reader.place(0);
            if is_factor(reader.piece(0)) {
                read_factor(reader, name, factor);
            } else if reader.is_time(0) {
                self.read_limit(reader, start);
            } else if !self.read_qualifier(reader) {
                stranger(reader, name);
            }
        }
    }
}

fn close(reader: &mut Reader<'_>, open: &Range<usize>) {
    if reader.eat_symbol(')').is_none() {
        let draft = Draft::new("G012", open.clone(), "`(` is never closed").label("no `)` follows");
        let end = reader.end();
        reader.report(draft.fix([Edit::insert(end, ")")]));
    }
}

/// The name that a misspelt or spelt-out one stands for.
fn meant(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "constant" | "fixed" | "every" => "const",
        "exponential" | "expo" => "exp",
        "fibonacci" => "fib",
        "immediate" | "immediately" | "none" => "now",
        "delays" => "list",
        _ => return None,
    })
}

/// `exponential` without brackets.
fn spelt_out(reader: &mut Reader<'_>, word: &str, place: Range<usize>) {
    let name = meant(word).unwrap_or("exp");
    let whole = if name == "now" { "now".into() } else { format!("{name}({})", example(name)) };
    let draft = Draft::new("G302", place.clone(), format!("unknown back-off `{word}`")).label(KNOWN);
    reader.report(draft.fix([Edit::replace(place, whole)]).help("write e.g. `{fixed}`"));
}

fn unknown(reader: &mut Reader<'_>, word: &str, place: &Range<usize>) -> &'static str {
    let shape = if reader.is_range(2) { "exp" } else { "const" };
    let name = meant(word).or_else(|| did_you_mean(word, NAMES)).unwrap_or(shape);
    let draft = Draft::new("G302", place.clone(), format!("unknown back-off `{word}`"));
    let draft = draft.label(KNOWN);
    reader.report(draft.fix([Edit::replace(place.clone(), name)]));
    name
}

fn example(name: &str) -> &'static str {
    match name {
        "const" => "500ms",
        "list" => "10ms, 100ms, 1s",
        _ => "100ms..10s",
    }
}

fn no_delays(reader: &mut Reader<'_>, span: Range<usize>, name: &str, insert: &str) {
    let draft = Draft::new("G309", span.clone(), format!("`{name}` has no delays"));
    let fix = match insert {
        "" => Edit::replace(span, format!("{name}({})", example(name))),
        insert => Edit::insert(span.end, insert),
    };
    reader.report(draft.label("how long does it wait?").fix([fix]).help("write e.g. `{fixed}`"));
}

/// `100ms..30s`.
fn read_range(reader: &mut Reader<'_>, name: &str) -> Option<(Duration, Duration)> {
    let start = reader.place(0);
    let begins = reader.is_time(0) || (reader.is_amount(0) && reader.word(1).is_none());
    if !begins {
        let draft = Draft::new("G309", start.clone(), format!("`{name}` starts with its delays"));
        let insert = if reader.is_range(0) { "100ms".into() } else { format!("{}, ", example(name)) };
        let fix = Edit::insert(start.start, insert);
        reader.report(draft.label("from how long to how long?").fix([fix]).help("write e.g. `{fixed}`"));
        reader.skip_to_close();
        return None;
    }
    let from = reader.duration("a duration");
    let ceiling = reader.is_range(0) && reader.is_amount(1);
    if !ceiling {
        no_ceiling(reader, &start, from.as_ref());
        return None;
    }
    reader.step();
    let to = reader.duration("a duration");
    check_range(reader, &from?, &to?)
}

fn check_range(
    reader: &mut Reader<'_>,
    from: &Spanned<Duration>,
    to: &Spanned<Duration>,
) -> Option<(Duration, Duration)> {
    if from.value > to.value {
        let draft = Draft::new("G005", from.span.start..to.span.end, "the range runs backwards");
        let swap = [
            Edit::replace(from.span.clone(), reader.slice(to.span.clone())),
            Edit::replace(to.span.clone(), reader.slice(from.span.clone())),
        ];
        reader.report(draft.label("the first delay is larger than the last").fix(swap));
        return None;
    }
    if from.value.is_zero() {
        let draft = Draft::new("G018", from.span.clone(), "a delay of zero does not grow")
            .label("must be above zero");
        let last = if to.value.is_zero() {
            Edit::replace(to.span.clone(), "1s")
        } else {
            Edit::insert(to.span.end, "")
        };
        let short = !to.value.is_zero() && to.value < Duration::from_millis(1);
        let first = if short { "1ns" } else { "1ms" };
        reader
            .report(draft.fix([Edit::replace(from.span.clone(), first), last]).help("write e.g. `{fixed}`"));
        return None;
    }
    Some((from.value, to.value))
}

fn no_ceiling(reader: &mut Reader<'_>, start: &Range<usize>, from: Option<&Spanned<Duration>>) {
    let span = from.map_or(start.clone(), |from| from.span.clone());
    let text = reader.slice(span.clone());
    let dots = reader.is_range(0);
    let at = if dots { reader.step().end } else { span.end };
    let first = from.map_or(Duration::ZERO, |from| from.value);
    let last = if first < CEILING { CEILING } else { first.saturating_mul(10) };
    let last = DurationText(last.min(Duration::from_secs(36_500 * 86_400)));
    let fix = Edit::insert(at, if dots { last.to_string() } else { format!("..{last}") });
    let draft = Draft::new("G303", span.clone(), "a growing back-off needs a ceiling")
        .label("up to what?")
        .fix([fix]);
    let help = if from.is_some() {
        format!("write `{{fixed}}`, or `const({text})` if the delay should not grow")
    } else {
        "write `{fixed}`".into()
    };
    reader.report(draft.help(help));
}

/// `10ms, 100ms, 1s`.
fn read_list(reader: &mut Reader<'_>) -> Option<Backoff> {
    let start = reader.place(0);
    let mut delays = Vec::new();
    let mut complete = true;
    let mut first = true;
    while first && !reader.at_end() || reader.next_inner() {
        first = false;
        if reader.is_amount(0) && (reader.is_time(0) || !reader.starts_clause_at(1)) {
            let delay = reader.duration("a duration");
            complete &= delay.is_some();
            delays.extend(delay.map(|delay| delay.value));
        } else {
            complete = false;
            only_delays(reader);
        }
    }
    if delays.len() > Delays::CAPACITY {
        let span = reader.since(&start);
        let draft = Draft::new("G308", span.clone(), "a list holds at most 16 delays");
        let kept = Delays::new(&delays).to_string();
        reader.report(draft.label(format!("these are {}", delays.len())).fix([Edit::replace(span, kept)]));
        return None;
    }
    complete.then(|| Backoff::List(Delays::new(&delays)))
}

/// A clause inside of `list(…)`: it would look like one more delay.
fn only_delays(reader: &mut Reader<'_>) {
    let start = reader.step();
    while !reader.at_end() && !reader.is_symbol(0, ',') && !reader.is_symbol(0, ')') {
        reader.step();
    }
    let span = reader.since(&start);
    let draft = Draft::new("G307", span.clone(), "only delays stand inside of `list(…)`");
    let cut = reader.cut(&span);
    reader.report(draft.label("write it behind the brackets").fix([cut]));
}

/// `x2` inside of the brackets.
fn read_factor(reader: &mut Reader<'_>, name: &str, factor: &mut Slot<Factor>) {
    let text = reader.piece(0);
    let span = reader.step();
    if name != "exp" {
        let draft =
            Draft::new("G307", span.clone(), format!("`{name}` has no factor")).label("only `exp` has one");
        let cut = reader.cut(&span);
        reader.report(draft.fix([cut]));
        return;
    }
    let label = match scaled(text.trim_start_matches('x'), 3) {
        Ok(thousandths) if thousandths > 1_000 => {
            factor.fill(reader, "the factor", span, Factor::thousandths(thousandths));
            return;
        }
        Ok(_) => "must be above 1",
        Err(NumberFault::TooFine) => "at most three digits after the point",
        Err(NumberFault::TooLarge) => "at most x4294967",
        Err(NumberFault::Malformed) => "a number without a unit",
    };
    let draft = Draft::new("G304", span.clone(), format!("`{text}` is not a factor to grow by"));
    reader.report(draft.label(label).fix([Edit::replace(span, "x2")]).help("write e.g. `{fixed}`"));
}

/// Something that stands in the brackets and should not.
fn stranger(reader: &mut Reader<'_>, name: &str) {
    let start = reader.place(0);
    let Some(inner) = reader.word(0).filter(|word| NAMES.contains(word)) else {
        if !misplaced(reader) {
            reader.unknown_clause();
        }
        return;
    };
    reader.step();
    if reader.is_symbol(0, '(') {
        reader.skip_brackets();
    }
    let span = reader.since(&start);
    let draft = Draft::new("G307", span.clone(), format!("`{inner}` stands inside of `{name}`"));
    let cut = reader.cut(&span);
    reader.report(draft.label("there is one back-off").fix([cut]));
}
