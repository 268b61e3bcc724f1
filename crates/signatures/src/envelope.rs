//! DSSE envelopes (secure-systems-lab DSSE v1).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde::Deserialize;

/// More signatures than any envelope has.
const MOST_SIGNATURES: usize = 8;

/// The payload type of in-toto statements.
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// An envelope taken apart.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) payload: Vec<u8>,
    /// What the signatures are over: the pre-authentication encoding.
    pub(crate) signed: Vec<u8>,
    pub(crate) signatures: Vec<Vec<u8>>,
}

/// An envelope as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wire {
    payload_type: String,
    payload: String,
    signatures: Vec<WireSignature>,
}

#[derive(Deserialize)]
struct WireSignature {
    sig: String,
}

/// Takes an envelope apart.
pub(crate) fn read(bytes: &[u8]) -> Result<Envelope, &'static str> {
    open(serde_json::from_slice(bytes).map_err(|_| "it is not a DSSE envelope")?)
}

/// Takes an envelope apart that was read as a part of something else.
pub(crate) fn open(wire: Wire) -> Result<Envelope, &'static str> {
    if wire.payload_type != IN_TOTO {
        return Err("its envelope holds no in-toto statement");
    }
    if wire.signatures.is_empty() || wire.signatures.len() > MOST_SIGNATURES {
        return Err("its envelope has no signature, or more than 8");
    }
    let payload = decode(&wire.payload)?;
    let head = format!("DSSEv1 {} {IN_TOTO} {} ", IN_TOTO.len(), payload.len());
    let signed = [head.as_bytes(), &payload].concat();
    let signatures = wire.signatures.iter().map(|signature| decode(&signature.sig)).collect::<Result<_, _>>()?;
    Ok(Envelope { payload, signed, signatures })
}

/// Reads Base64 of any alphabet (DSSE, protocol.md, allows two; JWS has the third).
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, &'static str> {
    let text = text.trim();
    let read = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).or_else(|_| URL_SAFE_NO_PAD.decode(text));
    read.map_err(|_| "it is not valid Base64")
}
