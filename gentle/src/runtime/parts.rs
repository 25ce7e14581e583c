use std::collections::BTreeSet;

use crate::config::Config;
use crate::error::Error;
use crate::event::{self, Handler, Plan, backend};
use crate::policy::{self, Policies};
use crate::service::{self, Definition, Resources};

/// The node that handlers and dispatchers depend on.
const EVENT: &str = "event";
/// Where events wait when nobody says anything else.
const LOCAL: &str = "local://";

/// Everything an app consists of: the one place that knows every kind of registration.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) services: Vec<Definition>,
    pub(super) handlers: Vec<Handler>,
    pub(super) policies: Vec<&'static Policies>,
}

impl Parts {
    /// Takes in what is linked into this program.
    pub(super) fn link(&mut self) {
        self.services.extend(service::Registration::linked());
        self.handlers.extend(event::Registration::linked());
        self.policies.extend(policy::Registration::linked().into_iter().map(policy::Registration::policies));
    }

    /// The packages that brought something.
    pub(super) fn packages(&self) -> BTreeSet<&'static str> {
        let services = self.services.iter().map(|part| part.place().package);
        let handlers = self.handlers.iter().map(|part| part.place().package);
        let policies = self.policies.iter().filter_map(|part| part.place()).map(|place| place.package);
        services.chain(handlers).chain(policies).collect()
    }

    /// The nodes of the graph. The event store is one of them when somebody handles or dispatches events.
    pub(super) fn definitions(
        &mut self,
        config: &Config,
        resources: &mut Resources,
        problems: &mut Vec<Error>,
    ) -> Vec<Definition> {
        let mut definitions = std::mem::take(&mut self.services);
        let handlers = std::mem::take(&mut self.handlers);
        let url = config.get("event.url");
        let dispatched = definitions.iter().any(|definition| definition.names(EVENT));
        if handlers.is_empty() && !dispatched && url.is_none() {
            return definitions;
        }
        if let Some((url, error)) =
            url.as_ref().and_then(|url| Some((url, backend::check(url.as_text()).err()?)))
        {
            problems.extend(error.all().map(|one| url.error(one)));
        }
        let plan = Plan::new(url.as_ref().map_or(LOCAL, |url| url.as_text()), handlers);
        resources.insert(plan.dispatcher());
        definitions.extend(plan.definitions());
        definitions
    }

    /// Brings the policies to what configuration says, which has been checked before, and those it does not speak of
    /// back to what the code wrote: an app that was built before may have left them otherwise.
    pub(super) fn set_policies(&self, config: &Config) {
        for policies in &self.policies {
            let overrides = config.policy(policies.name());
            for key in policy::Key::ALL {
                let set = match overrides.get(key.as_str()) {
                    Some(value) => policies.set(key, value.as_text()),
                    None => policies.restore(key),
                };
                if let Err(error) = set {
                    tracing::error!("{}: {error}", policies.name());
                }
            }
        }
    }
}
