use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;

use super::answer::{Answer, Keeps, Outcomes, Values};
use crate::policy::{FromRejected, Outcome, Policies, PolicyKey};

impl Policies {
    /// The answer to this key that the cache among these policies has, or what `operation` answers under all of them.
    ///
    /// What is kept is told apart by the key, by its type and by that of the answer. So two operations that answer the
    /// same type have keys that differ, or policies of their own. Other policies whose text says `each` get the same key.
    /// Without a cache it is a [`call`](crate::policy::Caller::call) for that key.
    ///
    /// # Errors
    ///
    /// The operation's own error, unchanged, or what it makes of a [`Rejected`](crate::Rejected). They are not kept: for
    /// that there is [`cached_with_errors`](Self::cached_with_errors).
    ///
    /// # Cancel safety
    ///
    /// As in [`call`](Self::call). With `coalesce` the next who waits for the same answer makes the call.
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::Policies;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let kept = Policies::parse(r#"cache = "1m each user""#)?;
    /// let ask = |points| async move { Ok::<u32, gentle::Rejected>(points) };
    /// assert_eq!(kept.cached(&7, || ask(100)).await?, 100);
    /// assert_eq!(kept.cached(&7, || ask(200)).await?, 100);
    /// assert_eq!(kept.cached(&8, || ask(200)).await?, 200);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cached<K, F, Fut, T, E>(&self, key: K, operation: F) -> Result<T, E>
    where
        K: PolicyKey,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
        T: Answer,
        E: From<crate::Rejected>,
    {
        self.kept::<Values, K, F, Fut>(key, operation, false).await
    }

    /// Like [`cached`](Self::cached), and where the call fails an answer that is too old, as long as the cache's `stale`
    /// says.
    ///
    /// # Errors
    ///
    /// As in [`cached`](Self::cached), where there is no such answer.
    ///
    /// # Cancel safety
    ///
    /// As in [`cached`](Self::cached).
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::Policies;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let kept = Policies::parse(r#"cache = "5ms, stale 1h, each user""#)?;
    /// let well = || async { anyhow::Ok(100_u32) };
    /// let down = || async { Err::<u32, _>(anyhow::anyhow!("down")) };
    /// assert_eq!(kept.cached_or_stale("ada", well).await?, 100);
    /// tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    /// assert_eq!(kept.cached_or_stale("ada", down).await?, 100);
    /// assert!(kept.cached_or_stale("grace", down).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cached_or_stale<K, F, Fut, T, E>(&self, key: K, operation: F) -> Result<T, E>
    where
        K: PolicyKey,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
        T: Answer,
        E: From<crate::Rejected>,
    {
        self.kept::<Values, K, F, Fut>(key, operation, true).await
    }

    /// Like [`cached`](Self::cached), and errors of the operation are kept too, as long as the cache's `errors` says.
    ///
    /// # Errors
    ///
    /// As in [`cached`](Self::cached), or a copy of one that was kept.
    ///
    /// # Cancel safety
    ///
    /// As in [`cached`](Self::cached).
    ///
    /// # Examples
    ///
    /// ```
    /// use gentle::policy::{Policies, Rejected};
    ///
    /// #[derive(Clone, Debug, PartialEq)]
    /// struct Down;
    ///
    /// impl From<Rejected> for Down {
    ///     fn from(_: Rejected) -> Self {
    ///         Self
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let kept = Policies::parse(r#"cache = "1m, errors 5s, each user""#)?;
    /// assert_eq!(kept.cached_with_errors("ada", || async { Err::<u32, _>(Down) }).await, Err(Down));
    /// assert_eq!(kept.cached_with_errors("ada", || async { Ok(7_u32) }).await, Err(Down));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cached_with_errors<K, F, Fut, T, E>(&self, key: K, operation: F) -> Result<T, E>
    where
        K: PolicyKey,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
        T: Answer,
        E: Answer + From<crate::Rejected>,
    {
        self.kept::<Outcomes, K, F, Fut>(key, operation, false).await
    }

    async fn kept<M, K, F, Fut>(&self, key: K, mut operation: F, or_stale: bool) -> Fut::Output
    where
        M: Keeps<Fut::Output>,
        K: PolicyKey,
        F: FnMut() -> Fut,
        Fut: Future,
        Fut::Output: Outcome + FromRejected,
    {
        let recall = match self.recall::<M, Fut::Output, _>(key, "", or_stale).await {
            ControlFlow::Break(answer) => return answer,
            ControlFlow::Continue(recall) => recall,
        };
        let caller = self.each(key);
        let mut call = caller.begin();
        recall.prepare(&mut call);
        let outcome = loop {
            let outcome = call.attempt(pin!(operation())).await;
            match call.settle(outcome) {
                ControlFlow::Break(outcome) => break outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        };
        recall.keep(outcome, &call)
    }
}
