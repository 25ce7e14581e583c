use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// The names in a piece of code, as far as one can tell without understanding it: a name too many does little harm.
pub(crate) struct Mentions(BTreeSet<String>);

impl Mentions {
    pub(crate) fn of(code: TokenStream) -> Self {
        let mut names = BTreeSet::new();
        collect(code, &mut names);
        Self(names)
    }

    /// Whether one of the names in `pattern` is among them.
    pub(crate) fn any_of(&self, pattern: impl ToTokens) -> bool {
        !self.0.is_disjoint(&Self::of(pattern.into_token_stream()).0)
    }
}

// Behind a single dot stands a field or a method, behind two colons the end of a path.
fn collect(code: TokenStream, names: &mut BTreeSet<String>) {
    let mut before = (' ', ' ');
    for token in code {
        let mut punct = ' ';
        match token {
            TokenTree::Ident(word) if ["mut", "ref", "_"].iter().any(|other| word == other) => {}
            TokenTree::Ident(name) if !matches!(before, (' ', '.') | (':', ':')) => {
                names.insert(name.to_string());
            }
            TokenTree::Ident(_) => {}
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Literal(literal) => captured(&literal.to_string(), names),
            TokenTree::Punct(other) => punct = other.as_char(),
        }
        before = (before.1, punct);
    }
}

/// `format!("{player:?}")`
fn captured(literal: &str, names: &mut BTreeSet<String>) {
    for piece in literal.split('{').skip(1) {
        let name = piece.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next();
        names.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn names_are_found_in_brackets_and_in_texts() {
        let mentions = Mentions::of(quote!(|error| ask(
            &player,
            Ask { a: *b, ..rest },
            format!("{level:?} {{}} {}", self.name.field())
        )));
        for name in
            [quote!(player), quote!(mut level), quote!(self), quote!((c, error)), quote!(rest), quote!(b)]
        {
            assert!(mentions.any_of(&name), "{name}");
        }
        for name in [quote!(play), quote!((c, d)), quote!(name), quote!(field)] {
            assert!(!mentions.any_of(&name), "{name}");
        }
        assert!(!Mentions::of(quote!(module::player)).any_of(quote!(player)));
    }
}
