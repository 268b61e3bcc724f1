//! How the registry of a job is reached: with its own authorities and credential, and none of this machine's.

use std::io::Write;

use api::jobs::{LeasedRegistry, TestStep};
use api::registries::{Cause, RegistryCredential};
use oci::Secret;
use oci::credentials::{Credential, CredentialSources};
use oci::registry::{ProxySettings, RegistryOptions, Stage, StageOutcome, probe};
use tempfile::NamedTempFile;

use super::causes::{Undone, detailed, of_registry};
use crate::environment::Environment;

/// A registry that is ready to be asked.
pub(super) struct Reach {
    pub(super) options: RegistryOptions,
    /// The authorities lie in a file as long as it is asked.
    _ca: Option<NamedTempFile>,
}

impl Reach {
    pub(super) fn new(registry: &LeasedRegistry, environment: &Environment) -> Result<Reach, Undone> {
        let ca = registry.ca.as_ref().map(|pem| written(pem)).transpose();
        let ca = ca.map_err(|error| Undone::may_pass(detailed("worker.no_space", &error)))?;
        let given = match &registry.credential {
            RegistryCredential::None => None,
            RegistryCredential::Password { user, password } => {
                Some(Credential::Password { user: user.clone(), password: Secret::new(password) })
            }
            RegistryCredential::Token { token } => Some(Credential::RegistryToken(Secret::new(token))),
            RegistryCredential::RefreshToken { token } => Some(Credential::IdentityToken(Secret::new(token))),
            // The server exchanges these; one that comes here is a server's that is newer than this worker, or worse.
            RegistryCredential::AwsKeys { .. }
            | RegistryCredential::AwsAmbient { .. }
            | RegistryCredential::GoogleKey { .. }
            | RegistryCredential::GoogleAmbient
            | RegistryCredential::AzureSecret { .. } => {
                return Err(Undone::for_good(Cause::new("worker.credential_unknown")));
            }
        };
        let options = RegistryOptions {
            credentials: CredentialSources { given, ..CredentialSources::default() },
            plain_http: registry.plain_http,
            ca_files: ca.iter().map(|file| file.path().to_owned()).collect(),
            public_only: !registry.may_be_private,
            proxies: ProxySettings {
                https: environment.https_proxy.clone(),
                http: environment.http_proxy.clone(),
                except: environment.no_proxy.clone().unwrap_or_default(),
            },
            ..RegistryOptions::default()
        };
        Ok(Reach { options, _ca: ca })
    }
}

fn written(pem: &str) -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    file.write_all(pem.as_bytes())?;
    Ok(file)
}

/// Tries the connection, step by step.
pub(super) fn test(registry: &LeasedRegistry, repository: Option<&str>, reach: &Reach) -> Vec<TestStep> {
    let probed = probe(&registry.address, repository, &reach.options);
    let cause = probed.failure.as_ref().map(|error| of_registry(error).cause);
    let step = |(stage, outcome): &(Stage, StageOutcome)| {
        let (word, cause) = match outcome {
            StageOutcome::Good => ("ok", None),
            StageOutcome::Failed => ("failed", cause.clone()),
            StageOutcome::Skipped if *stage == Stage::Tls && registry.plain_http => {
                ("skipped", Some(Cause::new("registry.risk.plain_http")))
            }
            StageOutcome::Skipped => ("skipped", None),
        };
        TestStep { step: name(*stage).to_owned(), outcome: word.to_owned(), cause }
    };
    probed.stages.iter().map(step).collect()
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Dns => "dns",
        Stage::Tcp => "tcp",
        Stage::Tls => "tls",
        Stage::Authentication => "authentication",
        Stage::Authorization => "authorization",
        Stage::RateLimit => "rate_limit",
    }
}
