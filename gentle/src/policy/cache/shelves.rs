use std::any::Any;
use std::fmt;
use std::sync::OnceLock;

use super::shelf::Shelf;

/// The shelves of all operations under the same policies: one for each operation and each type of key and answer, so that
/// nobody gets the answer of another.
///
/// A list that only grows, as long as there are operations: read without a lock.
#[derive(Debug)]
pub(crate) struct Shelves {
    first: OnceLock<Box<Node>>,
}

#[derive(Debug)]
struct Node {
    whose: &'static str,
    shelf: Box<dyn Kind>,
    next: OnceLock<Box<Node>>,
}

/// What can be done with a shelf whatever is on it.
pub(super) trait Kind: Any + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn len(&self) -> usize;
    fn clear(&self);
    fn forget(&self, hash: u64, is: &dyn Fn(&dyn Any) -> bool);
}

impl<K, V> Kind for Shelf<K, V>
where
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn len(&self) -> usize {
        Shelf::len(self)
    }

    fn clear(&self) {
        Shelf::clear(self);
    }

    fn forget(&self, hash: u64, is: &dyn Fn(&dyn Any) -> bool) {
        Shelf::forget(self, hash, |key| is(key));
    }
}

impl fmt::Debug for dyn Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl Shelves {
    pub(super) const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// The shelf of the operation of that name with these types, made for so many answers when it is new.
    pub(super) fn get<K, V>(&self, whose: &'static str, most: usize, same: fn(&K, &K) -> bool) -> &Shelf<K, V>
    where
        K: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let new = || {
            let made: Box<dyn Kind> = Box::new(Shelf::<K, V>::new(most, same));
            Box::new(Node { whose, shelf: made, next: OnceLock::new() })
        };
        let mut place = &self.first;
        loop {
            let node = place.get_or_init(new);
            let own = node.shelf.as_any().downcast_ref().filter(|_| node.whose == whose);
            match own {
                Some(found) => return found,
                None => place = &node.next,
            }
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &dyn Kind> {
        let nodes = std::iter::successors(self.first.get(), |node| node.next.get());
        nodes.map(|node| &*node.shelf)
    }
}
