//! Values of the grammar as the code that makes them: what a person would write.

use std::time::Duration;

use gentle_dsl::{
    Backoff, Budget, Bulkhead, Jitter, PolicySet, RateLimit, Retry, Setting, Timeout, Tries, Turn, Waiting,
};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// `PolicySet::new().rate_limit(…).retry(…)`, in the order of nesting.
pub(crate) fn policy_set(set: &PolicySet, dsl: &TokenStream) -> TokenStream {
    let mut code = quote!(#dsl::PolicySet::new());
    let timeout = setting(set.timeout, "timeout", dsl, |value| timeout(value, dsl));
    let retry = setting(set.retry, "retry", dsl, |value| retry(value, dsl));
    let rate_limit = setting(set.rate_limit, "rate_limit", dsl, |value| rate_limit(value, dsl));
    let bulkhead = setting(set.bulkhead, "bulkhead", dsl, |value| bulkhead(value, dsl));
    for call in [timeout, retry, rate_limit, bulkhead].into_iter().flatten() {
        code.extend(call);
    }
    code
}

fn setting<T>(
    setting: Option<Setting<T>>,
    method: &str,
    dsl: &TokenStream,
    code: impl FnOnce(&T) -> TokenStream,
) -> Option<TokenStream> {
    let method = quote::format_ident!("{method}");
    let value = match setting? {
        Setting::Off => quote!(#dsl::Setting::Off),
        Setting::On(value) => {
            let value = code(&value);
            quote!(#dsl::Setting::On(#value))
        }
    };
    Some(quote!(.#method(#value)))
}

pub(crate) fn retry(retry: &Retry, dsl: &TokenStream) -> TokenStream {
    let backoff = backoff(retry.backoff(), dsl);
    let mut code = quote!(#dsl::Retry::new(#backoff));
    match retry.tries() {
        Tries::Attempts(attempts) => {
            let attempts = Literal::u32_unsuffixed(attempts);
            code.extend(quote!(.attempts(#attempts)));
        }
        Tries::Forever => code.extend(quote!(.forever())),
    }
    if let Some(within) = retry.limit() {
        let within = duration(within);
        code.extend(quote!(.within(#within)));
    }
    if retry.jittered() != Retry::new(retry.backoff()).jittered() {
        let jitter = jitter(retry.jittered(), dsl);
        code.extend(quote!(.jitter(#jitter)));
    }
    if let Some(budget) = retry.withdraws() {
        let budget = self::budget(&budget, dsl);
        code.extend(quote!(.budget(#budget)));
    }
    code
}

fn backoff(backoff: Backoff, dsl: &TokenStream) -> TokenStream {
    match backoff {
        Backoff::Now => quote!(#dsl::Backoff::Now),
        Backoff::Const(delay) => {
            let delay = duration(delay);
            quote!(#dsl::Backoff::Const(#delay))
        }
        Backoff::List(delays) => {
            let delays = delays.as_slice().iter().copied().map(duration);
            quote!(#dsl::Backoff::List(#dsl::Delays::new(&[#(#delays),*])))
        }
        Backoff::Linear { from, to } => {
            let (from, to) = (duration(from), duration(to));
            quote!(#dsl::Backoff::Linear { from: #from, to: #to })
        }
        Backoff::Fib { from, to } => {
            let (from, to) = (duration(from), duration(to));
            quote!(#dsl::Backoff::Fib { from: #from, to: #to })
        }
        Backoff::Exp { from, to, factor } => {
            let (from, to) = (duration(from), duration(to));
            let factor = Literal::u32_unsuffixed(factor.as_thousandths());
            quote!(#dsl::Backoff::Exp { from: #from, to: #to, factor: #dsl::Factor::thousandths(#factor) })
        }
    }
}

fn jitter(jitter: Jitter, dsl: &TokenStream) -> TokenStream {
    match jitter {
        Jitter::Off => quote!(#dsl::Jitter::Off),
        Jitter::Full => quote!(#dsl::Jitter::Full),
        Jitter::Equal => quote!(#dsl::Jitter::Equal),
        Jitter::Decorrelated => quote!(#dsl::Jitter::Decorrelated),
        Jitter::Percent(percent) => {
            let percent = self::percent(percent, dsl);
            quote!(#dsl::Jitter::Percent(#percent))
        }
    }
}

fn budget(budget: &Budget, dsl: &TokenStream) -> TokenStream {
    let share = percent(budget.share, dsl);
    let count = Literal::u32_unsuffixed(budget.floor.count);
    let per = duration(budget.floor.per);
    quote!(#dsl::Budget { share: #share, floor: #dsl::Rate { count: #count, per: #per } })
}

fn percent(percent: gentle_dsl::Percent, dsl: &TokenStream) -> TokenStream {
    let hundredths = Literal::u32_unsuffixed(percent.as_hundredths());
    quote!(#dsl::Percent::hundredths(#hundredths))
}

fn rate_limit(limit: &RateLimit, dsl: &TokenStream) -> TokenStream {
    let (count, per) = (Literal::u32_unsuffixed(limit.count()), duration(limit.per()));
    let mut code = quote!(#dsl::RateLimit::new(#count, #per));
    if limit.capacity() != limit.count() {
        let burst = Literal::u32_unsuffixed(limit.capacity());
        code.extend(quote!(.burst(#burst)));
    }
    if limit.waits() != RateLimit::new(limit.count(), limit.per()).waits() {
        let waiting = waiting(limit.waits(), dsl);
        code.extend(quote!(.waiting(#waiting)));
    }
    code
}

fn bulkhead(bulkhead: &Bulkhead, dsl: &TokenStream) -> TokenStream {
    let limit = Literal::u32_unsuffixed(bulkhead.limit());
    let mut code = quote!(#dsl::Bulkhead::new(#limit));
    if bulkhead.waits() != Waiting::Reject {
        let waiting = waiting(bulkhead.waits(), dsl);
        code.extend(quote!(.waiting(#waiting)));
    }
    code
}

fn waiting(waiting: Waiting, dsl: &TokenStream) -> TokenStream {
    match waiting {
        Waiting::Reject => quote!(#dsl::Waiting::Reject),
        Waiting::Turn(Turn { within, queue }) => {
            let within = option(within.map(duration));
            let queue = option(queue.map(|places| {
                let places = Literal::u32_unsuffixed(places);
                quote!(#places)
            }));
            quote!(#dsl::Waiting::Turn(#dsl::Turn { within: #within, queue: #queue }))
        }
    }
}

fn timeout(timeout: &Timeout, dsl: &TokenStream) -> TokenStream {
    let attempt = timeout.attempt().map(duration);
    match (timeout.whole().map(duration), attempt) {
        (Some(whole), Some(attempt)) => quote!(#dsl::Timeout::total(#whole).and_each_attempt(#attempt)),
        (Some(whole), None) => quote!(#dsl::Timeout::total(#whole)),
        (None, attempt) => quote!(#dsl::Timeout::each_attempt(#attempt)),
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// The duration in the largest unit that holds it exactly.
pub(crate) fn duration(duration: Duration) -> TokenStream {
    let nanos = duration.as_nanos();
    let (unit, count) = if nanos % 1_000_000_000 == 0 {
        ("from_secs", nanos / 1_000_000_000)
    } else if nanos % 1_000_000 == 0 {
        ("from_millis", nanos / 1_000_000)
    } else if nanos % 1_000 == 0 {
        ("from_micros", nanos / 1_000)
    } else {
        ("from_nanos", nanos)
    };
    let unit = quote::format_ident!("{unit}");
    let count = Literal::u64_unsuffixed(u64::try_from(count).unwrap_or(u64::MAX));
    quote!(::core::time::Duration::#unit(#count))
}
