//! A task for each service, which waits for a channel of each of its dependencies.

use std::collections::HashMap;
use std::time::Instant;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Pass;
use crate::graph::Graph;

pub(crate) fn runtime() -> Runtime {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn pass(graph: &Graph) -> Pass {
    let named: Vec<(String, Vec<String>)> = graph
        .iter()
        .enumerate()
        .map(|(node, deps)| (name(node), deps.iter().map(|dep| name(*dep)).collect()))
        .collect();
    runtime().block_on(async {
        let begun = Instant::now();
        let cells = boot(&named).await;
        let up = begun.elapsed();
        let begun = Instant::now();
        stop(&named, &cells).await;
        Pass { boot: up, stop: begun.elapsed() }
    })
}

fn name(node: usize) -> String {
    format!("service-{node}")
}

async fn boot(named: &[(String, Vec<String>)]) -> Vec<watch::Sender<bool>> {
    let index: HashMap<&str, usize> =
        named.iter().enumerate().map(|(node, (name, _))| (&**name, node)).collect();
    let cells: Vec<watch::Sender<bool>> = named.iter().map(|_| watch::Sender::new(false)).collect();
    let mut tasks = JoinSet::new();
    for (node, (_, deps)) in named.iter().enumerate() {
        let waits: Vec<_> =
            deps.iter().filter_map(|dep| index.get(&**dep)).map(|dep| cells[*dep].subscribe()).collect();
        let own = cells[node].clone();
        tasks.spawn(async move {
            for mut wait in waits {
                let _ = wait.wait_for(|up| *up).await;
            }
            own.send_replace(true);
        });
    }
    tasks.join_all().await;
    cells
}

async fn stop(named: &[(String, Vec<String>)], cells: &[watch::Sender<bool>]) {
    let index: HashMap<&str, usize> =
        named.iter().enumerate().map(|(node, (name, _))| (&**name, node)).collect();
    let mut dependants = vec![Vec::new(); named.len()];
    for (node, (_, deps)) in named.iter().enumerate() {
        deps.iter().filter_map(|dep| index.get(&**dep)).for_each(|dep| dependants[*dep].push(node));
    }
    let mut tasks = JoinSet::new();
    for (node, dependants) in dependants.iter().enumerate() {
        let waits: Vec<_> = dependants.iter().map(|dependant| cells[*dependant].subscribe()).collect();
        let own = cells[node].clone();
        tasks.spawn(async move {
            for mut wait in waits {
                let _ = wait.wait_for(|up| !*up).await;
            }
            own.send_replace(false);
        });
    }
    tasks.join_all().await;
}
