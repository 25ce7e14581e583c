use std::collections::BTreeSet;

use crate::config::{Config, Origin, Value};
use crate::error::Error;
use crate::event::{self, Handler, Plan, backend};
use crate::policy::{self, Key, Policies};
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
        for (policies, key) in self.each_policy() {
            let overrides = config.policy(policies.name());
            bring(policies, key, overrides.get(key.as_str()));
        }
    }

    /// Brings those policies to what configuration says of which it says something else than before. What was changed
    /// by hand stays, unless the configuration changes it too.
    pub(super) fn change_policies(&self, before: &Config, config: &Config) -> Vec<Change> {
        let mut changes = Vec::new();
        for (policies, key) in self.each_policy() {
            let (before, now) = (before.policy(policies.name()), config.policy(policies.name()));
            let (before, now) = (before.get(key.as_str()), now.get(key.as_str()));
            if before.map(Value::as_text) != now.map(Value::as_text) {
                bring(policies, key, now);
                changes.push(Change::of(policies, key));
            } else if let (Some(before), Some(now)) = (before, now) {
                policies.moved(key, before.origin(), now.origin());
            }
        }
        changes
    }

    fn each_policy(&self) -> impl Iterator<Item = (&'static Policies, Key)> {
        self.policies.iter().flat_map(|policies| Key::ALL.map(|key| (*policies, key)))
    }
}

/// What became of one policy.
pub(super) struct Change {
    pub(super) name: &'static str,
    pub(super) key: Key,
    pub(super) text: String,
    pub(super) origin: Option<Origin>,
}

impl Change {
    fn of(policies: &'static Policies, key: Key) -> Self {
        let sentences = policies.current_set().sentences();
        let text = sentences.into_iter().find_map(|(known, text)| (known == key).then_some(text));
        Self { name: policies.name(), key, text: text.unwrap_or_default(), origin: policies.origin(key) }
    }
}

fn bring(policies: &Policies, key: Key, value: Option<&Value>) {
    let set = match value {
        Some(value) => policies.set_from(key, value.as_text(), value.origin()),
        None => policies.restore(key),
    };
    if let Err(error) = set {
        tracing::error!("{}: {error}", policies.name());
    }
}
