//! Options on who must have signed an image.

use std::path::PathBuf;

use clap::Args;

/// What signatures are verified against.
#[derive(Debug, Args)]
pub(crate) struct SignatureArguments {
    /// Verify signatures of the image with the public key in this PEM file (ECDSA, RSA, Ed25519); repeatable, any of them
    #[arg(long, value_name = "FILE")]
    pub(crate) verify_key: Vec<PathBuf>,
    /// Verify signatures made with certificates that lead to the roots in this file: PEM with certificates of authorities
    /// and the public key of a Rekor log, or Sigstore's trusted_root.json; repeatable
    #[arg(long, value_name = "FILE", requires = "verify_identity")]
    pub(crate) verify_roots: Vec<PathBuf>,
    /// Whom such a certificate must name (e-mail address, URI or subject); `*` stands for any characters; repeatable, any
    /// of them
    #[arg(long, value_name = "PATTERN", requires = "verify_roots")]
    pub(crate) verify_identity: Vec<String>,
    /// Which identity provider must have vouched for the signer, as Fulcio notes it in the certificate; `*` stands for any
    /// characters; repeatable, any of them
    #[arg(long, value_name = "PATTERN", requires = "verify_roots")]
    pub(crate) verify_issuer: Vec<String>,
}
