//! Changing policies while calls are running.

use std::sync::atomic::Ordering;

use gentle_dsl::{Key, PolicySet, Sentence, Setting};

use super::{Policies, TIMED, flags};
use crate::config::Origin;
use crate::error::{Error, Kind};

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
            Key::CircuitBreaker => self.change(self.circuit_breaker.as_ref(), text, |state, breaker, set| {
                set.circuit_breaker = Some(breaker);
                state.set(breaker.on(), self);
            }),
            Key::RateLimit => self.change(self.rate_limit.as_ref(), text, |state, limit, set| {
                set.rate_limit = Some(limit);
                state.set(limit.on());
            }),
            Key::Bulkhead => self.change(self.bulkhead.as_ref(), text, |state, bulkhead, set| {
                set.bulkhead = Some(bulkhead);
                state.set(bulkhead.on());
            }),
            Key::Retry => self.change(self.retry.as_ref(), text, |state, retry, set| {
                set.retry = Some(retry);
                state.set(retry.on());
            }),
            Key::Hedge => self.change(self.hedge.as_ref(), text, |state, hedge, set| {
                set.hedge = Some(hedge);
                state.set(hedge.on());
            }),
            Key::Timeout => self.change(self.timeout.as_ref(), text, |state, timeout, set| {
                set.timeout = Some(timeout);
                state.set(timeout.on());
            }),
            other => Err(unnamed(other)),
        }
    }

    fn change<S, T: Sentence>(
        &self,
        state: Option<&S>,
        text: &str,
        take_over: impl FnOnce(&S, Setting<T>, &mut PolicySet),
    ) -> Result<(), Error> {
        let state = state.ok_or_else(|| unnamed(T::KEY))?;
        let value = T::parse(text).map_err(|mistakes| Error::new(Kind::Config, mistakes.to_string()))?;
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
            _ => Ok(()),
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

fn unnamed(key: Key) -> Error {
    let message = format!("{key}: the code does not name this policy, so it cannot be set from outside");
    Error::new(Kind::Config, message)
}
