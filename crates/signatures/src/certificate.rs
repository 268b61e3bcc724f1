//! Certificates that name a signer (RFC 5280; Fulcio's extensions, fulcio/docs/oid-info.md), and the way from one to a
//! root that is trusted.

use rustls_pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, Error as ChainError, KeyUsage};
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{AttributeTypeAndValue, FromDer, GeneralName, X509Certificate, X509Name};

use crate::key::PublicKey;
use crate::log::hex;
use crate::problem::Problem;
use crate::trust::Root;

/// The most certificates between a signer and a root.
const MOST_INTERMEDIATES: usize = 8;
/// The most bytes of one certificate.
const LARGEST_CERTIFICATE: usize = 64 << 10;
/// Purposes, as the content of object identifiers (RFC 5280, 4.2.1.12: 1.3.6.1.5.5.7.3.3 and .8).
const CODE_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 3];
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
/// Who says who signed: as a plain text, and as a DER text.
const ISSUER_V1: &str = "1.3.6.1.4.1.57264.1.1";
const ISSUER_V2: &str = "1.3.6.1.4.1.57264.1.8";
/// A name of another kind that Fulcio gives users (fulcio/docs/oid-info.md).
const OTHER_NAME: &str = "1.3.6.1.4.1.57264.1.7";

/// What a certificate is used for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// To sign images; a certificate that names no purpose may.
    CodeSigning,
    /// To say what time it is; a certificate must say so.
    TimeStamping,
}

/// The certificate of a signer.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    pub(crate) key: PublicKey,
    /// The alternative names that are texts, in the order of the certificate.
    names: Vec<String>,
    /// The subject, as `C=US, O=Example, CN=signer`.
    subject: String,
    pub(crate) issuer: Option<String>,
    /// Seconds since 1970.
    not_before: i64,
    not_after: i64,
    may_sign: bool,
}

impl Certificate {
    /// Reads a certificate.
    pub(crate) fn read(der: &[u8]) -> Result<Certificate, Problem> {
        if der.len() > LARGEST_CERTIFICATE {
            return Err(Problem::Certificate);
        }
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| Problem::Certificate)?;
        if !rest.is_empty() {
            return Err(Problem::Certificate);
        }
        let usage = parsed.key_usage().map_err(|_| Problem::Certificate)?;
        Ok(Certificate {
            der: der.to_vec(),
            key: PublicKey::from_der(parsed.public_key().raw).map_err(|_| Problem::Certificate)?,
            names: names(&parsed)?,
            subject: subject(parsed.subject()),
            issuer: issuer(&parsed),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            may_sign: usage.is_none_or(|usage| usage.value.digital_signature()),
        })
    }

    /// The bytes that were read.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// Every name that it gives the signer: its alternative names, or its subject where it has none.
    pub(crate) fn names(&self) -> &[String] {
        if self.names.is_empty() { std::slice::from_ref(&self.subject) } else { &self.names }
    }

    /// Its subject.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// Checks that it was valid at a time and leads to a root that was; gives its issuer's SubjectPublicKeyInfo.
    pub(crate) fn check(
        &self,
        chain: &[Vec<u8>],
        roots: &[Root],
        at: Moment,
        purpose: Purpose,
    ) -> Result<Vec<u8>, Problem> {
        let Moment { seconds, is_proven } = at;
        if seconds < self.not_before || seconds > self.not_after {
            let (from, until) = (self.not_before, self.not_after);
            return Err(Problem::Expired { from, until, at: seconds, is_proven });
        }
        if !self.may_sign || chain.len() > MOST_INTERMEDIATES {
            return Err(Problem::Certificate);
        }
        let anchors: Vec<_> = roots.iter().filter(|root| root.holds_at(seconds)).map(Root::anchor).collect();
        let leaf = CertificateDer::from(self.der.as_slice());
        let leaf = EndEntityCert::try_from(&leaf).map_err(|_| Problem::Certificate)?;
        let chain: Vec<CertificateDer<'_>> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()));
        let usage = match purpose {
            Purpose::CodeSigning => KeyUsage::required_if_present(CODE_SIGNING),
            Purpose::TimeStamping => KeyUsage::required(TIME_STAMPING),
        };
        let algorithms = webpki::ALL_VERIFICATION_ALGS;
        let verified = leaf.verify_for_usage(algorithms, &anchors, &chain, time, usage, None, None);
        verified.map(|path| path.issuer_spki().to_vec()).map_err(|error| match error {
            ChainError::UnknownIssuer
            | ChainError::InvalidSignatureForPublicKey
            | ChainError::CertExpired { .. }
            | ChainError::CertNotValidYet { .. } => Problem::Untrusted,
            _ => Problem::Certificate,
        })
    }
}

/// A time at which a signature is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Since 1970.
    pub(crate) seconds: i64,
    /// Whether a log proves that the signature was made then.
    pub(crate) is_proven: bool,
}

fn names(certificate: &X509Certificate<'_>) -> Result<Vec<String>, Problem> {
    let Some(names) = certificate.subject_alternative_name().map_err(|_| Problem::Certificate)? else {
        return Ok(Vec::new());
    };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::RFC822Name(text) | GeneralName::DNSName(text) | GeneralName::URI(text) => Some((*text).to_owned()),
        GeneralName::OtherName(kind, value) if kind.to_id_string() == OTHER_NAME => der_text(value),
        _ => None,
    };
    Ok(names.value.general_names.iter().filter_map(text).collect())
}

/// A name as `C=US, O=Example, CN=signer`. What could be taken for another part of the name is escaped (RFC 4514, 2.4),
/// so that nobody has a part of somebody else's name in his own.
fn subject(name: &X509Name<'_>) -> String {
    let attribute = |attribute: &AttributeTypeAndValue<'_>| {
        let kind = oid2abbrev(attribute.attr_type(), oid_registry()).map(str::to_owned);
        let kind = kind.unwrap_or_else(|_| attribute.attr_type().to_id_string());
        match attribute.as_str() {
            Ok(text) => format!("{kind}={}", escaped(text)),
            Err(_) => format!("{kind}=#{}", hex(attribute.attr_value().data)),
        }
    };
    let relative = name.iter_rdn().map(|names| names.iter().map(attribute).collect::<Vec<_>>().join("+"));
    relative.collect::<Vec<_>>().join(", ")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Who told Fulcio who the signer is.
fn issuer(certificate: &X509Certificate<'_>) -> Option<String> {
    let value = |id: &str| {
        let extension = certificate.iter_extensions().find(|extension| extension.oid.to_id_string() == id);
        extension.map(|extension| extension.value)
    };
    match value(ISSUER_V2) {
        Some(value) => der_text(value),
        None => value(ISSUER_V1).and_then(|value| String::from_utf8(value.to_vec()).ok()),
    }
}

/// The UTF8String in DER, bare or as the content of an explicit tag (X.690, 8.14).
fn der_text(der: &[u8]) -> Option<String> {
    let (_, any) = x509_parser::der_parser::asn1_rs::Any::from_der(der).ok()?;
    if any.tag().0 == 12 {
        return String::from_utf8(any.data.to_vec()).ok();
    }
    let (_, inner) = x509_parser::der_parser::asn1_rs::Any::from_der(any.data).ok()?;
    (inner.tag().0 == 12).then(|| String::from_utf8(inner.data.to_vec()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_a_part_of_somebody_elses_name_in_his_own() {
        assert_eq!(escaped("Example Inc."), "Example Inc.");
        assert_eq!(escaped("x, O=Example"), "x\\, O\\=Example");
    }
}
