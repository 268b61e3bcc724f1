//! The files beside an image, and what each of them is.

use std::collections::BTreeMap;

use model::{Digest, SignatureKind};

use crate::envelope::{self, decode};
use crate::material::{self, Material};
use crate::notation::{self, NotationEnvelope};

/// A file beside an image that may vouch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// The type of the artifact that the file is in.
    pub artifact_type: String,
    /// The file's media type.
    pub media_type: String,
    /// The file's digest.
    pub digest: Digest,
    /// What its descriptor is annotated with.
    pub annotations: BTreeMap<String, String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Whether an artifact of this type may hold signatures; an unknown (empty) type may.
pub fn is_evidence(artifact_type: &str) -> bool {
    let known =
        ["application/vnd.dev.cosign.", BUNDLE, NOTARY, "application/vnd.oci.image.", "application/vnd.oci.empty"];
    artifact_type.is_empty() || known.iter().any(|known| artifact_type.starts_with(known))
}

const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
/// `application/vnd.dev.sigstore.bundle.v0.3+json`, or `…bundle+json;version=0.2` before.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const NOTARY: &str = "application/vnd.cncf.notary.signature";

/// A file taken apart.
pub(crate) enum Opened {
    /// cosign's simple signing.
    SimpleSigning { payload: Vec<u8>, signature: Vec<u8>, material: Material },
    /// A signed statement.
    Statement { envelope: envelope::Envelope, material: Material },
    /// The Notary Project's.
    Notation(Box<NotationEnvelope>),
}

/// What a file is, as far as its types tell; `None` where it is no evidence.
pub(crate) fn kind(file: &EvidenceFile) -> Option<SignatureKind> {
    match file.media_type.as_str() {
        SIMPLE_SIGNING | ENVELOPE => Some(SignatureKind::Cosign),
        media_type if media_type.starts_with(BUNDLE) => Some(SignatureKind::Cosign),
        _ if file.artifact_type.starts_with(NOTARY) => Some(SignatureKind::Notation),
        _ => None,
    }
}

/// Takes a file apart that is evidence.
pub(crate) fn open(file: &EvidenceFile) -> Result<Opened, &'static str> {
    let EvidenceFile { media_type, annotations, bytes, .. } = file;
    match media_type.as_str() {
        SIMPLE_SIGNING => {
            let signature = annotations.get("dev.cosignproject.cosign/signature");
            Ok(Opened::SimpleSigning {
                payload: bytes.clone(),
                signature: decode(signature.ok_or("it has no signature in its annotations")?)?,
                material: material::of_annotations(annotations)?,
            })
        }
        ENVELOPE => {
            Ok(Opened::Statement { envelope: envelope::read(bytes)?, material: material::of_annotations(annotations)? })
        }
        "application/jose+json" => notation::read_jws(bytes).map(|jws| Opened::Notation(Box::new(jws))),
        "application/cose" => notation::read_cose(bytes).map(|cose| Opened::Notation(Box::new(cose))),
        media_type if media_type.starts_with(BUNDLE) => {
            let (envelope, material) = material::of_bundle(bytes)?;
            Ok(Opened::Statement { envelope, material })
        }
        _ => Err("it is an envelope of an unknown type"),
    }
}
