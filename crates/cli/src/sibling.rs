//! Programs of the platform that lie beside this one, and children that end with it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};

use crate::environment::Environment;

/// Finds a program beside this one, else on the path.
pub(crate) fn find(name: &str, environment: &Environment) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program is")?;
    let own = own.canonicalize().unwrap_or(own);
    let folders = own.parent().map(Path::to_owned).into_iter().chain(environment.program_folders.iter().cloned());
    let mut programs = folders.map(|folder| folder.join(name));
    programs.find(|program| program.is_file()).with_context(|| {
        format!("{name} is neither beside {} nor on the PATH; it is part of the platform", own.display())
    })
}

/// A command of a program of the platform.
#[expect(clippy::disallowed_methods, reason = "the platform is made of several programs; none of them is a target's")]
pub(crate) fn command(program: &Path) -> Command {
    Command::new(program)
}

/// A child process that is asked to end, and ended when it does not, whatever becomes of its owner.
#[derive(Debug)]
pub(crate) struct Owned {
    /// What it is called in messages.
    pub(crate) name: String,
    child: Child,
    pub(crate) began: Instant,
}

impl Owned {
    /// Starts a child in a process group of its own, so that Ctrl-C reaches its owner alone. Its standard input ends with
    /// the owner.
    pub(crate) fn start(name: &str, command: &mut Command) -> anyhow::Result<Owned> {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0).stdin(Stdio::piped());
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Owned { name: name.to_owned(), child, began: Instant::now() })
    }

    /// Its standard output, where it was piped.
    pub(crate) fn output(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Asks it to end.
    pub(crate) fn ask_to_end(&mut self) {
        drop(self.child.stdin.take());
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(id) = id
            && self.ended().is_none()
        {
            // It may have ended in between, which is what is wanted.
            let _ = kill_process(id, Signal::TERM);
        }
    }

    /// Waits until it has ended, and ends it when it takes too long. Tells whether it ended by itself.
    pub(crate) fn wait(mut self, grace: Duration) -> bool {
        let until = Instant::now() + grace;
        while self.ended().is_none() {
            if Instant::now() >= until {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        true
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.ended().is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
