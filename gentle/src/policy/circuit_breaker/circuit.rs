use super::machine::Hand;
use super::{Breaker, State};

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
pub struct Circuit<'a>(&'a Breaker);

impl<'a> Circuit<'a> {
    pub(crate) const fn of(breaker: &'a Breaker) -> Self {
        Self(breaker)
    }

    /// Holds it open: every call is refused, without a time to come back.
    pub fn isolate(self) {
        self.0.hold(Hand::Isolated);
    }

    /// Holds it closed: every call passes, and none is counted.
    pub fn close(self) {
        self.0.hold(Hand::Closed);
    }

    /// Only observes: every call passes, and where it would open it says so in the log. A way to try a circuit breaker
    /// in production.
    pub fn observe(self) {
        self.0.hold(Hand::Observed);
    }

    /// Lets it go: closed, with nothing counted and the first open time ahead of it.
    pub fn reset(self) {
        self.0.hold(Hand::Free);
    }

    /// What it is doing now.
    pub fn state(self) -> State {
        self.0.state()
    }
}
