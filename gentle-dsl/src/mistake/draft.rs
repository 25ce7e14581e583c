//! A mistake while the text is still being read: what to change is known, the corrected text is not.

use core::ops::Range;

/// A change that corrects the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) span: Range<usize>,
    pub(crate) text: String,
}

impl Edit {
    pub(crate) fn replace(span: Range<usize>, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { span: at..at, text: text.into() }
    }
}

/// A mistake while the text is still being read.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) code: &'static str,
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) label: String,
    /// Where it says [`Draft::FIXED`] the text with the first correction is put, where it says [`Draft::OTHER`] the text with the second.
    pub(crate) help: String,
    pub(crate) fixes: Vec<Vec<Edit>>,
}

impl Draft {
    /// Stands in a help for the corrected text.
    pub(crate) const FIXED: &'static str = "{fixed}";
    /// Stands in a help for the text corrected in another way.
    pub(crate) const OTHER: &'static str = "{other}";

    pub(crate) fn new(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            label: String::new(),
            help: "write `{fixed}`".into(),
            fixes: Vec::new(),
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// One way to correct it; the first one is what the helps of the other mistakes assume.
    pub(crate) fn fix(mut self, edits: impl Into<Vec<Edit>>) -> Self {
        self.fixes.push(edits.into());
        self
    }
}
