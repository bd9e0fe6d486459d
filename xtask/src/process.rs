//! Child processes: how they are started, watched and stopped.
//!
//! Everything that this program starts is on one list by process id. Ctrl-C and `kill` stop what is on the list and
//! let the running step fail in the ordinary way, so that databases are shut down, temporary folders removed and the
//! table printed on that path too.

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, PipeReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const POLL: Duration = Duration::from_millis(100);
const STOP_POLLS: u32 = 150;

/// One run of xtask: the repository it works on and the processes it has started.
pub struct Session {
    root: PathBuf,
    running: Running,
    interrupted: Arc<AtomicBool>,
}

/// Process ids with the signal that stops each.
type Running = Arc<Mutex<BTreeMap<i32, Signal>>>;

impl Session {
    pub fn new() -> Result<Self> {
        Ok(Self { root: repository_root()?, running: Running::default(), interrupted: Arc::default() })
    }

    /// From here on Ctrl-C and `kill` stop the children and leave it to the caller to end.
    pub fn stop_on_signal(&self) -> Result<()> {
        let (running, interrupted) = (Arc::clone(&self.running), Arc::clone(&self.interrupted));
        ctrlc::set_handler(move || {
            interrupted.store(true, Ordering::SeqCst);
            for (&pid, &signal) in locked(&running).iter() {
                send(pid, signal);
            }
        })
        .context("cannot listen for Ctrl-C")
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo builds to.
    pub fn target(&self) -> PathBuf {
        let elsewhere = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        self.root.join(elsewhere.unwrap_or_else(|| "target".into()))
    }

    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// A command in the repository's root that finds the tools that xtask installed, and reads no keyboard.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", search_path()).stdin(std::process::Stdio::null());
        command
    }

    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = self.command(&program);
        command.args(arguments);
        command
    }

    /// Runs a command to its end; anything but success is an error that names the command.
    pub fn run(&self, mut command: Command) -> Result<()> {
        announce(&command);
        let words = words(&command);
        let mut process = self.start(&mut command, Signal::SIGTERM)?;
        let status = process.child.wait().with_context(|| format!("cannot wait for `{words}`"))?;
        succeeded(&words, status)
    }

    /// Runs a command to its end, passes its output on and shows each line to `look`. `stop` ends it on Ctrl-C.
    pub fn watch(&self, mut command: Command, stop: Signal, mut look: impl FnMut(&str)) -> Result<()> {
        announce(&command);
        let words = words(&command);
        let (reader, writer) = std::io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        let mut process = self.start(&mut command, stop)?;
        // The command holds the pipe's other end: without this the reader would wait for ever.
        drop(command);
        let lines = read_lines(reader);
        loop {
            match lines.recv_timeout(POLL) {
                Ok(line) => {
                    writeln!(std::io::stdout(), "{line}")?;
                    look(&line);
                }
                Err(RecvTimeoutError::Disconnected) => break,
                // A daemon that was left behind may hold the pipe open for ever: the child's end is what counts.
                Err(RecvTimeoutError::Timeout) if process.child.try_wait()?.is_some() => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        succeeded(&words, process.child.wait()?)
    }

    /// Starts a process that lives until the returned value is dropped.
    pub fn start(&self, command: &mut Command, stop: Signal) -> Result<Process> {
        if self.interrupted() {
            bail!("interrupted");
        }
        let words = words(command);
        let child = command.spawn().with_context(|| format!("cannot start `{words}`: is it installed?"))?;
        let pid = i32::try_from(child.id()).context("a process id too large for this system")?;
        locked(&self.running).insert(pid, stop);
        Ok(Process { child, pid, stop, running: Arc::clone(&self.running) })
    }
}

/// A started process; dropping it stops it and waits for its end.
pub struct Process {
    child: Child,
    pid: i32,
    stop: Signal,
    running: Running,
}

impl Process {
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    fn wait_a_while(&mut self) -> bool {
        for _ in 0..STOP_POLLS {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            std::thread::sleep(POLL);
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            send(self.pid, self.stop);
            if !self.wait_a_while() {
                send(self.pid, Signal::SIGKILL);
                self.wait_a_while();
            }
        }
        locked(&self.running).remove(&self.pid);
    }
}

/// What a command prints on standard output; its errors are shown only if it fails.
pub fn output(mut command: Command) -> Result<String> {
    let words = words(&command);
    let output = command.output().with_context(|| format!("cannot start `{words}`"))?;
    if !output.status.success() {
        bail!("`{words}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{words}` printed something else than UTF-8"))
}

/// Where tools built by xtask live: outside the clone, so that a second clone has them already.
pub fn tools_directory() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("lokalid-xtask")
}

/// Looks for a program where commands started here find it.
pub fn find_program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path()).map(|directory| directory.join(name)).find(|path| path.is_file())
}

/// Debian keeps servers in `sbin`, which an ordinary user's PATH leaves out.
fn search_path() -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = [tools_directory().join("bin")];
    let system = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let all = own.into_iter().chain(std::env::split_paths(&path)).chain(system);
    std::env::join_paths(all).unwrap_or(path)
}

fn repository_root() -> Result<PathBuf> {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").context("start this as `cargo xtask ...`")?;
    let root = Path::new(&own).parent().context("xtask lies at the top of the file system")?;
    Ok(root.to_path_buf())
}

fn read_lines(reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

fn succeeded(words: &str, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let start: String = words.chars().take(60).collect();
    bail!("`{start}{}` ended with {status}", if start == words { "" } else { "..." })
}

fn announce(command: &Command) {
    println!("$ {}", words(command));
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn send(pid: i32, signal: Signal) {
    // The process may have ended by itself just now: then there is nothing left to stop.
    kill(Pid::from_raw(pid), signal).ok();
}

fn locked(running: &Running) -> std::sync::MutexGuard<'_, BTreeMap<i32, Signal>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}
