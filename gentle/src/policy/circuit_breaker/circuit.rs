use super::machine::Hand;
use super::{Breaker, Sign, State};
use crate::policy::Policies;
use crate::telemetry::inspect::Facts;

/// A hand on the circuit breaker of some [`Policies`](crate::Policies): to look at it, and to hold it open or closed.
///
/// What is held stays so until another word, whatever calls do. Letting go, by [`reset`](Self::reset), leaves it
/// closed.
///
/// # Examples
///
/// ```
/// use gentle::policy::circuit_breaker::Phase;
/// use gentle::policy::{Policies, Refusal};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let payments = Policies::parse(r#"circuit_breaker = "manual""#)?;
/// let call = || async { Ok::<_, gentle::Rejected>(()) };
/// let circuit = payments.circuit_breaker().ok_or("there is one")?;
///
/// circuit.isolate();
/// assert_eq!(payments.call(call).await.unwrap_err().kind, Refusal::Open);
/// circuit.reset();
/// assert_eq!(payments.call(call).await, Ok(()));
/// assert_eq!(circuit.state().phase, Phase::Closed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Circuit<'a> {
    breaker: &'a Breaker,
    of: &'a Policies,
}

impl<'a> Circuit<'a> {
    pub(crate) const fn of(breaker: &'a Breaker, of: &'a Policies) -> Self {
        Self { breaker, of }
    }

    /// Holds it open: every call is refused, without a time to come back.
    pub fn isolate(self) {
        self.breaker.hold(Hand::Isolated, self.of);
    }

    /// Holds it closed: every call passes, and none is counted.
    pub fn close(self) {
        self.breaker.hold(Hand::Closed, self.of);
    }

    /// Only observes: every call passes, and where it would open it says so in the log. A way to try a circuit breaker
    /// in production.
    pub fn observe(self) {
        self.breaker.hold(Hand::Observed, self.of);
    }

    /// Lets it go: closed, with nothing counted and the first open time ahead of it.
    pub fn reset(self) {
        self.breaker.hold(Hand::Free, self.of);
    }

    /// What it is doing now.
    pub fn state(self) -> State {
        self.breaker.state(self.of)
    }

    /// The same by names that a page can show.
    pub(crate) fn facts(self) -> Facts {
        let State { phase, signs, opened, refused } = self.state();
        let facts = Facts::new().with("phase", phase.to_string());
        let sign = |facts: Facts, sign: &Sign| {
            facts
                .with(format!("bad, of {}", sign.trip), sign.bad)
                .with(format!("calls, of {}", sign.trip), sign.calls)
        };
        signs.iter().fold(facts, sign).with("opened", opened).with("refused", refused)
    }
}
