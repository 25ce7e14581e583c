use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No program of a test takes longer: what hangs fails instead.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs as a child, and the lines it has printed. It is killed when it is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
    printed: Vec<String>,
    deadline: Instant,
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none when a signal killed it.
    pub code: Option<i32>,
    /// All it wrote to standard output.
    pub output: String,
    /// All it wrote to standard error.
    pub errors: String,
}

impl Program {
    /// Starts what `command` says; of the variables of gentle it gets those of the command alone.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start(command: &mut Command) -> Self {
        alone(command);
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => panic!("cannot start {command:?}: {error}"),
        };
        let (send, lines) = channel();
        if let Some(output) = child.stdout.take() {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            std::thread::spawn(move || lines.map(|line| send.send(line)).all(|sent| sent.is_ok()));
        }
        let errors = child.stderr.take().map(|errors| std::thread::spawn(move || whole(errors)));
        Self { child, lines, errors, printed: Vec::new(), deadline: Instant::now() + PATIENCE }
    }

    /// The next line it prints; `None` when it prints no more.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    pub fn line(&mut self) -> Option<String> {
        let patience = self.deadline.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(patience) {
            Ok(line) => {
                self.printed.push(line.clone());
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                panic!("it hangs; so far it printed:\n{}", self.printed.join("\n"))
            }
        }
    }

    /// Waits until it has printed `count` more lines that begin with `start`; less when it ends before.
    pub fn lines(&mut self, start: &str, count: usize) -> usize {
        let mut seen = 0;
        while seen < count {
            match self.line() {
                Some(line) if line.starts_with(start) => seen += 1,
                Some(_) => {}
                None => break,
            }
        }
        seen
    }

    /// Waits for this very line.
    ///
    /// # Panics
    ///
    /// When it ends without.
    pub fn until(mut self, wanted: &str) -> Self {
        while let Some(line) = self.line() {
            if line == wanted {
                return self;
            }
        }
        panic!("it never printed {wanted:?}: {:#?}", self.end());
    }

    /// Sends it a signal, such as `TERM`.
    ///
    /// # Panics
    ///
    /// When it is gone already.
    pub fn signal(self, signal: &str) -> Self {
        let kill = format!("kill -s {signal} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{signal} did not arrive");
        self
    }

    /// Sends it the signal until it is gone: soon after the first one of its kind it is still the same stop.
    pub fn signal_until_it_ends(mut self, signal: &str) -> Self {
        while matches!(self.child.try_wait(), Ok(None)) {
            self = self.signal(signal);
        }
        self
    }

    /// Kills it, as `kill -9` does; tells whether it was still alive.
    pub fn kill(mut self) -> bool {
        let alive = matches!(self.child.try_wait(), Ok(None));
        let _ = self.child.kill();
        let _ = self.child.wait();
        alive
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    pub fn end(mut self) -> Ended {
        while self.line().is_some() {}
        let code = self.child.wait().ok().and_then(|status| status.code());
        let errors = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        Ended { code, output: self.printed.join("\n"), errors }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whoever runs the tests may have configured gentle for himself.
fn alone(command: &mut Command) {
    let given: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
    let ours = std::env::vars_os().map(|(name, _)| name);
    for name in ours.filter(|name| !given.contains(name)) {
        let text = name.to_string_lossy();
        if text.starts_with("GENTLE_") || text.starts_with("SCORES_") || text == "RUST_LOG" {
            command.env_remove(&name);
        }
    }
}

fn whole(mut from: impl Read) -> String {
    let mut text = Vec::new();
    // What was read before an error is still worth showing.
    let _ = from.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
