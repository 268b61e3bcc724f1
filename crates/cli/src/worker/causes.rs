//! Why a job cannot be done, as codes with parameters, and whether another try may succeed.

use std::error::Error;

use api::registries::Cause;
use oci::registry::{ExchangeError, RegistryError};
use scanner::IndexError;

use super::chain;

/// The longest sentence that is told beside a code, in characters.
const LONGEST_DETAIL: usize = 1000;

/// A job that could not be done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Undone {
    pub(super) cause: Cause,
    pub(super) may_pass: bool,
}

impl Undone {
    pub(super) fn for_good(cause: Cause) -> Undone {
        Undone { cause, may_pass: false }
    }

    pub(super) fn may_pass(cause: Cause) -> Undone {
        Undone { cause, may_pass: true }
    }
}

impl From<RegistryError> for Undone {
    fn from(error: RegistryError) -> Undone {
        of_registry(&error)
    }
}

impl From<IndexError> for Undone {
    fn from(error: IndexError) -> Undone {
        // Layers are fetched while they are read: what the registry did wrong is among the causes.
        let mut source = error.source();
        while let Some(cause) = source {
            if let Some(error) = cause.downcast_ref::<RegistryError>() {
                return of_registry(error);
            }
            source = cause.source();
        }
        Undone::may_pass(detailed("image.unreadable", &error))
    }
}

/// A code with the sentences of an error, which never have secrets.
pub(super) fn detailed(code: &str, error: &dyn Error) -> Cause {
    let detail: String = formats::plain(&chain(error)).chars().take(LONGEST_DETAIL).collect();
    Cause::new(code).with("detail", detail)
}

/// What a registry, or the way to it, did not do.
pub(super) fn of_registry(error: &RegistryError) -> Undone {
    let (code, may_pass) = match error {
        RegistryError::Exchange(error) => of_exchange(error),
        RegistryError::Unauthorized { had_credential: true, .. } => ("registry.unauthorized", false),
        RegistryError::Unauthorized { had_credential: false, .. } => ("registry.credential_needed", false),
        RegistryError::UnknownChallenge { .. } => ("registry.challenge_unknown", false),
        RegistryError::NoToken { .. } => ("registry.no_token", true),
        RegistryError::NotFound { .. } => ("registry.not_found", false),
        RegistryError::Status { status, .. } => ("registry.status", *status >= 500 || *status == 408),
        RegistryError::RateLimited { .. } => ("registry.rate_limited", true),
        RegistryError::WrongDigest { .. } | RegistryError::WrongLength { .. } => ("registry.wrong_content", true),
        RegistryError::NoParts { .. } => ("registry.protocol", false),
        RegistryError::NoRest { .. } => ("registry.protocol", true),
        RegistryError::CutOff { .. } => ("registry.unreachable", true),
        RegistryError::TooSlow { .. } => ("registry.too_slow", true),
        RegistryError::Manifest(_) | RegistryError::NoArtifact { .. } => ("image.unreadable", false),
        RegistryError::MirrorsFailed { source, .. } => return of_registry(source),
    };
    let mut cause = detailed(code, error);
    match error {
        RegistryError::Status { status, .. } => cause = cause.with("status", *status),
        RegistryError::RateLimited { seconds, .. } => cause = cause.with("seconds", *seconds),
        _ => {}
    }
    Undone { cause, may_pass }
}

fn of_exchange(error: &ExchangeError) -> (&'static str, bool) {
    match error {
        ExchangeError::Authorities(_) => ("registry.ca_unusable", false),
        ExchangeError::Proxy { .. } => ("worker.proxy_unusable", false),
        ExchangeError::UnknownHost { .. } => ("registry.unknown_host", true),
        ExchangeError::RefusedAddress(_) => ("registry.address_refused", false),
        ExchangeError::Connection { .. } => ("registry.unreachable", true),
        ExchangeError::Certificate { .. } => ("registry.certificate_untrusted", false),
        ExchangeError::Encryption { .. } => ("registry.no_encryption", false),
        ExchangeError::EndedEarly { .. } => ("registry.no_encryption", true),
        ExchangeError::TimedOut { .. } => ("registry.timed_out", true),
        ExchangeError::Protocol { .. } => ("registry.protocol", true),
        ExchangeError::BadLocation { .. } | ExchangeError::TooLarge { .. } => ("registry.protocol", false),
        ExchangeError::PlainRedirect { .. } => ("registry.plain_redirect", false),
        ExchangeError::TooManyRedirects { .. } => ("registry.too_many_redirects", false),
    }
}
