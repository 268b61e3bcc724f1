//! Which signatures only one of two reports has.

use std::collections::BTreeSet;

use model::{ScanReport, Signature};

/// The signatures of `report` that `other` has not. Digests of statements do not count: they differ with each image.
pub(super) fn missing<'a>(report: &'a ScanReport, other: &ScanReport) -> Vec<&'a Signature> {
    let known: BTreeSet<Key<'_>> = other.signatures.iter().map(key).collect();
    report.signatures.iter().filter(|signature| !known.contains(&key(signature))).collect()
}

type Key<'a> = (&'static str, Option<&'a str>, Option<&'a str>, bool, Option<&'a str>, BTreeSet<(&'a str, bool)>);

/// Who signed and what, and whether it holds.
fn key(signature: &Signature) -> Key<'_> {
    (
        signature.kind.as_str(),
        signature.identity.as_deref(),
        signature.issuer.as_deref(),
        signature.verified,
        signature.problem.as_ref().map(|problem| problem.code.as_str()),
        signature.attestations.iter().map(|stated| (stated.predicate_type.as_str(), stated.verified)).collect(),
    )
}

#[cfg(test)]
mod tests {
    use model::{Inventory, ScanTarget, SignatureKind, TargetKind};

    use super::*;

    fn report(signatures: &[(&str, bool)]) -> ScanReport {
        let signature = |(identity, verified): &(&str, bool)| Signature {
            kind: SignatureKind::Cosign,
            identity: Some((*identity).to_owned()),
            issuer: None,
            verified: *verified,
            problem: None,
            attestations: Vec::new(),
        };
        ScanReport {
            target: ScanTarget { name: "a".into(), kind: TargetKind::Image, digest: None, platform: None },
            inventory: Inventory::default(),
            detectors: BTreeSet::new(),
            findings: Vec::new(),
            signatures: signatures.iter().map(signature).collect(),
            verdict: None,
            comparison: None,
            shown: model::Shown::default(),
            intelligence: None,
        }
    }

    #[test]
    fn a_signature_that_no_longer_holds_is_gone_and_another_is_new() {
        let (old, new) = (report(&[("ci", true), ("release", true)]), report(&[("ci", false), ("release", true)]));
        assert_eq!(missing(&old, &new).iter().map(|gone| gone.verified).collect::<Vec<_>>(), [true]);
        assert_eq!(missing(&new, &old).iter().map(|added| added.verified).collect::<Vec<_>>(), [false]);
        assert!(missing(&old, &old).is_empty());
    }
}
