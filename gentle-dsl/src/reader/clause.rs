//! Reading clauses: what separates them, what is given twice, what is unknown or not there yet.

use core::ops::Range;

use super::{Kind, Reader, Spanned};
use crate::{
    mistake::{Draft, Edit},
    suggest::did_you_mean,
    value::{count, duration},
};

/// A clause that may be given once.
#[derive(Clone, Debug)]
pub(crate) struct Slot<T>(Option<Spanned<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone> Slot<T> {
    pub(crate) fn value(&self) -> Option<T> {
        self.0.as_ref().map(|given| given.value.clone())
    }

    pub(crate) fn given(&self) -> Option<&Spanned<T>> {
        self.0.as_ref()
    }

    /// Fills the slot; `what` names it where it is given twice, as in `the burst`.
    pub(crate) fn fill(&mut self, reader: &mut Reader<'_>, what: &str, span: Range<usize>, value: T) {
        let Some(given) = &self.0 else {
            self.0 = Some(Spanned { value, span });
            return;
        };
        let label = format!("`{}` is already there", reader.slice(given.span.clone()));
        reader.twice(what, span, label);
    }
}

impl Reader<'_> {
    /// Goes to the next clause, past the comma in front of it; `false` at the end of the text.
    pub(crate) fn next_clause(&mut self) -> bool {
        if let Some(place) = self.eat_symbol(',') {
            if self.at_end() || self.is_symbol(0, ',') {
                self.lone_comma(&place);
            }
            while self.eat_symbol(',').is_some() {}
        }
        !self.at_end()
    }

    /// No comma stands in front of the first clause.
    pub(crate) fn refuse_comma(&mut self) {
        if let Some(place) = self.eat_symbol(',') {
            self.lone_comma(&place);
            while self.eat_symbol(',').is_some() {}
        }
    }

    fn lone_comma(&mut self, place: &Range<usize>) {
        let mut end = place.end;
        let mut ahead = 0;
        while self.is_symbol(ahead, ',') {
            end = self.place(ahead).end;
            ahead += 1;
        }
        let span = place.start..end;
        let between = place.start > 0 && self.token(ahead).is_some();
        let edit = if between { Edit::replace(span.clone(), ",") } else { self.cut(&span) };
        let draft = Draft::new("G010", span, "a comma stands between two clauses");
        self.report(draft.label("there is nothing to separate here").fix([edit]));
    }

    /// Nothing may follow; what does is reported.
    pub(crate) fn refuse_rest(&mut self) {
        if self.at_end() || !self.is_clean() {
            return;
        }
        let span = self.place(0).start..self.text.trim_end().len();
        let draft =
            Draft::new("G011", span.clone(), format!("`{}` does not belong here", self.slice(span.clone())));
        let cut = self.cut(&span);
        self.report(draft.label("nothing follows").fix([cut]));
    }

    pub(crate) fn twice(&mut self, what: &str, span: Range<usize>, label: impl Into<String>) {
        let draft = Draft::new("G004", span.clone(), format!("{what} is given twice"));
        let cut = self.cut(&span);
        self.report(draft.label(label).fix([cut]).help("keep one: `{fixed}`"));
    }

    /// The clause ahead begins with nothing that the sentence knows.
    pub(crate) fn unknown_clause(&mut self) {
        match self.kind(0) {
            Some(Kind::Word) => self.unknown_word(),
            Some(Kind::Amount) => self.stray_amount(),
            _ => self.stray_symbol(),
        }
    }

    /// Whether the word ahead begins a clause, or will.
    pub(crate) fn starts_clause(&self) -> bool {
        self.starts_clause_at(0)
    }

    /// Whether the word further ahead begins a clause, or will.
    pub(crate) fn starts_clause_at(&self, ahead: usize) -> bool {
        self.word(ahead).is_some_and(|word| self.knows(word))
    }

    /// Whether nothing further ahead belongs to this clause.
    pub(crate) fn is_last_or_clause(&self, ahead: usize) -> bool {
        self.token(ahead).is_none() || self.is_symbol(ahead, ',') || self.starts_clause_at(ahead)
    }

    /// Goes to the next clause inside of brackets, past the comma that must stand in front of it; `false` at the closing bracket.
    pub(crate) fn next_inner(&mut self) -> bool {
        let comma = self.eat_symbol(',');
        let closes = self.at_end() || self.is_symbol(0, ')');
        match comma {
            Some(place) => {
                if closes || self.is_symbol(0, ',') {
                    self.lone_comma(&place);
                }
                while self.eat_symbol(',').is_some() {}
            }
            None if !closes => {
                let place = self.place(0);
                let draft =
                    Draft::new("G010", place, "inside of brackets a comma stands between two clauses");
                let end = self.end();
                self.report(draft.label("a comma is missing in front").fix([Edit::insert(end, ",")]));
            }
            None => {}
        }
        !self.at_end() && !self.is_symbol(0, ')')
    }

    /// A word that is nearly one of a few: reported and read.
    pub(crate) fn unknown_choice(&mut self, choices: &[&'static str]) -> bool {
        let word = self.word(0).filter(|word| !self.knows(word));
        let Some(meant) = word.and_then(|word| did_you_mean(word, choices.iter().copied())) else {
            return false;
        };
        let draft = Draft::new("G001", self.place(0), format!("unknown word `{}`", self.piece(0)));
        let place = self.step();
        self.report(draft.label(format!("did you mean `{meant}`?")).fix([Edit::replace(place, meant)]));
        true
    }

    /// Reads the clause ahead if its word is one that nothing is built for yet.
    pub(crate) fn reserved_word(&mut self) -> bool {
        let what = self.word(0).and_then(|word| self.reserved(word));
        if let Some(what) = what {
            self.reserved_clause(what);
        }
        what.is_some()
    }

    /// A word of the grammar that nothing is built for yet, and what belongs to it.
    fn reserved_clause(&mut self, what: &str) {
        let word = self.piece(0);
        let start = self.step();
        self.recover_reserved(word);
        let span = self.since(&start);
        let cut = self.cut(&span);
        self.not_there_yet(word, start, what, [cut]);
    }

    pub(crate) fn not_there_yet(
        &mut self,
        word: &str,
        span: Range<usize>,
        what: &str,
        fix: impl Into<Vec<Edit>>,
    ) {
        let draft = Draft::new("G009", span, format!("`{word}` is not there yet"));
        self.report(draft.label(format!("reserved for {what}")).fix(fix));
    }

    /// What follows a reserved word up to the next clause; `up to` belongs to `each`.
    fn recover_reserved(&mut self, word: &str) {
        if word == "each" && !self.is_symbol(0, '(') && !self.at_end() {
            self.step();
        }
        self.recover();
        if word == "each" && self.word(0) == Some("up") {
            self.step();
            self.recover();
        }
    }

    fn unknown_word(&mut self) {
        let word = self.piece(0);
        let place = self.step();
        let draft = Draft::new("G001", place.clone(), format!("unknown word `{word}`"));
        let meant = did_you_mean(word, self.words());
        self.recover();
        let draft = match meant {
            Some(meant) => draft.label(format!("did you mean `{meant}`?")).fix([Edit::replace(place, meant)]),
            None => draft.label(self.known()).fix([self.cut(&self.since(&place))]),
        };
        self.report(draft);
    }

    fn known(&self) -> String {
        let words: Vec<&str> = self.words().collect();
        if words.is_empty() { "nothing follows".into() } else { format!("known: {}", words.join(", ")) }
    }

    /// An amount with its word behind it, or with none at all.
    fn stray_amount(&mut self) {
        let amount = self.piece(0);
        let start = self.step();
        self.eat_symbol('%');
        let meant =
            self.word(0).filter(|word| self.words().any(|known| known == *word) && !self.is_amount(1));
        let amount = if self.end() > start.end { self.slice(self.since(&start)) } else { amount };
        if let Some(word) = meant {
            self.step();
            self.reversed(
                self.since(&start),
                "the word comes before its number",
                &format!("{word} {amount}"),
            );
            return;
        }
        let draft = Draft::new("G020", self.since(&start), format!("`{amount}` has no word in front of it"));
        let draft = if let Some(word) = self.likely_word(amount) {
            let fix = Edit::insert(start.start, format!("{word} "));
            draft.label(format!("say `{word} {amount}`?")).fix([fix])
        } else {
            self.recover();
            draft.label("what is it for?").fix([self.cut(&self.since(&start))])
        };
        self.report(draft);
    }

    /// The word that most often stands before such an amount.
    fn likely_word(&self, amount: &str) -> Option<&'static str> {
        let words: &[&str] = if duration(amount).is_ok() {
            &["wait", "stale", "open"]
        } else if count(amount).is_ok() {
            &["burst", "queue", "max"]
        } else {
            &[]
        };
        self.words().find(|word| words.contains(word))
    }

    pub(crate) fn reversed(&mut self, span: Range<usize>, message: &str, correct: &str) {
        let draft = Draft::new("G003", span.clone(), message).label(format!("say `{correct}`"));
        self.report(draft.fix([Edit::replace(span, correct)]));
    }

    /// A character that means nothing here.
    pub(crate) fn stray_symbol(&mut self) {
        let symbol = self.piece(0);
        let place = self.step();
        let draft = match symbol {
            ")" => Draft::new("G012", place.clone(), "`)` closes nothing").label("no `(` is open"),
            _ => Draft::new("G011", place.clone(), format!("`{symbol}` does not belong here"))
                .label("what is it for?"),
        };
        if symbol == "(" {
            self.at = self.at.saturating_sub(1);
            self.skip_brackets();
        } else if symbol != ")" {
            self.recover();
        }
        let cut = self.cut(&self.since(&place));
        self.report(draft.fix([cut]));
    }
}
