//! DSSE envelopes (secure-systems-lab DSSE v1) and the Sigstore bundle around one (sigstore protobuf-specs, v0.1 to v0.3).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::problem::Problem;

/// More signatures than any envelope has.
const MOST_SIGNATURES: usize = 32;

/// The payload type of in-toto statements.
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// An envelope taken apart.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) payload: Vec<u8>,
    /// What the signatures are over: the pre-authentication encoding.
    pub(crate) signed: Vec<u8>,
    pub(crate) signatures: Vec<Vec<u8>>,
    /// Whether the signer is named by a certificate.
    pub(crate) has_certificate: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    payload_type: String,
    payload: String,
    signatures: Vec<WireSignature>,
}

#[derive(Deserialize)]
struct WireSignature {
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    verification_material: Material,
    #[serde(default)]
    dsse_envelope: Option<Wire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    #[serde(default)]
    certificate: Option<IgnoredAny>,
    #[serde(default)]
    x509_certificate_chain: Option<IgnoredAny>,
}

/// Takes an envelope apart.
pub(crate) fn read(bytes: &[u8]) -> Result<Envelope, Problem> {
    let wire = serde_json::from_slice(bytes).map_err(|_| Problem::Malformed("it is not a DSSE envelope"))?;
    open(wire, false)
}

/// Takes the envelope in a Sigstore bundle apart.
pub(crate) fn read_bundle(bytes: &[u8]) -> Result<Envelope, Problem> {
    let bundle: Bundle =
        serde_json::from_slice(bytes).map_err(|_| Problem::Malformed("it is not a Sigstore bundle"))?;
    let Material { certificate, x509_certificate_chain } = bundle.verification_material;
    let wire = bundle.dsse_envelope.ok_or(Problem::Malformed("its bundle has no DSSE envelope"))?;
    open(wire, certificate.is_some() || x509_certificate_chain.is_some())
}

fn open(wire: Wire, has_certificate: bool) -> Result<Envelope, Problem> {
    if wire.payload_type != IN_TOTO {
        return Err(Problem::Malformed("its envelope holds no in-toto statement"));
    }
    if wire.signatures.is_empty() || wire.signatures.len() > MOST_SIGNATURES {
        return Err(Problem::Malformed("its envelope has no signature, or more than 32"));
    }
    let payload = decode(&wire.payload)?;
    let head = format!("DSSEv1 {} {IN_TOTO} {} ", IN_TOTO.len(), payload.len());
    let signed = [head.as_bytes(), &payload].concat();
    let signatures = wire.signatures.iter().map(|signature| decode(&signature.sig)).collect::<Result<_, _>>()?;
    Ok(Envelope { payload, signed, signatures, has_certificate })
}

/// Both alphabets of Base64 are allowed (DSSE, protocol.md).
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Problem> {
    let text = text.trim();
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).map_err(|_| Problem::Malformed("it is not valid Base64"))
}
