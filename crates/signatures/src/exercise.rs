//! Entry points for fuzz targets.

use model::Digest;

use crate::{EvidenceFile, Pattern, Roots, Trust, judge};

/// Judges bytes as every kind of evidence there is, and as roots. The first line may hold annotations: `NAME=VALUE`
/// parts between tabs.
pub fn evidence(bytes: &[u8]) {
    let (head, body) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, bytes),
    };
    let head = String::from_utf8_lossy(head).replace("\\n", "\n");
    let annotations = head.split('\t').filter_map(|part| part.split_once('='));
    let annotations: std::collections::BTreeMap<_, _> =
        annotations.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let digest: Digest = format!("sha256:{}", "a".repeat(64)).parse().expect("it is a digest");
    let mut trust = Trust { identities: vec![Pattern::new("*")], ..Trust::default() };
    if let Ok(text) = std::str::from_utf8(body) {
        let mut roots = Roots::default();
        if roots.add(text).is_ok() {
            trust.roots = roots;
        }
    }
    let types = [
        "application/vnd.dev.cosign.simplesigning.v1+json",
        "application/vnd.dsse.envelope.v1+json",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
        "application/jose+json",
        "application/cose",
    ];
    let files: Vec<EvidenceFile> = types
        .iter()
        .map(|media_type| EvidenceFile {
            artifact_type: "application/vnd.cncf.notary.signature".to_owned(),
            media_type: (*media_type).to_owned(),
            digest: digest.clone(),
            annotations: annotations.clone(),
            bytes: body.to_vec(),
        })
        .collect();
    let judged = judge(std::slice::from_ref(&digest), &files, &trust, 1_700_000_000);
    assert!(judged.signatures.iter().all(|signature| !signature.verified), "nobody is trusted");
}
