use gentle_dsl::Key;
use serde::{Serialize, Serializer};

use crate::error::Place;
use crate::policy::{Numbers, Policies};
use crate::telemetry::inspect::{Facts, Item};

/// The policies of one name, as they were at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Listed {
    /// The name under which configuration finds them.
    pub name: String,
    /// Where they are declared, for those in a `static`.
    #[serde(serialize_with = "shown", skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// All of them in one text, defaults filled in.
    pub text: String,
    /// Each of them, in the order in which they nest.
    pub policies: Vec<ListedPolicy>,
    /// What they have counted.
    pub numbers: Numbers,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ListedPolicy {
    /// Which one.
    #[serde(serialize_with = "word")]
    pub key: Key,
    /// Its whole sentence, defaults filled in.
    pub text: String,
    /// What the code wrote, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Who says so, where that is not the code: `gentle.toml:12:9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How it is doing, by names of its own.
    #[serde(skip_serializing_if = "Facts::is_empty")]
    pub state: Facts,
}

impl Listed {
    pub(super) fn of(policies: &Policies) -> Self {
        let written = policies.written().sentences();
        let listed = |(key, text): (Key, String)| {
            let written = written.iter().find(|(known, _)| *known == key).map(|(_, written)| written);
            ListedPolicy {
                written: written.filter(|written| **written != text).cloned(),
                from: policies.origin(key).map(|origin| origin.to_string()),
                state: policies.facts(key),
                key,
                text,
            }
        };
        let set = policies.current_set();
        Self {
            name: policies.name().to_owned(),
            place: policies.place(),
            text: set.to_string(),
            policies: set.sentences().into_iter().map(listed).collect(),
            numbers: policies.numbers(),
        }
    }

    /// One of them.
    pub fn policy(&self, key: Key) -> Option<&ListedPolicy> {
        self.policies.iter().find(|policy| policy.key == key)
    }
}

impl From<Listed> for Item {
    fn from(listed: Listed) -> Self {
        let mut item = Self::new(listed.name);
        item.place = listed.place.map(|place| place.to_string());
        item.facts = listed.numbers.facts();
        item.parts = listed.policies.into_iter().map(Self::from).collect();
        item
    }
}

impl From<ListedPolicy> for Item {
    fn from(policy: ListedPolicy) -> Self {
        let mut item = Self::new(policy.key.as_str());
        item.text = Some(policy.text);
        item.from = policy.from;
        item.facts = policy.state;
        item
    }
}

#[expect(clippy::ref_option, reason = "it is called with the field as it is")]
fn shown<S: Serializer>(place: &Option<Place>, serializer: S) -> Result<S::Ok, S::Error> {
    match place {
        Some(place) => serializer.collect_str(place),
        None => serializer.serialize_none(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is called with the field as it is")]
fn word<S: Serializer>(key: &Key, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(key.as_str())
}
