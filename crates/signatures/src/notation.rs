//! Signatures of the Notary Project (notaryproject specifications, signature-specification.md), in both of their envelopes.

mod cose;
mod jws;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, VerificationAlgorithm,
};
use serde::Deserialize;

pub(crate) use cose::read_cose;
pub(crate) use jws::read_jws;

/// What the header must call the payload.
const PAYLOAD: &str = "application/vnd.cncf.notary.payload.v1+json";
/// The most certificates of one signature.
const MOST_CERTIFICATES: usize = 16;
/// The marks of a header.
const EXPIRY: &str = "io.cncf.notary.expiry";
const STAMP: &str = "io.cncf.notary.timestampSignature";
const PLUGIN: &str = "io.cncf.notary.verificationPlugin";
/// Those that a header may demand to be understood.
const KNOWN: [&str; 5] = [
    "io.cncf.notary.signingScheme",
    "io.cncf.notary.authenticSigningTime",
    "io.cncf.notary.verificationPluginMinVersion",
    EXPIRY,
    PLUGIN,
];

/// An envelope taken apart, whichever way it is written.
pub(crate) struct NotationEnvelope {
    pub(crate) algorithm: &'static dyn VerificationAlgorithm,
    /// What the signature is over.
    pub(crate) signed: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// The signer's certificate first, DER.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// The digest that it signs, as it is written.
    pub(crate) digest: String,
    /// When it stops counting, seconds since 1970.
    pub(crate) expires: Option<i64>,
    /// Time stamps over the signature, DER.
    pub(crate) stamps: Vec<Vec<u8>>,
    /// Whether a plug-in must verify it.
    pub(crate) needs_plugin: bool,
}

/// The algorithms that the Notary Project allows, by their names in both envelopes.
fn algorithm(name: &str) -> Result<&'static dyn VerificationAlgorithm, &'static str> {
    match name {
        "PS256" => Ok(&RSA_PSS_2048_8192_SHA256),
        "PS384" => Ok(&RSA_PSS_2048_8192_SHA384),
        "PS512" => Ok(&RSA_PSS_2048_8192_SHA512),
        "ES256" => Ok(&ECDSA_P256_SHA256_FIXED),
        "ES384" => Ok(&ECDSA_P384_SHA384_FIXED),
        "ES512" => Ok(&ECDSA_P521_SHA512_FIXED),
        _ => Err("its algorithm is none that the Notary Project allows"),
    }
}

/// The digest that a payload names.
fn target(payload: &[u8]) -> Result<String, &'static str> {
    let payload: Payload = serde_json::from_slice(payload).map_err(|_| "its payload cannot be read")?;
    Ok(payload.target_artifact.digest)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    target_artifact: Target,
}

#[derive(Deserialize)]
struct Target {
    digest: String,
}
