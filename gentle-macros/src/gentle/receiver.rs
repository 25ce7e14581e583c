use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// Replaces every `self` that means the receiver by `name`, so that each attempt can have a receiver of its own.
///
/// Paths that begin with `self::` and the insides of nested `impl` and `trait` blocks mean something else and stay.
pub(crate) fn rename(tokens: TokenStream, name: &Ident) -> TokenStream {
    let mut renamed = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut foreign = false;
    while let Some(token) = tokens.next() {
        let token = match token {
            TokenTree::Ident(ident) if ident == "impl" || ident == "trait" => {
                foreign = true;
                TokenTree::Ident(ident)
            }
            TokenTree::Ident(ident) if ident == "self" && !is_path(tokens.peek()) && !foreign => {
                TokenTree::Ident(Ident::new(&name.to_string(), name.span().located_at(ident.span())))
            }
            TokenTree::Group(group) if foreign && group.delimiter() == Delimiter::Brace => {
                foreign = false;
                TokenTree::Group(group)
            }
            TokenTree::Group(group) => TokenTree::Group(inside(&group, name)),
            other => other,
        };
        renamed.push(token);
    }
    renamed.into_iter().collect()
}

fn is_path(next: Option<&TokenTree>) -> bool {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Joint);
    next.is_some_and(colon)
}

fn inside(group: &Group, name: &Ident) -> Group {
    let mut renamed = Group::new(group.delimiter(), rename(group.stream(), name));
    renamed.set_span(group.span());
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;
    use quote::quote;

    fn renamed(tokens: TokenStream) -> String {
        rename(tokens, &Ident::new("__self", Span::call_site())).to_string()
    }

    #[test]
    fn the_receiver_is_renamed_also_inside_macros_and_brackets() {
        let expected = quote!(__self.a(format!("{}", __self.b))).to_string();
        assert_eq!(renamed(quote!(self.a(format!("{}", self.b)))), expected);
    }

    #[test]
    fn paths_and_nested_impls_keep_their_self() {
        let tokens = quote!(self::f(); impl X for Y { fn g(&self) { self.h() } });
        assert_eq!(renamed(tokens.clone()), tokens.to_string());
    }
}
