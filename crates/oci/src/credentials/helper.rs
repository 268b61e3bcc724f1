//! Credential helpers: programs `docker-credential-NAME` that keep credentials in a system's key store
//! (docker/docker-credential-helpers, Development).

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Credential;
use crate::Secret;

/// The longest answer that is read; tokens of cloud registries have some kilobytes.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

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
/// nothing when it took too long.
fn run(program: &Path, registry: &str, timeout: Duration) -> io::Result<Option<(bool, Vec<u8>)>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one exempt place: credentials in a key store can only be had from its helper program, whose name \
                  comes from the user's own settings, never from an image or a registry"
    )]
    let mut child =
        Command::new(program).arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let answer = talk(&mut child, registry, timeout);
    if !matches!(answer, Ok(Some(_))) {
        // It may have ended by itself in between, which is as good.
        let _ = child.kill();
    }
    let status = child.wait()?;
    Ok(answer?.map(|output| (status.success(), output)))
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
    let (sender, receiver) = mpsc::sync_channel(1);
    // A grandchild may keep the pipe open for ever, so nobody waits for this thread: it ends with the pipe.
    thread::spawn(move || {
        let mut answer = Vec::new();
        let read = output.take(MAX_ANSWER_BYTES).read_to_end(&mut answer);
        let _ = sender.send(read.map(|_| answer));
    });
    let Ok(answer) = receiver.recv_timeout(timeout) else { return Ok(None) };
    while child.try_wait()?.is_none() {
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
    answer.map(Some)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

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
    fn names_that_could_be_paths_are_refused() {
        for name in ["", "../x", "a b", "A", "x;y"] {
            assert!(matches!(ask(name, "r", &[], LONG), Err(RunHelperError::Name { .. })), "{name}");
        }
        assert!(matches!(ask("absent", "r", &[], LONG), Err(RunHelperError::Missing { .. })));
    }
}
