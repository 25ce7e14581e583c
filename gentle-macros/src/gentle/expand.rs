use gentle_dsl::Key;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Block, Expr, FnArg, Stmt, Type};

use super::again::{Again, Copying};
use super::attribute::Attribute;
use super::function::{Function, Shape};
use super::mentions::Mentions;
use super::{cached, each, fallback, receiver, rules};
use crate::support::{krate, tokens};

/// The names that generated code uses: invisible to the user's body.
pub(crate) struct Names {
    /// The span of what asks something of the return type: the compiler shows there what is missing. It is one span,
    /// so that it does so once.
    pub(crate) site: Span,
    pub(crate) policies: Ident,
    pub(crate) caller: Ident,
    pub(crate) recall: Ident,
    pub(crate) call: Ident,
    pub(crate) rules: Ident,
    pub(crate) outcome: Ident,
    pub(crate) failed: Ident,
    pub(crate) pause: Ident,
    pub(crate) receiver: Ident,
}

impl Names {
    fn new(span: Span) -> Self {
        let site = krate::site(span);
        let name = |name| Ident::new(name, site);
        Self {
            site,
            policies: name("__policies"),
            caller: name("__caller"),
            recall: name("__recall"),
            call: name("__call"),
            rules: name("__rules"),
            outcome: name("__outcome"),
            failed: name("__failed"),
            pause: name("__pause"),
            receiver: name("__self"),
        }
    }
}

/// The function with its policies around its body.
pub(crate) fn expand(attribute: &Attribute, mut function: Function) -> TokenStream {
    let names = Names::new(function.output_span());
    let krate = krate::path(attribute.krate.as_ref());
    let policies = policies(attribute, &function.item.sig.ident, &names, &krate);
    let rules = rules::expand(attribute, &function, &output(&function), &names, &krate);
    let run = if attribute.repeats() || attribute.hedges() {
        repeated(attribute, &mut function, &names, &krate)
    } else {
        once(attribute, &mut function, &names, &krate)
    };
    let run = quote!(#rules #run);
    let body = match function.shape {
        Shape::AsyncTrait { .. } => quote!(::std::boxed::Box::pin(async move { #policies #run })),
        Shape::Async | Shape::Blocking => quote!(#policies #run),
    };
    let (attrs, vis, sig) = (&function.item.attrs, &function.item.vis, &function.item.sig);
    let body = quote_spanned!(names.site=> { #body });
    quote!(#(#attrs)* #vis #sig #body)
}

/// `let __policies = …;`: a `static` of this function's own, or what was handed over.
fn policies(attribute: &Attribute, function: &Ident, names: &Names, krate: &TokenStream) -> TokenStream {
    let policies = &names.policies;
    if let Some(given) = &attribute.policy {
        // `PAYMENTS.each(tenant)` has more to it than the policies.
        if matches!(given, Expr::MethodCall(call) if call.method == "each" || call.method == "cost") {
            return quote!(let #policies: #krate::policy::Caller<'_> = #given;);
        }
        let given = quote_spanned!(given.span()=> &#given);
        return quote!(let #policies: &#krate::policy::Policies = #given;);
    }
    let path = || {
        let function = format!("::{}", function.unraw());
        quote!(::core::concat!(::core::module_path!(), #function))
    };
    let name = attribute.name.as_ref().map_or_else(path, ToTokens::to_token_stream);
    let set = tokens::policy_set(&attribute.set);
    let (imports, features) = (tokens::imports(&set, krate), features(attribute, krate));
    let (observer, told) = observer(attribute, krate).unzip();
    quote! {
        #observer
        let #policies = {
            #imports
            #features
            static POLICIES: Policies = Policies::of(#name, #krate::here!(), const { &#set })#told;
            #krate::__private::submit!(Registration::of(&POLICIES));
            &POLICIES
        };
    }
}

/// The function that is told what happens, as an item that stands where the user's names mean what they mean to the
/// user, and what hands it over.
pub(crate) fn observer(attribute: &Attribute, krate: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let observer = attribute.on_event.as_ref()?;
    let site = krate::site(observer.span());
    let event = krate::at(&quote!(#krate::policy::Event), site);
    let item = quote_spanned!(site=> const __ON_EVENT: fn(&#event<'_>) = #observer;);
    Some((item, quote!(.told_to(__ON_EVENT))))
}

/// Stops the compiler where a policy needs a feature that gentle is built without.
pub(crate) fn features(attribute: &Attribute, krate: &TokenStream) -> Option<TokenStream> {
    attribute.key(Key::Chaos).map(|key| {
        let krate = krate::at(krate, key.span());
        quote_spanned!(key.span()=> const _: () = #krate::__private::built_with::<#krate::__private::ChaosFeature>();)
    })
}

/// `let __caller = …;` where calls differ by a key or by what they cost, and who begins a call.
fn caller(
    attribute: &Attribute,
    mutable: &[Ident],
    parts: &TokenStream,
    names: &Names,
    krate: &TokenStream,
) -> (TokenStream, Ident) {
    let (policies, caller) = (&names.policies, &names.caller);
    if attribute.each.is_empty() && attribute.cost.is_none() {
        return (TokenStream::new(), policies.clone());
    }
    let mut code = each::keys(&attribute.each, policies, mutable);
    if let Some((_, cost)) = &attribute.cost {
        let cost = quote_spanned!(cost.span()=> #krate::__private::cost(#cost));
        code.extend(quote!(.cost(#cost)));
    }
    let imports = (!attribute.each.is_empty()).then(|| {
        quote!(
            use #krate::__private::AsPolicyKey as _;
        )
    });
    (quote!(let #caller = { #imports #parts #code };), caller.clone())
}

/// The arguments that are mutable references.
fn mutable(function: &Function) -> Vec<Ident> {
    let mut names = Vec::new();
    for input in &function.item.sig.inputs {
        match input {
            FnArg::Typed(typed) if matches!(&*typed.ty, Type::Reference(reference) if reference.mutability.is_some()) =>
            {
                each::bound(&typed.pat, &mut names);
            }
            _ => {}
        }
    }
    names
}

/// One attempt: the arguments move into it, and those that are named beside it stay.
fn once(attribute: &Attribute, function: &mut Function, names: &Names, krate: &TokenStream) -> TokenStream {
    let (mentions, references) = (attribute.mentions(), mutable(function));
    let mut body = typed_body(function, names, krate).to_token_stream();
    let kept = |argument: &TokenStream, span| {
        let krate = krate::at(krate, span);
        quote_spanned!(span=> #krate::__private::kept(&#argument))
    };
    let signature = &mut function.item.sig;
    let mut again = Again::of(signature, false, &mentions, &kept);
    let used_up = mentions.any_of(quote!(self)) && again.receiver(signature, &names.receiver, true, &kept);
    if used_up {
        body = receiver::rename(body, &names.receiver);
    }
    let (caller, begun) = caller(attribute, &references, &again.parts(), names, krate);
    let (call, kept) = (&names.call, cached::is_kept(attribute));
    let begun = quote_spanned!(names.site=> #begun.begin());
    let attempt = if attribute.refuses() {
        let call = if kept { call.to_token_stream() } else { begun.clone() };
        attempt(attribute, &call, &quote!(async move #body), names)
    } else {
        quote!(async move #body.await)
    };
    let copies = &again.copies;
    let attempt = if copies.is_empty() { attempt } else { quote!({ #copies #attempt }) };
    if kept {
        let prelude = quote!(#caller let mut #call = #begun;);
        let recalled = cached::around(
            attribute,
            function,
            (&again.parts(), &references),
            (&prelude, &attempt),
            (names, krate),
        );
        return answered(attribute, &again, recalled, names);
    }
    let attempt = answered(attribute, &again, attempt, names);
    quote!(#caller #attempt)
}

/// As many attempts as the policies say: each has the arguments anew.
fn repeated(
    attribute: &Attribute,
    function: &mut Function,
    names: &Names,
    krate: &TokenStream,
) -> TokenStream {
    let Names { call, outcome, .. } = names;
    let references = mutable(function);
    let mut body = typed_body(function, names, krate).to_token_stream();
    let again = |argument: &TokenStream, span| quote_spanned!(span=> #call.again(&#argument));
    let beside = |argument: &TokenStream, span| {
        let krate = krate::at(krate, span);
        quote_spanned!(span=> #krate::__private::beside(&#argument))
    };
    let hedges = attribute.hedges();
    let copy: Copying<'_> = if hedges { &beside } else { &again };
    let (signature, moved) = (&mut function.item.sig, matches!(function.shape, Shape::AsyncTrait { .. }));
    let mut again = Again::of(signature, true, &attribute.mentions(), copy);
    let (caller, begun) = caller(attribute, &references, &again.parts(), names, krate);
    if again.receiver(signature, &names.receiver, moved, copy) {
        body = receiver::rename(body, &names.receiver);
    }
    let (copies, start) = (&again.copies, quote_spanned!(names.site=> #begun.begin()));
    let (start, attempt) = if hedges {
        (start, beside_each_other(attribute, copies, &body, names))
    } else if attribute.refuses() {
        let attempt = attempt(attribute, &call.to_token_stream(), &quote!(async #body), names);
        (start, attempt)
    } else {
        (start, alone(attribute, &body, names))
    };
    let attempts = if attribute.repeats() {
        let copies = (!hedges).then_some(copies);
        settled(attribute, &quote!(#copies let #outcome = #attempt;), names)
    } else {
        attempt
    };
    let prelude = quote!(#caller let mut #call = #start;);
    if cached::is_kept(attribute) {
        let recalled = cached::around(
            attribute,
            function,
            (&again.parts(), &references),
            (&prelude, &attempts),
            (names, krate),
        );
        return answered(attribute, &again, recalled, names);
    }
    let attempts = answered(attribute, &again, attempts, names);
    quote!(#prelude #attempts)
}

/// The loop around attempts that leave their outcome.
fn settled(attribute: &Attribute, attempts: &TokenStream, names: &Names) -> TokenStream {
    let Names { site, call, rules, outcome, pause, .. } = names;
    let settled = if attribute.rules.is_empty() {
        quote_spanned!(*site=> #call.settle(#outcome))
    } else {
        quote_spanned!(*site=> #call.settle_as(#outcome, &#rules))
    };
    let end =
        if attribute.falls_back() || cached::is_kept(attribute) { quote!(break) } else { quote!(return) };
    quote! {
        loop {
            #attempts
            match #settled {
                ::core::ops::ControlFlow::Break(#outcome) => #end #outcome,
                ::core::ops::ControlFlow::Continue(#pause) => #pause.await,
            }
        }
    }
}

/// An attempt with others beside it when it is slow: what makes one is a closure.
fn beside_each_other(
    attribute: &Attribute,
    copies: &TokenStream,
    body: &TokenStream,
    names: &Names,
) -> TokenStream {
    let Names { site, call, rules, .. } = names;
    let one = quote_spanned!(*site=> || { #copies async move #body });
    if attribute.rules.is_empty() {
        quote_spanned!(*site=> #call.hedged(#one).await)
    } else {
        quote_spanned!(*site=> #call.hedged_as(#one, &#rules).await)
    }
}

fn attempt(attribute: &Attribute, call: &TokenStream, body: &TokenStream, names: &Names) -> TokenStream {
    let Names { site, rules, .. } = names;
    let body = quote_spanned!(*site=> ::core::pin::pin!(#body));
    if attribute.rules.is_empty() {
        quote_spanned!(*site=> #call.attempt(#body).await)
    } else {
        quote_spanned!(*site=> #call.attempt_as(#body, &#rules).await)
    }
}

/// An attempt that nothing comes before.
fn alone(attribute: &Attribute, body: &TokenStream, names: &Names) -> TokenStream {
    let Names { site, call, rules, .. } = names;
    let body = quote_spanned!(*site=> ::core::pin::pin!(async #body));
    if attribute.rules.is_empty() {
        quote_spanned!(*site=> #call.alone(#body).await)
    } else {
        quote_spanned!(*site=> #call.alone_as(#body, &#rules).await)
    }
}

/// What makes an outcome, with the fallbacks behind it.
fn answered(attribute: &Attribute, again: &Again, made: TokenStream, names: &Names) -> TokenStream {
    let fallbacks = attribute.fallbacks.as_ref().filter(|_| attribute.falls_back());
    let Some(fallbacks) = fallbacks else { return made };
    let outcome = &names.outcome;
    let arguments = again.named(&Mentions::of(fallbacks.code()));
    let fallbacks = fallback::expand(fallbacks, names);
    quote! {
        let #outcome = #made;
        #arguments
        #fallbacks
    }
}

/// The user's block, told what it returns before anything in it is looked at: `Ok(&self.name)` becomes a
/// `Result<&str, _>` as it would in a function, and `?` knows its error.
fn typed_body(function: &Function, names: &Names, krate: &TokenStream) -> Block {
    let mut body = function.body().clone();
    let output = output(function);
    let krate = krate::at(krate, names.site);
    let first = quote_spanned! {names.site=>
        if false { return #krate::__private::returns::<#output>(); }
    };
    body.stmts.insert(0, Stmt::Expr(Expr::Verbatim(first), None));
    body
}

/// The return type; what is `impl Trait` in it has no name and is left to inference.
pub(crate) fn output(function: &Function) -> TokenStream {
    named(function.output().to_token_stream())
}

fn named(tokens: TokenStream) -> TokenStream {
    let mut named = TokenStream::new();
    let (mut depth, mut arrow, mut unnamed) = (0_usize, false, false);
    for token in tokens {
        let punct = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        let closing = punct == '>' && !arrow;
        arrow = punct == '-';
        unnamed &= depth > 0 || !(closing || punct == ',');
        match token {
            _ if unnamed => depth = depth + usize::from(punct == '<') - usize::from(closing),
            TokenTree::Ident(word) if word == "impl" => {
                unnamed = true;
                named.extend(quote!(_));
            }
            TokenTree::Group(group) => {
                named.extend([Group::new(group.delimiter(), self::named(group.stream()))]);
            }
            other => named.extend([other]),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::named;
    use quote::quote;

    #[test]
    fn what_has_no_name_in_a_type_is_left_open() {
        for (written, open) in [
            (quote!(Result<Vec<u8>, E>), quote!(Result<Vec<u8>, E>)),
            (quote!(Result<impl Iterator<Item = Vec<u8>> + Send, E>), quote!(Result<_, E>)),
            (quote!(Result<(impl Fn(u8) -> Vec<u8>, u8), E>), quote!(Result<(_, u8), E>)),
            (quote!(impl Future<Output = u8>), quote!(_)),
        ] {
            assert_eq!(named(written).to_string(), open.to_string());
        }
    }
}
