use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Block, Expr, FnArg, Pat, PatIdent, PatType, ReceiverKind, Signature, Stmt, Type};

use super::attribute::Attribute;
use super::each;
use super::function::{Function, Shape};
use super::receiver;
use crate::support::{krate, tokens};

/// Code that copies what a reference to an argument leads to; the compiler complains about it at the span.
type Copying<'a> = dyn Fn(TokenStream, Span) -> TokenStream + 'a;

/// The names that generated code uses: invisible to the user's body.
struct Names {
    /// The span of what asks something of the return type: the compiler shows there what is missing. It is one span,
    /// so that it does so once.
    site: Span,
    policies: Ident,
    caller: Ident,
    call: Ident,
    outcome: Ident,
    pause: Ident,
    receiver: Ident,
}

impl Names {
    fn new(span: Span) -> Self {
        let site = krate::site(span);
        let name = |name| Ident::new(name, site);
        Self {
            site,
            policies: name("__policies"),
            caller: name("__caller"),
            call: name("__call"),
            outcome: name("__outcome"),
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
    let run = if attribute.hedges() {
        hedged(attribute, &mut function, &names, &krate)
    } else if attribute.repeats() {
        repeated(attribute, &mut function, &names, &krate)
    } else {
        once(attribute, &function, &names, &krate)
    };
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
    let imports = tokens::imports(&set, krate);
    let (observer, told) = observer(attribute, krate).unzip();
    quote! {
        #observer
        let #policies = {
            #imports
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

/// One attempt: the arguments move into it.
fn once(attribute: &Attribute, function: &Function, names: &Names, krate: &TokenStream) -> TokenStream {
    let (caller, begun) = caller(attribute, &mutable(function), &TokenStream::new(), names, krate);
    let body = typed_body(function, names, krate);
    let attempt = quote_spanned! {names.site=>
        #begun.begin().attempt(::core::pin::pin!(async move #body)).await
    };
    quote!(#caller #attempt)
}

/// As many attempts as the policies say: each has the arguments anew.
fn repeated(
    attribute: &Attribute,
    function: &mut Function,
    names: &Names,
    krate: &TokenStream,
) -> TokenStream {
    let Names { site, call, outcome, .. } = names;
    let again = |argument: TokenStream, at: Span| quote_spanned!(at=> #call.again(#argument));
    let Anew { caller, begun, again, body } = anew(attribute, function, names, krate, &again);
    let attempt = if attribute.refuses() {
        quote_spanned!(*site=> #call.attempt(::core::pin::pin!(async #body)).await)
    } else {
        quote_spanned!(*site=> #call.alone(::core::pin::pin!(async #body)).await)
    };
    let attempts = quote!(#again let #outcome = #attempt;);
    let attempts = settled(&quote!(#begun.begin()), &attempts, names);
    quote!(#caller #attempts)
}

/// The same, each with others beside it when it is slow: what makes one is a closure.
fn hedged(attribute: &Attribute, function: &mut Function, names: &Names, krate: &TokenStream) -> TokenStream {
    let Names { site, call, outcome, .. } = names;
    let beside = |argument: TokenStream, at: Span| {
        let krate = krate::at(krate, at);
        quote_spanned!(at=> #krate::__private::beside(#argument))
    };
    let Anew { caller, begun, again, body } = anew(attribute, function, names, krate, &beside);
    let hedged = quote_spanned!(*site=> .hedged(|| { #again async move #body }).await);
    if attribute.repeats() {
        let attempts = quote!(let #outcome = #call #hedged;);
        let attempts = settled(&quote!(#begun.begin()), &attempts, names);
        quote!(#caller #attempts)
    } else {
        quote!(#caller #begun.begin() #hedged)
    }
}

/// Who begins a call, what has to be made anew for each of its attempts, and the body that uses it.
struct Anew {
    caller: TokenStream,
    begun: Ident,
    again: TokenStream,
    body: TokenStream,
}

fn anew(
    attribute: &Attribute,
    function: &mut Function,
    names: &Names,
    krate: &TokenStream,
    copy: &Copying<'_>,
) -> Anew {
    let mut body = typed_body(function, names, krate).to_token_stream();
    let references = mutable(function);
    let (mut again, parts) = arguments(&mut function.item.sig, copy);
    let (caller, begun) = caller(attribute, &references, &parts, names, krate);
    if let Some(receiver) = receiver_again(function, names, copy) {
        again.extend(receiver);
        body = receiver::rename(body, &names.receiver);
    }
    Anew { caller, begun, again, body }
}

/// The loop around attempts that leave their outcome.
fn settled(begin: &TokenStream, attempts: &TokenStream, names: &Names) -> TokenStream {
    let Names { site, call, outcome, pause, .. } = names;
    let settled = quote_spanned!(*site=> #call.settle(#outcome));
    quote! {
        let mut #call = #begin;
        loop {
            #attempts
            match #settled {
                ::core::ops::ControlFlow::Break(#outcome) => return #outcome,
                ::core::ops::ControlFlow::Continue(#pause) => #pause.await,
            }
        }
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

/// The return type; one with `impl Trait` in it has no name and is left to inference.
fn output(function: &Function) -> TokenStream {
    let output = function.output().to_token_stream();
    let unnamed = output.to_string().split_whitespace().any(|word| word == "impl");
    if unnamed { quote!(_) } else { output }
}

/// A copy for every argument that an attempt would use up, and behind it `let (a, b) = &x;` for every one that is taken apart,
/// for who wants to look at its parts before the first attempt.
fn arguments(signature: &mut Signature, copy: &Copying<'_>) -> (TokenStream, TokenStream) {
    let (mut again, mut parts) = (TokenStream::new(), TokenStream::new());
    for (index, input) in signature.inputs.iter_mut().enumerate() {
        if let FnArg::Typed(argument) = input {
            let pattern = (*argument.pat).clone();
            again.extend(argument_again(argument, index, copy));
            let parameter = &argument.pat;
            if !matches!(pattern, Pat::Wild(_) | Pat::Ident(_)) {
                parts.extend(quote!(#[allow(unused_variables)] let #pattern = &#parameter;));
            }
        }
    }
    (again, parts)
}

fn argument_again(argument: &mut PatType, index: usize, copy: &Copying<'_>) -> Option<TokenStream> {
    let mutable = match &*argument.ty {
        Type::Reference(reference) if reference.mutability.is_none() => return None,
        Type::Reference(_) => true,
        _ => false,
    };
    let pattern = (*argument.pat).clone();
    let parameter = match &pattern {
        Pat::Wild(_) => return None,
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => ident.clone(),
        _ => format_ident!("__argument{index}", span = Span::mixed_site()),
    };
    *argument.pat = Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: parameter.clone(),
        subpat: None,
    });
    // What the user allows for the argument holds where its name is bound now.
    let attrs = std::mem::take(&mut argument.attrs);
    Some(if mutable {
        quote!(#(#attrs)* let #pattern = &mut *#parameter;)
    } else {
        let at = last_span(&argument.ty);
        let copy = copy(quote_spanned!(at=> &#parameter), at);
        quote!(#(#attrs)* let #pattern = #copy;)
    })
}

// Together with the name in front of it, it underlines the whole argument.
fn last_span(ty: &Type) -> Span {
    ty.to_token_stream().into_iter().last().map_or_else(|| ty.span(), |token| token.span())
}

/// `let __self = …;` where an attempt would use up the receiver.
fn receiver_again(function: &mut Function, names: &Names, copy: &Copying<'_>) -> Option<TokenStream> {
    let async_trait = matches!(function.shape, Shape::AsyncTrait { .. });
    let Some(FnArg::Receiver(receiver)) = function.item.sig.inputs.first_mut() else { return None };
    let name = &names.receiver;
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => {
            (async_trait && mutability.is_some()).then(|| quote!(let #name = &mut *self;))
        }
        ReceiverKind::Typed(_, ty) if matches!(&**ty, Type::Reference(_)) => None,
        _ => {
            let mutability = receiver.mutability.take();
            let at = receiver.self_token.span();
            let copy = copy(quote_spanned!(at=> &self), at);
            Some(quote!(let #mutability #name = #copy;))
        }
    }
}
