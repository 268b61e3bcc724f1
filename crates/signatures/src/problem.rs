//! Why a signature is not verified.

/// Each is one English sentence without a full stop, as the report shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum Problem {
    #[error("it is not made by any of the trusted keys, or what it signs was changed")]
    NoTrustedKey,
    #[error("no key was given to verify it with")]
    NoKeys,
    #[error("it signs another image, {0}")]
    OtherImage(String),
    #[error("it is no cosign signature of an image: {0}")]
    Malformed(&'static str),
    #[error("it is larger than 8 MiB, which no signature is")]
    TooLarge,
    #[error("it is made with a certificate, and only signatures by key can be verified")]
    Certificate,
    #[error("signatures of the Notary Project cannot be verified yet")]
    Notation,
    #[error("this key signed statements on the image, and not the image itself")]
    StatementsOnly,
}
