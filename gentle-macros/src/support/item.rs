use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{ReturnType, Signature, Type};

/// An item without its attributes, up to its braces.
pub(crate) fn head(item: TokenStream) -> TokenStream {
    let is_attribute = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == '#',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    };
    let head = item.into_iter().skip_while(is_attribute);
    head.take_while(
        |token| !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace),
    )
    .collect()
}

/// One token of a type, as much as can be underlined: of `anyhow::Result<u32>`, the `Result`.
pub(crate) fn name_span(ty: &Type) -> Span {
    match ty {
        Type::Path(path) => path.path.segments.last().map_or_else(|| ty.span(), |last| last.ident.span()),
        _ => ty.span(),
    }
}

/// Where a function says what it returns; its name where it does not.
pub(crate) fn output_span(signature: &Signature) -> Span {
    match &signature.output {
        ReturnType::Type(_, output) => name_span(output),
        ReturnType::Default => signature.ident.span(),
    }
}
