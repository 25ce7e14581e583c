//! Policies: manners around an operation.
