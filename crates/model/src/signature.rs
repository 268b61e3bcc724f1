//! Who vouches for an image.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// A signature on the image, whether it holds or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// The scheme it is made by.
    pub kind: SignatureKind,
    /// Who signed, as far as it is proven: the subject of the certificate, or the fingerprint of the key.
    pub identity: Option<String>,
    /// Who told the authority of the certificate who signed, as far as it is proven: the identity provider's address.
    pub issuer: Option<String>,
    /// Whether it was checked against keys or roots that the user trusts, and holds.
    pub verified: bool,
    /// Why it does not hold.
    pub problem: Option<SignatureProblem>,
    /// What the same signer states of the image, sorted.
    pub attestations: Vec<Attestation>,
}

/// Why a signature does not hold, as data: the catalogs have a sentence for the code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SignatureProblem {
    /// The stable code: `signature.key`.
    pub code: String,
    /// What goes into the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// The scheme of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureKind {
    /// Sigstore's cosign.
    Cosign,
    /// The Notary Project's notation.
    Notation,
}

impl SignatureKind {
    /// Every scheme.
    pub const ALL: [SignatureKind; 2] = [SignatureKind::Cosign, SignatureKind::Notation];

    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            SignatureKind::Cosign => "cosign",
            SignatureKind::Notation => "notation",
        }
    }
}

/// A signed statement on the image (in-toto attestation).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attestation {
    /// What sort of statement it is: `https://slsa.dev/provenance/v1`.
    pub predicate_type: String,
    /// The blob that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Whether its own signature holds.
    pub verified: bool,
}
