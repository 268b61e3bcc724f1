//! A door for fuzz targets and for the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface: nothing else may use it, and it changes without notice.

use std::collections::BTreeMap;

use model::Digest;

use crate::certificate::Certificate;
use crate::{EvidenceFile, Pattern, PublicKey, Roots, Trust, judge};

/// When everything is judged: while the certificates of the corpus were valid.
const NOW: u64 = 1_767_226_000;

const MEDIA_TYPES: [&str; 5] = [
    "application/vnd.dev.cosign.simplesigning.v1+json",
    "application/vnd.dsse.envelope.v1+json",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/jose+json",
    "application/cose",
];

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    ["signature_evidence", "signature_roots"].into_iter()
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when something has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    match target {
        "signature_evidence" => evidence(bytes),
        "signature_roots" => roots(bytes),
        _ => panic!("there is no target {target}"),
    }
}

/// The first line is the digest of the image and annotations `NAME=VALUE`, with tabs between; one named `roots` is what
/// is trusted. The rest is a file beside the image, taken as every kind there is.
fn evidence(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (head, body) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let head = String::from_utf8_lossy(head).replace("\\n", "\n");
    let mut parts = head.split('\t');
    let Some(image) = parts.next().and_then(|digest| digest.parse::<Digest>().ok()) else { return };
    let annotations = parts.filter_map(|part| part.split_once('='));
    let annotations: BTreeMap<String, String> =
        annotations.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut trust = Trust { identities: vec![Pattern::new("*")], ..Trust::default() };
    let given = annotations.get("roots").map(|text| trust.roots.add(text));
    if given.is_some_and(|given| given.is_err()) {
        trust.roots = Roots::default();
    }
    for media_type in MEDIA_TYPES {
        let file = EvidenceFile {
            artifact_type: "application/vnd.cncf.notary.signature".to_owned(),
            media_type: media_type.to_owned(),
            digest: image.clone(),
            annotations: annotations.clone(),
            bytes: body.to_vec(),
        };
        let judged = judge(std::slice::from_ref(&image), &[file], &trust, NOW);
        let is_vouched = judged.signatures.iter().any(|signature| signature.verified);
        assert!(!is_vouched || !trust.is_empty(), "nobody is trusted");
        assert!(judged.signatures.iter().all(|signature| signature.verified == signature.problem.is_none()));
    }
}

/// A file of roots, of a key, or a certificate in DER.
fn roots(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let mut roots = Roots::default();
        if let Err(error) = roots.add(text) {
            assert_eq!(error.to_string().lines().count(), 1, "an error is one sentence: {error}");
        }
        let _ = PublicKey::from_pem(text);
    }
    if let Ok(certificate) = Certificate::read(bytes) {
        assert!(!certificate.names().is_empty());
    }
}
