//! The ways in which an operation can come under policies.

use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;

use gentle::gentle;
use gentle::policy::Policies;
use gentle::policy::handler::Handler;
use gentle::policy::tower::GentleLayer;
use tower::{Layer, ServiceExt, service_fn};

use crate::{Answer, Operation, Running};

type Way = fn(&Arc<Policies>, &Arc<Operation>) -> Running;

pub(crate) const WAYS: [(&str, Way); 5] = [
    ("Policies::call", called),
    ("an attribute", annotated),
    ("a loop by hand", by_hand),
    ("a handler", handled),
    ("a tower layer", layered),
];

fn called(policies: &Arc<Policies>, operation: &Arc<Operation>) -> Running {
    let (policies, operation) = (policies.clone(), operation.clone());
    Box::pin(async move { policies.call(|| operation.run()).await })
}

struct Held(Arc<Policies>);

impl Held {
    #[gentle(policy = self.0)]
    async fn run(&self, operation: &Operation) -> Answer {
        operation.run().await
    }
}

fn annotated(policies: &Arc<Policies>, operation: &Arc<Operation>) -> Running {
    let (held, operation) = (Held(policies.clone()), operation.clone());
    Box::pin(async move { held.run(&operation).await })
}

fn by_hand(policies: &Arc<Policies>, operation: &Arc<Operation>) -> Running {
    let (policies, operation) = (policies.clone(), operation.clone());
    Box::pin(async move {
        let mut call = policies.begin();
        loop {
            let outcome = call.attempt(pin!(operation.run())).await;
            match call.settle(outcome) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(pause) => pause.await,
            }
        }
    })
}

fn handled(policies: &Arc<Policies>, operation: &Arc<Operation>) -> Running {
    let handler = (|operation: Arc<Operation>| async move { operation.run().await }).gently(policies.clone());
    let operation = operation.clone();
    Box::pin(async move { handler.handle(operation).await })
}

fn layered(policies: &Arc<Policies>, operation: &Arc<Operation>) -> Running {
    let layer = GentleLayer::new(policies.clone()).clone_request().own_error();
    let service = layer.layer(service_fn(|operation: Arc<Operation>| async move { operation.run().await }));
    Box::pin(service.oneshot(operation.clone()))
}
