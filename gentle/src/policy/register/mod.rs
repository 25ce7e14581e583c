//! The policies of a program by their names: each with its full text, its state, its numbers, and who says so.
//!
//! [`Register::linked`] has those of every `#[gentle(…)]` in the program; an [`App`](crate::App) has a register of its
//! own, which [`AppBuilder::policies`](crate::AppBuilder::policies) adds to. The functions [`list`],
//! [`set`] and [`numbers`](super::numbers()) are shorter words for the linked one.
//!
//! ```
//! use gentle::policy::{self, Key};
//!
//! #[gentle::gentle(name = "payments", retry = "3 attempts", bulkhead = "16")]
//! async fn pay(cents: u64) -> anyhow::Result<u64> {
//!     Ok(cents)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! pay(5).await?;
//! assert_eq!(policy::numbers("payments")?.succeeded, 1);
//!
//! policy::set("payments", Key::Bulkhead, "32 queue 8")?;
//! let wrong = policy::set("paiments", Key::Bulkhead, "32").unwrap_err();
//! assert!(wrong.to_string().contains("did you mean `payments`?"));
//!
//! let payments = policy::list().into_iter().find(|listed| listed.name == "payments").ok_or("it is linked")?;
//! let bulkhead = payments.policy(Key::Bulkhead).ok_or("it has one")?;
//! assert_eq!(bulkhead.text, "32, wait, queue 8");
//! assert_eq!(bulkhead.written.as_deref(), Some("16, reject"));
//! assert_eq!(bulkhead.state.get("inside").and_then(|fact| fact.as_count()), Some(0));
//! println!("{}", serde_json::to_string_pretty(&payments)?);
//! # Ok(())
//! # }
//! ```

mod listed;

use gentle_dsl::{Key, did_you_mean};

pub use listed::{Listed, ListedPolicy};

use super::{Numbers, Policies, Registration};
use crate::error::{Error, Kind};
use crate::telemetry::inspect::{Inspect, Item};

/// Policies that are known by name.
#[derive(Clone, Debug, Default)]
pub struct Register(Vec<&'static Policies>);

impl Register {
    /// Those of every `#[gentle(…)]` that is linked into this program, in the order of package, file and line.
    pub fn linked() -> Self {
        Registration::linked().into_iter().map(Registration::policies).collect()
    }

    /// Each of them as it is now.
    pub fn list(&self) -> Vec<Listed> {
        self.0.iter().map(|policies| Listed::of(policies)).collect()
    }

    /// What is counted under this name.
    ///
    /// # Errors
    ///
    /// Nobody has this name, or several have.
    pub fn numbers(&self, name: &str) -> Result<Numbers, Error> {
        self.find(name).map(Policies::numbers)
    }

    /// Changes one policy while calls are running: see [`Policies::set`].
    ///
    /// # Errors
    ///
    /// Nobody has this name, or several have; the code did not name this policy; the text is wrong. The old one stays.
    pub fn set(&self, name: &str, key: Key, text: &str) -> Result<(), Error> {
        self.find(name)?.set(key, text)
    }

    /// The policies of this name.
    ///
    /// # Errors
    ///
    /// Nobody has this name, or several have.
    pub fn find(&self, name: &str) -> Result<&'static Policies, Error> {
        let named: Vec<&'static Policies> = self.0.iter().copied().filter(|one| one.name() == name).collect();
        match named.as_slice() {
            [] => Err(unknown(name, &self.0)),
            [one] => Ok(*one),
            _ => Err(several(name, &named)),
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &'static Policies> {
        self.0.iter().copied()
    }
}

impl FromIterator<&'static Policies> for Register {
    /// One that is given twice is there once.
    fn from_iter<I: IntoIterator<Item = &'static Policies>>(all: I) -> Self {
        let mut register = Self::default();
        for policies in all {
            if !register.0.iter().any(|known| std::ptr::eq(*known, policies)) {
                register.0.push(policies);
            }
        }
        register
    }
}

impl Inspect for Register {
    fn title(&self) -> &'static str {
        "policy"
    }

    fn items(&self) -> Vec<Item> {
        self.list().into_iter().map(Item::from).collect()
    }

    fn set(&self, item: &str, key: &str, text: &str) -> Result<(), Error> {
        let key = Key::from_name(key).ok_or_else(|| no_policy(key))?;
        Self::set(self, item, key, text)
    }
}

/// Every policy that is linked into this program, as it is now: [`Register::list`].
pub fn list() -> Vec<Listed> {
    Register::linked().list()
}

/// Changes one policy of a function by its name, while calls are running: [`Register::set`].
///
/// # Errors
///
/// Nobody has this name, or several have; the code did not name this policy; the text is wrong. The old one stays.
pub fn set(name: &str, key: Key, text: &str) -> Result<(), Error> {
    Register::linked().set(name, key, text)
}

/// What is counted under this name: [`Register::numbers`].
///
/// # Errors
///
/// Nobody has this name, or several have.
pub fn numbers(name: &str) -> Result<Numbers, Error> {
    Register::linked().numbers(name)
}

fn unknown(name: &str, all: &[&'static Policies]) -> Error {
    let help = match did_you_mean(name, all.iter().map(|known| known.name())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a function's policies are called by its path, `my_crate::module::function`, or as `name = \"...\"` says"
            .to_owned(),
    };
    Error::new(Kind::Missing, format!("no policies are called `{name}`\n\nhelp: {help}"))
}

fn several(name: &str, named: &[&'static Policies]) -> Error {
    let places = named.iter().filter_map(|policies| policies.place()).map(|place| format!("\n  {place}"));
    let places: String = places.collect();
    let message = format!(
        "{} policies are called `{name}`{places}\n\nhelp: give each a `name = \"...\"` of its own",
        named.len()
    );
    Error::new(Kind::Duplicate, message)
}

fn no_policy(key: &str) -> Error {
    let keys = Key::ALL.map(Key::as_str);
    let help = match did_you_mean(key, keys) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", keys.join(", ")),
    };
    Error::new(Kind::Config, format!("unknown policy `{key}`\n\nhelp: {help}"))
}

#[cfg(test)]
mod tests;
