use gentle_dsl::{Key, each_span};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, LitStr, Pat, Token};

use crate::support::arguments::{Argument, Value};
use crate::support::errors::Errors;
use crate::support::messages;

/// What a policy is kept separately for: the code behind `each`.
pub(crate) struct EachKey {
    policy: Key,
    /// One, or several that are a key together.
    parts: Vec<Expr>,
    written: Written,
}

/// How the key stands in the attribute, to say what is wrong with it.
enum Written {
    /// Between quotes, which no more than the whole can be underlined of.
    Quoted(LitStr),
    Bare(TokenStream),
}

impl EachKey {
    /// The key in a sentence that was read and has one.
    pub(crate) fn read(policy: Key, argument: &Argument, errors: &Errors) -> Option<Self> {
        let (code, written) = match &argument.value {
            Value::Text(text) => (quoted(text), Written::Quoted(text.clone())),
            Value::Bare(group) => {
                let code = bare(group.stream());
                (Some(code.clone()), Written::Bare(code))
            }
            Value::None | Value::Code(_) => return None,
        };
        let parts = code.and_then(|code| Punctuated::<Expr, Token![,]>::parse_terminated.parse2(code).ok());
        let count = match parts {
            Some(parts) if !parts.is_empty() && parts.len() <= MOST => {
                return Some(Self { policy, parts: parts.into_iter().collect(), written });
            }
            Some(parts) if !parts.is_empty() => Some(parts.len()),
            _ => None,
        };
        report(&written, policy, errors, |policy| messages::not_a_key(policy, count));
        None
    }

    /// Says so when it is a single name that no argument has. What is wrong inside of an expression is the compiler's to say.
    pub(crate) fn check(&self, arguments: &[Ident], errors: &Errors) {
        let Some(name) = self.name().filter(|name| !arguments.contains(name)) else { return };
        let known: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        report(&self.written, self.policy, errors, |policy| messages::no_such_argument(policy, name, &known));
    }

    /// `tenant.as_policy_key()`, or a tuple of such. A mutable reference is lent as a shared one.
    pub(super) fn tokens(&self, mutable: &[Ident]) -> TokenStream {
        let part = |part: &Expr| match part {
            Expr::Path(path) if path.path.get_ident().is_some_and(|name| mutable.contains(name)) => {
                quote_spanned!(part.span()=> (&*#part).as_policy_key())
            }
            Expr::Path(_) => quote_spanned!(part.span()=> #part.as_policy_key()),
            _ => quote_spanned!(part.span()=> (#part).as_policy_key()),
        };
        match self.parts.as_slice() {
            [only] => part(only),
            all => {
                let all = all.iter().map(part);
                quote!((#(#all),*))
            }
        }
    }

    fn name(&self) -> Option<&Ident> {
        match self.parts.as_slice() {
            [Expr::Path(path)] => path.path.get_ident(),
            _ => None,
        }
    }
}

/// `__policies.each(tenant.as_policy_key())`: one key for all of them, or each its own.
pub(crate) fn keys(keys: &[EachKey], policies: &Ident, mutable: &[Ident]) -> TokenStream {
    let tokens: Vec<TokenStream> = keys.iter().map(|key| key.tokens(mutable)).collect();
    if let [first, rest @ ..] = tokens.as_slice() {
        if rest.iter().all(|other| other.to_string() == first.to_string()) {
            return quote!(#policies.each(#first));
        }
    }
    if keys.is_empty() {
        return quote!(#policies);
    }
    let method = keys.iter().map(|key| format_ident!("{}_each", key.policy.as_str()));
    quote!(#policies.caller()#(.#method(#tokens))*)
}

/// How many parts a key has at most.
const MOST: usize = 4;

/// The tokens of the key, all of which have the place of the text.
fn quoted(text: &LitStr) -> Option<TokenStream> {
    let sentence = text.value();
    let code = sentence.get(each_span(&sentence)?)?;
    LitStr::new(code, text.span()).parse().ok()
}

/// What follows `each`: a name, or what stands in the brackets.
fn bare(sentence: TokenStream) -> TokenStream {
    let is_each = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "each");
    match sentence.into_iter().skip_while(|token| !is_each(token)).nth(1) {
        Some(TokenTree::Group(group)) => group.stream(),
        other => other.into_iter().collect(),
    }
}

fn report(written: &Written, policy: Key, errors: &Errors, message: impl FnOnce(Key) -> gentle_dsl::Mistake) {
    let mistake = message(policy);
    match written {
        Written::Quoted(text) => {
            let sentence = text.value();
            let place = each_span(&sentence).unwrap_or_default();
            errors.at(text.span(), mistake.with_picture(&sentence, place));
        }
        Written::Bare(code) => errors.mistake(code, &mistake),
    }
}

/// The names that a pattern binds.
pub(crate) fn bound(pattern: &Pat, names: &mut Vec<Ident>) {
    match pattern {
        Pat::Ident(ident) => {
            names.push(ident.ident.clone());
            if let Some((_, inner)) = &ident.subpat {
                bound(inner, names);
            }
        }
        // All of its cases bind the same names.
        Pat::Or(cases) => cases.cases.first().into_iter().for_each(|case| bound(case, names)),
        Pat::Paren(inner) => bound(&inner.pat, names),
        Pat::Reference(inner) => bound(&inner.pat, names),
        Pat::Type(inner) => bound(&inner.pat, names),
        Pat::Slice(inner) => inner.elems.iter().for_each(|inner| bound(inner, names)),
        Pat::Tuple(inner) => inner.elems.iter().for_each(|inner| bound(inner, names)),
        Pat::TupleStruct(inner) => inner.elems.iter().for_each(|inner| bound(inner, names)),
        Pat::Struct(inner) => inner.fields.iter().for_each(|field| bound(&field.pat, names)),
        _ => {}
    }
}
