//! Methods by every receiver, in traits of every kind.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use gentle::{Policies, Rejected, gentle};

/// Has policies of its own.
#[derive(Clone, Debug)]
pub struct Client {
    name: String,
    limits: Arc<Policies>,
}

impl Client {
    /// By shared reference.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    pub async fn shared(&self, number: usize) -> Result<&str, Rejected> {
        Ok(self.name.get(number..).unwrap_or(&self.name))
    }

    /// By exclusive reference.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    pub async fn exclusive(&mut self, more: String) -> Result<usize, Rejected> {
        self.name.push_str(&more);
        Ok(self.name.len())
    }

    /// By value.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[gentle(retry = "now, 3 attempts", bulkhead = "4")]
    pub async fn consumed(self) -> Result<String, Rejected> {
        Ok(self.name)
    }

    /// By value, changed.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[gentle(retry = "now, 3 attempts")]
    pub async fn changed(mut self) -> Result<String, Rejected> {
        self.name.push('!');
        Ok(self.name)
    }

    /// Behind a pointer.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[gentle(rate_limit = "5/s", retry = "now, 3 attempts")]
    pub async fn counted(self: Arc<Self>) -> Result<usize, Rejected> {
        Ok(self.name.len())
    }

    /// Pinned.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[gentle(rate_limit = "5/s")]
    pub async fn pinned(self: Pin<&Self>) -> Result<usize, Rejected> {
        Ok(self.name.len())
    }

    /// Under the policies of this very value.
    ///
    /// # Errors
    ///
    /// It was refused.
    #[gentle(policy = self.limits)]
    pub async fn limited(&self) -> Result<usize, Rejected> {
        Ok(self.name.len())
    }
}

/// A trait with async functions.
pub trait Scores {
    /// Reads one.
    fn read(&self, player: String) -> impl Future<Output = Result<usize, Rejected>> + Send;

    /// Writes one.
    fn write(&mut self, player: String) -> impl Future<Output = Result<usize, Rejected>> + Send;
}

impl Scores for Client {
    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn read(&self, player: String) -> Result<usize, Rejected> {
        Ok(self.name.len() + player.len())
    }

    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn write(&mut self, player: String) -> Result<usize, Rejected> {
        self.name = player;
        Ok(self.name.len())
    }
}

/// A trait for `dyn`.
#[async_trait::async_trait]
pub trait Dynamic {
    /// Reads one.
    async fn read(&self, player: String, (left, right): (u8, u8)) -> Result<usize, Rejected>;

    /// Writes one.
    async fn write(&mut self, player: &str, log: &mut Vec<String>) -> Result<usize, Rejected>;

    /// Comes with a body.
    #[gentle(retry = "now, 3 attempts", bulkhead = "4")]
    async fn provided(&self, number: u64) -> Result<u64, Rejected> {
        Ok(number)
    }
}

#[async_trait::async_trait]
impl Dynamic for Client {
    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn read(&self, player: String, (left, right): (u8, u8)) -> Result<usize, Rejected> {
        drop(player);
        Ok(self.name.len() + usize::from(left + right))
    }

    #[gentle(retry = "now, 3 attempts", timeout = "1s")]
    async fn write(&mut self, player: &str, log: &mut Vec<String>) -> Result<usize, Rejected> {
        log.push(player.to_owned());
        player.clone_into(&mut self.name);
        Ok(self.name.len())
    }
}
