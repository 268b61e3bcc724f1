//! Time stamps: what proves that a signature existed at a time, without a log (RFC 3161; CMS, RFC 5652).

use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use x509_parser::der_parser::asn1_rs::{FromDer, GeneralizedTime};

use crate::certificate::{Certificate, Moment, Purpose};
use crate::der::{MOST_PARTS, Part, oid, only, parts};
use crate::trust::Roots;

/// The most bytes of a time stamp.
const LARGEST_STAMP: usize = 256 << 10;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const STAMP_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";

/// What the tags of ASN.1 are called here (X.680, 8.4); the rest are numbers of the context.
const INTEGER: u32 = 2;
const OCTETS: u32 = 4;

/// The time (seconds since 1970) at which a trusted authority stamped one of `stamped`; `None` when `stamp` proves
/// nothing of the kind. A stamp is an answer of an authority, or the token in one.
pub(crate) fn verify(stamp: &[u8], stamped: &[&[u8]], roots: &Roots) -> Option<i64> {
    if stamp.len() > LARGEST_STAMP {
        return None;
    }
    let Token { info, certificates, signers } = token(stamp)?;
    let (seconds, hash_name, hash) = stamp_info(info)?;
    if !stamped.iter().any(|content| hashed(&hash_name, content).is_some_and(|found| found == hash)) {
        return None;
    }
    let candidates: Vec<Certificate> = certificates
        .into_iter()
        .chain(roots.stampers.iter().map(|(der, _)| der.as_slice()))
        .take(MOST_PARTS)
        .filter_map(|der| Certificate::read(der).ok())
        .collect();
    let chain: Vec<Vec<u8>> = candidates.iter().map(|certificate| certificate.der().to_vec()).take(8).collect();
    let anchors: Vec<_> = roots.stampers.iter().map(|(_, root)| root.clone()).collect();
    let at = Moment { seconds, is_proven: true };
    let is_by = |signer: &Signer<'_>, certificate: &Certificate| {
        certificate.key.has_signed(&signer.signed, signer.signature)
            && certificate.check(&chain, &anchors, at, Purpose::TimeStamping).is_ok()
    };
    let holds = |signer: &Signer<'_>| {
        hashed(&signer.hash_name, info).is_some_and(|found| found == signer.hash)
            && candidates.iter().any(|certificate| is_by(signer, certificate))
    };
    signers.iter().any(holds).then_some(seconds)
}

/// A token taken apart.
struct Token<'a> {
    /// What is signed: the time and the hash.
    info: &'a [u8],
    certificates: Vec<&'a [u8]>,
    signers: Vec<Signer<'a>>,
}

struct Signer<'a> {
    hash_name: String,
    /// Of the information.
    hash: &'a [u8],
    /// What the signature is over.
    signed: Vec<u8>,
    signature: &'a [u8],
}

fn token(stamp: &[u8]) -> Option<Token<'_>> {
    let mut outer = parts(only(stamp)?.content)?;
    // An answer has its status in front of the token.
    if outer.first()?.tag != 6 {
        outer = parts(outer.get(1)?.content)?;
    }
    let content = outer.get(1).filter(|_| outer.first().and_then(oid).as_deref() == Some(SIGNED_DATA))?;
    let data = parts(only(content.content)?.content)?;
    let encapsulated = parts(data.get(2)?.content)?;
    if encapsulated.first().and_then(oid)? != STAMP_INFO {
        return None;
    }
    let info = only(encapsulated.get(1)?.content)?;
    let certificates = data.iter().find(|part| part.is_context && part.tag == 0);
    let certificates = certificates.map_or(Some(Vec::new()), |part| parts(part.content))?;
    let signers = parts(data.last()?.content)?.into_iter().filter_map(signer).collect();
    Some(Token { info: info.content, certificates: certificates.into_iter().map(|part| part.raw).collect(), signers })
}

fn signer(part: Part<'_>) -> Option<Signer<'_>> {
    let fields = parts(part.content)?;
    let at = fields.iter().skip(3).position(|field| field.is_context && field.tag == 0)? + 3;
    let attributes = fields.get(at)?;
    let signature = fields.iter().skip(at + 1).find(|field| !field.is_context && field.tag == OCTETS)?;
    let hash = parts(attributes.content)?.into_iter().find_map(|attribute| {
        let attribute = parts(attribute.content)?;
        let is_hash = attribute.first().and_then(oid).as_deref() == Some(MESSAGE_DIGEST);
        is_hash.then(|| only(attribute.get(1)?.content).map(|value| value.content))?
    })?;
    // The signature is over the attributes as the set that they are (RFC 5652, 5.4).
    let mut signed = attributes.raw.to_vec();
    *signed.first_mut()? = 0x31;
    let hash_name = parts(fields.get(2)?.content)?.first().and_then(oid)?;
    Some(Signer { hash_name, hash, signed, signature: signature.content })
}

/// Time, name of the hash, and hash of what was stamped.
fn stamp_info(info: &[u8]) -> Option<(i64, String, &[u8])> {
    let fields = parts(only(info)?.content)?;
    let imprint = parts(fields.get(2)?.content)?;
    let hash_name = parts(imprint.first()?.content)?.first().and_then(oid)?;
    let time = fields.get(4).filter(|_| fields.get(3).is_some_and(|serial| serial.tag == INTEGER))?;
    let (_, time) = GeneralizedTime::from_der(time.raw).ok()?;
    let seconds = time.utc_datetime().ok()?.unix_timestamp();
    Some((seconds, hash_name, imprint.get(1)?.content))
}

fn hashed(name: &str, content: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match name {
        "2.16.840.1.101.3.4.2.1" => &SHA256,
        "2.16.840.1.101.3.4.2.2" => &SHA384,
        "2.16.840.1.101.3.4.2.3" => &SHA512,
        _ => return None,
    };
    Some(digest(algorithm, content).as_ref().to_vec())
}
