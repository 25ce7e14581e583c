use gentle_dsl::Key;

use super::lane::Admitted;
use crate::policy::bulkhead::Gate;
use crate::policy::circuit_breaker::{Held, Pass};
use crate::policy::rate_limit::{Tap, Token};
use crate::policy::{Policies, Refusal, Rejected};
use crate::time::Instant;

/// What an attempt may have to wait for.
pub(super) struct Doors<'a> {
    /// Whose they are.
    pub(super) policies: &'a Policies,
    pub(super) tap: Option<Tap<'a>>,
    pub(super) gate: Option<&'a Gate>,
}

impl<'a> Doors<'a> {
    /// A token whose call never comes to run, because the bulkhead refuses it or it is given up in the queue, is not used:
    /// dropped, it goes back. A circuit that has opened while the call waited refuses it.
    pub(super) async fn wait(
        self,
        pass: Option<Held<'a>>,
        mut token: Option<Token<'a>>,
        mut at: Instant,
        deadline: Instant,
    ) -> Result<Admitted, Rejected> {
        let mut permit = None;
        loop {
            if let (Some(tap), None) = (self.tap, &token) {
                let (one, since) = tap.acquire(at, deadline).await?;
                (token, at) = (Some(one), since);
            }
            if let Some(gate) = self.gate {
                let (entered, since) = gate.enter(at, deadline).await?;
                (permit, at) = (Some(entered), since);
            }
            // Who was in the queue when the other side asked to be left alone does not come with an old token.
            match self.tap {
                Some(tap) if tap.is_closed(at) => (token, permit) = (None, None),
                _ => break,
            }
        }
        if is_late(at, deadline) {
            return Err(TIME_IS_UP);
        }
        let pass = match pass {
            Some(pass) => pass.renew(at, self.policies)?,
            None => Pass::NONE,
        };
        if let Some(token) = token {
            token.spend();
        }
        let inside = permit.is_some();
        if let Some(permit) = permit {
            permit.keep();
        }
        Ok(Admitted { pass, permit: inside, at })
    }
}

pub(super) const TIME_IS_UP: Rejected = Rejected::new(Key::Timeout, Refusal::Elapsed);

pub(super) fn is_late(at: Instant, deadline: Instant) -> bool {
    at >= deadline && deadline != Instant::FAR
}
