//! What the user trusts: keys, roots of certificates, logs; and who may have signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::{PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, TrustAnchor};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::key::PublicKey;
use crate::material::Chain;
use crate::pattern::Pattern;

/// The most bytes of a file with roots.
pub const LARGEST_ROOTS_BYTES: usize = 4 << 20;
/// The most roots and logs of one file.
const MOST_ROOTS: usize = 256;

/// What signatures are verified against.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Keys whose signatures count.
    pub keys: Vec<PublicKey>,
    /// Roots, and logs that prove when something was signed.
    pub roots: Roots,
    /// Who must be named by a certificate: its alternative name, else its subject. Any of them; none fits nobody.
    pub identities: Vec<Pattern>,
    /// Who must have told the authority who signed. Any of them; none asks for nobody.
    pub issuers: Vec<Pattern>,
}

/// Roots of certificates and logs.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    pub(crate) authorities: Vec<Root>,
    pub(crate) logs: Vec<Log>,
    /// Logs of certificates.
    pub(crate) certificate_logs: Vec<Log>,
    /// Who may stamp times, DER beside what it leads to: a stamp may leave out its authority's certificate.
    pub(crate) stampers: Vec<(Vec<u8>, Root)>,
}

/// A certificate that others lead to.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    anchor: TrustAnchor<'static>,
    from: i64,
    until: i64,
}

/// A transparency log, by its key.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) key: PublicKey,
    /// What entries call it where that is not the hash of the key (Rekor v2).
    id: Option<Vec<u8>>,
    from: i64,
    until: i64,
}

/// The error of reading roots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoots {
    /// There is nothing in it.
    #[error(
        "it has neither a certificate nor a public key; give PEM (certificates of authorities, the public key of a \
         Rekor log) or Sigstore's trusted_root.json"
    )]
    Empty,
    /// It is JSON, and not what it should be.
    #[error("it is no trusted_root.json of Sigstore: {0}")]
    Json(String),
    /// A certificate cannot be a root.
    #[error("its certificate {0} cannot be read")]
    Certificate(usize),
    /// A key cannot be that of a log.
    #[error("its public key {0} is neither ECDSA, nor Ed25519, nor RSA")]
    Key(usize),
    /// The PEM is broken.
    #[error("its PEM is damaged")]
    Pem,
    /// It has very many.
    #[error("it has more than {MOST_ROOTS} certificates and keys")]
    TooMany,
}

impl Trust {
    /// Whether nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.roots.authorities.is_empty() && self.roots.logs.is_empty()
    }
}

impl Root {
    pub(crate) fn holds_at(&self, seconds: i64) -> bool {
        (self.from..=self.until).contains(&seconds)
    }

    pub(crate) fn anchor(&self) -> TrustAnchor<'_> {
        self.anchor.clone()
    }

    /// A certificate as a root for as long as it is valid, and no longer than `valid_for` says.
    fn new(der: &[u8], valid_for: &ValidFor) -> Option<Root> {
        let certificate = CertificateDer::from(der);
        let anchor = webpki::anchor_from_trusted_cert(&certificate).ok()?.to_owned();
        let (_, parsed) = X509Certificate::from_der(der).ok()?;
        let validity = parsed.validity();
        let (from, until) = valid_for.seconds()?;
        Some(Root {
            anchor,
            from: from.max(validity.not_before.timestamp()),
            until: until.min(validity.not_after.timestamp()),
        })
    }
}

impl Log {
    /// Whether entries mean this log by `id`.
    pub(crate) fn is_called(&self, id: &[u8]) -> bool {
        self.key.hash() == id || self.id.as_deref() == Some(id)
    }

    /// Whether the log was in use.
    pub(crate) fn holds_at(&self, seconds: i64) -> bool {
        (self.from..=self.until).contains(&seconds)
    }
}

impl Roots {
    /// Takes in a file: PEM with certificates of authorities and public keys of logs, or Sigstore's `trusted_root.json`
    /// (protobuf-specs, TrustedRoot v0.1).
    ///
    /// # Errors
    /// When it has nothing to trust, or something of it cannot be read.
    pub fn add(&mut self, text: &str) -> Result<(), InvalidRoots> {
        let before = self.authorities.len() + self.logs.len();
        match text.trim_start().starts_with('{') {
            true => self.add_json(text)?,
            false => self.add_pem(text)?,
        }
        match self.authorities.len() + self.logs.len() - before {
            0 => Err(InvalidRoots::Empty),
            count if count > MOST_ROOTS => Err(InvalidRoots::TooMany),
            _ => Ok(()),
        }
    }

    fn add_pem(&mut self, text: &str) -> Result<(), InvalidRoots> {
        let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes());
        for (number, section) in sections.enumerate() {
            if number > MOST_ROOTS {
                return Err(InvalidRoots::TooMany);
            }
            match section.map_err(|_| InvalidRoots::Pem)? {
                (SectionKind::Certificate, der) => {
                    let root = Root::new(&der, &ValidFor::default()).ok_or(InvalidRoots::Certificate(number + 1))?;
                    self.stampers.push((der, root.clone()));
                    self.authorities.push(root);
                }
                (SectionKind::PublicKey, der) => {
                    let key = PublicKey::from_der(&der).map_err(|_| InvalidRoots::Key(number + 1))?;
                    self.logs.push(Log { key, id: None, from: i64::MIN, until: i64::MAX });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_json(&mut self, text: &str) -> Result<(), InvalidRoots> {
        let roots: TrustedRoot = serde_json::from_str(text).map_err(|error| InvalidRoots::Json(error.to_string()))?;
        for (number, authority) in roots.certificate_authorities.iter().enumerate() {
            for certificate in &authority.cert_chain.certificates {
                let der = STANDARD.decode(&certificate.raw_bytes).map_err(|_| InvalidRoots::Pem)?;
                let root = Root::new(&der, &authority.valid_for);
                self.authorities.push(root.ok_or(InvalidRoots::Certificate(number + 1))?);
            }
        }
        for (number, authority) in roots.timestamp_authorities.iter().enumerate() {
            for certificate in &authority.cert_chain.certificates {
                let der = STANDARD.decode(&certificate.raw_bytes).map_err(|_| InvalidRoots::Pem)?;
                let root = Root::new(&der, &authority.valid_for).ok_or(InvalidRoots::Certificate(number + 1))?;
                self.stampers.push((der, root));
            }
        }
        self.logs.extend(logs(&roots.tlogs)?);
        self.certificate_logs.extend(logs(&roots.ctlogs)?);
        Ok(())
    }
}

fn logs(wire: &[WireLog]) -> Result<Vec<Log>, InvalidRoots> {
    let mut logs = Vec::new();
    for (number, log) in wire.iter().enumerate() {
        let der = STANDARD.decode(&log.public_key.raw_bytes).map_err(|_| InvalidRoots::Pem)?;
        let invalid = InvalidRoots::Key(number + 1);
        let key = PublicKey::from_der(&der).map_err(|_| invalid.clone())?;
        let (from, until) = log.public_key.valid_for.seconds().ok_or(invalid)?;
        let id = log.log_id.as_ref().and_then(|id| STANDARD.decode(&id.key_id).ok());
        logs.push(Log { key, id, from, until });
    }
    Ok(logs)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrustedRoot {
    #[serde(default)]
    tlogs: Vec<WireLog>,
    #[serde(default)]
    ctlogs: Vec<WireLog>,
    #[serde(default)]
    certificate_authorities: Vec<Authority>,
    #[serde(default)]
    timestamp_authorities: Vec<Authority>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLog {
    public_key: WireKey,
    #[serde(default)]
    log_id: Option<LogId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogId {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireKey {
    raw_bytes: String,
    #[serde(default)]
    valid_for: ValidFor,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authority {
    cert_chain: Chain,
    #[serde(default)]
    valid_for: ValidFor,
}

/// A span of time, open where an end is absent.
#[derive(Default, Deserialize)]
struct ValidFor {
    start: Option<String>,
    end: Option<String>,
}

impl ValidFor {
    fn seconds(&self) -> Option<(i64, i64)> {
        let parse = |text: &String| OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
        let start = self.start.as_ref().map_or(Some(i64::MIN), parse)?;
        let end = self.end.as_ref().map_or(Some(i64::MAX), parse)?;
        Some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_no_root_is_refused_with_the_reason() {
        let refused = |text: &str| Roots::default().add(text).unwrap_err();
        assert_eq!(refused("hello"), InvalidRoots::Empty);
        assert_eq!(refused("{}"), InvalidRoots::Empty);
        assert!(matches!(refused("{\"tlogs\":1}"), InvalidRoots::Json(_)));
        let block = |kind: &str| format!("-----BEGIN {kind}-----\nMAA=\n-----END {kind}-----\n");
        assert_eq!(refused(&block("CERTIFICATE")), InvalidRoots::Certificate(1));
        assert_eq!(refused(&block("PUBLIC KEY")), InvalidRoots::Key(1));
    }
}
