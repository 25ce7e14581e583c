//! What the steps need from the machine: found, or installed, or told how to get.

use std::io;
use std::process::{Command, Stdio};

use super::step::Step;

/// A program that some steps cannot do without.
pub(crate) struct Need {
    pub(crate) name: &'static str,
    /// What it is wanted for.
    why: &'static str,
    /// A command that succeeds where it is there.
    probe: &'static [&'static str],
    /// Commands that install it, of which the first whose program exists is taken.
    install: &'static [&'static [&'static str]],
    /// What to do by hand.
    pub(crate) by_hand: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        name: "rustfmt",
        why: "to check the format",
        probe: &["cargo", "fmt", "--version"],
        install: &[],
        by_hand: "rustup component add rustfmt",
    },
    Need {
        name: "clippy",
        why: "to look for slips",
        probe: &["cargo", "clippy", "--version"],
        install: &[],
        by_hand: "rustup component add clippy",
    },
    Need {
        name: "cc",
        why: "to build the SQLite that comes with the feature `sqlite`",
        probe: &["cc", "--version"],
        install: &[
            &["apt-get", "install", "--yes", "--no-install-recommends", "gcc", "libc6-dev"],
            &["brew", "install", "gcc"],
        ],
        by_hand: "install a C compiler that answers to `cc`",
    },
    Need {
        name: "valgrind",
        why: "to count what a call costs",
        probe: &["valgrind", "--version"],
        install: &[&["apt-get", "install", "--yes", "--no-install-recommends", "valgrind"]],
        by_hand: "install valgrind, where there is one for this machine",
    },
];

/// Looks for everything that `steps` need and installs what it can; returns what is still missing.
pub(crate) fn provide(steps: &[&Step]) -> Vec<&'static Need> {
    let wanted = NEEDS.iter().filter(|need| steps.iter().any(|step| step.needs.contains(&need.name)));
    println!("── needs");
    wanted.filter(|need| !need.provided()).collect()
}

/// Looks for the need of this name and installs it if it can.
pub(crate) fn provide_one(name: &str) -> Result<(), String> {
    let missing = NEEDS.iter().find(|need| need.name == name && !need.is_there() && !need.provided());
    missing.map_or(Ok(()), |need| Err(format!("there is no {name}\nhelp: {}", need.by_hand)))
}

impl Need {
    fn is_there(&self) -> bool {
        answer(self.probe).is_some()
    }

    fn provided(&self) -> bool {
        let (name, why) = (self.name, self.why);
        if let Some(version) = answer(self.probe) {
            println!("{name}, {why}: {version}");
            return true;
        }
        println!("{name}, {why}: missing");
        self.install() && answer(self.probe).is_some()
    }

    fn install(&self) -> bool {
        let Some(command) = self.install.iter().copied().find(|command| exists(command)) else {
            println!("{}: cannot be installed from here; by hand: {}", self.name, self.by_hand);
            return false;
        };
        if command.first() == Some(&"apt-get") {
            run_as_root(&["apt-get", "update"]);
        }
        let installed = if command.first() == Some(&"apt-get") { run_as_root(command) } else { run(command) };
        println!("{}: {}", self.name, if installed { "installed" } else { "could not be installed" });
        installed
    }
}

// The package manager of the system wants to be root; in a container one is.
fn run_as_root(command: &[&str]) -> bool {
    let root = answer(&["id", "-u"]).is_some_and(|user| user == "0");
    if root { run(command) } else { run(&[&["sudo"], command].concat()) }
}

fn run(command: &[&str]) -> bool {
    println!("$ {}", command.join(" "));
    spawn(command, Stdio::inherit()).is_ok_and(|output| output.status.success())
}

fn exists(command: &[&str]) -> bool {
    command.first().is_some_and(|program| answer(&[program, "--version"]).is_some())
}

/// The first line of what a command says, when it succeeds.
fn answer(command: &[&str]) -> Option<String> {
    let output = spawn(command, Stdio::piped()).ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
}

fn spawn(command: &[&str], stdout: Stdio) -> io::Result<std::process::Output> {
    let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    Command::new(program).args(arguments).stdout(stdout).stderr(Stdio::inherit()).spawn()?.wait_with_output()
}
