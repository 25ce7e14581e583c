//! A few values, held in place.

/// A few values held in place, so that what contains them stays `Copy` and `const`.
///
/// It remembers when there were more than fit, and shows one too many then, so that checking what it prints finds that out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Few<T, const N: usize> {
    held: [T; N],
    given: usize,
}

impl<T: Copy, const N: usize> Few<T, N> {
    /// None; `blank` fills the places.
    pub(crate) const fn none(blank: T) -> Self {
        Self { held: [blank; N], given: 0 }
    }

    /// And this one.
    pub(crate) const fn and(mut self, value: T) -> Self {
        if self.given < N {
            self.held[self.given] = value;
        }
        if self.given <= N {
            self.given += 1;
        }
        self
    }

    /// Those that fit.
    pub(crate) const fn as_slice(&self) -> &[T] {
        let kept = if self.given < N { self.given } else { N };
        self.held.split_at(kept).0
    }

    /// The first one, or the blank.
    pub(crate) const fn first(&self) -> &T {
        &self.held[0]
    }

    /// Those that fit, and the last one again when there were more.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &T> {
        let more = self.held.last().filter(|_| self.given > N);
        self.as_slice().iter().chain(more)
    }

    /// Whether there is room for no more.
    pub(crate) const fn is_full(&self) -> bool {
        self.given >= N
    }
}
