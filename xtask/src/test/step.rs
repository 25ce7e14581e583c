//! The list of steps: what must hold, and the command that tells.

/// One thing that must hold.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// What is given to cargo.
    pub(crate) arguments: &'static [&'static str],
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// The names of what the machine must have.
    pub(crate) needs: &'static [&'static str],
}

const NONE: &[(&str, &str)] = &[];
/// It shares files with gentle, and must not be built with the tests that stand in them.
const MODELS: &str = "gentle-models";

/// In the order of running: what fails soonest comes first.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "format", arguments: &["fmt", "--all", "--check"], variables: NONE, needs: &["rustfmt"] },
    Step {
        name: "clippy",
        arguments: &[
            "clippy",
            "--workspace",
            "--exclude",
            MODELS,
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ],
        variables: NONE,
        needs: &["clippy", "cc"],
    },
    Step {
        name: "clippy-bare",
        arguments: &["clippy", "--package", "gentle", "--all-targets", "--", "-D", "warnings"],
        variables: NONE,
        needs: &["clippy"],
    },
    Step {
        name: "clippy-models",
        arguments: &["clippy", "--package", MODELS, "--test", "models", "--", "-D", "warnings"],
        variables: NONE,
        needs: &["clippy", "cc"],
    },
    Step {
        name: "unit",
        arguments: &[
            "test",
            "--workspace",
            "--exclude",
            MODELS,
            "--all-features",
            "--no-fail-fast",
            "--lib",
            "--bins",
        ],
        variables: NONE,
        needs: &["cc"],
    },
    Step {
        name: "integration",
        arguments: &[
            "test",
            "--workspace",
            "--exclude",
            MODELS,
            "--all-features",
            "--no-fail-fast",
            "--test",
            "*",
        ],
        variables: NONE,
        needs: &["cc"],
    },
    Step {
        name: "models",
        arguments: &["test", "--package", MODELS, "--no-fail-fast", "--test", "models"],
        variables: NONE,
        needs: &["cc"],
    },
    Step {
        name: "doc",
        arguments: &["test", "--workspace", "--all-features", "--no-fail-fast", "--doc"],
        variables: NONE,
        needs: &["cc"],
    },
    Step {
        name: "bare",
        arguments: &["test", "--package", "gentle", "--no-default-features", "--no-fail-fast", "--lib"],
        variables: NONE,
        needs: &[],
    },
    Step {
        name: "docs",
        arguments: &["doc", "--workspace", "--all-features", "--no-deps"],
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
        needs: &["cc"],
    },
    // Without the others that the benchmark knows: only gentle is built for it.
    Step {
        name: "counts",
        arguments: &["run", "--release", "--package", "gentle-benches", "--bin", "policies", "--", "--check"],
        variables: NONE,
        needs: &["valgrind"],
    },
];

impl Step {
    /// The command as one would type it.
    pub(crate) fn command(&self) -> String {
        let variables = self.variables.iter().map(|(name, value)| format!("{name}='{value}' "));
        format!("{}cargo {}", variables.collect::<String>(), self.arguments.join(" "))
    }
}
