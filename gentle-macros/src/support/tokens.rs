//! Values of the grammar as the code that makes them: what a person would write.

use std::time::Duration;

use gentle_dsl::{
    Adaptive, Backoff, Budget, Bulkhead, Cache, Chaos, ChaosAct, ChaosKind, CircuitBreaker, Each, Factor,
    Hedge, HedgeDelay, Jitter, Order, Percent, PolicySet, Rate, RateLimit, Retry, Setting, Throttle, Timeout,
    Tries, Trip, Turn, Waiting, Width,
};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// `PolicySet::new().timeout(…).retry(…)`, in the order of nesting, for a place with [`imports`].
pub(crate) fn policy_set(set: &PolicySet) -> TokenStream {
    let mut code = quote!(PolicySet::new());
    code.extend(setting("fallback", set.fallback, |_| quote!(Fallback)));
    code.extend(setting("cache", set.cache, cache));
    code.extend(setting("timeout", set.timeout, timeout));
    code.extend(setting("throttle", set.throttle, throttle));
    code.extend(setting("retry", set.retry, |value| written(&value)));
    code.extend(setting("hedge", set.hedge, |value| hedge(&value)));
    code.extend(setting("circuit_breaker", set.circuit_breaker, |value| circuit_breaker(&value)));
    code.extend(setting("rate_limit", set.rate_limit, rate_limit));
    code.extend(setting("bulkhead", set.bulkhead, bulkhead));
    code.extend(setting("chaos", set.chaos, chaos));
    code
}

/// The names that a policy set is written with, so that it can do without paths. For a block of its own: there they
/// come before all names of the user's, and the user's code does not see them.
pub(crate) fn imports(set: &TokenStream, krate: &TokenStream) -> TokenStream {
    let duration = set.to_string().contains("Duration").then(|| {
        quote!(
            use ::core::time::Duration;
        )
    });
    quote!(#duration use #krate::policy::*;)
}

/// `{ use …; Retry::new(…) }`, for any place.
pub(crate) fn retry(retry: &Retry, krate: &TokenStream) -> TokenStream {
    let code = written(retry);
    let imports = imports(&code, krate);
    quote!({ #imports #code })
}

/// `::core::time::Duration::from_secs(…)`, for any place.
pub(crate) fn duration(duration: Duration) -> TokenStream {
    let code = short(duration);
    quote!(::core::time::#code)
}

/// The duration in the largest unit that holds it exactly.
fn short(duration: Duration) -> TokenStream {
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
    let unit = format_ident!("{unit}");
    let count = Literal::u64_unsuffixed(u64::try_from(count).unwrap_or(u64::MAX));
    quote!(Duration::#unit(#count))
}

fn setting<T>(
    method: &str,
    setting: Option<Setting<T>>,
    code: impl FnOnce(T) -> TokenStream,
) -> Option<TokenStream> {
    let method = format_ident!("{method}");
    Some(match setting? {
        Setting::Off => quote!(.#method(Setting::Off)),
        Setting::On(value) => {
            let value = code(value);
            quote!(.#method(Setting::On(#value)))
        }
    })
}

fn range(from: Duration, to: Duration) -> TokenStream {
    let (from, to) = (short(from), short(to));
    quote!(from: #from, to: #to)
}

fn written(retry: &Retry) -> TokenStream {
    let backoff = backoff(&retry.backoff());
    let mut code = quote!(Retry::new(#backoff));
    code.extend(match retry.tries() {
        Tries::Attempts(attempts) => {
            let attempts = Literal::u32_unsuffixed(attempts);
            quote!(.attempts(#attempts))
        }
        Tries::Forever => quote!(.forever()),
    });
    if let Some(within) = retry.limit().map(short) {
        code.extend(quote!(.within(#within)));
    }
    if retry.jittered() != Retry::new(retry.backoff()).jittered() {
        let jitter = jitter(retry.jittered());
        code.extend(quote!(.jitter(#jitter)));
    }
    if let Some(budget) = retry.withdraws() {
        let budget = self::budget(&budget);
        code.extend(quote!(.budget(#budget)));
    }
    code
}

fn backoff(backoff: &Backoff) -> TokenStream {
    let backoff = match *backoff {
        Backoff::Now => quote!(Now),
        Backoff::Const(delay) => {
            let delay = short(delay);
            quote!(Const(#delay))
        }
        Backoff::List(delays) => {
            let delays = delays.as_slice().iter().copied().map(short);
            quote!(List(Delays::new(&[#(#delays),*])))
        }
        Backoff::Linear { from, to } => {
            let range = range(from, to);
            quote!(Linear { #range })
        }
        Backoff::Fib { from, to } => {
            let range = range(from, to);
            quote!(Fib { #range })
        }
        Backoff::Exp { from, to, factor } => {
            let (range, factor) = (range(from, to), self::factor(factor));
            quote!(Exp { #range, factor: #factor })
        }
    };
    quote!(Backoff::#backoff)
}

fn factor(factor: Factor) -> TokenStream {
    if factor == Factor::DOUBLE {
        return quote!(Factor::DOUBLE);
    }
    let thousandths = Literal::u32_unsuffixed(factor.as_thousandths());
    quote!(Factor::thousandths(#thousandths))
}

fn jitter(jitter: Jitter) -> TokenStream {
    let jitter = match jitter {
        Jitter::Off => quote!(Off),
        Jitter::Full => quote!(Full),
        Jitter::Equal => quote!(Equal),
        Jitter::Decorrelated => quote!(Decorrelated),
        Jitter::Percent(percent) => {
            let percent = self::percent(percent);
            quote!(Percent(#percent))
        }
    };
    quote!(Jitter::#jitter)
}

fn budget(budget: &Budget) -> TokenStream {
    let (share, floor) = (percent(budget.share), rate(budget.floor));
    quote!(Budget { share: #share, floor: #floor })
}

fn rate(rate: Rate) -> TokenStream {
    let (count, per) = (Literal::u32_unsuffixed(rate.count), short(rate.per));
    quote!(Rate { count: #count, per: #per })
}

fn percent(percent: Percent) -> TokenStream {
    let hundredths = Literal::u32_unsuffixed(percent.as_hundredths());
    quote!(Percent::hundredths(#hundredths))
}

fn circuit_breaker(breaker: &CircuitBreaker) -> TokenStream {
    let (trips, plain) = (breaker.trips(), CircuitBreaker::manual());
    let mut trips = trips.as_slice().iter().copied().map(trip);
    let mut code = match trips.next() {
        Some(first) => quote!(CircuitBreaker::new(#first)),
        None => quote!(CircuitBreaker::manual()),
    };
    code.extend(trips.map(|trip| quote!(.or(#trip))));
    let (open, probe) = (breaker.opens(), breaker.probes());
    if open != plain.opens() {
        let (from, to) = (short(open.from), short(open.to));
        code.extend(quote!(.open(#from, #to)));
    }
    if probe != plain.probes() {
        let (needed, of) = (Literal::u32_unsuffixed(probe.needed), Literal::u32_unsuffixed(probe.of));
        code.extend(quote!(.probe(#needed, #of)));
    }
    if let Some(within) = breaker.limit().map(short) {
        code.extend(quote!(.within(#within)));
    }
    code.extend(breaker.keyed().map(each));
    code
}

fn hedge(hedge: &Hedge) -> TokenStream {
    let delay = match hedge.delay() {
        HedgeDelay::Fixed(delay) => {
            let delay = short(delay);
            quote!(Fixed(#delay))
        }
        HedgeDelay::Percentile { percentile, at_least } => {
            let (percentile, at_least) = (Literal::u8_unsuffixed(percentile), maybe(at_least));
            quote!(Percentile { percentile: #percentile, at_least: #at_least })
        }
    };
    let mut code = quote!(Hedge::new(HedgeDelay::#delay));
    if hedge.most() != 1 {
        let most = Literal::u32_unsuffixed(hedge.most());
        code.extend(quote!(.max(#most)));
    }
    if let Some(budget) = hedge.withdraws() {
        let budget = self::budget(&budget);
        code.extend(quote!(.budget(#budget)));
    }
    if hedge.is_free() {
        code.extend(quote!(.free()));
    }
    code
}

fn trip(trip: Trip) -> TokenStream {
    let number = Literal::u32_unsuffixed;
    let trip = match trip {
        Trip::Rate { share, over, sample, window } => {
            let (share, over, sample) = (percent(share), maybe(over), number(sample));
            let window = maybe(window);
            quote!(Rate { share: #share, over: #over, sample: #sample, window: #window })
        }
        Trip::Count { count, of, window } => {
            let (count, of, window) = (number(count), number(of), maybe(window));
            quote!(Count { count: #count, of: #of, window: #window })
        }
        Trip::Within { count, window } => {
            let (count, window) = (number(count), short(window));
            quote!(Within { count: #count, window: #window })
        }
        Trip::InARow(count) => {
            let count = number(count);
            quote!(InARow(#count))
        }
    };
    quote!(Trip::#trip)
}

fn maybe(duration: Option<Duration>) -> TokenStream {
    match duration.map(short) {
        Some(duration) => quote!(::core::option::Option::Some(#duration)),
        None => quote!(::core::option::Option::None),
    }
}

fn rate_limit(limit: RateLimit) -> TokenStream {
    let (count, per) = (Literal::u32_unsuffixed(limit.count()), short(limit.per()));
    let mut code = quote!(RateLimit::new(#count, #per));
    let mut plain = RateLimit::new(limit.count(), limit.per());
    for rate in limit.windows().iter().skip(1) {
        let (count, per) = (Literal::u32_unsuffixed(rate.count), short(rate.per));
        code.extend(quote!(.and(#count, #per)));
        plain = plain.and(rate.count, rate.per);
    }
    if limit.is_strict() {
        code.extend(quote!(.strict()));
        plain = plain.strict();
    }
    if limit.capacity() != limit.count() {
        let burst = Literal::u32_unsuffixed(limit.capacity());
        code.extend(quote!(.burst(#burst)));
        plain = plain.burst(limit.capacity());
    }
    code.extend(waiting(limit.waits(), plain.waits(), |within| plain.wait(within).waits()));
    code.extend(order(limit.order()));
    code.extend(limit.keyed().map(each));
    code
}

fn each(each: Each) -> TokenStream {
    let key = each.key.as_str();
    let most = (each.most != Each::MOST).then(|| {
        let most = Literal::u32_unsuffixed(each.most);
        quote!(.up_to(#most))
    });
    quote!(.each(Each::new(#key)#most))
}

fn bulkhead(bulkhead: Bulkhead) -> TokenStream {
    let (mut code, plain) = width(bulkhead.width());
    code.extend(waiting(bulkhead.waits(), plain.waits(), |within| plain.wait(within).waits()));
    code.extend(order(bulkhead.order()));
    code.extend(bulkhead.keyed().map(each));
    code
}

fn width(width: Width) -> (TokenStream, Bulkhead) {
    let number = Literal::u32_unsuffixed;
    match width {
        Width::Fixed(limit) => {
            let plain = Bulkhead::new(limit);
            let limit = number(limit);
            (quote!(Bulkhead::new(#limit)), plain)
        }
        Width::Auto { from, to, start, by } => {
            let plain = Bulkhead::auto(from, to);
            let (least, most, first) = (number(from), number(to), number(start));
            let start = (plain.first() != start).then(|| quote!(.start(#first)));
            let by = match by {
                Adaptive::Aimd => Some(quote!(.by(Adaptive::Aimd))),
                Adaptive::Vegas => Some(quote!(.by(Adaptive::Vegas))),
                Adaptive::Gradient => None,
            };
            (quote!(Bulkhead::auto(#least, #most)#start #by), plain)
        }
    }
}

fn order(order: Order) -> Option<TokenStream> {
    (order == Order::Lifo).then(|| quote!(.lifo()))
}

/// `.wait(…)` and the like, unless it is what one gets without.
fn waiting(waiting: Waiting, plain: Waiting, wait: impl Fn(Duration) -> Waiting) -> Option<TokenStream> {
    let (within, queue) = match waiting {
        same if same == plain => return None,
        Waiting::Reject => return Some(quote!(.reject())),
        Waiting::Turn(Turn { within, queue }) => (within, queue.map(Literal::u32_unsuffixed)),
    };
    let enough = within.is_some_and(|within| wait(within) == waiting);
    Some(match (within.map(short), queue) {
        (Some(within), _) if enough => quote!(.wait(#within)),
        (Some(within), Some(queue)) => quote!(.queue(#queue).wait(#within)),
        (None, Some(queue)) => quote!(.queue(#queue)),
        (Some(within), None) => quote!(.wait(#within)),
        (None, None) => quote!(.waiting(Waiting::Turn(Turn::UNBOUNDED))),
    })
}

fn cache(cache: Cache) -> TokenStream {
    let keep = short(cache.keeps());
    let mut code = quote!(Cache::new(#keep));
    if let Some(stale) = cache.stays().map(short) {
        code.extend(quote!(.stale(#stale)));
    }
    if cache.most() != Cache::MOST {
        let most = Literal::u32_unsuffixed(cache.most());
        code.extend(quote!(.max(#most)));
    }
    if let Some(errors) = cache.keeps_errors().map(short) {
        code.extend(quote!(.errors(#errors)));
    }
    if cache.coalesces() {
        code.extend(quote!(.coalesce()));
    }
    code.extend(cache.keyed().map(each));
    code
}

fn throttle(throttle: Throttle) -> TokenStream {
    let (share, of) = (percent(throttle.share()), Literal::u32_unsuffixed(throttle.of()));
    let window = short(throttle.window());
    let mut code = quote!(Throttle::new(#share, #of, #window));
    if throttle.most() != Throttle::MOST {
        let most = percent(throttle.most());
        code.extend(quote!(.up_to(#most)));
    }
    code
}

fn chaos(chaos: Chaos) -> TokenStream {
    let mut kinds = chaos.kinds().iter().map(chaos_kind);
    let first = kinds.next();
    quote!(Chaos::new(#first)#(.and(#kinds))*)
}

fn chaos_kind(kind: &ChaosKind) -> TokenStream {
    let share = percent(kind.share);
    let act = match kind.act {
        ChaosAct::Fail => quote!(Fail),
        ChaosAct::Panic => quote!(Panic),
        ChaosAct::Delay { from, to } => {
            let range = range(from, to);
            quote!(Delay { #range })
        }
    };
    quote!(ChaosKind { share: #share, act: ChaosAct::#act })
}

fn timeout(timeout: Timeout) -> TokenStream {
    let (attempt, reserved) = (timeout.attempt().map(short), timeout.reserved());
    let timeout = match (timeout.whole().map(short), attempt) {
        (Some(whole), Some(attempt)) => quote!(total(#whole).and_each_attempt(#attempt)),
        (Some(whole), None) => quote!(total(#whole)),
        (None, attempt) => quote!(each_attempt(#attempt)),
    };
    let reserve = (!reserved.is_zero()).then(|| {
        let reserved = short(reserved);
        quote!(.reserve(#reserved))
    });
    quote!(Timeout::#timeout #reserve)
}
