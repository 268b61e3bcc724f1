//! JWS envelopes (notaryproject specifications, signature-envelope-jws.md; RFC 7515).

use serde::Deserialize;
use serde::de::IgnoredAny;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{KNOWN, MOST_CERTIFICATES, NotationEnvelope, PAYLOAD, algorithm, target};
use crate::envelope::decode;

/// Takes an envelope apart.
pub(crate) fn read_jws(bytes: &[u8]) -> Result<NotationEnvelope, &'static str> {
    let jws: Jws = serde_json::from_slice(bytes).map_err(|_| "it is no JWS envelope")?;
    let protected = decode(&jws.protected)?;
    let protected: Protected = serde_json::from_slice(&protected).map_err(|_| "its protected header cannot be read")?;
    if protected.cty != PAYLOAD {
        return Err("its payload is of another type");
    }
    if !protected.crit.iter().all(|mark| KNOWN.contains(&mark.as_str())) {
        return Err("its header demands what is not understood");
    }
    let certificates = jws.header.x5c.iter().take(MOST_CERTIFICATES).map(|text| decode(text));
    let certificates = certificates.collect::<Result<Vec<_>, _>>()?;
    Ok(NotationEnvelope {
        algorithm: algorithm(&protected.alg)?,
        digest: target(&decode(&jws.payload)?)?,
        signed: format!("{}.{}", jws.protected, jws.payload).into_bytes(),
        signature: decode(&jws.signature)?,
        certificates,
        expires: protected.expiry.map(|text| seconds(&text)).transpose()?,
        stamps: jws.header.stamp.iter().map(|text| decode(text)).collect::<Result<_, _>>()?,
        needs_plugin: protected.plugin.is_some(),
    })
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
    #[serde(default, rename = "io.cncf.notary.timestampSignature")]
    stamp: Option<String>,
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
