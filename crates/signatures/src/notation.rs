//! Signatures of the Notary Project: JWS envelopes (notaryproject specifications, signature-envelope-jws.md and
//! signature-specification.md).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, VerificationAlgorithm,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::envelope::decode;

/// What the header must call the payload.
const PAYLOAD: &str = "application/vnd.cncf.notary.payload.v1+json";
/// The most certificates of one signature.
const MOST_CERTIFICATES: usize = 16;
/// The marks in a header that must be understood, and are.
const KNOWN: [&str; 5] = [
    "io.cncf.notary.signingScheme",
    "io.cncf.notary.expiry",
    "io.cncf.notary.authenticSigningTime",
    "io.cncf.notary.verificationPlugin",
    "io.cncf.notary.verificationPluginMinVersion",
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
    /// Whether a plug-in must verify it.
    pub(crate) needs_plugin: bool,
}

/// Takes an envelope apart.
pub(crate) fn read_jws(bytes: &[u8]) -> Result<NotationEnvelope, &'static str> {
    let jws: Jws = serde_json::from_slice(bytes).map_err(|_| "it is no JWS envelope")?;
    let protected = decode(&jws.protected)?;
    let protected: Protected =
        serde_json::from_slice(&protected).map_err(|_| "its protected header cannot be read")?;
    if protected.cty != PAYLOAD {
        return Err("its payload is of another type");
    }
    if !protected.crit.iter().all(|mark| KNOWN.contains(&mark.as_str())) {
        return Err("its header demands what is not understood");
    }
    let certificates = jws.header.x5c.iter().take(MOST_CERTIFICATES).map(|text| decode(text));
    let certificates = certificates.collect::<Result<Vec<_>, _>>()?;
    Ok(NotationEnvelope {
        algorithm: algorithm(&protected.alg).ok_or("its algorithm is none that the Notary Project allows")?,
        digest: target(&decode(&jws.payload)?)?,
        signed: format!("{}.{}", jws.protected, jws.payload).into_bytes(),
        signature: decode(&jws.signature)?,
        certificates,
        expires: protected.expiry.map(|text| seconds(&text)).transpose()?,
        needs_plugin: protected.plugin.is_some(),
    })
}

/// The digest that a payload names.
fn target(payload: &[u8]) -> Result<String, &'static str> {
    let payload: Payload = serde_json::from_slice(payload).map_err(|_| "its payload cannot be read")?;
    Ok(payload.target_artifact.digest)
}

fn algorithm(name: &str) -> Option<&'static dyn VerificationAlgorithm> {
    match name {
        "PS256" => Some(&RSA_PSS_2048_8192_SHA256),
        "PS384" => Some(&RSA_PSS_2048_8192_SHA384),
        "PS512" => Some(&RSA_PSS_2048_8192_SHA512),
        "ES256" => Some(&ECDSA_P256_SHA256_FIXED),
        "ES384" => Some(&ECDSA_P384_SHA384_FIXED),
        "ES512" => Some(&ECDSA_P521_SHA512_FIXED),
        _ => None,
    }
}

fn seconds(text: &str) -> Result<i64, &'static str> {
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "its expiry is no time")?;
    Ok(time.unix_timestamp())
}

#[derive(Deserialize)]
struct Jws {
    payload: String,
    protected: String,
    header: Header,
    signature: String,
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    x5c: Vec<String>,
}

#[derive(Deserialize)]
struct Protected {
    alg: String,
    #[serde(default)]
    cty: String,
    #[serde(default)]
    crit: Vec<String>,
    #[serde(default, rename = "io.cncf.notary.expiry")]
    expiry: Option<String>,
    #[serde(default, rename = "io.cncf.notary.verificationPlugin")]
    plugin: Option<IgnoredAny>,
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
