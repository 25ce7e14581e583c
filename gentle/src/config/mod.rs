//! Configuration: defaults, `gentle.toml`, environment, code; every value knows where it came from.
