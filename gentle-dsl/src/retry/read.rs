//! Reading a retry.

use core::{ops::Range, time::Duration};

use super::{Backoff, Budget, Jitter, Retry, Tries};
use crate::{
    key::Key,
    mistake::{Draft, Edit},
    reader::{Grammar, Head, Reader, Slot, Spanned},
    suggest::did_you_mean,
    value::{DurationText, Percent},
};

pub(super) const GRAMMAR: Grammar = Grammar::sentence(
    Key::Retry,
    "exp(100ms..10s), 3 attempts",
    &[
        "attempts", "retries", "forever", "within", "jitter", "budget", "now", "const", "linear", "exp",
        "fib", "list",
    ],
);

pub(super) const HEAD: Head<Retry> =
    Head { on: Some(Retry::DEFAULT), needs: "a back-off or a number of tries" };

pub(super) fn retry(reader: &mut Reader<'_>) -> Option<Retry> {
    let mut clauses = Clauses::default();
    while reader.next_clause() {
        clauses.read(reader);
    }
    clauses.finish(reader)
}

/// The clauses as they are read.
#[derive(Default)]
pub(super) struct Clauses {
    pub(super) backoff: Slot<Backoff>,
    tries: Slot<(Tries, &'static str)>,
    within: Slot<Duration>,
    jitter: Slot<Jitter>,
    budget: Slot<Option<Budget>>,
}

impl Clauses {
    fn read(&mut self, reader: &mut Reader<'_>) {
        if !self.read_backoff(reader) && !self.read_qualifier(reader) && !misplaced(reader) {
            reader.unknown_clause();
        }
    }

    /// Reads a clause that may also stand inside the brackets of a back-off.
    pub(super) fn read_qualifier(&mut self, reader: &mut Reader<'_>) -> bool {
        let start = reader.place(0);
        match (reader.word(0), reader.word(1)) {
            (Some("forever"), _) => {
                reader.step();
                self.fill_tries(reader, start, (Tries::Forever, "forever"));
            }
            (Some("within"), _) => self.read_within(reader, start),
            (Some("jitter"), _) => self.read_jitter(reader, start),
            (Some("budget"), _) => read_budget(reader, &mut self.budget),
            (Some(word @ ("attempts" | "retries")), _) => tries_reversed(reader, word),
            (None, Some("attempts")) if reader.is_amount(0) => self.read_tries(reader, "attempts"),
            (None, Some("retries")) if reader.is_amount(0) => self.read_tries(reader, "retries"),
            _ => return false,
        }
        true
    }

    fn read_tries(&mut self, reader: &mut Reader<'_>, noun: &'static str) {
        let start = reader.place(0);
        let count = reader.count();
        reader.step();
        let Some(Spanned { value, span }) = count else { return };
        let attempts = if noun == "retries" { value.checked_add(1) } else { Some(value) };
        match attempts {
            None => reader.too_large(span, "5"),
            Some(0) => {
                let draft = Draft::new(
                    "G018",
                    span.clone(),
                    "an attempt is the call itself, so there is at least one",
                );
                let draft = draft.label("must be 1 or more").fix([Edit::replace(span, "1")]);
                reader.report(draft.help("write `off` for no retries, or `{fixed}`"));
            }
            Some(attempts) => {
                let span = reader.since(&start);
                self.fill_tries(reader, span, (Tries::Attempts(attempts), noun));
            }
        }
    }

    /// Tries are given twice in more than one way, so the label says what the first way means in the words of the second.
    fn fill_tries(&mut self, reader: &mut Reader<'_>, span: Range<usize>, tries: (Tries, &'static str)) {
        let Some(given) = self.tries.given() else {
            self.tries.fill(reader, "the number of tries", span, tries);
            return;
        };
        let text = reader.slice(given.span.clone());
        let label = match (given.value, tries.1) {
            ((Tries::Attempts(attempts), "attempts"), "retries") => {
                format!("`{text}` already means {} retries", attempts.saturating_sub(1))
            }
            ((Tries::Attempts(attempts), "retries"), "attempts") => {
                format!("`{text}` already means {attempts} attempts")
            }
            _ => format!("`{text}` is already there"),
        };
        reader.twice("the number of tries", span, label);
    }

    fn read_within(&mut self, reader: &mut Reader<'_>, start: Range<usize>) {
        reader.step();
        self.read_limit(reader, start);
    }

    /// The duration of `within`, the word before it already read or, inside of brackets, left out.
    pub(super) fn read_limit(&mut self, reader: &mut Reader<'_>, start: Range<usize>) {
        let clause = start.clone();
        let zero = |reader: &Reader<'_>, span: Range<usize>| {
            let draft = Draft::new("G018", span.clone(), "within no time there is no retry")
                .label("must be above zero");
            let draft = draft.fix([reader.cut(&(clause.start..span.end))]);
            draft.help("write `off` for no retries, or `{fixed}`")
        };
        if let Some(within) = reader.positive_duration(zero) {
            self.within.fill(reader, "the time limit", reader.since(&start), within.value);
        }
    }

    fn read_jitter(&mut self, reader: &mut Reader<'_>, start: Range<usize>) {
        reader.step();
        let named = match reader.word(0) {
            Some("off") => Some(Jitter::Off),
            Some("full") => Some(Jitter::Full),
            Some("equal") => Some(Jitter::Equal),
            Some("decorrelated") => Some(Jitter::Decorrelated),
            _ => None,
        };
        let jitter = if named.is_some() {
            reader.step();
            named
        } else if is_share(reader) {
            reader.percent().map(|percent| Jitter::Percent(percent.value))
        } else if reader.unknown_choice(&["full", "equal", "decorrelated", "off"]) {
            None
        } else {
            Some(Jitter::Full)
        };
        if let Some(jitter) = jitter {
            self.jitter.fill(reader, "the jitter", reader.since(&start), jitter);
        }
    }

    fn finish(self, reader: &mut Reader<'_>) -> Option<Retry> {
        if !reader.is_clean() {
            return None;
        }
        let mut retry = Retry::new(self.backoff.value().unwrap_or(Backoff::DEFAULT));
        retry.tries = self.tries.value().map(|(tries, _)| tries);
        retry.within = self.within.value();
        retry.jitter = self.jitter.value();
        retry.budget = self.budget.value().flatten();
        self.check(reader, &retry.backoff);
        Some(retry)
    }

    /// The first delay must fit into the time limit.
    fn check(&self, reader: &mut Reader<'_>, backoff: &Backoff) {
        let Some(within) = self.within.given() else { return };
        let first = backoff.first();
        if first <= within.value {
            return;
        }
        let message = "the first delay is longer than `within`, so no retry can happen";
        let draft = Draft::new("G305", within.span.clone(), message);
        let enough = first.saturating_mul(10).min(Duration::from_secs(36_500 * 86_400));
        let fix = Edit::replace(within.span.clone(), format!("within {}", DurationText(enough)));
        reader.report(draft.label(format!("the first delay is {}", DurationText(first))).fix([fix]));
    }
}

/// The share of calls that may be extra ones: `budget 20% floor 10/s`, `budget off`.
pub(crate) fn read_budget(reader: &mut Reader<'_>, slot: &mut Slot<Option<Budget>>) {
    let start = reader.step();
    if reader.eat_word("off").is_some() {
        slot.fill(reader, "the budget", reader.since(&start), None);
        return;
    }
    let share = reader.percent();
    let floor = reader.eat_word("floor").map(|_| reader.rate());
    let budget = share.map(|share: Spanned<Percent>| match floor {
        Some(Some(floor)) => Budget { share: share.value, floor: floor.value },
        _ => Budget::share(share.value),
    });
    if let Some(budget) = budget {
        slot.fill(reader, "the budget", reader.since(&start), Some(budget));
    }
}

/// A percentage, unless the number begins the next clause.
fn is_share(reader: &Reader<'_>) -> bool {
    reader.is_amount(0) && !matches!(reader.word(1), Some("attempts" | "retries")) && !reader.is_time(0)
}

/// `attempts 5`, or `attempts` alone.
fn tries_reversed(reader: &mut Reader<'_>, noun: &str) {
    let start = reader.step();
    if reader.is_amount(0) && !matches!(reader.word(1), Some("attempts" | "retries")) {
        let amount = reader.piece(0);
        reader.step();
        reader.reversed(
            reader.since(&start),
            "the number comes before its word",
            &format!("{amount} {noun}"),
        );
        return;
    }
    let draft =
        Draft::new("G019", start.clone(), format!("a count is missing before `{noun}`")).label("how many?");
    reader.report(draft.fix([Edit::insert(start.start, "5 ")]).help("write e.g. `{fixed}`"));
}

/// An amount or a factor that means something, but not here.
pub(super) fn misplaced(reader: &mut Reader<'_>) -> bool {
    let place = reader.place(0);
    let text = reader.piece(0);
    if is_factor(text) {
        reader.step();
        let draft = Draft::new("G307", place.clone(), format!("`{text}` stands outside of the brackets"));
        let draft = draft.label(format!("say `exp(100ms..10s, {text})`")).fix([reader.cut(&place)]);
        reader.report(draft);
        return true;
    }
    if !reader.is_amount(0) || reader.is_symbol(1, '%') {
        return false;
    }
    if reader.is_time(0) {
        return bare_duration(reader, &place, text);
    }
    if reader.word(1).is_some_and(|_| !reader.starts_clause_at(1)) && !reader.is_symbol(2, '(') {
        misspelt_tries(reader);
        return true;
    }
    if reader.word(1).is_some_and(|word| matches!(word, "within" | "budget" | "jitter"))
        && !reader.is_amount(2)
    {
        return false;
    }
    reader.step();
    let fixes = ["attempts", "retries"].map(|noun| [Edit::insert(place.end, format!(" {noun}"))]);
    let [attempts, retries] = fixes;
    let draft = Draft::new("G301", place, format!("{text} what?"));
    let draft =
        draft.label("`attempts` counts the first call, `retries` does not").fix(attempts).fix(retries);
    reader.report(draft.help(meanings(text)));
    true
}

fn meanings(text: &str) -> String {
    let Ok(count) = crate::value::count(text) else { return "write `{fixed}` or `{other}`".into() };
    let noun = |count: u32| if count == 1 { "retry" } else { "retries" };
    let fewer = count.saturating_sub(1);
    format!(
        "write `{{fixed}}` (1 call + {fewer} {}) or `{{other}}` (1 call + {count} {})",
        noun(fewer),
        noun(count)
    )
}

/// `5 atempts`.
fn misspelt_tries(reader: &mut Reader<'_>) {
    reader.step();
    let word = reader.piece(0);
    let place = reader.step();
    let meant = did_you_mean(word, ["attempts", "retries"]);
    let label = meant.map_or("known: attempts, retries".into(), |meant| format!("did you mean `{meant}`?"));
    let draft = Draft::new("G001", place.clone(), format!("unknown word `{word}`")).label(label);
    reader.report(draft.fix([Edit::replace(place, meant.unwrap_or("attempts"))]));
}

/// Outside of brackets a duration says what it is for.
fn bare_duration(reader: &mut Reader<'_>, place: &Range<usize>, text: &str) -> bool {
    if matches!(reader.word(1), Some("within")) && !reader.is_amount(2) {
        return false;
    }
    if reader.duration("a duration").is_some() {
        let draft = Draft::new("G306", place.clone(), format!("`{text}` has no word in front of it"));
        let draft = draft.label(format!("say `within {text}`")).fix([Edit::insert(place.start, "within ")]);
        reader.report(draft);
    }
    true
}

/// `x2`, `x2.5`.
pub(super) fn is_factor(text: &str) -> bool {
    text.strip_prefix('x').is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}
