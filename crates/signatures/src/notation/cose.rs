//! COSE envelopes (notaryproject specifications, signature-envelope-cose.md; RFC 9052, RFC 9360).

use coset::cbor::Value;
use coset::iana::{self, EnumI64};
use coset::{
    CborSerializable, ContentType, CoseSign1, Header, Label, RegisteredLabelWithPrivate, TaggedCborSerializable,
};

use super::{EXPIRY, KNOWN, MOST_CERTIFICATES, NotationEnvelope, PAYLOAD, PLUGIN, STAMP, algorithm, target};

/// The largest envelope: what is signed is the description of an artifact.
const LARGEST_ENVELOPE: usize = 1 << 20;

/// Takes an envelope apart.
pub(crate) fn read_cose(bytes: &[u8]) -> Result<NotationEnvelope, &'static str> {
    if bytes.len() > LARGEST_ENVELOPE {
        return Err("it is a COSE envelope of more than 1 MiB");
    }
    let sign = CoseSign1::from_tagged_slice(bytes).or_else(|_| CoseSign1::from_slice(bytes));
    let sign = sign.map_err(|_| "it is no COSE envelope")?;
    let header = &sign.protected.header;
    if header.content_type != Some(ContentType::Text(PAYLOAD.to_owned())) {
        return Err("its payload is of another type");
    }
    let is_understood = |mark: &RegisteredLabelWithPrivate<iana::HeaderParameter>| match mark {
        RegisteredLabelWithPrivate::Text(mark) => KNOWN.contains(&mark.as_str()),
        RegisteredLabelWithPrivate::Assigned(mark) => {
            matches!(mark, iana::HeaderParameter::Alg | iana::HeaderParameter::ContentType)
        }
        RegisteredLabelWithPrivate::PrivateUse(_) => false,
    };
    if !header.crit.iter().all(is_understood) {
        return Err("its header demands what is not understood");
    }
    let payload = sign.payload.as_deref().ok_or("its payload is elsewhere")?;
    Ok(NotationEnvelope {
        algorithm: algorithm(algorithm_name(header).unwrap_or_default())?,
        digest: target(payload)?,
        signed: sign.tbs_data(b""),
        signature: sign.signature.clone(),
        certificates: certificates(&sign.unprotected)?,
        expires: marked(header, EXPIRY).map(seconds).transpose()?,
        stamps: marked(&sign.unprotected, STAMP).and_then(Value::as_bytes).cloned().into_iter().collect(),
        needs_plugin: marked(header, PLUGIN).is_some(),
    })
}

fn algorithm_name(header: &Header) -> Option<&'static str> {
    let Some(RegisteredLabelWithPrivate::Assigned(algorithm)) = &header.alg else { return None };
    match algorithm {
        iana::Algorithm::PS256 => Some("PS256"),
        iana::Algorithm::PS384 => Some("PS384"),
        iana::Algorithm::PS512 => Some("PS512"),
        iana::Algorithm::ES256 => Some("ES256"),
        iana::Algorithm::ES384 => Some("ES384"),
        iana::Algorithm::ES512 => Some("ES512"),
        _ => None,
    }
}

/// The certificates in `x5chain`: one as bytes, several as a list.
fn certificates(header: &Header) -> Result<Vec<Vec<u8>>, &'static str> {
    let label = Label::Int(iana::HeaderParameter::X5Chain.to_i64());
    let chain = header.rest.iter().find(|(known, _)| *known == label).map(|(_, value)| value);
    let malformed = "its certificates cannot be read";
    match chain {
        Some(Value::Bytes(der)) => Ok(vec![der.clone()]),
        Some(Value::Array(chain)) => {
            let chain = chain.iter().take(MOST_CERTIFICATES);
            chain.map(|der| der.as_bytes().cloned().ok_or(malformed)).collect()
        }
        _ => Err(malformed),
    }
}

fn marked<'a>(header: &'a Header, mark: &str) -> Option<&'a Value> {
    let is_it = |label: &Label| matches!(label, Label::Text(text) if text == mark);
    header.rest.iter().find(|(label, _)| is_it(label)).map(|(_, value)| value)
}

/// A time in seconds since 1970 (RFC 8949, 3.4.2, tag 1).
fn seconds(value: &Value) -> Result<i64, &'static str> {
    let inner = match value {
        Value::Tag(1, inner) => inner,
        value => value,
    };
    let number = inner.as_integer().and_then(|number| i64::try_from(number).ok());
    number.ok_or("its expiry is no time")
}
