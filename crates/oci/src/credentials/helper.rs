//! Credential helpers: programs `docker-credential-NAME` that keep credentials in a system's key store
//! (docker/docker-credential-helpers, Development).

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::Deserialize;

use super::Credential;
use crate::Secret;

/// The longest answer that is read; tokens of cloud registries have some kilobytes.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// How long the rest of an answer is waited for once the helper has ended: what it wrote lies in the pipe by then, so that
/// only a process that it left behind can keep the pipe open.
const REST_OF_ANSWER: Duration = Duration::from_millis(500);

/// The user name under which a helper hands out an identity token.
const TOKEN_USER: &str = "<token>";

/// The error of asking a credential helper.
#[derive(Debug, thiserror::Error)]
pub enum RunHelperError {
    /// The configured name could be more than a name.
    #[error("`{name}` cannot be the name of a credential helper: use lower-case letters, digits and . _ - only")]
    Name {
        /// The name in the file.
        name: String,
    },
    /// The program is in none of the folders.
    #[error("the credential helper docker-credential-{name} is not installed; install it or log in again without it")]
    Missing {
        /// The helper's name.
        name: String,
    },
    /// The program could not be started or spoken to.
    #[error("cannot run the credential helper docker-credential-{name}")]
    Run {
        /// The helper's name.
        name: String,
        /// The cause.
        source: io::Error,
    },
    /// The program did not end in time.
    #[error("the credential helper docker-credential-{name} did not answer within {seconds} s and was ended")]
    TimedOut {
        /// The helper's name.
        name: String,
        /// The limit.
        seconds: u64,
    },
    /// The program failed.
    #[error("the credential helper docker-credential-{name} failed for `{registry}`; run `docker login` again")]
    Failed {
        /// The helper's name.
        name: String,
        /// The registry it was asked for.
        registry: String,
    },
    /// The program answered something that is not the protocol's.
    #[error("the credential helper docker-credential-{name} gave an answer that is not a credential")]
    Answer {
        /// The helper's name.
        name: String,
    },
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username", default)]
    user: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

/// Asks the helper `name` for a registry's credential; `None` when it knows none.
pub(super) fn ask(
    name: &str,
    registry: &str,
    folders: &[PathBuf],
    timeout: Duration,
) -> Result<Option<Credential>, RunHelperError> {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(is_name) {
        return Err(RunHelperError::Name { name: name.to_owned() });
    }
    let program = format!("docker-credential-{name}");
    let program = folders
        .iter()
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&program))
        .find(|path| path.is_file())
        .ok_or_else(|| RunHelperError::Missing { name: name.to_owned() })?;
    let (succeeded, output) = run(&program, registry, timeout)
        .map_err(|source| RunHelperError::Run { name: name.to_owned(), source })?
        .ok_or_else(|| RunHelperError::TimedOut { name: name.to_owned(), seconds: timeout.as_secs() })?;
    if !succeeded {
        return match String::from_utf8_lossy(&output).contains("credentials not found") {
            true => Ok(None),
            false => Err(RunHelperError::Failed { name: name.to_owned(), registry: registry.to_owned() }),
        };
    }
    let answer: Answer =
        serde_json::from_slice(&output).map_err(|_| RunHelperError::Answer { name: name.to_owned() })?;
    if answer.secret.is_empty() {
        return Ok(None);
    }
    let secret = Secret::new(answer.secret);
    Ok(Some(match answer.user.as_str() {
        TOKEN_USER => Credential::IdentityToken(secret),
        _ => Credential::Password { user: answer.user, password: secret },
    }))
}

/// Runs `PROGRAM get` with the registry on its standard input. Returns whether it succeeded and what it printed, or
/// nothing when it took too long, and then ends it with all that it started.
fn run(program: &Path, registry: &str, timeout: Duration) -> io::Result<Option<(bool, Vec<u8>)>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one exempt place: credentials in a key store can only be had from its helper program, whose name \
                  comes from the user's own settings, never from an image or a registry"
    )]
    let mut command = Command::new(program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // A group of its own, so that what the helper starts can be ended with it.
    let mut child = command.process_group(0).spawn()?;
    let answer = talk(&mut child, registry, timeout);
    if !matches!(answer, Ok(Some(_))) {
        end(&mut child);
    }
    let status = child.wait()?;
    Ok(answer?.map(|output| (status.success(), output)))
}

/// Ends a helper and whatever it started that is still in its group.
fn end(child: &mut Child) {
    // It may have ended by itself in between, which is as good.
    let _ = child.kill();
    if let Some(group) = id_of(child) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn talk(child: &mut Child, registry: &str, timeout: Duration) -> io::Result<Option<Vec<u8>>> {
    let deadline = Instant::now() + timeout;
    if let Some(mut input) = child.stdin.take() {
        match writeln!(input, "{registry}") {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    let Some(output) = child.stdout.take() else { return Ok(Some(Vec::new())) };
    let answer = Answering::read(output);
    if !is_ended_by(child, deadline) {
        return Ok(None);
    }
    Ok(Some(answer.finish(REST_OF_ANSWER)))
}

/// Waits until the helper has ended, and tells whether it has by then.
fn is_ended_by(child: &Child, deadline: Instant) -> bool {
    let Some(id) = id_of(child) else { return false };
    let (sender, end) = mpsc::sync_channel(1);
    thread::spawn(move || {
        // It stays to be waited for, so that its number is nobody else's while it may still be ended by it.
        let _ = retry_on_intr(|| waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
        let _ = sender.send(());
    });
    end.recv_timeout(deadline.saturating_duration_since(Instant::now())).is_ok()
}

fn id_of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// What a helper prints, while it prints it.
struct Answering {
    so_far: Arc<Mutex<Vec<u8>>>,
    end: mpsc::Receiver<()>,
}

impl Answering {
    /// Reads on a thread of its own, for which nobody waits: a process that the helper left behind may keep the pipe open
    /// for ever. It ends with the pipe.
    fn read(output: ChildStdout) -> Answering {
        let so_far = Arc::new(Mutex::new(Vec::new()));
        let (sender, end) = mpsc::sync_channel(1);
        let reading = Arc::clone(&so_far);
        thread::spawn(move || {
            read_into(&mut output.take(MAX_ANSWER_BYTES), &reading);
            let _ = sender.send(());
        });
        Answering { so_far, end }
    }

    /// What was printed, when the pipe ends or `patience` is over.
    fn finish(self, patience: Duration) -> Vec<u8> {
        let _ = self.end.recv_timeout(patience);
        std::mem::take(&mut *self.so_far.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads to the end of the pipe; one that can no longer be read has ended.
fn read_into(output: &mut dyn Read, so_far: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    loop {
        match output.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => so_far.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    fn check(script: &str, timeout: Duration) -> Result<Option<Credential>, RunHelperError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker-credential-test");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        ask("test", "reg.example.com", &[folder.path().to_owned()], timeout)
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_helper_gets_the_registry_on_standard_input() {
        let script = r#"read name; echo "{\"ServerURL\":\"$name\",\"Username\":\"$1\",\"Secret\":\"for $name\"}""#;
        let expected = Credential::Password { user: "get".into(), password: Secret::new("for reg.example.com") };
        assert_eq!(check(script, LONG).unwrap(), Some(expected));
    }

    #[test]
    fn the_token_user_means_an_identity_token() {
        let found = check(r#"echo '{"Username":"<token>","Secret":"t"}'"#, LONG).unwrap();
        assert_eq!(found, Some(Credential::IdentityToken(Secret::new("t"))));
    }

    #[test]
    fn a_credential_that_the_helper_does_not_know_is_none() {
        assert_eq!(check("echo 'credentials not found in native keychain'; exit 1", LONG).unwrap(), None);
        assert!(matches!(check("exit 1", LONG), Err(RunHelperError::Failed { .. })));
        assert!(matches!(check("echo nonsense", LONG), Err(RunHelperError::Answer { .. })));
    }

    #[test]
    fn a_helper_that_hangs_is_ended() {
        let before = Instant::now();
        assert!(matches!(check("sleep 60", Duration::from_millis(100)), Err(RunHelperError::TimedOut { .. })));
        assert!(before.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_a_helper_leaves_behind_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("child");
        // The process in the background keeps standard output open.
        let child = format!("sleep 60 & echo $! > {}", place.display());
        let before = Instant::now();
        let found = check(&format!(r#"{child}; echo '{{"Username":"a","Secret":"s"}}'"#), LONG).unwrap();
        assert!(before.elapsed() < LONG, "{:?}", before.elapsed());
        assert_eq!(found, Some(Credential::Password { user: "a".into(), password: Secret::new("s") }));
        let child = fs::read_to_string(&place).unwrap().trim().parse().ok().and_then(Pid::from_raw).unwrap();
        rustix::process::kill_process(child, Signal::KILL).expect("what a helper leaves behind goes on");
    }

    #[test]
    fn what_a_helper_started_is_ended_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let before = Instant::now();
        // What the helper started holds the pipe open for as long as it runs.
        let script = format!("sleep 60 > {} & wait", pipe.display());
        let end = thread::spawn(move || fs::read(pipe).map(|bytes| bytes.len()));
        // Time enough for the shell to start it.
        assert!(matches!(check(&script, Duration::from_secs(2)), Err(RunHelperError::TimedOut { .. })));
        assert_eq!(end.join().unwrap().unwrap(), 0);
        assert!(before.elapsed() < LONG, "{:?}", before.elapsed());
    }

    #[test]
    fn names_that_could_be_paths_are_refused() {
        for name in ["", "../x", "a b", "A", "x;y"] {
            assert!(matches!(ask(name, "r", &[], LONG), Err(RunHelperError::Name { .. })), "{name}");
        }
        assert!(matches!(ask("absent", "r", &[], LONG), Err(RunHelperError::Missing { .. })));
    }
}
