//! Why a job cannot be done, as codes with parameters, and whether another try may succeed.

use std::error::Error;
use std::io;

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
        if let Some(error) = registry_error(&error) {
            return of_registry(error);
        }
        Undone::may_pass(detailed("image.unreadable", &error))
    }
}

/// The error of a registry that another one comes from.
fn registry_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a RegistryError> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(error) = cause.downcast_ref::<RegistryError>() {
            return Some(error);
        }
        // The source of an I/O error is that of the error it holds, which would be passed over.
        let held = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match held {
            Some(held) => Some(held as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    None
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

#[cfg(test)]
mod tests {
    use oci::ReadEntriesError;

    use super::*;

    /// What became of a layer whose bytes end in this error.
    fn undone(source: io::Error) -> Undone {
        Undone::from(IndexError::ReadLayer(ReadEntriesError::Read { container: "layer 1".into(), offset: 7, source }))
    }

    fn rate_limited() -> RegistryError {
        RegistryError::RateLimited { host: "r.example".to_owned(), seconds: 30 }
    }

    #[test]
    fn what_a_registry_did_wrong_is_found_in_errors_of_input() {
        let expected = of_registry(&rate_limited());
        assert_eq!(expected.cause.code, "registry.rate_limited");
        assert_eq!(undone(io::Error::other(rate_limited())), expected);
        // Decoders put errors of what they read from into their own.
        assert_eq!(undone(io::Error::new(io::ErrorKind::InvalidData, io::Error::other(rate_limited()))), expected);
        let opened = oci::OpenLayerError::Read { layer: "layer 1".into(), source: io::Error::other(rate_limited()) };
        assert_eq!(Undone::from(IndexError::OpenLayer(opened)), expected);
    }

    #[test]
    fn errors_of_nothing_but_input_are_those_of_the_image() {
        for source in
            [io::Error::from(io::ErrorKind::UnexpectedEof), io::Error::other("the compressed data are damaged")]
        {
            let undone = undone(source);
            assert_eq!((undone.cause.code.as_str(), undone.may_pass), ("image.unreadable", true));
        }
    }
}
