use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The tokens inside `key(…)`, in a row: brackets stand for themselves, so that each piece of the text has the token
/// it came from.
pub(crate) struct Bare {
    tokens: gentle_dsl::Tokens,
    table: Vec<TokenTree>,
}

impl Bare {
    pub(crate) fn new(stream: TokenStream) -> Self {
        let mut bare = Self { tokens: gentle_dsl::Tokens::new(), table: Vec::new() };
        bare.extend(stream);
        bare
    }

    pub(crate) fn text(&self) -> &str {
        self.tokens.as_str()
    }

    /// The tokens that the bytes `span` of the text came from.
    pub(crate) fn locate(&self, span: std::ops::Range<usize>) -> TokenStream {
        let range = self.tokens.locate(span);
        self.table.get(range).unwrap_or_default().iter().cloned().collect()
    }

    fn extend(&mut self, stream: TokenStream) {
        for token in stream {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = brackets(group.delimiter());
                    self.bracket(open, group.span_open());
                    self.extend(group.stream());
                    self.bracket(close, group.span_close());
                }
                other => self.push(&other.to_string(), other),
            }
        }
    }

    // A lone bracket is no token: any token with its span underlines the same place.
    fn bracket(&mut self, piece: &str, span: proc_macro2::Span) {
        if !piece.is_empty() {
            let mut stand_in = proc_macro2::Punct::new('.', proc_macro2::Spacing::Alone);
            stand_in.set_span(span);
            self.push(piece, stand_in.into());
        }
    }

    fn push(&mut self, piece: &str, token: TokenTree) {
        self.tokens.push(piece);
        self.table.push(token);
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::None => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn located(stream: TokenStream, piece: &str) -> String {
        let bare = Bare::new(stream);
        let start = bare.text().find(piece).unwrap();
        bare.locate(start..start + piece.len()).to_string()
    }

    #[test]
    fn the_text_is_what_people_write() {
        let text = |stream| Bare::new(stream).text().to_owned();
        assert_eq!(text(quote!(5/500ms burst 10)), "5/500ms burst 10");
        assert_eq!(text(quote!(exp(100ms..30s, x2.5), 5 attempts)), "exp(100ms..30s, x2.5), 5 attempts");
        assert_eq!(text(quote!(20/s each (user, lang))), "20/s each (user, lang)");
    }

    #[test]
    fn every_piece_of_the_text_is_found_again_among_the_tokens() {
        assert_eq!(located(quote!(exp(30s..100ms), 5 attempts), "30s..100ms"), "30s .. 100ms");
        assert_eq!(located(quote!(5/500ms brust 10), "brust"), "brust");
        assert_eq!(located(quote!(exp(1s..2s)), "2s"), "2s");
    }

    #[test]
    fn without_tokens_there_is_no_place() {
        assert!(Bare::new(TokenStream::new()).locate(0..1).is_empty());
    }
}
