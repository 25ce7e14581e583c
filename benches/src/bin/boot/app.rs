use std::time::Instant;

use gentle::App;
use gentle::service::{Definition, Service};

use crate::Pass;
use crate::graph::Graph;

struct Nothing;

impl Service for Nothing {}

/// Builds the app, boots it and stops it.
pub(crate) fn pass(graph: &Graph) -> Pass {
    let runtime = crate::watch::runtime();
    let definitions: Vec<Definition> =
        graph.iter().enumerate().map(|(node, deps)| definition(node, deps)).collect();
    runtime.block_on(async {
        let begun = Instant::now();
        let app = definitions.into_iter().fold(App::builder(), gentle::AppBuilder::define).build();
        let app = app.unwrap_or_else(|error| panic!("{error}"));
        app.start().await.unwrap_or_else(|error| panic!("{error}"));
        let boot = begun.elapsed();
        let begun = Instant::now();
        app.stop().await.unwrap_or_else(|error| panic!("{error}"));
        Pass { boot, stop: begun.elapsed() }
    })
}

fn definition(node: usize, deps: &[usize]) -> Definition {
    let definition = Definition::value(name(node), gentle::here!(), Nothing).kind("part");
    deps.iter().fold(definition, |definition, dep| definition.needs_named(name(*dep)))
}

fn name(node: usize) -> String {
    format!("service-{node}")
}
