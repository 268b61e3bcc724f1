//! Credentials: what proves to a registry who is asking.
//!
//! They come from the files that `docker login`, `podman login` and `skopeo login` write, and from the credential
//! helpers that those files name. The caller says which files to read; nothing here looks into the environment.

mod auth_file;
mod helper;

use std::path::PathBuf;
use std::time::Duration;

use crate::Secret;
use auth_file::AuthFile;

pub(crate) use auth_file::exercise;

pub use auth_file::ReadAuthFileError;
pub use helper::RunHelperError;

/// What proves to a registry who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A user name and a password.
    Password {
        /// The user's name.
        user: String,
        /// The password, or a token used as one.
        password: Secret,
    },
    /// An OAuth2 refresh token, which the token service exchanges for access tokens.
    IdentityToken(Secret),
    /// A bearer token that the registry takes as it is.
    RegistryToken(Secret),
}

/// Where credentials are looked for.
#[derive(Debug, Clone)]
pub struct CredentialSources {
    /// The credential for the registry of the image that is asked for; it wins over the files and never goes to mirrors.
    pub given: Option<Credential>,
    /// `auth.json` and `config.json` files in order of preference; missing ones are passed over.
    pub files: Vec<PathBuf>,
    /// Folders to search for `docker-credential-NAME` programs, as in `PATH`. None means that helpers are not run.
    pub helper_folders: Vec<PathBuf>,
    /// How long a helper may run.
    pub helper_timeout: Duration,
}

impl Default for CredentialSources {
    fn default() -> CredentialSources {
        CredentialSources {
            given: None,
            files: Vec::new(),
            helper_folders: Vec::new(),
            helper_timeout: Duration::from_secs(30),
        }
    }
}

/// Why a source of credentials could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FindCredentialError {
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] ReadAuthFileError),
    /// A helper could not be used.
    #[error(transparent)]
    Helper(#[from] RunHelperError),
}

/// What the search for a credential found. A broken source does not end the search: most images need no credential,
/// and a settings file that names an absent helper is common.
#[derive(Debug, Default)]
pub(crate) struct FoundCredential {
    pub(crate) credential: Option<Credential>,
    pub(crate) problem: Option<FindCredentialError>,
}

impl CredentialSources {
    /// Looks for the credential of a repository in files and helpers.
    pub(crate) fn find(&self, registry: &str, repository: &str) -> FoundCredential {
        let mut found = FoundCredential::default();
        for path in &self.files {
            match self.find_in_file(path, registry, repository) {
                Ok(Some(credential)) => return FoundCredential { credential: Some(credential), problem: None },
                Ok(None) => {}
                Err(error) => found.problem = found.problem.or(Some(error)),
            }
        }
        found
    }

    fn find_in_file(
        &self,
        path: &std::path::Path,
        registry: &str,
        repository: &str,
    ) -> Result<Option<Credential>, FindCredentialError> {
        let Some(file) = AuthFile::read(path)? else { return Ok(None) };
        let mut problem = None;
        if let Some(name) = file.helper(registry, repository) {
            match helper::ask(name, &auth_file::helper_key(registry), &self.helper_folders, self.helper_timeout) {
                Ok(Some(credential)) => return Ok(Some(credential)),
                Ok(None) => {}
                Err(error) => problem = Some(error),
            }
        }
        match (file.stored(registry, repository)?, problem) {
            (None, Some(problem)) => Err(problem.into()),
            (stored, _) => Ok(stored),
        }
    }
}
