//! The runtime: gathers what is registered, boots it, serves until told to stop, and stops it.
