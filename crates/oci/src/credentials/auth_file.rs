//! The files that log-in commands write: Docker's `config.json` and the containers tools' `auth.json`
//! (containers-auth.json(5)), which share one format.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::Deserialize;

use super::Credential;
use crate::Secret;

/// Larger files are not credentials.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// The key under which Docker keeps the credential of Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// The error of reading a file of credentials.
#[derive(Debug, thiserror::Error)]
pub enum ReadAuthFileError {
    /// The file exists and cannot be read.
    #[error("cannot read the credentials in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is not what log-in commands write.
    #[error("{} is not a file of registry credentials; log in again or repair it", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// The `auth` value of a registry is damaged.
    #[error("the credential of `{key}` in {} is damaged; log in to it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The registry's key in the file.
        key: String,
    },
}

/// One file of credentials.
#[derive(Debug)]
pub(super) struct AuthFile {
    path: PathBuf,
    content: Content,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    auths: Option<BTreeMap<String, Option<Entry>>>,
    #[serde(rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl AuthFile {
    /// Reads a file; `None` when there is none.
    pub(super) fn read(path: &Path) -> Result<Option<AuthFile>, ReadAuthFileError> {
        let failed = |source| ReadAuthFileError::Read { path: path.to_owned(), source };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(failed(error)),
        };
        let mut text = Vec::new();
        file.take(MAX_FILE_BYTES).read_to_end(&mut text).map_err(failed)?;
        AuthFile::parse(path, &text)
    }

    fn parse(path: &Path, text: &[u8]) -> Result<Option<AuthFile>, ReadAuthFileError> {
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        let content = serde_json::from_slice(text)
            .map_err(|source| ReadAuthFileError::Parse { path: path.to_owned(), source })?;
        Ok(Some(AuthFile { path: path.to_owned(), content }))
    }

    /// The helper that keeps the credential: the repository's own, else the one for all.
    pub(super) fn helper(&self, registry: &str, repository: &str) -> Option<&str> {
        let own = self.content.helpers.as_ref().and_then(|helpers| best_match(helpers, registry, repository));
        own.map(|(_, name)| name.as_str()).or(self.content.store.as_deref()).filter(|name| !name.is_empty())
    }

    /// The credential that the file itself holds.
    pub(super) fn stored(&self, registry: &str, repository: &str) -> Result<Option<Credential>, ReadAuthFileError> {
        let Some((key, Some(entry))) =
            self.content.auths.as_ref().and_then(|auths| best_match(auths, registry, repository))
        else {
            return Ok(None);
        };
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(token) = filled(&entry.registrytoken) {
            return Ok(Some(Credential::RegistryToken(Secret::new(token))));
        }
        if let Some(token) = filled(&entry.identitytoken) {
            return Ok(Some(Credential::IdentityToken(Secret::new(token))));
        }
        if let Some(auth) = filled(&entry.auth) {
            let damaged = || ReadAuthFileError::Damaged { path: self.path.clone(), key: key.to_owned() };
            let (user, password) = decode_auth(&auth).ok_or_else(damaged)?;
            return Ok(Some(Credential::Password { user, password }));
        }
        match (filled(&entry.username), filled(&entry.password)) {
            (Some(user), Some(password)) => Ok(Some(Credential::Password { user, password: Secret::new(password) })),
            _ => Ok(None),
        }
    }
}

/// Looks for credentials in a file for `crate::exercise`.
pub(crate) fn exercise(bytes: &[u8]) {
    let Ok(Some(file)) = AuthFile::parse(Path::new("config.json"), bytes) else { return };
    for (registry, repository) in [("docker.io", "library/alpine"), ("a.example.com", "team/app"), ("", "")] {
        file.helper(registry, repository);
        let _ = file.stored(registry, repository);
    }
}

/// The server name that helpers know a registry by.
pub(super) fn helper_key(registry: &str) -> String {
    if registry == "docker.io" { DOCKER_HUB_KEY.to_owned() } else { registry.to_owned() }
}

fn decode_auth(auth: &str) -> Option<(String, Secret)> {
    let auth = auth.trim();
    let bytes = STANDARD.decode(auth).or_else(|_| STANDARD_NO_PAD.decode(auth)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), Secret::new(password.trim_end_matches('\0'))))
}

/// The entry whose key names the repository most closely: `host/team/app`, `host/team`, `host`, then the same host
/// written with a scheme or the path of an API version.
fn best_match<'a, T>(entries: &'a BTreeMap<String, T>, registry: &str, repository: &str) -> Option<(&'a str, &'a T)> {
    let mut name = format!("{registry}/{repository}");
    loop {
        if let Some((key, entry)) = entries.get_key_value(&name) {
            return Some((key, entry));
        }
        match name.rfind('/') {
            Some(slash) => name.truncate(slash),
            None => break,
        }
    }
    entries.iter().find(|(key, _)| is_host_key(key, registry)).map(|(key, entry)| (key.as_str(), entry))
}

fn is_host_key(key: &str, registry: &str) -> bool {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_whole_registry = matches!(path.trim_end_matches('/'), "" | "v1" | "v2");
    let is_hub = |host: &str| matches!(host, "docker.io" | "index.docker.io" | "registry-1.docker.io");
    is_whole_registry && (host.eq_ignore_ascii_case(registry) || (is_hub(host) && is_hub(registry)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, registry: &str, repository: &str, expected: Option<(&str, &str)>) {
        let file = AuthFile { path: "config.json".into(), content: serde_json::from_str(json).unwrap() };
        let found = file.stored(registry, repository).unwrap();
        let expected = expected
            .map(|(user, password)| Credential::Password { user: user.into(), password: Secret::new(password) });
        assert_eq!(found, expected, "{registry}/{repository}");
    }

    #[test]
    fn the_key_that_names_the_repository_most_closely_wins() {
        let json = r#"{"auths":{
            "quay.io":{"auth":"YWxsOm9uZQ=="},
            "quay.io/team":{"auth":"dGVhbTp0d28="},
            "quay.io/team/app":{"auth":"YXBwOmE6Yg"}}}"#;
        check(json, "quay.io", "other/app", Some(("all", "one")));
        check(json, "quay.io", "team/web", Some(("team", "two")));
        check(json, "quay.io", "team/app", Some(("app", "a:b")));
        check(json, "quay.io:444", "team/app", None);
    }

    #[test]
    fn docker_hub_and_old_keys_are_known_by_all_their_spellings() {
        let json = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"aHViOnB3"},"https://Reg.example.com/v2/":
            {"username":"u","password":"p"},"empty.example.com":{},"null.example.com":null}}"#;
        check(json, "docker.io", "library/alpine", Some(("hub", "pw")));
        check(json, "reg.example.com", "a", Some(("u", "p")));
        check(json, "empty.example.com", "a", None);
        check(json, "null.example.com", "a", None);
    }

    #[test]
    fn tokens_win_over_passwords_and_helpers_are_per_registry() {
        let json = r#"{"auths":{"a.example.com":{"auth":"dTpw","identitytoken":"it"}},
            "credHelpers":{"b.example.com":"ecr-login"},"credsStore":"desktop"}"#;
        let file = AuthFile { path: "config.json".into(), content: serde_json::from_str(json).unwrap() };
        assert_eq!(file.stored("a.example.com", "x").unwrap(), Some(Credential::IdentityToken(Secret::new("it"))));
        assert_eq!(file.helper("b.example.com", "x"), Some("ecr-login"));
        assert_eq!(file.helper("a.example.com", "x"), Some("desktop"));
    }

    #[test]
    fn a_damaged_value_is_an_error_that_names_the_registry() {
        let json = r#"{"auths":{"a.example.com":{"auth":"%%%"}}}"#;
        let file = AuthFile { path: "config.json".into(), content: serde_json::from_str(json).unwrap() };
        let error = file.stored("a.example.com", "x").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the credential of `a.example.com` in config.json is damaged; log in to it again"
        );
    }
}
