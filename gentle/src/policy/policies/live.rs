//! Changing policies while calls are running.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gentle_dsl::{Cache, Key, PolicySet, Sentence, Setting};

use super::{Policies, TIMED, flags};
use crate::config::Origin;
use crate::error::{Error, Kind};
use crate::policy::cache;
use crate::policy::each::Each;
use crate::policy::keys::{Keyed, Keys, key, with_key_of};

impl Policies {
    /// Changes one policy while calls are running. State is kept: what a bucket has given out stays given out, and
    /// a smaller bulkhead takes effect as permits come back, an open circuit stays open. Who waits in a line stays there, at the new pace; who
    /// waits between two attempts makes the next one, and then goes by the new text. A time limit for the whole
    /// call holds for calls that begin after the change.
    ///
    /// # Errors
    ///
    /// The text does not parse, or the code did not name this policy: the old one stays.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::{Key, Policies};
    ///
    /// let policies = Policies::parse(r#"bulkhead = "16""#)?;
    /// policies.set(Key::Bulkhead, "32 wait 1s")?;
    /// assert!(policies.to_string().starts_with(r#"bulkhead = "32"#));
    /// assert!(policies.set(Key::Retry, "3 attempts").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(&self, key: Key, text: &str) -> Result<(), Error> {
        self.set_from(key, text, &Origin::Live)
    }

    pub(super) fn replace(&self, key: Key, text: &str) -> Result<(), Error> {
        match key {
            Key::CircuitBreaker => self.set_circuit_breaker(text),
            Key::RateLimit => self.set_rate_limit(text),
            Key::Bulkhead => self.set_bulkhead(text),
            Key::Retry => self.change(self.retry.as_ref(), parse(text)?, |state, retry, set| {
                set.retry = Some(retry);
                state.set(retry.on());
            }),
            Key::Hedge => self.change(self.hedge.as_ref(), parse(text)?, |state, hedge, set| {
                set.hedge = Some(hedge);
                state.set(hedge.on());
            }),
            Key::Timeout => self.change(self.timeout.as_ref(), parse(text)?, |state, timeout, set| {
                set.timeout = Some(timeout);
                state.set(timeout.on());
            }),
            Key::Cache => self.set_cache(text),
            Key::Throttle => self.change(self.valve(), parse(text)?, |state, throttle, set| {
                set.throttle = Some(throttle);
                state.set(throttle.on());
            }),
            Key::Chaos => self.change(self.chaos.as_ref(), parse(text)?, |state, chaos, set| {
                set.chaos = Some(chaos);
                state.set(chaos.on());
            }),
            // What it answers is code, and asks for the word when it is needed.
            Key::Fallback => {
                let named = self.text.written().fallback;
                self.change(named.as_ref(), parse(text)?, |_, fallback, set| set.fallback = Some(fallback))
            }
        }
    }

    fn set_cache(&self, text: &str) -> Result<(), Error> {
        let written = self.text.written().cache.as_ref();
        let cache = parse(text)?;
        cache::fits(written, cache)?;
        let cache = with_key_of(written, cache)?;
        self.change(self.store(), cache, |state, cache, set| {
            set.cache = Some(cache);
            state.set(cache.on());
        })
    }

    fn set_circuit_breaker(&self, text: &str) -> Result<(), Error> {
        let written = self.text.written().circuit_breaker.as_ref();
        let breaker = with_key_of(written, parse(text)?)?;
        self.change(self.circuit_breaker.as_ref(), breaker, |state, breaker, set| {
            set.circuit_breaker = Some(breaker);
            let sentence = breaker.on().map(Arc::new);
            state.set(sentence.clone(), self);
            self.each_of(|keys| &keys.circuit_breaker, &breaker, |state| state.set(sentence.clone(), self));
        })
    }

    fn set_rate_limit(&self, text: &str) -> Result<(), Error> {
        let limit = with_key_of(self.text.written().rate_limit.as_ref(), parse(text)?)?;
        self.change(self.rate_limit.as_ref(), limit, |state, limit, set| {
            set.rate_limit = Some(limit);
            state.set(limit.on().as_ref(), |act| self.each_of(|keys| &keys.rate_limit, &limit, act));
        })
    }

    fn set_bulkhead(&self, text: &str) -> Result<(), Error> {
        let bulkhead = with_key_of(self.text.written().bulkhead.as_ref(), parse(text)?)?;
        self.change(self.bulkhead.as_ref(), bulkhead, |state, bulkhead, set| {
            set.bulkhead = Some(bulkhead);
            state.set(bulkhead.on());
            self.each_of(|keys| &keys.bulkhead, &bulkhead, |state| state.set(bulkhead.on()));
        })
    }

    /// Brings the states of all keys to what their policy has become.
    fn each_of<S, T: Keyed>(
        &self,
        map: impl FnOnce(&Keys) -> &Option<Each<S>>,
        setting: &Setting<T>,
        act: impl FnMut(&S),
    ) {
        let Some(each) = self.keys.get().and_then(|keys| map(keys).as_ref()) else { return };
        if let Some(key) = key(Some(setting)) {
            each.set_most(key.most);
        }
        each.for_each(act);
    }

    /// Whether a text from outside may be set: that its key is the one in the code. Whether it parses is not asked.
    pub(crate) fn admits(&self, key: Key, text: &str) -> Result<(), Error> {
        let written = self.text.written();
        match key {
            Key::CircuitBreaker => admits(written.circuit_breaker.as_ref(), text),
            Key::RateLimit => admits(written.rate_limit.as_ref(), text),
            Key::Bulkhead => admits(written.bulkhead.as_ref(), text),
            Key::Cache => {
                let fits = |cache| cache::fits(written.cache.as_ref(), cache);
                Cache::parse(text).map_or(Ok(()), fits)?;
                admits(written.cache.as_ref(), text)
            }
            _ => Ok(()),
        }
    }

    fn change<S, T: Sentence>(
        &self,
        state: Option<&S>,
        value: Setting<T>,
        take_over: impl FnOnce(&S, Setting<T>, &mut PolicySet),
    ) -> Result<(), Error> {
        let state = state.ok_or_else(|| unnamed(T::KEY))?;
        self.text.change(|set| {
            take_over(state, value, set);
            let timed = |before: u32| Some(before & !TIMED | flags(set));
            let _ = self.flags.fetch_update(Ordering::Relaxed, Ordering::Relaxed, timed);
        });
        Ok(())
    }

    /// Brings one policy back to what the code wrote.
    pub(crate) fn restore(&self, key: Key) -> Result<(), Error> {
        let (written, now) = (self.written(), self.current_set());
        self.is_restored(key);
        match key {
            Key::RateLimit => self.back(key, written.rate_limit, now.rate_limit),
            Key::Bulkhead => self.back(key, written.bulkhead, now.bulkhead),
            Key::Retry => self.back(key, written.retry, now.retry),
            Key::Hedge => self.back(key, written.hedge, now.hedge),
            Key::Timeout => self.back(key, written.timeout, now.timeout),
            Key::CircuitBreaker => self.back(key, written.circuit_breaker, now.circuit_breaker),
            Key::Cache => self.back(key, written.cache, now.cache),
            Key::Throttle => self.back(key, written.throttle, now.throttle),
            Key::Chaos => self.back(key, written.chaos, now.chaos),
            Key::Fallback => self.back(key, written.fallback, now.fallback),
        }
    }

    fn back<T: Sentence + PartialEq>(
        &self,
        key: Key,
        written: Option<Setting<T>>,
        now: Option<Setting<T>>,
    ) -> Result<(), Error> {
        match written {
            Some(written) if now != Some(written) => self.replace(key, &written.to_string()),
            _ => Ok(()),
        }
    }
}

fn parse<T: Sentence>(text: &str) -> Result<Setting<T>, Error> {
    T::parse(text).map_err(|mistakes| Error::new(Kind::Config, mistakes.to_string()))
}

fn admits<T: Keyed>(written: Option<&Setting<T>>, text: &str) -> Result<(), Error> {
    T::parse(text).map_or(Ok(()), |setting| with_key_of(written, setting).map(drop))
}

fn unnamed(key: Key) -> Error {
    let message = format!("{key}: the code does not name this policy, so it cannot be set from outside");
    Error::new(Kind::Config, message)
}
