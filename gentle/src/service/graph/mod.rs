//! The graph of what depends on what, checked before anything starts.
//!
//! Pure: no tasks and no clock. Every problem is found and told at once, in time linear in nodes and edges.

mod circle;
mod problem;

use std::any::TypeId;
use std::collections::{HashMap, HashSet};

use super::Definition;
use super::definition::{Edge, Target};
use crate::{Error, Place};

/// A graph without problems: whole, without circles, every name and type once.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(super) nodes: Vec<Definition>,
    pub(super) deps: Vec<Vec<Dep>>,
    pub(super) dependants: Vec<Vec<Dependant>>,
    /// Nodes by how many others must come before them.
    pub(super) levels: Vec<Vec<usize>>,
    index: Index,
}

/// One dependency of a node, typed and named edges to the same node merged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dep {
    pub(super) node: usize,
    pub(super) hard: bool,
    named: bool,
    place: Place,
}

/// The other end of a [`Dep`].
#[derive(Clone, Copy, Debug)]
pub(in crate::service) struct Dependant {
    pub(super) node: usize,
    pub(super) hard: bool,
}

#[derive(Debug, Default)]
struct Index {
    names: HashMap<String, usize>,
    types: HashMap<TypeId, usize>,
}

impl Graph {
    /// Checks `nodes` and connects them.
    ///
    /// # Errors
    ///
    /// All problems together: missing, circular, self and duplicate dependencies, duplicate names and types.
    pub(crate) fn new(nodes: Vec<Definition>) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let index = Index::of(&nodes, &mut problems);
        let deps = connect(&nodes, &index, &mut problems);
        let dependants = reverse(&deps);
        let levels = levels(&deps, &dependants);
        if levels.iter().map(Vec::len).sum::<usize>() < nodes.len() {
            problems
                .extend(circle::find(&deps).iter().map(|circle| problem::circular(&nodes, &deps, circle)));
        }
        match Error::together(problems) {
            Some(error) => Err(error),
            None => Ok(Self { nodes, deps, dependants, levels, index }),
        }
    }

    pub(crate) fn named(&self, name: &str) -> Option<usize> {
        self.index.names.get(name).copied()
    }

    pub(crate) fn typed(&self, id: TypeId) -> Option<usize> {
        self.index.types.get(&id).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Everything that cannot start without `node`, nearest first.
    pub(super) fn downstream(&self, node: usize) -> Vec<usize> {
        let mut found = vec![node];
        let mut seen = HashSet::from([node]);
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            let hard = self.dependants[at].iter().filter(|edge| edge.hard);
            found.extend(hard.map(|edge| edge.node).filter(|other| seen.insert(*other)));
            next += 1;
        }
        found.remove(0);
        found
    }
}

impl Index {
    fn of(nodes: &[Definition], problems: &mut Vec<Error>) -> Self {
        let mut index = Self::default();
        for (at, node) in nodes.iter().enumerate() {
            let first = *index.names.entry(node.name().to_owned()).or_insert(at);
            if first != at {
                problems.push(problem::same_name(&nodes[first], node));
                continue;
            }
            let Some(provides) = node.provided() else { continue };
            let first = *index.types.entry(provides.id).or_insert(at);
            if first != at {
                problems.push(problem::same_type(provides.name, &nodes[first], node));
            }
        }
        index
    }

    fn resolve(&self, target: &Target) -> Option<usize> {
        match target {
            Target::Type(wanted) => self.types.get(&wanted.id).copied(),
            Target::Name(name) => self.names.get(name.as_ref()).copied(),
        }
    }
}

/// Connects the edges of one node after the other.
struct Connecting<'a> {
    nodes: &'a [Definition],
    index: &'a Index,
    problems: &'a mut Vec<Error>,
    // Of the node being connected: where in its list each other node stands, and by whom that was written.
    stands: Vec<(usize, usize)>,
}

fn connect(nodes: &[Definition], index: &Index, problems: &mut Vec<Error>) -> Vec<Vec<Dep>> {
    let stands = vec![(usize::MAX, 0); nodes.len()];
    let mut connecting = Connecting { nodes, index, problems, stands };
    (0..nodes.len()).map(|at| connecting.node(at)).collect()
}

impl Connecting<'_> {
    fn node(&mut self, at: usize) -> Vec<Dep> {
        let node = &self.nodes[at];
        let mut deps = Vec::with_capacity(node.edges.len());
        for (position, edge) in node.edges.iter().enumerate() {
            match self.index.resolve(&edge.to) {
                Some(to) if to == at => self.problems.push(problem::itself(node, edge)),
                Some(to) => self.add(&mut deps, at, to, edge),
                None => self.missing(node, position, edge),
            }
        }
        deps
    }

    fn add(&mut self, deps: &mut Vec<Dep>, at: usize, to: usize, edge: &Edge) {
        let named = matches!(edge.to, Target::Name(_));
        let (by, stands) = self.stands[to];
        if by != at {
            self.stands[to] = (at, deps.len());
            deps.push(Dep { node: to, hard: edge.hard, named, place: edge.place });
            return;
        }
        let known = &mut deps[stands];
        if known.named && named {
            self.problems.push(problem::twice(&self.nodes[at], &self.nodes[to], known.place, edge.place));
        }
        known.hard |= edge.hard;
        known.named |= named;
    }

    fn missing(&mut self, node: &Definition, position: usize, edge: &Edge) {
        let told = node.edges[..position].iter().any(|other| other.to == edge.to && other.hard);
        if edge.hard && !told {
            self.problems.push(problem::missing(node, edge, self.nodes));
        }
    }
}

fn reverse(deps: &[Vec<Dep>]) -> Vec<Vec<Dependant>> {
    let mut dependants = vec![Vec::new(); deps.len()];
    for (node, deps) in deps.iter().enumerate() {
        for dep in deps {
            dependants[dep.node].push(Dependant { node, hard: dep.hard });
        }
    }
    dependants
}

/// Kahn's levels; what lies on or behind a circle is in none of them.
fn levels(deps: &[Vec<Dep>], dependants: &[Vec<Dependant>]) -> Vec<Vec<usize>> {
    let mut open: Vec<usize> = deps.iter().map(Vec::len).collect();
    let mut levels = Vec::new();
    let mut level: Vec<usize> = (0..deps.len()).filter(|node| open[*node] == 0).collect();
    while !level.is_empty() {
        let mut next = Vec::new();
        for edge in level.iter().flat_map(|node| &dependants[*node]) {
            open[edge.node] -= 1;
            if open[edge.node] == 0 {
                next.push(edge.node);
            }
        }
        levels.push(std::mem::replace(&mut level, next));
    }
    levels
}
