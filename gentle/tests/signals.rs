//! A whole program under signals: each test starts this binary again as a child and sends it some.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use gentle::service::{Context, Definition, Result, Service};
use gentle::{App, here};

const MODE: &str = "GENTLE_TEST_SIGNALS_MODE";

struct Mode(String);

impl Service for Mode {
    async fn start(&self, _: &Context) -> Result {
        match self.0.as_str() {
            "boots for ever" => {
                println!("\nbooting");
                std::future::pending().await
            }
            "does not start" => Err("refused".into()),
            _ => Ok(()),
        }
    }

    async fn run(&self, cx: &Context) -> Result {
        println!("\nserving");
        cx.stopping().await;
        println!("\nasked");
        if self.0 == "never ends" { std::future::pending().await } else { Ok(()) }
    }

    async fn stop(&self, _: &Context) -> Result {
        println!("\ndown");
        Ok(())
    }
}

/// The child; in the parent's own run it does nothing.
#[test]
fn child() {
    let Ok(mode) = env::var(MODE) else { return };
    let app = App::builder().define(Definition::value("mode", here!(), Mode(mode))).set("log.level", "off");
    std::process::exit(app.run().code().into());
}

struct Running {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(mode: &str) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(MODE, mode)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn until(mut self, wanted: &str) -> Self {
        let found = self.out.by_ref().lines().map_while(std::result::Result::ok).any(|line| line == wanted);
        assert!(found, "the child ended before it said {wanted:?}");
        self
    }

    fn signal(self, signal: &str) -> Self {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        self
    }

    /// Sends the signal until the child is gone: soon after the first one of its kind it is still the same stop.
    fn signal_until_it_ends(mut self, signal: &str) -> Self {
        while self.child.try_wait().unwrap().is_none() {
            self = self.signal(signal);
        }
        self
    }

    fn end(mut self) -> (i32, String) {
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code().unwrap(), errors)
    }
}

#[test]
fn a_signal_drains_and_the_program_ends_well() {
    for signal in ["TERM", "INT"] {
        let running = Running::start("serves").until("serving").signal(signal);
        let (code, errors) = running.until("asked").until("down").end();
        assert_eq!((code, errors.as_str()), (0, ""));
    }
}

#[test]
fn a_second_signal_ends_at_once_and_says_who_was_still_running() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let draining = Running::start("never ends").until("serving").signal(signal).until("asked");
        let ended = draining.signal_until_it_ends(signal).end();
        let text = format!(
            "error: ended at once by a second signal, SIG{signal}\n  still running: `mode` (stopping)\n\n"
        );
        assert_eq!(ended, (code, text));
    }
}

#[test]
fn a_signal_during_boot_calls_it_off_and_the_program_ends_well() {
    let (code, _) = Running::start("boots for ever").until("booting").signal("TERM").end();
    assert_eq!(code, 0);
}

#[test]
fn a_boot_that_fails_ends_with_one_and_says_why() {
    let (code, errors) = Running::start("does not start").end();
    assert_eq!(code, 1);
    assert!(errors.starts_with("error: `mode` did not start: refused\n  declared at "), "{errors}");
}
