//! From what lies beside an image to who signed it.

use std::collections::BTreeMap;

use model::{Attestation, Digest, Signature, SignatureKind};

use crate::envelope::{self, Envelope};
use crate::key::PublicKey;
use crate::payload;
use crate::problem::Problem;

/// The most bytes of one piece of evidence.
pub const LARGEST_EVIDENCE_BYTES: u64 = 8 << 20;

/// The predicate type under which cosign signs an image in a bundle.
const SIGNS_IMAGE: &str = "https://sigstore.dev/cosign/sign/v1";

/// Something beside an image that may vouch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A simple-signing payload with its signature (cosign, `.sig`).
    SimpleSigning {
        /// The payload's bytes.
        payload: Vec<u8>,
        /// The signature, Base64, from the annotation `dev.cosignproject.cosign/signature`.
        signature: String,
        /// Whether a certificate lies beside it.
        has_certificate: bool,
    },
    /// A DSSE envelope (cosign, `.att`).
    Envelope {
        /// Its bytes.
        bytes: Vec<u8>,
        /// The blob it is.
        digest: Digest,
        /// Whether a certificate lies beside it.
        has_certificate: bool,
    },
    /// A Sigstore bundle.
    Bundle {
        /// Its bytes.
        bytes: Vec<u8>,
        /// The blob it is.
        digest: Digest,
    },
    /// An envelope of the Notary Project.
    Notation,
    /// A signature of more than [`LARGEST_EVIDENCE_BYTES`].
    TooLarge,
}

/// Who signed `image`, as far as `keys` prove it; sorted. A statement by a key that did not sign the image itself is
/// shown below a signature that is not verified, so that it never passes for one on the image.
pub fn judge(image: &Digest, evidence: &[Evidence], keys: &[PublicKey]) -> Vec<Signature> {
    let mut verdict = Verdict { image, keys, signed: BTreeMap::new(), refused: Vec::new() };
    evidence.iter().for_each(|evidence| verdict.add(evidence));
    verdict.into_signatures()
}

#[derive(Default)]
struct Signer {
    has_signed_image: bool,
    attestations: Vec<Attestation>,
}

struct Verdict<'a> {
    image: &'a Digest,
    keys: &'a [PublicKey],
    /// By fingerprint.
    signed: BTreeMap<&'a str, Signer>,
    refused: Vec<Signature>,
}

impl<'a> Verdict<'a> {
    fn add(&mut self, evidence: &Evidence) {
        match evidence {
            Evidence::SimpleSigning { payload, signature, has_certificate } => {
                match self.simple_signing(payload, signature, *has_certificate) {
                    Ok(key) => self.signed.entry(key).or_default().has_signed_image = true,
                    Err(problem) => self.refuse(SignatureKind::Cosign, &problem, Vec::new()),
                }
            }
            Evidence::Envelope { bytes, digest, has_certificate } => {
                let opened = envelope::read(bytes);
                let opened = opened.map(|envelope| Envelope { has_certificate: *has_certificate, ..envelope });
                self.statement(opened, digest);
            }
            Evidence::Bundle { bytes, digest } => self.statement(envelope::read_bundle(bytes), digest),
            Evidence::Notation => self.refuse(SignatureKind::Notation, &Problem::Notation, Vec::new()),
            Evidence::TooLarge => self.refuse(SignatureKind::Cosign, &Problem::TooLarge, Vec::new()),
        }
    }

    fn simple_signing(&self, payload: &[u8], signature: &str, has_certificate: bool) -> Result<&'a str, Problem> {
        let signature = envelope::decode(signature)?;
        let key = self.signer(payload, &[signature], has_certificate)?;
        payload::check_simple_signing(payload, self.image)?;
        Ok(key)
    }

    fn statement(&mut self, opened: Result<Envelope, Problem>, blob: &Digest) {
        let envelope = match opened {
            Ok(envelope) => envelope,
            Err(problem) => return self.refuse(SignatureKind::Cosign, &problem, Vec::new()),
        };
        let kind = payload::check_statement(&envelope.payload, self.image);
        let key = self.signer(&envelope.signed, &envelope.signatures, envelope.has_certificate);
        let attestation =
            |predicate_type: String, verified| Attestation { predicate_type, digest: Some(blob.clone()), verified };
        match (key, kind) {
            (Ok(key), Ok(kind)) if kind == SIGNS_IMAGE => self.signed.entry(key).or_default().has_signed_image = true,
            (Ok(key), Ok(kind)) => self.signed.entry(key).or_default().attestations.push(attestation(kind, true)),
            (Err(problem), Ok(kind)) if kind != SIGNS_IMAGE => {
                self.refuse(SignatureKind::Cosign, &problem, vec![attestation(kind, false)]);
            }
            (Err(problem), _) | (_, Err(problem)) => self.refuse(SignatureKind::Cosign, &problem, Vec::new()),
        }
    }

    /// The fingerprint of the trusted key that made one of the signatures.
    fn signer(&self, message: &[u8], signatures: &[Vec<u8>], has_certificate: bool) -> Result<&'a str, Problem> {
        let has_signed = |key: &&PublicKey| signatures.iter().any(|signature| key.has_signed(message, signature));
        if let Some(key) = self.keys.iter().find(has_signed) {
            return Ok(key.fingerprint());
        }
        Err(match (has_certificate, self.keys) {
            (true, _) => Problem::Certificate,
            (false, []) => Problem::NoKeys,
            (false, _) => Problem::NoTrustedKey,
        })
    }

    fn refuse(&mut self, kind: SignatureKind, problem: &Problem, attestations: Vec<Attestation>) {
        let problem = Some(problem.to_string());
        self.refused.push(Signature { kind, identity: None, verified: false, problem, attestations });
    }

    fn into_signatures(self) -> Vec<Signature> {
        let mut signatures = self.refused;
        for (key, Signer { has_signed_image, mut attestations }) in self.signed {
            attestations.sort();
            attestations.dedup();
            signatures.push(Signature {
                kind: SignatureKind::Cosign,
                identity: Some(key.to_owned()),
                verified: has_signed_image,
                problem: (!has_signed_image).then(|| Problem::StatementsOnly.to_string()),
                attestations,
            });
        }
        signatures.sort();
        signatures.dedup();
        signatures
    }
}

#[cfg(test)]
mod tests;
