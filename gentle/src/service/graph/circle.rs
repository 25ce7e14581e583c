//! Tarjan's strongly connected components, without recursion, and the shortest circle within each.

use std::collections::{HashMap, VecDeque};

use super::Dep;

/// One circle out of every knot of the graph, each as the nodes in order of "needs".
pub(super) fn find(deps: &[Vec<Dep>]) -> Vec<Vec<usize>> {
    let mut knots = Tarjan::new(deps).knots();
    for knot in &mut knots {
        knot.sort_unstable();
    }
    knots.sort_unstable();
    knots.iter().map(|knot| shortest(deps, knot)).collect()
}

/// The shortest way from the first node of `knot` back to itself.
fn shortest(deps: &[Vec<Dep>], knot: &[usize]) -> Vec<usize> {
    let start = knot[0];
    let mut came_from = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for dep in &deps[node] {
            if dep.node == start {
                return path(&came_from, start, node);
            }
            if knot.binary_search(&dep.node).is_ok() && !came_from.contains_key(&dep.node) {
                came_from.insert(dep.node, node);
                queue.push_back(dep.node);
            }
        }
    }
    knot.to_vec()
}

fn path(came_from: &HashMap<usize, usize>, start: usize, end: usize) -> Vec<usize> {
    let mut path = vec![end];
    let mut node = end;
    while node != start {
        node = came_from[&node];
        path.push(node);
    }
    path.reverse();
    path
}

struct Tarjan<'a> {
    deps: &'a [Vec<Dep>],
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    seen: usize,
    knots: Vec<Vec<usize>>,
}

impl<'a> Tarjan<'a> {
    fn new(deps: &'a [Vec<Dep>]) -> Self {
        let count = deps.len();
        Self {
            deps,
            order: vec![None; count],
            low: vec![0; count],
            open: vec![false; count],
            stack: Vec::new(),
            seen: 0,
            knots: Vec::new(),
        }
    }

    fn knots(mut self) -> Vec<Vec<usize>> {
        for node in 0..self.deps.len() {
            if self.order[node].is_none() {
                self.walk(node);
            }
        }
        self.knots
    }

    fn walk(&mut self, root: usize) {
        let mut path = vec![(root, 0)];
        self.open(root);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(dep) = self.deps[node].get(*next) else {
                path.pop();
                self.close(node, path.last().map(|(parent, _)| *parent));
                continue;
            };
            *next += 1;
            self.step(node, dep.node, &mut path);
        }
    }

    fn step(&mut self, node: usize, to: usize, path: &mut Vec<(usize, usize)>) {
        match self.order[to] {
            None => {
                self.open(to);
                path.push((to, 0));
            }
            Some(order) if self.open[to] => self.low[node] = self.low[node].min(order),
            Some(_) => {}
        }
    }

    fn open(&mut self, node: usize) {
        self.order[node] = Some(self.seen);
        self.low[node] = self.seen;
        self.seen += 1;
        self.open[node] = true;
        self.stack.push(node);
    }

    fn close(&mut self, node: usize, parent: Option<usize>) {
        if let Some(parent) = parent {
            self.low[parent] = self.low[parent].min(self.low[node]);
        }
        if self.order[node] == Some(self.low[node]) {
            self.take_knot(node);
        }
    }

    fn take_knot(&mut self, root: usize) {
        let from = self.stack.iter().rposition(|node| *node == root).unwrap_or_default();
        let knot = self.stack.split_off(from);
        for node in &knot {
            self.open[*node] = false;
        }
        if knot.len() > 1 {
            self.knots.push(knot);
        }
    }
}
