//! Events: dispatched now or later, handled at least once.
