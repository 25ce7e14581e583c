//! What the reader knows of a sentence before it reads it, and how reading begins and ends.

use crate::{
    key::Key,
    mistake::{Draft, Edit, Mistake, Mistakes, finish},
    reader::Reader,
    ready::Reach,
    setting::Setting,
};

/// A sentence is a line or two; whatever is longer than this is something else.
const LONGEST: usize = 4096;

/// What is known of a kind of sentence before reading it.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// What messages speak of.
    pub(crate) subject: &'static str,
    /// A value to show where the text is beyond correcting.
    pub(crate) example: &'static str,
    /// The words that begin a clause.
    pub(crate) words: &'static [&'static str],
    /// The words that nothing can be read behind yet, and what for.
    pub(crate) reserved: &'static [(&'static str, &'static str)],
    /// Whose words these are, where some may not be there yet.
    pub(crate) key: Option<Key>,
}

/// What stands in place of a sentence.
#[derive(Debug)]
pub(crate) struct Head<T> {
    /// What `on` means.
    pub(crate) on: Option<T>,
    /// What a sentence cannot be without.
    pub(crate) needs: &'static str,
}

impl Grammar {
    /// No words at all.
    pub(crate) const NONE: Self = Self::amount("value", "5");

    /// An amount that stands alone.
    pub(crate) const fn amount(subject: &'static str, example: &'static str) -> Self {
        Self { subject, example, words: &[], reserved: &[], key: None }
    }

    /// A sentence with these words.
    pub(crate) const fn sentence(key: Key, example: &'static str, words: &'static [&'static str]) -> Self {
        Self { subject: key.as_str(), example, words, reserved: &[], key: Some(key) }
    }

    /// Reads a text, all of it.
    pub(crate) fn parse<T>(
        &self,
        text: &str,
        read: impl Fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<T, Mistakes> {
        self.parse_as(Reach::Ready, text, read)
    }

    fn parse_as<T>(
        &self,
        reach: Reach,
        text: &str,
        read: impl Fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<T, Mistakes> {
        if text.len() > LONGEST {
            return Err(self.too_long(text));
        }
        match self.attempt(reach, text, &read) {
            Ok(value) => Ok(value),
            Err(drafts) => {
                let again = |text: &str| self.attempt(reach, text, &read).err().unwrap_or_default();
                let mistakes = finish(self.subject, self.example, text, drafts, &again);
                Err(mistakes.unwrap_or_else(|| Mistakes::from(self.nothing())))
            }
        }
    }

    /// Reads `off`, `on`, or a sentence.
    pub(crate) fn parse_setting<T: Copy>(
        &self,
        reach: Reach,
        text: &str,
        head: &Head<T>,
        read: impl Fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Setting<T>, Mistakes> {
        if let Some(key) = self.key.filter(|key| reach == Reach::Ready && !key.is_ready()) {
            return Err(Mistake::not_ready(key)
                .with_label("reserved")
                .with_picture(text, 0..text.len())
                .into());
        }
        self.parse_as(reach, text, |reader| {
            reader.refuse_comma();
            match (reader.piece(0), reader.at_end()) {
                (_, true) => reader.empty(head.needs),
                ("off", _) => reader.alone().then_some(Setting::Off),
                ("on", _) => reader.on(head),
                _ => read(reader).map(Setting::On),
            }
        })
    }

    /// The value, or what is wrong, which is never nothing.
    fn attempt<T>(
        &self,
        reach: Reach,
        text: &str,
        read: impl Fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<T, Vec<Draft>> {
        let mut reader = Reader::new(self, reach, text.get(..LONGEST).unwrap_or(text));
        match read(&mut reader) {
            Some(value) if reader.is_clean() => Ok(value),
            _ => {
                if reader.is_clean() {
                    reader.report(Draft::new("G013", 0..0, "the value is not complete"));
                }
                Err(reader.drafts)
            }
        }
    }

    fn too_long(&self, text: &str) -> Mistakes {
        let shown: String = text.chars().take(60).collect();
        let mistake = Mistake::new("G016", self.subject, format!("the text is {} bytes long", text.len()));
        let mistake = mistake.with_label("and so on").with_picture(&shown, 0..shown.len());
        mistake.with_help(format!("at most {LONGEST} bytes are read; write e.g. `{}`", self.example)).into()
    }

    fn nothing(&self) -> Mistake {
        let mistake = Mistake::new("G013", self.subject, "the value is empty");
        mistake.with_help(format!("write e.g. `{}`", self.example))
    }
}

impl Reader<'_> {
    /// Whether a word begins a clause, or will.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.grammar.words.contains(&word) || self.reserved(word).is_some()
    }

    /// The words that begin a clause now.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.grammar.words.iter().copied().filter(|word| self.reserved(word).is_none())
    }

    /// What a word will be for, if it is not there yet.
    pub(crate) fn reserved(&self, word: &str) -> Option<&'static str> {
        let never = self.grammar.reserved.iter().find(|(name, _)| *name == word).map(|(_, what)| *what);
        never.or_else(|| self.grammar.key.and_then(|key| self.reach.reserved(key, word)))
    }

    fn empty<T>(&mut self, needs: &str) -> Option<T> {
        let example = self.grammar.example;
        let all = 0..self.text.len();
        let draft = Draft::new("G013", all.clone(), "the value is empty").label(format!("{needs} is needed"));
        self.report(draft.fix([Edit::replace(all, example)]).help("write e.g. `{fixed}`, or `off`"));
        None
    }

    /// Nothing may stand behind `off` and `on`.
    fn alone(&mut self) -> bool {
        let word = self.piece(0);
        let place = self.step();
        if self.at_end() {
            return true;
        }
        while self.eat_symbol(',').is_some() {}
        let rest = self.place(0).start..self.text.trim_end().len();
        let draft = Draft::new("G015", rest, format!("`{word}` stands alone"));
        let draft =
            draft.label(format!("nothing follows `{word}`")).fix([self.cut(&(place.end..self.text.len()))]);
        self.report(draft.fix([self.cut(&place)]).help("write `{fixed}` or `{other}`"));
        false
    }

    fn on<T: Copy>(&mut self, head: &Head<T>) -> Option<Setting<T>> {
        if let Some(value) = head.on {
            return self.alone().then_some(Setting::On(value));
        }
        let place = self.step();
        let mut draft =
            Draft::new("G014", place.clone(), format!("`on` does not say enough: {} is needed", head.needs));
        draft = if self.at_end() {
            draft.fix([Edit::replace(place, self.grammar.example)]).help("write e.g. `{fixed}`")
        } else {
            draft.fix([self.cut(&place)])
        };
        self.report(draft.label("there is no default"));
        None
    }
}
