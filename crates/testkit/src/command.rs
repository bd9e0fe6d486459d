//! Running the commands that servers bring along, with an answer worth reading when one fails.

use std::ffi::OsStr;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// A command being put together.
pub(crate) struct Run {
    command: Command,
    name: String,
}

impl Run {
    pub(crate) fn new(program: &str) -> Self {
        Self { command: Command::new(program), name: program.to_owned() }
    }

    pub(crate) fn arguments<Argument: AsRef<OsStr>>(
        mut self,
        list: impl IntoIterator<Item = Argument>,
    ) -> Self {
        self.command.args(list);
        self
    }

    /// An option and its value.
    pub(crate) fn argument(mut self, option: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.arg(option).arg(value);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end and says whether it liked it.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    /// Runs it to its end and gives its standard output.
    pub(crate) fn output(self) -> String {
        self.output_for("")
    }

    /// The same with something on its standard input.
    pub(crate) fn output_for(mut self, input: &str) -> String {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            self.command.spawn().unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.name));
        let mut pipe = child.stdin.take().expect("a pipe was asked for");
        let input = input.to_owned();
        // In a thread of its own: the command may fill its output before it has read all of its input.
        let writer = thread::spawn(move || pipe.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("the output of a command");
        // A command that failed early has closed its input; its exit status tells more.
        let _written = writer.join();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} failed with {}: {said}", self.name, output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on loopback");
    listener.local_addr().expect("the address of a listener").port()
}

/// Looks again and again until `ready` is true; false after about half a minute.
pub(crate) fn becomes_true(mut ready: impl FnMut() -> bool) -> bool {
    (0..600).any(|_| {
        let done = ready();
        if !done {
            thread::sleep(Duration::from_millis(50));
        }
        done
    })
}
