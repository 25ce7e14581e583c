use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Build, Context, Result, Service};

type Making = Pin<Box<dyn Future<Output = Result<Made>> + Send>>;

type Building = dyn Fn(&Build) -> Result<Made> + Send + Sync;
type Constructing = dyn Fn(Build) -> Making + Send + Sync;

/// How a definition's value comes to be.
pub(super) enum Maker {
    Ready(Made),
    Build(Box<Building>),
    Construct(Box<Constructing>),
}

/// A value in its two roles: what is injected, and what is started and stopped.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) value: Arc<dyn Any + Send + Sync>,
    life: Option<Arc<dyn Life>>,
}

/// [`Service`] as an object.
#[async_trait]
trait Life: Send + Sync {
    async fn start(&self, cx: &Context) -> Result;
    async fn run(&self, cx: &Context) -> Result;
    async fn stop(&self, cx: &Context) -> Result;
}

#[async_trait]
impl<T: Service> Life for T {
    async fn start(&self, cx: &Context) -> Result {
        Service::start(self, cx).await
    }

    async fn run(&self, cx: &Context) -> Result {
        Service::run(self, cx).await
    }

    async fn stop(&self, cx: &Context) -> Result {
        Service::stop(self, cx).await
    }
}

impl Maker {
    /// The value, when it is there from the beginning.
    pub(super) fn ready(&self) -> Option<Made> {
        match self {
            Self::Ready(made) => Some(made.clone()),
            Self::Build(_) | Self::Construct(_) => None,
        }
    }

    pub(super) async fn make(&self, build: Build) -> Result<Made> {
        match self {
            Self::Ready(made) => Ok(made.clone()),
            Self::Build(build_it) => build_it(&build),
            Self::Construct(construct) => construct(build).await,
        }
    }
}

impl Made {
    pub(super) fn service<T: Service>(value: Arc<T>) -> Self {
        Self { value: value.clone(), life: Some(value) }
    }

    pub(super) fn plain<T: Send + Sync + 'static>(value: Arc<T>) -> Self {
        Self { value, life: None }
    }

    pub(super) async fn start(&self, cx: &Context) -> Result {
        match &self.life {
            Some(life) => life.start(cx).await,
            None => Ok(()),
        }
    }

    pub(super) async fn run(&self, cx: &Context) -> Result {
        match &self.life {
            Some(life) => life.run(cx).await,
            None => Ok(()),
        }
    }

    pub(super) async fn stop(&self, cx: &Context) -> Result {
        match &self.life {
            Some(life) => life.stop(cx).await,
            None => Ok(()),
        }
    }
}
