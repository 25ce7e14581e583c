//! Values of the grammar as the code that makes them: what a person would write.

use std::time::Duration;

use gentle_dsl::{
    Backoff, Budget, Bulkhead, CircuitBreaker, Factor, Jitter, Percent, PolicySet, Rate, RateLimit, Retry,
    Setting, Timeout, Tries, Trip, Turn, Waiting,
};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// `PolicySet::new().timeout(…).retry(…)`, in the order of nesting, for a place with [`imports`].
pub(crate) fn policy_set(set: &PolicySet) -> TokenStream {
    let write = Writer { dsl: TokenStream::new(), time: TokenStream::new() };
    let mut code = quote!(PolicySet::new());
    code.extend(setting("timeout", set.timeout, |value| write.timeout(value)));
    code.extend(setting("retry", set.retry, |value| write.retry(&value)));
    code.extend(setting("circuit_breaker", set.circuit_breaker, |value| write.circuit_breaker(&value)));
    code.extend(setting("rate_limit", set.rate_limit, |value| write.rate_limit(value)));
    code.extend(setting("bulkhead", set.bulkhead, |value| write.bulkhead(value)));
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

/// `dsl::Retry::new(…)`, for any place: `dsl` is the path of `gentle::policy`.
pub(crate) fn retry(retry: &Retry, dsl: &TokenStream) -> TokenStream {
    Writer { dsl: quote!(#dsl::), time: quote!(::core::time::) }.retry(retry)
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

/// Writes values. Each path begins with its `::`, or is empty where the names are imported.
struct Writer {
    /// Before every name of the grammar.
    dsl: TokenStream,
    /// Before `Duration`.
    time: TokenStream,
}

impl Writer {
    fn duration(&self, duration: Duration) -> TokenStream {
        let (time, code) = (&self.time, short(duration));
        quote!(#time #code)
    }

    fn range(&self, from: Duration, to: Duration) -> TokenStream {
        let (from, to) = (self.duration(from), self.duration(to));
        quote!(from: #from, to: #to)
    }

    fn retry(&self, retry: &Retry) -> TokenStream {
        let (dsl, backoff) = (&self.dsl, self.backoff(&retry.backoff()));
        let mut code = quote!(#dsl Retry::new(#backoff));
        code.extend(match retry.tries() {
            Tries::Attempts(attempts) => {
                let attempts = Literal::u32_unsuffixed(attempts);
                quote!(.attempts(#attempts))
            }
            Tries::Forever => quote!(.forever()),
        });
        if let Some(within) = retry.limit().map(|time| self.duration(time)) {
            code.extend(quote!(.within(#within)));
        }
        if retry.jittered() != Retry::new(retry.backoff()).jittered() {
            let jitter = self.jitter(retry.jittered());
            code.extend(quote!(.jitter(#jitter)));
        }
        if let Some(budget) = retry.withdraws() {
            let budget = self.budget(&budget);
            code.extend(quote!(.budget(#budget)));
        }
        code
    }

    fn backoff(&self, backoff: &Backoff) -> TokenStream {
        let dsl = &self.dsl;
        let backoff = match *backoff {
            Backoff::Now => quote!(Now),
            Backoff::Const(delay) => {
                let delay = self.duration(delay);
                quote!(Const(#delay))
            }
            Backoff::List(delays) => {
                let delays = delays.as_slice().iter().copied().map(|time| self.duration(time));
                quote!(List(#dsl Delays::new(&[#(#delays),*])))
            }
            Backoff::Linear { from, to } => {
                let range = self.range(from, to);
                quote!(Linear { #range })
            }
            Backoff::Fib { from, to } => {
                let range = self.range(from, to);
                quote!(Fib { #range })
            }
            Backoff::Exp { from, to, factor } => {
                let (range, factor) = (self.range(from, to), self.factor(factor));
                quote!(Exp { #range, factor: #factor })
            }
        };
        quote!(#dsl Backoff::#backoff)
    }

    fn factor(&self, factor: Factor) -> TokenStream {
        let dsl = &self.dsl;
        if factor == Factor::DOUBLE {
            return quote!(#dsl Factor::DOUBLE);
        }
        let thousandths = Literal::u32_unsuffixed(factor.as_thousandths());
        quote!(#dsl Factor::thousandths(#thousandths))
    }

    fn jitter(&self, jitter: Jitter) -> TokenStream {
        let dsl = &self.dsl;
        let jitter = match jitter {
            Jitter::Off => quote!(Off),
            Jitter::Full => quote!(Full),
            Jitter::Equal => quote!(Equal),
            Jitter::Decorrelated => quote!(Decorrelated),
            Jitter::Percent(percent) => {
                let percent = self.percent(percent);
                quote!(Percent(#percent))
            }
        };
        quote!(#dsl Jitter::#jitter)
    }

    fn budget(&self, budget: &Budget) -> TokenStream {
        let (dsl, share, floor) = (&self.dsl, self.percent(budget.share), self.rate(budget.floor));
        quote!(#dsl Budget { share: #share, floor: #floor })
    }

    fn rate(&self, rate: Rate) -> TokenStream {
        let (dsl, count, per) = (&self.dsl, Literal::u32_unsuffixed(rate.count), self.duration(rate.per));
        quote!(#dsl Rate { count: #count, per: #per })
    }

    fn percent(&self, percent: Percent) -> TokenStream {
        let (dsl, hundredths) = (&self.dsl, Literal::u32_unsuffixed(percent.as_hundredths()));
        quote!(#dsl Percent::hundredths(#hundredths))
    }

    fn circuit_breaker(&self, breaker: &CircuitBreaker) -> TokenStream {
        let dsl = &self.dsl;
        let trips = breaker.trips();
        let mut code = quote!(#dsl CircuitBreaker::manual());
        for (index, trip) in trips.as_slice().iter().enumerate() {
            let trip = self.trip(*trip);
            code = if index == 0 { quote!(#dsl CircuitBreaker::new(#trip)) } else { quote!(#code.or(#trip)) };
        }
        let (open, probe, plain) = (breaker.opens(), breaker.probes(), CircuitBreaker::manual());
        if open != plain.opens() {
            let (from, to) = (self.duration(open.from), self.duration(open.to));
            code.extend(quote!(.open(#from, #to)));
        }
        if probe != plain.probes() {
            let (needed, of) = (Literal::u32_unsuffixed(probe.needed), Literal::u32_unsuffixed(probe.of));
            code.extend(quote!(.probe(#needed, #of)));
        }
        if let Some(within) = breaker.limit().map(|time| self.duration(time)) {
            code.extend(quote!(.within(#within)));
        }
        code
    }

    fn trip(&self, trip: Trip) -> TokenStream {
        let dsl = &self.dsl;
        let count = Literal::u32_unsuffixed;
        let trip = match trip {
            Trip::Rate { share, over, sample, window } => {
                let (share, sample) = (self.percent(share), count(sample));
                let (over, window) = (self.maybe(over), self.maybe(window));
                quote!(Rate { share: #share, over: #over, sample: #sample, window: #window })
            }
            Trip::Count { count: bad, of, window } => {
                let (bad, of, window) = (count(bad), count(of), self.maybe(window));
                quote!(Count { count: #bad, of: #of, window: #window })
            }
            Trip::Within { count: bad, window } => {
                let (bad, window) = (count(bad), self.duration(window));
                quote!(Within { count: #bad, window: #window })
            }
            Trip::InARow(bad) => {
                let bad = count(bad);
                quote!(InARow(#bad))
            }
        };
        quote!(#dsl Trip::#trip)
    }

    fn maybe(&self, duration: Option<Duration>) -> TokenStream {
        match duration.map(|time| self.duration(time)) {
            Some(time) => quote!(::core::option::Option::Some(#time)),
            None => quote!(::core::option::Option::None),
        }
    }

    fn rate_limit(&self, limit: RateLimit) -> TokenStream {
        let (dsl, count, per) =
            (&self.dsl, Literal::u32_unsuffixed(limit.count()), self.duration(limit.per()));
        let mut code = quote!(#dsl RateLimit::new(#count, #per));
        let mut plain = RateLimit::new(limit.count(), limit.per());
        if limit.capacity() != limit.count() {
            let burst = Literal::u32_unsuffixed(limit.capacity());
            code.extend(quote!(.burst(#burst)));
            plain = plain.burst(limit.capacity());
        }
        code.extend(self.waiting(limit.waits(), plain.waits(), |within| plain.wait(within).waits()));
        code
    }

    fn bulkhead(&self, bulkhead: Bulkhead) -> TokenStream {
        let (dsl, limit) = (&self.dsl, Literal::u32_unsuffixed(bulkhead.limit()));
        let mut code = quote!(#dsl Bulkhead::new(#limit));
        let plain = Bulkhead::new(bulkhead.limit());
        code.extend(self.waiting(bulkhead.waits(), plain.waits(), |within| plain.wait(within).waits()));
        code
    }

    /// `.wait(…)` and the like, unless it is what one gets without.
    fn waiting(
        &self,
        waiting: Waiting,
        plain: Waiting,
        wait: impl Fn(Duration) -> Waiting,
    ) -> Option<TokenStream> {
        let dsl = &self.dsl;
        let (within, queue) = match waiting {
            same if same == plain => return None,
            Waiting::Reject => return Some(quote!(.reject())),
            Waiting::Turn(Turn { within, queue }) => (within, queue.map(Literal::u32_unsuffixed)),
        };
        let enough = within.is_some_and(|within| wait(within) == waiting);
        Some(match (within.map(|time| self.duration(time)), queue) {
            (Some(within), _) if enough => quote!(.wait(#within)),
            (Some(within), Some(queue)) => quote!(.queue(#queue).wait(#within)),
            (None, Some(queue)) => quote!(.queue(#queue)),
            (Some(within), None) => quote!(.wait(#within)),
            (None, None) => quote!(.waiting(#dsl Waiting::Turn(#dsl Turn::UNBOUNDED))),
        })
    }

    fn timeout(&self, timeout: Timeout) -> TokenStream {
        let dsl = &self.dsl;
        let attempt = timeout.attempt().map(|time| self.duration(time));
        let timeout = match (timeout.whole().map(|time| self.duration(time)), attempt) {
            (Some(whole), Some(attempt)) => quote!(total(#whole).and_each_attempt(#attempt)),
            (Some(whole), None) => quote!(total(#whole)),
            (None, attempt) => quote!(each_attempt(#attempt)),
        };
        quote!(#dsl Timeout::#timeout)
    }
}
